"""What an item of a request asks for, in words: where the request was amended, what is asked for now comes first."""

from collections.abc import Mapping, Sequence

from mtus_engine.model.fact import Fact
from mtus_engine.model.vocabulary import Roles
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.desk.controls import statement_words
from mtus_engine.serve.whole import amended_statement
from mtus_engine.store.cases import StoredCase
from mtus_engine.store.parts import body_of
from mtus_engine.store.scope import scope_of


def as_amended(
    asked: str,
    item: str,
    stored: StoredCase,
    amended: Sequence[str],
    facts: Mapping[str, Fact],
    roles: Roles,
    words: Catalogue,
) -> str:
    """Return the words of an item as they are, or with what it asks for since its request was amended.

    amended are what amendments_of gives of the case. A length is named where the amendment named one.
    """
    now = _amended_value(stored, item, roles.units_requested, amended, facts, words)
    if now is None:
        return asked
    length = None
    if roles.course_length is not None:
        length = _amended_value(stored, item, roles.course_length, amended, facts, words)
    if length is not None and any(amendment_told(words, now, length, "") in one for one in amended):
        return words("letter.as_amended_over", asked=asked, now=now, weeks=length)
    return words("letter.as_amended", asked=asked, now=now)


def amendment_told(words: Catalogue, visits: str, length: str, told: str) -> str:
    """Return what is kept of an amendment: what is asked for now, and what was told of it; an empty length is none."""
    return words("amend.said_over", visits=visits, weeks=length, told=told) if length else f"{visits}; {told}"


def _amended_value(
    stored: StoredCase, item: str, name: str, amended: Sequence[str], facts: Mapping[str, Fact], words: Catalogue
) -> str | None:
    found = amended_statement(scope_of(stored.statements, item, name).shown, amended)
    return None if found is None or name not in facts else statement_words(facts[name], body_of(found.said.body), words)
