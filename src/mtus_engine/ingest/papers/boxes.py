"""Boxes to tick: what stands at an empty one is not said."""

import re

_EMPTY, _TICKED = r"\[\s?\]|\(\s\)|[☐□]", r"\[[xX✓]\]|\([xX✓]\)|[☒☑■✓✔]"
_BOX = re.compile(rf"(?:{_EMPTY}|{_TICKED})")
_IS_TICKED = re.compile(_TICKED)


def without_empty_boxes(page: str) -> str:
    """Return a page without what stands at empty boxes; as it is where no box is ticked, and boxes may be bullets."""
    if _IS_TICKED.search(page) is None:
        return page
    return "\n".join(_line_without(line) for line in page.split("\n"))


def _line_without(line: str) -> str:
    boxes = list(_BOX.finditer(line))
    if not boxes:
        return line
    if boxes[-1].end() == len(line.rstrip()):
        # Each box stands behind its words.
        starts = [0, *(one.end() for one in boxes[:-1])]
        words = [line[start : one.start()] for start, one in zip(starts, boxes, strict=True) if _is_ticked(one)]
        return "  ".join(f"☒ {one.strip()}" for one in words)
    ends = [*(one.start() for one in boxes[1:]), len(line)]
    words = [line[one.end() : end] for one, end in zip(boxes, ends, strict=True) if _is_ticked(one)]
    return line[: boxes[0].start()] + "  ".join(f"☒ {one.strip()}" for one in words)


def _is_ticked(box: re.Match[str]) -> bool:
    return _IS_TICKED.fullmatch(box[0]) is not None
