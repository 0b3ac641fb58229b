"""An audit as one self-contained page: the numbers, a list to filter, and every item side by side with its reviewer."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from mtus_engine.audit.agreement import Audit
from mtus_engine.audit.calibration import Bin
from mtus_engine.audit.sample import Drawn
from mtus_engine.audit.words import (
    CAVEAT,
    INCONSISTENT,
    RELIABILITY,
    agreement_rows,
    basis_words,
    headline_rows,
    inconsistency_cells,
    kind_words,
    kinds_told,
    matrix_rows,
    readings,
    reliability_rows,
    set_words,
    share_words,
    shown_agreement,
)
from mtus_engine.model.audited import Audited
from mtus_engine.model.determination import Finding
from mtus_engine.report.outline import GroundOutline
from mtus_engine.report.phrases import ground_words
from mtus_engine.report.view import ItemView, RuleView, shown_status
from mtus_engine.wording.statuses import DISCLAIMER, finding_words

_HERE = Path(__file__)
_STYLE = (_HERE.parents[1] / "report" / "page.css", _HERE.with_name("audit.css"))
_SCRIPT = _HERE.with_name("audit.js")


_COLUMNS = ("Item", "Treatment", "Finding", "Predicted", "Decided", "Difference", "Boards")


def page_head(audit: Audit, drawn: Sequence[Drawn], digest: str) -> Iterator[str]:
    """Yield the page down to the list of items: it is known only when all items are."""
    style = "\n".join(path.read_text(encoding="utf-8") for path in _STYLE)
    script = _SCRIPT.read_text(encoding="utf-8")
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>Engine beside reviewers</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        "<h1>Engine beside reviewers</h1>\n<main>\n"
    )
    yield f"<p>{_e(set_words(audit))}. Rules: {_e(digest[:16])}. All below is {_e(basis_words(audit))}.</p>\n"
    yield _headline(audit) + _readings(audit) + _matrix(audit) + _kinds(audit) + _criteria(audit) + _not_sayable(audit)
    yield _reliability(audit) + _inconsistent(audit) + _groups(audit) + _sample(drawn)


def page_list(items: Sequence[Audited]) -> Iterator[str]:
    """Yield the list of items; without scripts it is whole, with them it can be filtered."""
    yield (
        '<h2 id="items">Items</h2>\n<p class="filter" hidden><label>Show items with '
        '<input type="search" id="filter" autocomplete="off"></label> <span id="shown" role="status"></span></p>\n'
        f"<table class='items' id='list'><thead><tr>{''.join(f'<th>{name}</th>' for name in _COLUMNS)}</tr></thead>"
        "<tbody id='rows'>\n"
    )
    for number, item in enumerate(items, 1):
        firm = f", {item.shown.firmness}" if item.shown.firmness else ""
        cells = (
            item.treatment.replace("_", " "),
            finding_words(Finding(item.shown.finding)),
            (item.shown.predicted or "nothing").replace("_", " ") + firm,
            item.actual or "no decision",
            kind_words(item.kind),
            item.boards_named,
        )
        listed = "".join(
            f'<td data-name="{name}">{_e(cell)}</td>' for name, cell in zip(_COLUMNS[1:], cells, strict=True)
        )
        # What the filter reads besides the words of the row: criteria with their standing, and grounds.
        more = [f"{id_} {status.replace('_', ' ')}" for id_, status in item.statuses]
        more += [*item.shared, *item.reviewer_only, *item.contradicted]
        more += ["shares a limit"] if item.shares_limit else []
        named = f'<td data-name="Item"><a href="#item-{number}">{_e(item.named)}</a></td>'
        yield f'<tr data-more="{_e("; ".join(more))}">{named}{listed}</tr>\n'
    yield "</tbody></table>\n" if items else "</tbody></table>\n<p>No item was audited.</p>\n"


def page_item(number: int, row: Audited, view: ItemView) -> str:
    """Return one item: our criteria on the left, the reviewer's grounds beside those they share."""
    item = view.item
    asked = f": {item['asked']}" if item["asked"] else ""
    reviewer = item["reviewer"]
    decided = reviewer["outcome"] if reviewer else "no decision"
    cited = "; ".join(reviewer["guidelines"]) if reviewer else ""
    heads = "<thead><tr><th>Engine</th><th>Reviewer</th></tr></thead>"
    governing = f"{item['title']}, edition of {item['edition']}" if item["title"] else "no one guideline governs"
    return (
        f'<article id="item-{number}"><h2>{_e(row.named)}{_e(asked)}</h2>\n'
        f'<p class="finding {_e(item["finding"])}">{_e(item["finding_words"])}<br><small>predicted '
        f"{_e((row.shown.predicted or 'nothing').replace('_', ' '))}, decided {_e(decided)}: {_e(kind_words(row.kind))}"
        f"{_e(f' ({row.evidence})' if row.evidence else '')}</small></p>\n"
        f"<table class='beside'>{heads}<tbody><tr><td>{_e(governing)}</td><td>{_e(cited)}</td></tr>"
        f"{''.join(_rows(view))}</tbody></table>"
        f'<p class="dim">With all that the case states: {_e(finding_words(Finding(row.read.finding)))}; without what '
        f"only the decision tells: {_e(finding_words(Finding(row.independent.finding)))}; from "
        f"verified text alone: {_e(finding_words(Finding(row.text_only.finding)))}. "
        '<a href="#items">All items</a></p></article>\n'
    )


