"""Cues in a sentence, with the values at their placeholders and the roles of the context phrases around them."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, assert_never

from mtus_engine.compiler.number_words import whole_number
from mtus_engine.compiler.phrases import pattern_of_names
from mtus_engine.ingest.context import Context
from mtus_engine.ingest.dates import day_text
from mtus_engine.ingest.index import Index
from mtus_engine.ingest.spelling import Mended, Spelling
from mtus_engine.loader.source import Plain
from mtus_engine.model.extraction import Cue, Extraction
from mtus_engine.model.fact import Kind

# With more letters than this, a sentence is a table or a damaged text layer: only its beginning is read.
LONGEST = 2_000


class Mention(NamedTuple):
    """A cue found in a sentence: its words, the values at its placeholders, and the roles of the context around it.

    start is the index of the first letter in the sentence; therapy names the treatments that may be meant.
    """

    cue: Cue
    words: str
    start: int
    given: Mapping[str, Plain]
    therapy: tuple[str, ...]
    roles: frozenset[str]

    @property
    def end(self) -> int:
        """The index just behind the last letter in the sentence."""
        return self.start + len(self.words)


class Finder:
    """Finds the cues of extraction rules in sentences; loaded once, used for many."""

    def __init__(self, rules: Extraction) -> None:
        """Prepare the rules."""
        self._rules = rules
        quoting = [m for m in rules.modifiers if m.role == "quoted"]
        self._quoting = Index((m.anchors, m.pattern) for m in quoting if m.direction == "FORWARD")
        self._quoting_all = Index((m.anchors, m.pattern) for m in quoting if m.direction == "BIDIRECTIONAL")
        self._context = Context(rules.modifiers)
        # A sentence is mended for its cues, its therapies and its context one after the other; no other is kept.
        self._mended = lru_cache(1)(Spelling(rules.spelled).mended_text)
        self._treatments = {words.lower(): treatments for words, treatments in rules.kinds.items()}
        self._kinds = pattern_of_names(rules.kinds)
        self._cues = Index(
            (words, (cue, one)) for cue in rules.cues for one, words in zip(cue.patterns, cue.anchors, strict=True)
        )

    def mentions(self, sentence: str) -> tuple[Mention, ...]:
        """Return the cues that the sentence holds, from left to right; of one cue the longest where two overlap."""
        mended = self._mended(sentence[:LONGEST])
        matches = [_as_written(one, mended, sentence) for one in self._matches(mended.text)]
        once = {(one.cue.entry.id, one.start, one.words): one for one in matches}
        found = sorted(once.values(), key=lambda one: (one.start, -len(one.words)))
        return tuple(one for one in found if not any(_covers(other, one) for other in found))

    def roles(self, sentence: str) -> frozenset[str]:
        """Return the roles of all context phrases in the sentence."""
        return self._context.roles(self.mended_text(sentence[:LONGEST]))

    def mended_text(self, text: str) -> str:
        """Return a text with its misspelled words mended."""
        return self._mended(text).text

    def _matches(self, sentence: str) -> Iterator[Mention]:
        found = [
            (cue, match)
            for cue, one in self._cues.candidates(sentence)
            for match in one.finditer(sentence)
            if _holds(cue, sentence, match) and _goes_that_way(cue, match[0]) and not _counts_beyond_a_comma(cue, match)
        ]
        if not found:
            return
        around = self._context.around(sentence)
        asked = {"conditional"} if sentence.rstrip(" \"')").endswith("?") else set()
        quoted_all = any(one.search(sentence) for one in self._quoting_all.candidates(sentence))
        quotations = [match.end() for one in self._quoting.candidates(sentence) for match in one.finditer(sentence)]
        for cue, match in found:
            # A quotation goes on beyond "but" and "which", where other context ends.
            is_quoted = quoted_all or any(end <= match.start() for end in quotations)
            roles = around.roles(match.start(), match.end()) | ({"quoted"} if is_quoted else set())
            if cue.entry.silence and "not_documented" not in roles:
                continue
            given, therapy = self._places_given(cue, match)
            if cue.entry.of_kind_named and not therapy:
                therapy = self._nearest_kind(sentence, match.start(), match.end())
            yield Mention(cue, match[0], match.start(), given, therapy, frozenset(roles | asked))

    def first_kind(self, text: str) -> tuple[str, ...]:
        """Return the treatments that the first kind of therapy in a text may mean; none where none is named."""
        named = self._kinds.search(text)
        return self._treatments[_spaced_words(named[0])] if named is not None else ()

    def kinds_named(self, text: str) -> tuple[tuple[str, ...], ...]:
        """Return the therapies that a sentence names, each once, by the treatments that it may mean."""
        named = self._kinds.finditer(self.mended_text(text[:LONGEST]))
        return tuple(dict.fromkeys(self._treatments[_spaced_words(one[0])] for one in named))

    def _nearest_kind(self, sentence: str, start: int, end: int) -> tuple[str, ...]:
        """Return the treatments that the kind of therapy nearest to these words may mean; none where none is named."""
        named = [(max(one.start() - end, start - one.end(), 0), one[0]) for one in self._kinds.finditer(sentence)]
        return self._treatments[_spaced_words(min(named)[1])] if named else ()

    def _places_given(self, cue: Cue, match: re.Match[str]) -> tuple[dict[str, Plain], tuple[str, ...]]:
        groups = {name: words for name, words in match.groupdict().items() if words}
        given: dict[str, Plain] = {}
        if "number" in groups:
            given["number"] = _number(groups)
        if "whole" in groups:
            given["whole"] = whole_number(groups["whole"])
        if "icd" in groups:
            given["icd"] = groups["icd"].upper()
        if (day := day_text(groups.get("date", ""))) is not None:
            given["date"] = day
        if "member" in groups:
            given["member"] = cue.members[_spaced_words(groups["member"])]
        therapy: tuple[str, ...] = self._treatments[_spaced_words(groups["therapy"])] if "therapy" in groups else ()
        if therapy:
            given["therapy"] = therapy[0]
        return given, therapy


# A figure, and "7/10" as the 7 that it is of ten.
_FIGURE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)(?:\s*/\s*\d+|\s+out\s+of\s+(?:10|ten))?")


def _goes_that_way(cue: Cue, words: str) -> bool:
    """Return whether the first two figures in the words of a cue fall or rise as it says; fewer say nothing against."""
    figures = [float(one) for one in _FIGURE.findall(words)]
    if cue.entry.figures is None or len(figures) < 2:
        return True
    match cue.entry.figures:
        case "falling":
            return figures[1] < figures[0]
        case "rising":
            return figures[1] > figures[0]
        case _:
            assert_never(cue.entry.figures)


def _counts_beyond_a_comma(cue: Cue, match: re.Match[str]) -> bool:
    """Return whether a number of visits stands before a comma: in "injections x 2, PT" it counts what is before it."""
    if cue.fact is None or not cue.fact.cumulative or "number" not in match.re.groupindex or match["number"] is None:
        return False
    return match.string[match.end("number") : match.end()].lstrip().startswith(",")


def _as_written(one: Mention, mended: Mended, sentence: str) -> Mention:
    """Return a mention with its words and place as they stand in the sentence."""
    start = mended.before(one.start)
    return one._replace(words=sentence[start : mended.before(one.end)], start=start)


# Where another clause begins: what bars a cue bars it within its own clause.
_CLAUSES = re.compile(
    r";|,\s(?:and|but|or|so|yet|nor|which|while|whereas|although|though)\s|(?<!\ball)(?<!\bnone)(?<!\bnothing)\s(?:but|whereas|although|though|however)\s",
    re.IGNORECASE,
)


def _clause(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Return where the clause that holds the words from start to end begins and ends."""
    begins, ends = 0, len(sentence)
    for match in _CLAUSES.finditer(sentence):
        if match.end() <= start:
            begins = match.end()
        elif match.start() >= end:
            ends = match.start()
            break
    return begins, ends


