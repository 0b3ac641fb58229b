"""Coverage of the rules by their examples, and the mistakes that no example notices, as a report and plain values."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mtus_engine.report.sheet import Part, Sheet


class UncoveredWords(NamedTuple):
    """Something that no example shows: its file, what it is, and an example that would (empty: none was found)."""

    file: str
    goal: str
    example: str


class SurvivorWords(NamedTuple):
    """A mistake that no example notices, as a diff; why is empty where it is to be mended."""

    diff: str
    why: str


class MutationWords(NamedTuple):
    """How many mistakes were made, how many were noticed, and those that were not."""

    made: int
    noticed: int
    survivors: Sequence[SurvivorWords]

    @property
    def score(self) -> float:
        """The share noticed, of the mistakes that are not proved to change nothing."""
        equivalent = sum(1 for survivor in self.survivors if survivor.why)
        return self.noticed / max(1, self.made - equivalent)


def coverage_sheet(
    counts: Mapping[str, tuple[int, int]],
    uncovered: Sequence[UncoveredWords],
    mutation: MutationWords | None,
    failing: int = 0,
) -> Sheet:
    """Return the report; failing examples show something else than what they say."""
    lines = [f"{kind}: {covered} of {of}, {covered / of:.0%}" for kind, (covered, of) in counts.items()]
    if failing:
        lines.append(f"{failing} examples fail, and count all the same: mtus rules test shows them")
    title = "Not shown by any example" if uncovered else "Everything is shown by some example"
    parts = [Part(title, code="\n".join(line for one in uncovered for line in _lines(one)))]
    if mutation is not None:
        lines.append(_score(mutation))
        left = [survivor for survivor in mutation.survivors if not survivor.why]
        parts.append(Part("Mistakes that no example notices", code=_blocks(left)))
        proved = [survivor for survivor in mutation.survivors if survivor.why]
        if proved:
            parts.append(Part("Proved to change no finding, and left out of the score", code=_blocks(proved)))
    return Sheet("Coverage of the rules by their examples", tuple(lines), tuple(parts))


def _lines(one: UncoveredWords) -> tuple[str, ...]:
    return (f"{one.file}: {one.goal}", *one.example.splitlines())


def _score(mutation: MutationWords) -> str:
    equivalent = sum(1 for survivor in mutation.survivors if survivor.why)
    return (
        f"mutation score: {mutation.score:.0%} ({mutation.noticed} of {mutation.made} mistakes noticed, "
        f"{equivalent} proved to change nothing)"
    )


def _blocks(survivors: Sequence[SurvivorWords]) -> str:
    return "\n".join(survivor.diff for survivor in survivors) or "none"


def coverage_outline(
    counts: Mapping[str, tuple[int, int]], uncovered: Sequence[UncoveredWords], mutation: MutationWords | None
) -> dict[str, object]:
    """Return the report in its JSON form."""
    outline: dict[str, object] = {
        "covered": {kind: {"covered": covered, "of": of} for kind, (covered, of) in counts.items()},
        "uncovered": [one._asdict() for one in uncovered],
    }
    if mutation is not None:
        survivors = [one._asdict() for one in mutation.survivors]
        outline["mutation"] = {
            "made": mutation.made,
            "noticed": mutation.noticed,
            "score": mutation.score,
            "survivors": survivors,
        }
    return outline
