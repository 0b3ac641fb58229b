"""Sentences judged by hand: what is read of them, by kind and in all; and layouts that change nothing."""

import re

import pytest

from mtus_engine.api import shipped_rules
from mtus_engine.ingest.decision import decision
from mtus_engine.ingest.drafter import Drafter
from mtus_engine.ingest.layout import laid_out
from mtus_engine.ingest.naming import named_members
from mtus_engine.ingest.pdf import Unreadable, text_of
from mtus_engine.loader.yaml_tree import parse_leniently
from tests.conftest import ROOT
from tests.sentence_harness import (
    ASIDE,
    DECISION,
    FOLDER,
    FURTHER,
    LAST,
    LATER,
    ORDINARY,
    UNSEEN,
    counts,
    judged,
    sentences,
)


@pytest.fixture(scope="module")
def drafter(ruleset):
    return Drafter(shipped_rules(), ruleset, "schema/case.json")


@pytest.fixture(scope="module")
def found(drafter):
    return [judged(drafter, kind, entry) for kind, entry in sentences()]


def test_there_are_enough_sentences_and_a_third_are_of_further_kinds():
    listed = list(sentences())
    own = {
        file.stem
        for file in (ROOT / "tests" / "sentences").glob("*.yaml")
        if "(own)" in file.read_text(encoding="utf-8").splitlines()[0]
    }
    assert len(listed) >= 300
    assert 3 * sum(kind in own for kind, _ in listed) >= len(listed)


@pytest.mark.slow
def test_what_is_read_of_sentences_is_what_results_say(found):
    assert_results_say(*counts(found))


def assert_results_say(right, read, hit, told):
    """The page of results gives these counts, but for a sentence that another processor reads by a hair otherwise."""
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    for counted, words in (((right, read), "statements right"), ((hit, told), "told facts found")):
        listed = [tuple(map(int, one)) for one in re.findall(rf"(\d+) of (\d+) {words}", page)]
        assert any(abs(one[0] - counted[0]) <= 1 and abs(one[1] - counted[1]) <= 1 for one in listed), counted


@pytest.mark.parametrize(
    "folder",
    [LATER, LAST, ASIDE, pytest.param(FURTHER, marks=pytest.mark.slow)],
    ids=["later", "last", "aside", "further"],
)
def test_what_is_read_of_further_sentences_is_what_results_say(drafter, folder):
    assert_results_say(*counts([judged(drafter, kind, entry) for kind, entry in sentences(folder)]))


@pytest.mark.parametrize("folder", [UNSEEN, ORDINARY], ids=["unseen", "ordinary"])
def test_what_is_read_of_unseen_sentences_of_every_fact_is_what_results_say(drafter, ruleset, folder):
    # The treatment of a request is what the sentence is read for.
    facts = frozenset(ruleset.facts) - {ruleset.roles.treatment}
    assert_results_say(*counts([judged(drafter, kind, entry, facts) for kind, entry in sentences(folder)]))


def statements_of(drafter, sentence, treatment="physical_therapy", section="summary"):
    entry = {"sentence": sentence, "treatment": treatment, "section": section}
    return judged(drafter, "", entry).read


@pytest.mark.parametrize(
    "sentence",
    [
        "Functional improvement from therapy should be documented.",
        "Further therapy depends on functional improvement with the first visits.",
        "The response would be assessed after improvement from physical therapy.",
        "Additional visits may be indicated with functional improvement from therapy.",
        "The guidelines recommend therapy where it brings functional improvement.",
        "Continued therapy is warranted only where functional gains are demonstrated.",
        "The claims administrator argued that therapy had improved function.",
        "Functional gains, as the regulation defines them, are gains in daily activities.",
        "By improvement with therapy is meant a gain in what the worker can do.",
        "Anyone who has improved with physical therapy may need more of it.",
        "His brother improved with physical therapy.",
        "PT/PTT was normal.",
        "Norco #60 was refilled.",
        "Has the patient improved with physical therapy?",
    ],
)
def test_what_is_not_asserted_of_the_worker_is_not_read(drafter, sentence):
    read = statements_of(drafter, sentence)
    assert "prior.therapy.improvement" not in read
    assert "prior.therapy.visits" not in read or read["prior.therapy.visits"] == [(("at_least", "1"),)]


def test_what_stands_within_a_longer_name_names_nothing_by_itself():
    phrases = {
        "other": ("pain", "strain"),
        "crps": ("complex regional pain syndrome",),
        "myalgia": ("myofascial pain",),
    }
    assert named_members("complex regional pain syndrome of the hand", phrases) == ("crps",)
    assert named_members("myofascial pain and a strain; knee pain", phrases) == ("myalgia", "other")


