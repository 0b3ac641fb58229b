"""Random rule folders and random cases, as the plain values of their YAML."""

import json
from datetime import date

from hypothesis import strategies as st

ROLES = {
    "treatment": "request.treatment",
    "request_date": "request.date",
    "service_date": "service.date",
    "retrospective": "request.retrospective",
    "units_requested": "request.visits",
    "units_disputed": "request.visits_disputed",
    "units_authorized": "request.visits_authorized",
    "injury_date": "injury.date",
    "units_per_week": "per.week",
    "course_length": "span",
    "units_scheduled": "scheduled",
    "schedule_agrees": "agrees",
    "surgery_date": "operated",
    "surgery_performed": "done",
    "surgery_visits": "count.d",
}
FACTS = {
    "request.treatment": {"type": "one_of", "label": "t", "members": {"one": "One", "two": "Two"}},
    "request.date": {"type": "date", "label": "t"},
    "request.retrospective": {"type": "boolean", "label": "t", "presume": False},
    "request.visits": {"type": "integer", "label": "t", "unit": "visits", "at_least": 1},
    "request.visits_authorized": {"type": "integer", "label": "t", "at_least": 0, "presume": 0},
    "service.date": {"type": "date", "label": "t", "falls_back_to": "request.date"},
    "injury.date": {"type": "date", "label": "t"},
    "id": {"type": "boolean", "label": "t"},
    "sid": {"type": "boolean", "label": "t", "presume": True},
    "doc": {"type": "boolean", "label": "t", "documentation": True},
    "flag.c": {"type": "boolean", "label": "t"},
    "count.a": {"type": "integer", "label": "t", "at_least": 0},
    "count.b": {"type": "integer", "label": "t"},
    "count.d": {"type": "integer", "label": "t", "at_least": 0, "presume": 0, "presume_barred_if": ["done"]},
    "operated": {"type": "date", "label": "t"},
    "done": {"type": "boolean", "label": "t", "presume": False, "presume_barred_by": ["operated"]},
    "span": {"type": "period", "label": "t"},
    "per.week": {"type": "integer", "label": "t", "at_least": 1, "at_most": 20},
    "scheduled": {"type": "integer", "label": "t", "at_least": 1},
    "agrees": {"type": "boolean", "label": "t"},
    "level": {
        "type": "one_of",
        "label": "t",
        "members": {m: m for m in "pqrs"},
        "narrowed_by": {"fact": "groups", "members": {"w": ["p"], "x": ["p", "q"], "y": ["q", "r"]}},
    },
    "groups": {"type": "set_of", "label": "t", "members": {m: m for m in "wxyz"}},
}
DISPUTED = {
    "fact": "request.visits_disputed",
    "label": "t",
    "cite": "t",
    "difference": ["request.visits", "request.visits_authorized"],
}
AGE = {"fact": "injury.age", "label": "t", "cite": "t", "elapsed": {"from": "injury.date", "to": "service.date"}}

AUTHORIZED = ["request.visits_authorized"]

days = st.dates(date(2009, 1, 1), date(2012, 12, 31))
BOOLEANS = ["id", "sid", "doc", "flag.c", "agrees", "done"]
COUNTS = ["count.a", "count.b", "count.d", "request.visits", "scheduled"]


@st.composite
def tests(draw, derived):
    """One fact with one test, as a condition."""
    booleans = BOOLEANS + [n for n, kind in derived.items() if kind == "boolean"]
    counts = COUNTS + [n for n, kind in derived.items() if kind == "integer"]
    match draw(st.integers(0, 6)):
        case 0 | 1:
            return {draw(st.sampled_from(booleans)): draw(st.booleans())}
        case 2 | 3:
            key = draw(st.sampled_from(["at_least", "at_most", "more_than", "less_than"]))
            return {draw(st.sampled_from(counts)): {key: draw(st.integers(-2, 12))}}
        case 4 if draw(st.booleans()):
            return {"groups": {"has_all": draw(st.lists(st.sampled_from("wxyz"), min_size=1, max_size=3, unique=True))}}
        case 4:
            name, members = draw(st.sampled_from([("level", "pqrs"), ("groups", "wxyz")]))
            return {name: {"in": draw(st.lists(st.sampled_from(list(members)), min_size=1, max_size=3, unique=True))}}
        case 5 if draw(st.booleans()):
            key = draw(st.sampled_from(["at_least", "at_most", "more_than", "less_than"]))
            return {"span": {key: draw(st.sampled_from(["2 weeks", "20 days", "4 weeks", "8 weeks"]))}}
        case 5:
            figure = draw(st.sampled_from(["1 year", "2 years", "6 months", "4 weeks", "400 days"]))
            return {"injury.age": {draw(st.sampled_from(["at_most", "more_than"])): figure}}
        case _:
            if draw(st.booleans()):
                return {draw(st.sampled_from([*BOOLEANS, "count.a", "level"])): {"documented": True}}
            key = draw(st.sampled_from(["at_least", "at_most"]))
            return {"injury.date": {key: draw(days).isoformat()}}


