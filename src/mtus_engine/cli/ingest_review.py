"""Leads a person through a draft, statement by statement, to accept, change or drop each; keeps each answer."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from mtus_engine.ingest.confirming import PlainDocument, Waiting, accept, change, drop, in_doubt_first, waiting
from mtus_engine.ingest.merging import Plain
from mtus_engine.ingest.sentences import Sentence, sentences_at
from mtus_engine.ingest.typed import members_of_words, text_of_document, value_of_words
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.report.diagnostics import printable_text

_HELP = "a accept · c change · d drop · s skip · q stop (what is answered is kept)"
_NOT_DOCUMENTED = {"not documented", "nd"}
NOT_FOUND = "looked for and not found"


class DraftReviewed(NamedTuple):
    """How a review went: answers given, and statements still waiting."""

    answered: int
    left: int


class Review:
    """Asks a person about one draft, with the sentences of the record that it was read from."""

    def __init__(
        self, document: PlainDocument, sentences: Sequence[Sentence], ruleset: Ruleset, console: Console
    ) -> None:
        """Begin; nothing is asked yet."""
        self.document = document
        self._sentences = sentences
        self._ruleset = ruleset
        self._console = console

    def run(self, keep: Callable[[PlainDocument], None], ask: Callable[[str], str]) -> DraftReviewed:
        """Ask about each waiting statement, keeping the document after each answer; end of input stops."""
        answered, skipped = 0, 0
        self._console.print(Text(f"{len(list(waiting(self.document)))} statements to confirm. {_HELP}"))
        while (one := self._next_waiting(skipped)) is not None:
            self._show(one)
            try:
                after = self._answer(one, ask)
            except EOFError:
                break
            if after is None:
                break
            if after is self.document:
                skipped += 1
                continue
            self.document = after
            answered += 1
            keep(self.document)
        return DraftReviewed(answered, len(list(waiting(self.document))))

    def _next_waiting(self, skipped: int) -> Waiting | None:
        return next(iter(in_doubt_first(waiting(self.document))[skipped:]), None)

    def _answer(self, one: Waiting, ask: Callable[[str], str]) -> PlainDocument | None:
        """Return the document after the person's answer: the same for skipping, None for stopping."""
        while True:
            match ask("a/c/d/s/q: ").strip().lower():
                case "a" | "accept":
                    return accept(self.document, one)
                case "d" | "drop":
                    return drop(self.document, one)
                case "s" | "skip":
                    return self.document
                case "q" | "stop":
                    return None
                case "c" | "change":
                    if (after := self._changed_document(one, ask)) is not None:
                        return after
                case _:
                    self._console.print(Text(_HELP))

    def _changed_document(self, one: Waiting, ask: Callable[[str], str]) -> PlainDocument | None:
        """Return the document with the value that the person writes, None where it does not fit the fact."""
        words = ask("value, or nd for not documented: ").strip()
        if not words:
            return None
        try:
            value = None if words.lower() in _NOT_DOCUMENTED else self._value(words, one)
            after = change(self.document, one, value)
            text_of_document(after, "", self._ruleset)
        except Rejected as rejected:
            for problem in rejected.diagnostics:
                self._console.print(Text("; ".join(filter(None, (problem.message, problem.help)))))
            return None
        return after

    def _value(self, words: str, one: Waiting) -> Plain:
        fact = self._ruleset.facts[one.fact]
        return members_of_words(words, fact) if fact.members else value_of_words(words)

    def _show(self, one: Waiting) -> None:
        fact = self._ruleset.facts[one.fact]
        where = "the case" if one.item is None else f"item {self._item(one.item)}"
        self._console.print()
        self._console.print(Text(f"{where} · {fact.label}", style="bold"))
        if fact.question:
            self._console.print(Text(fact.question, style="dim"))
        value = _value_words(one.statement["value"], dict(fact.members)) if "value" in one.statement else NOT_FOUND
        beside = [str(one.statement[key]) for key in ("by", "note") if key in one.statement]
        hedged = ["hedged"] if one.statement.get("hedged") else []
        hedged += [str(one.statement["confidence"])] if "confidence" in one.statement else []
        self._console.print(Text(" · ".join([f"→ {value}", *beside, *hedged])))
        for place in str(one.statement.get("at", "")).split(", "):
            for sentence in sentences_at(self._sentences, place):
                shown = Text(f"{sentence.place}: {printable_text(sentence.text)}")
                if words := one.statement.get("words"):
                    shown.highlight_words([str(words)], "bold reverse", case_sensitive=False)
                self._console.print(shown)

    def _item(self, number: int) -> str:
        items = self.document["items"]
        item = items[number] if isinstance(items, list) else {}
        return str(item.get("item", number + 1)) if isinstance(item, dict) else str(number + 1)


def _value_words(value: Plain, labels: Mapping[str, str]) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Mapping():
            low, high = value.get("at_least"), value.get("at_most")
            if low is not None and high is not None:
                return f"{low} to {high}"
            return f"at least {low}" if low is not None else f"at most {high}"
        case list():
            return ", ".join(labels.get(str(one), str(one)) for one in value)
        case _:
            return labels.get(str(value), str(value))
