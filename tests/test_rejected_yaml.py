"""YAML's traps: each is refused at its place, with an explanation and a cure."""

from pathlib import Path

import pytest

from mtus_engine.loader.scalars import scalar
from mtus_engine.loader.yaml_tree import parse
from mtus_engine.model.diagnostic import Rejected

FOLDER = Path(__file__).parent / "rejected" / "yaml"
EXPECTED = [line.split() for line in (FOLDER / "expected.txt").read_text(encoding="utf-8").splitlines()]


def rejected(name, content):
    with pytest.raises(Rejected) as refusal:
        parse(name, content)
    return refusal.value.diagnostics


def test_every_rejected_file_is_expected():
    assert {name for name, *_ in EXPECTED} == {path.name for path in FOLDER.glob("*.yaml")}


@pytest.mark.parametrize(("name", "code", "place"), EXPECTED)
def test_a_trap_is_refused_at_its_place(name, code, place):
    found = rejected(name, (FOLDER / name).read_bytes())
    assert (code, place) in [(d.code, f"{d.line}:{d.column}") for d in found]
    assert all(d.help for d in found)


def test_a_quote_closed_by_a_later_one_is_told_where_it_begins():
    (found,) = rejected("q", b'case: "one\nasked: "two"\nsetting: ur\n')
    assert (found.line, found.column, found.help) == (1, 7, "close the quote")


def test_a_text_in_quotes_over_several_lines_is_not_blamed_for_a_later_mistake():
    (found,) = rejected("q", b'case: "one\n  two"\nasked: [a, b\nsetting: ur\n')
    assert (found.line, found.help) == (3, "close it with ]")


def test_an_entity_bomb_is_refused_without_being_unfolded():
    lines = [b"a0: &a0 [x, x]"] + [b"a%d: &a%d [*a%d, *a%d]" % (n, n, n - 1, n - 1) for n in range(1, 60)]
    found = rejected("bomb", b"\n".join(lines))
    assert {d.code for d in found} == {"MT105"}


def test_a_file_nested_too_deeply_is_refused():
    assert [d.code for d in rejected("deep", b"a: " + b"[" * 65 + b"]" * 65)] == ["MT107"]
    assert parse("deep enough", b"[" * 63 + b"]" * 63).plain is not None


def test_a_file_of_more_than_five_mebibytes_is_refused_unread():
    assert [d.code for d in rejected("large", b"#" * (5 * 1024 * 1024 + 1))] == ["MT101"]


@pytest.mark.parametrize("content", [b"case: caf\xe9\n", b"\xff\xfe\x00"])
def test_what_is_no_utf8_text_is_refused(content):
    assert [d.code for d in rejected("latin", content)] == ["MT102"]


def test_line_ends_and_byte_order_marks_do_not_matter():
    assert parse("crlf", b"\xef\xbb\xbfa: 1\r\nb: 2\r\n").plain == parse("lf", b"a: 1\nb: 2\n").plain


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("12", 12), ("-3", -3), ("~", None), ("2013-11", "2013-11"), ("3x4", "3x4")]
)
def test_plain_scalars_mean_one_thing(text, value):
    assert scalar(text) == value


def test_all_mistakes_of_a_file_are_reported_at_once():
    found = rejected("many", b"a: yes\nb: 1:30\nc: &x 1\na: 2\n")
    assert [(d.code, d.line) for d in found] == [("MT108", 1), ("MT108", 2), ("MT105", 3), ("MT104", 4)]
