"""Why an edition does not govern, in words."""

from typing import assert_never

from mtus_engine.model.determination import NoLongerInForce, NotYetInForce, OwnConditionFails, PrecededBy, WhyPassed
from mtus_engine.model.values import point_span
from mtus_engine.wording.values import day_words


def passed_words(why: WhyPassed) -> str:
    """Return why an edition that covers the treatment does not govern."""
    match why:
        case NotYetInForce(first_day):
            return f"in force only from {day_words(point_span(first_day))}"
        case NoLongerInForce(last_day):
            return f"in force only until {day_words(point_span(last_day))}"
        case OwnConditionFails():
            return "what it asks for is not so"
        case PrecededBy(titles):
            return f"{' and '.join(titles)} {'takes' if len(titles) == 1 else 'take'} precedence"
        case _:
            assert_never(why)
