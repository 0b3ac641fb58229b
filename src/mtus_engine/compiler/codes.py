"""Translates diagnosis and procedure codes into the members of a fact that they stand for."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from mtus_engine.compiler.code_grammar import (
    DoubtfulCode,
    ReadCode,
    codes_of,
    is_procedure_code,
    names_no_diagnosis,
    read_diagnosis,
    read_procedure,
)
from mtus_engine.compiler.problems import Misfit
from mtus_engine.loader.source import Plain
from mtus_engine.model.fact import Code, Fact, Kind
from mtus_engine.model.values import Choice

Reader = Callable[[str], ReadCode | DoubtfulCode | None]


def is_code(fact: Fact, plain: Plain) -> bool:
    """Return whether the value looks like a code that the fact may have, and is not the name of a member."""
    return _read_code(fact, plain) is not None


def code_doubt(fact: Fact, plain: Plain) -> tuple[str, str] | None:
    """Return why a code cannot be read as members of a fact, and the cure; None where it can be read or is no code."""
    found = _read_code(fact, plain)
    if isinstance(found, DoubtfulCode):
        readings = f" may be {' or '.join(found.readings)}" if found.readings else " cannot be read"
        return f"the code {found.text}{readings}: {found.why}", "write the code as the code book prints it"
    if found is not None and names_no_diagnosis(found):
        return f"the code {found.code} names a cause or a circumstance, no diagnosis", "write the code of the diagnosis"
    if found is not None and (longer := _longer_prefixes(fact, found.code)):
        return (
            f"the code {found.code} is cut short: longer ones, such as {longer[0]}, mean others",
            "write the whole code",
        )
    if found is not None and not _matching_codes(fact, found.code):
        what = "group" if fact.kind is Kind.SET_OF else fact.label.lower()
        return f"{fact.name} knows no code {found.code}", f"name the {what} itself"
    return None


def is_no_diagnosis(fact: Fact, plain: Plain) -> bool:
    """Return whether a value is a code that names a cause or a circumstance: beside other codes it says nothing."""
    found = _read_code(fact, plain)
    return isinstance(found, ReadCode) and names_no_diagnosis(found)


def _read_code(fact: Fact, plain: Plain) -> ReadCode | DoubtfulCode | None:
    if not fact.codes or isinstance(plain, (bool, Mapping, tuple)) or plain is None or str(plain) in dict(fact.members):
        return None
    return _reader(fact.codes)(str(plain))


@lru_cache(maxsize=64)
def _reader(codes: tuple[Code, ...]) -> Reader:
    """Return read_procedure where all (non-empty) prefixes are whole procedure codes, otherwise read_diagnosis."""
    prefixes = [one.prefix for one in codes if one.prefix]
    return read_procedure if all(is_procedure_code(one) for one in prefixes) else read_diagnosis


def codes_in(fact: Fact, text: str) -> tuple[str, ...]:
    """Return the codes of a text that holds nothing else but what their books say of them; empty for other texts."""
    found = codes_of(text, _reader(fact.codes)) if fact.codes else ()
    return () if len(found) == 1 and _names_another(fact, text, found[0]) else found


def _names_another(fact: Fact, text: str, code: str) -> bool:
    """Return whether the words beside a code name a member that the code does not stand for."""
    if fact.kind is not Kind.ONE_OF or text == code or code_doubt(fact, code) is not None:
        return False
    said, meant = f" {' '.join(text.lower().split())} ", members_of_code(fact, code)
    return any(f" {label.lower()} " in said for member, label in fact.members if member not in meant)


def is_coded(fact: Fact, plain: Plain) -> bool:
    """Return whether the value is a code or a list of codes."""
    return all(is_code(fact, one) for one in plain) if isinstance(plain, tuple) and plain else is_code(fact, plain)


def members_of_code(fact: Fact, code: str) -> frozenset[str]:
    """Return the members that a code may stand for: those of its longest known prefix; raises Misfit if none."""
    return frozenset(one.member for one in _codes_of_longest_prefix(fact, code))


def coded_choice(fact: Fact, plain: Plain) -> Choice:
    """Return the choice of members that all the given codes may stand for; raises Misfit if there is none."""
    codes = [str(one) for one in plain] if isinstance(plain, tuple) else [str(plain)]
    possible = members_of_code(fact, codes[0])
    for code in codes[1:]:
        possible &= members_of_code(fact, code)
    if not possible:
        raise Misfit(f"{', '.join(codes)} are not codes of one {fact.label.lower()}", "give each its own item")
    return Choice(possible)


def unverified_codes(fact: Fact, plain: Plain) -> tuple[str, ...]:
    """Return those of the given codes whose reading as a member is unverified (not seen in a source)."""
    if isinstance(plain, Mapping):
        plain = plain.get("one_of")
    given = plain if isinstance(plain, tuple) else (plain,)
    codes = [str(one) for one in given if is_code(fact, one)]
    return tuple(code for code in codes if not all(one.verified for one in _codes_of_longest_prefix(fact, code)))


def _codes_of_longest_prefix(fact: Fact, code: str) -> list[Code]:
    doubt = code_doubt(fact, code)
    if doubt is not None:
        raise Misfit(*doubt)
    read = _read_code(fact, code)
    assert isinstance(read, ReadCode)
    matching = _matching_codes(fact, read.code)
    longest = max(len(_without_dot(one.prefix)) for one in matching)
    return [one for one in matching if len(_without_dot(one.prefix)) == longest]


def _matching_codes(fact: Fact, code: str) -> list[Code]:
    return [one for one in fact.codes if _without_dot(code).startswith(_without_dot(one.prefix))]


def _longer_prefixes(fact: Fact, code: str) -> list[str]:
    """Return the known prefixes that begin with a whole code and mean other members than it does."""
    own = {one.member for one in _matching_codes(fact, code) if one.prefix}
    begins = _without_dot(code)
    longer = [one for one in fact.codes if _without_dot(one.prefix).startswith(begins) and one.prefix]
    return [one.prefix for one in longer if _without_dot(one.prefix) != begins and one.member not in own]


def _without_dot(code: str) -> str:
    return code.upper().replace(".", "")
