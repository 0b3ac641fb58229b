"""What a number of a case file may be, and what to write instead."""

from decimal import Decimal

import pytest

from mtus_engine.compiler.literals import number_of
from mtus_engine.compiler.problems import Misfit
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.values import ANYTHING


@pytest.mark.parametrize(
    ("decimals", "written", "cure"),
    [
        (0, "2.5", "write 2 or 3"),
        (0, "-2.5", "write -3 or -2"),
        (1, "1.25", "write 1.2 or 1.3"),
        (1, "-0.05", "write -0.1 or 0.0"),
    ],
)
def test_a_number_with_too_many_places_is_refused_with_its_neighbors(decimals, written, cure):
    kind = Kind.DECIMAL if decimals else Kind.INTEGER
    fact = Fact("pain.score", kind, ANYTHING, label="Pain", order=0, decimals=decimals)
    with pytest.raises(Misfit) as refused:
        number_of(fact, Decimal(written))
    assert refused.value.cure == cure
