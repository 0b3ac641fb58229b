"""Learns the weights of the second reader from the sentences judged by hand.

    python -m tools.learn_sentences [--check]

writes the files of src/mtus_engine/ingest/weights, the same bytes each time. With --check it writes nothing: it learns
from all sentences but one file of them, in turns, and prints how often the answers for that file are right.
"""

import argparse
import hashlib
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import yaml
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from mtus_engine.ingest.linear import SOME, LikelyAnswer, answer_of
from mtus_engine.ingest.second_reader import grams, numbers_in
from mtus_engine.model.extraction import Section

ROOT = Path(__file__).parents[1]
WEIGHTS = ROOT / "src" / "mtus_engine" / "ingest" / "weights"
# What is learned from; sentences-last and sentences-aside are kept for measuring alone.
FOLDERS = ("sentences", "sentences-later", "sentences-further", "sentences-learned", "sentences-whole")
# The folder whose sentences are judged for every fact of the vocabulary, not only for those that tests count.
WHOLE = "sentences-whole"
# A gram counts that stands in as many sentences, an answer that as many give.
FEWEST_SENTENCES, FEWEST_ANSWERS = 3, 12
# How much a mistake costs beside large weights, and how many weights of an answer are kept.
COST, MOST_WEIGHTS = 30.0, 3000
# Most sentences of real papers tell nothing, and few of those judged do: each of these counts as so many.
OF_ORDINARY_TEXT = 3.0
# Of what fact a sentence tells that there was any, and of which the numbers in it are read.
COUNTED = "prior.therapy.visits"
NUMBERED = (
    COUNTED,
    "prior.program.visits",
    "prior.program.visits_pending",
    "prior.other_therapy.visits",
    "prior.postsurgical.visits",
    "prior.therapy.visits_pending",
    "authorization.visits_in_writing",
    "request.visits",
    "request.visits_authorized",
    "request.visits_per_week",
)


class Judged(NamedTuple):
    """A sentence judged by hand: its file, its text, its section, and what it tells by fact.

    is_whole tells that it was judged for every fact.
    """

    file: str
    text: str
    section: Section
    tells: Mapping[str, object]
    is_whole: bool


class Lesson(NamedTuple):
    """Grams with the answers that they give; file is where they are from, is_ordinary tells that no fact is told."""

    file: str
    grams: Sequence[str]
    answers: frozenset[LikelyAnswer]
    is_ordinary: bool


class Learned(NamedTuple):
    """What was learned: how rare each gram is, and for each answer its base and the weight of each gram."""

    rarity: Mapping[str, float]
    answers: Sequence[LikelyAnswer]
    base: "np.ndarray[Any, Any]"
    weights: "np.ndarray[Any, Any]"


