"""Names of surgeries in a case that are nearly alike."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import combinations

from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.model.case import CaseItem
from mtus_engine.model.diagnostic import quoted_value

# Names of two surgeries with so great a share of their signs alike may be one, misspelt.
_ALIKE = 0.8


def warn_of_names_alike(items: Sequence[CaseItem], place: Place, problems: Problems) -> None:
    """Note names of surgeries that differ by little: one that is misspelt makes two surgeries of one."""
    told = set()
    for n, item in enumerate(items):
        names = dict.fromkeys(one.surgery for said in item.statements.values() for one in said if one.surgery)
        for one, other in combinations(names, 2):
            digits = re.sub(r"\D", "", one), re.sub(r"\D", "", other)
            alike = digits[0] == digits[1] and SequenceMatcher(None, one, other).ratio() >= _ALIKE
            if alike and (one, other) not in told:
                told.add((one, other))
                message = f"{quoted_value(one)} and {quoted_value(other)} are two surgeries here"
                problems.warn(place / "items" / n, "MT408", message, "write one name for both if they are one")
