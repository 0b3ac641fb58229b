"""Compiles the document that says how the papers of a request are recognized and read; every mistake in it is noted."""

from collections.abc import Iterator, Sequence

from mtus_engine.compiler.phrases import noted_pattern
from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.model.diagnostic import did_you_mean
from mtus_engine.model.fact import Fact
from mtus_engine.model.lazy_pattern import LazyPattern
from mtus_engine.model.papers import FieldUse, Label, Paper, Papers, PapersDocument
from mtus_engine.model.ruleset import Ruleset

# A label may have a remark in parentheses and, in a form for several requests, the number of its row.
_REMARK = r"(?:\s*\([^()\n]{0,80}\))?"
_ROW = r"(?:\s*(?:row\s*)?\#?(?P<row>[1-9])(?![\w/.-]))?"


def papers(files: Sequence[tuple[object, Place]], ruleset: Ruleset, problems: Problems) -> Papers:
    """Return the patterns by which papers are read; empty where no file gives any."""
    found = [(authored, place) for authored, place in files if isinstance(authored, PapersDocument)]
    for _, place in found[1:]:
        problems.add(place, "MT309", "a second file of papers", f"one file says it all: {found[0][1].document.file}")
    if not found:
        return Papers()
    document, place = found[0]
    kinds = tuple(
        Paper(
            name,
            one.called,
            one.by,
            _word_patterns(one.known_by, place / "papers" / name.value / "known_by", problems),
        )
        for name, one in document.papers.items()
    )
    return Papers(
        kinds,
        tuple(_labels(document, place, ruleset, problems)),
        _word_patterns(document.boilerplate, place / "boilerplate", problems),
        _word_patterns(document.missed, place / "missed", problems),
        {name: _word_patterns(words, place / "outcomes" / name, problems) for name, words in document.outcomes.items()},
        _word_patterns(document.certified, place / "certified", problems),
        _word_patterns(document.decides_nothing, place / "decides_nothing", problems),
        _word_patterns(document.asks, place / "asks", problems),
    )


def _labels(document: PapersDocument, place: Place, ruleset: Ruleset, problems: Problems) -> Iterator[Label]:
    """Yield the labels, the longest first; a label that stands for two fields or facts is noted."""
    listed: list[tuple[str, FieldUse | Fact, Place]] = []
    for field, words in document.fields.items():
        listed += [(phrase, field, place / "fields" / field.value / n) for n, phrase in enumerate(words)]
    for name, words in document.facts.items():
        fact = ruleset.facts.get(name)
        if fact is None:
            near = did_you_mean(name, tuple(ruleset.facts))
            cure = "mtus facts lists them all"
            problems.add(place / "facts" / name, "MT301", f"unknown fact {name}{near}", cure, at_key=True)
            continue
        listed += [(phrase, fact, place / "facts" / name / n) for n, phrase in enumerate(words)]
    seen: dict[str, str] = {}
    for phrase, use, where in sorted(listed, key=lambda one: (-_longest_reading(one[0]), one[0].lower())):
        meant = use.value if isinstance(use, FieldUse) else use.name
        if seen.setdefault(phrase.lower(), meant) != meant:
            problems.add(where, "MT309", f'the label "{phrase}" stands for {seen[phrase.lower()]} already', "keep one")
        if (one := _plain_one(phrase, where, problems)) is not None:
            yield Label(use, LazyPattern(rf"{one.pattern}{_ROW}{_REMARK}{_ROW.replace('row>', 'row2>')}", one.flags))


def _word_patterns(words: Sequence[str], place: Place, problems: Problems) -> tuple[LazyPattern, ...]:
    """Return the patterns of phrases of plain words; a phrase with a placeholder is noted and left out."""
    found = (_plain_one(phrase, place / n, problems) for n, phrase in enumerate(words))
    return tuple(one for one in found if one is not None)


def _longest_reading(phrase: str) -> int:
    """Return the length of a phrase with the longest of its alternatives: "requested|requesting" is one word."""
    return sum(max(len(one) for one in word.strip("()").split("|")) + 1 for word in phrase.split())


def _plain_one(phrase: str, place: Place, problems: Problems) -> LazyPattern | None:
    one = noted_pattern(phrase, {}, place, problems)
    if one is not None and "{" in phrase:
        problems.add(place, "MT315", f'"{phrase}" has a place in braces', "plain words: what follows is read")
        return None
    return one