@pytest.mark.parametrize(
    ("sentence", "fact", "value"),
    [
        ("Physical therapy improved her function.", "prior.therapy.improvement", True),
        (
            "The continued weakness argues against her having gained function with therapy.",
            "prior.therapy.improvement",
            False,
        ),
        ("He explained why a home program is not sufficient.", "home_program.insufficient", True),
        ("The patient denies any previous PT.", "prior.therapy.visits", 0),
        ("She has had physical therapy x12.", "prior.therapy.visits", 12),
        ("To date 18/24 physical therapy visits have been used.", "prior.therapy.visits", 18),
        ("To date 18/24 physical therapy visits have been used.", "request.visits_authorized", 24),
        ("The patient attended 6 of 8 PT visits.", "prior.therapy.visits", 6),
        ("The patient attended 6 of 8 PT visits.", "request.visits_authorized", 8),
        ("He had 4 visits of physical therapy in 2015 and 6 more in 2016.", "prior.therapy.visits", 10),
        ("Six PT (physical therapy) sessions were completed.", "prior.therapy.visits", 6),
        ("Authorised 10, attended seven visits of physical therapy.", "request.visits_authorized", 10),
        ("Authorised 10, attended seven visits of physical therapy.", "prior.therapy.visits", 7),
        ("The patient has yet to see any functional benefit from therapy.", "prior.therapy.improvement", False),
        ("She is close to maximum medical improvement and will be released.", "worker.near_maximum_improvement", True),
        ("He was hurt on the 5th of August, 2016.", "injury.date", "2016-08-05"),
        (
            "There is no documented improvement in activities of daily living.",
            "improvement.daily_living",
            "not_documented",
        ),
    ],
)
def test_each_sentence_named_for_a_kind_is_right(drafter, sentence, fact, value):
    assert statements_of(drafter, sentence).get(fact) == [value]


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ("Physical therapy, QTY: 8", {"request.visits": [8]}),
        ("Physical therapy 1 times 8", {"request.visits": [8], "request.visits_per_week": [1]}),
        ("Physical therapy QIW for 3 weeks", {"request.visits": [12], "request.visits_per_week": [4]}),
        ("Physical therapy BIW for 6 weeks", {"request.visits": [12], "request.visits_per_week": [2]}),
        ("Physical therapy for a month, 8 sessions", {"request.visits": [8], "request.duration": ["1 month"]}),
        ("Physical therapy twelve (12) sessions", {"request.visits": [12]}),
        (
            "Physical therapy two to three times weekly",
            {"request.visits_per_week": [(("at_least", "2"), ("at_most", "3"))]},
        ),
    ],
)
def test_quantities_of_requests_in_every_spelling(drafter, request_, told):
    read = statements_of(drafter, request_, section="request")
    assert {fact: read.get(fact) for fact in told} == told


# ---- layouts


def without_blank_lines(text):
    return re.sub(r"\n\s*\n+", "\n", text)


def with_footers(text):
    lines = text.split("\n")
    return "\n".join(
        part
        for n, line in enumerate(lines, 1)
        for part in ((line, "", f"Page {n // 9} of {len(lines) // 9 + 1}", "") if n % 9 == 0 else (line,))
    )


LAYOUTS = {
    "without blank lines": without_blank_lines,
    "with page footers": with_footers,
    "with double spaces": lambda text: text.replace(" ", "  "),
    "with spaces that do not break": lambda text: text.replace(" ", "\u00a0"),
    "with other line ends": lambda text: text.replace("\n", "\r\n"),
    "with soft hyphens": lambda text: text.replace("therapy", "ther\u00adapy"),
    "all at once": lambda text: with_footers(without_blank_lines(text)).replace(" ", "  "),
}
TWO_ITEMS = DECISION.replace(
    "Decision rationale: {rationale}",
    "Decision rationale: The visits exceed the guideline. The request is not medically necessary.\n\n"
    "Physical therapy 8 sessions was the original request. Physical therapy 6 sessions was authorized by the\n"
    "Claims Administrator. The remaining portion of the original request, physical therapy 2 sessions is:\nOverturned\n\n"
    "Claims Administrator guideline: Decision based on MTUS.\n\nMAXIMUS guideline: Decision based on MTUS.\n\n"
    "Decision rationale: The request is medically necessary.",
).format(summary="The worker was seen.", request="Acupuncture, 6 visits")


