"""The audit: differences, numbers computed again from its rows, samples, files, and sets of every odd shape."""

import csv
import html
import json
import math
import os
import random
import re
import subprocess
import sys
from collections import Counter

import pyarrow.parquet as pq
import pytest

from mtus_engine.api import CheckOptions, case_of_text, read_case_file
from mtus_engine.audit.agreement import audit
from mtus_engine.audit.auditor import Auditor
from mtus_engine.audit.boards import boards_of
from mtus_engine.audit.calibration import calibration
from mtus_engine.audit.citations import is_cited
from mtus_engine.audit.coders import coders_agreement
from mtus_engine.audit.experience import DecidedItem, Experience, experience_text, fold_of, group_of, read_experience
from mtus_engine.audit.independence import is_of_decision
from mtus_engine.audit.sample import items_by_stratum, sample
from mtus_engine.audit.statistics import ac1, kappa, proportion
from mtus_engine.audit.words import share_words
from mtus_engine.cli.main import main
from mtus_engine.model.audited import DifferenceKind, ReadingKind
from mtus_engine.model.casefile import GuidelineCited
from mtus_engine.model.comparable import ItemClass
from mtus_engine.model.fact import Statement
from mtus_engine.wording.comparable import comparable_words
from tests.conftest import CASES, ROOT
from tests.test_ingest import text as text_of_decision

FAVORABLE = {"may_be_approved", "overturned", "approved"}
AGAINST = {"refer_to_physician_reviewer", "upheld", "denied", "modified"}


def rows_of(ruleset, *texts, **options):
    auditor = Auditor(ruleset, CheckOptions(), **options)
    return [one.row for text in texts for one in auditor.audited_items(case_of_text("memory", text.encode(), ruleset))]


def case(
    name,
    *,
    visits=6,
    outcome="upheld",
    grounds=(),
    cited="MTUS Chronic Pain Medical Treatment Guidelines 2016",
    **facts,
):
    given = {
        "request.treatment": "physical_therapy",
        "request.date": "2017-01-10",
        "request.visits": visits,
        "request.visits_per_week": {"at_least": 1, "at_most": 3},
        "request.duration": "3 weeks",
        "diagnosis.groups": ["myalgia_myositis"],
        "prior.therapy.visits": 0,
        **{name.replace("__", "."): value for name, value in facts.items()},
    }
    reviewer = {"outcome": outcome, "grounds": list(grounds), "guidelines": [{"instrument": cited}] if cited else []}
    item = {"item": 1, "facts": given, **({"reviewer": reviewer} if outcome else {})}
    return json.dumps({"case": name, "setting": "imr", "items": [item]})


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (DifferenceKind.NOT_COVERED, case("a", request__date="2019-01-10")),
        (DifferenceKind.NO_DECISION, case("a", outcome=None)),
        (DifferenceKind.SAME_GROUNDS, case("a", visits=8, grounds=[{"criterion": "trial", "finding": "not_met"}])),
        (DifferenceKind.SAME_GROUNDS, case("a", outcome="overturned")),
        (DifferenceKind.READ_OTHERWISE, case("a", grounds=[{"criterion": "weekly-visits", "finding": "not_met"}])),
        (
            DifferenceKind.OTHER_GUIDELINE,
            case("a", cited="Official Disability Guidelines", grounds=[{"other": "eight visits"}]),
        ),
        (
            DifferenceKind.OTHER_GUIDELINE,
            case("a", cited="MTUS Chronic Pain Medical Treatment Guidelines 2009", grounds=[{"other": "ten visits"}]),
        ),
        (DifferenceKind.NOT_ENCODED, case("a", grounds=[{"other": "the literature shows no benefit"}])),
        (
            DifferenceKind.OTHER_GROUNDS,
            case("a", visits=8, grounds=[{"criterion": "equipment-rationale", "finding": "not_met"}]),
        ),
        (DifferenceKind.NO_GROUNDS, case("a", visits=8)),
        (DifferenceKind.STRICTER, case("a", visits=8, outcome="overturned")),
        (DifferenceKind.MORE_LENIENT, case("a")),
    ],
)
def test_each_kind_of_difference_has_its_case(ruleset, kind, text):
    (row,) = rows_of(ruleset, text)
    assert row.kind is kind
    assert row.evidence


