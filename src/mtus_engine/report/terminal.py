"""A determination in the terminal: the finding, a table of criteria, a ledger of visits, and what to do next."""

from collections import deque
from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mtus_engine.model.determination import Finding
from mtus_engine.report.outline import ItemOutline
from mtus_engine.report.phrases import (
    OPEN_BY_RULES_TITLE,
    ROUTES_TITLE,
    against_lines,
    governing_lines,
    ledger_rows,
    missing_lines,
    notice_lines,
    prediction_line,
    resting_line,
    reviewer_rows,
    route_lines,
    text_only_line,
    units_line,
)
from mtus_engine.report.view import EditionView, ItemView, RuleView, decides, is_passed, shown_status
from mtus_engine.wording.statuses import DISCLAIMER, shade_of_status, short_finding

# Above this many items the summary shows the last ones.
MOST_SUMMED = 200

_STYLES = {
    "met": "green",
    "within": "green",
    "not_met": "red",
    "none_left": "red",
    "exceeded": "red",
    "undetermined": "yellow",
    "not_applicable": "dim",
}
_FINDING_STYLES = {
    "meets": "bold green",
    "does_not_meet": "bold red",
    "meets_in_part": "bold yellow",
    "part_can_meet": "bold yellow",
    "whole_can_meet": "bold yellow",
}


def show(items: Iterable[ItemView], console: Console, *, only_failed: bool = False, in_detail: bool = False) -> None:
    """Print each item whole, then a summary with a line for each, and the disclaimer once at the end.

    in_detail also prints the questions whose answers cannot change the finding.
    """
    lines: deque[tuple[str, ...]] = deque(maxlen=MOST_SUMMED)
    shown = 0
    for view in items:
        shown += 1
        console.print(shown_item(view, only_failed=only_failed, in_detail=in_detail))
        lines.append(item_line(view))
    if shown > 1:
        _print_lines(lines, shown, console)
    if shown:
        console.print(Text(DISCLAIMER, style="dim italic"))


def show_lines(items: Iterable[ItemView], console: Console) -> None:
    """Print a table with a line for each item, then how to see one whole, and the disclaimer."""
    lines: deque[tuple[str, ...]] = deque(maxlen=MOST_SUMMED)
    shown = 0
    for view in items:
        shown += 1
        lines.append(item_line(view))
    if shown:
        _print_lines(lines, shown, console)
        console.print(Text("One of them whole: mtus check FILE. All of them whole: --detail.", style="dim"))
        console.print(Text(DISCLAIMER, style="dim italic"))


def item_line(view: ItemView) -> tuple[str, ...]:
    """Return case and item, request, finding, what failed, how much is open, and the reviewer's outcome."""
    item = view.item
    rules = [rule for edition in view.editions for rule in edition.shown]
    shades = [(rule.part["id"], shade_of_status(rule.part["status"])) for rule in rules if decides(rule)]
    failed = dict.fromkeys(id_ for id_, shade in shades if shade == "not_met")
    open_ = {id_ for id_, shade in shades if shade == "open"}
    reviewer = item["reviewer"]
    return (
        f"{item['case']} {item['item']}",
        item["asked"] or item["treatment"] or "",
        _finding_and_prediction(item),
        "\n".join(one.replace("-", " ") for one in failed),
        str(len(open_) or ""),
        reviewer["outcome"] if reviewer is not None else "",
    )


def _finding_and_prediction(item: ItemOutline) -> str:
    """Return the finding in a few words and, below it, the outcome that it predicts and how firmly."""
    words = short_finding(Finding(item["finding"]))
    prediction = item["prediction"]
    if prediction is None or prediction["outcome"] is None or prediction["firmness"] is None:
        return words
    return f"{words}\n{prediction['outcome'].replace('_', ' ')}, {prediction['firmness']}"


def _print_lines(lines: Sequence[tuple[str, ...]] | deque[tuple[str, ...]], shown: int, console: Console) -> None:
    more = f", the last {len(lines)} shown" if shown > len(lines) else ""
    table = Table(title=f"{shown} items{more}", title_justify="left", pad_edge=False, expand=True)
    widths = {"Case, item": 14, "Request": None, "Finding": 15, "What failed": 16, "Open": 4, "Reviewer": 10}
    for heading, width in widths.items():
        table.add_column(heading, width=width, ratio=1 if width is None else None, overflow="fold")
    for line in lines:
        table.add_row(*map(Text, line))
    console.print(table)


