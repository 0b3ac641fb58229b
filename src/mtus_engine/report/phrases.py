"""Sentences about a determination that more than one view shows."""

from collections.abc import Iterator, Mapping

from mtus_engine.model.determination import Finding
from mtus_engine.model.fact import Origin
from mtus_engine.model.reasons import SeenAt
from mtus_engine.report.law_outlines import candidate_words
from mtus_engine.report.outline import (
    CriterionOutline,
    FactOutline,
    ItemOutline,
    LimitOutline,
    RangeOutline,
    SettlingOutline,
)
from mtus_engine.report.outline_of_reviewer import GroundOutline
from mtus_engine.report.view import ItemView
from mtus_engine.wording.reasons import place_words
from mtus_engine.wording.statuses import SETTINGS, finding_words, status_words
from mtus_engine.wording.values import counted_units

_FIRMNESS = {
    "firm": "firm: the criteria settle it",
    "leaning": "leaning: it rests on what the record does not say, or on a part that meets",
}
_TEXT = {finding.value: finding_words(finding) for finding in Finding}


def governing_lines(view: ItemView, *, with_ids_of_packs: bool = True) -> list[str]:
    """Return which edition governs and why others do not; with_ids_of_packs names packs as programs do, too."""
    item, lines = view.item, []
    if item["guideline"] is not None:
        day = item["edition_date"]
        by = "the date is not documented" if day == "any day" else f"by the date {day}"
        of_pack = f" of the pack {item['pack']}" if _has_further_packs(item) else ""
        lines.append(f"{item['title']}: {item['regulation']}; edition of {item['edition']}{of_pack}, {by}")
    if item["note"] is not None:
        lines.append(f"Note: {item['note']}")
    lines += view.read_from_codes
    told = {"edition-not-encoded", "no-edition-in-force"} & {notice["id"] for notice in item["notices"]}
    if item["why_not_covered"] is not None and not told:
        lines.append(f"Why not covered: {item['why_not_covered']}. That is no reason against the request.")
    passed = [one for one in item["passed"] if one["in_force"]]
    for one, words in zip(passed, view.not_governing, strict=True):
        lines.append(words + (f" ({'; '.join(one['marks'])})" if one["marks"] else ""))
    for candidate in item["candidates"]:
        finding, named = _TEXT[candidate["finding"]], candidate_words(item["candidates"], candidate)
        lines.append(f"May govern: {named}, which gives: {finding}")
    lines += _law_lines(item, with_ids=with_ids_of_packs)
    if item["unsettled"]:
        labels = [item["facts"][name]["label"] if name in item["facts"] else name for name in item["unsettled"]]
        lines.append("Which guideline governs would be settled by: " + "; ".join(labels))
    return lines


def _has_further_packs(item: ItemOutline) -> bool:
    """Return whether the rules of a jurisdiction come from several packs."""
    law = item["jurisdiction"]
    return sum(pack["jurisdiction"] == law["id"] for pack in law["packs"]) > 1


def _law_lines(item: ItemOutline, *, with_ids: bool) -> list[str]:
    """Return lines that name the packs of rules a request was judged by, and say where several packs claim it."""
    law = item["jurisdiction"]
    of_law = [pack for pack in law["packs"] if pack["jurisdiction"] == law["id"] and pack["version"]]
    own = [pack["title"] + (f" ({pack['pack']} {pack['version']})" if with_ids else "") for pack in of_law]
    lines = []
    if own:
        default = "" if law["named"] else f"; {law['name']} by default, as the case names no jurisdiction"
        lines.append(f"Rules: {'; '.join(own)}{default}")
    claiming = dict.fromkeys(one["pack"] for one in item["candidates"])
    if len(claiming) > 1:
        lines.append(f"Several packs claim this request, and nothing says which goes before: {', '.join(claiming)}")
    return lines


def route_lines(item: ItemOutline) -> list[str]:
    """Return a line for each tier: the route of the request, or the possible routes and questions that settle it."""
    lines = []
    for route in item["routes"]:
        said = []
        for step in route["steps"]:
            source = "; ".join([step["cite"], *step["marks"]])
            said.append(f"{step['says']} ({source})")
        counted = "; ".join(route["counts"])
        asked = f". Which of them: {' '.join(route['questions'])}" if route["questions"] else ""
        one_of = "one of these, " if len(said) > 1 else ""
        lines.append(f"{route['title']}: {one_of}{' / '.join(said)}. Counted: {counted}{asked}")
    return lines