def test_nothing_is_predicted_before_utilization_review_while_information_is_needed(ruleset):
    text = case("a", request__visits_per_week={"not_documented": True}, outcome="denied").replace('"imr"', '"ur"')
    (row,) = rows_of(ruleset, text)
    assert (row.kind, row.read.predicted) == (DifferenceKind.NOTHING_PREDICTED, "request_information")


@pytest.mark.parametrize(
    ("name", "shared", "ours"),
    [
        ("CM13-0053115", {"screening"}, {"within-two-years"}),
        ("001_bba14da3171408a6", {"return-to-work-goal", "demand-level"}, {"within-two-years", "four-weeks"}),
        ("CM14-0195168", {"return-to-work-goal", "gains-beyond-two-weeks"}, set()),
        ("004_927ea192cfb8a844", {"visits"}, set()),
    ],
)
def test_the_public_decisions_share_the_grounds_that_they_must(ruleset, name, shared, ours):
    (one,) = Auditor(ruleset, CheckOptions(), ReadingKind.ALL).audited_items(
        read_case_file(CASES / f"{name}.yaml", ruleset)
    )
    assert set(one.row.shared) >= shared
    assert set(one.row.engine_only) >= ours


def test_leaving_out_the_rationale_takes_away_what_only_it_tells(ruleset):
    (row,) = (
        o.row
        for o in Auditor(ruleset, CheckOptions()).audited_items(read_case_file(CASES / "CM14-0195168.yaml", ruleset))
    )
    assert (row.read.finding, row.independent.finding) == ("does_not_meet", "part_can_meet")
    whole = Auditor(ruleset, CheckOptions(), ReadingKind.ALL)
    (one,) = whole.audited_items(read_case_file(CASES / "CM14-0195168.yaml", ruleset))
    assert one.checked.determination.evaluation.finding.value == "does_not_meet"
    (one,) = Auditor(ruleset, CheckOptions()).audited_items(read_case_file(CASES / "CM14-0195168.yaml", ruleset))
    assert one.checked.determination.evaluation.finding.value == "part_can_meet"
    assert one.row.read == row.read


def test_what_another_item_decided_is_left_out_and_what_else_says_it_is_kept(ruleset):
    text = case(
        "a", home_program__instructed=[{"value": True, "at": "item 2 request 1"}, {"value": True, "at": "summary 1"}]
    )
    text = text.replace('"prior.therapy.visits": 0', '"prior.therapy.visits": {"value": 0, "at": "rationale 2"}')
    (row,) = rows_of(ruleset, text)
    assert (row.read.finding, row.independent.finding) == ("meets", "whole_can_meet")


def test_what_they_find_met_and_we_failed_is_a_fact_read_otherwise(ruleset):
    text = case("a", visits=8, outcome="overturned", grounds=[{"criterion": "trial", "finding": "met"}])
    (row,) = rows_of(ruleset, text)
    assert (row.kind, row.reviewer_only) == (DifferenceKind.READ_OTHERWISE, ())


def test_a_reason_for_the_request_is_no_ground_against_it(ruleset):
    (row,) = rows_of(ruleset, case("a", visits=8, outcome="overturned", grounds=[{"other": "the worker improves"}]))
    assert (row.kind, row.reviewer_only) == (DifferenceKind.STRICTER, ())


@pytest.mark.parametrize(
    ("instrument", "is_ours"),
    [
        ("MTUS Chronic Pain Medical Treatment 2016", True),
        ("CA MTUS Physical Medicine Guidelines", True),
        ("MTUS", True),
        ("Chronic  Pain Medical\nTreatment Guidelines", True),
        ("MTUS Chronic Pain Medical Treatment Guidelines 2009", False),
        ("MTUS Post-Surgical Treatment Guidelines", False),
        ("Official Disability Guidelines (ODG) Chronic Pain Chapter", False),
        ("ACOEM Chronic Pain Guidelines", False),
        ("MTUS Neck and Upper Back Complaints 2004", False),
    ],
)
def test_a_citation_is_told_by_publisher_part_and_year(ruleset, instrument, is_ours):
    (edition,) = (e for e in ruleset.editions if e.key == "physical-medicine 2016-07-29")
    assert is_cited(edition, (GuidelineCited(instrument=instrument),), ruleset.publishers) is is_ours