def page_foot() -> str:
    """Return the end of the page."""
    script = _SCRIPT.read_text(encoding="utf-8")
    return f"</main>\n<footer><p>{_e(DISCLAIMER)}</p></footer>\n<script>{script}</script>\n</body>\n</html>\n"


def _rows(view: ItemView) -> Iterator[str]:
    reviewer = view.item["reviewer"]
    by_criterion: dict[str, list[GroundOutline]] = {}
    for ground in reviewer["grounds"] if reviewer else []:
        by_criterion.setdefault(ground["criterion"] or "", []).append(ground)
    joined = set(reviewer["shared"]) if reviewer else set()
    for rule in (rule for edition in view.editions for rule in edition.rules):
        theirs = by_criterion.pop(rule.part["id"], [])
        if theirs or rule.part["status"] != "not_applicable":
            yield _row(rule, theirs, joined)
    for theirs in by_criterion.values():
        yield "".join(f"<tr><td></td><td>{_e(ground_words(ground))}</td></tr>" for ground in theirs)


def _row(rule: RuleView, theirs: Sequence[GroundOutline], joined: set[str]) -> str:
    part = rule.part
    icon, word = shown_status(rule)
    marks = "".join(f' <span class="mark">{_e(mark)}</span>' for mark in part["marks"])
    reasons = "".join(f"<li>{_e(line)}</li>" for line in rule.why)
    right = "<br>".join(_e(ground_words(ground)) for ground in theirs)
    shared = ' class="joined"' if part["id"] in joined else ""
    return (
        f'<tr{shared}><td><span class="{part["status"]}"><b>{icon} {_e(word)}</b></span> {_e(rule.name)} '
        f'<span class="dim">{_e(part["id"])}, {_e(part["cite"])}</span>{marks}<ul class="plain dim">{reasons}</ul></td>'
        f"<td>{right}</td></tr>"
    )


def _readings(audit: Audit) -> str:
    named = readings(audit)
    head = "".join(f"<th>{_e(name)}</th>" for name, _ in named)
    columns = [agreement_rows(agreement) for _, agreement in named]
    rows = "".join(
        f"<tr><th scope=row>{_e(cells[0][0])}</th>{''.join(f'<td>{_e(value)}</td>' for _, value in cells)}</tr>"
        for cells in zip(*columns, strict=True)
    )
    grounds = f"<p>Reviewers' grounds that are among ours: {_e(share_words(audit.grounds))}</p>"
    head_row = f"<thead><tr><th></th>{head}</tr></thead>"
    return f"<h2>Agreement</h2><table>{head_row}<tbody>{rows}</tbody></table><p class=dim>{_e(CAVEAT)}</p>{grounds}\n"


def _headline(audit: Audit) -> str:
    rows = "".join(
        f"<tr><th scope=row>{_e(name)}</th><td>{_e(firm)}</td><td>{_e(leaning)}</td><td>{_e(both)}</td></tr>"
        for name, firm, leaning, both in headline_rows(audit)
    )
    head = "<thead><tr><th></th><th>firm</th><th>leaning</th><th>both</th></tr></thead>"
    return f"<h2>In one minute</h2><table>{head}<tbody>{rows}</tbody></table>\n"


def _not_sayable(audit: Audit) -> str:
    grounds = (
        f"<p>Claims administrators' grounds that are among ours: {_e(share_words(audit.administrators_grounds))}</p>"
    )
    rows = [(ground, [("", number)]) for ground, number in audit.not_sayable]
    lacking = "<h2>Grounds that no criterion can say</h2><p class=dim>What the rules lack.</p>" + _bars(rows)
    return (grounds if audit.administrators_grounds.of else "") + (lacking if rows else "")


def _reliability(audit: Audit) -> str:
    """Return the reliability table with its figure: for each chance given, the share that came, drawn on a line."""
    if audit.calibration is None:
        return ""
    body = ""
    for one, cells in zip(audit.calibration.bins, reliability_rows(audit.calibration), strict=True):
        body += f"<tr>{''.join(f'<td>{_e(cell)}</td>' for cell in cells)}<td>{_drawn_bin(one)}</td></tr>"
    heads = ("chance given", "items", "overturned", "share", "0 to 100 %: the line was given, the point came")
    head = f"<tr>{''.join(f'<th>{cell}</th>' for cell in heads)}</tr>"
    return f"<h2>{RELIABILITY}</h2><table class='reliability'><thead>{head}</thead><tbody>{body}</tbody></table>\n"


