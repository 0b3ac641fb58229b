"""Cues in a sentence and what is said around them: the one door to medspaCy, its target rules and its ConText."""

import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from mtus_engine.compiler.phrases import whole_number
from mtus_engine.ingest.dates import day_text
from mtus_engine.loader.source import Plain
from mtus_engine.model.extraction import Cue, Extraction
from mtus_engine.model.fact import Kind

# A sentence longer than this is no sentence: a table or a damaged text layer. Its beginning is read.
LONGEST = 2_000
_GROUP = "cues"


def _without_quickumls() -> ModuleType:
    module = ModuleType("quickumls")
    module.__dict__["spacy_component"] = None
    return module


class Unavailable(Exception):
    """The extra that reads sentences is not installed."""


class Mention(NamedTuple):
    """A cue found in a sentence: its words, what its places stood for, and the roles of what stands around it.

    start is the place of the first letter in the sentence; therapy names the treatments that may be meant.
    """

    cue: Cue
    words: str
    start: int
    given: Mapping[str, Plain]
    therapy: tuple[str, ...]
    roles: frozenset[str]


class Finder:
    """Finds the cues of extraction rules in sentences; loaded once, used for many."""

    def __init__(self, rules: Extraction) -> None:
        """Load the rules; raises Unavailable where medspaCy is not installed."""
        self._rules = rules
        quoting = [m for m in rules.modifiers if m.role == "quoted"]
        self._quoting = [m.pattern for m in quoting if m.direction == "FORWARD"]
        self._quoting_all = [m.pattern for m in quoting if m.direction == "BIDIRECTIONAL"]
        self._patterns = [(cue, one) for cue in rules.cues for one in cue.patterns]
        # medspaCy turns all warnings off as it is imported, and what it imports warns: both end with this block.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._load()

    def _load(self) -> None:
        # medspaCy imports QuickUMLS, which nothing here uses and which needs a package under the GPL: an empty module
        # stands in for it, whether it is installed or not.
        own = sys.modules.get("quickumls")
        sys.modules["quickumls"] = _without_quickumls()
        try:
            import spacy  # noqa: PLC0415 - the one door of the optional extra
            from medspacy.context import ConText, ConTextRule  # noqa: PLC0415 - the same door
            from medspacy.target_matcher import TargetMatcher, TargetRule  # noqa: PLC0415 - the same door
        except ImportError as error:
            python = Path(sys.executable).as_posix()
            cure = f"{python} -m pip install 'mtus-engine[ingest]'"
            raise Unavailable(f"reading sentences needs medspaCy: {cure}") from error
        finally:
            if own is None:
                del sys.modules["quickumls"]
            else:
                sys.modules["quickumls"] = own
        nlp = spacy.blank("en")
        self._sentence = nlp.make_doc
        # medspaCy is untyped: its objects are Any here and nowhere else.
        self._targets: Any = TargetMatcher(nlp, prune=False, result_type="group", span_group_name=_GROUP)
        self._targets.add(
            [TargetRule(cue.entry.id, str(n), pattern=one.pattern) for n, (cue, one) in enumerate(self._patterns)]
        )
        self._context: Any = ConText(nlp, rules=None, input_span_type="group", span_group_name=_GROUP, span_attrs=None)
        self._context.add(
            [
                ConTextRule(one.pattern.pattern, one.role, pattern=one.pattern.pattern, direction=one.direction)
                for one in self._rules.modifiers
            ]
        )

    def mentions(self, sentence: str) -> tuple[Mention, ...]:
        """Return the cues that the sentence holds, from left to right; of one cue the longest where two overlap."""
        read = sentence[:LONGEST]
        once = {(one.cue.entry.id, one.start, one.words): one for one in self._matches(read)}
        found = sorted(once.values(), key=lambda one: (one.start, -len(one.words)))
        return tuple(one for one in found if not any(_covers(other, one) for other in found))

    def roles(self, sentence: str) -> frozenset[str]:
        """Return the roles of all context phrases in the sentence."""
        return frozenset(one.role for one in self._rules.modifiers if one.pattern.search(sentence[:LONGEST]))

    def _matches(self, sentence: str) -> Iterator[Mention]:
        if not any(one.search(sentence) for _, one in self._patterns):
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            doc = self._sentence(sentence)
            for token in doc:
                token.is_sent_start = token.i == 0
            self._context(self._targets(doc))
        for span in doc.spans[_GROUP]:
            cue, one = self._patterns[int(span.label_)]
            match = one.search(sentence, span.start_char)
            if match is None or not _holds(cue, sentence):
                continue
            given, therapy = self._places_given(cue, match)
            # What stands within the cue's own words is part of what they say.
            around = [m for m in span._.modifiers if m.modifier_span[1] <= span.start or m.modifier_span[0] >= span.end]
            roles = {modifier.category.lower() for modifier in around}
            # A quotation goes on beyond "but" and "which", where ConText ends what a phrase reaches.
            is_quoted = any(one.search(sentence[: match.start()]) for one in self._quoting)
            is_quoted = is_quoted or any(one.search(sentence) for one in self._quoting_all)
            yield Mention(
                cue, match[0], match.start(), given, therapy, frozenset(roles | ({"quoted"} if is_quoted else set()))
            )

    def _places_given(self, cue: Cue, match: re.Match[str]) -> tuple[dict[str, Plain], tuple[str, ...]]:
        groups = {name: words for name, words in match.groupdict().items() if words}
        given: dict[str, Plain] = {}
        if "number" in groups:
            given["number"] = _number(groups)
        if "icd" in groups:
            given["icd"] = groups["icd"].upper()
        if (day := day_text(groups.get("date", ""))) is not None:
            given["date"] = day
        if "member" in groups:
            given["member"] = cue.members[_spaced_words(groups["member"])]
        therapy: tuple[str, ...] = self._rules.kinds[_spaced_words(groups["therapy"])] if "therapy" in groups else ()
        if therapy:
            given["therapy"] = therapy[0]
        return given, therapy


def _holds(cue: Cue, sentence: str) -> bool:
    wanted = not cue.with_one_of or any(one.search(sentence) for one in cue.with_one_of)
    return wanted and not any(one.search(sentence) for one in cue.without)


def _covers(other: Mention, one: Mention) -> bool:
    """Return whether the other is a longer mention of the same cue or truth around this one."""
    fact = one.cue.fact
    is_same = other.cue is one.cue or (fact is not None and fact.kind is Kind.BOOLEAN and other.cue.fact is fact)
    if not is_same or len(other.words) <= len(one.words):
        return False
    return other.start <= one.start and one.start + len(one.words) <= other.start + len(other.words)


def _spaced_words(words: str) -> str:
    return " ".join(re.split(r"[\s-]+", words.lower()))


def _number(groups: Mapping[str, str]) -> Plain:
    least = whole_number(groups["number"])
    if "number_most" in groups:
        return {"at_least": least, "at_most": whole_number(groups["number_most"])}
    if "at_least" in groups:
        return {"at_least": least + (groups["at_least"].lower() in {"more than", "over"})}
    return {"at_most": least} if "at_most" in groups else least
