"""Determines the records of the log again, under their own rules and by the present engine."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from mtus_engine.api import Checker, CheckOptions, case_of_json
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.report.outlines import item_outline
from mtus_engine.store.canonical import canonical_json
from mtus_engine.store.log import records
from mtus_engine.store.releases import NoRelease, ruleset_of_release


class Replayed(NamedTuple):
    """One record determined again: same tells whether it came out as logged, to the byte; moved names what did not.

    problem is why it could not be determined again.
    """

    seq: int
    same: bool
    moved: tuple[str, ...] = ()
    problem: str | None = None


def determined_items(
    checker: Checker, document: Mapping[str, Any], *, has_impossible: bool = False
) -> list[Mapping[str, Any]]:
    """Return what a case comes to as the JSON of its items; raises Rejected, and EngineFailure.

    has_impossible tells that items whose facts cannot be together were left out: they are again.
    """
    found: list[Mapping[str, Any]] = []
    items = checker.check(case_of_json(document, checker.ruleset))
    try:
        while (one := next(items, None)) is not None:
            found.append(dict(item_outline(one)))
    except Rejected:
        if not has_impossible:
            raise
    return found


class Replayer:
    """Determines records again, under the rulesets of their releases, each loaded once."""

    def __init__(self, connection: Connection, folder: Path, options: CheckOptions) -> None:
        """Load nothing yet; folder is an empty folder for the packs of the releases."""
        self._connection = connection
        self._folder = folder
        self._options = options
        self._checkers: dict[tuple[str, str], Checker | str] = {}

    def replay(self, subject: str | None = None) -> Iterator[Replayed]:
        """Yield each record of the log that holds a determination, redone; subject keeps those of one case."""
        for one in records(self._connection, subject):
            if one.release is not None and one.content is not None:
                yield self._replay_of_record(one.seq, one.release, one.content)

    def _replay_of_record(self, seq: int, release: str, content: Mapping[str, Any]) -> Replayed:
        checker = self._checker(release, content["jurisdiction"])
        if isinstance(checker, str):
            return Replayed(seq, same=False, problem=checker)
        try:
            again = determined_items(checker, content["case"], has_impossible="impossible" in content)
        except (Rejected, EngineFailure) as failure:
            return Replayed(seq, same=False, problem=str(failure))
        before = [_without_engine_version(one) for one in content["determination"]]
        after = [_without_engine_version(one) for one in again]
        if canonical_json(before) == canonical_json(after):
            return Replayed(seq, same=True)
        return Replayed(seq, same=False, moved=tuple(_differences(before, after)))

    def _checker(self, release: str, jurisdiction: str) -> Checker | str:
        key = (release, jurisdiction)
        if key not in self._checkers:
            folder = self._folder / release
            folder.mkdir(exist_ok=True)
            try:
                ruleset = ruleset_of_release(self._connection, release, folder, jurisdiction)
                self._checkers[key] = Checker(ruleset, self._options)
            except (NoRelease, Rejected) as problem:
                self._checkers[key] = f"its release cannot be loaded: {problem}"
        return self._checkers[key]


def _without_engine_version(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item without the version of the engine, which may differ."""
    return {key: value for key, value in item.items() if key != "engine_version"}


def _differences(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what came out otherwise: findings, criteria and limits by name, else the parts of the JSON."""
    again = {one["item"]: one for one in after}
    for item in before:
        other = again.pop(item["item"], None)
        if other is None:
            yield f"item {item['item']}: no longer determined"
            continue
        told = [*_status_changes(item, other)]
        if item["finding"] != other["finding"]:
            told.insert(0, f"finding {item['finding']} → {other['finding']}")
        told = told or [key for key in sorted({*item, *other}) if item.get(key) != other.get(key)]
        yield from (f"item {item['item']}: {one}" for one in told)
    yield from (f"item {name}: not there before" for name in again)


def _status_changes(item: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    for key in ("criteria", "limits"):
        then = {one["id"]: one["status"] for one in item.get(key, ())}
        now = {one["id"]: one["status"] for one in other.get(key, ())}
        for id_ in dict.fromkeys([*then, *now]):
            if then.get(id_) != now.get(id_):
                yield f"{id_} {then.get(id_, 'not there')} → {now.get(id_, 'not there')}"
