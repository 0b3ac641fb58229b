"""A second reader of sentences: what each is likely to tell, as it learned from sentences that people judged.

Cues are phrases that somebody wrote; this reader has none. It weighs the words of a sentence, words that stand
together, and parts of words: grams. Where these say that a sentence may tell something, a small language model reads
it as a whole and gives a score for each answer to each fact. Of each number the words around it are weighed.
tools/learn_sentences.py learns the weights, tools/learn_model.py the model; ADR 14 says what they are used for.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from mtus_engine.compiler.number_words import NUMBER, ORDINALS, whole_number
from mtus_engine.ingest.linear import LikelyAnswer, Weighed, Weights
from mtus_engine.ingest.mentions import LONGEST
from mtus_engine.ingest.sentence_model import SentenceModel, sentence_model
from mtus_engine.model.extraction import Section

_DAY = re.compile(r"\b\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?\b")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_WORD = re.compile(r"<\w+>|[a-z'_]+|[/%+-]")
_MOST_TOGETHER, _PART_LENGTHS = 3, (3, 4, 5)
_MOST_WORDS_KEPT = 5_000

# Drugs by the stems of their names and by brand: which one is taken tells nothing.
_DRUG = re.compile(
    r"(?:[a-z]+(?:profen|codone|morphone|gabalin|pentin|oxicam|coxib|fenac|prazole|triptyline|oxetine|faxine|zepam|zolam"
    r"|zanidine|benzaprine|carbamol|statin|cillin|sartan|pril|olol|tidine|caine|triptan|zodone|entadol)"
    r"|acetaminophen|tylenol|apap|aspirin|naproxen|naprosyn|anaprox|aleve|motrin|advil|etodolac|ketorolac|toradol"
    r"|celebrex|mobic|voltaren|norco|vicodin|lortab|percocet|oxycontin|morphine|codeine|methadone|fentanyl|butrans"
    r"|nucynta|tramadol|ultram|ultracet|opana|soma|carisoprodol|flexeril|zanaflex|robaxin|skelaxin|baclofen|neurontin"
    r"|lyrica|elavil|cymbalta|trazodone|topamax|topiramate|xanax|valium|ativan|ambien|lunesta|medrol|prednisone"
    r"|lidoderm|terocin|prilosec|protonix|zantac|metformin|colace|senna)"
)

# What a sentence is cut into around its numbers.
_PIECE = re.compile(
    rf"(?P<date>\d{{1,2}}[/-]\d{{1,2}}[/-]\d{{2,4}})|(?P<pair>\d{{1,2}}/\d{{1,2}})(?!\w)|(?P<other>\d{{1,2}}:\d\d|\d+\.\d+|\d+%|\d{{4,}})"
    rf"|(?P<ordinal>\d{{1,2}}(?:st|nd|rd|th)|(?:{'|'.join(ORDINALS)}))\b|(?P<number>{NUMBER})(?![a-z])"
    r"|[a-z]+(?:[-'][a-z]+)*|[/x#+,.;:()=-]"
)
_ANY_NUMBER = re.compile(rf"\d|\b(?:{NUMBER}|{'|'.join(ORDINALS)})\b")
# What stands behind a number that counts no visits.
_MEASURES = frozenset(
    [
        *("day", "days", "week", "weeks", "wk", "wks", "month", "months", "mo", "mos", "year", "years", "yr", "yrs"),
        *("hour", "hours", "hr", "hrs", "minute", "minutes", "min", "mins", "degree", "degrees", "deg", "percent"),
        *("pound", "pounds", "lb", "lbs", "kg", "mg", "mcg", "ml", "tablet", "tablets", "tab", "tabs", "pill", "pills"),
        *("foot", "feet", "inch", "inches", "cm", "mm", "mile", "miles", "block", "blocks", "flights"),
        *("point", "points"),
    ]
)
# The words around a number that tell what it counts, and those nearest to it, in their order.
_AROUND, _NEAREST = 7, 3
# Numbers up to and from which few and many are counted.
_FEW, _MANY = 3, 31


def grams(text: str, section: Section) -> list[str]:
    """Return what a sentence is weighed by: its words and their parts, each word once, and its runs of words."""
    words = _words(text)
    return [*(gram for word in dict.fromkeys(words) for gram in _of_a_word(word)), *_beside_words(words, section)]


def _words(text: str) -> list[str]:
    return [_weighed_as(one) for one in _WORD.findall(_FIGURE.sub("<n>", _DAY.sub(" <date> ", _plain(text))))]


def _plain(text: str) -> str:
    return text[:LONGEST].lower().replace("’", "'").replace("×", "x")


def _weighed_as(word: str) -> str:
    """Return what a word is weighed as: itself, or a drug whichever it is."""
    return "<drug>" if _DRUG.fullmatch(word) is not None else word


def _of_a_word(word: str) -> Iterator[str]:
    """Yield a word and its parts."""
    yield word
    if word.startswith("<"):
        return
    closed = f"_{word}_"
    for length in _PART_LENGTHS:
        for start in range(len(closed) - length + 1):
            yield f"#{closed[start : start + length]}"


def _beside_words(words: Sequence[str], section: Section) -> list[str]:
    """Return what a sentence is weighed by beside its words: its runs of words, and the section that it stands in."""
    return [*dict.fromkeys(_runs(words)), f"@{section}"]


def _runs(words: Sequence[str]) -> Iterator[str]:
    """Yield the words that stand together, two and three."""
    for length in range(2, _MOST_TOGETHER + 1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])


class NumberIn(NamedTuple):
    """A number in a sentence: its value, where it begins, and what it is weighed by."""

    value: int
    start: int
    grams: list[str]


def numbers_in(text: str, section: Section) -> Iterator[NumberIn]:
    """Yield the whole numbers of a sentence, in figures or words, that may count visits: no days, lengths or shares."""
    plain = _plain(text)
    if _ANY_NUMBER.search(plain) is None:
        return
    pieces = list(_PIECE.finditer(plain))
    shapes = [_shape(piece) for piece in pieces]
    for at, piece in enumerate(pieces):
        counted = piece["ordinal"] or piece["number"]
        behind = shapes[at + 1] if at + 1 < len(shapes) else ""
        if counted and behind not in _MEASURES:
            value = whole_number(counted)
            around = list(dict.fromkeys(_grams_around(shapes, at, value, section)))
            yield NumberIn(value, piece.start(), around)


def _shape(piece: re.Match[str]) -> str:
    kind = piece.lastgroup
    return _weighed_as(piece[0]) if kind is None else f"<{kind}>"


def _grams_around(shapes: Sequence[str], at: int, value: int, section: Section) -> Iterator[str]:
    """Yield what the number at a place is weighed by: the words before and behind it, and all in the sentence."""
    before, behind = shapes[max(0, at - _AROUND) : at], shapes[at + 1 : at + 1 + _AROUND]
    yield f"is {shapes[at]}"
    yield "is few" if value <= _FEW else "is many" if value >= _MANY else "is some"
    for length in range(1, _NEAREST + 1):
        if len(before) >= length:
            yield "before: " + " ".join(before[-length:])
        if len(behind) >= length:
            yield "behind: " + " ".join(behind[:length])
    yield from (f"left {one}" for one in before)
    yield from (f"right {one}" for one in behind)
    yield from (f"left {one} {other}" for one, other in pairwise(before))
    yield from (f"right {one} {other}" for one, other in pairwise(behind))
    for length in range(1, _NEAREST):
        if before and len(behind) >= length:
            yield f"between {before[-1]} | {' '.join(behind[:length])}"
    yield from (f"with {one}" for one in shapes)
    yield f"@{section}"


class LikelyCount(NamedTuple):
    """A number in a sentence, and the score of each of its answers."""

    value: int
    scores: dict[LikelyAnswer, float]


class LikelyReading(NamedTuple):
    """What a sentence is likely to tell: the score of each answer, and its numbers with theirs."""

    scores: dict[LikelyAnswer, float]
    counts: list[LikelyCount]


# The model is asked of a sentence of which the grams score some answer at least so high.
_WORTH_READING = -3.0


class SecondReader:
    """The weights of sentences and of numbers, and the model of sentences, ready to read."""

    def __init__(self, of_sentences: Weights, of_numbers: Weights, model: Callable[[], SentenceModel]) -> None:
        """Keep the weights; model returns the model, which is loaded with the first sentence that is worth it."""
        self._of_sentences, self._of_numbers, self._model = of_sentences, of_numbers, model
        # Only words that were learned are kept: no name of a person stays in memory.
        self._of_known_word = lru_cache(_MOST_WORDS_KEPT)(self._weigh_word)

    def read(self, text: str, section: Section) -> LikelyReading:
        """Return the score of each answer that a sentence may give, and its numbers with the scores of theirs.

        The likely ones are above 0. The grams tell quickly that most sentences of a paper tell nothing; the model reads
        the others.
        """
        words = _words(text)
        of_words = [
            self._of_known_word(one) if self._of_sentences.knows(one) else self._weigh_word(one)
            for one in dict.fromkeys(words)
        ]
        grams = self._of_sentences.one_by_one(_beside_words(words, section))
        scores = self._of_sentences.scores([*of_words, *grams])
        numbers = list(numbers_in(text, section))
        counts = [self._of_numbers.scores(self._of_numbers.one_by_one(one.grams)) for one in numbers]
        if max(scores.values(), default=0.0) >= _WORTH_READING:
            by_model = self._model().scores(text, section, [one.start for one in numbers])
            scores |= by_model.of_sentence
            counts = [of | by_model.of_numbers.get(one.start, {}) for one, of in zip(numbers, counts, strict=True)]
        return LikelyReading(scores, [LikelyCount(one.value, of) for one, of in zip(numbers, counts, strict=True)])

    def _weigh_word(self, word: str) -> Weighed:
        return self._of_sentences.together(_of_a_word(word))


@cache
def second_reader() -> SecondReader:
    """Return the reader with the weights of this package."""
    folder = files("mtus_engine.ingest").joinpath("weights")
    of_sentences, of_numbers = (
        Weights(folder.joinpath(f"{name}.json").read_bytes()) for name in ("sentences", "numbers")
    )
    return SecondReader(of_sentences, of_numbers, sentence_model)
