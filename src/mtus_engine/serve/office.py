"""What a server works with: the record, the rules, and who may do what with them."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection

from mtus_engine.api import Checker, case_of_json, load_rules
from mtus_engine.model.case import Case
from mtus_engine.model.checked import Checked
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.fact import Fact
from mtus_engine.model.memory import Memory
from mtus_engine.report.outline import ItemOutline
from mtus_engine.report.outlines import item_outline
from mtus_engine.report.view import ItemView, item_view
from mtus_engine.serve.logs import server_log
from mtus_engine.serve.metrics import Metrics
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.settings import Settings
from mtus_engine.store.cases import StoredCase
from mtus_engine.store.chain import LogHead
from mtus_engine.store.decisions import Determined
from mtus_engine.store.documents import KeptDocument
from mtus_engine.store.heads import add_head
from mtus_engine.store.log import Stamp
from mtus_engine.store.people import Person, add_person, person
from mtus_engine.store.record import Record
from mtus_engine.store.releases import Release, keep_release
from mtus_engine.store.roles import Role

ShownCase = TypeVar("ShownCase")
# The most cases that are kept in memory as they were read.
_MOST_READ = 100
# The most items of one case that are determined for one request to the server.
MOST_ITEMS = 200
# The one person of a server that only this machine reaches.
LOCAL = "local"


class Office:
    """One server's record and rules; any number of threads work with it."""

    def __init__(self, record: Record, settings: Settings) -> None:
        """Load the rules and keep them as a release; raises Rejected with every mistake in them."""
        self.record = record
        self.settings = settings
        self.metrics = Metrics()
        self.checker = Checker(load_rules(settings.rules, settings.jurisdiction))
        self._read: Memory[Case] = Memory(_MOST_READ)
        # Threads share one interpreter: determinations are done sooner one after another than at once.
        self._one_at_a_time = threading.Lock()
        with record.changing() as connection:
            stamp = record.stamp(LOCAL)
            self.release: Release = keep_release(connection, stamp, settings.rules)
            if settings.is_local and person(connection, LOCAL) is None:
                add_person(
                    connection, LOCAL, "Reviewer at this computer", frozenset({Role.NURSE.value}), stamp.at, id_=LOCAL
                )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees the record as it is at one moment."""
        with self.record.reading() as connection:
            yield connection

    def stamp(self, by: Person) -> Stamp:
        """Return the stamp of what a person does now."""
        return self.record.stamp(by.id)

    def case_of(self, document: object) -> Case:
        """Return the case that a value of JSON states; raises Rejected with every mistake in it."""
        if isinstance(document, bytes):
            raise Refused(415, "No JSON", "send the case with Content-Type: application/json")
        return case_of_json(document, self.checker.ruleset)

    def case_of_version(self, stored: StoredCase) -> Case:
        """Return the case of a stored version, from memory where it was read a moment ago; raises Rejected."""
        key = (stored.row.id, stored.version)
        return self._read.get(key) or self._read.put(key, self.case_of(stored.document))

    def keep_read(self, id_: str, version: int, case: Case) -> None:
        """Keep a version of a case in memory as it was read, for case_of_version."""
        self._read.put((id_, version), case)

    def items_of(self, document: object, *, explain: bool = True) -> list[ItemOutline]:
        """Return what a case comes to, item by item; raises Rejected, EngineFailure, and Refused for too many items."""
        case = self.case_of(document)
        if len(case.items) > MOST_ITEMS:
            detail = f"{len(case.items)} items: at most {MOST_ITEMS} of one case are determined here"
            raise Refused(413, "Too many items", detail)
        found = []
        items = self.checker.check(case, explain=explain)
        while (one := self._next(items, item_outline)) is not None:
            found.append(one)
        self.metrics.determined.inc(len(found))
        return found

    def views_of(self, document: object) -> list[ItemView]:
        """Return what a case comes to as pages show it; raises Rejected, and EngineFailure."""
        items = self.checker.check(self.case_of(document))
        return list(self._each(items, item_view))

    def possible_views(self, document: object) -> tuple[list[ItemView], tuple[str, ...]]:
        """Return the items of a case whose facts can be together, as pages show them, and what is wrong with others.

        Raises Rejected where the case cannot be read at all, and EngineFailure.
        """
        return _possible(self._each(self.checker.check(self.case_of(document)), item_view))

    def _each(self, items: Iterator[Checked], shown: Callable[[Checked], ShownCase]) -> Iterator[ShownCase]:
        while (one := self._next(items, shown)) is not None:
            yield one

    def _next(self, items: Iterator[Checked], shown: Callable[[Checked], ShownCase]) -> ShownCase | None:
        """Return the next item as shown makes it, None after the last; between two, other threads have their turn."""
        with self._one_at_a_time:
            one = next(items, None)
            return None if one is None else shown(one)

    def warm(self) -> None:
        """Determine an empty request for each treatment, so that each edition is prepared before anybody waits for it.

        To be run in a thread of its own; between two treatments other threads have their turn.
        """
        ruleset = self.checker.ruleset
        for treatment, _ in ruleset.facts[ruleset.roles.treatment].members:
            case = self.case_of(
                {"case": "none", "items": [{"item": "1", "facts": {ruleset.roles.treatment: treatment}}]}
            )
            self._next(self.checker.check(case), item_outline)

    @contextmanager
    def asking(self) -> Iterator[Checker]:
        """Yield the checker for what-if questions, while no other thread works with it."""
        with self._one_at_a_time:
            yield self.checker

    def determinations_of(
        self, stored: StoredCase, documents: Sequence[KeptDocument], *, is_decided: bool = True
    ) -> Determined:
        """Return a case as it stands, with its documents and what it comes to; raises Rejected, and EngineFailure.

        Where nothing is decided yet, items whose facts cannot be together are left out, and said to be.
        """
        impossible: tuple[str, ...] = ()
        if is_decided:
            items = self.items_of(stored.document)
        else:
            items, impossible = _possible(self._each(self.checker.check(self.case_of(stored.document)), item_outline))
        law = self.checker.ruleset.jurisdiction.id
        return Determined(stored, documents, [dict(one) for one in items], self.release.digest, law, impossible)

    def keep_head(self, head: LogHead | None) -> None:
        """Count a record that was added to the log, and add its head to the file of heads; for None, do nothing."""
        if head is None:
            return
        self.metrics.recorded.inc()
        if self.settings.heads is None:
            return
        try:
            add_head(self.settings.heads, head)
        except OSError as error:
            # The record is kept in any case: a head that could not be is reported to those who run the server.
            self.metrics.heads_missed.inc()
            server_log().error("head not kept", reason=error.strerror)

    def facts_of(self, case: Case) -> Mapping[str, Fact]:
        """Return the facts that a case may state, under its jurisdiction."""
        return self.facts_under(case.jurisdiction)

    def facts_under(self, jurisdiction: str | None) -> Mapping[str, Fact]:
        """Return the facts that a case may state under a jurisdiction, by its name: None is the one of the server."""
        ruleset = self.checker.of_jurisdiction(jurisdiction).ruleset
        return {**ruleset.beside_facts, **ruleset.facts}


def _possible(items: Iterator[ShownCase]) -> tuple[list[ShownCase], tuple[str, ...]]:
    """Return the items that are determined before the others are refused, and why these are."""
    found: list[ShownCase] = []
    try:
        while (one := next(items, None)) is not None:
            found.append(one)
    except Rejected as impossible:
        return found, tuple(one.message for one in impossible.diagnostics)
    return found, ()
