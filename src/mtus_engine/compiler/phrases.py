"""Compiles phrases to regular expressions: alternatives, optional words, gaps, and places for numbers and dates."""

import re
from collections.abc import Iterable, Mapping, Sequence

from mtus_engine.compiler.number_words import NUMBER, ORDINALS
from mtus_engine.compiler.problems import Misfit, Place, Problems
from mtus_engine.loader.source import Plain
from mtus_engine.model.diagnostic import did_you_mean
from mtus_engine.model.extraction import CueEntry
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.lazy_pattern import LazyPattern
from mtus_engine.model.periods import MONTHS

# "Her fourth visit", "the 9th session": the ordinal gives the number of visits.
_ORDINAL = rf"(?P<number>\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(sorted(ORDINALS[1:], key=len, reverse=True))})"
_AT_LEAST = "at least|a minimum of|no fewer than|not fewer than|no less than|more than|over"
_AT_MOST = "up to|at most|no more than"
_ABOUT = "approximately|about|roughly|around"
_SAID_TWICE = r"(?:\s*\(\d{1,3}\))?"
_COUNT = (
    rf"(?:(?P<at_least>{_AT_LEAST})\s+|(?P<at_most>{_AT_MOST})\s+|(?:{_ABOUT})\s+|(?P<between>between)\s+)?"
    rf"#?(?<![/.\d])(?<!\d:)(?P<number>{NUMBER}){_SAID_TWICE}"
    rf"(?:\s*(?(between)and|(?:-|–|to|or))\s*(?P<number_most>{NUMBER}){_SAID_TWICE})?"
)
# "18/24", "6 of 8": a number out of a whole.
_OF = r"\s{0,2}(?:/|(?:out\s+)?of(?:\s+(?:the|his|her|their|a|all))?\s)\s{0,2}"
# "4 in 2015 and 6 more in 2016".
_SUM = (
    rf"(?P<number>{NUMBER})(?:\s[^\s;]{{1,40}}){{0,7}}?\s+(?:and|\+|plus)\s+(?:another\s+)?"
    rf"(?P<more>{NUMBER})\s+(?:more|in\s+(?:19|20)\d\d|this\s+year|last\s+year)"
)
_RATIO = rf"#?(?<![/.\d])(?P<number>{NUMBER}){_OF}(?P<whole>{NUMBER})(?![/\d])"
_MONTH = "|".join(rf"{name[:3]}(?:{name[3:]})?\.?" if len(name) > 3 else name for name in map(str.lower, MONTHS))
_ORDINAL_END = "(?:st|nd|rd|th)?"
DATE = (
    r"(?:\d{1,2}\s?[/-]\s?\d{1,2}\s?[/-]\s?\d{2,4}|\d{1,2}\.\d{1,2}\.\d{4}"
    rf"|(?:{_MONTH})\s+\d{{1,2}}{_ORDINAL_END},?\s+\d{{4}}|\d{{1,2}}{_ORDINAL_END}\s(?:of\s)?(?:{_MONTH}),?\s+\d{{4}}|(?:{_MONTH}),?\s+(?:of\s+)?\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}})"
)
# A code needs its dot here: without it, the spinal levels C5 and L4 would be read as codes.
_ICD = r"(?P<icd>[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}|[0-9]{3}\.[0-9]{1,2})"
# The spaces and punctuation that may stand between two words of a phrase.
# Lengths are bounded, here and in gaps, so that no text, however unusual, makes a search slow.
_BETWEEN = r"[\s,\"“”'’()/:-]{1,4}"
_BETWEEN_TIMES = _BETWEEN.replace("{1,4}", "{0,4}")
_GAP = r"(?:\s{1,2}[^\s;]{1,40}){0,5}?"
PIECE = re.compile(r"\{[a-z]+\}|\.\.\.|\([^()]+\)|[^\s{}()]+")
_ALTERNATIVE = re.compile(r"[\w'’.%&/#+-]+\*?")

_PLACE_NAMED = re.compile(r"\(\?P<(\w+)>")

PLACES = ("number", "figure", "ordinal", "ratio", "sum", "date", "icd", "member", "therapy")


def pattern(phrase: str, named: Mapping[str, Sequence[str]]) -> LazyPattern:
    """Return the pattern of a phrase; named gives the words that {member} and {therapy} stand for.

    Raises Misfit where the text is not a valid phrase.
    """
    pieces = PIECE.findall(phrase)
    if not pieces or ("".join(pieces) != phrase.replace(" ", "") and PIECE.sub("", phrase).strip()):
        raise Misfit(f'"{phrase}" is no phrase', "words, a|b, word*, (optional), ..., {number}, {date}")
    if pieces[0] == "..." or pieces[-1] == "...":
        raise Misfit(f'"{phrase}" begins or ends with a gap', "leave the dots at the end out")
    if all(piece.startswith("(") or piece == "..." for piece in pieces):
        raise Misfit(f'every word of "{phrase}" may be left out', "take the parentheses from one that must be there")
    text, is_begun = "", False
    for piece in pieces:
        part = _part(piece, phrase, named)
        if piece.startswith("("):
            text += f"(?:{_BETWEEN}{part})?" if is_begun else f"(?:{part}{_BETWEEN})?"
        elif piece == "...":
            text += _GAP
        else:
            # "x 12" is written "x12" too.
            between = _BETWEEN_TIMES if text.endswith("(?:x)") else _BETWEEN
            text += f"{between}{part}" if is_begun else part
            is_begun = True
    places = _PLACE_NAMED.findall(text)
    if len(set(places)) < len(places):
        raise Misfit(f'"{phrase}" has the same place twice', "one number and one date a phrase")
    return LazyPattern(rf"(?<!\w){text}(?!\w)", re.IGNORECASE)


