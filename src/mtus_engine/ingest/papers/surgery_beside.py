"""What a request tells of a therapy by asking for a surgery beside it: that it is for after that surgery."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtus_engine.ingest.found import Found
from mtus_engine.ingest.naming import named_members, preferred_member
from mtus_engine.ingest.papers.asked import AskedFor
from mtus_engine.loader.source import Plain
from mtus_engine.model.casefile import Confidence
from mtus_engine.model.extraction import Extraction
from mtus_engine.model.ruleset import Ruleset

NOTE = "the same request asks for the surgery"
# What is asked for after a surgery does not ask for the surgery.
_AFTER = re.compile(r"\bpost|\b(?:after|following|status|s/p)\b", re.IGNORECASE)


class SurgeryAsked(NamedTuple):
    """A surgery that a row of a request asks for: its procedure, the parts where it may be done, and the row."""

    procedure: str
    parts: frozenset[str]
    at: str
    words: str


def surgeries_asked(items: Sequence[AskedFor], rules: Extraction, ruleset: Ruleset) -> tuple[SurgeryAsked, ...]:
    """Return the surgeries that items ask for: those without a known treatment whose words name a procedure."""
    roles = ruleset.roles
    procedures = rules.phrases.get(roles.procedure or "", {})
    parts = rules.phrases.get(roles.body_parts or "", {})
    found = []
    for one in items:
        words = one.row.asked
        procedure = preferred_member(words, procedures, {roles.other_procedure})
        if procedure is not None and not one.treatments and _AFTER.search(words) is None:
            named = frozenset(named_members(words, parts)) | _parts_of(procedure, roles.other_procedure, ruleset)
            found.append(SurgeryAsked(procedure, named, one.row.at, words))
    return tuple(found)


def _parts_of(procedure: str, other: str | None, ruleset: Ruleset) -> frozenset[str]:
    """Return the parts of the body where a procedure is done; none for one that no list holds."""
    fact = ruleset.facts[ruleset.roles.procedure or ""]
    if fact.narrowed_by is None or procedure == other:
        return frozenset()
    return frozenset(str(part) for member, parts in fact.narrowed_by.beside if member == procedure for part in parts)


def told_by_surgery(
    one: AskedFor, asked: Sequence[SurgeryAsked], told: Sequence[Found], rules: Extraction, ruleset: Ruleset
) -> Iterator[Found]:
    """Yield what surgeries beside an item tell of it; nothing where each is on another part of the body.

    told is what is read of the item and of the case otherwise. Doubtful is what comes of it where nothing says that
    the item is aftercare, as a therapy may be for before the surgery as well, and where another surgery was done.
    """
    roles = ruleset.roles
    names = rules.phrases.get(roles.body_parts or "", {})
    treated = set(named_members(one.row.asked, names))
    beside = [each for each in asked if not treated or not each.parts or treated & each.parts]
    if not beside or roles.before_surgery is None or roles.procedure is None:
        return
    said = {each.fact.name for each in told if each.value is not None and each.value is not False}
    is_sure = roles.surgery_aftercare in said and not said & {roles.surgery_performed, roles.surgery_date}
    confidence: Confidence = "likely" if is_sure else "doubtful"
    at, words = ", ".join(each.at for each in beside), "; ".join(each.words for each in beside)

    def found(name: str, value: Plain) -> Found:
        fact = ruleset.facts[name]
        return Found(
            fact,
            value,
            at,
            words,
            one.number,
            one.paper.paper.by,
            hedged=False,
            inferred=True,
            about=(),
            latest=False,
            note=NOTE,
            confidence=confidence,
        )

    yield found(roles.before_surgery, value=True)
    procedures = tuple(dict.fromkeys(each.procedure for each in beside))
    yield found(roles.procedure, procedures[0] if len(procedures) == 1 else {"one_of": procedures})
