"""What a finding predicts in a setting: one row of rules/outcomes.yaml."""

from typing import Literal, NamedTuple

Firmness = Literal["firm", "leaning"]


class Prediction(NamedTuple):
    """The outcome that a finding predicts in a setting, None where nothing is predicted, and how firmly.

    A prediction is firm where the criteria settle it, leaning where it rests on what the record does not say or on a
    part that meets; firmness is None in a setting without forecasts.
    """

    setting: str
    outcome: str | None
    says: str
    in_part: bool = False
    firmness: Firmness | None = None
