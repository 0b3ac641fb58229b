"""Diagnosis and procedure codes as the members of a fact that they stand for."""

import re
from collections.abc import Mapping

from mtus_engine.compiler.problems import Misfit
from mtus_engine.loader.source import Plain
from mtus_engine.model.fact import Code, Fact, Kind
from mtus_engine.model.values import Choice

# A procedure code may carry a modifier after a hyphen, which tells who gave the treatment or where.
_CODE = re.compile(r"[A-Za-z]?\d[0-9A-Za-z]{1,4}(\.[0-9A-Za-z]{1,4})?(-[0-9A-Za-z]{2})?")


def is_code(fact: Fact, plain: Plain) -> bool:
    """Return whether the value is written as a code of a fact that has codes, and not as one of its members."""
    if not fact.codes or isinstance(plain, (bool, Mapping, tuple)) or plain is None:
        return False
    return str(plain) not in dict(fact.members) and _CODE.fullmatch(str(plain)) is not None


def is_coded(fact: Fact, plain: Plain) -> bool:
    """Return whether the value is a code or a list of codes."""
    return all(is_code(fact, one) for one in plain) if isinstance(plain, tuple) and plain else is_code(fact, plain)


def members_of_code(fact: Fact, code: str) -> frozenset[str]:
    """Return the members that a code may stand for: those of the longest prefix; raises Misfit where none does."""
    return frozenset(one.member for one in _longest(fact, code))


def coded_choice(fact: Fact, plain: Plain) -> Choice:
    """Return what an enumeration may be that codes are given for: what all of them may stand for; raises Misfit."""
    codes = [str(one) for one in plain] if isinstance(plain, tuple) else [str(plain)]
    possible = members_of_code(fact, codes[0])
    for code in codes[1:]:
        possible &= members_of_code(fact, code)
    if not possible:
        raise Misfit(f"{', '.join(codes)} are not codes of one {fact.label.lower()}", "give each its own item")
    return Choice(possible)


def unverified_codes(fact: Fact, plain: Plain) -> tuple[str, ...]:
    """Return those of the given codes whose reading as a member was not seen in a source."""
    if isinstance(plain, Mapping):
        plain = plain.get("one_of")
    given = plain if isinstance(plain, tuple) else (plain,)
    codes = [str(one) for one in given if is_code(fact, one)]
    return tuple(code for code in codes if not all(one.verified for one in _longest(fact, code)))


def _longest(fact: Fact, code: str) -> list[Code]:
    # Billing systems leave the dot out: codes are compared without it.
    plain = code.upper().partition("-")[0].replace(".", "")
    matching = [one for one in fact.codes if plain.startswith(_without_dot(one))]
    if not matching:
        what = "group" if fact.kind is Kind.SET_OF else fact.label.lower()
        raise Misfit(f"{fact.name} knows no code {code}", f"name the {what} itself")
    longest = max(len(_without_dot(one)) for one in matching)
    return [one for one in matching if len(_without_dot(one)) == longest]


def _without_dot(code: Code) -> str:
    return code.prefix.upper().replace(".", "")
