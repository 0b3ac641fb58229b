"""Which members of a fact a text names, by the phrases listed for them."""

import re
from collections.abc import Collection, Iterator, Mapping


def first_named_member(text: str, phrases: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the member whose phrase comes first in the text, the longer of two at one place; None where none does."""
    found = [(m.start(), -len(phrase), member) for member, phrase, m in _mentions(text, phrases)]
    return min(found)[2] if found else None


def named_members(text: str, phrases: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the members whose phrases stand in the text, in their order there.

    What stands within a longer phrase names nothing by itself: "complex regional pain syndrome" names no pain beside.
    """
    found = sorted((m.span(), member) for member, _, m in _mentions(text, phrases))
    spans = [span for span, _ in found]
    return tuple(dict.fromkeys(member for span, member in found if not any(_is_within(span, other) for other in spans)))


def _is_within(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span != other and other[0] <= span[0] and span[1] <= other[1]


def preferred_member(text: str, phrases: Mapping[str, tuple[str, ...]], others: Collection[str | None]) -> str | None:
    """Return the first member that a text names, one of the others only where it names none else; None without one."""
    named = named_members(text, phrases)
    return next((one for one in named if one not in others), named[0] if named else None)


def _mentions(text: str, phrases: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, re.Match[str]]]:
    for member, listed in phrases.items():
        for phrase in listed:
            flags = re.NOFLAG if phrase.isupper() else re.IGNORECASE
            for match in re.finditer(rf"\b{re.escape(phrase)}\b", text, flags):
                yield member, phrase, match


def shortened_text(text: str, most: int) -> str:
    """Return the text, cut at a word where it is longer than most letters."""
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + " …"
