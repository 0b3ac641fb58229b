"""Drafts of the public decisions beside their tables and the hand-coded cases: python -m benchmarks.ingest [--unseen]

Shown are the decisions that extraction was written with; --unseen adds those set aside before (case numbers ending in 2, 3 or 4).
"""

import csv
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from mtus_engine.api import CheckOptions, case_of_text, load_rules, read_case_file
from mtus_engine.audit.agreement import audit
from mtus_engine.audit.auditor import Auditor
from mtus_engine.audit.statistics import proportion
from mtus_engine.ingest.drafter import Drafter
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Span, Values

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("MTUS_SHARED", ROOT.parent / "shared"))
UNSEEN = re.compile(r"CM\d\d-\d{6}[234]")
_PRIOR = re.compile(r"\d+|\d+-\d+|>=\d+")
FOLDERS = {".pdf": "imr/pdf", ".txt": "seeds"}


class Said(NamedTuple):
    """One statement: its fact, what it says (None for looked for and not found), the section of its place."""

    fact: str
    values: Values | None
    section: str


def main(*options: str) -> None:
    if not SHARED.is_dir():
        print("the public decisions do not lie beside the project (MTUS_SHARED names their folder): not measured")
        return
    ruleset = load_rules(ROOT / "rules")
    drafts = dict(_drafts(ruleset))
    coded = {case.case: case for case in _coded(ruleset)}
    _tables(drafts)
    _header(drafts)
    groups = {"written with": [name for name in coded if not UNSEEN.fullmatch(name)]}
    if "--unseen" in options:
        groups["unseen"] = [name for name in coded if UNSEEN.fullmatch(name)]
    for group, names in groups.items():
        print(f"\nHand-coded cases, {group}: {len(names)}")
        _therapy(names, drafts)
        _facts([(coded[name], drafts[name]) for name in names], full=group == "written with")
        _grounds([(coded[name], drafts[name]) for name in names])
    _agreement(coded, drafts, ruleset)


def _drafts(ruleset: Ruleset) -> Iterator[tuple[str, Case]]:
    drafter = Drafter(ROOT / "rules", ruleset, "")
    files = [file for ending, folder in FOLDERS.items() for file in sorted((SHARED / folder).glob(f"*{ending}"))]
    start = time.perf_counter()
    written = [(file, drafter.draft(file.name, file.read_bytes())) for file in files]
    print(f"{len(files)} decisions, {len(files) / (time.perf_counter() - start):.1f} a second")
    for file, draft in written:
        yield draft.case, case_of_text(file.name, draft.text.encode(), ruleset)


def _coded(ruleset: Ruleset) -> Iterator[Case]:
    yield from (read_case_file(file, ruleset) for file in sorted((ROOT / "cases" / "imr").glob("*.yaml")))


