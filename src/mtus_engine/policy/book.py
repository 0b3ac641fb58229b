"""The rule book: one chapter per edition, with its criteria, limits, tables, examples, questions and what changed."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import NamedTuple

from mtus_engine.compiler.definitions import closure, inputs_of
from mtus_engine.model.condition import fact_names
from mtus_engine.model.fact import Fact
from mtus_engine.model.formula import Derived, Mark, RowRule, TableRule
from mtus_engine.model.quotes import quoted_facts
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule, NoticeRule, Ruleset, TierRule
from mtus_engine.policy.coverage import tables_of
from mtus_engine.policy.editions import ChangedPart, changes_between
from mtus_engine.policy.examples import Named
from mtus_engine.policy.published import altered_parts
from mtus_engine.wording.conditions import condition_words, criterion_words, formula_words, limit_words
from mtus_engine.wording.statuses import SETTINGS

BookRow = tuple[str, ...]

# Stands beside the marks of a rule that was changed after it was published: they are those of what it said before.
NOT_PUBLISHED = "changed since it was published: the marks are those of what it said before"


class Chapter(NamedTuple):
    """One edition of a guideline as a reader finds it; name is the file's, without its ending."""

    name: str
    title: str
    pack: str
    source: str
    in_force: str
    covers: str
    governs: str
    not_encoded: str
    note: str
    criteria: Sequence[BookRow]
    limits: Sequence[BookRow]
    routes: Sequence[tuple[str, Sequence[BookRow]]]
    tables: Sequence[tuple[str, BookRow, Sequence[BookRow]]]
    computed: Sequence[BookRow]
    precedence: str
    questions: Sequence[BookRow]
    examples: Sequence[BookRow]
    previous: str
    changed: Sequence[ChangedPart]


def chapters(ruleset: Ruleset, examples: Sequence[Named]) -> Iterator[Chapter]:
    """Yield the chapters of all editions, by guideline and first day."""
    altered: dict[str, set[str]] = {}
    for one in altered_parts(ruleset):
        altered.setdefault(one.edition.key, set()).add(one.rule)
    ordered = sorted(ruleset.editions, key=lambda e: (e.guideline, e.pack, e.edition))
    for n, edition in enumerate(ordered):
        earlier = ordered[n - 1] if n else None
        is_before = earlier is not None and (earlier.guideline, earlier.pack) == (edition.guideline, edition.pack)
        before = earlier if is_before else None
        yield _chapter(edition, before, examples, altered.get(edition.key, set()))


class NoticePage(NamedTuple):
    """What stands beside findings, facts that cannot be together, and what both are worked out from."""

    notices: Sequence[BookRow]
    impossible: Sequence[BookRow]
    computed: Sequence[BookRow]


def notice_page(ruleset: Ruleset) -> NoticePage:
    """Return the notices and the impossible combinations of a ruleset."""
    facts = ruleset.beside_facts
    return NoticePage(
        notices=[
            (rule.id, _notice_text(rule.says, facts), _where_it_stands(rule, facts), rule.cite, mark_cell(rule.mark))
            for rule in ruleset.notices
        ],
        impossible=[
            (rule.id, rule.says, condition_words(rule.when, facts) if rule.when else "") for rule in ruleset.impossible
        ],
        computed=_computed_rows(ruleset.beside, facts),
    )


def _notice_text(says: str, facts: Mapping[str, Fact]) -> str:
    """Return a notice's text with the facts that it quotes by their labels."""
    for name in quoted_facts(says):
        says = says.replace(f"{{{name}}}", f"[{facts[name].label if name in facts else name}]")
    return says


def _where_it_stands(rule: NoticeRule, facts: Mapping[str, Fact]) -> str:
    """Return in words when a notice is shown beside a finding."""
    said = [condition_words(condition, facts) for condition in (rule.applies, rule.when) if condition is not None]
    said += [f"finding: {' or '.join(one.replace('_', ' ') for one in sorted(rule.findings))}"] if rule.findings else []
    said += [f"in {' and '.join(SETTINGS[one] for one in sorted(rule.settings))}"] if rule.settings else []
    return "; ".join(said)


def _computed_rows(derived: Sequence[Derived], facts: Mapping[str, Fact]) -> list[BookRow]:
    return [
        (entry.fact.label, said, entry.cite, mark_cell(entry.mark))
        for entry in derived
        if (said := formula_words(entry, facts))
    ]


def _row_with_remark(row: BookRow, altered: AbstractSet[str]) -> BookRow:
    """Return the row, with a remark where its rule is not what was published."""
    return (*row[:-1], "; ".join([*([row[-1]] if row[-1] else []), NOT_PUBLISHED])) if row[0] in altered else row


