"""How to write what a person typed in another way: cures of values that a case file cannot hold as they are."""

import re

from mtus_engine.loader.source import Plain
from mtus_engine.model.fact import Fact

# Words of a bound, with its key, and what is added to a whole number to write it so.
_BOUNDS_OF_WORDS = {
    "at least": ("at_least", 0),
    "no less than": ("at_least", 0),
    "no fewer than": ("at_least", 0),
    ">=": ("at_least", 0),
    "more than": ("at_least", 1),
    "over": ("at_least", 1),
    ">": ("at_least", 1),
    "at most": ("at_most", 0),
    "up to": ("at_most", 0),
    "no more than": ("at_most", 0),
    "<=": ("at_most", 0),
    "less than": ("at_most", -1),
    "fewer than": ("at_most", -1),
    "under": ("at_most", -1),
    "<": ("at_most", -1),
}
_NONE = frozenset({"none", "no", "nil", "zero visits", "no visits"})
_UNSAID = frozenset(
    {"unknown", "n/a", "na", "unclear", "not known", "not documented", "not stated", "unspecified", "tbd", "?", "-"}
)
_IF_UNSAID = "leave the line out, or write {not_documented: true} where the record was searched for it"
_SEVERAL = frozenset({"several", "multiple", "some", "a few", "few", "many"})
_AND_MORE = re.compile(r"([0-9]{1,6}) ?(?:\+|or more|and more|plus)")
_PERHAPS = re.compile(r"([0-9]{1,6}) ?\?")
_WITH_COMMA = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_RANGE_OF_DAYS = re.compile(r"(\S.*?) *(?: to | through | and |–|(?<=[0-9])-(?=[0-9]{1,2}/)| - ) *(\S.*)")
_ABOUT_A_DAY = re.compile(r"(?i:on or about|on or around|about|around|approximately|approx\.?|circa|ca\.?|~|o/a) ?(.+)")
_UP_TO_TIME = re.compile(
    r"(?:up to|at most|no more than|max(?:imum)?(?: of)?) ([0-9]{1,3} (?:days?|weeks?|months?|years?))"
)
_ABOUT = re.compile(r"(?:about|approx(?:\.|imately)?|around|roughly|circa|ca\.?|~) ?([0-9]{1,6})(?: [a-z]+)?")
_RANGE_OF_TIME = re.compile(r"([0-9]{1,3}) ?(?:-|–|to|or) ?([0-9]{1,3}) (days?|weeks?|months?|years?)")
_BOUND_WORDS = re.compile(rf"({'|'.join(map(re.escape, _BOUNDS_OF_WORDS))}) *([0-9]+(?:\.[0-9]+)?)(?: .*)?")
_RANGE_WORDS = re.compile(r"([0-9]+) ?(?:-|–|to|or) ?([0-9]+)(?: .*)?")


def number_cure(fact: Fact, plain: Plain) -> str:
    """Return how to write the number: as a bound where the text has words such as "at least"."""
    words = str(plain).strip().lower()
    if words in _NONE:
        return "write 0 where the record says that there were none; leave the line out where it says nothing"
    if words in _UNSAID:
        return _IF_UNSAID
    if words in _SEVERAL:
        return "write {at_least: 2}"
    if not words:
        return "write a number; YAML takes > for the beginning of a text: more than 6 is written {at_least: 7}"
    if isinstance(plain, tuple) and len(whole := [one for one in plain if isinstance(one, int)]) == len(plain) > 1:
        return f"write {{at_least: {min(whole)}, at_most: {max(whole)}}} for a range"
    if match := _PERHAPS.fullmatch(words):
        return f"write {{value: {match[1]}, hedged: true}}"
    if _WITH_COMMA.fullmatch(words):
        return f"write it without commas: {words.replace(',', '')}"
    if match := _AND_MORE.fullmatch(words):
        return f"write {{at_least: {match[1]}}}"
    if match := _ABOUT.fullmatch(words):
        return f"write {{value: {match[1]}, hedged: true}}"
    if match := _BOUND_WORDS.fullmatch(words):
        side, beyond = _BOUNDS_OF_WORDS[match[1]]
        is_whole = not fact.decimals and match[2].isdigit()
        return f"write {{{side}: {int(match[2]) + beyond if is_whole else match[2]}}}"
    if match := _RANGE_WORDS.fullmatch(words):
        return f"write {{at_least: {match[1]}, at_most: {match[2]}}}"
    if re.search(r"[0-9].*[a-z/]", words):
        return "write the number alone, such as 12; how often and how long have facts of their own (mtus facts)"
    return "write the number alone, such as 12; where the record gives none, leave the line out"


def period_cure(plain: Plain) -> str:
    """Return how to write a length of time."""
    words = plain.strip().lower() if isinstance(plain, str) else ""
    if several := _RANGE_OF_TIME.fullmatch(words):
        low, high, unit = several.groups()
        return f"write {{at_least: {low} {unit}, at_most: {high} {unit}}}"
    if most := _UP_TO_TIME.fullmatch(words):
        return f"write {{at_most: {most[1]}}}"
    return _IF_UNSAID if words in _UNSAID else "write a number with its unit, such as 4 weeks or 2 years"


def date_cure(plain: Plain) -> str:
    """Return how to write a date: as a range where two days are named, as hedged where it is about a day."""
    words = plain.strip() if isinstance(plain, str) else ""
    if words.lower() in _UNSAID:
        return _IF_UNSAID
    if about := _ABOUT_A_DAY.fullmatch(words):
        return f"write {{value: {about[1]}, hedged: true}}"
    if ends := _RANGE_OF_DAYS.fullmatch(words):
        return f"write {{at_least: {ends[1]}, at_most: {ends[2]}}} for any day of these"
    return "write YYYY-MM-DD or MM/DD/YYYY; YYYY-MM or YYYY where only that is known"