def _holds(cue: Cue, sentence: str, match: re.Match[str]) -> bool:
    """Return whether what a cue asks of the words around it is so: of its clause, and of the whole sentence."""
    if cue.with_one_of and not any(one.search(sentence) for one in cue.with_one_of):
        return False
    if any(one.search(sentence) for one in cue.not_beside):
        return False
    begins, ends = _clause(sentence, match.start(), match.end()) if cue.without else (0, 0)
    return not any(one.search(sentence, begins, ends) for one in cue.without)


def _covers(other: Mention, one: Mention) -> bool:
    """Return whether the other is a longer mention around this one, of the same cue or the same boolean fact."""
    fact = one.cue.fact
    is_same = other.cue is one.cue or (fact is not None and fact.kind is Kind.BOOLEAN and other.cue.fact is fact)
    # What the record is silent about stands beside a longer cue that is about other treatments.
    is_longer = len(other.words) > len(one.words) and (other.cue.entry.silence or not one.cue.entry.silence)
    return is_same and is_longer and other.start <= one.start and one.end <= other.end


def _spaced_words(words: str) -> str:
    return " ".join(re.split(r"[\s-]+", words.lower()))


def _number(groups: Mapping[str, str]) -> Plain:
    least = whole_number(groups["number"])
    if "more" in groups:
        return least + whole_number(groups["more"])
    if "number_most" in groups:
        return {"at_least": least, "at_most": whole_number(groups["number_most"])}
    if "at_least" in groups:
        # "Over six visits" may be more than six, or in the course of six.
        return {"at_least": least + (groups["at_least"].lower() == "more than")}
    return {"at_most": least} if "at_most" in groups else least