def _chapter(edition: Edition, before: Edition | None, examples: Sequence[Named], altered: AbstractSet[str]) -> Chapter:
    facts = edition.facts
    treatments = {member: label for fact in edition.facts.values() for member, label in fact.members}
    pages = f", p. {edition.pages}" if edition.pages else ""
    return Chapter(
        name=f"{edition.guideline}-{edition.edition}" + (f"-{edition.pack}" if edition.is_further else ""),
        title=f"{edition.title}, edition of {edition.edition}",
        pack=edition.pack,
        source=f"{edition.instrument}, {edition.regulation}{pages}",
        in_force=_in_force(edition),
        covers=", ".join(treatments.get(one, one) for one in sorted(edition.covers)),
        governs=condition_words(edition.governs, facts) if edition.governs is not None else "",
        not_encoded=edition.not_encoded or "",
        note=edition.note or "",
        criteria=[_row_with_remark(_criterion(criterion, edition), altered) for criterion in edition.criteria],
        limits=[
            _row_with_remark((one.id, one.allows, limit_words(one, facts), one.cite, _own_marks(one, edition)), altered)
            for one in edition.limits
        ],
        routes=[_routes(tier, facts) for tier in edition.tiers],
        tables=[_table(table, facts) for table in tables_of(edition)],
        computed=_computed_rows(edition.derived, facts),
        precedence=", ".join(edition.takes_precedence_over),
        questions=list(_questions(edition)),
        examples=[(one.example.name, _expected_words(one)) for one in examples if _is_of(one, edition)],
        previous=before.edition if before is not None else "",
        changed=list(changes_between(before, edition)) if before is not None else (),
    )


def _routes(tier: TierRule, facts: Mapping[str, Fact]) -> tuple[str, Sequence[BookRow]]:
    """Return the title of a tier, and its steps with the counts for which they hold."""
    rows = [(one.id, one.says, condition_words(one.when, facts), one.cite, mark_cell(one.mark)) for one in tier.steps]
    return f"{tier.title} ({tier.cite})", rows


def _in_force(edition: Edition) -> str:
    low, high = (None if day is None else date.fromordinal(day).isoformat() for day in edition.in_force)
    return f"from {low}" + (f" until {high}" if high else "")


def _own_marks(rule: CriterionRule | LimitRule, edition: Edition) -> str:
    added = [] if rule.pack == edition.pack else [f"not of the guideline: rule of {rule.pack}"]
    own = mark_cell(rule.mark)
    return "; ".join([*added, *([own] if own else [])])


def _criterion(criterion: CriterionRule, edition: Edition) -> BookRow:
    required = f"{criterion.requires}{' (advisory)' if criterion.advisory else ''}"
    return (
        criterion.id,
        required,
        criterion_words(criterion, edition.facts),
        criterion.cite,
        _own_marks(criterion, edition),
    )


def mark_cell(mark: Mark) -> str:
    """Return the provenance marks of a part in words, with where it was seen."""
    said = [] if mark.verified else ["unverified"]
    said += ["interpretation"] if mark.reading == "interpretation" else []
    said += [f"seen in {', '.join(mark.seen_in)}"] if mark.seen_in else []
    said += [f"marks set by {mark.marked_by}"] if mark.marked_by else []
    return "; ".join(said)


def _table(table: TableRule, facts: Mapping[str, Fact]) -> tuple[str, BookRow, Sequence[BookRow]]:
    outputs = tuple(dict.fromkeys(output for row in table.rows for output, _ in row.figures))
    rows = [
        (_row_words(row, facts), *(_figure(row, one) for one in outputs), mark_cell(row.mark)) for row in table.rows
    ]
    return f"{table.id} ({table.cite})", ("Case", *outputs, "Marks"), rows


def _row_words(row: RowRule, facts: Mapping[str, Fact]) -> str:
    return "every other case" if row.written is None else condition_words(row.written, facts)


def _figure(row: RowRule, output: str) -> str:
    figure = dict(row.figures).get(output)
    return figure.words if figure is not None else ""


def _questions(edition: Edition) -> Iterator[BookRow]:
    """Yield the questions that the edition asks, those behind its definitions included."""
    conditions = [c for rule in edition.criteria for c in (rule.met_when, rule.applies_when) if c is not None]
    conditions += [limit.active for limit in edition.limits if limit.active is not None]
    named = [name for condition in conditions for name in fact_names(condition)]
    named += [name for limit in edition.limits for name in (limit.left, limit.margin)]
    behind = [name for entry in closure(named, edition.derived) for name in inputs_of(entry.formula)]
    for name in dict.fromkeys((*named, *behind)):
        fact = edition.facts.get(name)
        if fact is not None and fact.question:
            yield fact.label, fact.question


def _is_of(one: Named, edition: Edition) -> bool:
    """Return whether an example stands beside the edition's rules."""
    return one.file.removesuffix(".test.yaml") == edition.file.removesuffix(".yaml")


def _expected_words(one: Named) -> str:
    expect = one.example.expect
    said = [expect.finding.replace("_", " ")] if expect.finding else []
    said += [f"{name} {status.replace('_', ' ')}" for name, status in {**expect.criteria, **expect.limits}.items()]
    return "; ".join(said)