def conditions(derived):
    """Conditions up to four levels deep on the base facts and the derived ones."""

    def extend(inner):
        parts = st.lists(inner, min_size=1, max_size=4)
        return st.one_of(
            parts.map(lambda p: {"all": p}),
            parts.map(lambda p: {"any": p}),
            inner.map(lambda p: {"not": p}),
            parts.flatmap(lambda p: st.integers(1, len(p)).map(lambda n: {"at_least_of": {"n": n, "parts": p}})),
        )

    return st.recursive(tests(derived), extend, max_leaves=8)


@st.composite
def definitions(draw):
    """A few definitions on top of one another, and the type of each."""
    derived, found = {"request.visits_disputed": "integer"}, []
    for n in range(draw(st.integers(0, 3))):
        name = f"derived.n{n}"
        common = {"fact": name, "label": "t", "cite": "t"}
        counts = COUNTS + [d for d, kind in derived.items() if kind == "integer"]
        operand = st.one_of(st.sampled_from(counts), st.integers(-3, 5))
        operands = st.tuples(st.sampled_from(counts), operand).map(list)
        if draw(st.booleans()):
            found.append({**common, "met_when": draw(conditions(derived))})
            derived[name] = "boolean"
        else:
            found.append({**common, draw(st.sampled_from(["sum", "difference", "product"])): draw(operands)})
            derived[name] = "integer"
    return found, derived


@st.composite
def tables(draw, derived):
    rows = [{"when": draw(tests(derived)), "then": draw(figures)} for _ in range(draw(st.integers(1, 3)))] + (
        [{"otherwise": True, "then": draw(figures)}] if draw(st.booleans()) else []
    )
    inputs = sorted({name for row in rows for name in row.get("when", {})})
    found = {"id": "t", "cite": "t", "inputs": inputs, "outputs": {"n": "integer"}, "rows": rows}
    found["hit_policy"] = draw(st.sampled_from(["max", "unique", "first"]))
    return {**found, "without_row": "some have none"} if draw(st.booleans()) else found


figures = st.one_of(st.integers(0, 12).map(lambda n: {"n": n}), st.just({}))


@st.composite
def guidelines(draw, name, shared):
    own, derived = [], dict(shared)
    document = {
        "guideline": name,
        "title": name,
        "source": {"instrument": "t", "regulation": "t"},
        "in_force": draw(
            st.sampled_from(
                [
                    {"from": "2009-06-01"},
                    {"from": "2009-06-01", "until": "2011-06-30"},
                    {"from": "2011-07-01"},
                    {"from": "2008-01-01", "until": "2011-06-30"},
                ]
            )
        ),
        "covers": draw(st.sampled_from([["one"], ["one", "two"], ["two"]])),
    }
    if draw(st.booleans()):
        document["tables"] = [draw(tables(derived))]
        own.append({"fact": f"{name}.cap", "label": "t", "cite": "t", "lookup": {"table": "t", "output": "n"}})
        document["definitions"] = own
        derived[f"{name}.cap"] = "integer"
    if draw(st.booleans()):
        document["governs_when"] = draw(conditions(shared))
    document["criteria"] = [
        {
            "id": f"c{n}",
            "cite": "t",
            "requires": "t",
            "met_when": draw(conditions(derived)),
            **({"applies_when": draw(conditions(derived))} if draw(st.booleans()) else {}),
            **({"advisory": True} if draw(st.integers(0, 5)) == 0 else {}),
        }
        for n in range(draw(st.integers(1, 4)))
    ]
    caps = st.one_of(
        st.integers(0, 12), st.sampled_from([d for d, k in derived.items() if k == "integer"] + ["count.a"])
    )
    document["limits"] = [
        {
            "id": f"l{n}",
            "cite": "t",
            "allows": "t",
            "of": draw(st.sampled_from(["request.visits", "request.visits_disputed"])),
            "at_most": draw(caps),
            "counting": draw(
                st.sampled_from([[], ["count.a"], ["count.a", "count.b"], AUTHORIZED, ["count.a", *AUTHORIZED]])
            ),
            **({"applies_when": draw(conditions(derived))} if draw(st.booleans()) else {}),
            **({"unless": draw(conditions(derived))} if draw(st.booleans()) else {}),
        }
        for n in range(draw(st.integers(0, 2)))
    ]
    return document