def _rows(name: str) -> list[dict[str, str]]:
    with (SHARED / "imr" / name).open(encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t"))


def _share(what: str, right: int, of: int) -> None:
    found = proportion(right, of)
    interval = f" ({found.low:.0%} to {found.high:.0%})" if found else ""
    print(f"  {what}: {right} of {of}{f', {right / of:.0%}' if of else ''}{interval}")


def _item(case: Case | None, number: str) -> CaseItem | None:
    return next((item for item in case.items if item.item == number), None) if case else None


def _tables(drafts: dict[str, Case]) -> None:
    rows = _rows("items.tsv")
    right = 0
    for row in rows:
        item = _item(drafts.get(row["case"]), row["item"])
        right += item is not None and item.reviewer is not None and item.reviewer.outcome == row["outcome"].lower()
    drafted = sum(len(drafts[name].items) for name in {row["case"] for row in rows})
    _share(f"items with their outcome ({drafted} drafted)", right, len(rows))


def _header(drafts: dict[str, Case]) -> None:
    rows = {row["case"]: row for row in _rows("items.tsv")}
    for column, read in (
        ("injury_date", _injury),
        ("decision_date", lambda case: case.record and case.record.decided_on),
    ):
        dated = [(drafts[name], row[column]) for name, row in rows.items() if row[column]]
        _share(column.replace("_", " "), sum(str(read(case)) == _iso(day) for case, day in dated), len(dated))


def _injury(case: Case) -> str:
    said = case.items[0].statements.get("injury.date", ())
    return next((_day(one.values) for one in said if str(one.at).startswith("header")), "")


def _day(values: Values | None) -> str:
    return date.fromordinal(values.low).isoformat() if isinstance(values, Span) and values.low else ""


def _iso(american: str) -> str:
    month, day, year = american.split("/")
    return f"{year}-{month}-{day}"


def _therapy(names: Sequence[str], drafts: dict[str, Case]) -> None:
    """Compare visits with the table of therapy items; a row without a number counts where the draft has none, too."""
    rows = [row for row in _rows("pt_items.tsv") if row["case"] in names]
    items = [(row, item) for row in rows if (item := _item(drafts.get(row["case"]), row["item"])) is not None]
    therapies = {"physical_therapy", "occupational_therapy"}
    treated = sum(bool(therapies & {str(m) for m in _possible(item)}) for _, item in items)
    _share("treatment of the therapy items", treated, len(rows))
    numbered = [(row, item) for row, item in items if row["orig_visits"].isdecimal()]
    asked = [(int(row["orig_visits"]), _visits(item, "request.visits")) for row, item in numbered]
    _share("visits requested", sum(wanted == found for wanted, found in asked), len(asked))
    disputed = [
        (
            int(row["disputed_visits"]),
            (_visits(item, "request.visits") or 0) - (_visits(item, "request.visits_authorized") or 0),
        )
        for row, item in numbered
    ]
    _share("visits disputed", sum(wanted == found for wanted, found in disputed), len(disputed))

    prior = [(row["prior_visits"], item) for row, item in items if _PRIOR.fullmatch(row["prior_visits"])]
    _share(
        "visits so far, where the table has a number", sum(_has_prior(words, item) for words, item in prior), len(prior)
    )


def _has_prior(words: str, item: CaseItem) -> bool:
    """Whether a statement of the draft is what the table says: a number, a range, at least so many."""
    least, most = (int(words), int(words)) if words.isdecimal() else (int(re.findall(r"\d+", words)[0]), None)
    if "-" in words:
        most = int(words.split("-")[1])
    said = [one.values for one in item.statements.get("prior.therapy.visits", ()) if isinstance(one.values, Span)]
    low, high = min((s.low or 0 for s in said), default=None), max((s.high or 10**6 for s in said), default=0)
    if low is None:
        return False
    return low >= least if most is None else low <= most and high >= least and (least == 0 or low > 0)


def _possible(item: CaseItem) -> frozenset[object]:
    return frozenset().union(*(getattr(one.values, "possible", ()) for one in item.statements["request.treatment"]))


def _visits(item: CaseItem, fact: str) -> int | None:
    said = [one.values for one in item.statements.get(fact, ()) if isinstance(one.values, Span)]
    return said[0].point if said else None


def _facts(pairs: Iterable[tuple[Case, Case]], *, full: bool) -> None:
    recall, precision = Counter[tuple[str, str, bool]](), Counter[tuple[str, str, str]]()
    for coded, draft in pairs:
        for item in coded.items:
            wanted, found = list(_said(item)), list(_said(_item(draft, item.item)))
            values, told = {one[:2] for one in wanted}, {one.fact for one in wanted}
            for one in wanted:
                recall[one.fact, one.section, one[:2] in {other[:2] for other in found}] += 1
            for one in found:
                verdict = "right" if one[:2] in values else "wrong" if one.fact in told else "not coded"
                precision[one.fact, one.section, verdict] += 1
    _share("facts found", _sum(recall, lambda k: k[2]), recall.total())
    right, wrong = _sum(precision, lambda k: k[2] == "right"), _sum(precision, lambda k: k[2] == "wrong")
    _share("facts right, of those the coder coded", right, right + wrong)
    _share("facts right, those the coder left out counted as wrong", right, precision.total())
    _by(1, "section", recall, precision)
    if full:
        _by(0, "fact", recall, precision)


def _by(n: int, what: str, recall: Counter[tuple], precision: Counter[tuple]) -> None:
    print(f"  by {what}: found of coded; right, wrong, not coded")
    for name in sorted({key[n] for key in (*recall, *precision)}):
        told = Counter({key: count for key, count in recall.items() if key[n] == name})
        read = Counter({key: count for key, count in precision.items() if key[n] == name})
        verdicts = [_sum(read, lambda k, v=v: k[2] == v) for v in ("right", "wrong", "not coded")]
        print(f"    {name}: {_sum(told, lambda k: k[2])} of {told.total()}; {', '.join(map(str, verdicts))}")


def _sum(counts: Counter[tuple], which: Callable[[tuple], bool]) -> int:
    return sum(n for key, n in counts.items() if which(key))


def _said(item: CaseItem | None) -> Iterator[Said]:
    """Yield what is stated of an item; that another item asks for a therapy is computed and not read."""
    seen: dict[Said, None] = {}
    for fact, statements in item.statements.items() if item else ():
        for one in statements:
            if one.note != "requested in the same case":
                words = re.sub(r"item \d+ ", "", (one.at or "none").split(",")[0]).split()
                seen[Said(fact, one.values, words[0])] = None
    yield from seen


def _grounds(pairs: Iterable[tuple[Case, Case]]) -> None:
    right = wanted = found = 0
    for coded, draft in pairs:
        for item in coded.items:
            theirs, ours = _criteria(item), _criteria(_item(draft, item.item))
            right, wanted, found = right + len(theirs & ours), wanted + len(theirs), found + len(ours)
    _share("grounds found", right, wanted)
    _share("grounds right", right, found)


def _criteria(item: CaseItem | None) -> set[tuple[str, str | None]]:
    given = item.reviewer.grounds if item and item.reviewer else ()
    return {(ground.criterion, ground.finding) for ground in given if ground.criterion}


def _agreement(coded: dict[str, Case], drafts: dict[str, Case], ruleset: Ruleset) -> None:
    """Show the audit of the same items, as coded by hand and as drafted."""
    auditor = Auditor(ruleset, CheckOptions())
    same = {(name, item.item) for name, case in coded.items() for item in case.items}
    print("\nThe audit of the hand-coded items, with all that is stated: same outcome, overturned found")
    for what, cases in (("hand-coded", coded), ("drafts", {name: drafts[name] for name in coded})):
        rows = [one.row for case in cases.values() for one in _audited(auditor, case)]
        found = audit([row for row in rows if (row.case, row.item) in same])
        agreed, favorable = found.with_rationale.agreed, found.with_rationale.recall_favorable
        print(f"  {what}: {agreed.number} of {agreed.of}; {favorable.number} of {favorable.of}")


def _audited(auditor: Auditor, case: Case) -> Iterator:
    try:
        yield from auditor.audited_items(case)
    except Rejected as rejected:
        print(f"  left out: {'; '.join(one.message for one in rejected.diagnostics)} ({case.case})")


if __name__ == "__main__":
    main(*sys.argv[1:])
