"""An audit in the terminal: the headline, the matrix, the kinds of difference, groups and grounds."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mtus_engine.audit.agreement import Audit, Share
from mtus_engine.audit.calibration import Calibration
from mtus_engine.audit.sample import Drawn
from mtus_engine.audit.words import (
    CAVEAT,
    INCONSISTENT,
    RELIABILITY,
    agreement_rows,
    basis_words,
    headline_rows,
    inconsistency_cells,
    kinds_told,
    matrix_rows,
    named_words,
    readings,
    reliability_rows,
    set_words,
    share_words,
    shown_agreement,
)


def show_audit(audit: Audit, drawn: Sequence[Drawn], console: Console) -> None:
    """Print the audit of a set, and the sample where one was drawn."""
    console.print(Text(set_words(audit), style="bold"))
    console.print(_headline(audit))
    console.print(_readings(audit))
    console.print(Text(CAVEAT, style="dim"))
    console.print(_matrix(audit))
    console.print(_kinds(audit))
    for name, shares in audit.groups:
        if shares:
            console.print(_group(f"{name} ({basis_words(audit)})", name, shares))
    console.print(_criteria(audit))
    console.print(Text(f"Reviewers' grounds that are among ours ({basis_words(audit)}): {share_words(audit.grounds)}"))
    if audit.administrators_grounds.of:
        said = share_words(audit.administrators_grounds)
        console.print(Text(f"Claims administrators' grounds that are among ours ({basis_words(audit)}): {said}"))
    for whose, grounds in (
        ("Reviewers'", audit.not_sayable),
        ("Claims administrators'", audit.administrators_not_sayable),
    ):
        if grounds:
            console.print(_not_sayable(whose, grounds, basis_words(audit)))
    if audit.calibration is not None:
        console.print(_reliability(audit.calibration, basis_words(audit)))
    if audit.inconsistent:
        console.print(_inconsistent(audit))
    if drawn:
        console.print(_sample(drawn))


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", pad_edge=False, highlight=False)
    for heading in headings:
        table.add_column(heading)
    return table


def _headline(audit: Audit) -> Table:
    table = _table(f"In one minute ({basis_words(audit)})", "", "firm", "leaning", "both")
    for cells in headline_rows(audit):
        table.add_row(*map(Text, cells))
    return table


def _not_sayable(whose: str, grounds: Sequence[tuple[str, int]], basis: str) -> Table:
    title = f"{whose} grounds that no criterion can say, not counted above: what the rules lack ({basis})"
    table = _table(title, "ground", "items")
    for ground, number in grounds:
        table.add_row(Text(ground), str(number))
    return table


def _reliability(found: Calibration, basis: str) -> Table:
    table = _table(f"{RELIABILITY} ({basis})", "chance given", "items", "overturned", "share")
    for cells in reliability_rows(found):
        table.add_row(*cells)
    return table


def _inconsistent(audit: Audit) -> Table:
    table = _table(f"{INCONSISTENT} ({basis_words(audit)})", "item", "item", "what differs")
    for pair in audit.inconsistent:
        table.add_row(*map(Text, inconsistency_cells(pair)))
    return table


def _readings(audit: Audit) -> Table:
    named = readings(audit)
    table = _table("Engine and reviewers", "", *(name for name, _ in named))
    columns = [agreement_rows(agreement) for _, agreement in named]
    for cells in zip(*columns, strict=True):
        table.add_row(cells[0][0], *(Text(value) for _, value in cells))
    return table


def _matrix(audit: Audit) -> Table:
    actual, rows = matrix_rows(shown_agreement(audit))
    table = _table(f"Predicted and decided ({basis_words(audit)})", "predicted", *actual)
    for predicted, counts in rows:
        table.add_row(predicted, *map(str, counts))
    return table


def _kinds(audit: Audit) -> Table:
    table = _table(f"Kinds of difference ({basis_words(audit)})", "kind", "items", "which")
    for name, names in kinds_told(audit):
        table.add_row(name, str(len(names)), Text(named_words(names)))
    return table


def _group(title: str, name: str, shares: Iterable[tuple[str, Share]]) -> Table:
    table = _table(f"Same outcome by {title}", name, "same outcome")
    for group, share in shares:
        table.add_row(Text(group), Text(share_words(share)))
    return table


def _criteria(audit: Audit) -> Table:
    table = _table(
        f"Grounds by criterion ({basis_words(audit)})",
        "criterion",
        "shared",
        "ours alone",
        "they fail what we find met",
    )
    for tally in audit.criteria:
        counts = (len(tally.shared), len(tally.engine_only), len(tally.contradicted))
        table.add_row(Text(tally.criterion), *map(str, counts))
    return table


def _sample(drawn: Sequence[Drawn]) -> Table:
    table = _table("Sample for a second review", "case", "item", "stratum", "stands for")
    for one in drawn:
        table.add_row(Text(one.item.case), Text(one.item.item), Text(one.stratum), f"{one.weight:.1f}")
    return table
