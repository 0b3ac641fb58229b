"""Asks a person about one item after another: the presumptions in one block, then each open fact; keeps each answer."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, assert_never

from rich.console import Console
from rich.text import Text

from mtus_engine.api import Checker, case_of_text
from mtus_engine.ingest.typed import members_of_words, text_of_document, value_of_words
from mtus_engine.loader.case_text import case_text, mutable_copy
from mtus_engine.loader.yaml_tree import parse_leniently
from mtus_engine.model.case import Case
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.interview import Interview, NextQuestion, Presumption
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.report.diagnostics import printable_text
from mtus_engine.report.interview import plain_value, presumed_words
from mtus_engine.wording.statuses import finding_words


class AskingMove(Enum):
    """What a person may type instead of an answer: go back, or stop."""

    BACK = "b"
    STOP = "q"


# A case file as plain values: keys are those of the document, and any value may stand below them.
PlainDocument = dict[str, Any]
# The case after one round of questions, and the names of the facts that the round was about.
Round = tuple[PlainDocument, frozenset[str]]

_HELP = (
    "your answer, or: n = the record does not mention it · x = looked for and not found · b = back · q = stop"
    " (what is answered is kept)"
)
_CONFIRM = "Enter = all as presumed · numbers of those that are not so, such as 2 5 · q = stop: "


def document_of_case(name: str, content: bytes, ruleset: Ruleset) -> tuple[PlainDocument, Case]:
    """Return a case file as plain values, and the case; raises Rejected with every mistake in it."""
    case = case_of_text(name, content, ruleset)
    plain = parse_leniently(name, content, truths_as_words=True).plain
    assert isinstance(plain, Mapping)
    return mutable_copy(plain), case


def facts_of(case: Case, checker: Checker) -> Mapping[str, Fact]:
    """Return by name the facts that a case may state: those of its jurisdiction, and those that only notices read."""
    ruleset = checker.of(case).ruleset
    return {**ruleset.beside_facts, **ruleset.facts}


class AskingSession:
    """Asks a person about the items of one case, and keeps the case after each answer."""

    def __init__(
        self, document: PlainDocument, checker: Checker, console: Console, keep: Callable[[PlainDocument], None]
    ) -> None:
        """Ask nothing yet; keep is called with the case file after each answer."""
        self._document = document
        self._checker = checker
        self._console = console
        self._keep = keep
        self.is_stopped = False

    def item(self, number: int, ask: Callable[[str], str]) -> int:
        """Ask about the item at index number until all is asked or the person stops; return the number of answers."""
        answered, passed_over = 0, frozenset[str]()
        before: list[tuple[PlainDocument, frozenset[str]]] = []
        while True:
            case = self._case(self._document)
            item = case.items[number]
            found = self._checker.interview(case, item, passed_over)
            if found.is_over:
                self._say(f"Item {item.item}: {finding_words(found.finding)}. Nothing more to ask.", "bold")
                return answered
            facts = facts_of(case, self._checker)
            if not before:
                asked = f": {printable_text(item.asked)}" if item.asked else ""
                self._say(f"Item {item.item}{asked}", "bold")
                self._say(_HELP, "dim")
            try:
                after = self._round(found, facts, number, ask)
            except EOFError:
                after = AskingMove.STOP
            if after is AskingMove.STOP:
                self.is_stopped = True
                return answered
            if after is AskingMove.BACK:
                if before:
                    self._document, passed_over = before.pop()
                    self._keep(self._document)
                    answered = max(0, answered - 1)
                continue
            assert isinstance(after, tuple)
            before.append((self._document, passed_over))
            document, done = after
            passed_over |= done
            answered += 1
            if document != self._document:
                self._document = document
                self._keep(document)

    def _round(
        self, found: Interview, facts: Mapping[str, Fact], number: int, ask: Callable[[str], str]
    ) -> Round | AskingMove:
        """Ask the presumptions to confirm, else the first question; return the case after it, or the person's move."""
        if found.to_confirm:
            return self._block(found.to_confirm, facts, number, ask)
        return self._question(found.questions[0], len(found.questions), facts, number, ask)

    def _block(
        self, presumed: tuple[Presumption, ...], facts: Mapping[str, Fact], number: int, ask: Callable[[str], str]
    ) -> Round | AskingMove:
        self._say("Nothing is said of these. Are they so?", "bold")
        for n, one in enumerate(presumed, 1):
            fact = facts[one.fact]
            self._say(f"  {n:2}. {fact.label}: {presumed_words(fact, one.known)}")
        while True:
            words = ask(_CONFIRM).strip().lower()
            if words in {"q", "b"}:
                return AskingMove(words)
            chosen = words.replace(",", " ").split()
            if all(one.isdecimal() and 1 <= int(one) <= len(presumed) for one in chosen):
                break
            self._say(f"write numbers from 1 to {len(presumed)}, with spaces between them, or press Enter")
        document = self._document
        for one in (presumed[int(n) - 1] for n in chosen):
            said = self._answer(facts[one.fact], facts[one.fact].question or facts[one.fact].label, number, ask)
            if isinstance(said, AskingMove):
                return said
            document = _with_statement(document, number, one.fact, said)
        corrected = {presumed[int(n) - 1].fact for n in chosen}
        for one in presumed:
            # What is confirmed is written into the case as a statement, if its value can be written as one value.
            value = plain_value(facts[one.fact], one.known.values)
            if one.fact not in corrected and value is not None:
                document = _with_statement(document, number, one.fact, {"value": value, "origin": "confirmed"})
        return document, frozenset(one.fact for one in presumed)

    def _question(
        self, question: NextQuestion, left: int, facts: Mapping[str, Fact], number: int, ask: Callable[[str], str]
    ) -> Round | AskingMove:
        self._console.print()
        waits = ", ".join(question.settles)
        self._say(f"{question.question}", "bold")
        self._say(f"  for: {waits} · {left} open", "dim")
        said = self._answer(facts[question.fact], None, number, ask)
        if isinstance(said, AskingMove):
            return said
        document = self._document if said == {} else _with_statement(self._document, number, question.fact, said)
        return document, frozenset({question.fact})

    def _answer(
        self, fact: Fact, question: str | None, number: int, ask: Callable[[str], str]
    ) -> dict[str, Any] | AskingMove:
        """Return the person's statement, empty where the record does not mention the fact, or their move."""
        if question is not None:
            self._say(question, "bold")
        if fact.members:
            for n, (_, label) in enumerate(fact.members, 1):
                self._say(f"  {n:2}. {label}", "dim")
        while True:
            words = ask(f"{_hint(fact)}> ").strip()
            said = words.lower()
            if said in {"q", "b"}:
                return AskingMove(said)
            if said == "n":
                return {}
            if said == "x":
                return {"not_documented": True}
            if said and (stated := self._statement_of_words(words, fact, number)) is not None:
                return stated
            if not said:
                self._say(_HELP)

    def _statement_of_words(self, words: str, fact: Fact, number: int) -> dict[str, Any] | None:
        """Return the statement that the words make about a fact; where they do not fit it, say why and return None."""
        try:
            stated = {"value": _value(words, fact)}
            text_of_document(_with_statement(self._document, number, fact.name, stated), "", self._checker.ruleset)
        except Rejected as rejected:
            for problem in rejected.diagnostics:
                self._say("; ".join(filter(None, (problem.message, problem.help))))
            return None
        return stated

    def _case(self, document: PlainDocument) -> Case:
        return case_of_text("the case", case_text(document, "").encode(), self._checker.ruleset)

    def _say(self, words: str, style: str = "") -> None:
        self._console.print(Text(printable_text(words), style=style))


