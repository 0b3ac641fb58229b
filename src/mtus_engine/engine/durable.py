"""The only module that calls durable-rules, and only for conjunctions over one wide fact of integers.

Only this much of the library worked in every experiment: one fact, generated names, comparisons of one property with
one literal, and one session, from which the fact is retracted after each use. No host, timer or thread is used.
"""

import json
import os
import threading
import weakref
from collections.abc import Sequence
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

LeafComparison = tuple[int, str, int]

# What the library takes safely: integers it can hold as floating point, few rules and properties at once.
LARGEST = 2**53
MOST_RULES = 60
MOST_PROPERTIES = 250
MOST_COMPARISONS = 14
# Of one rulebase; a thousand open sessions are too many for the library.
MOST_SESSIONS = 16

_OPERATORS = {"==": None, "!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_ALWAYS = -1
_BEGINNING = '{"id":1,"sid":1,"g":1'
_TRIVIAL = _BEGINNING + "}"
_numbers = count(1)


class Rulebase:
    """Rules that are all matched against one wide fact, which gives an integer to each of its properties.

    rules are conjunctions of comparisons: number of the property, operator, literal. The library
    compares names by a hash of 32 bits; generated names of one letter and a number are all distinct.
    """

    def __init__(self, rules: Sequence[Sequence[LeafComparison]], properties: int, label: str) -> None:
        """Check that the rules lie inside the safe fragment; raise EngineFailure where they do not."""
        self._label = label
        self._size = len(rules)
        self._names = tuple(f',"p{n}":' for n in range(properties))
        self._numbers = {**{f"r{n}": n for n in range(len(rules))}, "z": _ALWAYS}
        self._definition = _definition(rules, properties, label)
        self._sessions = _Sessions(self._definition)
        # A session is freed with its rules, but not at the exit of the program.
        weakref.finalize(self, self._sessions.free).atexit = False

    def part(self, number: int, value: int) -> str:
        """Return the part of a wide fact that gives the property of this number a value."""
        # Every literal is smaller than LARGEST: a number beyond it compares as LARGEST does. The d takes integers only.
        if not -LARGEST < value < LARGEST:
            value = LARGEST if value > 0 else -LARGEST
        return f"{self._names[number]}{value:d}"

    def fired_rules(self, values: Sequence[int | None]) -> tuple[int, ...]:
        """Return what fired_by returns, for the values of all properties; None leaves its property out."""
        return self.fired_by("".join([self.part(n, value) for n, value in enumerate(values) if value is not None]))

    def fired_by(self, parts: str) -> tuple[int, ...]:
        """Return the numbers of the rules that a wide fact meets, in the order they fired; parts is its joined parts.

        Raises EngineFailure for anything the library does but answer; the next call then has another session.
        """
        fact = _BEGINNING + parts + "}"
        handle = self._handle()
        try:
            fired = self._answer(handle, fact)
        except EngineFailure:
            self._sessions.discard(handle)
            raise
        except Exception as error:
            self._sessions.discard(handle)
            raise EngineFailure(f"the rules engine failed in {self._label}: {error}") from error
        except BaseException:
            # An interruption half way leaves the session locked: its place is for a new one.
            self._sessions.discard(handle)
            raise
        self._sessions.take_back(handle)
        return fired

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
        """Return a session that nothing else uses."""
        handle, is_new = self._sessions.hand_out()
        if is_new:
            # The library crashes when a session is deleted in which no rule ever fired: let one fire first.
            try:
                self._answer(handle, _TRIVIAL)
            except BaseException:
                self._sessions.give_up(handle)
                raise
        return handle


class _Sessions:
    """The sessions of one rulebase: each is handed out to one caller at a time, at most MOST_SESSIONS at once.

    A session belongs to the process that made it: after a fork the child makes its own.
    """

    def __init__(self, definition: str) -> None:
        self._definition = definition
        self._begin()

    def _begin(self) -> None:
        self._free_places = threading.BoundedSemaphore(MOST_SESSIONS)
        self._lock = threading.Lock()
        self._idle: list[int] = []
        self._made: set[int] = set()
        # Last: another thread that sees this process here finds all of the above made.
        self._process = os.getpid()

    def hand_out(self) -> tuple[int, bool]:
        """Return a session, and whether it is new; wait while MOST_SESSIONS are in use."""
        if self._process != os.getpid():
            self._begin()
        self._free_places.acquire()
        with self._lock:
            if self._idle:
                return self._idle.pop(), False
        try:
            handle: int = library.create_ruleset(f"mtus{next(_numbers)}", self._definition)
        except BaseException:
            self._free_places.release()
            raise
        with self._lock:
            self._made.add(handle)
        return handle, True

    def take_back(self, handle: int) -> None:
        """Let the next caller have a session."""
        with self._lock:
            self._idle.append(handle)
        self._free_places.release()

    def discard(self, handle: int) -> None:
        """Delete a session that did not answer as it should."""
        self.give_up(handle)
        _delete(handle)

    def give_up(self, handle: int) -> None:
        """Forget a session without deleting it: to delete one in which no rule ever fired would crash the program."""
        with self._lock:
            self._made.discard(handle)
        self._free_places.release()

    def free(self) -> None:
        """Delete the sessions of this process."""
        if self._process == os.getpid():
            for handle in self._made:
                _delete(handle)


def _delete(handle: int) -> None:
    # Without its state deleted first a ruleset leaves half a megabyte behind.
    library.delete_state(handle, "1")
    library.delete_ruleset(handle)


def _definition(rules: Sequence[Sequence[LeafComparison]], properties: int, label: str) -> str:
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


def _condition(comparison: LeafComparison) -> dict[str, object]:
    number, operator, literal = comparison
    if not -LARGEST < literal < LARGEST:
        raise EngineFailure(f"the literal {literal} is too large to compare exactly")
    named = _OPERATORS[operator]
    return {f"p{number}": literal} if named is None else {named: {f"p{number}": literal}}
