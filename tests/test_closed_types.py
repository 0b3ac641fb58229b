"""A new member of a closed type: mypy names every place that it must reach, and docs/architecture.md lists them."""

import ast
import re
import shutil
import subprocess
import sys
from collections import defaultdict

import pytest

from tests.conftest import ROOT

SOURCE = ROOT / "src" / "mtus_engine"

# How a member is added: in which file, which text, and the text after it; and how mypy calls the member.
ADDED = {
    "a test of conditions": (
        "model/condition.py",
        "Test = Within | OneOf | HasAll | Documented",
        '@dataclass(frozen=True)\nclass NewTest:\n    """New."""\n\n\nTest = Within | OneOf | HasAll | Documented | NewTest',
        "NewTest",
    ),
    "a kind of fact": (
        "model/fact.py",
        '    SET_OF = "set_of"\n',
        '    SET_OF = "set_of"\n    NEW = "new"\n',
        "Kind.NEW",
    ),
    "a formula of definitions": (
        "model/formula.py",
        "Formula = ByCondition |",
        'class NewFormula(NamedTuple):\n    """New."""\n\n    new: str\n\n\nFormula = NewFormula | ByCondition |',
        "NewFormula",
    ),
    "a finding": (
        "model/determination.py",
        '    MEETS = "meets"\n',
        '    MEETS = "meets"\n    NEW = "new"\n',
        "Finding.NEW",
    ),
    "a status of criteria": (
        "model/determination.py",
        '    MET = "met"\n',
        '    MET = "met"\n    FRESH = "fresh"\n',
        "Status.FRESH",
    ),
    "a status of limits": (
        "model/determination.py",
        '    WITHIN = "within"\n',
        '    WITHIN = "within"\n    RECENT = "recent"\n',
        "LimitStatus.RECENT",
    ),
}


def listed():
    """The places that the architecture page lists, by what is added."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (an? [^|]+) \| ((?:`[\w/.]+`(?:, )?)+) \|$", page, re.MULTILINE)
    return {what.strip(): set(re.findall(r"`([\w/.]+)`", places)) for what, places in rows}


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """The places that mypy names, by what is added: all members are added to one copy of the tree."""
    folder = tmp_path_factory.mktemp("tree")
    shutil.copytree(SOURCE, folder / "src" / "mtus_engine")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for file, before, after, _ in ADDED.values():
        path = folder / "src" / "mtus_engine" / file
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, (file, before)
        path.write_text(text.replace(before, after), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-incremental"], cwd=folder, capture_output=True, text=True, check=False
    )
    found = defaultdict(set)
    for line in run.stdout.splitlines():
        for what, (*_, member) in ADDED.items():
            if "assert_never" in line and re.search(rf"\b{re.escape(member)}\b", line):
                found[what].add(line.partition(":")[0].removeprefix("src/mtus_engine/"))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("what", ADDED)
def test_mypy_names_every_place_that_a_new_member_must_reach(what, named):
    assert named[what] == listed()[what]


def test_no_match_swallows_a_member_of_a_closed_type():
    """A match ends in assert_never, unless what it looks at is open: text, plain values, pairs of values."""
    open_ = {
        "audit/rows.py": "cell",
        "cli/check.py": "options.format",
        "cli/ingest_review.py": "value",
        "cli/rules_lint.py": "options.format",
        "cli/rules_test.py": "options.format",
        "cli/sheets.py": "options.format",
        "compiler/conditions.py": "key",
        "compiler/phrases.py": "name",
        "compiler/targets/columns/definitions.py": "(inner, outer) (one, other)",
        "compiler/targets/columns/presumed.py": "(own, other)",
        "explain/ways.py": "(one, other)",
        "ingest/found.py": "value",
        "ingest/merging.py": "value",
        "loader/documents.py": "detail['type']",
        "loader/plain_json.py": "value plain",
        "model/diagnostic.py": "value",
        "model/values.py": "(one, other) (inner, outer)",
        "policy/small_case.py": "value",
        "serve/problems.py": "one['type']",
    }
    swallowing = [
        f"{name}: match {subject}"
        for path in sorted(SOURCE.rglob("*.py"))
        for name in [path.relative_to(SOURCE).as_posix()]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Match)
        for subject in [ast.unparse(node.subject)]
        if not _ends(node) and subject not in open_.get(name, "") and not subject.startswith("ask(")
    ]
    assert swallowing == []


def _ends(match):
    """Whether a match ends in assert_never."""
    last = match.cases[-1]
    names = {node.id for line in last.body for node in ast.walk(line) if isinstance(node, ast.Name)}
    return "assert_never" in names


def test_no_two_classes_share_a_name_nor_a_class_and_a_type():
    """A type that is assigned a name, such as a union, has no class's name either."""
    classes, types = {}, {}
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes.setdefault(node.name, []).append(place)
        for node in tree.body:
            for target in node.targets if isinstance(node, ast.Assign) else []:
                if isinstance(target, ast.Name) and re.fullmatch(r"[A-Z][a-z]\w*", target.id):
                    types.setdefault(target.id, []).append(place)
    assert {name: places for name, places in classes.items() if len(places) > 1} == {}
    assert {name: places for name, places in types.items() if name in classes} == {}


def test_no_file_is_longer_than_three_hundred_lines():
    lengths = {str(path): len(path.read_text().splitlines()) for path in SOURCE.rglob("*.py")}
    assert {path: length for path, length in lengths.items() if length > 300} == {}
