"""What sentences tell: cues and what stands around them, dates and numbers, on decisions of our own making."""

import shutil

import pytest
import yaml

from mtus_engine.api import case_of_text
from mtus_engine.cli.main import main
from mtus_engine.compiler.phrases import pattern
from mtus_engine.compiler.problems import Misfit
from mtus_engine.ingest.dates import day_text
from mtus_engine.ingest.drafter import Drafter
from mtus_engine.ingest.pdf import LONGEST_TEXT, Unreadable, text_of
from mtus_engine.ingest.sentences import sentences, sentences_at
from mtus_engine.ingest.typed import value_of_words
from mtus_engine.model.fact import Origin
from mtus_engine.model.values import Choice, Selection, Span
from tests.conftest import RULES
from tests.sentence_harness import judged

DECISION = """
Case Number: CM17-0999998
Date of Injury: 09/02/2016
Decision Date: 02/20/2017 UR Denial Date: 01/20/2017

HOW THE IMR FINAL DETERMINATION WAS MADE
A reviewer was chosen.

CLINICAL CASE SUMMARY
The worker hurt his back at work on September 2, 2016. {summary}

IMR ISSUES, DECISIONS AND RATIONALES
Decided were the items/services set forth below:

{request}: Upheld

Claims Administrator guideline: Decision based on MTUS Pain Guide 2016.

MAXIMUS guideline: Decision based on MTUS Pain Guide 2016.

Decision rationale: {rationale}
"""


@pytest.fixture(scope="module")
def drafter(ruleset):
    return Drafter(RULES, ruleset, "schema/case.json")


@pytest.fixture(scope="module")
def read(ruleset, drafter):
    def of(summary="", rationale="", request="Physical therapy, 6 visits, low back"):
        text = DECISION.format(summary=summary, rationale=rationale, request=request)
        drafted = drafter.draft("decision.txt", text.encode())
        (item,) = case_of_text("memory", drafted.text.encode(), ruleset).items
        return item

    return of


def values(item, fact):
    return [one.values for one in item.statements.get(fact, ())]


YES, NO = Choice(frozenset({True})), Choice(frozenset({False}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sentence", "fact", "wanted"),
    [
        ("The worker has had functional improvement from physical therapy.", "prior.therapy.improvement", [YES]),
        (
            "There is no evidence of functional improvement from physical therapy.",
            "prior.therapy.improvement",
            [None],
        ),
        (
            "Functional improvement with therapy is not documented for this patient.",
            "prior.therapy.improvement",
            [None],
        ),
        ("Physical therapy did not help: the worker has failed physical therapy.", "prior.therapy.improvement", [NO]),
        ("The patient denies improvement from physical therapy.", "prior.therapy.improvement", [NO]),
        # A request that was denied says nothing of the patient.
        ("Physical therapy was denied on January 20, 2017.", "prior.therapy.improvement", []),
        ("It is not explained why additional therapy is needed.", "further_therapy.need_explained", [None]),
        ('"Functional improvement" means either of two things for the worker.', "prior.therapy.improvement", []),
        # What guidelines say in general is not said of this case.
        ("The guidelines recommend therapy when there is functional improvement.", "prior.therapy.improvement", []),
        ("The worker reached a plateau in December.", "prior.therapy.plateau", [YES]),
        ("There is no return to work plan for this worker.", "return_to_work.goal_agreed", [None]),
        ("The worker has no job to return to.", "return_to_work.specific_job", [NO]),
    ],
)
def test_not_documented_not_so_and_refused_are_three_things(read, sentence, fact, wanted):
    assert values(read(rationale=sentence), fact) == wanted


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("He completed 8 sessions of physical therapy.", [Span(8, 8)]),
        ("Treatment to date has included at least five (5) physical therapy visits.", [Span(5, None)]),
        ("He had roughly 6 to 7 physical therapy treatments.", [Span(6, 7)]),
        ("Treatment to date has included medication and physical therapy.", [Span(1, None)]),
        ("He completed 8 sessions of acupuncture.", []),
        ("Eight visits of physical therapy were requested on January 3, 2017.", []),
        ("He has had 4 physical therapy visits. The claims administrator counts 9 physical therapy visits.", [4, 9]),
    ],
)
def test_visits_so_far_are_told_by_kind_of_therapy(read, sentence, wanted):
    found = values(read(summary=sentence), "prior.therapy.visits")
    assert found == [Span(one, one) if isinstance(one, int) else one for one in wanted]


