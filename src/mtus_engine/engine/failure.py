"""What goes wrong inside the engine: never the fault of a case that was accepted."""

from mtus_engine.model.truth import Truth


class EngineFailure(Exception):
    """The rules engine failed or contradicted itself; the message names the rules, and the case where known."""


def disagreement(subject: str, by_rules: Truth, other: Truth, source: str) -> EngineFailure:
    """Return the failure that the rules conclude another truth than a source of truths does, such as the fold."""
    return EngineFailure(f"{subject} is {by_rules.value} to the rules and {other.value} to the {source}")
