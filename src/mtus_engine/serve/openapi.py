"""The description of the interface (OpenAPI 3.1): cases in it have the schema of case files, with a made-up example."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI

from mtus_engine.loader.schemas import document_schemas
from mtus_engine.model.fact import Kind
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.serve.door import CSRF, GuardedRoute
from mtus_engine.serve.problems import MEDIA_TYPE, Problem

Schema = dict[str, Any]
_REFUSALS = {
    400: "Not a request that can be read",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not there",
    405: "Not done here",
    408: "Too slow",
    409: "Not now: taken, signed, or not this step",
    412: "Changed by another since it was read",
    413: "Too large",
    415: "Neither PDF nor text",
    421: "Not the name of this server",
    422: "Mistakes, each with its place and cure",
    428: "Say which version was seen",
    429: "Too many requests",
    500: "The server failed",
    503: "Not ready",
}


def describe(app: FastAPI, ruleset: Ruleset, guarded: Sequence[GuardedRoute]) -> None:
    """Let the app serve the description of its interface that this module makes."""

    def described() -> Schema:
        return app.openapi_schema or _openapi_document(app, ruleset, guarded)

    app.openapi = described  # type: ignore[method-assign] # as FastAPI says to extend it


def _openapi_document(app: FastAPI, ruleset: Ruleset, guarded: Sequence[GuardedRoute]) -> Schema:
    found = FastAPI.openapi(app)
    parts = found.setdefault("components", {}).setdefault("schemas", {})
    for name, part in _case_parts().items():
        parts[name] = part
    parts["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    parts |= parts["Problem"].pop("$defs", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        parts.pop(unused, None)
    found["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "of a sign-in, or of a local server"}
    }
    _add_refusals(found, guarded)
    _fill_in_schemas(found)
    _add_examples(found, example_case(ruleset))
    return found


def _case_parts() -> Schema:
    """Return the schema of a case file and its parts, as components."""
    schema = document_schemas()["case"]
    parts = {f"case-{name}": part for name, part in schema.pop("definitions").items()}
    parts["case"] = {key: value for key, value in schema.items() if key != "$schema"}
    return {name: _with_component_refs(part) for name, part in parts.items()}


def _with_component_refs(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            key: value.replace("#/definitions/", "#/components/schemas/case-")
            if key == "$ref"
            else _with_component_refs(value)
            for key, value in part.items()
        }
    return [_with_component_refs(one) for one in part] if isinstance(part, list) else part


def _fill_in_schemas(part: Any) -> None:
    """Put the schemas of the case file where a model only names them."""
    if isinstance(part, dict):
        if (name := part.pop("x-defined", None)) is not None:
            part["$ref"] = "#/components/schemas/case" if name == "case" else f"#/components/schemas/case-{name}"
        for inner in part.values():
            _fill_in_schemas(inner)
    elif isinstance(part, list):
        for inner in part:
            _fill_in_schemas(inner)


def _add_refusals(found: Schema, guarded: Sequence[GuardedRoute]) -> None:
    """Add to every route what it may refuse, and to a guarded one who may use it."""
    by_address = {(route.path, method): route for route in guarded for method in route.methods or ()}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            route = by_address.get((path, method.upper()))
            if route is not None:
                operation["security"] = [{"token": []}]
                operation["description"] = f"{operation.get('description', '')}\n\nFor who may {route.action.value}."
            for status, says in _REFUSALS.items():
                operation["responses"][str(status)] = {"description": says, "content": content}


def _add_examples(found: Schema, case: Schema) -> None:
    """Show the made-up request where a case is sent."""
    sent = {
        "/v1/check": {"case": case, "explain": True},
        "/v1/questions": {"case": case},
        "/v1/cases": case,
    }
    for path, value in sent.items():
        body = found["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        body["examples"] = {"a request": {"value": value}}


def example_case(ruleset: Ruleset) -> Schema:
    """Return a made-up request for the first treatment that the rules know."""
    roles = ruleset.roles
    treatment, label = ruleset.facts[roles.treatment].members[0]
    said: Schema = {roles.treatment: treatment, roles.request_date: "2014-03-03"}
    days = [fact.name for fact in ruleset.facts.values() if fact.kind is Kind.DATE and fact.name not in said]
    if days:
        said[days[0]] = {"value": "2013-11", "at": "page 1", "by": "provider"}
    if roles.units_requested is not None:
        said[roles.units_requested] = 12
    return {"case": "example", "setting": "ur", "items": [{"item": "1", "asked": label, "facts": said}]}


DESCRIPTION = f"""Cases of workers' compensation treatment requests, determined by encoded criteria with a trace of
each, and kept with their reviews and a log of decisions. A request that does not meet the criteria is referred to a
physician: nothing here denies, and nothing here practises medicine or law.

Changes carry `If-Match` with the ETag of the case as it was seen; any post may carry an `Idempotency-Key`. A browser
that has a session as a cookie sends `{CSRF}` with every change; a program sends its token as a bearer. Refusals are
problem details (RFC 9457)."""
