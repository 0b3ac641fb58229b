"""YAML text to a tree of values with positions; the traps of YAML are refused with an explanation."""

import re
from collections.abc import Iterator

import yaml

from mtus_engine.loader.scalars import Ambiguous, scalar
from mtus_engine.loader.source import Document, Node, Plain, Scalar, Tree, diagnostic_at
from mtus_engine.loader.yaml_failure import failure
from mtus_engine.model.diagnostic import Diagnostic, Rejected

LARGEST_FILE = 5 * 1024 * 1024
DEEPEST_NESTING = 64
# At most so many mistakes are reported: a file with more is not the kind of file that was meant.
MOST_PROBLEMS = 1000

# Control characters, those that turn the direction of text, and code points that are no characters.
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ufdd0]")

# JSON writes a character beyond 16 bits as two escapes; YAML takes neither of them by itself.
_ESCAPED_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")

# A scalar has neither, so that all share these.
_NO_CHILDREN: dict[str | int, Node] = {}
_NO_KEYS: dict[str, tuple[int, int]] = {}

# libyaml's parser, where it is there, is about fifteen times faster.
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse(file: str, content: bytes) -> Document:
    """Return the document that content holds; raises Rejected with every mistake of the YAML itself."""
    document = parse_leniently(file, content)
    if document.problems:
        raise Rejected(document.problems)
    return document


def parse_leniently(file: str, content: bytes, *, truths_as_words: bool = False) -> Document:
    """Return the document with the mistakes that still let it be read; raises Rejected where it cannot be.

    A value that was refused is kept as text, so that the other mistakes of the file can be reported, too.
    truths_as_words keeps an unquoted yes or no as that word, for files whose facts tell what is meant.
    """
    builder = _Builder(file, _text(file, content), truths_as_words=truths_as_words)
    _refuse_control_characters(file, builder.lines, builder.text)
    try:
        root = builder.document(yaml.parse(builder.text, Loader=_PARSER))
    except yaml.YAMLError as error:
        builder.problems.append(failure(file, builder.lines, error))
        root = None
    except RecursionError:
        raise _refusal(file, "MT107", "the file is nested too deeply", f"at most {DEEPEST_NESTING} levels") from None
    if root is None:
        raise Rejected(tuple(builder.problems) or (_empty_file(file, builder.lines),))
    return Document(file, builder.lines, root, tuple(builder.problems))