def noted_pattern(
    phrase: str, named: Mapping[str, Sequence[str]], place: Place, problems: Problems
) -> LazyPattern | None:
    """Return the pattern of a phrase; None (the mistake noted at its place) where it is not valid."""
    try:
        return pattern(phrase, named)
    except Misfit as misfit:
        problems.add(place, "MT315", str(misfit), misfit.cure)
        return None


def noted_patterns(
    words: Iterable[str], named: Mapping[str, Sequence[str]], place: Place, problems: Problems
) -> list[LazyPattern]:
    """Return the patterns of a list of phrases; one that is not valid is noted and left out."""
    found = (noted_pattern(phrase, named, place / n, problems) for n, phrase in enumerate(words))
    return [one for one in found if one is not None]


def anchors(phrase: str, named: Mapping[str, Sequence[str]]) -> tuple[frozenset[str], ...]:
    """Return sets of lower-case words: every text that matches the phrase has at least one word of each set.

    The smallest set comes first. A word that ends with a star stands for all words that begin with it.
    """
    found: list[frozenset[str]] = []
    for piece in PIECE.findall(phrase):
        if piece in {"{therapy}", "{member}"}:
            listed = [(word_runs(words) or [""])[0] for words in named.get(piece[1:-1], ())]
        elif piece.startswith(("{", "(")) or piece == "...":
            continue
        else:
            listed = [_anchor(word) for word in piece.split("|")]
        if listed and all(listed):
            found.append(frozenset(listed))
    return tuple(sorted(dict.fromkeys(found), key=lambda words: (len(words), sorted(words))))


_RUN = re.compile(r"[^\W\d]+|\d+")


def word_runs(text: str) -> list[str]:
    """Return the runs of letters and of digits in a text, in lower case; anchors are compared with texts by these."""
    return _RUN.findall(text.lower())


def _anchor(word: str) -> str:
    """Return the first run of letters or digits of a word, with its star if it has one; empty if it gives no anchor."""
    runs = word_runs(word)
    is_stem = word.endswith("*") and len(runs) == 1
    return "" if not runs or (word.endswith("*") and not is_stem) else runs[0] + ("*" if is_stem else "")


def _part(piece: str, phrase: str, named: Mapping[str, Sequence[str]]) -> str:
    if piece.startswith("{"):
        return _place(piece[1:-1], phrase, named)
    return _alternatives(piece.strip("()").strip(), phrase) if piece != "..." else ""


def _alternatives(piece: str, phrase: str) -> str:
    words = piece.split("|")
    if not all(_ALTERNATIVE.fullmatch(word) for word in words):
        raise Misfit(f'"{piece}" in "{phrase}" is no word', "write a|b for one of two words, word* for its beginnings")
    return "(?:" + "|".join(_word(word) for word in words) + ")"


def _word(word: str) -> str:
    if word == "may":
        # "In May" is a month; the verb is written small but at the beginning of a note.
        return r"(?:(?-i:may)|(?-i:(?<=\A)May|(?<=[.;:] )May)(?!\s\d))"
    return re.escape(word[:-1]) + r"[\w'’-]{0,30}" if word.endswith("*") else re.escape(word)


def any_of_the_words(listed: Iterable[str]) -> str:
    """Return the pattern of any of several names, the longest first; one in capitals, as PT, is found so alone."""
    longest_first = sorted(listed, key=lambda words: (-len(words), words))
    found = ((words, r"[\s-]+".join(map(re.escape, words.split()))) for words in longest_first)
    return "|".join(f"(?-i:{alike})" if words.isupper() else alike for words, alike in found)


def pattern_of_names(listed: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of several names as whole words; nothing where none are listed."""
    alike = any_of_the_words(listed)
    return re.compile(rf"(?<!\w)(?:{alike})(?!\w)" if alike else r"(?!)", re.IGNORECASE)


def _place(name: str, phrase: str, named: Mapping[str, Sequence[str]]) -> str:
    match name:
        case "number":
            return _COUNT
        case "figure":
            return NUMBER + _SAID_TWICE
        case "ordinal":
            return _ORDINAL
        case "ratio":
            return _RATIO
        case "sum":
            return _SUM
        case "date":
            return f"(?P<date>{DATE})"
        case "icd":
            return _ICD
        case "member" | "therapy" if named.get(name):
            return f"(?P<{name}>{any_of_the_words(named[name])})"
        case "member":
            raise Misfit(f'"{phrase}" names a member, and no phrases are listed for the fact', "add phrases_for it")
        case _:
            near = did_you_mean(name, PLACES)
            raise Misfit(f'{{{name}}} in "{phrase}" is no place{near}', "places: " + ", ".join(PLACES))


def cue_value(entry: CueEntry, fact: Fact, given: Mapping[str, Plain]) -> Plain:
    """Return the value a cue gives its fact, its placeholders filled in from given; a set's member comes in a tuple."""
    value = True if entry.value is None else entry.value
    filled = _fill_places(value, given)
    return (filled,) if fact.kind is Kind.SET_OF and isinstance(filled, str) else filled


def _fill_places(value: Plain, given: Mapping[str, Plain]) -> Plain:
    if isinstance(value, str) and value[:1] == "{" and value[-1:] == "}":
        return given.get(value[1:-1], value)
    if isinstance(value, Mapping):
        return {key: _fill_places(inner, given) for key, inner in value.items()}
    return value
