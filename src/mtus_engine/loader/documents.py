"""A tree of plain values as one of the authored documents; what does not fit is shown at its place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from itertools import pairwise
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mtus_engine.loader.source import Document, Node, Path, Plain
from mtus_engine.model.authored import Authored
from mtus_engine.model.diagnostic import Diagnostic, Rejected, did_you_mean, quoted_value

Model = TypeVar("Model", bound=Authored)

_PATTERNS = {
    "FactName": "a fact's name is words of a-z, 0-9 and _ joined by dots, such as injury.date",
    "Identifier": "an id is words of a-z and 0-9 joined by hyphens, such as within-two-years",
}


def validated_document(document: Document, model: type[Model]) -> Model:
    """Return the document as a model; raises Rejected with every part that does not fit."""
    try:
        authored = model.model_validate(document.plain)
    except ValidationError as error:
        raise Rejected(refusals_beside(document, diagnostics_of(document, model, error, ()))) from None
    if document.problems:
        raise Rejected(document.problems)
    return authored


def document_with_placeholders(document: Document, model: type[Model]) -> tuple[Document, Model] | None:
    """Return a document that was refused with placeholders for what is missing or wrong; None where none would do.

    It is refused all the same. With placeholders its other mistakes, such as unknown names, are found at the same time;
    the document returned names the places that are assumed, about which nothing is said a second time.
    """
    if document.problems:
        return None
    plain, assumed = document.plain, set[Path]()
    for _ in range(_MOST_ROUNDS):
        try:
            return replace(document, assumed=frozenset(assumed)), model.model_validate(plain)
        except ValidationError as error:
            for detail in error.errors():
                try:
                    plain = _with_placeholder(plain, detail["loc"], detail["type"], len(assumed))
                except (LookupError, TypeError):
                    return None
                assumed.add(detail["loc"])
                if detail["type"] == "extra_forbidden":
                    assumed |= _empty_beside(document, detail["loc"])
    return None


# What is assumed in place of a mapping lacks keys of its own, and text may be no good: each takes another round.
_MOST_ROUNDS = 6


def _with_placeholder(plain: Any, path: Path, mistake: str, number: int) -> Plain:
    """Return a value with a placeholder at a path below it, or without the last key where that is not known.

    Raises LookupError or TypeError where the path leads nowhere: pydantic's path names branches of unions, too.
    """
    step, *below = path
    if below:
        changed = _with_placeholder(plain[step], tuple(below), mistake, number)
    elif mistake == "extra_forbidden":
        return {key: value for key, value in plain.items() if key != step}
    else:
        changed = _placeholder(plain, step, mistake, number)
    if isinstance(plain, dict):
        return {**plain, step: changed}
    return tuple(changed if n == step else one for n, one in enumerate(plain))


def _placeholder(around: Any, step: str | int, mistake: str, number: int) -> Plain:
    """Return what stands for a part that is missing or wrong; a table without inputs or outputs has those of its rows.

    The mistake says what is wanted; where a key is missing, text is tried first.
    """
    rows = [row for row in around.get("rows") or () if isinstance(row, dict)] if isinstance(around, dict) else []
    if rows and step == "inputs":
        return tuple(sorted({name for row in rows for name in _keys_below(row.get("when"))}))
    if rows and step == "outputs":
        figures = [one for row in rows for one in _items_of(row.get("then"))]
        return {name: "period" if isinstance(figure, str) else "integer" for name, figure in figures}
    # Otherwise text is tried: a name of facts and an id alike.
    return _WANTED.get(mistake, f"unnamed{number}")


# What is wanted where the library names a mistake so.
_WANTED: Mapping[str, Plain] = {
    "tuple_type": (),
    "too_short": ({},),
    "model_type": {},
    "dict_type": {},
    "bool_type": False,
    "int_type": 1,
}


def _keys_below(plain: Any) -> Iterator[str]:
    if isinstance(plain, dict):
        for key, below in plain.items():
            yield str(key)
            yield from _keys_below(below)
    elif isinstance(plain, tuple):
        for below in plain:
            yield from _keys_below(below)


def _items_of(plain: Any) -> Iterator[tuple[str, Any]]:
    yield from plain.items() if isinstance(plain, dict) else ()


def refusals_beside(document: Document, found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Return the mistakes of the YAML itself, and those found that are not at the same places."""
    refused = {(problem.line, problem.column) for problem in document.problems}
    return (*document.problems, *(one for one in found if (one.line, one.column) not in refused))


