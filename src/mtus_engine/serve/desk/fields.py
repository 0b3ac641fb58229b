"""Turns what the control of a fact sends into what a statement says."""

from datetime import date
from typing import Any

from mtus_engine.compiler.halfway import as_meant
from mtus_engine.compiler.literals import values_of
from mtus_engine.compiler.number_words import whole_number
from mtus_engine.compiler.problems import Misfit
from mtus_engine.ingest.typed import members_of_words
from mtus_engine.loader.plain_json import plain_of_json
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.values import Span, Values
from mtus_engine.serve.desk.answers import value_said
from mtus_engine.serve.desk.pages import Form
from mtus_engine.serve.problems import Refused

# The days and numbers that a record of an injured worker may hold.
_FIRST_DAY, _LAST_DAY, _MOST = date(1940, 1, 1).toordinal(), date(2079, 12, 31).toordinal(), 9999


def number_typed(said: str, unit: str = "visit") -> int | None:
    """Return a number of visits or weeks, at least one, as a person types it in figures or words; None for others."""
    try:
        found = whole_number(said.removesuffix(f" {unit}s").removesuffix(f" {unit}"))
    except ValueError:
        return None
    return found if found > 0 else None


def body_sent(form: Form, fact: Fact) -> dict[str, Any] | None:
    """Return what the control of a fact says, None for "not mentioned"; raises Rejected for what is no value.

    Raises Refused for a value that does not fit the fact.
    """
    body = _body_sent(form, fact)
    if body is not None and "value" in body:
        _refuse_unfit(fact, body["value"])
    return body


def _body_sent(form: Form, fact: Fact) -> dict[str, Any] | None:
    answer = form.text("answer")
    if answer == "unmentioned":
        return None
    if answer == "not_found":
        return {"not_documented": True}
    if fact.kind is Kind.BOOLEAN:
        if answer not in {"yes", "no"}:
            raise Refused(422, "No answer", "say yes or no")
        return {"value": answer == "yes"}
    if fact.kind is Kind.SET_OF:
        chosen = [one for one in form.texts("value") if one]
        typed = [one.strip() for one in form.text("codes").split(",") if one.strip()]
        return {"value": chosen + typed} if chosen or typed else None
    value = form.line("value")
    if not value:
        return None
    return {"value": members_of_words(value, fact) if fact.members else value_said(value, fact)}


def _refuse_unfit(fact: Fact, value: Any) -> None:
    """Raise Refused, by the name that the page gives the fact, for a value that does not fit it."""
    try:
        # A day that can be read in several ways is refused with its readings.
        values = values_of(fact, plain_of_json(as_meant(fact, value) if isinstance(value, str) else value))
        _refuse_slip(fact, values)
    except Misfit as misfit:
        if isinstance(value, dict) and len(value) > 1:
            raise Refused(422, fact.label, "the first of the two is the larger: exchange them") from None
        if fact.kind in {Kind.INTEGER, Kind.DECIMAL}:
            raise Refused(422, fact.label, "write a number such as 8, 6 to 12, at least 6, or more than 6") from None
        raise _unfit(fact, misfit) from None


def _refuse_slip(fact: Fact, values: Values) -> None:
    """Raise Refused for a day or number that no record has: a year of another century, a number of too many figures."""
    ends = [end for end in (values.low, values.high) if end is not None] if isinstance(values, Span) else []
    if fact.kind is Kind.DATE and any(not _FIRST_DAY <= end <= _LAST_DAY for end in ends):
        raise Refused(422, fact.label, "look at the year again, and write it in full, such as 11/23/2016")
    if fact.kind is Kind.INTEGER and any(end > _MOST for end in ends):
        raise Refused(422, fact.label, "this is more than any record counts: look at the number again")


def _unfit(fact: Fact, misfit: Misfit) -> Refused:
    """Return the refusal of a value: the message is for authors of files, and the page shows the label of the fact."""
    said = str(misfit).replace(fact.name, fact.label)
    told = ". ".join(f"{one[:1].upper()}{one[1:]}" for one in (said, misfit.cure or "") if one)
    return Refused(422, fact.label, told)
