"""The pages of docs/diagnostics: each code with an edit that earns it, what the command says of it, and why."""

import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from mtus_engine.cli.main import main

HERE = Path(__file__).parent / "diagnostics"
PAGES = Path(__file__).parent.parent / "docs" / "diagnostics"
LINT, CHECK = "mtus rules lint --rules rules --notes", "mtus check case.yaml --rules rules"
# From here on codes are about what only cases show.
DEEP = "MT606"
# A longer line is no example that a page can show.
LONGEST = 200


class Run(NamedTuple):
    """A command, its exit code and all that it printed."""

    command: str
    code: int
    printed: str


def entries() -> list[dict[str, Any]]:
    """Return the codes with their examples, in order."""
    return sorted(yaml.safe_load((HERE / "pages.yaml").read_text(encoding="utf-8")), key=lambda one: one["code"])


def run(entry: dict[str, Any], which: str) -> Run:
    """Return what the good or the bad example of a code gives."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        shutil.copytree(HERE / "base", "rules")
        shutil.copytree(HERE / "office", "office")
        shutil.copy(HERE / "case.yaml", "case.yaml")
        Path("empty").mkdir()
        for source, target in entry.get("copied", {}).items():
            if Path(source).is_dir():
                shutil.copytree(source, target)
                continue
            Path(target).parent.mkdir(parents=True)
            shutil.copy(source, target)
        if "file" in entry:
            Path(entry["file"]).parent.mkdir(parents=True, exist_ok=True)
            Path(entry["file"]).write_text(_text(entry, which), encoding="utf-8")
        command = _command(entry, which)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            code = main(command.split()[1:])
        return Run(command, code, printed.getvalue())


def _command(entry: dict[str, Any], which: str) -> str:
    usual = CHECK if entry.get("file") == "case.yaml" else LINT + " --deep" * (entry["code"] >= DEEP)
    given = entry.get("command", usual)
    return given[which] if isinstance(given, dict) else given


def _text(entry: dict[str, Any], which: str) -> str:
    if "text" in entry:
        return entry["text"][which]
    path = Path(entry["file"])
    text, replaced = path.read_text(encoding="utf-8"), entry.get("replace", entry["good"])
    assert replaced in text, f"{entry['code']}: {path} does not hold {replaced!r}"
    padding = "#" * entry.get("padded", 0) if which == "bad" else ""
    return text.replace(replaced, entry[which], 1) + padding


def codes_in(printed: str) -> set[str]:
    """Return the codes that a command's output names."""
    return set(re.findall(r"\bMT\d{3}\b", printed))


def page(entry: dict[str, Any]) -> str:
    """Return the page of one code."""
    lines = [f"# {entry['code']}: {entry['title']}", "", " ".join(entry["why"].split()), ""]
    if "not_run" in entry:
        return "\n".join([*lines, f"No example: it {entry['not_run']}.", ""])
    bad = run(entry, "bad")
    lines += ["## Bad", "", *_shown(entry, "bad"), f"`{bad.command}` says:", "", *_block(_first(bad.printed)), ""]
    lines += ["## Good", "", *_shown(entry, "good")]
    return "\n".join(lines).rstrip() + "\n"


def _shown(entry: dict[str, Any], which: str) -> Iterator[str]:
    if "file" not in entry:
        yield from [*_block(_command(entry, which)), ""]
        return
    text = entry["text"][which] if "text" in entry else entry[which]
    said = f"In `{entry['file']}`:" if text else f"In `{entry['file']}`, without the lines below."
    if "padded" in entry and which == "bad":
        said, text = f"`{entry['file']}` with more than 5 MiB.", ""
    yield from [said, ""]
    if text:
        yield from [
            *_block("".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)),
            "",
        ]


def _first(printed: str) -> str:
    """Return the first mistake of an output, without the count at its end."""
    return re.split(r"\n\n|\n\d+ (?:mistake|warning|note)", printed.strip())[0]


def _block(text: str) -> list[str]:
    return [f"    {line[:LONGEST]}".rstrip() for line in text.rstrip("\n").splitlines()]


def index() -> str:
    """Return the page that lists all codes."""
    rows = [f"| [{one['code']}]({one['code']}.md) | {one['title']} |" for one in entries()]
    return (
        "\n".join(
            [
                "# Diagnostics",
                "",
                "What the commands say of files, code by code.",
                "",
                "| code | says |",
                "| --- | --- |",
                *rows,
            ]
        )
        + "\n"
    )


def pages() -> dict[str, str]:
    """Return all pages by their file names."""
    return {"README.md": index(), **{f"{one['code']}.md": page(one) for one in entries()}}


if __name__ == "__main__":
    os.environ["COLUMNS"] = "120"
    PAGES.mkdir(exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{PAGES} written\n")