def test_mentions_that_disagree_are_both_kept_and_the_vaguer_gives_way(read):
    item = read(
        summary="Treatment to date has included physical therapy. He completed 8 sessions of physical therapy.",
        rationale="The patient has had 12 sessions of physical therapy.",
    )
    assert values(item, "prior.therapy.visits") == [Span(8, 8), Span(12, 12)]
    assert [one.by for one in item.statements["prior.therapy.visits"]] == [None, "reviewer"]


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("The diagnosis is lumbar strain.", {"strain_sprain"}),
        ("Diagnoses include cervical radiculopathy and a torn meniscus with a tear.", None),
        ("He was diagnosed with myofascial pain (M79.1).", None),
        ("The diagnoses are frozen gait.", {"other_diagnosis"}),
    ],
)
def test_diagnoses_are_gathered_from_their_sentence(read, sentence, wanted):
    (found, *_) = values(read(summary=sentence), "diagnosis.groups")
    assert isinstance(found, Selection)
    assert found.certain == (wanted or found.certain)
    assert found.certain


def test_surgery_is_told_with_its_date_and_procedure(read):
    item = read(summary="He underwent lumbar fusion on October 3, 2016.")
    assert values(item, "surgery.performed") == [YES]
    assert values(item, "surgery.procedure") == [Choice(frozenset({"lumbar_fusion"}))]
    assert values(item, "surgery.date")[0].low == values(item, "surgery.date")[0].high


def test_the_request_is_dated_between_the_last_visit_and_the_review(read):
    item = read(summary="On November 1, 2016, the worker had pain. On 12-5-16, the worker had pain.")
    ((date,),) = [values(item, "request.date")]
    assert (date.high - date.low, item.statements["request.date"][0].origin) == (46, Origin.INFERRED)
    item = read(summary="The request for authorization was signed on 12/09/2016.")
    assert values(item, "request.date")[0].point is not None


def test_numbers_missing_in_the_item_are_read_from_the_request_that_the_summary_tells(read):
    item = read(
        summary="The provider requested physical therapy 2 times a week for 4 weeks for the left knee.",
        request="Physical therapy",
    )
    assert values(item, "request.visits") == [Span(8, 8)]
    assert values(item, "request.body_parts")[0].certain == {"knee"}


def test_every_statement_has_its_words_where_its_place_says(drafter):
    text = DECISION.format(
        summary="He completed 8 sessions of physical therapy with good benefit. The diagnosis is lumbar strain.",
        rationale="There is no documentation of functional improvement. The need for more supervised therapy over a "
        "self-directed home exercise program is not established.",
        request="Physical therapy, 6 visits, low back",
    )
    document = yaml.safe_load(drafter.draft("decision.txt", text.encode()).text)
    said = [*document["facts"].values(), *document["items"][0]["facts"].values()]
    told = [one["words"] for each in said for one in (each if isinstance(each, list) else [each]) if "words" in one]
    assert len(told) >= 4
    for words in told:
        assert any(words in sentence.text for sentence in sentences(text)), words


def test_grounds_are_the_criteria_that_the_rationale_speaks_of_or_its_own_words(read):
    item = read(
        rationale="There is no documentation of functional improvement. The request exceeds the recommended number. "
        "There is no documentation of the moon."
    )
    grounds = {(one.criterion, one.finding) for one in item.reviewer.grounds}
    assert {("improvement-so-far", "not_documented"), ("visits", "not_met")} <= grounds
    assert [one.other for one in item.reviewer.grounds if one.other] == ["There is no documentation of the moon."]


LETTER = """
Notice of Independent Medical Review Determination
Dated: 10/18/2013
Case Number: CM13-0999997
Date of UR Decision: 7-3-2013
Date of Injury: September 4, 2012

1) It has determined the request for 12 physical therapy visits for the low
back is not medically necessary and appropriate.
2) It has determined the request for a cane is medically necessary and appropriate.

Expert Reviewer Case Summary:
He completed 12 visits of physical therapy.

1) Regarding the request for 12 physical therapy visits:
The Claims Administrator based its decision on the Chronic Pain Guidelines, pages 98-99.
The Expert Reviewer based his/her decision on the Chronic Pain Guidelines, page 99.
Rationale for the Decision:
There is no documentation of functional improvement with physical therapy.
"""


def test_a_letter_of_2013_says_its_outcomes_in_words(ruleset, drafter):
    case = case_of_text("memory", drafter.draft("letter.txt", LETTER.encode()).text.encode(), ruleset)
    first, second = case.items
    assert (first.reviewer.outcome, second.reviewer.outcome) == ("upheld", "overturned")
    assert first.reviewer.guidelines[0].pages == "99"
    assert first.reviewer.claims_administrator_guidelines[0].pages == "98-99"
    assert values(first, "request.visits") == [Span(12, 12)]
    assert values(first, "prior.therapy.improvement") == [None]
    assert sentences_at(sentences(LETTER), "rationale 1")[0].text.startswith("There is no documentation")
    assert values(first, "injury.date")[0].point is not None


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("04/08/2011", "2011-04-08"),
        ("8/9/13", "2013-08-09"),
        ("April 8, 2011", "2011-04-08"),
        ("Sept. 8 2011", "2011-09-08"),
        ("10-31-2016", "2016-10-31"),
        ("October 2011", "2011-10"),
        ("2016-10-22", "2016-10-22"),
        ("13/40/2011", None),
        ("soon", None),
    ],
)
def test_dates_are_read_in_their_spellings(words, day):
    assert day_text(words) == day


