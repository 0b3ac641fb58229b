"""A determination as every view shows it: its JSON form, together with its reasons in lines of words."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from string import ascii_lowercase
from typing import NamedTuple

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.explain.alternatives import Asking, askings
from mtus_engine.explain.for_treatment import rules_for_other_treatments
from mtus_engine.model.checked import Checked
from mtus_engine.model.determination import Candidate, Evaluation, Finding, Passed
from mtus_engine.model.fact import Because, Known, Origin
from mtus_engine.model.reach import reachable_names
from mtus_engine.report.law_outlines import candidate_words
from mtus_engine.report.lexicon import candidate_lexicon, lexicon
from mtus_engine.report.outline import CriterionOutline, ItemOutline, LimitOutline, QuestionOutline
from mtus_engine.report.outlines import item_outline
from mtus_engine.report.reasons import (
    Reasonings,
    criterion_reasons,
    deciding_facts,
    governing_reasons,
    is_beyond_doubt,
    limit_reasons,
    waits_for_a_person,
)
from mtus_engine.report.rule_gaps import is_open_by_rules
from mtus_engine.wording.governing import passed_words
from mtus_engine.wording.reasons import reason_lines, reason_sentence
from mtus_engine.wording.statuses import OPEN_BY_RULES, TO_CONFIRM, Shade, shade_of_status, status_words


class CriterionView(NamedTuple):
    """A criterion with its name and the lines that give the reasons for its status."""

    part: CriterionOutline
    name: str
    why: list[str]
    reasons: Reasonings
    is_open_by_rules: bool = False
    is_for_another_treatment: bool = False


class LimitView(NamedTuple):
    """A limit with its name and the lines that say what it counted and what may lift it."""

    part: LimitOutline
    name: str
    why: list[str]
    reasons: Reasonings
    is_open_by_rules: bool = False
    is_for_another_treatment: bool = False


RuleView = CriterionView | LimitView


def is_passed(rule: RuleView) -> bool:
    """Return whether a rule neither fails nor is open: a view of failed rules leaves it out."""
    return shade_of_status(rule.part["status"]) in {"met", "none"}


def decides(rule: RuleView) -> bool:
    """Return whether a rule counts for the finding: advisory criteria do not."""
    return not rule.part.get("advisory", False)


def shown_status(rule: RuleView) -> tuple[str, str]:
    """Return the icon and the words of a rule's status."""
    part = rule.part
    if rule.is_open_by_rules and part["status"] == "undetermined":
        return OPEN_BY_RULES
    if part["status"] == "undetermined" and waits_for_a_person(rule.reasons):
        return TO_CONFIRM
    return status_words(part["status"], part["because"], looked_for=part["looked_for"], lifted=part["lifted"])


class EditionView(NamedTuple):
    """The criteria and limits of the edition that governs (title is None), or of one of several that may govern.

    shown are the rules that a page lists, failed and open ones first, without rules for another treatment.
    """

    title: str | None
    rules: list[RuleView]

    @property
    def shown(self) -> list[RuleView]:
        """The rules that a page lists, in the order in which it shows them."""
        return sorted((rule for rule in self.rules if not rule.is_for_another_treatment), key=_reading_order)

    @property
    def counts(self) -> str:
        """The numbers of listed rules that are not met, open, met and not applicable, in words."""
        counted = Counter(_urgency(rule) for rule in self.shown)
        said = [f"{counted[n]} {word}" for n, word in enumerate(_URGENCY) if counted[n]]
        left_out = len(self.rules) - len(self.shown)
        return ", ".join(said) + (f"; {left_out} for another treatment left out" if left_out else "")


_URGENCY = ("not met", "open", "met", "not applicable")


def _reading_order(rule: RuleView) -> tuple[bool, int, bool]:
    """Return the key by which rules are sorted: failed and open rules first, and of those advisory ones last."""
    urgency = _urgency(rule)
    return urgency > 1, urgency if decides(rule) or urgency > 1 else 1, not decides(rule)


# In the order of _URGENCY.
_SHADES: tuple[Shade, ...] = ("not_met", "open", "met", "none")


def _urgency(rule: RuleView) -> int:
    return _SHADES.index(shade_of_status(rule.part["status"]))


class RequestView(NamedTuple):
    """The questions to the provider. note says if no answer changes the finding; is_folded, if they may be hidden."""

    lines: list[str]
    note: str | None = None
    is_folded: bool = False


class ItemView(NamedTuple):
    """An item: its JSON form, its rules with reasons, why other editions do not govern, and the questions to ask."""

    item: ItemOutline
    editions: list[EditionView]
    not_governing: list[str]
    request: RequestView
    read_from_codes: list[str]


def item_view(checked: Checked, *, chain: bool = True) -> ItemView:
    """Return an item as views show it; chain includes every part of its conditions and the steps of the trace."""
    item, evaluation = item_outline(checked, chain=chain), checked.determination.evaluation
    return ItemView(
        item,
        list(_editions(evaluation, item, checked.roles.treatment)),
        [_not_governing(passed) for passed in evaluation.passed if passed.is_in_force],
        _request_view(checked, item),
        _read_from_codes(checked, item),
    )


def _editions(evaluation: Evaluation, item: ItemOutline, treatment: str) -> Iterator[EditionView]:
    if evaluation.governing is not None:
        yield EditionView(None, list(_rules(evaluation.governing, item["criteria"], item["limits"], treatment)))
        return
    for candidate, outline in zip(evaluation.candidates, item["candidates"], strict=True):
        title = candidate_words(item["candidates"], outline)
        yield EditionView(title, list(_rules(candidate, outline["criteria"], outline["limits"], treatment)))


