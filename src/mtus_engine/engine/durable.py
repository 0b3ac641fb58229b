"""The one door to durable-rules: conjunctions over one wide fact of integers, and nothing else of it.

Of the library only this held in every experiment: one fact, generated names, comparisons of one
property with one literal, one session, retracted after each use. No host, no timer, no thread.
"""

import json
import os
import threading
import weakref
from collections.abc import Iterable, Sequence
from itertools import count

from mtus_engine.engine.failure import EngineFailure

try:
    import durable_rules_engine as library
except ImportError as error:
    raise ImportError(
        "the rules engine durable-rules cannot be imported; build it again with\n"
        '    CC="gcc -O2 -DPyEval_CallObject=PyObject_CallObject" '
        "pip install --no-cache-dir --no-binary durable-rules --no-deps --force-reinstall durable-rules==2.0.28\n"
        f"(from Python 3.13 on it loads only when built so; reason given: {error})"
    ) from error

Comparison = tuple[int, str, int]

# What the library takes safely: integers it can hold as floating point, few rules and properties at once.
LARGEST = 2**53
MOST_RULES = 60
MOST_PROPERTIES = 250
MOST_COMPARISONS = 14

_OPERATORS = {"==": None, "!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_ALWAYS = -1
_BEGINNING = '{"id":1,"sid":1,"g":1'
_TRIVIAL = _BEGINNING + "}"
_numbers = count(1)


class Rulebase:
    """The rules that one wide fact meets together.

    rules are conjunctions of comparisons: number of the property, operator, literal. The library
    compares names by a hash of 32 bits; generated names of one letter and a number are all distinct.
    """

    def __init__(self, rules: Sequence[Sequence[Comparison]], properties: int, label: str) -> None:
        """Check that the rules lie inside the safe fragment; raise EngineFailure where they do not."""
        self._label = label
        self._size = len(rules)
        self._names = tuple(f',"p{n}":' for n in range(properties))
        self._numbers = {**{f"r{n}": n for n in range(len(rules))}, "z": _ALWAYS}
        self._definition = _definition(rules, properties, label)
        self._local = threading.local()

    def part(self, number: int, value: int) -> str:
        """Return the part of a wide fact that gives the property of this number a value."""
        # Every literal is smaller than LARGEST: a number beyond it compares as LARGEST does. The d takes integers only.
        return f"{self._names[number]}{max(-LARGEST, min(LARGEST, value)):d}"

    def fired_rules(self, values: Sequence[int | None]) -> tuple[int, ...]:
        """Return what fired_by returns, for the values of all properties; None leaves its property out."""
        return self.fired_by([self.part(n, value) for n, value in enumerate(values) if value is not None])

    def fired_by(self, parts: Iterable[str]) -> tuple[int, ...]:
        """Return the numbers of the rules that the fact of these parts meets, in the order they fired.

        Raises EngineFailure for anything the library does but answer; the session is made anew before
        the next call.
        """
        fact = _BEGINNING + "".join(parts) + "}"
        handle = self._handle()
        try:
            return self._answer(handle, fact)
        except EngineFailure:
            self._discard(handle)
            raise
        except Exception as error:
            self._discard(handle)
            raise EngineFailure(f"the rules engine failed in {self._label}: {error}") from error

    def _answer(self, handle: int, fact: str) -> tuple[int, ...]:
        code, state = library.assert_fact(handle, fact)
        if code:
            raise EngineFailure(f"the rules engine refused a fact of {self._label} with code {code}")
        started = library.start_action_for_state(handle, state)
        message = started[1] if started else None
        fired: list[int] = []
        handled = False
        while message:
            # A message begins with the name of the rule: {"r12":{…
            number = self._numbers.get(message[2 : message.index('"', 2)])
            if number is None or len(fired) > self._size:
                raise EngineFailure(f"the rules engine fired what is no rule of {self._label}")
            if number == _ALWAYS:
                handled = True
            else:
                fired.append(number)
            message = library.complete_and_start_action(handle, state)
        code, _ = library.retract_fact(handle, _TRIVIAL)
        if code or not handled or len(set(fired)) < len(fired):
            raise EngineFailure(f"the rules engine did not finish {self._label} as it should")
        return tuple(fired)

    def _handle(self) -> int:
        """Return this thread's and this process's ruleset: neither may share one."""
        held: tuple[int, int] | None = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            return held[1]
        handle: int = library.create_ruleset(f"mtus{next(_numbers)}", self._definition)
        self._local.held = (os.getpid(), handle)
        weakref.finalize(self, library.delete_ruleset, handle).atexit = False
        # Deleting a session in which no rule ever fired is a fault in the library: let one fire first.
        self._answer(handle, _TRIVIAL)
        return handle

    def _discard(self, handle: int) -> None:
        library.delete_state(handle, "1")
        self._local.held = None


def _definition(rules: Sequence[Sequence[Comparison]], properties: int, label: str) -> str:
    if len(rules) > MOST_RULES or properties > MOST_PROPERTIES:
        raise EngineFailure(f"{label} has {len(rules)} rules on {properties} properties: more than the engine takes")
    definition: dict[str, object] = {}
    for n, comparisons in enumerate(rules):
        if not 1 <= len(comparisons) <= MOST_COMPARISONS:
            raise EngineFailure(f"rule {n} of {label} has {len(comparisons)} comparisons")
        definition[f"r{n}"] = {"all": [{"m": {"$and": [{"g": 1}, *map(_condition, comparisons)]}}]}
    # Met by every fact and last to fire: without it the library reports some facts as not handled.
    definition["z"] = {"pri": 1000, "all": [{"m": {"g": 1}}]}
    return json.dumps(definition)


def _condition(comparison: Comparison) -> dict[str, object]:
    number, operator, literal = comparison
    if not -LARGEST < literal < LARGEST:
        raise EngineFailure(f"the literal {literal} is too large to compare exactly")
    named = _OPERATORS[operator]
    return {f"p{number}": literal} if named is None else {named: {f"p{number}": literal}}
