"""JSON Schemas (draft-07) of the authored documents, made from their models."""

from typing import Any

from pydantic import TypeAdapter

from mtus_engine.model.authored import FACT_NAME, Authored
from mtus_engine.model.casefile import CaseDocument, StatementDocument
from mtus_engine.model.extraction import ContextDocument, CuesDocument, PhrasesDocument
from mtus_engine.model.guideline import (
    DefinitionsDocument,
    ExamplesDocument,
    GuidelineDocument,
    NoticesDocument,
    OutcomesDocument,
)
from mtus_engine.model.pack import MarksDocument, OverlaysDocument, PackDocument
from mtus_engine.model.papers import PapersDocument
from mtus_engine.model.review_files import CompleteRequestDocument, DeadlinesDocument, LettersDocument, RemarksDocument
from mtus_engine.model.vocabulary import CodesDocument, VocabularyDocument

DRAFT = "http://json-schema.org/draft-07/schema#"

DOCUMENTS: dict[str, type[Authored]] = {
    "guideline": GuidelineDocument,
    "vocabulary": VocabularyDocument,
    "codes": CodesDocument,
    "phrases": PhrasesDocument,
    "cues": CuesDocument,
    "context": ContextDocument,
    "papers": PapersDocument,
    "deadlines": DeadlinesDocument,
    "complete-request": CompleteRequestDocument,
    "remarks": RemarksDocument,
    "letters": LettersDocument,
    "definitions": DefinitionsDocument,
    "notices": NoticesDocument,
    "outcomes": OutcomesDocument,
    "examples": ExamplesDocument,
    "pack": PackDocument,
    "overlays": OverlaysDocument,
    "marks": MarksDocument,
    "case": CaseDocument,
}

# JSON values nest without end; their schema types are pydantic's own Any.
Schema = dict[str, Any]

_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_NUMBER_OR_WORDS: Schema = {"type": ["string", "number"]}
_RANGE: Schema = {
    "type": "object",
    "description": "A range: both ends included, one of them may be left out.",
    "properties": {"at_least": _NUMBER_OR_WORDS, "at_most": _NUMBER_OR_WORDS},
    "additionalProperties": False,
    "minProperties": 1,
}
_BY_HAND: dict[str, Schema] = {
    "date": {
        "description": "A day (2013-11-05), a month (2013-11) or a year (2013).",
        "anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}],
    },
    "figure": {
        "description": "A number, a date, a period such as 4 weeks, the name of a fact, a list, or a range.",
        "anyOf": [_SCALAR, {"type": "null"}, {"type": "array"}, {"type": "object"}],
    },
    "value": {
        "description": "A value of the fact's type; {at_least, at_most}; {one_of: [a, b]}; a list for a set.",
        "anyOf": [
            _SCALAR,
            {"type": "null"},
            {"type": "array", "items": _SCALAR},
            _RANGE,
            {
                "type": "object",
                "properties": {"one_of": {"type": "array", "items": _SCALAR, "minItems": 1}},
                "required": ["one_of"],
                "additionalProperties": False,
            },
        ],
    },
    "condition": {
        "description": "Fact names with tests, all of which must hold; or all, any, not, at_least_of.",
        "type": "object",
        "minProperties": 1,
        "properties": {
            "all": {"type": "array", "items": {"$ref": "#/definitions/condition"}, "minItems": 1},
            "any": {"type": "array", "items": {"$ref": "#/definitions/condition"}, "minItems": 1},
            "not": {"$ref": "#/definitions/condition"},
            "at_least_of": {
                "type": "object",
                "properties": {
                    "n": {"type": "integer", "minimum": 1},
                    "parts": {"type": "array", "items": {"$ref": "#/definitions/condition"}, "minItems": 1},
                },
                "required": ["n", "parts"],
                "additionalProperties": False,
            },
        },
        "patternProperties": {FACT_NAME: {}},
        "additionalProperties": False,
    },
    "test": {
        "description": "What a fact must be: a value, or bounds, members, or documented.",
        "anyOf": [
            _SCALAR,
            {
                "type": "object",
                "minProperties": 1,
                "properties": {
                    **dict.fromkeys(("at_least", "more_than", "at_most", "less_than"), _NUMBER_OR_WORDS),
                    "between": {"type": "array", "items": _NUMBER_OR_WORDS, "minItems": 2, "maxItems": 2},
                    "in": {"type": "array", "items": _SCALAR, "minItems": 1},
                    "has_all": {"type": "array", "items": _SCALAR, "minItems": 1},
                    "documented": {"const": True},
                },
                "additionalProperties": False,
            },
        ],
    },
}
_OPERATORS = ("all", "any", "not", "at_least_of")


def document_schemas() -> dict[str, Schema]:
    """Return the schema of every kind of authored document by name."""
    return {name: schema_of(model, f"mtus-engine {name} file") for name, model in DOCUMENTS.items()}


def schema_of(model: Any, title: str) -> Schema:
    """Return the draft-07 schema of a model or type, complete in itself."""
    adapter: TypeAdapter[object] = TypeAdapter(model)
    schema = _schema_by_name(adapter.json_schema(ref_template="#/definitions/{model}"))
    definitions = schema.pop("$defs", {})
    definitions |= _definitions_by_hand()
    for name, part in _statement_definitions(definitions).items():
        definitions.setdefault(name, part)
    used = _reachable_names(schema, definitions)
    kept = {name: definitions[name] for name in sorted(used)}
    head = {"$schema": DRAFT, "title": title}
    rest = {key: value for key, value in schema.items() if key not in {"title", "$schema"}}
    return {**head, **rest, **({"definitions": kept} if kept else {})}


def _definitions_by_hand() -> Schema:
    condition = {**_BY_HAND["condition"], "patternProperties": {_fact_pattern(): {"$ref": "#/definitions/test"}}}
    return {**_BY_HAND, "condition": condition}


def _fact_pattern() -> str:
    """Return the pattern of fact names that are no operator."""
    return rf"^(?!({'|'.join(_OPERATORS)})$)" + FACT_NAME.removeprefix("^")


def _statement_definitions(definitions: Schema) -> Schema:
    adapter: TypeAdapter[StatementDocument] = TypeAdapter(StatementDocument)
    one = _schema_by_name(adapter.json_schema(ref_template="#/definitions/{model}"))
    definitions |= one.pop("$defs", {})
    many = {"type": "array", "items": {"$ref": "#/definitions/statement"}, "minItems": 1}
    return {
        "statement": one,
        "statements": {
            "description": "What sources say of a fact: a bare value, one statement, or a list of statements.",
            "anyOf": [{"$ref": "#/definitions/value"}, {"$ref": "#/definitions/statement"}, many],
        },
    }


def _schema_by_name(part: Any) -> Any:
    """Return a schema in which the parts described by hand are references by name."""
    if isinstance(part, dict):
        if "x-defined" in part:
            reference: Schema = {"$ref": f"#/definitions/{part['x-defined']}"}
            return reference
        return {key: _schema_by_name(value) for key, value in part.items() if key != "default" or value is not None}
    return [_schema_by_name(entry) for entry in part] if isinstance(part, list) else part


def _reachable_names(part: Any, definitions: Schema, seen: set[str] | None = None) -> set[str]:
    found: set[str] = set() if seen is None else seen
    entries = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    if isinstance(part, dict) and isinstance(part.get("$ref"), str):
        name = part["$ref"].rpartition("/")[2]
        if name not in found and name in definitions:
            found.add(name)
            _reachable_names(definitions[name], definitions, found)
    for entry in entries:
        _reachable_names(entry, definitions, found)
    return found
