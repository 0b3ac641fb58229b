"""The second reader of sentences, and what both readers make of one together."""

import orjson
import pytest

from mtus_engine.api import shipped_rules
from mtus_engine.ingest.drafter import Drafter
from mtus_engine.ingest.linear import LikelyAnswer, Weights
from mtus_engine.ingest.second_reader import SecondReader, grams, numbers_in, second_reader
from mtus_engine.ingest.sentence_model import ModelScores, sentence_model
from mtus_engine.ingest.word_pieces import WordPieces
from mtus_engine.loader.yaml_tree import parse_leniently
from tests.conftest import ROOT
from tests.sentence_harness import DECISION
from tools.learn_sentences import (
    WEIGHTS,
    answer_judged,
    digest_of_sentences,
    files_learned_from,
    learned,
    of_sentences,
    sentences,
    written,
)


@pytest.fixture(scope="module")
def drafter(ruleset):
    return Drafter(shipped_rules(), ruleset, "schema/case.json")


def statements(drafter, sentence, section="summary", request="Physical therapy"):
    """What a decision that holds a sentence states: by fact the statements that have a confidence."""
    parts = {"summary": "", "rationale": "", "request": request, section: sentence}
    case = parse_leniently("a", drafter.draft("a", DECISION.format(**parts).encode()).text.encode()).plain
    found = {}
    for facts in (case.get("facts", {}), case["items"][0]["facts"]):
        for fact, said in facts.items():
            listed = said if isinstance(said, list | tuple) else [said]
            found.setdefault(fact, []).extend(one for one in listed if "confidence" in one)
    return found


@pytest.mark.parametrize("name", ["sentences", "numbers"])
def test_the_weights_are_those_of_the_sentences_as_they_are(name):
    weights = Weights((WEIGHTS / f"{name}.json").read_bytes())
    cure = "python -m tools.learn_sentences writes them anew"
    assert weights.learned_from == {"digest": digest_of_sentences()}, cure


def test_what_is_kept_for_measuring_is_not_learned_from():
    folders = ("sentences-last", "sentences-aside", "sentences-unseen")
    assert {path.parent.name for path in files_learned_from()}.isdisjoint(folders)
    kept = {
        one["sentence"]
        for folder in folders
        for path in sorted((ROOT / "tests" / folder).glob("*.yaml"))
        for one in parse_leniently(path.name, path.read_bytes()).plain
    }
    assert kept
    assert kept.isdisjoint(one.text for one in sentences())


def test_what_a_few_sentences_teach_is_found_again_and_written_as_the_same_bytes():
    lessons = list(of_sentences(list(sentences())[:400]))
    content = written(learned(lessons))
    assert content == written(learned(lessons))
    weights = Weights(content)
    assert set(weights.answers) <= {answer for one in lessons for answer in one.answers}
    one = next(one for one in lessons if set(weights.answers) & one.answers)
    likely = {answer for answer, score in weights.scores(weights.one_by_one(one.grams)).items() if score > 0}
    assert likely & one.answers


def test_a_sentence_is_weighed_by_its_words_their_parts_and_those_that_stand_together():
    weighed = grams("No relief on 3/4/2015.", "summary")
    assert {"relief", "#_rel", "#lief", "no relief", "no relief on", "<date>", "@summary"} <= set(weighed)
    assert len(weighed) == len(set(weighed))
    assert grams("8 visits", "summary") == grams("12 visits", "summary")


def test_scores_do_not_depend_on_what_was_read_before():
    weights = (Weights((WEIGHTS / f"{name}.json").read_bytes()) for name in ("sentences", "numbers"))
    other = SecondReader(*weights, sentence_model.__wrapped__)
    text = "She can dress herself again since the 8 visits of therapy began."
    second_reader().read("Something else was read first.", "rationale")
    assert second_reader().read(text, "summary") == other.read(text, "summary")


def test_an_empty_sentence_and_a_long_one_have_scores():
    scores = second_reader().read("", "summary").scores
    assert max(scores.values()) < 0
    assert set(second_reader().read("therapy " * 100_000, "summary").scores) >= set(scores)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (True, "yes"),
        (False, "no"),
        ("not_documented", "not found"),
        ("off_work", "off_work"),
        (8, "told"),
        ("4 weeks", "told"),
    ],
)
def test_a_value_is_an_answer(value, says):
    assert answer_judged(value) == says


def test_what_no_phrase_reads_is_read_and_never_sure(drafter):
    sentence = "Without a therapist beside him he falls back into the old way of walking, so the sheet of exercises alone will not do."
    [one] = statements(drafter, sentence)["home_program.insufficient"]
    assert one["value"] is True
    assert one["confidence"] in {"likely", "doubtful"}
    assert one["origin"] == "inferred"
    assert "as a whole" in one["note"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Seen 3 times, on 3/4/2015 at 9:30, 80% better, L4, since 2014.", [3]),
        ("After twenty-two visits, the third of them missed.", [22, 3]),
        ("No figure here.", []),
    ],
)
def test_numbers_are_not_days_hours_or_shares(text, values):
    found = [one.value for one in numbers_in(text, "summary")]
    assert [value for value in found if value != 4] == values


def test_what_a_number_counts_depends_on_the_words_around_it():
    [of_visits] = second_reader().read("She has attended 14 sessions with the therapist to date.", "summary").counts
    [of_pills] = second_reader().read("She was dispensed 14 Norco today.", "summary").counts
    assert not second_reader().read("Tramadol 50 mg, 14 tablets were dispensed ten days after.", "summary").counts
    answer = LikelyAnswer("prior.therapy.visits", "{number}")
    assert of_visits.scores[answer] > 0 > of_pills.scores[answer]


