"""Whether the papers of a folder are of one worker and one claim. Names are compared and forgotten, never printed."""

import re
from collections.abc import Iterator, Mapping, Sequence

from mtus_engine.ingest.papers.asked import claim_number_of
from mtus_engine.ingest.papers.read import PaperRead
from mtus_engine.ingest.reading_process import Unreadable
from mtus_engine.model.papers import PaperKind

# A label, and behind it a name: words with a capital, two at least, or one and an initial.
_NAMED = re.compile(
    r"(?:^|\s{2,8}|\|) ?(?i:(?:patient|pt|employee|injured worker|claimant|worker)(?:'s)?(?: name)?|name(?= ?\())"
    r" ?(?:\([^()\n]{1,40}\))? ?: {0,8}"
    r"(?P<name>[A-Z][\w'’.-]{0,30}(?:,? [A-Z][\w'’.-]{0,30}){1,3})",
    re.MULTILINE,
)
_OF_ANOTHER = Unreadable("it names another worker than the request does: nothing was read from it")
_OF_ANOTHER_CLAIM = "it names claim {theirs}, and the request claim {ours}: nothing was read from it"
_WORD = re.compile(r"[^\W\d_]['’\w-]{2,}")
# What may stand behind a name without a space that parts them.
_NO_NAME = frozenset({"dob", "doi", "date", "claim", "age", "sex", "mrn", "ref", "re", "dx", "name", "last", "first"})


def names_of_worker(pages: Sequence[str]) -> frozenset[str]:
    """Return the words of the names that pages give to the worker, in small letters; initials are left out."""
    found = (match["name"] for page in pages for match in _NAMED.finditer(page))
    return frozenset(word for name in found for word in _WORD.findall(name.lower())) - _NO_NAME


def papers_of_others(
    papers: Sequence[PaperRead], names: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, Unreadable]]:
    """Yield the files that name another worker, or another claim, than the request does, each with the reason.

    names are the words of the names by file. None is yielded where no request names a worker or a claim, of the claims
    also where requests name several.
    """
    asking = frozenset(one.file for one in papers if one.paper.kind is PaperKind.REQUEST)
    own = frozenset(word for file in asking for word in names.get(file, ()))
    others = [file for file, words in names.items() if words and own and words.isdisjoint(own)]
    yield from ((file, _OF_ANOTHER) for file in others)
    claims = {one.file: number for one in papers if (number := claim_number_of(one)) is not None}
    asked_under = {claims[file] for file in asking if file in claims}
    for file, claim in claims.items():
        if len(asked_under) == 1 and claim not in asked_under and file not in {*asking, *others}:
            ours = next(iter(asked_under))
            yield file, Unreadable(_OF_ANOTHER_CLAIM, theirs=claim, ours=ours)
