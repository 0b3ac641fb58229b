"""Compiles what one fact tells of the members of another."""

from collections.abc import Mapping

from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.model.diagnostic import did_you_mean
from mtus_engine.model.fact import Fact, Kind, Narrowing
from mtus_engine.model.values import Member
from mtus_engine.model.vocabulary import NarrowingEntry


def narrowing(
    fact: Fact, entry: NarrowingEntry, facts: Mapping[str, Fact], place: Place, problems: Problems
) -> Narrowing | None:
    """Return what another fact tells of the members of this one; None (noted) where it cannot tell it."""
    other = facts.get(entry.fact)
    if other is None:
        near = did_you_mean(entry.fact, tuple(facts))
        problems.add(place / "fact", "MT301", f"unknown fact {entry.fact}{near}", "mtus facts lists them all")
        return None
    if fact.kind is not Kind.ONE_OF or other.kind not in {Kind.ONE_OF, Kind.SET_OF} or other.name == fact.name:
        cure = "narrowed_by belongs to a one_of fact, and names another one_of or a set_of fact"
        problems.add(place / "fact", "MT302", f"{other.name} cannot tell the members of {fact.name}", cure)
        return None
    own, theirs = tuple(dict(fact.members)), tuple(dict(other.members))
    for told, members in entry.members.items():
        for member, among, where in (
            (told, theirs, place / "members" / told),
            *((one, own, place / "members" / told / n) for n, one in enumerate(members)),
        ):
            if member not in among:
                of = other.name if among is theirs else fact.name
                message = f"{member} is no member of {of}{did_you_mean(member, among)}"
                problems.add(where, "MT302", message, "name its members", at_key=among is theirs)
    unnamed = frozenset(theirs) - set(entry.members)
    beside: dict[str, frozenset[Member]] = {
        one: unnamed | {told for told, members in entry.members.items() if one in members}
        for one in own
        if any(one in members for members in entry.members.values())
    }
    return Narrowing(other.name, tuple(beside.items()))
