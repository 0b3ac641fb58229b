"""What people type into case files, read where it can mean one thing alone: yes and no, names as printed, 3x4."""

import re
from datetime import date
from typing import assert_never

from mtus_engine.compiler.problems import Misfit
from mtus_engine.loader.source import Plain
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.periods import day_in_words

_TRUTHS = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
_PRODUCT = re.compile(r"([0-9]{1,2})\s*[x×*]\s*([0-9]{1,2})", re.IGNORECASE)
_NUMBER = re.compile(r"([0-9]{1,6})(?:\.0+)?(?:\s+([a-z ]+))?")
_DAY = re.compile(r"([0-9]{1,4})([-/.])([0-9]{1,2})\2([0-9]{1,4})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_WORD = re.compile(r"[a-z0-9]+")


def as_meant(fact: Fact, plain: Plain) -> Plain:
    """Return a value of a case file as the vocabulary writes it, where it can mean one thing alone.

    Raises Misfit for a date that can be read in several ways, with its readings.
    """
    if isinstance(plain, tuple):
        return tuple(_as_meant(fact, one) for one in plain)
    return _as_meant(fact, plain)


def _as_meant(fact: Fact, plain: Plain) -> Plain:
    if not isinstance(plain, str):
        return plain
    match fact.kind:
        case Kind.BOOLEAN:
            return _TRUTHS.get(plain.strip().lower(), plain)
        case Kind.DATE:
            return _day(plain)
        case Kind.INTEGER | Kind.DECIMAL:
            return _number(fact, plain)
        case Kind.ONE_OF | Kind.SET_OF:
            return _member(fact, plain)
        case Kind.PERIOD:
            return plain
        case _:
            assert_never(fact.kind)


def _number(fact: Fact, text: str) -> Plain:
    """Return 12 for "12 visits" of a count of visits, and for "3x4" of such a count: 3 a week for 4 weeks."""
    match = _NUMBER.fullmatch(text.strip().lower())
    if match and (match[2] is None or (fact.unit is not None and match[2] in {fact.unit, fact.unit.removesuffix("s")})):
        return int(match[1])
    product = _PRODUCT.fullmatch(text.strip())
    if product and fact.unit == "visits":
        return int(product[1]) * int(product[2])
    return text


def _day(text: str) -> Plain:
    """Return a day as YYYY-MM-DD: of three numbers with the year in full, where only one order gives a day."""
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return text
    first, sign, second, third = match.groups()
    if len(first) == 4:
        return _iso(first, second, third) or text
    if len(third) == 4:
        if sign == "/":
            # The month stands first between slashes, as everywhere in the United States.
            return _iso(third, first, second) or text
        readings = [one for one in (_iso(third, first, second), _iso(third, second, first)) if one]
        if len(set(readings)) == 1:
            return readings[0]
        raise _several(text, readings)
    years = [f"20{one}" if int(one) < 50 else f"19{one}" for one in (third, first) if len(one) <= 2]
    readings = [one for one in (_iso(years[0].rjust(4, "0"), first, second), _iso(years[0], second, first)) if one]
    raise _several(text, readings)


def _several(text: str, readings: list[str]) -> Misfit:
    may_be = " or ".join(_in_words(one) for one in dict.fromkeys(readings)) or "no day"
    return Misfit(f'"{text}" can be read in several ways: {may_be}', "write YYYY-MM-DD, with the year in full")


def _in_words(iso: str) -> str:
    return f"{iso} ({day_in_words(date.fromisoformat(iso))})"


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _member(fact: Fact, text: str) -> Plain:
    """Return the member that a text names as it is printed, or whose words alone are in it."""
    if text in dict(fact.members):
        return text
    said = _words(text)
    named = [name for name, label in fact.members if said in (_words(name), _words(label), _words(_plain_label(label)))]
    if len(named) == 1:
        return named[0]
    spoken = [name for name, words in fact.words if any(_holds(said, _words(one)) for one in words)]
    return spoken[0] if len(spoken) == 1 and said else text


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


def _plain_label(label: str) -> str:
    return re.sub(r"\s*\([^)]*\)", "", label)


def _holds(said: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return any(said[n : n + len(words)] == words for n in range(len(said) - len(words) + 1))
