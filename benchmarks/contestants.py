"""What is measured beside the engine: the same rules by the library's ordinary pattern, and by zen-engine."""

import contextlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mtus_engine.compiler.targets.horn.formula import Comparison, Count, HornFormula, Signal, formula
from mtus_engine.engine import shared as shared_module
from mtus_engine.engine.candidate import EditionRunner, Inputs
from mtus_engine.engine.closing import Heads, fact_settler
from mtus_engine.engine.finding import Conclusion
from mtus_engine.engine.governing import Governed
from mtus_engine.engine.programs import edition_conditions
from mtus_engine.engine.run import signal_reader
from mtus_engine.engine.standing import READ, Progress
from mtus_engine.meaning.finding import Asked
from mtus_engine.model.fact import Known
from mtus_engine.model.formula import ByCondition
from mtus_engine.model.memo import MOST_KEPT
from mtus_engine.model.ruleset import Edition
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import Span

OPERATORS = {"==": "==", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class HostRulebase:
    """The rules of one group as the library's documentation shows it: a host, a session for each case, and
    actions in Python that assert what they conclude."""

    _count = 0

    def __init__(self, rules: Sequence[Sequence[tuple[int, str, int]]], properties: int, label: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from durable.engine import Host, MessageNotHandledException, MessageObservedException

        self._host = Host()
        self._ignored = (MessageNotHandledException, MessageObservedException)
        HostRulebase._count += 1
        self._name = f"host{HostRulebase._count}"
        self._fired: list[int] = []
        self._is_finished = False
        self._sid = 0
        self._names = [f"p{n}" for n in range(properties)]
        # Met by every case: deleting a session in which no action ran is a fault in the library, and keeping
        # more than a thousand of them runs out of its memory.
        always = {"all": [{"m": {"$and": [{"kind_": "case"}]}}], "run": self._finish, "pri": 1000}
        own = {f"r{n}": self._rule(n, rule) for n, rule in enumerate(rules)}
        self._host.set_rulesets({self._name: {**own, "always": always}})

    def _finish(self, c: Any) -> None:
        self._is_finished = True

    def _rule(self, number: int, comparisons: Sequence[tuple[int, str, int]]) -> dict[str, Any]:
        named = {"==": None, "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
        conditions: list[dict[str, Any]] = [{"kind_": "case"}]
        for prop, operator, literal in comparisons:
            plain = {f"p{prop}": literal}
            conditions.append(plain if named[operator] is None else {named[operator]: plain})

        def action(c: Any) -> None:
            self._fired.append(number)
            c.assert_fact({"kind_": "concluded", "rule": number})

        return {"all": [{"m": {"$and": conditions}}], "run": action}

    def part(self, number: int, value: int) -> Any:
        return f"{self._names[number]} {value} "

    def fired_by(self, parts: str) -> tuple[int, ...]:
        words = parts.split()
        fact = {name: int(value) for name, value in zip(words[::2], words[1::2], strict=True)}
        self._is_finished = False
        # Once in some ten thousand cases the library's own threads disturb it and the last rule does not fire: again.
        while not self._is_finished:
            self._sid += 1
            self._fired.clear()
            # The library reports a fact that no rule meets as an error of the caller's.
            with contextlib.suppress(*self._ignored):
                self._host.assert_fact(self._name, {"sid": self._sid, "kind_": "case", **fact})
            if self._is_finished:
                self._host.delete_state(self._name, self._sid)
        return tuple(dict.fromkeys(self._fired))


def edition_runner(edition: Edition, rulebase: type | None = None) -> Callable[[Mapping[str, Known], Span], Any]:
    """Return the edition's evaluation with full trace; rulebase stands in for the engine's own."""
    own = shared_module.Rulebase
    if rulebase is not None:
        setattr(shared_module, "Rulebase", rulebase)  # noqa: B010 - a stand-in of another type, for this call alone
    try:
        runner = EditionRunner(edition, Conclusion())
    finally:
        setattr(shared_module, "Rulebase", own)  # noqa: B010

    def evaluate(known: Mapping[str, Known], requested: Span) -> Any:
        return runner.candidate(
            Truth.TRUE, Governed(Truth.TRUE, None, known, ()), Inputs(known, requested, Asked(True, requested))
        )

    return evaluate


class Zen:
    """The same criteria as one expression node of a zen-engine decision graph, evaluated with its trace on.

    What the node cannot do (ranges of dates, what a cap leaves) is computed in Python before it.
    """

    def __init__(self, edition: Edition, *, is_static: bool) -> None:
        import zen

        heads = Heads("zen", shared_module.Shared())
        self._figures = [
            (entry.fact.name, fact_settler(entry, heads))
            for entry in edition.derived
            if not isinstance(entry.formula, ByCondition)
        ]
        self._inputs: dict[Signal, str] = {}
        self._flags = {entry.fact.name for entry in edition.derived if isinstance(entry.formula, ByCondition)}
        rows = []
        for entry in edition.derived:
            if isinstance(entry.formula, ByCondition):
                name = entry.fact.name.replace(".", "_")
                rows += [(f"{name}_yes", self._text(formula(entry.formula.condition, Truth.TRUE)))]
                rows += [(f"{name}_no", self._text(formula(entry.formula.condition, Truth.FALSE)))]
        self._ids = [*(c.id for c in edition.criteria), *(x.id for x in edition.limits)]
        conditions = edition_conditions(edition)
        for name, condition in conditions.items():
            key = name.replace(" ", "_").replace("-", "_")
            yes, no = (self._text(formula(condition, truth)) for truth in (Truth.TRUE, Truth.FALSE))
            rows.append((key, f"({yes}) ? 'yes' : (({no}) ? 'no' : 'open')"))
        for criterion in edition.criteria:
            rows.append((f"status_{_key(criterion.id)}", _criterion_text(criterion.id, conditions)))
        for limit in edition.limits:
            rows.append((f"status_{_key(limit.id)}", _limit_text(limit.id, conditions)))
        self._readers: dict[str, list[tuple[str, Any]]] = {}
        for signal, name in self._inputs.items():
            self._readers.setdefault(signal.fact, []).append((name, signal_reader(signal)))
        self._seen: dict[str, dict[Any, dict[str, int | None]]] = {fact: {} for fact in self._readers}
        graph = _graph(rows)
        if is_static:
            engine = zen.ZenEngine({"loader": {"type": "static", "content": {"g": graph}}})
            self._evaluate = lambda facts: engine.evaluate("g", facts, {"trace": True})
        else:
            import json

            decision = zen.ZenEngine().create_decision(json.dumps(graph))
            self._evaluate = lambda facts: decision.evaluate(facts, {"trace": True})

    def statuses(self, facts: Mapping[str, Known]) -> dict[str, str]:
        progress = Progress(facts)
        known = progress.known
        for name, close in self._figures:
            known[name] = close(progress)
        given: dict[str, int | None] = {}
        for fact, seen in self._seen.items():
            given.update(self._read(fact, known[fact], seen))
        found = self._evaluate(given)
        assert "trace" in found
        return {id_: found["result"][f"status_{_key(id_)}"] for id_ in self._ids}

    def _read(self, fact: str, known: Known, seen: dict[Any, dict[str, int | None]]) -> dict[str, int | None]:
        """Return the inputs that a fact gives, kept for later cases as the engine keeps them."""
        key = known[:READ]
        if key not in seen:
            given = {name: read(known) for name, read in self._readers[fact]}
            if len(seen) >= MOST_KEPT:
                return given
            seen[key] = given
        return seen[key]

    def _text(self, whole: HornFormula) -> str:
        if isinstance(whole, Comparison):
            return self._comparison(whole)
        texts = [self._text(part) for part in whole.parts]
        if whole.n == len(texts):
            return "(" + " and ".join(texts) + ")"
        assert whole.n == 1
        return "(" + " or ".join(texts) + ")"

    def _comparison(self, comparison: Comparison) -> str:
        signal = comparison.subject
        assert not isinstance(signal, Count)
        if signal.fact in self._flags:
            side = "yes" if (True in signal.members) == (signal.aspect.value == "within") else "no"
            return f"$.{signal.fact.replace('.', '_')}_{side}"
        name = self._inputs.setdefault(signal, f"p{len(self._inputs)}")
        return f"({name} != null and {name} {OPERATORS[comparison.operator]} {comparison.literal})"


def _key(id_: str) -> str:
    return id_.replace("-", "_")


def _criterion_text(id_: str, conditions: Mapping[str, Any]) -> str:
    met = f"$.{_key(id_)}_met"
    plain = f"{met} == 'yes' ? 'met' : ({met} == 'no' ? 'not_met' : 'undetermined')"
    if f"{id_} applies" not in conditions:
        return plain
    applies = f"$.{_key(id_)}_applies"
    open_ = f"{met} == 'yes' ? 'met' : 'undetermined'"
    return f"{applies} == 'no' ? 'not_applicable' : ({applies} == 'yes' ? ({plain}) : ({open_}))"


def _limit_text(id_: str, conditions: Mapping[str, Any]) -> str:
    applies, enough, nothing = (f"$.{_key(id_)}_{part}" for part in ("applies", "enough_left", "nothing_left"))
    failed = f"{enough} == 'no' ? ({nothing} == 'yes' ? 'none_left' : 'exceeded') : 'undetermined'"
    return f"{applies} == 'no' ? 'not_applicable' : ({enough} == 'yes' ? 'within' : ({applies} == 'yes' ? ({failed}) : 'undetermined'))"


def _graph(rows: Sequence[tuple[str, str]]) -> dict[str, Any]:
    expressions = [{"id": key, "key": key, "value": text} for key, text in rows]
    content = {
        "expressions": expressions,
        "passThrough": False,
        "inputField": None,
        "outputPath": None,
        "executionMode": "single",
    }
    place = {"x": 0, "y": 0}
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "facts", "position": place},
            {"id": "expr", "type": "expressionNode", "name": "criteria", "position": place, "content": content},
            {"id": "out", "type": "outputNode", "name": "result", "position": place},
        ],
        "edges": [
            {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "expr"},
            {"id": "e2", "type": "edge", "sourceId": "expr", "targetId": "out"},
        ],
    }
