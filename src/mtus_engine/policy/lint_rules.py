"""Likely slips in rule files: entries that stand twice, units counted twice, changes since the edition before."""

import re
from collections.abc import Iterator, Mapping, Sequence

from mtus_engine.compiler.problems import Place
from mtus_engine.loader.folder import Loaded
from mtus_engine.loader.source import Document, Node, Plain, Tree
from mtus_engine.model.formula import TableRule
from mtus_engine.model.guideline import (
    DefinitionsDocument,
    ExamplesDocument,
    Expectation,
    GuidelineDocument,
    NoticesDocument,
    Table,
)
from mtus_engine.model.ruleset import CriterionRule, Edition, LimitRule, Ruleset
from mtus_engine.model.vocabulary import Roles
from mtus_engine.policy.coverage import tables_of
from mtus_engine.policy.noted import NOTE, Noted, RulePlaces, note_at, texts_in
from mtus_engine.wording.conditions import condition_words, limit_words

_QUOTES = frozenset("\"'|>")
# Lists in which an entry that stands a second time says nothing new.
_LISTS = {"covers", "counting", "in", "has_all", "all", "any", "parts", "rows", "takes_precedence_over", "sum", "named"}


# "Visit #3": YAML takes the rest of the line for a comment, and the text that is left may hold far too often.
_TEXT_AS_COMMENT = re.compile(r"\s#[0-9|)\]}]")


def file_slips(loaded: Loaded, roles: Roles) -> Iterator[Noted]:
    """Yield the slips in one file: entries that stand twice, units counted twice, rows without a figure, and others."""
    place = Place(loaded.source)
    yield from _written_twice(place, loaded.source.root)
    if isinstance(loaded.authored, ExamplesDocument):
        cure = "end its name in .test.yaml"
        yield Noted(note_at(place, "MT622", "the examples of this file are not run", cure))
    if isinstance(loaded.authored, GuidelineDocument):
        yield from _guideline_slips(loaded.authored, roles, place)
    if isinstance(loaded.authored, GuidelineDocument | DefinitionsDocument | NoticesDocument):
        for n, table in enumerate(loaded.authored.tables):
            yield from _missing_figures(table, place / "tables" / n)


def cut_texts(document: Document) -> Iterator[Noted]:
    """Yield the texts of a file behind which a number sign begins a comment that looks like more of the text."""
    for place, node in texts_in(Place(document), document.root):
        behind = document.lines[node.line][node.column :] if node.line < len(document.lines) else ""
        if behind[:1] not in _QUOTES and (cut := _TEXT_AS_COMMENT.search(behind)):
            message = f"what follows {str(node.plain)!r} is a comment: {behind[cut.start() + 1 :].strip()}"
            cure = "put the whole text in quotation marks; a comment has a space after #"
            yield Noted(note_at(place, "MT625", message, cure))


def _guideline_slips(document: GuidelineDocument, roles: Roles, place: Place) -> Iterator[Noted]:
    if not document.covers:
        cure = "name the treatments that it covers"
        yield Noted(note_at(place / "covers", "MT618", f"{document.guideline} covers nothing, and never governs", cure))
    for n, limit in enumerate(document.limits):
        if limit.of in {one.fact for one in limit.counted}:
            message = f"{limit.id} counts {limit.of} as had before, and judges it as asked for"
            yield Noted(note_at(place / "limits" / n / "counting", "MT621", message, "take it out of counting"))
        if limit.of == roles.units_requested and roles.units_authorized in {one.fact for one in limit.counted}:
            message = f"{limit.id} counts what is authorized within {limit.of}, and once more beside it"
            cure = f"judge what is in dispute: of: {roles.units_disputed}"
            yield Noted(note_at(place / "limits" / n / "of", "MT621", message, cure))


def _missing_figures(table: Table, place: Place) -> Iterator[Noted]:
    """Yield the figures that a row leaves out and others give: no limit that reads them would hold for its cases."""
    for output in table.outputs:
        without = [n for n, row in enumerate(table.rows) if output not in row.then]
        if len(without) == len(table.rows):
            message = f"no row of {table.id} gives {output}: a limit that reads it never applies"
            yield Noted(note_at(place / "outputs" / output, "MT626", message, "write its figures, or take it out"))
            continue
        for n in without if output not in table.without_figure else ():
            message = f"this row gives no {output}, as others do: a limit that reads it does not apply to its cases"
            cure = (
                f"write then: {{{output}: …}}, or for the table without_figure: {{{output}: why some cases have none}}"
            )
            yield Noted(note_at(place / "rows" / n, "MT626", message, cure))