def _rules(
    candidate: Candidate, criteria: Sequence[CriterionOutline], limits: Sequence[LimitOutline], treatment: str
) -> Iterator[RuleView]:
    words = candidate_lexicon(candidate)
    for_others = rules_for_other_treatments(candidate, treatment)
    for criterion, part in zip(candidate.criteria, criteria, strict=True):
        why = criterion_reasons(criterion, words)
        is_other = criterion.rule.id in for_others
        yield CriterionView(part, criterion.rule.requires, reason_lines(why), why, is_open_by_rules(why), is_other)
    for limit, of_limit in zip(candidate.limits, limits, strict=True):
        why = limit_reasons(limit, words)
        is_other = limit.rule.id in for_others
        name = f"limit: {limit.rule.allows}"
        yield LimitView(of_limit, name, reason_lines(why), why, is_open_by_rules(why), is_other)


def _not_governing(passed: Passed) -> str:
    branch = passed.governs_because
    words = lexicon(passed.edition.facts, passed.known, passed.edition.derived)
    reasons = () if branch is None else governing_reasons(branch, words)
    why = reason_sentence(reasons)
    return f"Not governing: {passed.edition.name}, {passed_words(passed.why)}{': ' + why if why else ''}"


def _read_from_codes(checked: Checked, item: ItemOutline) -> list[str]:
    """Return a line that says from which unverified codes the treatment was read; empty where it was not."""
    treatment = checked.roles.treatment
    said = checked.determination.evaluation.known[treatment].statements
    notes = [one.note for one in said if one.unverified and one.note]
    if not notes or treatment not in item["facts"]:
        return []
    return [f"Treatment read as {item['facts'][treatment]['value']} from {'; '.join(notes)} (unverified)"]


def _request_view(checked: Checked, item: ItemOutline) -> RequestView:
    evaluation = checked.determination.evaluation
    lines = list(_request(item, askings(evaluation, checked.explanation)))
    failing = list(_failing_for_good(checked))
    if not lines or evaluation.finding is not Finding.DOES_NOT_MEET or not failing:
        return RequestView(lines)
    named = "; ".join(reason_sentence(reasons) for reasons in failing)
    note = (
        "No answer to these questions changes the finding under these criteria. Check instead what fails: "
        f"{named}. A physician reviewer may still weigh the answers"
    )
    is_certain = all(is_beyond_doubt(reasons) for reasons in failing) and _stand_on_what_is_stated(checked, failing)
    return RequestView(lines, note, is_certain and checked.determination.text_only is Finding.DOES_NOT_MEET)


def _stand_on_what_is_stated(checked: Checked, failing: Sequence[Reasonings]) -> bool:
    """Return whether all facts behind the reasons are stated: none is presumed, hedged, or read by a program in doubt.

    When the service was or is to be rests on whether the request is retrospective, too, unless sources give both days.
    """
    known, roles = checked.determination.evaluation.known, checked.roles
    are_days_stated = all(
        known[day].statements and _is_stated(known[day]) for day in (roles.request_date, roles.service_date)
    )
    for candidate in checked.determination.evaluation.candidates:
        defined = {entry.fact.name: inputs_of(entry.formula) for entry in candidate.edition.derived}
        named = [name for reasons in failing for name in deciding_facts(reasons)]
        behind = list(reachable_names(named, partial(_inputs_among, defined)))
        behind += [roles.retrospective] if roles.service_date in behind and not are_days_stated else []
        if any(name in known and name not in defined and not _is_stated(known[name]) for name in behind):
            return False
    return True


def _inputs_among(defined: Mapping[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    return defined.get(name, ())


def _is_stated(known: Known) -> bool:
    is_doubtful = any(
        one.hedged or one.origin is not Origin.STATED or one.confidence not in {None, "sure"}
        for one in known.statements
    )
    return not (known.is_presumed or is_doubtful) and known.because is Because.STATED


def _failing_for_good(checked: Checked) -> Iterator[Reasonings]:
    """Yield the reasons for each criterion or limit that fails and that no change of the request would satisfy."""
    for_good = {one.id for one in checked.explanation.against if not one.cure}
    for candidate in checked.determination.evaluation.candidates:
        words = candidate_lexicon(candidate)
        yield from (criterion_reasons(one, words) for one in candidate.criteria if one.rule.id in for_good)
        yield from (limit_reasons(one, words) for one in candidate.limits if one.rule.id in for_good)


def _request(item: ItemOutline, asked: Iterable[Asking]) -> Iterator[str]:
    """Yield the questions to the provider, advisory ones last, as lines of a request for information."""
    questions = {question["fact"]: question for question in item["questions"]}
    ordered = sorted(asked, key=lambda one: questions[one.options[0][0]]["optional"])
    for one in ordered:
        options = [" ".join(_question(questions[fact]) for fact in option) for option in one.options]
        lettered = [f"({letter}) {option}" for letter, option in zip(ascii_lowercase, options, strict=False)]
        yield options[0] if len(options) == 1 else f"One of these is enough: {' '.join(lettered)}"


def _question(question: QuestionOutline) -> str:
    looked_for = " (looked for in the record and not found)" if question["looked_for"] else ""
    return question["question"] + looked_for + (" (advisory: it does not decide)" if question["optional"] else "")
