"""The facts that the program reads by their roles, and the publishers whose guidelines decisions cite."""

from collections.abc import Mapping, Sequence

from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.model.diagnostic import did_you_mean
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.values import Span
from mtus_engine.model.vocabulary import Publisher, Roles, VocabularyDocument

_KINDS_OF_ROLES = {
    "treatment": Kind.ONE_OF,
    "request_date": Kind.DATE,
    "service_date": Kind.DATE,
    "retrospective": Kind.BOOLEAN,
    "units_requested": Kind.INTEGER,
    "units_disputed": Kind.INTEGER,
    "units_authorized": Kind.INTEGER,
    "concurrent": Kind.SET_OF,
    "units_per_week": Kind.INTEGER,
    "course_length": Kind.PERIOD,
    "units_scheduled": Kind.INTEGER,
    "schedule_agrees": Kind.BOOLEAN,
    "body_parts": Kind.SET_OF,
    "left_side": Kind.BOOLEAN,
    "right_side": Kind.BOOLEAN,
    "injury_date": Kind.DATE,
    "last_visit": Kind.DATE,
    "surgery_performed": Kind.BOOLEAN,
    "surgery_found_necessary": Kind.BOOLEAN,
    "surgery_date": Kind.DATE,
    "procedure": Kind.ONE_OF,
    "before_surgery": Kind.BOOLEAN,
    "surgery_on_treated_part": Kind.BOOLEAN,
    "surgery_aftercare": Kind.BOOLEAN,
    "surgery_visits": Kind.INTEGER,
}


def checked_roles(roles: Roles, facts: Mapping[str, Fact], place: Place, problems: Problems) -> Roles:
    """Return the roles, which name the facts the program reads; an unknown name or a wrong type is noted."""
    for role, kind in _KINDS_OF_ROLES.items():
        name = getattr(roles, role)
        if name is not None and getattr(facts.get(name), "kind", None) is not kind:
            near = did_you_mean(name, tuple(facts)) if name not in facts else ""
            message = f"no {kind.value} fact {name}{near}"
            problems.add(place / "roles" / role, "MT301", message, "mtus facts lists them all")
    weekly = facts.get(roles.units_per_week) if roles.units_per_week is not None else None
    if weekly is not None and isinstance(weekly.domain, Span) and weekly.domain.high is None:
        message = f"{weekly.name} has no highest value, and frequency × duration is worked out from it"
        problems.add(place / "roles" / "units_per_week", "MT301", message, "give it at_most: in the vocabulary")
    for n, name in enumerate(roles.units_prior):
        if name not in facts:
            problems.add(
                place / "roles" / "units_prior" / n, "MT301", f"unknown fact {name}{did_you_mean(name, tuple(facts))}"
            )
    for role, of in (("other_treatment", roles.treatment), ("other_procedure", roles.procedure)):
        member, fact = getattr(roles, role), facts.get(of) if of is not None else None
        members = () if fact is None else tuple(one for one, _ in fact.members)
        if member is not None and member not in members:
            message = f"no member {member} of {of or 'a procedure'}{did_you_mean(member, members)}"
            problems.add(place / "roles" / role, "MT301", message, "mtus facts lists them all")
    return roles


def checked_publishers(
    documents: Sequence[tuple[VocabularyDocument, Place]], problems: Problems
) -> dict[str, Publisher]:
    """Return the publishers by name; words that name two of them, and a second one with otherwise: true, are noted."""
    first: dict[str, str] = {}
    unnamed: str | None = None
    found: dict[str, Publisher] = {}
    for document, place in documents:
        for name, publisher in document.publishers.items():
            where = place / "publishers" / name
            for n, words in enumerate(publisher.named):
                other = first.setdefault(words.lower(), name)
                if other != name:
                    message = f"{words} names {other} too"
                    problems.add(where / "named" / n, "MT307", message, "keep the words in one of the two")
            if publisher.otherwise and unnamed is not None:
                message = f"otherwise: true is at {unnamed} too"
                problems.add(where / "otherwise", "MT307", message, "keep it at one of the two")
            unnamed = name if publisher.otherwise and unnamed is None else unnamed
            found.setdefault(name, publisher)
    return found