def items_of(text):
    return [(item.number, item.request, item.outcome) for item in decision(laid_out(text)).items]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_changes_no_item(layout):
    assert items_of(LAYOUTS[layout](TWO_ITEMS)) == items_of(TWO_ITEMS)
    assert [outcome for _, _, outcome in items_of(TWO_ITEMS)] == ["upheld", "overturned"]


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_changes_nothing_of_public_decisions(layout, decisions):
    folder = decisions.parent / "imr" / "pdf"
    files = [*sorted(folder.glob("*.pdf")), *sorted(decisions.glob("*.txt"))]
    assert files
    for file in files:
        text = text_of(file.read_bytes())
        again = LAYOUTS[layout](text)
        assert items_of(again) == items_of(text), file.name
        assert decision(laid_out(again))[:4] == decision(laid_out(text))[:4], file.name


@pytest.mark.parametrize("heading", ["IMR DECISION(S) AND RATIONALE(S)", "ISSUE AT DISPUTE"])
def test_headings_of_other_years_are_known(heading):
    text = TWO_ITEMS.replace("IMR ISSUES, DECISIONS AND RATIONALES", heading)
    assert items_of(text) == items_of(TWO_ITEMS)


def test_an_outcome_without_its_item_is_told(drafter):
    text = TWO_ITEMS.replace("MAXIMUS guideline: Decision based on MTUS.\n\nDecision rationale: The request is", "Is")
    lost = text.replace("The worker was seen.", "The worker was seen. Upheld\nClaims Administrator guideline: none.")
    with pytest.raises(Unreadable, match="one may be lost"):
        drafter.draft("a", lost.encode())


@pytest.mark.parametrize(
    ("sentence", "fact"),
    [
        ("The notes do not say whether he has returned to work.", "work.status"),
        ("Nowhere is it explained why further supervised therapy is needed.", "further_therapy.need_explained"),
        ("The records are silent as to exceptional factors.", "exceptional_factors.documented"),
        ("Whether surgery would help is not stated anywhere.", "surgery.candidate"),
    ],
)
def test_what_the_record_is_silent_about_was_looked_for_and_not_found(drafter, sentence, fact):
    assert statements_of(drafter, sentence)[fact] == ["not_documented"]


def test_a_matter_that_is_only_named_tells_nothing(drafter):
    assert "work.status" not in statements_of(drafter, "The letter turns to her work status.")


def test_what_bars_a_cue_bars_it_in_its_own_clause(drafter):
    told = "He has been taught a home exercise program, and the records give no reason why it would not suffice."
    assert statements_of(drafter, told)["home_program.instructed"] == [True]


def test_a_month_is_no_doubt(drafter):
    assert statements_of(drafter, "She returned to full duty in May 2016.")["work.status"] == ["full_duty"]
    assert "prior.therapy.improvement" not in statements_of(drafter, "Function may improve with physical therapy.")


def test_a_patient_is_no_physical_therapy(drafter):
    assert "prior.therapy.visits" not in statements_of(drafter, "HEP reviewed, pt given handout.")


def test_a_rationale_tells_of_the_case_unless_it_speaks_in_general(drafter):
    told = statements_of(drafter, "Acupuncture eased the headaches.", "acupuncture", "rationale")
    assert told["pain.relief_from_therapy"] == [True]
    assert statements_of(drafter, "Acupuncture may be used to ease headaches.", "acupuncture", "rationale") == {}
    assert statements_of(drafter, "Patients usually improve with acupuncture.", "acupuncture", "rationale") == {}


@pytest.mark.parametrize(
    "sentence", ["Injections x 2, PT, acupuncture tried.", "She had blocks x 3, physical therapy and rest."]
)
def test_a_number_before_a_comma_counts_what_stands_before_it(drafter, sentence):
    assert all(not isinstance(value, int) for value in statements_of(drafter, sentence).get("prior.therapy.visits", ()))


def test_no_judged_sentence_runs_on_in_the_words_of_a_decision(decisions):
    files = [*decisions.glob("*.txt"), *(decisions.parent / "imr" / "pdf").glob("*.pdf")]
    theirs = {run for file in files for run in runs_of_words(text_of(file.read_bytes()))}
    assert theirs
    folders = [FOLDER, LATER, FURTHER, LAST, ASIDE, ROOT / "tests" / "sentences-learned"]
    ours = [
        one["sentence"]
        for folder in folders
        for file in sorted(folder.glob("*.yaml"))
        for one in parse_leniently(file.name, file.read_bytes()).plain
    ]
    assert len(ours) > 10_000
    assert [one for one in ours if not theirs.isdisjoint(runs_of_words(one))] == []


