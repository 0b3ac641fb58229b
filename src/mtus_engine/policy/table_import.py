"""A decision table from a spreadsheet: each row of a CSV becomes a row of the table, marked as not seen in a source."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, assert_never

from mtus_engine.compiler.codes import is_code, members_of_code
from mtus_engine.compiler.halfway import as_meant
from mtus_engine.compiler.problems import Misfit
from mtus_engine.model.diagnostic import Diagnostic, Rejected, did_you_mean
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.periods import parse_period

_NUMERIC = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.PERIOD})
_CITES = ("cite", "citation", "page", "section", "source")
_UNITS = re.compile(r"\s*(?:visits?|sessions?|treatments?|units?)$", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*(?:-|–|to)\s*(\d+)")
_OTHERWISE = re.compile(r"otherwise|\*|(?:(?:every|any|all) )?others?|(?:every|any|all) other .+", re.IGNORECASE)


class ImportedTable(NamedTuple):
    """The text of a table, to go under "tables:" in a rule file, and the facts it gives, to be defined beside it."""

    text: str
    rows: int
    outputs: tuple[str, ...]


class _Column(NamedTuple):
    """A column of the spreadsheet: what it is for, by its heading."""

    heading: str
    number: int
    fact: Fact | None = None
    is_cite: bool = False

    @property
    def output(self) -> str:
        """The name of what the column gives."""
        return re.sub(r"[^a-z0-9]+", "_", self.heading.lower()).strip("_")


def imported_table(name: str, content: bytes, id_: str, facts: Mapping[str, Fact]) -> ImportedTable:
    """Return the table that a CSV holds; name stands for the file in messages.

    A column headed by a fact or its label, or a name that exports give one without numbers, says when a row holds; its
    cells are members, their labels, codes, numbers or ranges, several with a semicolon between them, none for any. A
    column headed cite or page is the citation. Every other column gives a figure: a number, a range such as 9-10, or a
    period such as 8 weeks. A row that says "otherwise" is for what no other row takes. Raises Rejected with every cell
    that cannot be read.
    """
    lines = list(_lines(name, content))
    if len(lines) < 2:
        cure = "the first line holds the headings, the others the rows"
        raise Rejected((_problem(name, 1, 1, "no rows here", cure),))
    columns = [_column(heading, n, facts) for n, heading in enumerate(lines[0][1])]
    inputs, outputs = [c for c in columns if c.fact], [c for c in columns if not c.fact and not c.is_cite]
    problems = list(_missing(name, columns, inputs, outputs, facts))
    if not inputs:
        raise Rejected(tuple(problems))
    rows, kinds = [], dict[str, set[str]]()
    for number, cells in lines[1:]:
        row, found = _row(name, number, cells, columns, kinds)
        rows.append(row)
        problems += found
    for column in outputs:
        if len(kinds.get(column.output, ())) > 1:
            message = f"{column.heading} holds both numbers and periods"
            problems.append(_problem(name, 1, column.number + 1, message, "make two columns of it"))
    if problems:
        raise Rejected(tuple(problems))
    named = ", ".join(f"{c.output}: {next(iter(kinds.get(c.output, {'integer'})))}" for c in outputs)
    facts_read = ", ".join(c.fact.name for c in inputs if c.fact)
    # Of several members that a set holds, such as diagnoses, the largest figure counts.
    several = any(c.fact is not None and c.fact.kind is Kind.SET_OF for c in inputs)
    policy = "    hit_policy: max\n" if several else ""
    head = f"  - id: {id_}\n    cite: FILL IN where the table stands\n{policy}    inputs: [{facts_read}]\n"
    text = head + f"    outputs: {{{named}}}\n    rows:\n" + "".join(rows)
    return ImportedTable(text, len(rows), tuple(c.output for c in outputs))


def _lines(name: str, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that hold anything, with their numbers."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    first = text.partition("\n")[0]
    separator = max(",;\t|", key=first.count)
    try:
        for n, cells in enumerate(csv.reader(io.StringIO(text), delimiter=separator, strict=True), 1):
            stripped = [" ".join(cell.split()) for cell in cells]
            if any(stripped):
                yield n, stripped
    except csv.Error as error:
        raise Rejected((_problem(name, 1, 1, f"no CSV that can be read: {error}", "save it as CSV again"),)) from None


def _column(heading: str, number: int, facts: Mapping[str, Fact]) -> _Column:
    told = heading.lower()
    if told in _CITES:
        return _Column(heading, number, is_cite=True)
    for fact in facts.values():
        # A column of numbers headed visits gives a figure here, though exports head the visits requested so.
        called = () if fact.kind in _NUMERIC else fact.called
        if told in {fact.name, fact.label.lower(), *(one.lower() for one in called)}:
            return _Column(heading, number, fact)
    return _Column(heading, number)


def _missing(
    name: str,
    columns: Sequence[_Column],
    inputs: Sequence[_Column],
    outputs: Sequence[_Column],
    facts: Mapping[str, Fact],
) -> Iterator[Diagnostic]:
    if not inputs:
        near = did_you_mean(columns[0].heading, tuple(fact.label for fact in facts.values()))
        cure = "head the column by a fact, such as diagnosis.groups: mtus facts lists them all"
        yield _problem(name, 1, 1, f"no column is headed by a fact{near}", cure)
    if not outputs:
        yield _problem(name, 1, 1, "no column gives a figure", "add one, headed visits")
    for column in outputs:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", column.output):
            yield _problem(name, 1, column.number + 1, f"{column.heading!r} is no name", "begin it with a letter")


def _row(
    name: str, line: int, cells: list[str], columns: Sequence[_Column], kinds: dict[str, set[str]]
) -> tuple[str, list[Diagnostic]]:
    """Return the text of a row and what cannot be read of it; note the kinds of its figures."""
    problems: list[Diagnostic] = []
    tests, figures, cite = list[str](), list[str](), ""
    is_otherwise = False
    for column in columns:
        cell = cells[column.number] if column.number < len(cells) else ""
        if column.is_cite:
            cite = cell
        elif column.fact is not None and _OTHERWISE.fullmatch(cell):
            is_otherwise = True
        elif column.fact is not None and cell:
            try:
                tests.append(f"{column.fact.name}: {_test(column.fact, cell)}")
            except Misfit as misfit:
                problems.append(_problem(name, line, column.number + 1, str(misfit), misfit.cure))
        elif cell and column.fact is None:
            read = _figure(cell)
            if read is None:
                cure = "write a number, a range such as 9-10, or a period such as 8 weeks"
                problems.append(_problem(name, line, column.number + 1, f"{cell!r} is no figure", cure))
            else:
                kinds.setdefault(column.output, set()).add(read[0])
                figures.append(f"{column.output}: {read[1]}")
    if len(cells) > len(columns):
        problems.append(_problem(name, line, len(columns) + 1, "more cells than headings", "put text in quotes"))
    if is_otherwise and tests:
        cure = "leave the other cells of the row blank, or write otherwise in all of them"
        problems.append(_problem(name, line, 1, "otherwise is for what no other row takes, and a cell says when", cure))
    when = "otherwise: true" if is_otherwise or not tests else f"when: {{{', '.join(tests)}}}"
    text = f"      - {when}\n        then: {{{', '.join(figures)}}}\n        verified: false\n"
    return text + (f"        cite: {json.dumps(cite, ensure_ascii=False)}\n" if cite else ""), problems


def _test(fact: Fact, cell: str) -> str:
    """Return the test of a fact that a cell stands for; raises Misfit where it stands for none."""
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    match fact.kind:
        case Kind.ONE_OF | Kind.SET_OF:
            members = [member for part in parts for member in _members(fact, part)]
            listed = list(dict.fromkeys(members))
            if not listed:
                raise Misfit(f"{cell!r} names no member", "write one, or leave the cell blank for any")
            return listed[0] if len(listed) == 1 else f"{{in: [{', '.join(listed)}]}}"
        case Kind.BOOLEAN:
            read = as_meant(fact, cell)
            if not isinstance(read, bool):
                raise Misfit(f"{cell!r} is neither yes nor no", "write yes or no")
            return str(read).lower()
        case Kind.INTEGER | Kind.DECIMAL | Kind.PERIOD | Kind.DATE:
            return _numeric_test(fact, cell)
        case _:
            assert_never(fact.kind)


def _numeric_test(fact: Fact, cell: str) -> str:
    found = _RANGE.fullmatch(cell)
    if found is not None and int(found[1]) <= int(found[2]):
        return f"{{between: [{found[1]}, {found[2]}]}}"
    for sign, word in ((">=", "at_least"), ("<=", "at_most"), (">", "more_than"), ("<", "less_than")):
        if cell.startswith(sign):
            return f"{{{word}: {cell.removeprefix(sign).strip()}}}"
    if cell.isdecimal() or parse_period(cell) is not None or fact.kind is Kind.DATE:
        return cell
    raise Misfit(f"{cell!r} is no test of {fact.label.lower()}", "write 3, 1-3, >= 3 or 4 weeks")


def _members(fact: Fact, part: str) -> list[str]:
    if is_code(fact, part):
        return sorted(members_of_code(fact, part))
    meant = as_meant(fact, part)
    members = dict(fact.members)
    if isinstance(meant, str) and meant in members:
        return [meant]
    for member, label in members.items():
        if part.lower() == label.lower():
            return [member]
    near = did_you_mean(part, (*members, *members.values()))
    raise Misfit(f"{fact.label} has no member {part!r}{near}", f"write one of: {', '.join(members)}")


def _figure(cell: str) -> tuple[str, str] | None:
    """Return the kind of a figure and how a table writes it; None where it is none."""
    bare = _UNITS.sub("", cell)
    if bare.isdecimal():
        return "integer", bare
    found = _RANGE.fullmatch(bare)
    if found is not None and int(found[1]) > int(found[2]):
        return None
    if found is not None:
        return "integer", f"{{at_least: {found[1]}, at_most: {found[2]}}}"
    period = _RANGE.match(cell)
    if period is not None and parse_period(f"{period[2]}{cell[period.end() :]}") is not None:
        unit = cell[period.end() :].strip()
        return "period", f"{{at_least: {period[1]} {unit}, at_most: {period[2]} {unit}}}"
    return ("period", cell) if parse_period(cell) is not None else None


def _problem(name: str, line: int, column: int, message: str, cure: str | None) -> Diagnostic:
    return Diagnostic("MT327", name, line, column, message, cure)