ROUTES_TITLE = "Route of authorization (no reason against the request)"
OPEN_BY_RULES_TITLE = "Open in the rules themselves: no answer of the provider settles it"


def notice_lines(item: ItemOutline) -> list[str]:
    """Return the notices, each with its source and marks."""
    lines = []
    for notice in item["notices"]:
        marks = [] if notice["verified"] else ["unverified"]
        marks += ["interpretation"] if notice["reading"] == "interpretation" else []
        perhaps = "" if notice["status"] == "applies" else "May apply: "
        lines.append(f"{perhaps}{notice['says']} ({'; '.join([notice['cite'], *marks])})")
    return lines


def prediction_line(item: ItemOutline) -> str | None:
    """Return what the finding predicts in the setting of the case, and how firm that is; None without a prediction."""
    prediction = item["prediction"]
    if prediction is None:
        return None
    setting = SETTINGS[prediction["setting"]].capitalize()
    firm = prediction["firmness"]
    return f"{setting}: {prediction['says']}{'' if firm is None else f'; {_FIRMNESS[firm]}'}"


def units_line(item: ItemOutline) -> str | None:
    """Return how many units meet where a part does; how many could still where information is needed, if limited."""
    units = item["units"]
    if units is not None and item["finding"] == "meets_in_part":
        return (
            f"{range_words(units['supported'], 'visits')} of the {range_words(units['disputed'], None)} in dispute meet"
        )
    is_open = item["finding"] in {"part_can_meet", "whole_can_meet"}
    if units is None or not is_open or units["supported"]["at_most"] is None:
        return None
    least, most = units["disputed"]["at_least"], units["supported"]["at_most"]
    disputed = f"{range_words(units['disputed'], None)} in dispute"
    if least is not None and most is not None and most < least:
        return (
            f"With what the record says, at most {most} of the {disputed} can meet, however the open questions are "
            "answered: for more, a physician reviewer decides"
        )
    return f"Still open: {range_words(units['supported'], 'visits')} of the {disputed} may meet"


def text_only_line(item: ItemOutline) -> str | None:
    """Return a line with the finding from verified text alone; None where it does not differ."""
    if not item["text_only"]["differs"]:
        return None
    finding = _TEXT[item["text_only"]["finding"]]
    return (
        f"From verified text alone, without interpretations and unverified figures: {finding}. "
        "The finding above rests on parts marked so: check them against the guideline before you rely on it"
    )


def against_lines(item: ItemOutline) -> list[str]:
    """Return a line for each rule that fails whatever else is documented, with the changed request that would pass."""
    criteria = [c for candidate in item["candidates"] for c in candidate["criteria"]] or item["criteria"]
    limits = [x for candidate in item["candidates"] for x in candidate["limits"]] or item["limits"]
    named = {c["id"]: c["requires"] for c in criteria} | {x["id"]: x["allows"] for x in limits}
    lines = []
    for objection in item["against"]:
        cure = "; ".join(_settling_line(s, item) for s in objection["cure"])
        ending = f"a changed request would pass: {cure}" if cure else "no changed request would pass"
        lines.append(f"{objection['id']} ({named.get(objection['id'], '')}): {ending}")
    return lines


def resting_line(item: ItemOutline) -> str | None:
    """Return the facts that already force the finding, or None where it rests on none."""
    if not item["rests_on"]:
        return None
    facts = item["facts"]
    shown = [f"{facts[n]['label']}: {facts[n]['value']}{places(n, facts)}" for n in item["rests_on"] if n in facts]
    return "; ".join(shown)


def missing_lines(item: ItemOutline) -> list[str]:
    """Return the sets of facts that would make the item meet, each as one line."""
    lines = [" and ".join(_settling_line(s, item) for s in one) for one in item["missing"]]
    return lines + (["… and other combinations"] if item["more_missing"] and lines else [])