def _written_twice(place: Place, node: Node) -> Iterator[Noted]:
    """Yield the entries of lists that stand twice."""
    for step, child in node.children.items():
        where = place / step
        yield from _written_twice(where, child)
        if child.tree is Tree.SEQUENCE and step in _LISTS:
            first: dict[str, int] = {}
            for n, entry in child.children.items():
                # Two rows of a table may give the same figures, but should not have the same condition.
                said = _condition_of_row(entry.plain) if step == "rows" else _counted_fact(entry.plain, step)
                if said is not None and first.setdefault(repr(said), int(n)) != n:
                    message = f"this stands twice under {step}"
                    yield Noted(note_at(where / n, "MT619", message, "take one of the two out, or correct it"))


def _condition_of_row(row: Plain) -> Plain:
    return row.get("when") if isinstance(row, Mapping) else None


def _counted_fact(entry: Plain, step: str | int) -> Plain:
    """Return the fact that an entry of counting names, with or without when it counts; any other entry as it is."""
    return entry.get("fact", entry) if step == "counting" and isinstance(entry, Mapping) else entry


def example_slips(loaded: Loaded) -> Iterator[Noted]:
    """Yield the examples that expect nothing: they pass whatever the rules say."""
    if not isinstance(loaded.authored, ExamplesDocument):
        return
    for n, example in enumerate(loaded.authored.examples):
        if example.expect == Expectation():
            where = Place(loaded.source) / "examples" / n / "expect"
            cure = "write what must come out: expect: {finding: meets}"
            yield Noted(note_at(where, "MT623", f"the example {example.name!r} expects nothing", cure))


# ---- against the edition before


def turned_rules(ruleset: Ruleset, places: RulePlaces) -> Iterator[Noted]:
    """Yield, as notes, what an edition says differently from the edition before it under the same id."""
    for edition in ruleset.editions:
        mine = [e for e in ruleset.editions if (e.guideline, e.pack) == (edition.guideline, edition.pack)]
        earlier = [e for e in mine if e.edition < edition.edition]
        before = max(earlier, key=lambda one: one.edition, default=None)
        if before is not None and before.not_encoded is None and edition.not_encoded is None:
            yield from _turned_since(before, edition, places)


def _turned_since(before: Edition, edition: Edition, places: RulePlaces) -> Iterator[Noted]:
    place = places.editions[edition.key]
    parts: tuple[tuple[str, Sequence[CriterionRule | LimitRule], Sequence[CriterionRule | LimitRule]], ...] = (
        ("criteria", before.criteria, edition.criteria),
        ("limits", before.limits, edition.limits),
    )
    for part, old, new in parts:
        then = {rule.id: rule for rule in old}
        for n, rule in enumerate(new):
            if rule.id in then:
                yield from _changed_words(
                    rule_words(then[rule.id], before), rule_words(rule, edition), place / part / n
                )
    tables = {table.id: table for table in tables_of(before)}
    for table in tables_of(edition):
        if table.id in tables:
            old_words, new_words = table_words(tables[table.id], before), table_words(table, edition)
            yield from _changed_words(old_words, new_words, places.of_table(edition, table.id))


def _changed_words(before: Mapping[str, str], now: Mapping[str, str], where: Place) -> Iterator[Noted]:
    for what in dict.fromkeys((*before, *now)):
        old, new = before.get(what, "nothing"), now.get(what, "nothing")
        if old != new:
            message = f"{what} differs from the edition before: {old}, and here: {new}"
            yield Noted(note_at(where, "MT620", message, "see that it is meant", NOTE))


def rule_words(rule: CriterionRule | LimitRule, edition: Edition) -> dict[str, str]:
    """Return what a criterion or limit says, in words, by the name of each of its parts."""
    if isinstance(rule, LimitRule):
        return {rule.id: limit_words(rule, edition.facts)}
    applies = "always" if rule.applies_when is None else condition_words(rule.applies_when, edition.facts, by_name=True)
    return {
        rule.id: condition_words(rule.met_when, edition.facts, by_name=True),
        f"{rule.id}, whether it decides": "advisory" if rule.advisory else "required",
        f"{rule.id}, when it applies": applies,
    }


def table_words(table: TableRule, edition: Edition) -> dict[str, str]:
    """Return the figures of a table in words, by the table and the case of each row."""
    words = {}
    for row in table.rows:
        case = "every other" if row.written is None else condition_words(row.written, edition.facts)
        words[f"{table.id}, {case}"] = ", ".join(f"{output} {figure.words}" for output, figure in row.figures)
    return words
