"""Examples beside the rules: facts and what they must give, run through the engine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from mtus_engine.api import Checker
from mtus_engine.compiler.cases import statements
from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.compiler.rulesets import compiled_ruleset
from mtus_engine.loader.folder import Loaded, examples_among
from mtus_engine.loader.packs import Layer, Sources, needed_names, read_layers, rules_of, without_mistakes
from mtus_engine.loader.source import Plain
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.checked import Checked
from mtus_engine.model.determination import Determination
from mtus_engine.model.diagnostic import Rejected, did_you_mean
from mtus_engine.model.guideline import Example, ExamplesDocument, Expectation
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Span
from mtus_engine.policy.at_hand import NOTHING_AT_HAND, Ranges, ranges_at_hand
from mtus_engine.report.outlines import item_outline
from mtus_engine.report.phrases import range_words
from mtus_engine.report.view import CriterionView, LimitView, item_view


@dataclass(frozen=True, slots=True)
class Named:
    """One example, its facts typed, with its file and line and the id of the jurisdiction whose law it is under."""

    file: str
    line: int
    example: Example
    item: CaseItem
    jurisdiction: str | None = None

    @property
    def case(self) -> Case:
        """The example as a case of one item."""
        named = self.example
        return Case(named.name, named.setting, None, (self.item,), self.file, jurisdiction=self.jurisdiction)


@dataclass(frozen=True, slots=True)
class ExampleOutcome:
    """How an example came out: what differs from the expectation, and the trace behind it."""

    named: Named
    differences: tuple[str, ...]
    trace: tuple[str, ...]


def examples(sources: Sources, checker: Checker) -> tuple[Named, ...]:
    """Return the examples of a rule folder, or of packs, each under the law of its pack.

    Raises Rejected with every mistake in them.
    """
    return examples_of_layers(read_layers(sources), checker)


def examples_of_layers(layers: Sequence[Layer], checker: Checker) -> tuple[Named, ...]:
    """Return the examples of packs, each under the law of its pack; raises Rejected with every mistake in them."""
    read = [(layer, examples_among(layer.source, layer.contents)) for layer in layers]
    without_mistakes([files for _, files in read])
    problems = Problems()
    found = tuple(
        named
        for layer, files in read
        for loaded in files.loaded
        for named in _of_file(loaded, checker.of_jurisdiction(_law(layer)), _law(layer), problems)
    )
    # Rule files are strict: a code that is read with a doubt belongs in no example.
    if problems.found or problems.warnings:
        raise Rejected((*problems.found, *(replace(one, severity="error") for one in problems.warnings)))
    return found


def ranges_in_examples(layers: Sequence[Layer], checker: Checker) -> Ranges:
    """Return the ranges that the examples of packs state of facts; none where there are mistakes in them."""
    try:
        return ranges_at_hand(named.item for named in examples_of_layers(layers, checker))
    except Rejected:
        return NOTHING_AT_HAND


def examples_by_pack(sources: Sources) -> Iterator[tuple[Checker, Named]]:
    """Yield the examples of packs, each with the rules it was written for: those of its pack and of what that needs.

    Raises Rejected with every mistake in the rules and in the examples.
    """
    layers = {layer.name: layer for layer in read_layers(sources)}
    files = {name: rules_of(layer) for name, layer in layers.items()}
    for layer in layers.values():
        needed = needed_names(layer, layers)
        checker = Checker(compiled_ruleset(*(files[name] for name in layers if name in needed)))
        yield from ((checker, named) for named in examples_of_layers([layer], checker))


def determination_of_example(named: Named, checker: Checker) -> Determination:
    """Return the determination of an example's facts."""
    return checker.determination(named.case, named.item)


def example_outcome(named: Named, checker: Checker) -> ExampleOutcome:
    """Return how an example differs from what it expects; the trace is given only where it differs."""
    checker = checker.of_jurisdiction(named.jurisdiction)
    determination = determination_of_example(named, checker)
    explanation = checker.explanation(named.item, determination)
    checked = Checked(
        named.case, named.item, determination, explanation, (), checker.ruleset.beside_facts, checker.ruleset.roles
    )
    differences = tuple(_differences(named.example.expect, checked))
    return ExampleOutcome(named, differences, tuple(_trace(checked)) if differences else ())


def _law(layer: Layer) -> str | None:
    return None if layer.manifest is None else layer.manifest.jurisdiction.id