def shown_item(view: ItemView, *, only_failed: bool, in_detail: bool = False) -> RenderableType:
    """Return one item as an object that the rich console can print."""
    item = view.item
    units = units_line(item)
    parts: list[RenderableType] = [_heading(item), *([] if units is None else [Text(units, style="yellow")])]
    parts += _lines(governing_lines(view))
    for edition in view.editions:
        shown = [rule for rule in edition.shown if not only_failed or not is_passed(rule)]
        parts += [Text(edition.counts, style="bold")] if edition.rules else []
        parts += [_rules(edition, shown)] if shown else []
    parts += _ledger(item)
    text_only = text_only_line(item)
    parts += [] if text_only is None else [Text(text_only, style="yellow")]
    parts += _section("What stands against it", against_lines(item))
    resting = resting_line(item)
    parts += _section("What the finding rests on", [] if resting is None else [resting])
    parts += _section("What would make it meet", missing_lines(item))
    parts += _section(OPEN_BY_RULES_TITLE, item["open_by_rules"])
    parts += _request(view, in_detail=in_detail)
    parts += _section(ROUTES_TITLE, route_lines(item))
    parts += _section("Notices", notice_lines(item))
    parts += _reviewer(item)
    return Group(*parts, Text(""))


def _request(view: ItemView, *, in_detail: bool) -> list[RenderableType]:
    request = view.request
    note = [] if request.note is None else [Text(request.note, style="yellow")]
    if request.is_folded and not in_detail:
        folded = f"{len(request.lines)} questions are folded: --detail shows them"
        return [Text("Request for information to the provider", style="bold"), *note, Text(f"  {folded}", style="dim")]
    asked = _section("Request for information to the provider", request.lines, numbered=True)
    return [*asked[:1], *note, *asked[1:]]


def _heading(item: ItemOutline) -> RenderableType:
    asked = f": {item['asked']}" if item["asked"] else ""
    title = Text(f"Case {item['case']}, item {item['item']}{asked}", style="bold underline")
    finding = Text(item["finding_words"], style=_FINDING_STYLES.get(item["finding"], "bold"))
    predicted = prediction_line(item)
    if predicted is not None:
        finding.append(f"   ({predicted})", style="not bold")
    comparable = item["comparable"]
    return Group(title, finding, *([] if comparable is None else [Text(comparable["says"])]))


def _rules(edition: EditionView, shown: Sequence[RuleView]) -> Table:
    table = Table(
        title=edition.title, title_justify="left", show_lines=True, expand=True, pad_edge=False, highlight=False
    )
    table.add_column("Status", width=16)
    table.add_column("Criterion", ratio=2)
    table.add_column("Why", ratio=3)
    table.add_column("Source", width=16)
    for rule in shown:
        _row(table, rule)
    return table


def _row(table: Table, rule: RuleView) -> None:
    part = rule.part
    icon, word = shown_status(rule)
    status = Text(f"{icon} {word}", style=_STYLES[part["status"]])
    if part["presumed"] and "requires" in part:
        status.append("\npresumed", style="dim")
    if part.get("advisory"):
        status.append("\nadvisory", style="dim")
    name = Text(rule.name)
    name.append(f"\n{part['id']}", style="dim")
    source = Text(part["cite"])
    for mark in part["marks"]:
        source.append(f"\n{mark}", style="magenta")
    table.add_row(status, name, Text("\n".join(rule.why)), source)


def _ledger(item: ItemOutline) -> list[RenderableType]:
    rows = ledger_rows(item)
    if not rows:
        return []
    table = Table(title="Ledger of visits", title_justify="left", pad_edge=False)
    for heading in ("", "Visits", "Where"):
        table.add_column(heading)
    for name, value, where in rows:
        table.add_row(Text(name), Text(value), Text(where, style="dim"))
    return [table]


def _reviewer(item: ItemOutline) -> list[RenderableType]:
    rows = reviewer_rows(item)
    if not rows:
        return []
    table = Table(title="Beside the reviewer's decision", title_justify="left", pad_edge=False)
    for heading in ("", "Engine", "Reviewer"):
        table.add_column(heading)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return [table]


def _lines(lines: Iterable[str]) -> list[RenderableType]:
    return [Text(line, style="dim") for line in lines]


def _section(title: str, lines: Sequence[str], *, numbered: bool = False) -> list[RenderableType]:
    if not lines:
        return []
    marked = [f"{n}. {line}" if numbered else f"• {line}" for n, line in enumerate(lines, 1)]
    return [Text(title, style="bold"), *(Padding(Text(line), (0, 0, 0, 2), expand=False) for line in marked)]
