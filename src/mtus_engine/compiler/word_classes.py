"""Replaces classes of words, named as <visits>, in phrases, and finds phrases that function words alone match."""

import re
from collections.abc import Iterable, Mapping, Sequence

from mtus_engine.compiler.phrases import PIECE
from mtus_engine.compiler.problems import Misfit, Place, Problems
from mtus_engine.model.diagnostic import did_you_mean

_CLASS = re.compile(r"<([a-z-]+)>")
_SAYING_NOTHING = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "be",
        "been",
        "by",
        "can",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "if",
        "in",
        "is",
        "it",
        "no",
        "not",
        "of",
        "on",
        "or",
        "she",
        "so",
        "that",
        "the",
        "their",
        "there",
        "they",
        "this",
        "to",
        "was",
        "were",
        "which",
        "who",
        "will",
        "with",
        "would",
    ]
)


def noted_phrases(
    phrases: Iterable[str], classes: Mapping[str, Sequence[str]], place: Place, problems: Problems
) -> list[str]:
    """Return phrases with the classes that they name replaced by their words; one with an unknown class is noted."""
    found = []
    for n, phrase in enumerate(phrases):
        try:
            found.append(with_classes(phrase, classes))
        except Misfit as misfit:
            problems.add(place / n, "MT315", str(misfit), misfit.cure)
            # A stand-in, so that later phrases keep their places: it is never searched for, as the mistake is reported.
            found.append("noted")
    return found


def note_lone_words(phrases: Iterable[str], place: Place, problems: Problems) -> None:
    """Note each phrase that would be found wherever function words such as "not" or "to be" stand."""
    cure = "take the parentheses from a word that must be there"
    for n, phrase in enumerate(phrases):
        if alone := lone_word(phrase):
            problems.add(place / n, "MT315", f'"{phrase}" is found wherever "{alone}" stands', cure)


def note_unfit_classes(classes: Mapping[str, Sequence[str]], place: Place, problems: Problems) -> None:
    """Note each class that is empty, or has an entry that is not a single word."""
    for name, words in classes.items():
        if not words or any(len(word.split()) != 1 for word in words):
            message, cure = f"the class {name} is a list of single words", "write a phrase for what has several"
            problems.add(place / name, "MT315", message, cure)


def with_classes(phrase: str, classes: Mapping[str, Sequence[str]]) -> str:
    """Return a phrase with each class in it, such as <visits>, replaced by its words; raises Misfit if unknown."""

    def words(match: re.Match[str]) -> str:
        if match[1] not in classes:
            near = did_you_mean(match[1], tuple(classes))
            raise Misfit(f'"{phrase}" names the class {match[1]}, which there is not{near}', "classes stand in words:")
        return "|".join(classes[match[1]])

    return _CLASS.sub(words, phrase)


def lone_word(phrase: str) -> str | None:
    """Return function words, such as "not" and "to be", that match all required words of a phrase; else None.

    As all its other words may be left out, such a phrase is a mistake: it would be found in most sentences.
    """
    needed = [piece.lower() for piece in PIECE.findall(phrase) if not piece.startswith("(") and piece != "..."]
    alone = [next((word for word in piece.split("|") if word in _SAYING_NOTHING), None) for piece in needed]
    return " ".join(filter(None, alone)) if alone and all(alone) else None
