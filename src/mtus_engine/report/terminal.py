"""A determination in the terminal: the finding, a table of criteria, a ledger of visits, and what to do next."""

from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mtus_engine.report.outline import ItemOutline
from mtus_engine.report.phrases import (
    OPEN_BY_RULES_TITLE,
    against_lines,
    governing_lines,
    ledger_rows,
    missing_lines,
    notice_lines,
    resting_line,
    reviewer_rows,
    text_only_line,
    units_line,
)
from mtus_engine.report.view import EditionView, ItemView, RuleView, is_passed, shown_status
from mtus_engine.wording.statuses import DISCLAIMER

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
    "information_needed": "bold yellow",
}


def show(items: Iterable[ItemView], console: Console, *, only_failed: bool = False) -> None:
    """Print the items, and once at the end what this is not."""
    findings: list[tuple[str, str, str]] = []
    for view in items:
        item = view.item
        console.print(shown_item(view, only_failed=only_failed))
        findings.append((item["case"], item["item"], item["finding_words"]))
    if len(findings) > 1:
        summary = Table("Case", "Item", "Finding", title=f"{len(findings)} items", title_justify="left", pad_edge=False)
        for row in findings[-MOST_SUMMED:]:
            summary.add_row(*map(Text, row))
        console.print(summary)
    if findings:
        console.print(Text(DISCLAIMER, style="dim italic"))


def shown_item(view: ItemView, *, only_failed: bool) -> RenderableType:
    """Return one item as something the console prints."""
    item = view.item
    units = units_line(item)
    parts: list[RenderableType] = [_heading(item), *([] if units is None else [Text(units, style="yellow")])]
    parts += _lines(governing_lines(view))
    parts += [_rules(edition, only_failed=only_failed) for edition in view.editions if edition.rules]
    parts += _ledger(item)
    text_only = text_only_line(item)
    parts += [] if text_only is None else [Text(text_only, style="yellow")]
    parts += _section("What stands against it", against_lines(item))
    resting = resting_line(item)
    parts += _section("What the finding rests on", [] if resting is None else [resting])
    parts += _section("What would make it meet", missing_lines(item))
    parts += _section(OPEN_BY_RULES_TITLE, item["open_by_rules"])
    parts += _section("Request for information to the provider", view.request, numbered=True)
    parts += _section("Notices", notice_lines(item))
    parts += _reviewer(item)
    return Group(*parts, Text(""))


def _heading(item: ItemOutline) -> RenderableType:
    asked = f": {item['asked']}" if item["asked"] else ""
    title = Text(f"Case {item['case']}, item {item['item']}{asked}", style="bold underline")
    finding = Text(item["finding_words"], style=_FINDING_STYLES.get(item["finding"], "bold"))
    prediction = item["prediction"]
    if prediction is not None:
        setting = "independent medical review" if prediction["setting"] == "imr" else "utilization review"
        finding.append(f"   ({setting}: {prediction['says']})", style="not bold")
    return Group(title, finding)


def _rules(edition: EditionView, *, only_failed: bool) -> Table:
    table = Table(
        title=edition.title, title_justify="left", show_lines=True, expand=True, pad_edge=False, highlight=False
    )
    table.add_column("Status", width=16)
    table.add_column("Criterion", ratio=2)
    table.add_column("Why", ratio=3)
    table.add_column("Source", width=16)
    for rule in edition.rules:
        if not only_failed or not is_passed(rule):
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
