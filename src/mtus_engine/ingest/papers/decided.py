"""What a utilization review letter decided: of each treatment the outcome, what was certified, and the reasons."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.compiler.number_words import NUMBER
from mtus_engine.ingest.found import ToldFact, speaks_of_the_case
from mtus_engine.ingest.mentions import Finder
from mtus_engine.ingest.naming import first_named_member
from mtus_engine.ingest.papers.boxes import EMPTY_BOX, TICKED_BOX
from mtus_engine.ingest.papers.passages import Passage
from mtus_engine.ingest.papers.rows import BULLET
from mtus_engine.model.extraction import Extraction
from mtus_engine.model.papers import FieldUse

_APPROVING = re.compile(r"[.;\n]|\band\b", re.IGNORECASE)
_IN_WORDS = r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_HAS_NUMBER = re.compile(rf"\d|{_IN_WORDS}\b", re.IGNORECASE)
_COUNTED = re.compile(
    rf"(?:\d{{1,3}}|{_IN_WORDS})\s+(?:\w+\s+)?(?:visits?|sessions?|treatments?)"
    r"\s+(?:(?:is|are|was|were|have been|has been)\s+)?$",
    re.IGNORECASE,
)
# A sentence that begins so tells what was decided before.
_OF_BEFORE = re.compile(r"(?<!\S)(?:Previously|Formerly|In the past|On prior review)\b[^.;]*")
_COUNT_BEHIND = re.compile(
    rf"\s*:?\s*(?:\d{{1,3}}|{_IN_WORDS})\s+(?:\w+\s+)?(?:visits?|sessions?|treatments?)", re.IGNORECASE
)
# "Four (4) of the twelve visits are authorized".
_PART = re.compile(
    rf"\b(?P<part>{NUMBER})(?:\s*\(\d{{1,3}}\))?\s+(?:out\s+)?of\s+(?:the|these|those|your)\s+{NUMBER}\b", re.IGNORECASE
)
# The dots, dashes and colons between a treatment and what was decided of it.
_LEADERS = re.compile(r"[\s.:–—-]*$")
_NUMBER_FIRST = re.compile(r"\s*\(?(\d{1,2})[.)]\s")
# What a letter lists under no heading, or under one of these.
_LISTED = frozenset({None, FieldUse.TREATMENT, FieldUse.DETERMINATION, FieldUse.TOLD})


class Reviewed(NamedTuple):
    """One decision of a review letter: the treatment, what was decided (None where it does not say), and where.

    certified is the text that tells what was approved, empty where nothing was or no number says it; rationale are its
    sentences that speak of the case.
    """

    treatment: str
    at: str
    outcome: str | None
    certified: str
    at_outcome: str
    rationale: tuple[ToldFact, ...]


class _Waiting(NamedTuple):
    """A treatment that a line names, and that waits for what was decided of it: its place, and its number in a list."""

    treatment: str
    at: str
    number: int | None


def _number_of(text: str) -> int | None:
    """Return the number with which a line of a list begins."""
    match = _NUMBER_FIRST.match(text)
    return None if match is None else int(match[1])


def _with_reasons(
    decided: Sequence[tuple[int | None, Reviewed]], rationale: Sequence[tuple[int | None, ToldFact]]
) -> Iterator[Reviewed]:
    """Yield decisions with their reasons: by their numbers, where both lists have the same ones, else with all."""
    numbers = {number for number, _ in decided}
    are_numbered = numbers == {number for number, _ in rationale if number is not None} and None not in numbers
    for number, one in decided:
        mine = [told for n, told in rationale if not are_numbered or n is None or n == number]
        yield one._replace(rationale=tuple(mine))


class LetterReader:
    """Reads review letters by the extraction rules; treatments are the phrases that name treatments."""

    def __init__(self, rules: Extraction, finder: Finder, treatments: Mapping[str, tuple[str, ...]]) -> None:
        """Keep the rules; nothing is read yet."""
        self._rules = rules
        self._finder = finder
        self._treatments = treatments

    def reviewed(self, found: Sequence[Passage], dated: tuple[str, str] | None) -> tuple[Reviewed, ...]:
        """Return the decisions of a letter: by its labels, else by the lines that name a treatment and an outcome."""
        day = dated[0] if dated else None
        labelled = tuple(self._by_labels(found, day))
        listed = tuple(self._by_lines(found, day))
        if not any(one.outcome is not None for one in labelled):
            return (*listed, *self._of_others(labelled, listed))
        return (*labelled, *self._of_others(listed, labelled))

    def _of_others(self, listed: Sequence[Reviewed], but: Sequence[Reviewed]) -> Iterator[Reviewed]:
        """Yield those about other treatments than some decisions are."""
        named = {first_named_member(one.treatment, self._treatments) for one in but}
        yield from (one for one in listed if first_named_member(one.treatment, self._treatments) not in named)

    def _by_labels(self, found: Sequence[Passage], day: str | None) -> Iterator[Reviewed]:
        """Yield each labelled treatment with the determination and the reasons that follow it."""
        starts = [n for n, one in enumerate(found) if one.use in {FieldUse.TREATMENT, FieldUse.SERVICE}]
        for start, end in zip(starts, [*starts, len(found)][1:], strict=True):
            part = found[start:end]
            determined = [one for one in part if one.use is FieldUse.DETERMINATION]
            # With its label, which may be what says that a number was certified.
            said = "; ".join(f"{one.label}: {sentence.text}" for one in determined for sentence in one.sentences)
            outcome = self._outcome(said)
            yield Reviewed(
                " ".join(part[0].value.split()),
                part[0].place,
                outcome,
                self._certified_text(said, outcome),
                ", ".join(sentence.place for one in determined for sentence in one.sentences),
                tuple(told for _, told in self._rationale(part, day)),
            )

    def _by_lines(self, found: Sequence[Passage], day: str | None) -> Iterator[Reviewed]:
        """Yield what lines decide: the outcome stands in the line that names the treatment, or in the next ones.

        Below a line such as "the following is approved:" each line of the list is decided so.
        """
        waiting: _Waiting | None = None
        above: tuple[str, str] | None = None
        decided: list[tuple[int | None, Reviewed]] = []
        for one in found:
            for sentence in one.sentences if one.use in _LISTED else ():
                text = BULLET.sub("", sentence.text)
                outcome, at_outcome = self._outcome(text), sentence.place
                names = first_named_member(text, self._treatments) is not None
                if not names and waiting is None and decided and (part := self._part_said(decided[-1][1], text)):
                    # "Modified. Certify 6 visits."
                    decided[-1] = (decided[-1][0], part._replace(at_outcome=f"{part.at_outcome}, {at_outcome}"))
                    continue
                if text.rstrip().endswith(":") and not names:
                    above, waiting = None if outcome is None else (outcome, at_outcome), None
                    continue
                if BULLET.match(sentence.text) is None:
                    above = None
                start, end = (len(text), len(text)) if outcome is None else self._words_of_outcome(text, outcome)
                if names:
                    treatment = _LEADERS.sub("", text[:start]) or text
                    waiting = _Waiting(treatment, sentence.place, _number_of(sentence.text))
                if outcome is None and names and above is not None:
                    outcome, at_outcome = above
                if outcome is None or waiting is None:
                    continue
                behind = text[end:].strip(" .:–—-")
                certified = behind if outcome != "denied" and _HAS_NUMBER.search(behind) else ""
                certified = self._certified_text(text, outcome) or certified
                reviewed = Reviewed(waiting.treatment, waiting.at, outcome, certified, at_outcome, ())
                decided.append((waiting.number, reviewed))
                waiting = None
        yield from _with_reasons(decided, list(self._rationale(found, day)))

    def _part_said(self, before: Reviewed, text: str) -> Reviewed | None:
        """Return a modification with what the sentence behind it certifies; None where that was said, or is not now."""
        if before.outcome != "modified" or before.certified:
            return None
        certified = self._certified_text(text, "modified")
        return before._replace(certified=certified) if certified else None

    def _rationale(self, part: Sequence[Passage], day: str | None) -> Iterator[tuple[int | None, ToldFact]]:
        """Yield the reasons that speak of the case, each with the number of its paragraph, None where it has none."""
        number: int | None = None
        for one in part:
            for sentence in one.sentences if one.use is FieldUse.RATIONALE else ():
                number = _number_of(sentence.text) or number
                if speaks_of_the_case(sentence.text, self._rules):
                    mentions = self._finder.mentions(sentence.text)
                    yield number, ToldFact(sentence, "rationale", None, mentions, "claims_administrator", day)

    def _words_of_outcome(self, text: str, outcome: str) -> tuple[int, int]:
        """Return where the first words stand that say the outcome; the whole text where other words said it."""
        outcomes = self._rules.papers.outcomes
        listed = [match for one in outcomes.get(outcome, ()) if (match := one.search(text)) is not None]
        first = min(listed, key=lambda match: (match.start(), -match.end()), default=None)
        return (0, len(text)) if first is None else first.span()

    def _outcome(self, said: str) -> str | None:
        """Return what words decide; None for what was decided before, for a condition, and for boxes left empty."""
        if len(EMPTY_BOX.findall(said)) > 1 and TICKED_BOX.search(said) is None:
            return None
        said = _OF_BEFORE.sub(" ", said)
        for aside in self._rules.papers.decides_nothing:
            said, _ = aside.subn(" ", said)
        outcomes = self._rules.papers.outcomes
        order = [name for name in ("modified", "denied", "approved") if name in outcomes]
        found = [name for name in order if any(one.search(said) for one in outcomes[name])]
        # "6 visits are certified; 6 are not certified" is a modification, whatever it is called.
        if "modified" not in found and "denied" in found and self._approving_clauses(said):
            return "modified"
        return found[0] if found else None

    def _certified_text(self, said: str, outcome: str | None) -> str:
        if outcome in {None, "denied"}:
            return ""
        return next((self._count_before(clause) for clause in self._approving_clauses(said)), "")

    def _count_before(self, clause: str) -> str:
        """Return a clause from the number right before the word that approves it, where one stands there.

        "2 a week for 4 weeks (8 visits) 4 visits authorized": the last number is what was authorized; of "four of the
        twelve visits" the first.
        """
        if (part := _PART.search(clause)) is not None:
            return f"{part['part']} visits"
        spans = [match.span() for one in self._rules.papers.certified for match in one.finditer(clause)]
        counts = (_COUNTED.search(clause[:start]) for start, _ in spans)
        if (count := next((one for one in counts if one is not None), None)) is not None:
            return clause[count.start() :]
        # "6 visits: certified 2 visits".
        behind = (clause[end:] for _, end in spans if _COUNT_BEHIND.match(clause, end))
        return next(behind, clause)

    def _approving_clauses(self, said: str) -> list[str]:
        """Return the clauses that say what was approved: they hold a number, and nothing that refuses.

        "Approved: work hardening, 5 sessions" is one clause: its number stands behind a comma.
        """
        found: list[str] = []
        for whole in _APPROVING.split(said):
            clauses = [one for one in whole.split(",") if self._approves(one)]
            found += clauses or ([whole] if self._approves(whole) else [])
        return found

    def _approves(self, clause: str) -> bool:
        papers = self._rules.papers
        is_certifying = any(one.search(clause) for one in papers.certified)
        is_refusing = any(one.search(clause) for one in papers.outcomes.get("denied", ()))
        return is_certifying and not is_refusing and _HAS_NUMBER.search(clause) is not None