def test_a_compound_cut_at_its_hyphen_is_put_together():
    (sentence,) = sentences("a self- directed program of 6- 12 visits, pre- and postoperative")
    assert sentence.text == "a self-directed program of 6-12 visits, pre- and postoperative"


# ---- the phrases that policy staff write


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("lack of evidence|proof", "a lack of proof"),
        ("(very) good result*", "good results"),
        ("reports ... pain", "reports constant and severe pain"),
        ("{number} visits", "twelve (12) visits"),
        ("seen on {date}", "seen on 8/9/13"),
    ],
)
def test_a_phrase_finds_what_it_says(phrase, text):
    assert pattern(phrase, {}).search(text)


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "(a) (b)",
        "(a) ... (b)",
        "... pain",
        "{nubmer} visits",
        "{number} of {number}",
        "a (b|c",
        "{member} done",
        "a||b",
    ],
)
def test_what_is_no_phrase_is_told_with_its_cure(phrase):
    with pytest.raises(Misfit) as told:
        pattern(phrase, {})
    assert told.value.cure


BROKEN = """
cues:
  - id: one
    fact: prior.therapy.vists
    phrases: ["{number} visits"]
  - id: one
    fact: prior.therapy.visits
    value: many
    phrases: [visits]
  - id: two
    fact: prior.therapy.improvement
    ground: visits
    about: [physical_theraphy]
    phrases: ["{nubmer} visits"]
  - id: three
    ground: visitts
    phrases: [visits]
  - id: four
    fact: prior.therapy.visits
    value: {at_least: "{number}"}
    phrases: [many visits]
  - id: five
    fact: prior.therapy.plateau
    phrases: [(quickly) to be, reached <heights>, <tolerances> improved]
"""


@pytest.mark.slow
def test_mistakes_in_cues_are_all_told_at_their_places(tmp_path, capsys):
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "rules" / "extraction" / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    assert main(["rules", "lint", "--rules", str(tmp_path / "rules")]) == 5
    out = capsys.readouterr().out
    lines = [line.partition("broken.yaml:")[2] for line in out.splitlines() if "broken.yaml:" in line]
    assert [line.split()[0] + " " + line.split()[1] for line in lines] == [
        "4:11: MT301",
        "6:9: MT309",
        "8:12: MT302",
        "10:5: MT316",
        "14:15: MT315",
        "16:13: MT301",
        "21:15: MT316",
        "24:15: MT315",
        "24:32: MT315",
    ]
    assert 'is found wherever "to be" stands' in out
    assert "names the class heights" in out
    assert "did you mean prior.therapy.visits" in out
    assert "did you mean {number" not in out
    assert "did you mean number" in out


def test_a_surgery_that_is_dated_before_the_injury_is_left_to_a_person(drafter):
    text = DECISION.format(
        summary="The patient underwent right knee arthroscopy on 1/5/2010.", request="Physical therapy", rationale=""
    )
    before = yaml.safe_load(drafter.draft("a", text.encode()).text)
    assert {before["facts"][name]["confidence"] for name in ("surgery.performed", "surgery.date")} == {"doubtful"}
    after = yaml.safe_load(drafter.draft("a", text.replace("1/5/2010", "10/5/2016").encode()).text)
    assert {after["facts"][name]["confidence"] for name in ("surgery.performed", "surgery.date")} == {"sure"}


# ---- hostile and odd text


def test_a_text_beyond_the_limit_is_refused():
    with pytest.raises(Unreadable, match="letters"):
        text_of(b"x" * (LONGEST_TEXT + 1))


@pytest.mark.parametrize(
    "odd",
    ["physical therapy " * 8000, "visits of " * 9000, "1 " * 9000, "(" * 9000, "no evidence of " * 3000, "- " * 9000],
)
def test_a_sentence_without_end_is_read_to_its_limit(read, odd):
    item = read(summary=odd[:40_000], rationale=odd[:40_000])
    assert item.reviewer.outcome == "upheld"


# ---- a person confirms


