"""The reasons behind a status in short lines: the tests that decided it, with the places of their facts."""

from collections.abc import Iterator, Mapping

from mtus_engine.report.outline import CriterionOutline, FactOutline, ItemOutline, LimitOutline, NodeOutline

Facts = Mapping[str, FactOutline]


def criterion_reasons(criterion: CriterionOutline, facts: Facts) -> list[str]:
    """Return the tests that decide a criterion, each with its numbers and the places of its facts."""
    if criterion["status"] == "not_applicable" and criterion["applies"] is not None:
        return [line for node in deciding(criterion["applies"]) for line in _placed(node, facts)]
    nodes = list(deciding(criterion["conditions"]))
    applies = criterion["applies"]
    if criterion["status"] == "undetermined" and applies is not None and applies["truth"] == "undetermined":
        nodes = [*deciding(applies), *nodes]
    return list(dict.fromkeys(line for node in nodes for line in _placed(node, facts)))


def deciding(node: NodeOutline) -> Iterator[NodeOutline]:
    """Yield the tests that make a condition what it is: of a false one those that are not as asked, and so on."""
    if node["kind"] == "test":
        definition = node.get("definition")
        # What a source says of the defined fact itself is shown; else what its definition comes down to.
        own = node["truth"] == "undetermined" and ": not mentioned;" not in node["words"]
        if definition is not None and definition["truth"] == node["truth"] and not own:
            yield from deciding(definition)
        else:
            yield node
        return
    parts = node.get("parts", [])
    if node["kind"] == "not":
        yield from (test for part in parts for test in deciding(part))
        return
    alike = [part for part in parts if part["truth"] == node["truth"]]
    for part in alike or parts:
        yield from deciding(part)


def limit_reasons(limit: LimitOutline, facts: Facts) -> list[str]:
    """Return what a limit counted, fact by fact, with places; for one that does not apply, why not."""
    if limit["status"] == "not_applicable" and limit["applies"] is not None:
        return [line for node in deciding(limit["applies"]) for line in _placed(node, facts)]
    shown = [f"{facts[n]['label']}: {facts[n]['value']}{places(n, facts)}" for n in limit["counted"] if n in facts]
    applies = limit["applies"]
    open_ = deciding(applies) if applies is not None and applies["truth"] == "undetermined" else ()
    lines = [line for node in open_ for line in _placed(node, facts)]
    # What lifts a limit stands in its condition the other way round.
    return [*shown, *(line.replace("; required: no", "; if it is so, the limit is lifted") for line in lines)]


def places(name: str, facts: Facts) -> str:
    """Return the places where a fact, or what it is computed from, was seen, in brackets; nothing where none is."""
    if name not in facts:
        return ""
    seen = list(dict.fromkeys(_seen(name, facts, set())))
    return f" [{'; '.join(seen)}]" if seen else ""


def information_request(item: ItemOutline) -> list[str]:
    """Return the questions to the provider as the lines of a ready request for information."""
    return [
        question["question"]
        + (" (looked for in the record and not found)" if question["looked_for"] else "")
        + (" (advisory: it does not decide)" if question["optional"] else "")
        for question in sorted(item["questions"], key=lambda question: question["optional"])
    ]


def _placed(node: NodeOutline, facts: Facts) -> list[str]:
    presumed = " (presumed)" if node["presumed"] and "presumed" not in node["words"] else ""
    name = node.get("fact", "")
    lines = [f"{node['words']}{presumed}{places(name, facts)}"]
    missing = [] if node["truth"] != "undetermined" or node.get("definition") else list(_not_documented(name, facts))
    return lines if not missing else [f"{lines[0]}; open for want of: {', '.join(dict.fromkeys(missing))}"]


def _not_documented(name: str, facts: Facts) -> Iterator[str]:
    """Yield the labels of the base facts that a figure is computed from and that are not documented."""
    for inner in facts[name]["from_facts"] if name in facts else []:
        if inner in facts and facts[inner]["because"] == "not_documented" and not facts[inner]["from_facts"]:
            yield facts[inner]["label"]
        yield from _not_documented(inner, facts)


def _seen(name: str, facts: Facts, visited: set[str]) -> Iterator[str]:
    if name not in facts or name in visited:
        return
    visited.add(name)
    fact = facts[name]
    for statement in fact["statements"]:
        if statement["at"] is not None:
            by = f", {statement['by'].replace('_', ' ')}" if statement["by"] else ""
            how = f", {statement['origin']}" if statement["origin"] != "stated" else ""
            hedged = ", hedged" if statement["hedged"] else ""
            yield f"{statement['at']}{by}{how}{hedged}"
    for inner in [*fact["from_facts"], *([fact["stands_in"]] if fact["stands_in"] else [])]:
        yield from _seen(inner, facts, visited)
