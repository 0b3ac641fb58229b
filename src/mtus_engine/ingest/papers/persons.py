"""Whether the papers of one folder name one worker. Names are compared and forgotten: none is kept or printed."""

import re
from collections.abc import Mapping, Sequence

from mtus_engine.model.papers import PaperKind

# A label, and behind it a name: words with a capital, two at least, or one and an initial.
_NAMED = re.compile(
    r"(?:^|\s{2,8}|\|) ?(?i:(?:patient|pt|employee|injured worker|claimant|worker)(?:'s)?(?: name)?|name(?= ?\())"
    r" ?(?:\([^()\n]{1,40}\))? ?: {0,8}"
    r"(?P<name>[A-Z][\w'’.-]{0,30}(?:,? [A-Z][\w'’.-]{0,30}){1,3})",
    re.MULTILINE,
)
_WORD = re.compile(r"[^\W\d_]['’\w-]{2,}")
# What may stand behind a name without a space that parts them.
_NO_NAME = frozenset({"dob", "doi", "date", "claim", "age", "sex", "mrn", "ref", "re", "dx", "name", "last", "first"})


def names_of_worker(pages: Sequence[str]) -> frozenset[str]:
    """Return the words of the names that pages give to the worker, in small letters; initials are left out."""
    found = (match["name"] for page in pages for match in _NAMED.finditer(page))
    return frozenset(word for name in found for word in _WORD.findall(name.lower())) - _NO_NAME


def papers_of_others(names: Mapping[str, frozenset[str]], kinds: Mapping[str, Sequence[PaperKind]]) -> tuple[str, ...]:
    """Return the files that name another worker than the request does; none where no request names one.

    names are the words of the names by file, kinds the kinds of the papers in each.
    """
    told = {file: words for file, words in names.items() if words}
    asking = [file for file in told if PaperKind.REQUEST in kinds.get(file, ())]
    own = frozenset(word for file in asking for word in told[file])
    return tuple(file for file, words in told.items() if own and words.isdisjoint(own))