@pytest.mark.slow
def test_a_review_accepts_changes_and_drops_and_keeps_what_is_answered(tmp_path, ruleset, monkeypatch, capsys):
    text = DECISION.format(
        summary="He completed 8 sessions of physical therapy. The diagnosis is lumbar strain.",
        rationale="There is no documentation of functional improvement.",
        request="Physical therapy, 6 visits, low back",
    )
    (tmp_path / "d.txt").write_text(text, encoding="utf-8")
    answers = iter(["a", "?", "d", "c", "never", "c", "strain or sprain, M54.16", "c", "nd", "q"])
    monkeypatch.setattr("builtins.input", lambda _="": next(answers))
    command = ["ingest", str(tmp_path / "d.txt"), "--review", "--out", str(tmp_path / "out")]
    assert main(command) == 0
    err = capsys.readouterr().err
    assert "4 answered" in err
    assert "8 sessions" not in err.split("Treatment requested")[0]
    draft = tmp_path / "out" / "CM17-0999998.yaml"
    item = case_of_text("draft", draft.read_bytes(), ruleset).items[0]
    assert [one.origin for one in item.statements["injury.date"]] == [Origin.CONFIRMED]
    assert [one.origin for one in item.statements["diagnosis.groups"]] == [Origin.EXTRACTED, Origin.OVERRIDDEN]
    assert item.statements["request.treatment"][-1].values is None
    # A second review goes on where the first was left, and end of input keeps what is there.
    before = draft.read_bytes()
    monkeypatch.setattr("builtins.input", lambda _="": (_ for _ in ()).throw(EOFError))
    assert main(command) == 0
    assert draft.read_bytes() == before
    assert "0 answered" in capsys.readouterr().err


def test_a_review_needs_a_folder(tmp_path, capsys):
    (tmp_path / "d.txt").write_text("x", encoding="utf-8")
    assert main(["ingest", str(tmp_path / "d.txt"), "--review"]) == 2
    assert "--out FOLDER" in capsys.readouterr().err


def test_the_report_says_what_was_found_and_what_was_not(tmp_path, capsys):
    for name in ("a", "b"):
        text = DECISION.format(summary="", rationale="", request="Physical therapy").replace(
            "0999998", f"099999{ord(name) % 10}"
        )
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    assert main(["ingest", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    err = capsys.readouterr().err
    assert "2  Date of injury" in err
    assert "found in no decision:" in err
    assert "Therapy visits so far" in err.partition("found in no decision:")[2]


def test_a_decision_of_another_kind_of_request_has_no_ground_about_visits(read):
    item = read(request="A drug, 60 tablets", rationale="The number exceeds the recommended guidelines.")
    assert [one.criterion for one in item.reviewer.grounds] == []


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("6-12", {"at_least": 6, "at_most": 12}),
        ("2016-12-01 to 2016-12-20", {"at_least": "2016-12-01", "at_most": "2016-12-20"}),
        ("yes", True),
        ("14", 14),
        ("2016-10-31", "2016-10-31"),
    ],
)
def test_a_person_writes_values_as_they_are_shown(words, value):
    assert value_of_words(words) == value


@pytest.mark.slow
def test_what_is_wrong_with_files_and_folders_is_said_of_them(tmp_path, capsys):
    text = DECISION.format(summary="", rationale="", request="Physical therapy")
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    assert main(["ingest", str(tmp_path / "empty"), "--out", str(tmp_path / "out")]) == 1
    assert "no PDF or text here" in capsys.readouterr().err
    assert main(["ingest", str(tmp_path / "a.txt"), "--out", str(tmp_path / "b.txt")]) == 2
    assert "is no folder" in capsys.readouterr().err
    assert main(["ingest", str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), "--out", str(tmp_path / "out")]) == 1
    assert "was drafted from" in capsys.readouterr().err
    assert main(["ingest", str(tmp_path / "nothing.pdf"), "--out", str(tmp_path / "out")]) == 1
    assert "no such file" in capsys.readouterr().err


def test_misspelled_words_are_read_and_quoted_as_they_are(drafter):
    sentence = "She completd 7 sesions of physical therpy, and it brought functional improvment."
    read, mended = drafter._finder.mentions(sentence), drafter._finder.mended_text(sentence)
    assert mended == "She completed 7 sessions of physical therapy, and it brought functional improvement."
    assert {"completd 7 sesions of physical therpy", "functional improvment"} <= {one.words for one in read}
    assert all(sentence[one.start : one.end] == one.words for one in read)


@pytest.mark.parametrize(
    ("sentence", "fact", "value"),
    [
        ("Her fourth visit of acupuncture was on Monday.", "prior.therapy.visits", 4),
        ("There was no swelling after ten visits of physical therapy.", "prior.therapy.visits", 10),
        ("Because he did not get better, surgery was performed.", "surgery.performed", True),
        ("Since this injury she has had five visits of therapy.", "prior.therapy.visits", 5),
        ("He limps because of pain, and physical therapy is asked for.", "pain.relief_from_therapy", None),
    ],
)
def test_what_a_clause_says_stays_in_it(drafter, sentence, fact, value):
    read = judged(
        drafter, "", {"sentence": sentence, "treatment": "acupuncture" if "acup" in sentence else "physical_therapy"}
    )
    assert read.read.get(fact, [None]) == [value]