def runs_of_words(text, length=9):
    """Return the runs of so many words in a text."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {" ".join(words[start : start + length]) for start in range(len(words) - length + 1)}


# Each kind of cue on what an MRI is asked for, in both directions.
TOLD_OF_IMAGING = [
    ("Sensation is decreased over the right lateral foot (S1).", {"imaging.nerve_findings": True}),
    ("There was diminished sensation in the L5 dermatome.", {"imaging.nerve_findings": True}),
    ("The right Achilles reflex is absent.", {"imaging.nerve_findings": True}),
    ("Ankle dorsiflexion was 4/5 on the left.", {"imaging.nerve_findings": True}),
    ("Neurologic examination is intact.", {"imaging.nerve_findings": False}),
    ("There were no motor or sensory deficits.", {"imaging.nerve_findings": False}),
    ("There is a lack of documentation of neurological deficits.", {"imaging.nerve_findings": "not_documented"}),
    ("The lumbar spine is tender, and flexion is 40 degrees.", {}),
    ("Straight leg raise is positive on the right.", {}),
    ("He has failed conservative treatment.", {"imaging.treatment_failed": True}),
    ("The back has not improved with conservative care.", {"imaging.treatment_failed": True}),
    ("She had physical therapy without lasting relief.", {"imaging.treatment_failed": True}),
    ("There is no documentation of failed conservative care.", {"imaging.treatment_failed": "not_documented"}),
    ("Imaging is for patients who have failed conservative treatment.", {}),
    ("The patient would consider surgery.", {"imaging.surgery_considered": True}),
    ("He is not a candidate for lumbar surgery.", {"imaging.surgery_considered": False}),
    ("There is no indication that surgery is being considered.", {"imaging.surgery_considered": "not_documented"}),
    ("There are no red flags.", {"imaging.red_flag": False}),
    ("No red flags were identified.", {"imaging.red_flag": "not_documented"}),
    (
        "There is progressive neurological deficit of the leg.",
        {"imaging.red_flag": True, "imaging.nerve_findings": True},
    ),
    ("Imaging is reserved for red flags or progressive neurological deficit.", {}),
    ("An MRI of the lumbar spine dated 03/01/2016 was reviewed.", {"imaging.earlier_study": True}),
    ("She has never had an MRI.", {"imaging.earlier_study": False}),
    ("An MRI of the lumbar spine was requested on 11/30/2016.", {}),
]


@pytest.mark.parametrize(("sentence", "tells"), TOLD_OF_IMAGING, ids=[sentence for sentence, _ in TOLD_OF_IMAGING])
def test_a_sentence_tells_of_imaging_what_it_asserts(drafter, ruleset, sentence, tells):
    entry = {"sentence": sentence, "treatment": "mri", "section": "summary", "tells": tells}
    of_imaging = {name for name in ruleset.facts if name.startswith("imaging.")}
    assert judged(drafter, "imaging", entry, of_imaging).read == {fact: [value] for fact, value in tells.items()}


# Each kind of cue on what a functional restoration program is asked for, in both directions.
TOLD_OF_PROGRAMS = [
    ("She is highly motivated and wants to work again.", {"worker.motivated": True}),
    ("He was willing to forgo disability payments.", {"worker.motivated": True}),
    ("The worker has shown strong motivation to improve.", {"worker.motivated": True}),
    ("There is no documentation of motivation to change.", {"worker.motivated": "not_documented"}),
    ("He is poorly motivated and keeps few appointments.", {"worker.motivated": False}),
    ("The worker lacks motivation for any program.", {"worker.motivated": False}),
    ("The patient must be motivated to change.", {}),
    ("It is unclear whether she is motivated.", {}),
    (
        "Negative predictors of success have been addressed by the psychologist.",
        {"negative_predictors.addressed": True},
    ),
    ("The psychologist addressed the negative predictors at length.", {"negative_predictors.addressed": True}),
    (
        "There is no evidence that negative predictors were addressed.",
        {"negative_predictors.addressed": "not_documented"},
    ),
    ("The guideline asks that negative predictors be addressed.", {}),
    ("She underwent a multidisciplinary evaluation on 12/18/2015.", {"evaluation.thorough": True}),
    ("Baseline functional testing was completed before the program.", {"evaluation.thorough": True}),
    ("A multidisciplinary evaluation is requested.", {}),
    ("Baseline functional testing should be done first.", {}),
]


@pytest.mark.parametrize(("sentence", "tells"), TOLD_OF_PROGRAMS, ids=[sentence for sentence, _ in TOLD_OF_PROGRAMS])
def test_a_sentence_tells_of_a_program_what_it_asserts(drafter, sentence, tells):
    entry = {"sentence": sentence, "treatment": "functional_restoration_program", "section": "summary", "tells": tells}
    told = frozenset({"worker.motivated", "negative_predictors.addressed", "evaluation.thorough"})
    read = judged(drafter, "", entry, told).read
    assert {fact: said for fact, (said, *_) in read.items()} == tells
    assert all(len(said) == 1 for said in read.values())