def ledger_rows(item: ItemOutline) -> list[tuple[str, str, str]]:
    """Return the ledger of visits as rows of name, value and place: requested, authorized, attended, disputed, caps."""
    limits = [limit for limit in item["limits"] if limit["status"] != "not_applicable" and limit["unit"] == "visits"]
    if item["units"] is None or not limits:
        return []
    facts = item["facts"]
    counted = [name for name in item["ledger"] if name in facts]
    rows = [(facts[name]["label"], facts[name]["value"], places(name, facts).strip(" []")) for name in counted]
    for limit in limits:
        rows.append((f"Cap: {limit['allows']}", limit["cap"], limit["cite"]))
        rows.append(("Left under this cap", f"{_leaves(limit)} ({_word(limit)})", ""))
    rows.append(("Supported", range_words(item["units"]["supported"], "visits"), ""))
    return rows


def reviewer_rows(item: ItemOutline) -> list[tuple[str, str, str]]:
    """Return rows that set the engine's outcome and grounds beside the reviewer's; empty without a decision."""
    reviewer = item["reviewer"]
    if reviewer is None:
        return []
    prediction = item["prediction"]
    predicted = (prediction["outcome"] if prediction else None) or "nothing predicted"
    same = {True: "same outcome", False: "another outcome", None: "not compared"}[reviewer["same_outcome"]]
    rows = [(f"outcome ({same})", predicted.replace("_", " "), reviewer["outcome"])]
    by_id = {g["criterion"]: g for g in reviewer["grounds"] if g["criterion"]}
    statuses = {c["id"]: c for c in item["criteria"]} | {x["id"]: x for x in item["limits"]}
    for kind, ids in (("shared ground", reviewer["shared"]), ("contradicted", reviewer["contradicted"])):
        rows += [(kind, f"{id_}: {_ours(statuses, id_)}", ground_words(by_id[id_])) for id_ in ids]
    rows += [("ours alone", f"{id_}: {_ours(statuses, id_)}", "") for id_ in reviewer["engine_only"]]
    rows += [("theirs alone", "", ground_words(ground)) for ground in reviewer["reviewer_only"]]
    return rows


def ground_words(ground: GroundOutline) -> str:
    """Return a reviewer's ground in words with its place."""
    finding = f": {ground['finding'].replace('_', ' ')}" if ground["finding"] else ""
    at = f" [{ground['at']}]" if ground["at"] else ""
    return f"{ground['criterion'] or ground['other']}{finding}{at}"


def range_words(span: RangeOutline, unit: str | None) -> str:
    """Return a range of units in words."""
    low, high = span["at_least"], span["at_most"]
    if low == high and low is not None:
        return counted_units(low, unit)
    number = f"{low or 0} or more" if high is None else f"{low or 0} to {high}"
    return f"{number} {unit}" if unit else number


def _leaves(limit: LimitOutline) -> str:
    if limit["supported"]["at_most"] is None and limit["status"] == "undetermined":
        return f"at least {limit['supported']['at_least'] or 0} {limit['unit']}; the limit may be lifted"
    return range_words(limit["supported"], limit["unit"])


def _word(part: LimitOutline) -> str:
    return status_words(part["status"], part["because"], looked_for=part["looked_for"])[1].lower()


def _ours(statuses: Mapping[str, CriterionOutline | LimitOutline], id_: str) -> str:
    part = statuses[id_]
    return status_words(part["status"], part["because"], looked_for=part["looked_for"])[1].lower()


def _settling_line(settling: SettlingOutline, item: ItemOutline) -> str:
    label = item["facts"][settling["fact"]]["label"] if settling["fact"] in item["facts"] else settling["fact"]
    return f"{label}: {settling['words']}"


def places(name: str, facts: Mapping[str, FactOutline]) -> str:
    """Return, in brackets, the places of a fact or of what it is computed from; empty where there are none."""
    seen = list(dict.fromkeys(_places_of_fact(name, facts)))
    return f" [{'; '.join(seen)}]" if seen else ""


def _places_of_fact(name: str, facts: Mapping[str, FactOutline]) -> Iterator[str]:
    if name not in facts:
        return
    fact = facts[name]
    for one in fact["statements"]:
        if one["at"] is not None:
            place = SeenAt(one["at"], one["by"], Origin(one["origin"]), one["hedged"])
            yield place_words(place)
    for inner in [*fact["from_facts"], *([fact["stands_in"]] if fact["stands_in"] else [])]:
        yield from _places_of_fact(inner, facts)
