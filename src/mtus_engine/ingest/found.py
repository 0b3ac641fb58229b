"""What the sentences of a decision tell: facts, each with its place, its words and who says it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.compiler.phrases import cue_value
from mtus_engine.ingest.mentions import Finder, Mention
from mtus_engine.ingest.naming import named_members
from mtus_engine.ingest.sentences import Sentence
from mtus_engine.loader.source import Plain
from mtus_engine.model.casefile import Confidence, Speaker
from mtus_engine.model.extraction import NOT_ASSERTED, CueEntry, Extraction, Section
from mtus_engine.model.fact import Fact, Kind

_SECTIONS: Mapping[str, Section] = {"request": "request", "summary": "summary", "rationale": "rationale"}
# How a sentence may put a matter that the record does not tell: whether it is so, what it is for, how it was before.
_OF_A_MATTER = frozenset({"conditional", "intended", "earlier"})
_PLACE = re.compile(r"(?:item (?P<item>\d+) )?(?P<section>[a-z ]+?) \d+")


class Found(NamedTuple):
    """What one sentence says of one fact; value is None where the fact was looked for and not found.

    section is the part of the record that the sentence stands in, item the number of the item that this part belongs
    to, None where it belongs to all. about are the treatments that the sentence speaks of, empty where it names none;
    dated is the day of the paper that says it, surgery the name of the one of several surgeries that it is about.
    """

    fact: Fact
    value: Plain
    at: str
    words: str
    item: int | None
    by: Speaker | None
    hedged: bool
    inferred: bool
    about: tuple[str, ...]
    latest: bool
    note: str | None
    confidence: Confidence = "sure"
    section: Section | None = None
    dated: str | None = None
    surgery: str | None = None


class ToldFact(NamedTuple):
    """A sentence that tells of the case: its section, the item that it belongs to, and the cues found in it.

    by is who speaks where the sentence names nobody; dated is the day of the paper. In a paper about one therapy, kinds
    are the treatments that are meant by a sentence which names none. names_the_case tells that a rationale's sentence
    has a word of this case. named are the therapies that the sentence names, each by the treatments that it may mean;
    is_running_text is false for what stands in a field, what a plan only intends, and operative reports; of a sentence
    of a plan that states something besides, so many letters tell what is intended (intended_until).
    """

    sentence: Sentence
    section: Section
    item: int | None
    mentions: tuple[Mention, ...]
    by: Speaker | None = None
    dated: str | None = None
    kinds: tuple[str, ...] = ()
    names_the_case: bool = True
    named: tuple[tuple[str, ...], ...] = ()
    is_running_text: bool = True
    intended_until: int = 0


def told_sentences(sentences: Sequence[Sentence], finder: Finder, rules: Extraction) -> Iterator[ToldFact]:
    """Yield the sentences that tell of the case, in order; those of a rationale that tell of guidelines do not."""
    for sentence in sentences:
        match = _PLACE.fullmatch(sentence.place)
        section = _SECTIONS.get(match["section"]) if match is not None else None
        if match is None or section is None:
            continue
        if section != "rationale" or speaks_of_the_case(sentence.text, rules):
            item = None if section == "summary" else int(match["item"] or 1)
            by: Speaker | None = "reviewer" if section == "rationale" else None
            is_named = section != "rationale" or _names_the_case(sentence.text, rules)
            mentions, named = finder.mentions(sentence.text), finder.kinds_named(sentence.text)
            yield ToldFact(sentence, section, item, mentions, by, names_the_case=is_named, named=named)


def speaks_of_the_case(text: str, rules: Extraction) -> bool:
    """Return whether a sentence of a rationale speaks of this case, and not of guidelines or of medicine in general."""
    return _names_the_case(text, rules) or not any(one.search(text) for one in rules.in_general)


def _names_the_case(text: str, rules: Extraction) -> bool:
    return any(one.search(text) for one in rules.of_the_case)


def by_cues(read: Sequence[ToldFact], rules: Extraction) -> tuple[Found, ...]:
    """Return the facts that cues find in the sentences, in their order, each once for a sentence, as sure as it is.

    A sentence that gives a fact a value is not silent about it.
    """
    listed = [
        (mention.cue.entry.silence and found.value is None, found)
        for one in read
        for mention in one.mentions
        if mention.cue.fact is not None and one.section in mention.cue.entry.sections
        for found in _found_and_implied(mention, one, rules)
    ]
    valued = {(found.fact.name, found.at) for _, found in listed if found.value is not None}
    once: dict[tuple[object, ...], Found] = {}
    for is_silence, found in listed:
        if is_silence and (found.fact.name, found.at) in valued:
            continue
        key = (found.fact.name, repr(found.value), found.at, found.about)
        if key not in once or _STEPS.index(found.confidence) < _STEPS.index(once[key].confidence):
            once[key] = found
    return tuple(_with_doubts(_without_others(tuple(once.values()), rules.others)))


def _found_and_implied(mention: Mention, one: ToldFact, rules: Extraction) -> Iterator[Found]:
    """Yield what a mention says, and what it implies where it names a therapy."""
    found = _found_in_mention(mention, one, rules)
    if found is not None:
        yield found
        for fact, value in mention.cue.implied if mention.therapy else ():
            yield found._replace(
                fact=fact,
                value=value,
                inferred=True,
                note=None,
                latest=False,
                confidence=less_sure(found.confidence, "likely"),
            )


def _found_in_mention(mention: Mention, one: ToldFact, rules: Extraction) -> Found | None:
    sentence, cue, fact, roles = one.sentence, mention.cue.entry, mention.cue.fact, mention.roles
    assert fact is not None
    # What a record does not tell "whether …" is no condition.
    not_asserted = NOT_ASSERTED - _OF_A_MATTER if cue.silence else NOT_ASSERTED
    if roles & not_asserted or ("planned" in roles and not (cue.planned or cue.silence)):
        return None
    # A visit had at first was had; one of several states that held at first does so no more.
    if "at_first" in roles and fact.kind is Kind.ONE_OF:
        return None
    value, inferred = _value(mention, fact, sentence, rules)
    # "No deficits are documented" says what the record holds, not what the worker has.
    is_of_record = {"negated", "recorded"} <= roles and cue.negated is None
    # "No record of gains from the 12 visits attended": the number stands, whatever was not found of them.
    is_counted = fact.cumulative and "number" in mention.given
    if ("not_documented" in roles and not is_counted) or is_of_record or cue.not_documented:
        if cue.not_found == "nothing":
            return None
        value = None
    elif "negated" in roles and cue.negated != "same":
        if value is None or _value_when_negated(cue.negated, fact) == "nothing":
            return None
        value = None if cue.negated == "not_documented" else not value
    elif value is None:
        return None
    return Found(
        fact,
        value,
        sentence.place,
        mention.words,
        one.item,
        cue.by or _speaker(sentence.text[: mention.start], one.by, rules),
        "hedged" in roles,
        inferred or cue.inferred,
        _treatments_spoken_of(cue, mention, one.kinds),
        cue.latest,
        cue.note,
        _confidence(mention, inferred=inferred or cue.inferred or ("not_documented" in roles and is_counted)),
        one.section,
        one.dated if fact.cumulative else None,
    )


_STEPS: tuple[Confidence, ...] = ("sure", "likely", "doubtful")


def _confidence(mention: Mention, *, inferred: bool) -> Confidence:
    """Return how sure a statement is, by the kind of its evidence.

    Hedged words are doubtful; what a reader concludes, what a negation turns round, or what speaks of a therapy only by
    standing near it, is likely.
    """
    cue = mention.cue.entry
    found: Confidence = "sure"
    if inferred or cue.of_kind_named or mention.roles & {"recorded", "negated"}:
        found = "likely"
    if "hedged" in mention.roles:
        found = "doubtful"
    return found if cue.confidence is None else less_sure(found, cue.confidence)


def less_sure(one: Confidence, other: Confidence) -> Confidence:
    """Return the less sure of two steps."""
    return max(one, other, key=_STEPS.index)


def _without_others(found: Sequence[Found], others: frozenset[str]) -> list[Found]:
    """Return the facts; where a sentence names a procedure, the arthroscopy by which it was done is no second one."""

    def is_other(one: Found) -> bool:
        return isinstance(one.value, str) and one.value in others

    named = {(one.fact.name, one.at) for one in found if one.fact.kind is Kind.ONE_OF and not is_other(one)}
    return [one for one in found if not (is_other(one) and (one.fact.name, one.at) in named)]


def _with_doubts(found: Sequence[Found]) -> Iterator[Found]:
    """Yield the facts; where one sentence gives a fact values that disagree, all of them become doubtful."""
    said: dict[tuple[str, str, tuple[str, ...]], list[Found]] = {}
    for one in found:
        said.setdefault((one.fact.name, one.at, one.about), []).append(one)
    for one in found:
        others = said[one.fact.name, one.at, one.about]
        is_doubted = one.fact.kind is not Kind.SET_OF and any(_disagree(one, other) for other in others)
        yield one._replace(confidence="doubtful") if is_doubted else one


def _disagree(one: Found, other: Found) -> bool:
    """Return whether two values are both plain and differ; a range never disagrees, as it may hold the other."""
    plain = not isinstance(one.value, Mapping) and not isinstance(other.value, Mapping)
    return plain and one.value != other.value


def _treatments_spoken_of(cue: CueEntry, mention: Mention, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the treatments that a mention speaks of: those it names, as far as the cue is about them.

    Where it names none, they are those of its paper, else all that the cue is about.
    """
    named = tuple(one for one in mention.therapy if one in cue.about or not cue.about)
    if not named and (cue.about or cue.of_kind_named):
        named = tuple(one for one in kinds if one in cue.about or not cue.about)
    return named or cue.about


