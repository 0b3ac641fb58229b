"""The ledger of visits: which facts lead from what was requested to what is in dispute."""

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.model.checked import Checked
from mtus_engine.model.determination import Candidate, LimitStatus
from mtus_engine.model.reach import reachable_names


def ledger_facts(checked: Checked, candidate: Candidate | None) -> list[str]:
    """Return the names of the facts of the ledger in its order: requested, less what, attended, in dispute.

    What is in dispute is less by what is authorized and by what else was stated to be taken off, such as withdrawn.
    """
    if candidate is None or checked.determination.evaluation.units is None:
        return []
    roles = checked.roles
    applying = [limit for limit in candidate.limits if limit.status is not LimitStatus.NOT_APPLICABLE]
    attended = [name for limit in applying for name in limit.rule.counting if name != roles.units_authorized]
    defined = {entry.fact.name: inputs_of(entry.formula) for entry in candidate.edition.derived}
    behind = reachable_names([roles.units_disputed], lambda name: defined.get(name, ()))
    known = checked.determination.evaluation.known
    taken_off = [name for name in behind if name not in defined and name in known and known[name].statements]
    named = [roles.units_requested, *taken_off, roles.units_authorized, *attended, roles.units_disputed]
    return list(dict.fromkeys(named)) if applying else []
