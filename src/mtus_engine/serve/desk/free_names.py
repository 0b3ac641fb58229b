"""Names of which there may be but one: a further one gets a number, as "report (2).pdf" and "CLAIM-7 (2)" do."""

import re
from collections.abc import Collection

_NUMBER = re.compile(r" \(\d+\)$")


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name, with the first number that makes it free where it is taken."""
    return _first_free(name, "", taken)


def free_file_name(file: str, taken: Collection[str]) -> str:
    """Return the name of a file, with the first number before its ending that makes it free where it is taken."""
    stem, dot, ending = file.rpartition(".") if "." in file else (file, "", "")
    return _first_free(stem, f"{dot}{ending}", taken)


def without_number(name: str) -> str:
    """Return a name without the number that free_name gave it."""
    return _NUMBER.sub("", name)


def _first_free(stem: str, ending: str, taken: Collection[str]) -> str:
    numbered = (f"{stem} ({n}){ending}" for n in range(2, len(taken) + 3))
    whole = f"{stem}{ending}"
    return whole if whole not in taken else next(one for one in numbered if one not in taken)
