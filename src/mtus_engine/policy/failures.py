"""Examples that did not come out as expected, as text, as JSON and as diagnostics."""

import json
from collections.abc import Sequence

from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.policy.examples import ExampleOutcome


def failures_text(failed: Sequence[ExampleOutcome], passed: int) -> str:
    """Return each failure as text with the trace behind it, and how many passed."""
    return "".join([*map(_block, failed), f"{passed} passed, {len(failed)} failed\n"])


def _block(one: ExampleOutcome) -> str:
    named = one.named
    lines = [f"{named.file}:{named.line}: {named.example.name}", *(f"  {line}" for line in one.differences)]
    return "\n".join([*lines, *(f"    {line}" for line in one.trace)]) + "\n\n"


def failures_json(failed: Sequence[ExampleOutcome], passed: int) -> str:
    """Return how many passed, and each failure, as JSON text."""
    return json.dumps(failures_outline(failed, passed), ensure_ascii=False, indent=2) + "\n"


def failures_outline(failed: Sequence[ExampleOutcome], passed: int) -> dict[str, object]:
    """Return how many passed, and each failure with its place, what differs and the trace."""
    listed = [
        {
            "example": one.named.example.name,
            "file": one.named.file,
            "line": one.named.line,
            "differences": one.differences,
            "trace": one.trace,
        }
        for one in failed
    ]
    return {"passed": passed, "failed": listed}


def failures(failed: Sequence[ExampleOutcome]) -> tuple[Diagnostic, ...]:
    """Return each failure as a diagnostic at its example; its help is the trace."""
    return tuple(
        Diagnostic(
            "MT504",
            one.named.file,
            one.named.line,
            1,
            f"{one.named.example.name}: {'; '.join(one.differences)}",
            "; ".join(one.trace) or None,
        )
        for one in failed
    )