def _value_when_negated(said: str | None, fact: Fact) -> str:
    """Return what a negation makes of a value: what the cue says, else "opposite" for a boolean and "nothing"."""
    return said or ("opposite" if fact.kind is Kind.BOOLEAN else "nothing")


def _value(mention: Mention, fact: Fact, sentence: Sentence, rules: Extraction) -> tuple[Plain, bool]:
    """Return the value that a mention gives, None where part of it cannot be read, and whether it is inferred."""
    cue = mention.cue.entry
    if cue.every:
        named = named_members(sentence.text[mention.start :], rules.phrases.get(fact.name, {}))
        if named:
            return named, False
        return ((cue.otherwise,), True) if cue.otherwise else (None, False)
    value = cue_value(cue, fact, mention.given)
    return (None, False) if _is_unfilled(value) else (value, False)


def _is_unfilled(value: Plain) -> bool:
    match value:
        case str():
            return value.startswith("{")
        case Mapping():
            return any(_is_unfilled(inner) for inner in value.values())
        case tuple():
            return any(_is_unfilled(inner) for inner in value)
        case _:
            return value is None


def speaker_of(told: ToldFact, rules: Extraction) -> Speaker | None:
    """Return who says what a sentence tells: the last speaker that it names, else who speaks in its part."""
    return _speaker(told.sentence.text, told.by, rules)


def _speaker(before: str, otherwise: Speaker | None, rules: Extraction) -> Speaker | None:
    """Return who says it: the last speaker named before the words, else who speaks in this part of the record."""
    named = [(match.start(), speaker) for speaker, one in rules.speakers for match in one.finditer(before)]
    if named:
        return max(named)[1]
    return otherwise
