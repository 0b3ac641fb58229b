"""The headings of the table of what is requested, in one line or several."""

from collections.abc import Sequence

from mtus_engine.ingest.papers.labels import Piece
from mtus_engine.ingest.papers.tables import COLUMNS, HEADINGS, REMARKS
from mtus_engine.model.papers import Label

# The headings of all five columns, even with one word to a line, take no more lines than this.
_MOST_HEAD_LINES = 24
# Their text has at most so many letters, and so many words that are no heading yet, as the rest of it is to come.
_LONGEST_HEAD, _MOST_LEFT = 400, 8


def heads_a_table(cut: Sequence[Piece], line: str, labels: Sequence[Label]) -> bool:
    """Return whether a line holds the headings of a table's columns: several of them, or one without a value."""
    if any(label.use in COLUMNS and label.pattern.fullmatch(line.strip()) for label in labels):
        return True
    named = [one for one in cut if one.use is not None]
    if named and all(one.use in COLUMNS for one in named) and all(_is_remark(one.lines[0]) for one in named):
        return True
    return columns_named(line, labels) >= HEADINGS and (not named or _is_remark(named[-1].lines[0]))


def columns_named(line: str, labels: Sequence[Label]) -> int:
    """Return how many columns of the table of what is requested a line names."""
    return len({label.use for label in labels if label.use in COLUMNS and label.pattern.search(line)})


def lines_of_heads(lines: Sequence[str], labels: Sequence[Label]) -> int:
    """Return how many of the first lines are the headings of a table's columns, each perhaps broken over lines."""
    if not any(sign.isalnum() for sign in lines[0]):
        # A line drawn above the headings is not one of them.
        return 0
    columns = [label for label in labels if label.use in COLUMNS]
    found, text = 0, ""
    for number, line in enumerate(lines[:_MOST_HEAD_LINES], 1):
        text = f"{text} {line.strip()}".strip()
        rest, uses = text, set()
        for label in columns:
            rest, times = label.pattern.subn(" ", rest)
            uses |= {label.use} if times else set()
        left = [word for word in REMARKS.sub(" ", rest).split() if any(sign.isalnum() for sign in word)]
        if len(uses) >= HEADINGS and not left:
            found = number
        # Headings are few words, of which most are known by now; other text is not looked at further.
        if len(text) > _LONGEST_HEAD or len(left) > _MOST_LEFT or (number >= HEADINGS and not uses):
            break
    return found


def _is_remark(value: str) -> bool:
    return not value or (value.startswith("(") and not any(sign.isdigit() for sign in value))
