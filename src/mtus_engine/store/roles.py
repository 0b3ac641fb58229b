"""Who may do what: one table of roles and actions. What stands in no row is refused."""

from enum import Enum


class Role(Enum):
    """What a person is to this office."""

    NURSE = "nurse"
    PHYSICIAN = "physician"
    AUDITOR = "auditor"
    POLICY = "policy"
    ADMINISTRATOR = "administrator"
    RETENTION = "retention"


class Action(Enum):
    """What somebody does; each route of the server is one of these."""

    CHECK = "check a case that is not stored"
    READ_RULES = "read facts, treatments and releases"
    WORK_ON_RULES = "lint, test, compare and prove rules"
    PUBLISH_RULES = "publish a release of rules"
    READ_CASES = "read cases, their documents and history"
    CHANGE_CASES = "make and change cases"
    READ_PAPERS = "have papers read into a draft"
    REVIEW = "take the steps of a review, and certify"
    SIGN_AS_PHYSICIAN = "sign as a physician: approve, modify or deny"
    AUDIT = "audit a selection of cases"
    READ_LOG = "read the records of the log, and what cases say in them"
    VERIFY_LOG = "see whether the log is whole, and its signed end"
    MANAGE_PEOPLE = "add people, change their roles, see who they are"
    PURGE = "take old cases away for good"
    SEE_SELF = "see who one is signed in as, and sign out"


_ALL = frozenset(Role)
_CLINICAL = frozenset({Role.NURSE, Role.PHYSICIAN})

ALLOWED: dict[Action, frozenset[Role]] = {
    Action.CHECK: _ALL - {Role.RETENTION},
    Action.READ_RULES: _ALL,
    Action.WORK_ON_RULES: frozenset({Role.POLICY, Role.AUDITOR}),
    Action.PUBLISH_RULES: frozenset({Role.POLICY}),
    Action.READ_CASES: _CLINICAL | {Role.AUDITOR},
    Action.CHANGE_CASES: _CLINICAL,
    Action.READ_PAPERS: _CLINICAL,
    Action.REVIEW: _CLINICAL,
    Action.SIGN_AS_PHYSICIAN: frozenset({Role.PHYSICIAN}),
    Action.AUDIT: frozenset({Role.AUDITOR}),
    Action.READ_LOG: frozenset({Role.AUDITOR}),
    Action.VERIFY_LOG: frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.RETENTION}),
    Action.MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR}),
    Action.PURGE: frozenset({Role.RETENTION}),
    Action.SEE_SELF: _ALL,
}


def may(roles: frozenset[str], action: Action) -> bool:
    """Return whether somebody with these roles may do this."""
    allowed = ALLOWED.get(action, frozenset())
    return any(role.value in roles for role in allowed)
