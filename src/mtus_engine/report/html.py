"""Determinations as one self-contained page: readable without scripts, from the file system, and on paper."""

from collections.abc import Iterable, Iterator

from mtus_engine.report import phrases
from mtus_engine.report.outline import ItemOutline
from mtus_engine.report.pages import report_pages
from mtus_engine.report.view import ItemView, is_passed, shown_status
from mtus_engine.wording.statuses import DISCLAIMER

_TITLE = "Requests against treatment criteria"
_ICONS = {"true": "✓", "false": "✗", "undetermined": "?"}


def page(items: Iterable[ItemView], *, only_failed: bool = False) -> Iterator[str]:
    """Yield the pieces of the page; each item is taken only when its turn comes."""
    return report_pages().pieces(
        "check.html",
        title=_TITLE,
        views=items,
        only_failed=only_failed,
        words=phrases,
        icons=_ICONS,
        is_passed=is_passed,
        shown_status=shown_status,
        statements=_statements,
        disclaimer=DISCLAIMER,
    )


def _statements(item: ItemOutline) -> list[tuple[str, str, str, str]]:
    """Return a row for each statement of the record: the fact, the value, the place, and who said it and how."""
    return [
        (
            fact["label"],
            statement["value"],
            statement["at"] or "",
            ", ".join(
                x for x in (statement["by"], statement["origin"], statement["surgery"], statement["note"]) if x
            ).replace("_", " "),
        )
        for fact in item["facts"].values()
        for statement in fact["statements"]
    ]
