"""Coverage of the rules by their examples, and the mistakes that no example notices, as a report and plain values."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, assert_never

from mtus_engine.model.condition import Leaf
from mtus_engine.model.fact import Fact
from mtus_engine.policy.coverage import Goal
from mtus_engine.policy.mutants import Mutant
from mtus_engine.report.sheet import Sheet, SheetPart
from mtus_engine.wording.tests import test_words


class Uncovered(NamedTuple):
    """Something that no example shows: its file, what it is, and an example that would (empty: none was found)."""

    file: str
    goal: str
    example: str


class Survivor(NamedTuple):
    """A mistake that no example notices; it may be proved to change no finding."""

    mutant: Mutant
    is_equivalent: bool


PROVED = "proved to change no finding"


def goal_words(goal: Goal, facts: Mapping[str, Fact]) -> str:
    """Return a goal of coverage in words: "work-hardening 2009-07-18 demand-level: not met"."""
    match goal.part:
        case None:
            part = ""
        case Leaf(fact, test):
            part = f", {fact} {test_words(facts[fact], test)}"
        case str() as row:
            part = f", row {row}"
        case _:
            assert_never(goal.part)
    return f"{goal.edition} {goal.rule}{part}: {goal.state.value}"


class Mutation(NamedTuple):
    """How many mistakes were made, how many were noticed, and those that were not."""

    made: int
    noticed: int
    survivors: Sequence[Survivor]

    @property
    def score(self) -> float:
        """The share noticed, of the mistakes that are not proved to change nothing."""
        return self.noticed / max(1, self.made - self.equivalent)

    @property
    def equivalent(self) -> int:
        """How many are proved to change nothing."""
        return sum(survivor.is_equivalent for survivor in self.survivors)


def coverage_sheet(
    counts: Mapping[str, tuple[int, int]],
    uncovered: Sequence[Uncovered],
    mutation: Mutation | None,
    failing: int = 0,
    altered: Sequence[str] = (),
) -> Sheet:
    """Return the report; failing counts the examples that come out differently from what they expect.

    altered are the rules that were changed after they were published and keep their marks.
    """
    lines = [f"{kind}: {covered} of {of}, {covered / of:.0%}" for kind, (covered, of) in counts.items()]
    if failing:
        lines.append(f"{failing} examples fail, and count all the same: mtus rules test shows them")
    title = "Not shown by any example" if uncovered else "Everything is shown by some example"
    parts = [SheetPart(title, code="\n".join(line for one in uncovered for line in _lines(one)))]
    if altered:
        parts.append(SheetPart("Changed since it was published, with the marks of before", tuple(altered)))
    if mutation is not None:
        lines.append(_score(mutation))
        left = [survivor for survivor in mutation.survivors if not survivor.is_equivalent]
        parts.append(SheetPart("Mistakes that no example notices", code=_blocks(left)))
        proved = [survivor for survivor in mutation.survivors if survivor.is_equivalent]
        if proved:
            parts.append(SheetPart("Proved to change no finding, and left out of the score", code=_blocks(proved)))
    return Sheet("Coverage of the rules by their examples", tuple(lines), tuple(parts))


def _lines(one: Uncovered) -> tuple[str, ...]:
    return (f"{one.file}: {one.goal}", *one.example.splitlines())


def _score(mutation: Mutation) -> str:
    return (
        f"mutation score: {mutation.score:.0%} ({mutation.noticed} of {mutation.made} mistakes noticed, "
        f"{mutation.equivalent} proved to change nothing)"
    )


def _blocks(survivors: Sequence[Survivor]) -> str:
    return "\n".join(survivor.mutant.diff for survivor in survivors) or "none"


def coverage_outline(
    counts: Mapping[str, tuple[int, int]], uncovered: Sequence[Uncovered], mutation: Mutation | None
) -> dict[str, object]:
    """Return the report in its JSON form."""
    outline: dict[str, object] = {
        "covered": {kind: {"covered": covered, "of": of} for kind, (covered, of) in counts.items()},
        "uncovered": [one._asdict() for one in uncovered],
    }
    if mutation is not None:
        survivors = [
            {"diff": one.mutant.diff, "why": PROVED if one.is_equivalent else ""} for one in mutation.survivors
        ]
        outline["mutation"] = {
            "made": mutation.made,
            "noticed": mutation.noticed,
            "score": mutation.score,
            "survivors": survivors,
        }
    return outline
