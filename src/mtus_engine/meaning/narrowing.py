"""Which members of a fact another fact rules out, where nothing is said of the fact itself."""

from collections.abc import Iterable, Mapping

from mtus_engine.meaning.algebra import Algebra, F, R, S, T, V_co
from mtus_engine.model.fact import Narrowing


def members_ruled_out(
    narrowing: Narrowing, own_given: S, told: F, told_given: S, members: Iterable[str], a: Algebra[S, T, R, V_co, F]
) -> Mapping[str, S]:
    """Return for each of the members whether it is ruled out; told is what is known of the other fact.

    Where all would be, none is: what is told of the other fact then says nothing of this one.
    """
    beside = dict(narrowing.beside)
    absent = {
        member: a.is_false(a.among(beside[member], told)) if member in beside else a.sure(False) for member in members
    }
    follows = a.once(a.both([a.no(own_given), told_given, a.no(a.both(absent.values()))]))
    return {member: a.both([follows, one]) for member, one in absent.items()}
