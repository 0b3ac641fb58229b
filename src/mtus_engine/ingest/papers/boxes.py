"""Boxes to tick: what stands at an empty one, where another of the same block is ticked, is not said."""

import re

# "(  )" before figures is where an area code is missing.
_EMPTY, _TICKED = r"\[\s?\]|\(\s\)(?!\s*\d)|[☐□]", r"\[[xX✓]\]|\([xX✓]\)|[☒☑■✓✔]"
EMPTY_BOX, TICKED_BOX = re.compile(_EMPTY), re.compile(_TICKED)
_BOX = re.compile(rf"(?:{_EMPTY}|{_TICKED})")
# Lines with boxes are one block where no more than so many lines without any stand between them; of lines that begin
# with a box, where what is ticked goes on in lines between, more.
_APART, _APART_GOING_ON = 2, 8


# A field of a form on the screen that is on, as its line is read.
_FIELD_ON = re.compile(r"\s*(?P<name>[^:\n]{2,200}):\s*(?:yes|on|x|true|checked)\s*", re.IGNORECASE)
_AT_A_TICK = re.compile(rf"(?:{_TICKED})\s*(.*?)(?={_TICKED}|$)")


def ticked_words(text: str) -> tuple[str, ...]:
    """Return the words at the ticked boxes of a text, and the names of fields that say yes."""
    found: list[str] = []
    for line in without_empty_boxes(text).split("\n"):
        on = _FIELD_ON.fullmatch(line)
        found += [on["name"]] if on is not None else _AT_A_TICK.findall(line)
    return tuple(words.strip() for words in found if words.strip())


def without_empty_boxes(page: str) -> str:
    """Return a page without what stands at empty boxes; boxes of which none is ticked may be bullets, and stay."""
    lines = page.split("\n")
    boxed = [number for number, line in enumerate(lines) if _BOX.search(line) is not None]
    blocks: list[list[int]] = []
    for number in boxed:
        if blocks and _are_of_one_block(lines, blocks[-1][-1], number):
            blocks[-1].append(number)
        else:
            blocks.append([number])
    for block in blocks:
        if any(TICKED_BOX.search(lines[number]) is not None for number in block):
            for number in block:
                _untick(lines, number)
    return "\n".join(lines)


def _are_of_one_block(lines: list[str], before: int, number: int) -> bool:
    if number - before <= _APART + 1:
        return True
    begin = all(_BOX.match(lines[each].strip()) is not None for each in (before, number))
    goes_on = all(line.strip() for line in lines[before + 1 : number])
    return begin and goes_on and number - before <= _APART_GOING_ON + 1


def _untick(lines: list[str], number: int) -> None:
    """Take what stands at the empty boxes of a line out; a box alone on its line is that of the next line."""
    alone = _BOX.fullmatch(lines[number].strip())
    if alone is None:
        lines[number] = _line_without(lines[number])
        return
    lines[number] = ""
    if number + 1 < len(lines):
        lines[number + 1] = f"☒ {lines[number + 1].strip()}" if _is_ticked(alone) else ""


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
    return TICKED_BOX.fullmatch(box[0]) is not None