def _hint(fact: Fact) -> str:
    match fact.kind:
        case Kind.BOOLEAN:
            return "yes or no"
        case Kind.DATE:
            return "date, such as 2026-03-02, or 2026-03"
        case Kind.ONE_OF:
            return "number"
        case Kind.SET_OF:
            return "numbers"
        case Kind.PERIOD:
            return "such as 4 weeks"
        case Kind.INTEGER | Kind.DECIMAL:
            return f"{fact.unit or 'number'}, such as 8 or 6-12"
        case _:
            assert_never(fact.kind)


def _value(words: str, fact: Fact) -> Any:
    """Return the value that the words stand for; members may also be given by their numbers in the list."""
    if not fact.members:
        return {"y": True, "yes": True, "no": False}.get(words.lower(), value_of_words(words))
    chosen = words.replace(",", " ").split()
    if all(one.isdecimal() and 1 <= int(one) <= len(fact.members) for one in chosen):
        members = [fact.members[int(one) - 1][0] for one in chosen]
        return members if fact.kind is Kind.SET_OF else members[0]
    return members_of_words(words, fact)


def _with_statement(document: PlainDocument, number: int, fact: str, said: Mapping[str, Any]) -> PlainDocument:
    """Return the case with a statement about a fact added to the item at index number."""
    items = [dict(item) for item in document["items"]]
    facts = dict(items[number].get("facts") or {})
    before = facts.get(fact)
    listed = [] if before is None else before if _is_list_of_statements(before) else [before]
    facts[fact] = [*listed, dict(said)] if listed else dict(said)
    items[number]["facts"] = facts
    return {**document, "items": items}


def _is_list_of_statements(plain: Any) -> bool:
    return isinstance(plain, list) and all(isinstance(one, dict) for one in plain)