def diagnostics_of(
    document: Document, model: type[BaseModel], error: ValidationError, below: Path
) -> tuple[Diagnostic, ...]:
    """Return what a validation error says of the part of the document below a path, each at its place."""
    empty_above = cache(partial(_below_empty, document.root))
    return tuple(_diagnostic(document, model, detail, below, empty_above) for detail in error.errors())


def _diagnostic(
    document: Document,
    model: type[BaseModel],
    detail: ErrorDetails,
    below: Path,
    empty_above: Callable[[Path], Mapping[object, str]],
) -> Diagnostic:
    path: Path = (*below, *detail["loc"])
    kind = detail["type"]
    if kind == "extra_forbidden":
        allowed = tuple(_keys_at(model, path[len(below) : -1]))
        near = did_you_mean(str(path[-1]), allowed)
        if path[-1] in {"at_least", "at_most", "one_of"} and "value" in allowed:
            cure = "put the range or choice under value: {value: {at_least: 6, at_most: 12}, note: …}"
            return document.diagnostic("MT201", path, f"{path[-1]} stands beside other keys", cure=cure, at_key=True)
        empty = empty_above(path[:-1]).get(path[-1])
        cure = f"indent it, to stand below {empty}" if empty else "known here: " + ", ".join(allowed)
        return document.diagnostic("MT201", path, f"unknown key {path[-1]}{near}", cure=cure, at_key=True)
    if kind == "missing":
        return document.diagnostic("MT202", path[:-1], f"the key {path[-1]} is missing", cure=f"add {path[-1]}: …")
    if path and path[-1] == "[key]":
        return document.diagnostic("MT203", path[:-1], f"{path[-2]}: {_words(detail)}", cure=_cure(detail), at_key=True)
    return document.diagnostic("MT203", path, f"{_name(path)}{_words(detail)}", cure=_cure(detail))


def _node_at(root: Node, path: Path) -> Node:
    """Return the node at a path; steps that the file does not have are passed over."""
    node = root
    for step in path:
        node = node.children.get(step, node)
    return node


def _below_empty(root: Node, path: Path) -> Mapping[object, str]:
    """Return the keys at a path that stand just below one without a value, with that one: they were meant below it."""
    node = _node_at(root, path)
    return {key: str(above) for above, key in pairwise(node.children) if node.children[above].plain is None}


def _empty_beside(document: Document, path: Path) -> set[Path]:
    """Return the places beside a key whose value is missing: the unknown key may stand there for it."""
    node = _node_at(document.root, path[:-1])
    return {(*path[:-1], key) for key, child in node.children.items() if child.plain is None}


def _name(path: Path) -> str:
    named = [str(step) for step in path if isinstance(step, str)]
    return f"{named[-1]}: " if named else ""


def _words(detail: ErrorDetails) -> str:
    match detail["type"]:
        case "string_pattern_mismatch":
            return "not a name that can be used here"
        case "literal_error":
            expected = detail["ctx"]["expected"]
            near = did_you_mean(str(detail["input"]), tuple(expected.split("'")[1::2]))
            return f"{quoted_value(detail['input'])} is not one of {expected}{near}"
        case "too_short":
            return "an empty list is no use here"
        case "bool_type":
            return f"true or false is expected, not {quoted_value(detail['input'])}"
        case "string_type":
            return f"text is expected, not {quoted_value(detail['input'])}"
        case "model_type" | "dict_type":
            return f"a mapping of keys to values is expected, not {quoted_value(detail['input'])}"
        case "tuple_type":
            return f"a list is expected, not {quoted_value(detail['input'])}"
        case _:
            message = detail["msg"].removeprefix("Value error, ")
            return message[0].lower() + message[1:]


def _cure(detail: ErrorDetails) -> str | None:
    match detail["type"]:
        case "string_pattern_mismatch":
            pattern = detail["ctx"]["pattern"]
            return _PATTERNS["FactName" if "_" in pattern else "Identifier"]
        case "string_type":
            return "put it in quotes if it is meant as text"
        case "tuple_type":
            return "write [a, b], or one entry a line, each after a hyphen"
        case _:
            return None


def _keys_at(model: type[BaseModel], path: Path) -> Iterator[str]:
    """Yield the keys that the model at path knows."""
    models = [model]
    for step in path:
        fields = [field for m in models for key, field in _fields(m) if key == step]
        below = [m for field in fields for m in _models_in(field.annotation)]
        models = below or models
    for m in models:
        yield from (key for key, _ in _fields(m))


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    # Any, because pydantic types the annotation of a FieldInfo so.
    for name, field in model.model_fields.items():
        yield field.alias or name, field


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
