"""Determinations as one self-contained page: readable without scripts, from the file system, and on paper."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from mtus_engine.report.outline import ItemOutline, NodeOutline
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
from mtus_engine.report.view import EditionView, ItemView, LimitView, RuleView, is_passed, shown_status
from mtus_engine.wording.statuses import DISCLAIMER

_STYLE = Path(__file__).with_name("page.css")


def page(items: Iterable[ItemView], *, only_failed: bool = False) -> Iterator[str]:
    """Yield the pieces of the page, each item as soon as it is there."""
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<title>Requests against treatment criteria</title>\n"
        f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n"
        "<h1>Requests against treatment criteria</h1>\n<main>\n"
    )
    shown = 0
    for view in items:
        shown += 1
        yield _article(view, shown, only_failed=only_failed)
    if not shown:
        yield "<p>No item was determined.</p>\n"
    yield f"</main>\n<footer><p>{escape(DISCLAIMER)}</p></footer>\n</body>\n</html>\n"


def _article(view: ItemView, number: int, *, only_failed: bool) -> str:
    item = view.item
    asked = f": {item['asked']}" if item["asked"] else ""
    parts = [
        f'<article id="item-{number}">',
        f"<h2>Case {_e(item['case'])}, item {_e(item['item'])}{_e(asked)}</h2>",
        _finding(item),
        "" if item["comparable"] is None else f"<p>{_e(item['comparable']['says'])}</p>",
        f"<p>{_e(units_line(item))}</p>" if units_line(item) else "",
        _list(governing_lines(view), "plain dim"),
    ]
    text_only = text_only_line(item)
    parts.append(
        "" if text_only is None else f'<p><span class="mark">interpretation or unverified</span> {_e(text_only)}</p>'
    )
    for n, edition in enumerate(view.editions):
        prefix = f"item-{number}" if edition.title is None else f"item-{number}-{n + 1}"
        parts.append(_rules(edition, prefix, only_failed=only_failed))
    parts.append(_ledger(item))
    resting = resting_line(item)
    parts.append(_section("What stands against it", _list(against_lines(item))))
    parts.append(_section("What the finding rests on", "" if resting is None else f"<p>{_e(resting)}</p>"))
    parts.append(_section("What would make it meet", _list(missing_lines(item))))
    parts.append(_section(OPEN_BY_RULES_TITLE, _list(item["open_by_rules"])))
    parts.append(_request(view))
    parts.append(_section(ROUTES_TITLE, _list(route_lines(item))))
    parts.append(_section("Notices", _list(notice_lines(item))))
    parts.append(_reviewer(item))
    parts.append(_record(item))
    parts.append(_steps(item))
    parts.append(f'<p class="dim">Rules: {_e(item["ruleset_digest"][:16])}</p></article>\n')
    return "\n".join(part for part in parts if part)


def _request(view: ItemView) -> str:
    request = view.request
    asked = _list(request.lines, tag="ol")
    note = "" if request.note is None else f"<p>{_e(request.note)}</p>"
    if request.is_folded:
        asked = f"<details><summary>{len(request.lines)} questions</summary>{asked}</details>"
    return _section("Request for information to the provider", f"{note}{asked}" if request.lines else "")


def _finding(item: ItemOutline) -> str:
    predicted = prediction_line(item)
    said = "" if predicted is None else f"<br><small>{_e(predicted)}</small>"
    return f'<p class="finding {_e(item["finding"])}">{_e(item["finding_words"])}{said}</p>'


def _rules(edition: EditionView, prefix: str, *, only_failed: bool) -> str:
    rows = [_row(rule, prefix) for rule in edition.shown if not only_failed or not is_passed(rule)]
    if not rows:
        return f"<p>{_e(edition.counts)}</p>" if edition.shown else ""
    head = "<thead><tr><th>Status</th><th>Criterion</th><th>Why</th><th>Source</th></tr></thead>"
    heading = f"Criteria of {edition.title}, which may govern" if edition.title is not None else "Criteria"
    return f"<h3>{_e(heading)}</h3><p>{_e(edition.counts)}</p><table>{head}<tbody>{''.join(rows)}</tbody></table>"


def _row(rule: RuleView, prefix: str) -> str:
    part, why = rule.part, rule.why
    icon, word = shown_status(rule)
    beside = [
        w
        for w, holds in (
            ("presumed", part["presumed"] and "requires" in part),
            ("advisory", part.get("advisory", False)),
        )
        if holds
    ]
    extra = "".join(f'<br><span class="dim">{w}</span>' for w in beside)
    seen = f'<br><span class="dim">read in decision {_e(", ".join(part["seen_in"]))}</span>' if part["seen_in"] else ""
    marked = "".join(f'<br><span class="mark">{_e(mark)}</span>' for mark in part["marks"])
    anchor = f"{prefix}-{part['id']}"
    return (
        f'<tr id="{_e(anchor)}"><td class="status {part["status"]}"><span aria-hidden="true">{icon}</span> '
        f'<span class="word">{_e(word)}</span>{extra}</td>'
        f'<td>{_e(rule.name)}<br><a class="dim" href="#{_e(anchor)}">{_e(part["id"])}</a></td>'
        f'<td>{_list(why, "plain")}{_tree(rule)}</td><td class="cite">{_e(part["cite"])}{seen}{marked}</td></tr>'
    )


def _tree(rule: RuleView) -> str:
    """Return every part of a criterion's conditions, folded; a limit has none but figures."""
    if isinstance(rule, LimitView):
        return ""
    part, applies = rule.part, rule.part["applies"]
    inner = f"<li>applies when<ul>{_node(applies)}</ul></li>" if applies is not None else ""
    return f"<details><summary>every part</summary><ul>{inner}{_node(part['conditions'])}</ul></details>"