@st.composite
def rulesets(draw, *, most_guidelines=2):
    """A whole rule folder: vocabulary, definitions and guidelines that may take precedence."""
    found, derived = draw(definitions())
    names = ["g1", "g2"][: draw(st.integers(1, most_guidelines))]
    documents = [draw(guidelines(name, derived)) for name in names]
    if len(names) == 2 and draw(st.booleans()):
        documents[0]["takes_precedence_over"] = ["g2"]
    return {
        "vocabulary": {"roles": ROLES, "facts": FACTS},
        "definitions": {"definitions": {d["fact"]: d for d in [DISPUTED, AGE, *found]}, "tables": {}},
        "guidelines": documents,
    }


def files(ruleset):
    """The ruleset as the files of a rule folder: JSON is YAML."""
    outcomes = {"settings": {"ur": {}, "imr": {}}}
    shared = {"definitions": list(ruleset["definitions"]["definitions"].values())}
    named = {"vocabulary.yaml": ruleset["vocabulary"], "outcomes.yaml": outcomes, "definitions.yaml": shared}
    named |= {f"{g['guideline']}.yaml": g for g in ruleset["guidelines"]}
    return [(name, json.dumps(document, ensure_ascii=False).encode()) for name, document in sorted(named.items())]


@st.composite
def values(draw, entry):
    """A value of the fact's type: one, a range, or a choice of several."""
    match entry["type"]:
        case "boolean":
            return draw(st.booleans())
        case "one_of":
            members = st.sampled_from(list(entry["members"]))
            several = st.lists(members, min_size=1, max_size=3, unique=True).map(lambda m: {"one_of": m})
            return draw(st.one_of(members, several))
        case "set_of":
            return draw(st.lists(st.sampled_from(list(entry["members"])), max_size=3, unique=True).filter(bool))
        case "period":
            low = draw(st.integers(0, 9))
            high = low + draw(st.integers(0, 3))
            return draw(
                st.sampled_from(
                    [f"{low} weeks", f"{7 * low + 1} days", {"at_least": f"{low} weeks", "at_most": f"{high} weeks"}]
                )
            )
        case "date":
            day = draw(days).isoformat()
            return draw(st.sampled_from([day, day, day[:7]]))
        case _:
            low = draw(st.integers(entry.get("at_least", -3), 12))
            high = low + draw(st.integers(0, 6))
            return draw(
                st.sampled_from([low, low, {"at_least": low, "at_most": high}, {"at_least": low}, {"at_most": high}])
            )


@st.composite
def facts(draw, *, most_statements=2, sure=()):
    """Statements about each fact: none, one or several that may disagree, or looked for and not found."""
    found = {}
    for name, entry in FACTS.items():
        several = st.lists(st.one_of(values(entry), st.just("not_documented")), max_size=most_statements)
        said = draw(several)
        if said or name in sure:
            found[name] = said or [draw(values(entry))]
    return found


def authored(found):
    """The statements as the facts of a case file."""
    return {
        name: tuple(
            {"not_documented": True} if said == "not_documented" else {"value": _plain(said)} for said in of_fact
        )
        for name, of_fact in found.items()
    }


def _plain(value):
    # The loader's sequences are tuples, all the way down.
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return tuple(value) if isinstance(value, list) else value


@st.composite
def stated_definitions(draw, ruleset):
    """Statements about some of the facts that the shared definitions compute: they stand, or they conflict."""
    found = {}
    for name, definition in ruleset["definitions"]["definitions"].items():
        if "elapsed" in definition or not draw(st.booleans()):
            continue
        kind = "boolean" if "met_when" in definition else "integer"
        found[name] = draw(
            st.lists(st.one_of(values({"type": kind}), st.just("not_documented")), min_size=1, max_size=2)
        )
    return found
