"""What is asked for in sentences: of a request on no form, and of the plan of a report or of notes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mtus_engine.ingest.naming import first_named_member, named_members
from mtus_engine.ingest.papers.passages import Passage
from mtus_engine.ingest.papers.request_list import RequestList
from mtus_engine.ingest.papers.rows import BULLET, Requested
from mtus_engine.ingest.quantities import course_of
from mtus_engine.model.extraction import Extraction
from mtus_engine.model.fact import Fact
from mtus_engine.model.papers import FieldUse

# What is planned for later is no request.
_LATER = re.compile(r"\b(?:may|might|could|would) be (?:requested|considered|needed|asked)\b|\bif\b", re.IGNORECASE)
# In a letter a request stands under any heading of running text, or none.
_PROSE = frozenset({FieldUse.TOLD, FieldUse.PLAN, FieldUse.TREATMENT, None})
_A_THING = re.compile(r"\s+(?:an?|one|two|three|\d{1,3})\s", re.IGNORECASE)
# In a request a sentence may begin with what it does, or with the heading of what is asked for.
_BEGINS_TO_ASK = re.compile(
    r"^\W*(?:\d{1,2}[.)]\s*)?(?:(?:we|i|pt|patient)\s+(?:(?:am|are|is)\s+)?request(?:ing|s)?\b"
    r"|request(?:ing|ed)?\b(?!\s+for\s+(?:treatment\s+)?auth)|(?:treatments?|services?)(?:\s+requested)?\s*:)",
    re.IGNORECASE,
)


class ProseReader:
    """Reads what sentences ask for, by the extraction rules."""

    def __init__(self, rules: Extraction, treatment: Fact) -> None:
        """Keep the rules, and the fact whose members are the treatments."""
        self._asks = rules.papers.asks
        self._phrases: Mapping[str, tuple[str, ...]] = rules.phrases.get(treatment.name, {})
        self._labels = dict(treatment.members)

    def asked(self, found: Sequence[Passage]) -> tuple[Requested, ...]:
        """Return the sentences that ask for something, with the diagnosis that a field beside them names."""
        diagnosis = next((one for one in found if one.use is FieldUse.DIAGNOSIS and one.value), None)
        if diagnosis is None:
            return tuple(self._asked(found))
        value = " ".join(diagnosis.value.split())
        return tuple(one._replace(diagnosis=value, at_diagnosis=diagnosis.place) for one in self._asked(found))

    def _asked(self, found: Iterable[Passage]) -> Iterator[Requested]:
        """Yield the sentences of a letter that ask for something: for a treatment that is known, or for a thing.

        "Please authorize the following:" asks for all entries of the list below it, and for treatments named there.
        """
        listed: RequestList | None = None
        # What a list asks for is not asked for again where it is talked of further on.
        of_lists: set[str] = set()
        for sentence in (each for one in found if one.use in _PROSE for each in one.sentences):
            asks = [match for words in self._asks if (match := words.search(sentence.text))]
            if (begins := _BEGINS_TO_ASK.match(sentence.text)) is not None:
                asks.append(begins)
            named = set(named_members(sentence.text, self._phrases))
            if listed is not None and listed.goes_on_with(sentence, is_known=bool(named)):
                of_lists |= named
                continue
            if listed is not None and listed.is_over:
                yield from listed.entries
                listed = None
            if asks and sentence.text.endswith(":"):
                if listed is not None:
                    yield from listed.entries
                listed = RequestList()
            elif (asks and named and not of_lists & named) or any(
                _A_THING.match(sentence.text, match.end()) for match in asks
            ):
                yield Requested(BULLET.sub("", sentence.text), sentence.place)
        if listed is not None:
            yield from listed.entries

    def planned(self, found: Iterable[Passage], kinds: Sequence[str]) -> Iterator[Requested]:
        """Yield the sentences of plans that name a treatment: what is asked for where no form does.

        In notes of the one treatment in kinds, "Request 6 more visits" is of that.
        """
        own = self._labels.get(kinds[0]) if len(kinds) == 1 else None
        for sentence in (each for one in found if one.use is FieldUse.PLAN for each in one.sentences):
            if _LATER.search(sentence.text) is not None:
                continue
            text = BULLET.sub("", sentence.text)
            if first_named_member(sentence.text, self._phrases) is not None:
                yield Requested(text, sentence.place)
            elif own is not None and _BEGINS_TO_ASK.match(text) and course_of(text).in_all is not None:
                yield Requested(f"{own}: {text}", sentence.place)