@pytest.mark.parametrize(
    ("place", "left_out"),
    [
        ("rationale 3", True),
        ("Rationale 3", True),
        ("item 2 rationale 1", True),
        ("page 3, rationale", True),
        ("item 2 request 1", True),
        ("item 1 request 1", False),
        ("summary 3", False),
        ("rationale 4, summary 3", False),
        ("header 1", False),
        (None, False),
    ],
)
def test_a_statement_of_the_decision_is_told_by_its_place(place, left_out):
    assert is_of_decision(Statement(None, at=place), "1") is left_out


def test_a_ground_that_both_find_met_is_no_difference(ruleset):
    (row,) = rows_of(ruleset, case("a", outcome="overturned", grounds=[{"criterion": "trial", "finding": "met"}]))
    assert (row.kind, row.reviewer_only) == (DifferenceKind.SAME_GROUNDS, ())


# ---- readings, firmness, experience


def test_verified_text_alone_drops_what_only_the_decision_tells(ruleset):
    """Of the two overturned therapy items one rests on the rationale alone: the text does not find it."""
    rows = [
        one.row
        for name in ("CM16-0246487", "CM17-0010365", "CM14-0017506", "004_927ea192cfb8a844")
        for one in Auditor(ruleset, CheckOptions(), ReadingKind.TEXT).audited_items(
            read_case_file(CASES / f"{name}.yaml", ruleset)
        )
    ]
    assert [row.shown for row in rows] == [row.text_only for row in rows]
    assert [row.kind is DifferenceKind.NOT_COVERED for row in rows] == [
        row.text_only.finding == "not_covered" for row in rows
    ]
    assert sum(row.text_only.predicted == "overturned" for row in rows) < sum(
        row.read.predicted == "overturned" for row in rows
    )


def test_a_prediction_is_firm_where_the_criteria_settle_it(ruleset):
    weeks = {"request__duration": {"at_least": "3 weeks", "at_most": "8 weeks"}}
    (part,) = rows_of(ruleset, case("a", visits=8, **weeks))
    assert (part.shown.finding, part.shown.firmness) == ("meets_in_part", "leaning")
    (open_,) = rows_of(ruleset, case("b", prior__therapy__visits={"not_documented": True}))
    assert (open_.shown.finding, open_.shown.firmness) == ("whole_can_meet", "leaning")
    (ten,) = rows_of(ruleset, case("c", prior__therapy__visits=10))
    assert (ten.shown.finding, ten.shown.firmness) == ("does_not_meet", "firm")


OPEN_CLASS = ItemClass("whole_can_meet", "denied", "further", "physical-medicine", "2016-07-29", "not_covered")


def decided(n, *, overturned=0, **changed):
    of = OPEN_CLASS._replace(**changed)
    return [DecidedItem(of, k < overturned, f"{k:04x}", f"{k:04x}") for k in range(n)]


def test_a_class_with_ten_items_is_not_pooled():
    found = Experience([*decided(12, overturned=3), *decided(30, guideline="acupuncture")]).comparable(
        OPEN_CLASS, "own"
    )
    assert (found.decisions, found.overturned, found.pooled) == (12, 3, ())
    assert (found.low, found.high) == pytest.approx(wilson(3, 12)[1:])


def test_a_small_class_is_pooled_step_by_step_and_says_over_what():
    others = [one._replace(fold=f"m{one.fold}", decision=f"m{one.decision}") for one in decided(4, text_only="meets")]
    items = [*decided(9, overturned=1), *others]
    found = Experience(items).comparable(OPEN_CLASS, "own")
    assert (found.decisions, found.pooled) == (13, ("text_only",))
    assert "pooled over the finding from verified text alone" in comparable_words(found)


def test_below_ten_at_the_last_step_it_is_said():
    found = Experience(decided(4)).comparable(OPEN_CLASS, "own")
    assert found.decisions == 4
    assert "fewer than 10" in comparable_words(found)
    none = Experience(decided(4)).comparable(OPEN_CLASS._replace(finding="meets"), "own")
    assert none.decisions == 0
    assert "No comparable decision" in comparable_words(none)


def test_a_decision_with_near_identical_facts_is_left_out_of_its_counts():
    items = decided(12, overturned=2)
    assert Experience(items).comparable(OPEN_CLASS, items[0].fold).overturned == 1


