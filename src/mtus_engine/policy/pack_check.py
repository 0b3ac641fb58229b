"""Checks of a pack before it is given out: lint, examples, coverage, mistakes noticed, licence, nothing but data."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mtus_engine.api import Checker, load_rules
from mtus_engine.ingest.drafter import extraction_rules
from mtus_engine.loader.packs import Layer, examples_of, read_layers, rules_of
from mtus_engine.model.diagnostic import Diagnostic, did_you_mean
from mtus_engine.model.ruleset import Edition
from mtus_engine.policy.coverage import coverage
from mtus_engine.policy.coverage_report import goal_words
from mtus_engine.policy.examples import determination_of_example, example_outcome, examples_of_layers
from mtus_engine.policy.lint import noted_in_files
from mtus_engine.policy.lint_rules import example_slips
from mtus_engine.policy.mutants import Mutant
from mtus_engine.policy.mutation import tried_mutants
from mtus_engine.policy.packs import strange_files, strange_files_of_zip


class Result(NamedTuple):
    """What one check of a pack says, whether it holds, and what to do where it does not."""

    what: str
    holds: bool
    says: str
    cure: str = ""


class PackCheck:
    """A pack with those it needs, ready to be checked; raises Rejected with every mistake in its files."""

    def __init__(self, layer: Layer, beside: Sequence[str]) -> None:
        """Load the pack; beside are packs that it needs and that are not shipped."""
        assert layer.manifest is not None
        self._layer = layer
        self._said = layer.manifest
        self._sources = (*beside, layer.source)
        self._whole = load_rules(self._sources)
        self._ruleset = self._whole.of(self._said.jurisdiction.id)
        self._checker = Checker(self._ruleset)
        self._named = examples_of_layers([layer], Checker(self._whole))
        extraction_rules(self._sources, self._ruleset)

    def found(self) -> tuple[Diagnostic, ...]:
        """Return what looks like a mistake in the files of the pack."""
        packs = [rules_of(layer) for layer in read_layers(self._sources) if layer.name in self._ruleset.own_packs]
        noted = [one.diagnostic for one in noted_in_files(packs, self._ruleset)]
        noted += [one.diagnostic for loaded in examples_of([self._layer]) for one in example_slips(loaded)]
        mine = f"{self._layer.source}/"
        return tuple(one for one in noted if one.severity != "note" and one.file.startswith(mine))

    def results(self, found: Sequence[Diagnostic], least: float) -> Iterator[Result]:
        """Yield what each check says; least is the percentage of small mistakes that the examples must notice."""
        yield from self.quick_results(found)
        yield self._coverage()
        yield self._mutation(least)

    def quick_results(self, found: Sequence[Diagnostic]) -> Iterator[Result]:
        """Yield the checks that take little time: a pack that fails one of them is not built."""
        said = f"{len(found)} place{'s look' if len(found) != 1 else ' looks'} like a mistake"
        yield Result("lint", not found, said if found else "no mistake found")
        yield self._jurisdiction()
        yield self._licence()
        yield self._data()
        yield self._examples()

    def _jurisdiction(self) -> Result:
        said, others = self._said.jurisdiction, [one for one in self._ruleset_laws() if one[0] != self._layer.name]
        same = [name for _, id_, name in others if id_ == said.id]
        if same:
            words = f"{said.name}" if said.name in same else f"{said.id} is called {same[0]} by the pack that it needs"
            return Result("jurisdiction", said.name in same, words, "" if said.name in same else f"name: {same[0]}")
        near = did_you_mean(said.id, tuple(id_ for _, id_, _ in others))
        words = f"{said.name}, for which no pack that it needs has rules{near}"
        return Result("jurisdiction", not near, words, "mend id: in pack.yaml, if another is meant" if near else "")

    def _ruleset_laws(self) -> list[tuple[str, str, str]]:
        packs = [pack for one in (self._whole, *self._whole.others) for pack in one.packs]
        return [(pack.name, pack.jurisdiction.id, pack.jurisdiction.name) for pack in dict.fromkeys(packs)]

    def _examples(self) -> Result:
        failing = [one.example.name for one in self._named if example_outcome(one, self._checker).differences]
        if not self._named:
            return Result("examples", False, "none here", "each rule file has examples beside it, in NAME.test.yaml")
        if not failing:
            return Result("examples", True, f"{len(self._named)} come out as expected")
        return Result(
            "examples", False, f"{len(failing)} of {len(self._named)} fail", f"{self._command('test')} shows why"
        )

    def _coverage(self) -> Result:
        editions = self._editions()
        found = coverage(self._ruleset, (determination_of_example(one, self._checker) for one in self._named))
        goals = [goal for goal in found.goals if goal.edition in editions]
        left = [goal for goal in found.uncovered if goal.edition in editions]
        says = f"{len(goals) - len(left)} of {len(goals)} states shown by examples"
        if not left:
            return Result("coverage", True, says)
        shown = "; ".join(goal_words(goal, editions[goal.edition].facts) for goal in left[:3])
        cure = f"{self._command('coverage')} shows all, with --write it adds an example for each"
        return Result("coverage", False, f"{says}; not shown: {shown}{', and others' if len(left) > 3 else ''}", cure)

    def _mutation(self, least: float) -> Result:
        mine = self._editions()
        run = [one for key in mine for one in tried_mutants(self._ruleset, self._named, key)]
        tried = [one for one in run if _is_own(one.mutant, mine)]
        noticed = sum(one.noticed_by is not None for one in tried)
        score = 100 * noticed / max(1, len(tried))
        if not tried:
            return Result("mistakes", True, "no edition of its own to make mistakes in")
        says = f"the examples notice {noticed} of {len(tried)} small mistakes, {score:.0f} %"
        cure = f"at least {least:.0f} % are asked for; {self._command('coverage')} --mutation shows those not noticed"
        return Result("mistakes", score >= least, says, "" if score >= least else cure)

    def _licence(self) -> Result:
        said = self._said
        blank = [key for key, text in (("publisher", said.publisher), ("licence", said.licence)) if "FILL IN" in text]
        if blank:
            return Result("licence", False, f"{' and '.join(blank)} in pack.yaml are still to be filled in")
        return Result("licence", True, f"{said.licence}, published by {said.publisher}")

    def _data(self) -> Result:
        path = Path(self._layer.source)
        strange = strange_files(path) if path.is_dir() else strange_files_of_zip(path) if path.is_file() else []
        if strange:
            says = f"no part of a pack, and not built into it: {', '.join(strange[:5])}"
            return Result("nothing but data", False, says, "take them out of the folder")
        return Result("nothing but data", True, "no links, no names that lead outside, no programs")

    def _editions(self) -> dict[str, Edition]:
        editions = [one for one in self._ruleset.editions if one.pack == self._layer.name]
        return {edition.key: edition for edition in editions if edition.not_encoded is None}

    def _command(self, verb: str) -> str:
        named = " ".join(f"--rules {source}" for source in self._sources)
        law = self._said.jurisdiction.id
        needs_law = verb == "coverage" and law != self._whole.jurisdiction.id
        return f"mtus rules {verb} {named}" + (f" --jurisdiction {law}" if needs_law else "")


def _is_own(mutant: Mutant, mine: Mapping[str, Edition]) -> bool:
    """Return whether a mistake is in the pack's own files: the examples of shared definitions are in other packs."""
    edition = mine.get(mutant.edition.key)
    shared = edition is not None and "." in mutant.rule and mutant.rule not in edition.lines
    return edition is not None and not shared
