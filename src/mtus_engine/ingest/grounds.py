"""The grounds that the rationales of a decision give: a criterion and how it was found, or what they say is missing."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtus_engine.ingest.found import ToldFact
from mtus_engine.ingest.mentions import Finder, Mention
from mtus_engine.ingest.naming import shortened_text
from mtus_engine.ingest.sentences import Sentence
from mtus_engine.model.extraction import NOT_ASSERTED, Extraction


class FoundGround(NamedTuple):
    """A ground that a rationale gives: a criterion and its finding, or, as other, a sentence that no cue reads."""

    criterion: str | None
    finding: str | None
    at: str
    item: int
    other: str | None = None


def grounds_found(read: Sequence[ToldFact]) -> tuple[FoundGround, ...]:
    """Return the grounds that cues give in rationales."""
    return tuple(
        _found_ground(mention, one.sentence, one.item)
        for one in read
        if one.section == "rationale" and one.item is not None
        for mention in one.mentions
        if mention.cue.entry.ground is not None and not mention.roles & NOT_ASSERTED
    )


def other_grounds(
    read: Sequence[ToldFact], finder: Finder, rules: Extraction, given: Sequence[FoundGround]
) -> Iterator[FoundGround]:
    """Yield, as grounds, sentences of rationales that say that something is missing and gave none of those given."""
    places = {ground.at for ground in given}
    for one in read:
        sentence, item = one.sentence, one.item
        if one.section != "rationale" or item is None or sentence.place in places or not one.names_the_case:
            continue
        concludes = any(words.search(sentence.text) for words in rules.conclusions)
        roles = frozenset() if concludes else finder.roles(sentence.text)
        if "not_documented" in roles and "quoted" not in roles:
            yield FoundGround(None, None, sentence.place, item, shortened_text(sentence.text, 200))


def _found_ground(mention: Mention, sentence: Sentence, item: int) -> FoundGround:
    cue = mention.cue.entry
    finding = "not_documented" if "not_documented" in mention.roles else cue.finding or "not_met"
    return FoundGround(cue.ground, finding, sentence.place, item)
