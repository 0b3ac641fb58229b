"""A determination as every view shows it: its JSON form, and beside it the lines that are made of reasons."""

from collections.abc import Iterable, Iterator, Sequence
from string import ascii_lowercase
from typing import NamedTuple

from mtus_engine.explain.alternatives import Asking, askings
from mtus_engine.model.checked import Checked
from mtus_engine.model.determination import Candidate, Evaluation, Passed
from mtus_engine.report.lexicon import candidate_lexicon, lexicon
from mtus_engine.report.outline import CriterionOutline, ItemOutline, LimitOutline, QuestionOutline
from mtus_engine.report.outlines import item_outline
from mtus_engine.report.reasons import criterion_reasons, governing_reasons, limit_reasons
from mtus_engine.report.rule_gaps import is_open_by_rules
from mtus_engine.wording.reasons import reason_lines, reason_sentence
from mtus_engine.wording.statuses import OPEN_BY_RULES, status_words


class CriterionView(NamedTuple):
    """A criterion with its name and the lines that say why it stands so."""

    part: CriterionOutline
    name: str
    why: list[str]
    is_open_by_rules: bool = False


class LimitView(NamedTuple):
    """A limit with its name and the lines that say what it counted, and what may lift it."""

    part: LimitOutline
    name: str
    why: list[str]
    is_open_by_rules: bool = False


RuleView = CriterionView | LimitView


def is_passed(rule: RuleView) -> bool:
    """Return whether a rule neither fails nor is open: what a view of what failed leaves out."""
    return rule.part["status"] in {"met", "within", "not_applicable"}


def shown_status(rule: RuleView) -> tuple[str, str]:
    """Return the icon and the words of a rule's status."""
    part = rule.part
    if rule.is_open_by_rules and part["status"] == "undetermined":
        return OPEN_BY_RULES
    return status_words(part["status"], part["because"], looked_for=part["looked_for"], lifted=part["lifted"])


class EditionView(NamedTuple):
    """The criteria and limits of an edition that governs (title is None), or of one of several that may."""

    title: str | None
    rules: list[RuleView]


class ItemView(NamedTuple):
    """An item: its JSON form, its rules with reasons, why editions do not govern, and what to ask the provider."""

    item: ItemOutline
    editions: list[EditionView]
    not_governing: list[str]
    request: list[str]
    read_from_codes: list[str]


def item_view(checked: Checked) -> ItemView:
    """Return an item as views show it."""
    item, evaluation = item_outline(checked), checked.determination.evaluation
    return ItemView(
        item,
        list(_editions(evaluation, item)),
        [_not_governing(passed) for passed in evaluation.passed if passed.is_in_force],
        list(_request(item, askings(evaluation, checked.explanation))),
        _read_from_codes(checked, item),
    )


def _editions(evaluation: Evaluation, item: ItemOutline) -> Iterator[EditionView]:
    if evaluation.governing is not None:
        yield EditionView(None, list(_rules(evaluation.governing, item["criteria"], item["limits"])))
        return
    for candidate, outline in zip(evaluation.candidates, item["candidates"], strict=True):
        title = f"{outline['guideline']} {outline['edition']}"
        yield EditionView(title, list(_rules(candidate, outline["criteria"], outline["limits"])))


def _rules(
    candidate: Candidate, criteria: Sequence[CriterionOutline], limits: Sequence[LimitOutline]
) -> Iterator[RuleView]:
    words = candidate_lexicon(candidate)
    for criterion, part in zip(candidate.criteria, criteria, strict=True):
        why = criterion_reasons(criterion, words)
        yield CriterionView(part, criterion.rule.requires, reason_lines(why), is_open_by_rules(why))
    for limit, of_limit in zip(candidate.limits, limits, strict=True):
        why = limit_reasons(limit, words)
        yield LimitView(of_limit, f"limit: {limit.rule.allows}", reason_lines(why), is_open_by_rules(why))


def _not_governing(passed: Passed) -> str:
    branch = passed.governs_because
    words = lexicon(passed.edition.facts, passed.known, passed.edition.derived)
    reasons = () if branch is None else governing_reasons(branch, words)
    why = reason_sentence(reasons)
    return f"Not governing: {passed.edition.name}, {passed.why}{': ' + why if why else ''}"


def _read_from_codes(checked: Checked, item: ItemOutline) -> list[str]:
    """Return the line that the treatment was read from codes, where it was."""
    treatment = checked.roles.treatment
    said = checked.determination.evaluation.known[treatment].statements
    notes = [one.note for one in said if one.unverified and one.note]
    if not notes or treatment not in item["facts"]:
        return []
    return [f"Treatment read as {item['facts'][treatment]['value']} from {'; '.join(notes)} (unverified)"]


def _request(item: ItemOutline, asked: Iterable[Asking]) -> Iterator[str]:
    """Yield the questions to the provider as the lines of a ready request for information."""
    questions = {question["fact"]: question for question in item["questions"]}
    ordered = sorted(asked, key=lambda one: questions[one.options[0][0]]["optional"])
    for one in ordered:
        options = [" ".join(_question(questions[fact]) for fact in option) for option in one.options]
        lettered = [f"({letter}) {option}" for letter, option in zip(ascii_lowercase, options, strict=False)]
        yield options[0] if len(options) == 1 else f"One of these is enough: {' '.join(lettered)}"


def _question(question: QuestionOutline) -> str:
    looked_for = " (looked for in the record and not found)" if question["looked_for"] else ""
    return question["question"] + looked_for + (" (advisory: it does not decide)" if question["optional"] else "")
