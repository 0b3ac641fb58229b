"""What an item of a request asks for, in words: where the request was amended, what is asked for now comes first."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mtus_engine.model.fact import Fact
from mtus_engine.model.vocabulary import Roles
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.desk.controls import statement_words
from mtus_engine.serve.office import Office
from mtus_engine.serve.whole import amended_statement
from mtus_engine.store.cases import StoredCase
from mtus_engine.store.parts import body_of
from mtus_engine.store.scope import scope_of


class AskedNow(NamedTuple):
    """A request with its amendments (of amendments_of), ready to tell what each of its items asks for now."""

    stored: StoredCase
    amended: Sequence[str]
    facts: Mapping[str, Fact]
    roles: Roles
    words: Catalogue

    def of(self, item: str, asked: str) -> str:
        """Return the words of an item as they are, or with what it asks for since its request was amended.

        A length is named where the amendment named one.
        """
        now = self._amended_value(item, self.roles.units_requested)
        if now is None:
            return asked
        length = None if self.roles.course_length is None else self._amended_value(item, self.roles.course_length)
        if length is not None and any(amendment_told(self.words, now, length, "") in one for one in self.amended):
            return self.words("letter.as_amended_over", asked=asked, now=now, weeks=length)
        return self.words("letter.as_amended", asked=asked, now=now)

    def _amended_value(self, item: str, name: str) -> str | None:
        found = amended_statement(scope_of(self.stored.statements, item, name).shown, self.amended)
        if found is None or name not in self.facts:
            return None
        return statement_words(self.facts[name], body_of(found.said.body), self.words)


def asked_now(office: Office, stored: StoredCase, amended: Sequence[str], words: Catalogue) -> AskedNow:
    """Return a request with its amendments, under the rules of its jurisdiction."""
    jurisdiction = stored.header.get("jurisdiction")
    roles = office.checker.of_jurisdiction(jurisdiction).ruleset.roles
    return AskedNow(stored, amended, office.facts_under(jurisdiction), roles, words)


def amendment_told(words: Catalogue, visits: str, length: str, told: str) -> str:
    """Return what is kept of an amendment: what is asked for now, and what was told of it; an empty length is none."""
    return words("amend.said_over", visits=visits, weeks=length, told=told) if length else f"{visits}; {told}"