def main() -> None:
    """Learn the weights and write them, or check what is learned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="print how often what is learned is right elsewhere")
    is_check = parser.parse_args().check
    for name, lessons in {"sentences": of_sentences(sentences()), "numbers": of_numbers(sentences())}.items():
        if is_check:
            check(list(lessons))
        else:
            path = WEIGHTS / f"{name}.json"
            path.write_bytes(written(learned(list(lessons))))
            print(f"{path.relative_to(ROOT)}: learned", file=sys.stderr)


def files_learned_from() -> list[Path]:
    """Return the files of sentences that the weights are learned from, in order."""
    return [path for folder in FOLDERS for path in sorted((ROOT / "tests" / folder).glob("*.yaml"))]


def digest_of_sentences() -> str:
    """Return a digest of the files that the weights are learned from."""
    made = hashlib.sha256()
    for path in files_learned_from():
        made.update(path.read_bytes())
    return made.hexdigest()


def sentences() -> Iterator[Judged]:
    """Yield the sentences judged by hand."""
    for path in files_learned_from():
        for one in yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader):
            section, tells = one.get("section", "summary"), one.get("tells") or {}
            yield Judged(str(path), one["sentence"], section, tells, path.parent.name == WHOLE)


def of_sentences(judged: Iterable[Judged]) -> Iterator[Lesson]:
    """Yield what each sentence teaches as a whole."""
    for one in judged:
        answers = answers_told(one)
        yield Lesson(one.file, grams(one.text, one.section), answers, not answers)


def answers_told(one: Judged) -> frozenset[LikelyAnswer]:
    """Return the answers that a sentence gives, that there were visits at all among them."""
    answers = frozenset(LikelyAnswer(fact, answer_judged(value)) for fact, value in one.tells.items())
    return answers | {LikelyAnswer(COUNTED, SOME)} if tells_some(one.tells.get(COUNTED)) else answers


def tells_some(counted: object) -> bool:
    """Return whether a count of visits, as sentences are judged, says that there were any."""
    least = counted.get("at_least") if isinstance(counted, dict) else counted
    return isinstance(least, int) and not isinstance(least, bool) and least >= 1


def answer_judged(value: object) -> str:
    """Return the answer that a value is as sentences are judged: a word alone is a member of its fact."""
    is_member = isinstance(value, str) and value.replace("_", "").isalpha()
    return answer_of(None if value == "not_documented" else value, is_member=is_member)


def of_numbers(judged: Iterable[Judged]) -> Iterator[Lesson]:
    """Yield what each number in a sentence teaches: of which fact it is the one told, if of any."""
    for one in judged:
        for number in numbers_in(one.text, one.section):
            yield Lesson(one.file, number.grams, answers_of_count(one.tells, number.value), not one.tells)


def answers_of_count(tells: Mapping[str, object], number: int) -> frozenset[LikelyAnswer]:
    """Return the answers that a number gives in a sentence that tells this."""
    return frozenset(
        LikelyAnswer(fact, says) for fact in NUMBERED for says in answers_of_number(tells.get(fact), number)
    )


def answers_of_number(told: object, number: int) -> Iterator[str]:
    """Yield the answers by which a number gives what is told of a fact."""
    least = told.get("at_least") if isinstance(told, dict) and set(told) == {"at_least"} else None
    if told == number and not isinstance(told, bool):
        yield "{number}"
    if least == number > 1:
        yield "at least {number}"


def learned(lessons: Sequence[Lesson]) -> Learned:
    """Return what lessons teach."""
    counted = Counter(gram for one in lessons for gram in set(one.grams))
    known = sorted(gram for gram, count in counted.items() if count >= FEWEST_SENTENCES)
    rarity = {gram: round(math.log((1 + len(lessons)) / (1 + counted[gram])) + 1, 2) for gram in known}
    matrix = _matrix([one.grams for one in lessons], rarity)
    given = Counter(answer for one in lessons for answer in one.answers)
    answers = sorted(answer for answer, count in given.items() if count >= FEWEST_ANSWERS)
    weight = np.array([OF_ORDINARY_TEXT if one.is_ordinary else 1.0 for one in lessons])
    fitted = [_fitted(matrix, np.array([answer in one.answers for one in lessons]), weight) for answer in answers]
    return Learned(rarity, answers, np.array([base for base, _ in fitted]), np.array([each for _, each in fitted]))


def _matrix(all_grams: Sequence[Sequence[str]], rarity: Mapping[str, float]) -> Any:
    """Return a row a sentence and a column a gram: how rare it is, divided by the length of the row."""
    number = {gram: n for n, gram in enumerate(rarity)}
    rows, columns, values = [], [], []
    for row, each in enumerate(all_grams):
        there = [gram for gram in each if gram in rarity]
        length = math.sqrt(sum(rarity[gram] ** 2 for gram in there)) or 1.0
        rows += [row] * len(there)
        columns += [number[gram] for gram in there]
        values += [rarity[gram] / length for gram in there]
    return csr_matrix((values, (rows, columns)), shape=(len(all_grams), len(rarity)))


def _fitted(matrix: Any, holds: Any, counts: Any) -> tuple[float, Any]:
    """Return base and weights of a logistic regression with ridge, of which the largest weights are kept."""
    sign = np.where(holds, 1.0, -1.0)

    def loss(weights: Any) -> tuple[float, Any]:
        margin = sign * (matrix @ weights[1:] + weights[0])
        slope = -sign * counts / (1 + np.exp(np.clip(margin, -500, 500)))
        gradient = np.concatenate([[slope.sum()], matrix.T @ slope]) * COST + weights
        return float(COST * (counts * np.logaddexp(0, -margin)).sum() + weights @ weights / 2), gradient

    found = minimize(loss, np.zeros(matrix.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    base, weights = found[0], found[1:]
    if len(weights) > MOST_WEIGHTS:
        weights = np.where(np.abs(weights) >= np.sort(np.abs(weights))[-MOST_WEIGHTS], weights, 0)
    return round(float(base), 2), np.round(weights, 1)


def written(found: Learned) -> bytes:
    """Return the file of weights: of each gram how rare it is, and its weight in tenths for each answer by number."""
    by_gram = {
        gram: " ".join([f"{rarity:.2f}", *(f"{n}:{round(weight * 10)}" for n, weight in enumerate(column) if weight)])
        for (gram, rarity), column in zip(found.rarity.items(), found.weights.T, strict=True)
    }
    content = {
        "learned_from": {"digest": digest_of_sentences()},
        "answers": [list(one) for one in found.answers],
        "base": found.base.tolist(),
        "grams": by_gram,
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def check(lessons: Sequence[Lesson]) -> None:
    """Print of each file how often answers more likely than not are right, learned from all the others."""
    right = said = told = 0
    for file in dict.fromkeys(one.file for one in lessons):
        found = learned([one for one in lessons if one.file != file])
        here = [one for one in lessons if one.file == file]
        scores = _matrix([one.grams for one in here], found.rarity) @ found.weights.T + found.base
        given = [{a for a, score in zip(found.answers, row, strict=True) if score > 0} for row in scores]
        right += sum(len(each & one.answers) for each, one in zip(given, here, strict=True))
        said += sum(map(len, given))
        told += sum(len(one.answers) for one in here)
        print(f"{Path(file).parent.name}/{Path(file).name}: so far {right} of {said} right, {right} of {told} found")


if __name__ == "__main__":
    main()
