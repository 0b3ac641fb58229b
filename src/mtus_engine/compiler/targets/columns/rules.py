"""A ruleset as columns: for a table of facts each criterion's status, the finding, its units and the prediction.

SQL's NULL is the undetermined truth. Everything is an expression of Ibis: no function is called for a row.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import ibis

from mtus_engine.compiler.targets.columns.conditions import tested, truth_of
from mtus_engine.compiler.targets.columns.definitions import Definitions
from mtus_engine.compiler.targets.columns.editions import NUMBERS, Given, Request, given
from mtus_engine.compiler.targets.columns.ranges import Range, hull, picked, within
from mtus_engine.compiler.targets.columns.rows import Rows
from mtus_engine.compiler.targets.columns.terms import (
    Column,
    End,
    Flag,
    Stages,
    Sure,
    at_least_of,
    both,
    chosen,
    column,
    conj,
    disj,
    either,
    greatest,
    is_false,
    is_true,
    least,
    negated,
    no,
    null_end,
    surely,
)
from mtus_engine.compiler.targets.columns.values import Members, Seen, SeenFacts, Truths, day
from mtus_engine.compiler.text_only import text_only
from mtus_engine.model.condition import Leaf, OneOf
from mtus_engine.model.determination import Finding
from mtus_engine.model.fact import Fact
from mtus_engine.model.ruleset import Edition, NoticeRule, Ruleset
from mtus_engine.model.values import Span, Stretch

Lengths = Mapping[str, Mapping[str, Stretch]]

SETTING = "setting"


class Options(NamedTuple):
    """How rows are read: with presumptions or without, by which day the edition is chosen, for which setting.

    setting is that of rows that name none; only keeps to the standings of some guidelines (none: of all).
    """

    presume: bool = True
    as_of: Span | None = None
    setting: str = "ur"
    only: frozenset[str] = frozenset()
    reasons: bool = True
    verified: bool = True


class Determined(NamedTuple):
    """The columns that a table is determined by: work them out on it with applied."""

    stages: Stages
    columns: Mapping[str, Column | object]
    impossible: Mapping[str, Sure]

    def applied(self, table: ibis.Table, kept: Sequence[str]) -> ibis.Table:
        """Return the kept columns of a table beside those determined."""
        return self.selected(self.stages.applied(table, self.columns.values()), kept)

    def selected(self, staged: ibis.Table, kept: Sequence[str]) -> ibis.Table:
        """Return the kept columns beside those determined, of a table that all stages were applied to."""
        plain = {name: _plain(value) for name, value in self.columns.items()}
        return staged.select(*kept, **plain)


def _plain(value: object) -> object:
    if isinstance(value, Column):
        return value.expression
    return ibis.null("string") if value is None else ibis.literal(value)


def determined(ruleset: Ruleset, present: frozenset[str], lengths: Lengths, options: Options) -> Determined:
    """Return the columns that determine a table of which these columns are present."""
    stages = Stages()
    whole = _Evaluation(ruleset, present, lengths, options, stages)
    found: dict[str, object] = dict(whole.columns())
    if options.verified:
        alone = _Evaluation(text_only(ruleset), present, lengths, options, stages, is_text=True)
        words = stages.named(finding_words(alone.joint.finding))
        found["finding_text_only"] = words
        found["prediction_text_only"] = alone.prediction(words)
    found["ruleset"] = ruleset.digest
    return Determined(stages, found, whole.impossible())


class _Joint(NamedTuple):
    finding: End
    supported: Range


class _Evaluation:
    """One ruleset over one table."""

    def __init__(
        self,
        ruleset: Ruleset,
        present: frozenset[str],
        lengths: Lengths,
        options: Options,
        stages: Stages,
        *,
        is_text: bool = False,
    ) -> None:
        self._ruleset = ruleset
        self._options = options
        self._stages = stages
        rows = Rows(present, lengths, presume=options.presume)
        facts = all_facts(ruleset)
        self._base = rows.seen(facts, stages)
        self._definitions = Definitions(stages, rows.stated(facts, stages))
        self._beside = self._definitions.with_derived(ruleset.beside, self._base)
        self._setting: Column | None = column(SETTING) if SETTING in present else None
        roles = ruleset.roles
        disputed = self._range(self._beside[roles.units_disputed])
        authorized = self._range(self._beside[roles.units_authorized])
        is_disputed = no(both(surely(authorized.low, ">=", 1), surely(disputed.high, "<=", 0)))
        low = greatest([0, disputed.low])
        self._request = Request(stages.named(is_disputed), Range(stages.named(low), disputed.high))
        self._day = self._edition_day()
        self._governs = {edition.key: self._own(edition) for edition in ruleset.editions}
        self._may = dict(self._may_govern())
        self._given = {
            edition.key: given(edition, self._known(edition), self._request, stages, is_text=is_text)
            for edition in ruleset.editions
        }
        self._perhaps_none = stages.named(no(self._is_covered()))
        self.joint = self._joined()

    def _known(self, edition: Edition) -> SeenFacts:
        return self._definitions.with_derived(edition.derived, self._base)

    def _range(self, seen: Seen) -> Range:
        assert isinstance(seen.values, Range)
        return seen.values

    # ---- which edition governs

    def _edition_day(self) -> Range:
        if self._options.as_of is not None:
            low, high = self._options.as_of
            return Range(day(low), day(high), of_days=True)
        roles = self._ruleset.roles
        requested, served = (self._range(self._base[name]) for name in (roles.request_date, roles.service_date))
        retrospective = self._base[roles.retrospective].values
        assert isinstance(retrospective, Truths)
        either_day = hull(served, requested)
        later = picked(is_true(retrospective.flag), served, either_day._replace(of_days=True))
        chosen_day = picked(is_false(retrospective.flag), requested, later)
        return Range(self._stages.named(chosen_day.low), self._stages.named(chosen_day.high), of_days=True)

    def _covers(self, edition: Edition) -> Flag:
        name = self._ruleset.roles.treatment
        return tested(Leaf(name, OneOf(frozenset(edition.covers), "")), self._base[name])

    def _in_force(self, edition: Edition) -> Flag:
        return within(day(edition.in_force.low), day(edition.in_force.high), self._day)

    def _own(self, edition: Edition) -> Flag:
        return True if edition.governs is None else self._stages.named(truth_of(edition.governs, self._known(edition)))

    def _may_govern(self) -> Iterator[tuple[str, Sure]]:
        editions = self._ruleset.editions
        alone = {
            e.key: self._stages.named(conj([self._covers(e), self._in_force(e), self._governs[e.key]]))
            for e in editions
        }
        for edition in editions:
            before = [alone[e.key] for e in editions if edition.guideline in e.takes_precedence_over]
            governs = conj([alone[edition.key], negated(disj(before))])
            yield edition.key, self._stages.named(no(is_false(governs)))

    def _is_covered(self) -> Sure:
        """Return whether, for each treatment and day that may be, an edition that governs for certain is in force."""
        role = self._ruleset.roles.treatment
        treatment = self._base[role]
        assert isinstance(treatment.values, Members)
        alike: dict[tuple[str, ...], list[str]] = {}
        for member in sorted(treatment.values.all):
            alike.setdefault(tuple(e.key for e in self._ruleset.editions if member in e.covers), []).append(member)
        parts: list[Sure] = [no(null_end(self._day.low))]
        for keys, members in alike.items():
            possible = no(is_false(tested(Leaf(role, OneOf(frozenset(members), "")), treatment)))
            covering = [e for e in self._ruleset.editions if e.key in keys]
            parts.append(either(no(possible), self._is_filled(covering)))
        return both(*parts)

    def _is_filled(self, covering: Sequence[Edition]) -> Sure:
        """Return whether editions that govern fill every day of the range: they do unless a gap begins in it."""
        first, last = self._day.low, self._day.high
        holding = [(edition.in_force, is_true(self._governs[edition.key])) for edition in covering]
        reached = either(*(both(holds, _is_in(span, first)) for span, holds in holding))
        gaps: list[Sure] = []
        for span, holds in holding:
            if span.high is not None:
                begins_in = both(
                    surely(first, "<=", day(span.high)),
                    either(null_end(last), surely(last, ">", day(span.high))),
                )
                after = span.high + 1
                following = either(*(h for s, h in holding if s.includes(Span(after, after))))
                gaps.append(both(holds, begins_in, no(following)))
        return both(reached, no(either(*gaps)))

    # ---- the finding that all agree on

    def _joined(self) -> _Joint:
        """Return the finding that all editions that may govern agree on; information needed where they do not."""
        name = self._stages.named
        listed = [(self._may[key], one) for key, one in self._given.items()]
        numbers = [name(chosen([(may, one.finding)], None)) for may, one in listed]
        none: End = chosen([(self._perhaps_none, NUMBERS[Finding.NOT_COVERED])], None)
        low, high = name(least([*numbers, none])), name(greatest([*numbers, none]))
        same = surely(low, "==", high)
        in_part = surely(low, "==", NUMBERS[Finding.MEETS_IN_PART])
        counted = [(name(both(may, one.has_units)), one.supported) for may, one in listed]
        lows = [chosen([(holds, one.low)], None) for holds, one in counted]
        highs = [chosen([(holds, one.high)], None) for holds, one in counted]
        hulled_low, most_low = name(least(lows)), name(greatest(lows))
        least_high, most_high = name(least(highs)), name(greatest(highs))
        alike = both(surely(hulled_low, "==", most_low), surely(least_high, "==", most_high))
        agreed = name(both(same, either(no(in_part), alike)))
        first_low, first_high = self._first(listed)
        no_high = either(*(both(holds, null_end(one.high)) for holds, one in counted))
        hulled = Range(hulled_low, chosen([(no_high, None)], most_high))
        judged_low = chosen([(agreed, first_low)], hulled.low)
        judged_high = chosen([(agreed, first_high)], hulled.high)
        disputed = self._request.is_disputed
        finding = chosen(
            [(no(disputed), NUMBERS[Finding.NOTHING_IN_DISPUTE]), (agreed, low)], NUMBERS[Finding.INFORMATION_NEEDED]
        )
        supported = Range(chosen([(disputed, judged_low)], first_low), chosen([(disputed, judged_high)], first_high))
        return _Joint(name(finding), Range(name(supported.low), name(supported.high)))

    def _first(self, listed: Sequence[tuple[Sure, Given]]) -> tuple[End, End]:
        """Return the units of the first edition that may govern; none where it counts none."""
        lows = [(may, chosen([(one.has_units, one.supported.low)], None)) for may, one in listed]
        highs = [(may, chosen([(one.has_units, one.supported.high)], None)) for may, one in listed]
        return self._stages.named(chosen(lows, None)), self._stages.named(chosen(highs, None))

    # ---- what is told

    def columns(self) -> Iterator[tuple[str, object]]:
        """Yield what is told of each row, by name."""
        finding = self._stages.named(finding_words(self.joint.finding))
        yield "finding", finding
        yield "units_least", self.joint.supported.low
        yield "units_most", self.joint.supported.high
        yield "prediction", self.prediction(finding)
        yield "edition", self._edition()
        for edition in self._ruleset.editions:
            if not self._options.only or edition.guideline in self._options.only:
                yield from self._standings(edition)
        for rule in self._ruleset.notices:
            yield f"notice.{rule.id}", self._notice(rule, finding)

    def _standings(self, edition: Edition) -> Iterator[tuple[str, object]]:
        may = self._may[edition.key]
        for one in self._given[edition.key].standings:
            name = standing_column(edition, one.name)
            yield name, chosen([(may, one.status)], None)
            if self._options.reasons:
                yield f"{name}.because", chosen([(may, one.because)], None)

    def _edition(self) -> End:
        """Return the edition that governs; none where several may, or none does."""
        several = is_true(at_least_of(2, list(self._may.values())))
        cases: list[tuple[Sure, End]] = [(either(several, self._perhaps_none), None)]
        return chosen([*cases, *((may, key) for key, may in self._may.items())], None)

    def prediction(self, finding: End) -> End:
        """Return what the finding predicts in the row's setting."""
        cases: list[tuple[Sure, End]] = []
        for (setting, name), prediction in self._ruleset.outcomes.items():
            is_here = self._is_setting(setting)
            cases.append((both(is_here, surely(finding, "==", name)), prediction.outcome))
        return chosen(cases, None)

    def _is_setting(self, setting: str) -> Sure:
        if self._setting is None:
            return setting == self._options.setting
        return surely(self._setting.or_else(self._options.setting), "==", setting)

    def _notice(self, rule: NoticeRule, finding: End) -> Flag:
        """Return whether a notice stands beside the finding: null where it may."""
        applies = True if rule.applies is None else is_true(truth_of(rule.applies, self._beside))
        when = True if rule.when is None else truth_of(rule.when, self._beside)
        settings = either(*(self._is_setting(one) for one in sorted(rule.settings))) if rule.settings else True
        findings = either(*(surely(finding, "==", one) for one in sorted(rule.findings))) if rule.findings else True
        return conj([both(applies, settings, findings), when])

    def impossible(self) -> dict[str, Sure]:
        """Return, for each combination that cannot be, whether a row has it for certain."""
        found = {}
        for rule in self._ruleset.impossible:
            if rule.when is not None:
                found[rule.says] = self._stages.named(is_true(truth_of(rule.when, self._beside)))
        return found


def standing_column(edition: Edition, rule: str) -> str:
    """Return the name of the column that tells how a criterion or limit stands."""
    return f"{edition.guideline}.{edition.edition}.{rule}"


def finding_words(number: End) -> End:
    """Return a finding by its name."""
    if not isinstance(number, Column):
        return next((finding.value for finding, n in NUMBERS.items() if n == number), None)
    return chosen([(surely(number, "==", n), finding.value) for finding, n in NUMBERS.items()], None)


def all_facts(ruleset: Ruleset) -> dict[str, Fact]:
    """Return every fact that some rule reads or defines, by name."""
    found = {**ruleset.facts}
    for facts in (ruleset.beside_facts, *(edition.facts for edition in ruleset.editions)):
        for name, fact in facts.items():
            found.setdefault(name, fact)
    return found


def _is_in(span: Span, one: End) -> Sure:
    above = True if span.low is None else surely(one, ">=", day(span.low))
    return both(above, True if span.high is None else surely(one, "<=", day(span.high)))