def _text(file: str, content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        message = f"the file has more than {LARGEST_FILE:,} bytes, the most that are read"
        raise _refusal(file, "MT101", message, "split it")
    try:
        text = content.decode("utf-8-sig")
        return _ESCAPED_PAIR.sub(_joined_pair, text) if text.lstrip()[:1] in {"{", "["} else text
    except UnicodeDecodeError as error:
        before = content[: error.start].split(b"\n")
        message = f"the byte {content[error.start]:02x} is not UTF-8 text"
        cure = "save the file as UTF-8"
        raise Rejected((Diagnostic("MT102", file, len(before), len(before[-1]) + 1, message, cure),)) from None


def _joined_pair(pair: re.Match[str]) -> str:
    high, low = int(pair[2], 16) - 0xD800, int(pair[3], 16) - 0xDC00
    return pair[1] + chr(0x10000 + high * 0x400 + low)


class _Builder:
    """Builds the tree from the parser's events, collecting what is refused on the way."""

    def __init__(self, file: str, text: str, *, truths_as_words: bool) -> None:
        self.file = file
        self.truths_as_words = truths_as_words
        self.text = text
        self.lines = tuple(text.splitlines())
        self.problems: list[Diagnostic] = []

    def document(self, events: Iterator[yaml.Event]) -> Node | None:
        root = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                self._refuse(event, "MT103", "a second document begins here", "keep one document in a file")
                return root
            if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent, yaml.AliasEvent)):
                root = self._node(event, events, 1)
                if root is None:
                    return None
        return root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node | None:
        """Return the node that event begins, or None where it is nested too deeply to go on."""
        if depth > DEEPEST_NESTING:
            self._refuse(event, "MT107", f"nested more than {DEEPEST_NESTING} levels deep", "write it flatter")
            return None
        self._refuse_sharing(event)
        line, column = _start(event)
        if isinstance(event, yaml.ScalarEvent):
            return Node(Tree.SCALAR, line, column, self._scalar(event), _NO_CHILDREN, _NO_KEYS)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(Node(Tree.SEQUENCE, line, column), events, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(Node(Tree.MAPPING, line, column), events, depth)
        return Node(Tree.SCALAR, line, column)

    def _sequence(self, node: Node, events: Iterator[yaml.Event], depth: int) -> Node | None:
        plain: list[Plain] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            child = self._node(event, events, depth + 1)
            if child is None:
                return None
            node.children[len(plain)] = child
            plain.append(child.plain)
        node.plain = tuple(plain)
        return node

    def _mapping(self, node: Node, events: Iterator[yaml.Event], depth: int) -> Node | None:
        plain: dict[str, Plain] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            self._refuse_sharing(event)
            key = event.value if isinstance(event, yaml.ScalarEvent) else self._complex_key(event, events, depth)
            child = self._node(next(events), events, depth + 1)
            if child is None:
                return None
            if key in plain:
                first = node.keys[key][0] + 1
                self._refuse(event, "MT104", f"{key} is written twice; first on line {first}", "keep one of the two")
                continue
            node.keys[key] = _start(event)
            node.children[key] = child
            plain[key] = child.plain
        node.plain = plain
        return node

    def _complex_key(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> str:
        self._refuse(event, "MT106", "a list or mapping is no key here", "use a plain word as the key")
        self._node(event, events, depth + 1)
        return f"key on line {_start(event)[0] + 1}"

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        if not event.implicit[0]:
            if control := CONTROL.search(event.value):
                self._refuse(event, "MT102", f"the text holds a control character, {_code(control[0])}", "remove it")
            return event.value
        try:
            return scalar(event.value, truths_as_words=self.truths_as_words)
        except Ambiguous as refusal:
            self._refuse(event, "MT108", str(refusal), refusal.cure)
            return event.value

    def _refuse_sharing(self, event: yaml.Event) -> None:
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "MT105", f"*{anchor} repeats another part of the file", "write the part out")
        elif anchor is not None:
            self._refuse(event, "MT105", f"&{anchor} names a part for repeating", "remove the anchor")
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            self._refuse(event, "MT106", f"the tag {tag} is not used here", "remove the tag; quote text that needs it")

    def _refuse(self, event: yaml.Event, code: str, message: str, cure: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(diagnostic_at(code, self.file, self.lines, *_start(event), message, cure))


def _start(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    assert mark is not None
    return mark.line, mark.column


def _refuse_control_characters(file: str, lines: tuple[str, ...], text: str) -> None:
    """Raise Rejected for characters that YAML does not take, that steer a terminal, or that reverse text."""
    if CONTROL.search(text) is None:
        return
    found = [(n, match) for n, line in enumerate(lines) if (match := CONTROL.search(line))]
    problems = [
        diagnostic_at("MT102", file, lines, n, match.start(), f"a control character, {_code(match[0])}", "remove it")
        for n, match in found[:MOST_PROBLEMS]
    ]
    raise Rejected(tuple(problems) or (Diagnostic("MT102", file, 1, 1, "a control character", "remove it"),))


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def _refusal(file: str, code: str, message: str, cure: str) -> Rejected:
    return Rejected((Diagnostic(code, file, 1, 1, message, cure),))


def _empty_file(file: str, lines: tuple[str, ...]) -> Diagnostic:
    return diagnostic_at(
        "MT109",
        file,
        lines,
        0,
        0,
        "the file is empty",
        "docs/case-files.md and docs/rule-files.md say what belongs in it; mtus new TREATMENT writes a case",
    )
