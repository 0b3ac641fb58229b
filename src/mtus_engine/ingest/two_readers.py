"""What two readers of the sentences make of them: the cues that people wrote, and the second reader.

What both read is as sure as the cues say; where the second reader makes nothing of what a cue read, it is less sure.
What the second reader alone makes of a sentence is never sure, and never a day. Where the two give one fact
different answers, both are kept and doubtful. See ADR 14.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.ingest.found import Found, ToldFact, by_cues, less_sure, speaker_of
from mtus_engine.ingest.linear import SOME, LikelyAnswer, answer_of
from mtus_engine.ingest.other_numbers import OtherNumbers
from mtus_engine.ingest.second_reader import LikelyCount, SecondReader, second_reader
from mtus_engine.loader.source import Plain
from mtus_engine.model.casefile import Confidence
from mtus_engine.model.extraction import NOT_ASSERTED, Extraction
from mtus_engine.model.fact import Fact, Kind

# Scores of the second reader: below which it makes nothing of an answer, below which it does not agree; even chances;
# and from which, by itself, it is right nine times in ten, nineteen times in twenty, and hardly ever wrong.
_HARDLY, _RATHER_NOT, _HALF, _PERHAPS, _LIKELY, _PLAIN = -1.2, -0.2, 0.0, 0.4, 1.0, 2.0
_OF_ONE_VALUE = frozenset({Kind.BOOLEAN, Kind.ONE_OF})
_ALONE = "read from the sentence as a whole"
_LIST_NUMBER = re.compile(r"^\s*\(?\d{1,2}[.)]\s+")
# "He attended none of the 8 visits" counts none of them; other denials make a count doubtful.
_NONE_OF_THEM = re.compile(
    r"\b(?:none|any|neither) of\b|\byet to\b"
    r"|\b(?:not|n't|never) (?:yet )?(?:attend|had\b|have\b|start|beg[au]n|receiv|use)",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:no|not|never|without|cancel\w*|missed|remain\w*|scheduled)\b|n't\b", re.IGNORECASE)


class _Scored(NamedTuple):
    """How the second reader scores the answers of a sentence, and those of its numbers."""

    sentence: Mapping[LikelyAnswer, float]
    numbers: Sequence[LikelyCount]


class TwoReaders:
    """The cues of extraction rules and the second reader; loaded once, used for many."""

    def __init__(self, rules: Extraction, facts: Mapping[str, Fact], second: SecondReader | None = None) -> None:
        """Keep the rules and the facts that may be read; second is the reader of this package where it is left out."""
        self._rules, self._facts, self._second = rules, facts, second or second_reader()
        self._treatments = _treatments_of_facts(rules)
        self._others = OtherNumbers(rules.kinds)

    def facts_found(self, read: Sequence[ToldFact]) -> tuple[Found, ...]:
        """Return the facts that the sentences tell, each once for a sentence, as sure as both readers make it."""
        found = by_cues(read, self._rules)
        at: dict[str, list[Found]] = {}
        for one in found:
            at.setdefault(one.at, []).append(one)
        scored: dict[str, _Scored] = {}
        alone: list[Found] = []
        for told in read:
            if not told.is_running_text:
                continue
            # The number of an entry of a list is none of the sentence.
            place, text = told.sentence.place, _LIST_NUMBER.sub("", told.sentence.text)
            there, is_question = at.get(place, ()), text.rstrip(" \"')").endswith("?")
            scores, counts = self._second.read(text, told.section)
            alone += self._read_alone(told, scores, there) if not is_question else ()
            if told.section == "request":
                # It counts what is asked for, and says it in fields as often as in sentences.
                continue
            scored[place] = _Scored(scores, counts)
            if not is_question:
                counted = list(self._counted_alone(told, scores, counts, there))
                alone += counted or self._had_alone(told, scores, there)
        contested = {(one.fact.name, one.at) for one in alone if one.fact.kind in _OF_ONE_VALUE}
        agreed = (
            one._replace(confidence="doubtful")
            if (one.fact.name, one.at) in contested
            else _as_sure_as_both(one, scored[one.at])
            if one.at in scored
            else one
            for one in found
        )
        return (*agreed, *alone)

    def _read_alone(
        self, told: ToldFact, scores: Mapping[LikelyAnswer, float], there: Sequence[Found]
    ) -> Iterator[Found]:
        """Yield the most likely answer of each fact that the cues leave open, or answer otherwise, in this sentence."""
        likely = _most_likely(scores)
        aside = _spoken_of_otherwise(told) if likely else set()
        for name, (score, says) in likely.items():
            fact = self._facts.get(name)
            by_cue = {_answer_of(one) for one in there if one.fact.name == name}
            if fact is None or not _fits(fact, says) or says in by_cue:
                continue
            if told.section == "request" and (score < _LIKELY or fact.of_each_surgery):
                # A surgery that a request names may be one that is asked for with it.
                continue
            if score < (_PLAIN if name in aside else _LIKELY if by_cue else _PERHAPS):
                continue
            is_likely = score >= _LIKELY and not by_cue and name not in aside
            yield self._found_fact(fact, _value(says), told, is_likely=is_likely)

    def _counted_alone(
        self,
        told: ToldFact,
        scores: Mapping[LikelyAnswer, float],
        counts: Sequence[LikelyCount],
        there: Sequence[Found],
    ) -> Iterator[Found]:
        """Yield the most likely number of each fact of which the cues read none in this sentence.

        The sentence as a whole must tell of the fact, too.
        """
        text = told.sentence.text
        read = {one.fact.name for one in there if _is_counted(one)}
        of_others = self._others.found_in(text, told.intended_until) if counts else frozenset()
        for name, likely in _likely_counts(counts).items():
            fact = self._facts.get(name)
            if fact is None or name in read:
                continue
            if fact.cumulative and (_NONE_OF_THEM.search(text) or name in _spoken_of_otherwise(told)):
                continue
            each = [one for one in likely if not (fact.cumulative and one.value in of_others)]
            if not each or (fact.part_of_request and each[0].score < _LIKELY):
                continue
            if (of_sentence := _score_of_counting(name, scores)) < _RATHER_NOT:
                continue
            best = each[0]
            value: Plain = {"at_least": best.value} if best.says.startswith("at least") else best.value
            is_plain = len({one.value for one in each}) == 1 and _DENIES.search(text) is None
            is_likely = best.score >= _LIKELY and of_sentence >= _HALF and is_plain
            yield self._found_fact(fact, value, told, is_likely=is_likely)

    def _had_alone(
        self, told: ToldFact, scores: Mapping[LikelyAnswer, float], there: Sequence[Found]
    ) -> Iterator[Found]:
        """Yield that there were visits at all, where a sentence is likely to tell it, and the cues read no count."""
        if _NONE_OF_THEM.search(told.sentence.text):
            return
        aside = _spoken_of_otherwise(told)
        for (name, says), score in scores.items():
            fact = self._facts.get(name)
            if says != SOME or score < _LIKELY or fact is None or name in aside:
                continue
            if all(one.fact.name != name for one in there):
                yield self._found_fact(fact, {"at_least": 1}, told, is_likely=True)

    def _found_fact(self, fact: Fact, value: Plain, told: ToldFact, *, is_likely: bool) -> Found:
        about = self._treatments_spoken_of(fact, told)
        # Of two therapies in one sentence it cannot tell which is meant.
        is_likely = is_likely and not (about and len(told.named) > 1)
        return Found(
            fact,
            value,
            told.sentence.place,
            told.sentence.text,
            told.item,
            speaker_of(told, self._rules),
            hedged=False,
            inferred=True,
            about=about,
            latest=False,
            note=_ALONE,
            confidence="likely" if is_likely else "doubtful",
            section=told.section,
            dated=told.dated if fact.cumulative else None,
        )

    def _treatments_spoken_of(self, fact: Fact, told: ToldFact) -> tuple[str, ...]:
        """Return the treatments that a sentence speaks of, as far as the fact is about treatments."""
        those = self._treatments.get(fact.name, ())
        named = {treatment for kind in told.named for treatment in kind}
        if fact.cumulative:
            # A count of visits without a therapy is of whichever is asked for.
            return tuple(one for one in those if one in named or (not named and one in told.kinds))
        return tuple(one for one in those if one in named) or tuple(one for one in those if one in told.kinds) or those


class _Counted(NamedTuple):
    """A number that a sentence is likely to give of a fact, as which answer, and its score."""

    score: float
    says: str
    value: int


def _likely_counts(counts: Sequence[LikelyCount]) -> Mapping[str, list[_Counted]]:
    """Return, by fact, the numbers that are likely to be told of it, the likeliest first; each number of one fact."""
    found: dict[str, list[_Counted]] = {}
    for one in counts:
        score, answer = max((score, answer) for answer, score in one.scores.items())
        if score > _HALF:
            found.setdefault(answer.fact, []).append(_Counted(score, answer.says, one.value))
    return {name: sorted(each, key=lambda one: -one.score) for name, each in found.items()}


def _spoken_of_otherwise(told: ToldFact) -> set[str]:
    """Return the facts that the sentence speaks of without stating them: in a condition, a guideline, a plan."""
    return {
        one.cue.fact.name
        for one in told.mentions
        if one.cue.fact is not None and one.roles & (NOT_ASSERTED | {"planned"})
    }


def _treatments_of_facts(rules: Extraction) -> Mapping[str, tuple[str, ...]]:
    """Return the treatments that each fact may be about: all that its cues name.

    Where a cue names none they are none, but for counts: those are always of a treatment.
    """
    by_fact: dict[Fact, list[tuple[str, ...]]] = {}
    for cue in rules.cues:
        if cue.fact is not None:
            by_fact.setdefault(cue.fact, []).append(cue.entry.about)
    return {
        fact.name: tuple(dict.fromkeys(one for about in listed for one in about))
        if all(listed) or fact.cumulative
        else ()
        for fact, listed in by_fact.items()
    }


def _fits(fact: Fact, says: str) -> bool:
    """Return whether an answer is one that a fact of these rules can have."""
    if fact.kind is Kind.BOOLEAN:
        return says in {"yes", "no", "not found"}
    return fact.kind is Kind.ONE_OF and (says == "not found" or says in dict(fact.members))


def _value(says: str) -> Plain:
    return {"yes": True, "no": False, "not found": None}.get(says, says)


def _most_likely(scores: Mapping[LikelyAnswer, float]) -> Mapping[str, tuple[float, str]]:
    """Return the answer to each fact that has the highest score, with it, where that is high enough to count."""
    best: dict[str, tuple[float, str]] = {}
    for (name, says), score in scores.items():
        if score >= _PERHAPS and (name not in best or (score, says) > best[name]):
            best[name] = (score, says)
    return best


def _as_sure_as_both(one: Found, scored: _Scored) -> Found:
    """Return a statement, less sure where the second reader makes nothing of it, or nothing of its fact at all."""
    of_fact = {answer.says: score for answer, score in scored.sentence.items() if answer.fact == one.fact.name}
    if (score := of_fact.get(_answer_of(one))) is None:
        return one
    of_number = [
        score
        for number in scored.numbers
        for answer, score in number.scores.items()
        if number.value == _number_of(one) and answer.fact == one.fact.name
    ]
    if of_number:
        is_agreed = max(of_number) >= _HALF and _score_of_counting(one.fact.name, scored.sentence) >= _RATHER_NOT
    else:
        is_agreed = score >= _RATHER_NOT
    if is_agreed:
        return one
    # That there was any therapy at all, many sentences were not judged for: that is not doubted.
    is_any = one.fact.cumulative and one.value is not None and not _is_counted(one)
    is_nothing = max([*of_fact.values(), *of_number]) < _HARDLY and not is_any
    step: Confidence = "doubtful" if is_nothing else "likely"
    return one._replace(confidence=less_sure(one.confidence, step))


def _score_of_counting(name: str, scores: Mapping[LikelyAnswer, float]) -> float:
    """Return how likely a sentence is to tell a number of a fact, or that there were any."""
    of_fact = [scores[one] for one in (LikelyAnswer(name, "told"), LikelyAnswer(name, SOME)) if one in scores]
    return max(of_fact, default=_HALF)


def _is_counted(one: Found) -> bool:
    """Return whether a statement counts visits: a number or a range, but not that there was any at all."""
    return one.fact.kind is Kind.INTEGER and one.value is not None and one.value != {"at_least": 1}


def _number_of(one: Found) -> int | None:
    """Return the one number that a count of visits names, None for a range, and for "at least one"."""
    if one.fact.kind is not Kind.INTEGER or isinstance(one.value, bool):
        return None
    if isinstance(one.value, Mapping):
        least = one.value.get("at_least") if set(one.value) == {"at_least"} else None
        return least if isinstance(least, int) and least > 1 else None
    return one.value if isinstance(one.value, int) else None


def _answer_of(one: Found) -> str:
    return answer_of(one.value, is_member=one.fact.kind is Kind.ONE_OF and isinstance(one.value, str))
