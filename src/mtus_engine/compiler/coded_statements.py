"""The codes in the statements of a case: those that cannot be read leave their fact open, the others are noted."""

from mtus_engine.compiler.codes import code_doubt, coded_choice, is_code, is_no_diagnosis, unverified_codes
from mtus_engine.compiler.literals import verified_values
from mtus_engine.compiler.problems import Misfit, Place, Problems
from mtus_engine.loader.source import Plain
from mtus_engine.model.fact import Fact, Kind, Statement


def without_doubtful_codes(fact: Fact, plain: Plain, place: Place, problems: Problems) -> tuple[Plain, bool]:
    """Return the value without codes that cannot be read, and whether they leave it open; each gets a warning.

    What names the cause of an injury beside its diagnosis only is left out.
    """
    if not fact.codes:
        return plain, False
    given = plain if isinstance(plain, tuple) else (plain,)
    doubts = [code_doubt(fact, one) for one in given]
    left = tuple(one for one, doubt in zip(given, doubts, strict=True) if doubt is None)
    is_aside = [bool(left) and is_no_diagnosis(fact, one) for one in given]
    for n, doubt in enumerate(doubts):
        if doubt is not None:
            message, cure = doubt
            where = place / n if isinstance(plain, tuple) else place
            comes_of_it = "it is left out" if is_aside[n] else f"{fact.label} is left open"
            problems.warn(where, "MT407", f"{message}; {comes_of_it}", cure)
    if not any(doubts):
        return _of_one_member(fact, plain, place, problems)
    return left, not all(aside or doubt is None for aside, doubt in zip(is_aside, doubts, strict=True))


def _of_one_member(fact: Fact, plain: Plain, place: Place, problems: Problems) -> tuple[Plain, bool]:
    """Return the value; of codes that no single member has in common nothing is read, with a warning."""
    if not isinstance(plain, tuple) or fact.kind is not Kind.ONE_OF or not all(is_code(fact, one) for one in plain):
        return plain, False
    try:
        coded_choice(fact, plain)
    except Misfit as misfit:
        problems.warn(place, "MT407", f"{misfit}; {fact.label} is left open", misfit.cure)
        return (), True
    return plain, False


def with_codes(statement: Statement, fact: Fact, plain: Plain) -> Statement:
    """Return the statement with its codes added to the note and, if any, the codes whose reading is unverified."""
    if not fact.codes:
        return statement
    statement = statement._replace(note=_note(fact, plain, statement.note))
    unverified = unverified_codes(fact, plain)
    return statement._replace(unverified=unverified, verified=verified_values(fact, plain)) if unverified else statement


def _note(fact: Fact, plain: Plain, note: str | None) -> str | None:
    """Return the statement's note, with the codes that were read as members of the fact."""
    given = plain if isinstance(plain, tuple) else (plain,)
    codes = ", ".join(str(one) for one in given if is_code(fact, one))
    return " ".join(part for part in (note, f"codes: {codes}" if codes else None) if part) or None