def _of_file(loaded: Loaded, checker: Checker, law: str | None, problems: Problems) -> Iterator[Named]:
    authored = loaded.authored
    assert isinstance(authored, ExamplesDocument)
    place = Place(loaded.source) / "examples"
    by_name: dict[str, Mapping[str, Plain]] = {}
    for n, example in enumerate(authored.examples):
        if example.name in by_name:
            problems.add(
                place / n / "name", "MT502", f"another example is named {example.name!r}", "give it another name"
            )
        base = by_name.get(example.like or "", {})
        if example.like is not None and example.like not in by_name:
            near = did_you_mean(example.like, tuple(by_name))
            problems.add(
                place / n / "like",
                "MT501",
                f"no example above is named {example.like!r}{near}",
                "name one that stands earlier in this file",
            )
        kept = {name: plain for name, plain in base.items() if name not in example.without}
        for m, name in enumerate(example.without):
            if name not in base:
                problems.add(
                    place / n / "without" / m,
                    "MT501",
                    f"{name} is not among the facts of {example.like!r}",
                    "remove the line",
                )
        given: dict[str, Plain] = {**kept, **example.given}
        by_name[example.name] = given
        _check_ids(example.expect, checker, place / n / "expect", problems)
        typed = statements(given, checker.ruleset, place / n / "given", problems)
        line = loaded.source.root.children["examples"].children[n].line + 1
        yield Named(loaded.source.file, line, example, CaseItem("1", example.name, typed, None), law)


def _check_ids(expect: Expectation, checker: Checker, place: Place, problems: Problems) -> None:
    editions = checker.ruleset.editions
    known = {
        "criteria": {c.id for e in editions for c in e.criteria},
        "limits": {x.id for e in editions for x in e.limits},
    }
    named = {"criteria": tuple(expect.criteria), "limits": tuple(expect.limits)}
    for kind, ids in known.items():
        for id_ in named[kind]:
            if id_ not in ids:
                near = did_you_mean(id_, tuple(sorted(ids)))
                problems.add(place / kind / id_, "MT503", f"no edition has {id_} among its {kind}{near}", at_key=True)


def _differences(expect: Expectation, checked: Checked) -> Iterator[str]:
    outline = item_outline(checked)
    if expect.unfilled:
        yield f"what it expects is not filled in; it gives {outline['finding']}"
    if expect.finding is not None and outline["finding"] != expect.finding:
        yield f"finding: expected {expect.finding}, got {outline['finding']}"
    if expect.text_only is not None and outline["text_only"]["finding"] != expect.text_only:
        yield f"finding from verified text alone: expected {expect.text_only}, got {outline['text_only']['finding']}"
    if expect.guideline is not None and outline["guideline"] != expect.guideline:
        yield f"guideline: expected {expect.guideline}, got {outline['guideline']}"
    statuses: dict[str, str] = {c["id"]: c["status"] for c in outline["criteria"]}
    statuses |= {x["id"]: x["status"] for x in outline["limits"]}
    for id_, status in {**expect.criteria, **expect.limits}.items():
        if statuses.get(id_) != status:
            yield f"{id_}: expected {status}, got {statuses.get(id_, 'nothing of that name in the governing edition')}"
    missing = sorted(sorted(s["fact"] for s in one) for one in outline["missing"])
    if expect.missing is not None and missing != sorted(sorted(one) for one in expect.missing):
        yield f"missing: expected {[list(one) for one in expect.missing]}, got {missing}"
    applying = [n.rule.id for n in checked.determination.evaluation.notices if n.truth is Truth.TRUE]
    if expect.notices is not None and sorted(applying) != sorted(expect.notices):
        yield f"notices: expected {list(expect.notices)}, got {applying}"
    routes = [step["id"] for route in outline["routes"] for step in route["steps"]]
    if expect.routes is not None and routes != list(expect.routes):
        yield f"routes: expected {list(expect.routes)}, got {routes}"
    if expect.units is not None:
        yield from _unit_differences(expect.units, checked)


def _unit_differences(expected: Plain, checked: Checked) -> Iterator[str]:
    units = checked.determination.evaluation.units
    supported = units.supported if units is not None else None
    if isinstance(expected, Mapping):
        low, high = expected.get("at_least"), expected.get("at_most")
        wanted = Span(low if isinstance(low, int) else None, high if isinstance(high, int) else None)
    else:
        wanted = Span(expected, expected) if isinstance(expected, int) else Span(None, None)
    if supported != wanted:
        got = "none counted" if supported is None else f"{supported.low} to {supported.high}"
        yield f"units supported: expected {wanted.low} to {wanted.high}, got {got}"


def _trace(checked: Checked) -> Iterator[str]:
    for rule in (rule for edition in item_view(checked).editions for rule in edition.rules):
        match rule:
            case CriterionView(part):
                if part["status"] in {"not_met", "undetermined"}:
                    yield f"{part['id']} is {part['status']}: {'; '.join(rule.why)}"
            case LimitView(limit):
                if limit["status"] != "not_applicable":
                    left = range_words(limit["supported"], limit["unit"])
                    yield f"{limit['id']} is {limit['status']}: cap {limit['cap']}, leaves {left}"
            case _:
                assert_never(rule)