def test_near_identical_facts_have_one_fingerprint_and_others_another(ruleset):
    one, same, other = (
        read_case_text(ruleset, name, f"injury.date: {day}, request.body_parts: [{part}]")
        for name, day, part in (("a", "2016-10-10", "knee"), ("b", "2016-10-10", "hip"), ("c", "2016-10-11", "knee"))
    )
    assert fold_of(one, ruleset.roles) == fold_of(same, ruleset.roles) != fold_of(other, ruleset.roles)
    # Without a day of injury whatever else is told makes two alike, but for the days of the request.
    untold = [
        read_case_text(ruleset, name, f"request.visits: {visits}, request.date: {day}")
        for name, visits, day in (("a", 3, "2016-10-10"), ("b", 3, "2016-10-11"), ("c", 4, "2016-10-10"))
    ]
    folds = [fold_of(case, ruleset.roles) for case in untold]
    assert folds[0] == folds[1] != folds[2]


@pytest.mark.slow
def test_experience_and_codings_are_the_same_bytes_whatever_the_order_of_sets(tmp_path):
    """Sets of parts and of therapies are in another order in each process: nothing that is told may follow it."""
    told = set()
    for seed in ("1", "2", "3"):
        file = tmp_path / f"{seed}.json"
        command = [
            sys.executable,
            "-m",
            "mtus_engine.cli.main",
            "audit",
            "cases/imr-further/CM16-0230651.yaml",
            "--second",
        ]
        done = subprocess.run(
            [*command, "cases/imr-second", "--save-experience", str(file)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        told.add((file.read_bytes(), done.stdout))
    assert len(told) == 1
    ((experience, shown),) = told
    assert b"group" in experience
    assert b"Coded otherwise" in shown
    assert b"frozenset" not in shown


def test_a_decision_with_several_items_counts_once():
    items = [one._replace(decision="one", fold="one") for one in decided(12, overturned=2)]
    found = Experience([*items, *decided(3)]).comparable(OPEN_CLASS, "own")
    assert (found.decisions, found.overturned) == (4, 1)


def test_a_case_finds_its_own_decision_in_a_file_though_another_part_is_told(ruleset, tmp_path):
    decided_case = read_case_text(ruleset, "a", "injury.date: 2016-10-10, request.body_parts: [knee]")
    fold = fold_of(decided_case, ruleset.roles)
    file = tmp_path / "experience.json"
    file.write_text(experience_text([DecidedItem(OPEN_CLASS, True, fold, "a")], "digest"), encoding="utf-8")
    again = read_case_text(ruleset, "other", "injury.date: 2016-10-10, request.body_parts: [knee, hip]")
    group = str(group_of(fold_of(again, ruleset.roles)))
    assert read_experience(file).comparable(OPEN_CLASS, group).decisions == 0
    assert read_experience(file).comparable(OPEN_CLASS, "another group").overturned == 1


def read_case_text(ruleset, name, facts):
    return case_of_text(name, f"case: {name}\nitems: [{{item: 1, facts: {{{facts}}}}}]".encode(), ruleset)


@pytest.mark.slow
def test_experience_is_kept_without_facts_and_read_again(tmp_path, capsys):
    file = tmp_path / "experience.json"
    assert main(["audit", str(CASES), "--save-experience", str(file)]) == 0
    text = file.read_text(encoding="utf-8")
    assert "CM16" not in text
    assert "2016-10" not in text
    read = read_experience(file)
    assert len(read.items) == 31
    assert len({one.decision for one in read.items}) == 29
    assert {int(one.fold) for one in read.items} <= set(range(32))
    assert set(json.loads(text)["classes"][0]["items"][0]) == {"decision", "group", "overturned", "name"}
    capsys.readouterr()
    shown = {}
    for setting in ("imr", "ur"):
        case_ = str(CASES / "CM16-0237844.yaml")
        assert main(["check", case_, "--setting", setting, "--format", "json", "--experience", str(file)]) == 0
        (item,) = json.loads(capsys.readouterr().out)
        shown[setting] = item["comparable"]
    assert shown["ur"] is None
    assert shown["imr"]["decisions"] >= 10
    assert shown["imr"]["says"].startswith(f"Of {shown['imr']['decisions']} comparable decisions")


def test_experience_counted_under_other_rules_is_told(tmp_path, capsys):
    file = tmp_path / "experience.json"
    file.write_text(experience_text([DecidedItem(OPEN_CLASS, True, "a", "a")], "of other rules"), encoding="utf-8")
    assert main(["check", str(CASES / "CM16-0237844.yaml"), "--experience", str(file)]) == 0
    assert "was counted under other rules" in capsys.readouterr().err


def test_a_file_that_is_no_experience_is_a_mistake(tmp_path, capsys):
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    for cases in ([str(CASES / "CM16-0237844.yaml")], [str(CASES), "--workers", "2"]):
        assert main(["check", *cases, "--experience", str(tmp_path / "other.json")]) == 1
        told = capsys.readouterr().err
        assert "no file of experience" in told
        assert "process" not in told


def test_scores_are_those_of_their_definitions():
    """Two classes that are always right: Brier and log loss from chances learned from the others alone."""
    items = [
        *decided(20),
        *(
            one._replace(fold=f"m{one.fold}", decision=f"m{one.decision}")
            for one in decided(20, overturned=20, finding="meets")
        ),
    ]
    found = calibration(items)
    # Of its 19 fellows none came out otherwise; the 39 others draw the chance by one item to (20 + 0.5) of 40.
    wrong = (20.5 / 40) / 20
    assert found.brier == pytest.approx(wrong**2)
    assert found.log_loss == pytest.approx(-math.log(1 - wrong))
    assert found.brier < found.brier_of_base_rate
    assert sum(one.items for one in found.bins) == 40
    assert calibration(items[:1]) is None


@pytest.mark.parametrize(
    ("specialty", "boards"),
    [
        ("Physical Medicine & Rehabilitation", ("Physical Medicine and Rehabilitation",)),
        ("Orthopedic Surgery, Sports Medicinea", ("Orthopedic Surgery", "Sports Medicine")),
        ("Sports Medicine, Orthopedic Surgery", ("Orthopedic Surgery", "Sports Medicine")),
        ("Podiatric Wound Care", ("Podiatric Wound Care",)),
        (None, ()),
    ],
)
def test_specialties_are_sets_of_boards_with_one_spelling(specialty, boards):
    assert boards_of(specialty) == boards


def test_items_alike_on_every_criterion_and_decided_otherwise_are_listed(ruleset):
    parts = {"request__body_parts": ["knee"]}
    one, other = case("a", **parts), case("b", outcome="overturned", injury__date="2016-08-01", **parts)
    (pair,) = audit(rows_of(ruleset, one, other)).inconsistent
    assert (pair.one, pair.other, set(pair.outcomes)) == ("a item 1", "b item 1", {"upheld", "overturned"})
    assert not audit(rows_of(ruleset, one, case("c", **parts))).inconsistent


def test_the_claims_administrators_grounds_are_set_beside_ours(ruleset):
    text = json.loads(case("a", visits=14))
    grounds = [{"criterion": "trial", "finding": "not_met"}, {"other": "no reason"}]
    text["items"][0]["reviewer"]["claims_administrator_grounds"] = grounds
    (row,) = rows_of(ruleset, json.dumps(text))
    assert (row.administrator_shared, row.administrator_only) == (("trial",), ())


def test_two_codings_are_compared_fact_by_fact(ruleset):
    first = read_case_text(ruleset, "a", "request.visits: 6, request.maintenance: true, home_program.instructed: true")
    second = read_case_text(ruleset, "a", "request.visits: 8, request.maintenance: true, part.has_finding: true")
    found = coders_agreement([first], [second], ruleset.facts)
    assert (found.items, found.alike) == (1, 1)
    assert [(one.fact, one.one != one.other) for one in found.differ] == [("request.visits", True)]
    assert [one.fact for one in found.one_alone] == ["home_program.instructed"]
    assert [one.fact for one in found.other_alone] == ["part.has_finding"]


def test_an_item_of_a_decision_in_two_files_counts_once_and_its_other_items_too(tmp_path, capsys):
    one, two = json.loads(case("a")), json.loads(case("a"))
    two["items"].append({**two["items"][0], "item": 2})
    for n, text in enumerate((one, two)):
        (tmp_path / f"{n}.json").write_text(json.dumps(text), encoding="utf-8")
    assert main(["audit", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert "2 items" in out
    assert "item 1 of the case a is also in" in err


# ---- numbers


def drawn_cases(number):
    chance = random.Random(4)
    for n in range(number):
        visits, outcome = chance.choice([5, 6, 8, 9]), chance.choice(["upheld", "upheld", "overturned"])
        grounds = chance.choice([(), ({"criterion": "trial", "finding": "not_met"},), ({"other": "=cmd, <b>no</b>"},)])
        when = chance.choice(["2017-01-10", "2017-02-10", "2019-01-01"])
        yield case(f"c{n:03}", visits=visits, outcome=outcome, grounds=grounds, request__date=when)


@pytest.fixture(scope="module", params=["drawn", "public"])
def audited(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("audit")
    if request.param == "public":
        assert main(["audit", str(CASES), "--out", str(folder / "out")]) == 0
        return folder / "out"
    (folder / "cases").mkdir()
    for n, text in enumerate(drawn_cases(60)):
        (folder / "cases" / f"{n:03}.json").write_text(text, encoding="utf-8")
    assert main(["audit", str(folder / "cases"), "--out", str(folder / "out"), "--sample", "9", "--seed", "7"]) == 0
    return folder / "out"


def listed(folder):
    with (folder / "items.csv").open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def favors(word):
    return True if word in FAVORABLE else False if word in AGAINST else None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reading", "column"),
    [
        ("without_rationale", "predicted_without_rationale"),
        ("with_rationale", "predicted_with_all"),
        ("verified_text_alone", "predicted_text_only"),
    ],
)
def test_every_number_follows_from_the_rows(audited, reading, column):
    numbers = json.loads((audited / "audit.json").read_text(encoding="utf-8"))["agreement"][reading]
    pairs = [(favors(row[column]), favors(row["actual"])) for row in listed(audited)]
    compared = [(ours, theirs) for ours, theirs in pairs if ours is not None and theirs is not None]
    n, same = len(compared), sum(ours is theirs for ours, theirs in compared)
    assert (numbers["same_outcome"]["count"], numbers["same_outcome"]["of"]) == (same, n)
    assert numbers["same_outcome"]["estimate"] == pytest.approx(
        dict(zip(("value", "low", "high"), wilson(same, n), strict=True))
    )
    upheld = sum(not theirs for _, theirs in compared)
    assert numbers["always_upheld"]["count"] == upheld
    found = sum(ours for ours, theirs in compared if theirs)
    assert (numbers["favorable_found"]["count"], numbers["favorable_found"]["of"]) == (found, n - upheld)
    kept = sum(not ours for ours, theirs in compared if not theirs)
    assert numbers["balanced_accuracy"] == pytest.approx((found / (n - upheld) + kept / upheld) / 2)
    p = [[sum(pair == (a, b) for pair in compared) / n for b in (True, False)] for a in (True, False)]
    agreed, rows, columns = p[0][0] + p[1][1], [sum(r) for r in p], [sum(c) for c in zip(*p, strict=True)]
    by_chance = sum(r * c for r, c in zip(rows, columns, strict=True))
    if 1.0 in (*rows, *columns):
        assert numbers["cohens_kappa"] is None
    else:
        assert numbers["cohens_kappa"]["value"] == pytest.approx((agreed - by_chance) / (1 - by_chance))
    share = (rows[0] + columns[0]) / 2
    gwet = 2 * share * (1 - share)
    assert numbers["gwets_ac1"]["value"] == pytest.approx((agreed - gwet) / (1 - gwet))
    assert sum(cell["items"] for cell in numbers["matrix"]) == len(pairs)


def wilson(count, of, z=1.959963984540054):
    share = count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return share, middle - reach, middle + reach


def test_grounds_kinds_and_groups_follow_from_the_rows(audited):
    numbers, rows = json.loads((audited / "audit.json").read_text(encoding="utf-8")), listed(audited)
    split = {
        name: sum(len([g for g in row[f"{name}_grounds"].split("; ") if g]) for row in rows)
        for name in ("shared", "reviewer", "contradicted")
    }
    recall, unsaid = numbers["reviewers_grounds_among_ours"], numbers["grounds_not_sayable"]
    apart = sum(one["items"] for one in unsaid)
    assert (recall["count"], recall["of"]) == (split["shared"], sum(split.values()) - apart)
    kinds = Counter(row["kind"] for row in rows)
    assert {k["kind"]: k["count"] for k in numbers["kinds"] if k["count"]} == kinds
    guidelines = {g["group"]: g["of"] for g in numbers["groups"]["guideline"]}
    compared = [row for row in rows if favors(row["predicted_without_rationale"]) is not None]
    assert guidelines["physical-medicine"] == sum(row["guideline"] == "physical-medicine" for row in compared)


def test_the_table_of_columns_holds_the_same_rows(audited):
    table = pq.read_table(audited / "items.parquet").to_pylist()
    for row, of_csv in zip(table, listed(audited), strict=True):
        assert (row["case"], row["kind"], row["finding"]) == (of_csv["case"], of_csv["kind"], of_csv["finding"])
        assert "; ".join(row["shared_grounds"]) == of_csv["shared_grounds"]


def test_coefficients_are_those_of_published_examples():
    # The example of three abstractors and 100 records: AC1 0.84933 with a standard error of 0.04322.
    table = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
    found = ac1(table)
    assert found.value == pytest.approx(0.84933, abs=5e-6)
    assert (found.high - found.value) / 1.984217 == pytest.approx(0.04322, abs=5e-6)
    assert kappa(table).value == pytest.approx(0.79641, abs=5e-6)


@pytest.mark.parametrize("table", [[[0, 0], [0, 0]], [[0, 0], [0, 7]]])
def test_without_two_outcomes_kappa_has_no_value(table):
    assert kappa(table) is None


@pytest.mark.parametrize("table", [[[0, 0], [3, 17]], [[0, 3], [0, 17]], [[3, 17], [0, 0]], [[17, 0], [3, 0]]])
def test_where_one_side_is_constant_kappa_is_not_told(table):
    assert kappa(table) is None


def test_twenty_items_that_agree_do_not_settle_the_coefficients():
    table = [[10, 0], [0, 10]]
    shares = proportion(20, 20)
    for found in (kappa(table), ac1(table)):
        assert found.value == found.high == 1.0
        # Half of the agreement is by chance: 83.2 % at the least, by Clopper and Pearson, are 0.663 beyond it.
        assert found.low == pytest.approx(0.6633, abs=1e-3)
        assert found.low < shares.low


def test_a_share_of_none_has_no_interval():
    assert proportion(0, 0) is None
    assert audit([]).independent.agreed.estimate is None


# ---- the sample


def test_the_sample_is_the_same_for_the_same_seed_and_has_every_stratum(ruleset):
    rows = rows_of(ruleset, *drawn_cases(60))
    first = sample(rows, 12, 5)
    assert first == sample(list(reversed(rows)), 12, 5)
    assert first != sample(rows, 12, 6)
    assert {one.stratum for one in first} == {one.stratum for one in sample(rows, 60, 1)}
    assert sum(one.weight for one in first) == pytest.approx(60)


@pytest.mark.parametrize(
    ("strata", "size", "given"),
    [({"a": 90, "b": 9, "c": 1}, 10, [7, 2, 1]), ({"a": 3, "b": 2}, 1, [1, 0]), ({"a": 2}, 2, [2])],
)
def test_a_stratum_gives_at_least_one_and_then_its_share(strata, size, given):
    assert list(items_by_stratum(strata, size).values()) == given


# ---- odd sets and hostile text


def run(tmp_path, capsys, *texts, arguments=()):
    folder = tmp_path / "cases"
    folder.mkdir(exist_ok=True)
    for n, text in enumerate(texts):
        (folder / f"{n}.json").write_text(text, encoding="utf-8")
    code = main(["audit", str(folder), *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_an_empty_folder_is_told(tmp_path, capsys):
    code, out, err = run(tmp_path, capsys)
    assert (code, "no case files" in err) == (1, True)
    assert "0 items" in out


@pytest.mark.parametrize(
    "texts", [[case("a")], [case("a", outcome=None)], [case(f"c{n}", outcome="overturned") for n in range(12)]]
)
def test_one_item_no_decision_and_all_alike_give_clear_numbers(tmp_path, capsys, texts):
    code, out, _ = run(tmp_path, capsys, *texts)
    assert code == 0
    assert f"{len(texts)} items" in out
    assert "nan" not in out


def test_an_unknown_outcome_is_a_mistake_at_its_place_and_stops_no_other(tmp_path, capsys):
    code, out, err = run(tmp_path, capsys, case("a", outcome="uphold"), case("b"))
    assert code == 1
    assert "did you mean upheld" in err
    assert "1 items" in out


def test_a_case_that_is_there_twice_counts_once(tmp_path, capsys):
    code, out, err = run(tmp_path, capsys, case("a"), case("a", visits=8))
    assert (code, "MT406" in err, "1 items" in out) == (1, True, True)


def test_a_name_with_brackets_is_shown_as_it_is(tmp_path, capsys):
    code, out, _ = run(tmp_path, capsys, case("x[/bold] y", outcome="overturned", visits=8))
    assert (code, "x[/bold] y" in out) == (0, True)


def test_text_of_a_case_is_no_formula_and_no_markup(tmp_path, capsys):
    text = case("=HYPERLINK(1)", grounds=[{"other": "<script>alert(1)</script>", "at": "rationale 1"}])
    run(tmp_path, capsys, text, arguments=["--out", str(tmp_path / "out")])
    (row,) = listed(tmp_path / "out")
    assert row["case"] == "'=HYPERLINK(1)"
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_reviewers_words_stand_beside_an_item_where_the_record_is_at_hand(tmp_path, capsys):
    decision = text_of_decision(("1. Six visits", "Upheld"))
    decision = decision.replace("There is a reason. There is another.", "They <b>came</b>. Nothing was gained by them.")
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "a-decision.txt").write_text(decision, encoding="utf-8")
    text = case("a", grounds=[{"other": "no gain", "at": "rationale 1-2"}])
    text = json.dumps({**json.loads(text), "record": {"file": "a-decision.pdf", "kind": "IMR determination"}})
    run(tmp_path, capsys, text, arguments=["--out", str(tmp_path / "without")])
    assert "gained by them" not in (tmp_path / "without" / "report.html").read_text(encoding="utf-8")
    given = ["--out", str(tmp_path / "out"), "--records", str(tmp_path / "records")]
    assert run(tmp_path, capsys, text, arguments=given)[0] == 0
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Nothing was gained by them." in page
    assert "They &lt;b&gt;came&lt;/b&gt;." in page


def test_files_appear_whole_or_not_at_all_and_a_foreign_folder_is_left(tmp_path, capsys, monkeypatch):
    out = tmp_path / "out"
    run(tmp_path, capsys, case("a"), arguments=["--out", str(out)])
    before = (out / "report.html").read_bytes()

    def fails(*_):
        raise OSError(28, "no space left", "report.html")

    monkeypatch.setattr("mtus_engine.cli.audit_run.audit_page", fails)
    assert run(tmp_path, capsys, case("b"), arguments=["--out", str(out)])[0] == 1
    assert (out / "report.html").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases", "out"]
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("dear", encoding="utf-8")
    assert run(tmp_path, capsys, arguments=["--out", str(foreign)])[0] == 2
    assert (foreign / "letter.txt").exists()
    (foreign / "audit.json").write_text('{"ruleset_digest": 1}', encoding="utf-8")
    assert run(tmp_path, capsys, arguments=["--out", str(foreign)])[0] == 2
    assert (foreign / "letter.txt").exists()


@pytest.mark.slow
def test_the_same_cases_give_the_same_bytes(tmp_path, capsys):
    for name in ("one", "two"):
        run(tmp_path, capsys, *drawn_cases(5), arguments=["--out", str(tmp_path / name)])
    for file in ("items.csv", "items.parquet", "audit.json", "report.html"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.slow
def test_the_results_say_what_the_audit_of_the_public_decisions_gives(ruleset):
    auditor = Auditor(ruleset, CheckOptions())
    rows = [
        one.row for file in sorted(CASES.glob("*.yaml")) for one in auditor.audited_items(read_case_file(file, ruleset))
    ]
    found = audit(rows)
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    for share in (found.independent.agreed, found.with_rationale.agreed, found.text_only.agreed, found.grounds):
        assert share_words(share) in page
    meets = [row for row in rows if row.text_only.finding == "meets" and row.actual == "upheld"]
    assert f"finds {len(meets)} upheld items to meet" in page
    for row in rows:
        if row.reviewer_only:
            assert row.case in page, row.named


def test_each_bar_opens_the_items_that_it_counts(audited):
    page = (audited / "report.html").read_text(encoding="utf-8")
    rows = [set(json.loads(html.unescape(tags))) for tags in re.findall(r'<tr data-tags="([^"]*)"', page)]
    bars = re.findall(r'data-tag="([^"]*)">[^<]*</a></th><td>(.*?)</td>', page)
    assert bars
    for tag, cell in bars:
        counted = sum(map(int, re.findall(r"\d+", re.sub(r"<[^>]*>", " ", cell))))
        assert sum(html.unescape(tag) in tags for tags in rows) == counted
