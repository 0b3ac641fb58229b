"""The outcome of comparable decisions, in words."""

from mtus_engine.model.comparable import FEWEST, Comparable, ItemClass
from mtus_engine.model.determination import Finding
from mtus_engine.wording.statuses import finding_words

_LEFT_OUT = {
    "text_only": "the finding from verified text alone",
    "edition": "the edition",
    "guideline": "the guideline",
    "course": "whether it is first or further therapy",
    "asked": "what was authorized",
}


def comparable_words(found: Comparable) -> str:
    """Return how many of the comparable decisions were overturned, their class, and what they were pooled over."""
    if not found.decisions:
        return f"No comparable decision among those counted: {_class_words(found.item_class)}"
    low, high = round(100 * found.low), round(100 * found.high)
    few = f", fewer than {FEWEST}" if found.decisions < FEWEST else ""
    left_out = ", ".join(_LEFT_OUT[name] for name in found.pooled)
    pooled = f"; pooled over {left_out}" if left_out else ""
    return (
        f"Of {found.decisions} comparable decisions{few}, {found.overturned} were overturned "
        f"(Wilson {low} to {high} %): "
        f"{_class_words(found.item_class)}{pooled}"
    )


def _class_words(of: ItemClass) -> str:
    parts = [finding_words(Finding(of.finding)).lower()]
    parts += [{"denied": "denied outright", "in part": "partly authorized"}[of.asked]] if of.asked else []
    parts += [f"{of.course} therapy"] if of.course else []
    parts += [" ".join(part for part in (of.guideline.replace("-", " "), of.edition) if part)] if of.guideline else []
    parts += [f"from verified text alone: {finding_words(Finding(of.text_only)).lower()}"] if of.text_only else []
    return ", ".join(parts)
