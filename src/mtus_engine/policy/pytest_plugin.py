"""A pytest plugin: every example in a *.test.yaml file beside mtus rules is a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mtus_engine.api import Checker, load_rules
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.pack import MANIFEST
from mtus_engine.policy.examples import Named, example_outcome, examples
from mtus_engine.report.diagnostics import diagnostics_text

_SUFFIX = ".test.yaml"
_VOCABULARY = "vocabulary.yaml"
# The rules of a folder, and its examples by their file.
Examples = tuple[Checker, dict[Path, list[Named]]]
_FOLDERS = pytest.StashKey[dict[Path, Examples]]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "ExampleFile | None":
    """Collect example files that stand in a folder of rules."""
    if not file_path.name.endswith(_SUFFIX) or rules_above(file_path) is None:
        return None
    collected: ExampleFile = ExampleFile.from_parent(parent, path=file_path)
    return collected


def rules_above(path: Path) -> Path | None:
    """Return the rule folder a file belongs to: the nearest one above that holds the vocabulary, or is a pack."""
    marks = (_VOCABULARY, MANIFEST)
    return next((folder for folder in path.parents if any((folder / mark).exists() for mark in marks)), None)


class ExampleFile(pytest.File):
    """A file of examples."""

    def collect(self) -> Iterator["ExampleItem"]:
        """Yield the examples of this file."""
        folder = rules_above(self.path)
        assert folder is not None
        try:
            checker, by_file = _read(folder, self.session.stash.setdefault(_FOLDERS, {}))
        except Rejected as rejected:
            raise self.CollectError(diagnostics_text(rejected.diagnostics)) from None
        for named in by_file.get(self.path.resolve(), ()):
            item: ExampleItem = ExampleItem.from_parent(self, name=named.example.name)
            item.prepare(named, checker)
            yield item


def _read(folder: Path, read: dict[Path, Examples]) -> Examples:
    """Return the rules of a folder with the examples beside them, read once a run; raises Rejected."""
    if folder not in read:
        checker = Checker(load_rules(folder))
        by_file: dict[Path, list[Named]] = {}
        for named in examples(folder, checker):
            by_file.setdefault(Path(named.file).resolve(), []).append(named)
        read[folder] = (checker, by_file)
    return read[folder]


class ExampleItem(pytest.Item):
    """One example."""

    def prepare(self, named: Named, checker: Checker) -> None:
        """Keep the example and the rules it is run with."""
        self._named = named
        self._checker = checker

    def runtest(self) -> None:
        """Run the example; fail with what differs and the trace that led there."""
        came_out = example_outcome(self._named, self._checker)
        if came_out.differences:
            pytest.fail("\n".join([*came_out.differences, "", *came_out.trace]), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the example stands."""
        return self.path, self._named.line - 1, self.name
