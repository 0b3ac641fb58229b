"""What papers ask for: the items, the treatments that they may mean, and the decisions of letters on them."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtus_engine.compiler.codes import code_doubt
from mtus_engine.compiler.literals import values_of
from mtus_engine.compiler.problems import Misfit
from mtus_engine.ingest.found import ToldFact
from mtus_engine.ingest.naming import first_named_member
from mtus_engine.ingest.papers.decided import Reviewed
from mtus_engine.ingest.papers.read import PaperRead
from mtus_engine.ingest.papers.rows import Requested
from mtus_engine.ingest.pdf import Unreadable
from mtus_engine.ingest.quantities import Quantity, course_of
from mtus_engine.model.extraction import Extraction
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Choice

# Beside what an item is given is not what it asks for.
_WITH_OTHERS = re.compile(
    r"\b(?:concurrent(?:ly)?|in conjunction|together|combined|along)\s+(?:with|w/).*", re.IGNORECASE | re.DOTALL
)

# Words that say nothing of what is asked for.
_OF_EVERY_TEXT = frozenset(
    [
        "this",
        "that",
        "the",
        "and",
        "for",
        "with",
        "your",
        "our",
        "has",
        "was",
        "are",
        "not",
        "from",
        "request",
        "treatment",
    ]
)


class AskedFor(NamedTuple):
    """One item: its row, the treatments that it may mean (empty: none is known), and the paper that asks for it.

    reviewed is the decision on it and letter the paper that gives it, both None where none is found.
    """

    number: int
    row: Requested
    treatments: tuple[str, ...]
    paper: PaperRead
    reviewed: Reviewed | None = None
    letter: PaperRead | None = None

    @property
    def treatment(self) -> str | None:
        """The treatment that the item is read for, the first that it may mean; None where none is known."""
        return next(iter(self.treatments), None)

    @property
    def certified(self) -> Quantity | None:
        """The visits that the letter certified, None where it does not say."""
        return None if self.reviewed is None else certified_visits(self.reviewed, self.row)

    @property
    def outcome(self) -> str | None:
        """What the letter decided, None where none does."""
        return None if self.reviewed is None else outcome_of(self.reviewed, self.row)

    @property
    def reasons(self) -> tuple[ToldFact, ...]:
        """The sentences of the letter that give the reasons of the decision on it."""
        return tuple(one._replace(item=self.number) for one in self.reviewed.rationale) if self.reviewed else ()


def certified_visits(reviewed: Reviewed, row: Requested) -> Quantity | None:
    """Return the visits of a request that a decision certifies, None where it does not say."""
    given = course_of(reviewed.certified).in_all or _single_number(reviewed.certified)
    if given is None and reviewed.outcome == "approved":
        given = course_of(reviewed.treatment).in_all or course_of(row.asked).in_all
    return given


def outcome_of(reviewed: Reviewed, row: Requested) -> str | None:
    """Return what was decided of a request: less certified than asked for is a modification, whatever it is called."""
    given, asked = certified_visits(reviewed, row), course_of(row.asked).in_all
    is_less = given is not None and asked is not None and given.most < asked.least
    return "modified" if is_less and reviewed.outcome == "approved" else reviewed.outcome


def _single_number(text: str) -> Quantity | None:
    numbers = re.findall(r"(?<![\w/-])\d{1,3}(?![\w/-])", text)
    return Quantity(int(numbers[0]), int(numbers[0])) if len(numbers) == 1 else None


def claim_of(papers: Sequence[PaperRead]) -> str | None:
    """Return the number of the claim, None where no paper names it; raises Unreadable where they name several."""
    claims: dict[str, list[str]] = {}
    for one in papers:
        if (number := claim_number_of(one)) is not None:
            claims.setdefault(number, []).append(one.file)
    if len(claims) > 1:
        said = "; ".join(f"claim {number} in {', '.join(files)}" for number, files in claims.items())
        says = "papers of several claims, which are no one case: {claims}. Put each into a folder of its own"
        raise Unreadable(says, claims=said)
    found = next((one.claim[0] for one in papers if one.claim is not None), None)
    return None if found is None else re.sub(r"\s*\([^()]*\)", "", found)


def claim_number_of(paper: PaperRead) -> str | None:
    """Return the number of the claim that a paper names, in letters and digits alone; None where it names none."""
    return None if paper.claim is None else re.sub(r"\([^()]*\)|\W", "", paper.claim[0]).upper()


def newest_request(papers: Sequence[PaperRead]) -> str:
    """Return the day of the newest request among papers; empty where there is none, or none names its day."""
    return max((one.day for one in papers if one.requested), default="")


def asked_items(
    papers: Sequence[PaperRead], rules: Extraction, ruleset: Ruleset, by_hand: Sequence[str] = ()
) -> tuple[AskedFor, ...]:
    """Return what papers in the order of their days ask for: the newest requests, else letters, else the last plan.

    A plan that is newer than every letter goes before these: what they are about was asked for before.

    by_hand are treatments of which a person says that they are asked for: one that no paper asks for makes an item
    without a place.
    """
    requests = [one for one in papers if one.requested]
    newest = newest_request(papers)
    rows = [(row, one) for one in requests if one.day == newest for row in one.requested]
    letters = [one for one in papers if one.reviewed]
    plans = [(row, one) for one in papers for row in one.planned if course_of(row.asked).in_all is not None]
    last_plan = [(row, one) for row, one in plans if one is plans[-1][1]]
    is_newer = bool(plans) and all(one.day and one.day < plans[-1][1].day for one in letters)
    are_of_letters = not rows and bool(letters) and not is_newer
    if are_of_letters:
        rows = [(Requested(each.treatment, each.at), one) for one in letters for each in one.reviewed]
    rows = rows or last_plan
    items = [AskedFor(n, row, treatments_of(row, rules, ruleset), paper) for n, (row, paper) in enumerate(rows, 1)]
    day = newest or max((paper.day for _, paper in rows), default="")
    read = tuple(_with_decisions(items, letters, day, rules, ruleset, are_of_letters=are_of_letters))
    labels = dict(ruleset.facts[ruleset.roles.treatment].members)
    unread = [one for one in dict.fromkeys(by_hand) if not any(one in item.treatments for item in read)]
    return read + tuple(
        AskedFor(n, Requested(labels[one], ""), (one,), papers[-1]) for n, one in enumerate(unread, len(read) + 1)
    )


def treatments_of(row: Requested, rules: Extraction, ruleset: Ruleset) -> tuple[str, ...]:
    """Return the treatment that a row names, else those that all its procedure codes can mean."""
    treatment = ruleset.roles.treatment
    named = first_named_member(_WITH_OTHERS.sub("", row.asked), rules.phrases.get(treatment, {}))
    if named is not None:
        return (named,)
    fact = ruleset.facts[treatment]
    known = tuple(one for one in row.procedures if code_doubt(fact, one) is None)
    try:
        values = values_of(fact, known) if known else None
    except Misfit:
        return ()
    return tuple(sorted(map(str, values.possible))) if isinstance(values, Choice) else ()


def _with_decisions(
    items: Sequence[AskedFor],
    letters: Sequence[PaperRead],
    requested_on: str,
    rules: Extraction,
    ruleset: Ruleset,
    *,
    are_of_letters: bool,
) -> Iterator[AskedFor]:
    """Yield the items, each with the decision on it: of the same treatment, and not made before the request.

    Each decision goes with one item alone, in their order. Where the day of the request or that of a letter is not
    known, the letter decides nothing of it: it may be older. are_of_letters tells that letters are what names items.
    """
    left = [
        (letter, each, treatments_of(Requested(each.treatment, each.at), rules, ruleset))
        for letter in letters
        if are_of_letters or (requested_on and letter.dated is not None and letter.day >= requested_on)
        for each in letter.reviewed
        if each.outcome
    ]
    for one in items:
        found = next((n for n, (_, each, named) in enumerate(left) if _is_of(one, each, named)), None)
        if found is None:
            yield one
            continue
        letter, each, _ = left.pop(found)
        yield one._replace(reviewed=each, letter=letter)


def _is_of(one: AskedFor, each: Reviewed, named: Sequence[str]) -> bool:
    """Return whether a decision is about an item: of the same treatment, or where none is known in the same words."""
    if one.treatments or named:
        return bool(set(one.treatments) & set(named))
    asked, decided = (set(re.findall(r"[a-z]{3,}", text.lower())) for text in (one.row.asked, each.treatment))
    return bool((asked & decided) - _OF_EVERY_TEXT)