def _node(node: NodeOutline) -> str:
    icon = {"true": "✓", "false": "✗", "undetermined": "?"}[node["truth"]]
    below = "".join(_node(part) for part in node.get("parts", []))
    presumed = " (presumed)" if node["presumed"] and below else ""
    return f"<li>{icon} {_e(node['words'])}{presumed}{f'<ul>{below}</ul>' if below else ''}</li>"


def _ledger(item: ItemOutline) -> str:
    rows = ledger_rows(item)
    if not rows:
        return ""
    cells = "".join(
        f"<tr><th scope=row>{_e(n)}</th><td>{_e(v)}</td><td class=dim>{_e(w)}</td></tr>" for n, v, w in rows
    )
    return f"<h3>Ledger of visits</h3><table><tbody>{cells}</tbody></table>"


def _reviewer(item: ItemOutline) -> str:
    rows = reviewer_rows(item)
    if not rows:
        return ""
    cells = "".join(f"<tr><th scope=row>{_e(k)}</th><td>{_e(o)}</td><td>{_e(t)}</td></tr>" for k, o, t in rows)
    head = "<thead><tr><th></th><th>Engine</th><th>Reviewer</th></tr></thead>"
    return f"<h3>Beside the reviewer's decision</h3><table>{head}<tbody>{cells}</tbody></table>"


def _record(item: ItemOutline) -> str:
    rows = []
    for name, fact in item["facts"].items():
        for statement in fact["statements"]:
            said = ", ".join(part for part in (statement["by"], statement["origin"], statement["note"]) if part)
            cells = (fact["label"], statement["value"], statement["at"] or "", said.replace("_", " "))
            rows.append(f"<tr title='{_e(name)}'>{''.join(f'<td>{_e(cell)}</td>' for cell in cells)}</tr>")
    if not rows:
        return ""
    head = "<thead><tr><th>Fact</th><th>Value</th><th>Place</th><th>Said by, how, note</th></tr></thead>"
    return f"<h3>What the record says</h3><table>{head}<tbody>{''.join(rows)}</tbody></table>"


def _steps(item: ItemOutline) -> str:
    steps = [f"{f['rule']}: {f['concludes']} (from {', '.join(f['facts'])})" for f in item["firings"]]
    return (
        f"<details><summary>the {len(steps)} steps of the chain, in order</summary>{_list(steps, tag='ol')}</details>"
        if steps
        else ""
    )


def _section(title: str, body: str) -> str:
    return f"<h3>{_e(title)}</h3>{body}" if body else ""


def _list(lines: Sequence[str], kind: str = "", *, tag: str = "ul") -> str:
    entries = "".join(f"<li>{_e(line)}</li>" for line in lines)
    return f'<{tag} class="{kind}">{entries}</{tag}>' if entries else ""


def _e(text: object) -> str:
    return escape(str(text), quote=True)
