"""Checks that a pack's own facts are in its namespace, which is the first word of their names."""

from collections.abc import Sequence

from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.model.guideline import Definition


def check_namespace(
    name: str, namespace: str | None, place: Place, problems: Problems, *, at_key: bool = False
) -> None:
    """Note a fact that is not in its pack's namespace; None stands for the pack whose facts all others share."""
    if namespace is not None and not name.startswith(f"{namespace}."):
        cure = f"{namespace}.{name.partition('.')[2] or name}"
        problems.add(place, "MT323", f"{name} is not in the namespace of this pack", f"call it {cure}", at_key=at_key)


def check_definitions(
    definitions: Sequence[Definition], namespace: str | None, place: Place, problems: Problems
) -> None:
    """Note each fact that a document of a pack defines outside the pack's namespace."""
    for n, one in enumerate(definitions):
        check_namespace(one.fact, namespace, place / "definitions" / n / "fact", problems)