def test_the_second_reader_states_no_day(drafter):
    said = statements(drafter, "They opened the shoulder on 3/4/2015 and put the tendon back.")
    alone = {fact for fact, listed in said.items() for one in listed if "as a whole" in one.get("note", "")}
    assert alone.isdisjoint({"surgery.date", "injury.date"})


def test_two_readers_that_differ_leave_it_to_a_person(drafter):
    said = statements(drafter, "This isn't a new flare, symptoms are the same as they've been for two years.")
    listed = said["request.for_flare_up"]
    assert {one["value"] for one in listed} == {True, False}
    assert {one["confidence"] for one in listed} == {"doubtful"}


@pytest.mark.parametrize(
    "sentence",
    [
        "Can he walk without a therapist beside him, or is the sheet of exercises alone not enough?",
        "If he fell back into the old way of walking, the sheet of exercises would not do.",
    ],
)
def test_questions_and_conditions_state_nothing(drafter, sentence):
    assert "home_program.insufficient" not in statements(drafter, sentence)


def test_what_speaks_of_several_therapies_is_doubtful(drafter):
    said = statements(
        drafter, "With acupuncture and with physical therapy he has gone from two blocks to a mile and back to mowing."
    )
    alone = [one for one in said.get("prior.therapy.improvement", ()) if one.get("note")]
    assert all(one["confidence"] == "doubtful" for one in alone)


def test_every_answer_is_about_a_fact_of_the_vocabulary(ruleset):
    known = {fact for fact, _ in second_reader().read("The 8 visits of therapy helped.", "summary").scores}
    assert {"prior.therapy.improvement", "worker.motivated"} <= known
    assert known <= set(ruleset.facts)


@pytest.mark.parametrize("name", ["sentences", "numbers"])
def test_the_files_of_weights_are_plain_data(name):
    content = orjson.loads((WEIGHTS / f"{name}.json").read_bytes())
    assert set(content) == {"learned_from", "answers", "base", "grams"}
    assert len(content["answers"]) == len(content["base"])


def test_reading_weighs_what_learning_does():
    weights = Weights((WEIGHTS / "sentences.json").read_bytes())
    text = "The patient, after 9 visits, still can't lift; Norco as before."
    by_grams = weights.scores(weights.one_by_one(grams(text, "summary")))
    weights_of_numbers = Weights((WEIGHTS / "numbers.json").read_bytes())
    nothing = SecondReader(weights, weights_of_numbers, Silent)
    by_reader = nothing.read(text, "summary").scores
    assert by_reader.keys() == by_grams.keys()
    assert all(abs(by_reader[one] - by_grams[one]) < 1e-9 for one in by_grams)


class Silent:
    """A model that makes nothing of any sentence."""

    def scores(self, text, section, numbers):
        return ModelScores({}, {})


def test_the_model_is_not_asked_of_a_sentence_that_tells_nothing():
    asked = []

    class Asked(Silent):
        def scores(self, text, section, numbers):
            asked.append(text)
            return super().scores(text, section, numbers)

    weights = (Weights((WEIGHTS / f"{name}.json").read_bytes()) for name in ("sentences", "numbers"))
    reader = SecondReader(*weights, Asked)
    plain, telling = "Norco 10/325 mg was refilled.", "She has made good gains with physical therapy."
    for text in (plain, telling):
        reader.read(text, "summary")
    assert asked == [telling]


def test_a_sentence_in_another_order_of_words_tells_another_thing():
    """The grams of both are nearly the same: it takes the sentence as a whole."""
    answer = LikelyAnswer("prior.therapy.improvement", "yes")
    gained, did_not = (
        second_reader().read(text, "summary").scores[answer]
        for text in (
            "He did not walk far before therapy, and now he gained two miles.",
            "He walked two miles before therapy, and now he did not gain far.",
        )
    )
    assert gained > did_not


def test_words_are_cut_into_pieces_as_the_model_learned_them():
    pieces = WordPieces((WEIGHTS / "pieces.txt").read_text(encoding="utf-8").split("\n"))
    listed = (WEIGHTS / "pieces.txt").read_text(encoding="utf-8").split("\n")
    cut = pieces.cut("Flexion: 95°, naïve 4+/5", 20)
    assert [listed[one] for one in cut.numbers] == [
        *("[CLS]", "flex", "##ion", ":", "95", "##°", ",", "naive", "4", "+", "/", "5", "[SEP]")
    ]
    assert [listed[cut.numbers[at]] for _, at in sorted(cut.starts.items())][:4] == ["flex", ":", "95", ","]
    assert len(pieces.cut("word " * 100, 20).numbers) == 20
    assert [listed[one] for one in pieces.cut("x" * 101, 20).numbers] == ["[CLS]", "[UNK]", "[SEP]"]


@pytest.mark.parametrize(
    "sentence",
    [
        "She has not had any of the 12 visits approved.",
        "He attended none of the 8 visits.",
    ],
)
def test_visits_that_did_not_take_place_are_not_counted(drafter, sentence):
    counted = [one.get("value") for one in statements(drafter, sentence).get("prior.therapy.visits", ())]
    assert not [value for value in counted if isinstance(value, int) and value > 0]


def test_a_range_is_not_narrowed_by_the_second_reader(drafter):
    said = statements(drafter, "Attended 8-10 PT visits, pain down by half.")["prior.therapy.visits"]
    assert [one["value"] for one in said] == [{"at_least": 8, "at_most": 10}]


def test_visits_of_another_therapy_are_not_those_of_the_one_that_is_asked_for(drafter):
    said = statements(drafter, "Per the note, eight chiropractic visits had lowered his neck pain from 7/10 to 4/10.")
    assert "prior.therapy.visits" not in said
