"""An audit as one self-contained page: the numbers, a list to filter, and every item side by side with its reviewer."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from mtus_engine.audit.agreement import Audit
from mtus_engine.audit.sample import Drawn
from mtus_engine.audit.words import (
    CAVEAT,
    agreement_rows,
    basis_words,
    kind_words,
    matrix_rows,
    readings,
    share_words,
)
from mtus_engine.model.audited import Audited
from mtus_engine.report.outline import GroundOutline
from mtus_engine.report.phrases import ground_words
from mtus_engine.report.view import ItemView, RuleView, shown_status
from mtus_engine.wording.statuses import DISCLAIMER

_HERE = Path(__file__)
_STYLE = (_HERE.parents[1] / "report" / "page.css", _HERE.with_name("audit.css"))
_SCRIPT = _HERE.with_name("audit.js")


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
    drafts = f", {audit.drafts} of them unconfirmed drafts" if audit.drafts else ""
    yield f"<p>{audit.items} items{drafts}. Rules: {_e(digest[:16])}</p>\n"
    yield _readings(audit) + _matrix(audit) + _kinds(audit) + _criteria(audit) + _groups(audit) + _sample(drawn)


def page_list(items: Sequence[Audited]) -> Iterator[str]:
    """Yield the list of items; without scripts it is whole, with them it can be filtered."""
    yield (
        '<h2 id="items">Items</h2>\n<p class="filter" hidden><label>Show items with '
        '<input type="search" id="filter" autocomplete="off"></label> <span id="shown" role="status"></span></p>\n'
        "<table><thead><tr><th>Item</th><th>Treatment</th><th>Finding</th><th>Predicted</th><th>Decided</th>"
        "<th>Difference</th></tr></thead><tbody id='rows'>\n"
    )
    for number, item in enumerate(items, 1):
        cells = (
            item.treatment.replace("_", " "),
            item.read.finding.replace("_", " "),
            (item.read.predicted or "nothing").replace("_", " "),
            item.actual or "no decision",
            kind_words(item.kind),
        )
        listed = "".join(f"<td>{_e(cell)}</td>" for cell in cells)
        yield f'<tr><td><a href="#item-{number}">{_e(item.named)}</a></td>{listed}</tr>\n'
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
        f"{_e((row.read.predicted or 'nothing').replace('_', ' '))}, decided {_e(decided)}: {_e(kind_words(row.kind))}"
        f"{_e(f' ({row.evidence})' if row.evidence else '')}</small></p>\n"
        f"<table class='beside'>{heads}<tbody><tr><td>{_e(governing)}</td><td>{_e(cited)}</td></tr>"
        f"{''.join(_rows(view))}</tbody></table>"
        f'<p class="dim">Without what only the decision tells: {_e(row.independent.finding.replace("_", " "))}; from '
        f"verified text alone: {_e(row.text_only.finding.replace('_', ' '))}. "
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


def _matrix(audit: Audit) -> str:
    actual, rows = matrix_rows(audit.independent)
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
    rows = [(kind_words(kind), len(names)) for kind, names in audit.kinds if names]
    return f"<h2>Kinds of difference</h2><p class=dim>{_e(basis_words(audit))}</p>" + _bars(
        [(name, [("", count)]) for name, count in rows]
    )


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
        body += f"<tr><th scope=row>{_e(name)}</th><td>{drawn} {_e(said)}</td></tr>"
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