def _drawn_bin(one: Bin) -> str:
    """Return a bin drawn on a line from 0 to 100 %: the chance given, the share that came with its interval."""
    low, high, given = (f"{100 * share:.1f}" for share in (one.share_low, one.share_high, one.chance))
    came = f"{100 * one.overturned / one.items:.1f}"
    return (
        '<svg viewBox="0 0 100 8" role="img" aria-label="given and came">'
        '<line class="axis" x1="0" x2="100" y1="4" y2="4"/>'
        f'<line class="came" x1="{low}" x2="{high}" y1="4" y2="4"/><circle class="came" cx="{came}" cy="4" r="2"/>'
        f'<line class="given" x1="{given}" x2="{given}" y1="0" y2="8"/></svg>'
    )


def _inconsistent(audit: Audit) -> str:
    if not audit.inconsistent:
        return ""
    listed = ("".join(f"<td>{_e(cell)}</td>" for cell in inconsistency_cells(pair)) for pair in audit.inconsistent)
    rows = "".join(f"<tr>{cells}</tr>" for cells in listed)
    head = "<tr><th>item</th><th>item</th><th>what differs</th></tr>"
    table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
    return f"<h2>{INCONSISTENT}</h2>{table}\n"


def _matrix(audit: Audit) -> str:
    actual, rows = matrix_rows(shown_agreement(audit))
    most = max((count for _, counts in rows for count in counts), default=0)
    head = "".join(f"<th>decided {_e(name)}</th>" for name in actual)
    body = "".join(
        f"<tr><th scope=row>predicted {_e(predicted)}</th>"
        + "".join(f'<td style="background:rgba(23,78,166,{_shade(n, most)})">{n}</td>' for n in counts)
        + "</tr>"
        for predicted, counts in rows
    )
    head = f"<thead><tr><th></th>{head}</tr></thead>"
    return f"<h2>Predicted and decided</h2><table class='matrix'>{head}<tbody>{body}</tbody></table>\n"


def _shade(count: int, most: int) -> str:
    return f"{0.45 * count / most:.2f}" if most else "0"


def _kinds(audit: Audit) -> str:
    rows = [(name, [("", len(names))]) for name, names in kinds_told(audit)]
    return f"<h2>Kinds of difference</h2><p class=dim>{_e(basis_words(audit))}</p>" + _bars(rows)


def _criteria(audit: Audit) -> str:
    rows = [
        (
            tally.criterion,
            [
                ("shared", len(tally.shared)),
                ("ours alone", len(tally.engine_only)),
                ("they fail what we find met", len(tally.contradicted)),
            ],
        )
        for tally in audit.criteria
    ]
    return f"<h2>Grounds by criterion</h2><p class=dim>{_e(basis_words(audit))}</p>" + _bars(rows)


def _bars(rows: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> str:
    most = max((sum(count for _, count in parts) for _, parts in rows), default=0)
    body = ""
    for name, parts in rows:
        drawn = "".join(
            f'<span class="bar part-{n}" style="width:{60 * count / most:.1f}%" title="{_e(label)}"></span>'
            for n, (label, count) in enumerate(parts)
            if count
        )
        said = ", ".join(f"{count} {label}".strip() for label, count in parts if count)
        # A bar opens the items it counts: the words of its name are put into the filter.
        wanted = name.rpartition(": ")[2]
        link = f'<a href="#items" data-filter="{_e(wanted)}">{_e(name)}</a>'
        body += f"<tr><th scope=row>{link}</th><td>{drawn} {_e(said)}</td></tr>"
    return f"<table class='bars'><tbody>{body}</tbody></table>\n" if rows else "<p>None.</p>\n"


def _groups(audit: Audit) -> str:
    parts = []
    for name, shares in audit.groups:
        rows = "".join(
            f"<tr><th scope=row>{_e(group)}</th><td>{_e(share_words(share))}</td></tr>" for group, share in shares
        )
        if rows:
            parts.append(f"<h3>Same outcome by {_e(name)}</h3><table><tbody>{rows}</tbody></table>")
    return "\n".join(parts) + "\n"


def _sample(drawn: Sequence[Drawn]) -> str:
    rows = "".join(
        f"<tr><td>{_e(one.item.named)}</td><td>{_e(one.stratum)}</td><td>{one.weight:.1f}</td></tr>" for one in drawn
    )
    head = "<thead><tr><th>Item</th><th>Stratum</th><th>Stands for</th></tr></thead>"
    return f"<h2>Sample for a second review</h2><table>{head}<tbody>{rows}</tbody></table>\n" if drawn else ""


def _e(text: object) -> str:
    return escape(str(text), quote=True)
