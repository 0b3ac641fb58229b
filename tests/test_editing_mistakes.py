"""Mistakes that people make in an editor: each yields one diagnostic, at the line they would mend, with the cure."""

import shutil
from typing import NamedTuple

import pytest

from mtus_engine.api import Checker, load_rules
from mtus_engine.cli.main import main
from mtus_engine.loader.packs import read_layer, rules_of
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.policy.examples import examples
from mtus_engine.policy.lint import noted_in_files
from tests.conftest import RULES

HARDENING = "work-hardening/2009-07-18.yaml"
PHYSICAL = "physical-medicine/2009-07-18.yaml"


class Mistake(NamedTuple):
    """An edit; the code and the words that come back, and the text that stands on the line they name."""

    name: str
    file: str
    before: str
    after: str
    code: str
    cure: str
    line: str


MISTAKES = [
    Mistake(
        "a key indented too little",
        HARDENING,
        "    requires: a job at the medium",
        "  requires: a job at the medium",
        "MT100",
        "indent",
        "  requires: a job at the medium",
    ),
    Mistake(
        "a key indented too far",
        HARDENING,
        "    requires: a job at the medium",
        "      requires: a job at the medium",
        "MT100",
        "indent",
        "      requires: a job at the medium",
    ),
    Mistake(
        "a condition not indented below met_when",
        HARDENING,
        "    met_when:\n      job.demand_level:",
        "    met_when:\n    job.demand_level:",
        "MT201",
        "indent",
        "    job.demand_level:",
    ),
    Mistake(
        "an entry of a list indented too little",
        HARDENING,
        "        - any:\n",
        "      - any:\n",
        "MT100",
        "indent",
        "      - any:",
    ),
    Mistake("a tab", HARDENING, "    cite: p. 125 (8)", "\tcite: p. 125 (8)", "MT100", "spaces", "\tcite: p. 125 (8)"),
    Mistake(
        "an unclosed quote",
        HARDENING,
        "requires: a worker able to benefit from the program",
        'requires: "a worker able to benefit from the program',
        "MT100",
        "close the quote",
        'requires: "a worker able',
    ),
    Mistake(
        "a quote closed by the next one",
        HARDENING,
        "    requires: a worker able to benefit from the program\n    seen_in: [CM13-0053115]",
        '    requires: "a worker able to benefit from the program\n    seen_in: ["CM13-0053115"]',
        "MT100",
        "close the quote",
        'requires: "a worker able',
    ),
    Mistake(
        "an unclosed bracket",
        HARDENING,
        "{in: [medium, heavy, very_heavy]}",
        "{in: [medium, heavy, very_heavy}",
        "MT100",
        "close",
        "{in: [medium, heavy, very_heavy}",
    ),
    Mistake(
        "a bracket never closed",
        HARDENING,
        "covers: [work_hardening, work_conditioning]",
        "covers: [work_hardening, work_conditioning",
        "MT100",
        "close",
        "covers: [work_hardening",
    ),
    Mistake(
        "a missing space after a colon",
        HARDENING,
        "    cite: p. 125 (8)",
        "    cite:p. 125 (8)",
        "MT100",
        "space after the colon",
        "    cite:p. 125 (8)",
    ),
    Mistake(
        "a colon in a text",
        HARDENING,
        "requires: a worker able to benefit",
        "requires: a worker: able to benefit",
        "MT100",
        "quotes",
        "requires: a worker: able",
    ),
    Mistake(
        "a wrong unit",
        HARDENING,
        "{at_most: 2 years}",
        "{at_most: 2 yaers}",
        "MT302",
        "years",
        "{at_most: 2 yaers}",
    ),
    Mistake("no unit", HARDENING, "{at_most: 4 weeks}", "{at_most: 4}", "MT302", "weeks", "{at_most: 4}"),
    Mistake("a swapped threshold", HARDENING, "[3, 5]", "[5, 3]", "MT302", "exchange", "[5, 3]"),
    Mistake(
        "a duplicate id", HARDENING, "id: four-weeks", "id: within-two-years", "MT306", "name", "id: within-two-years"
    ),
    Mistake(
        "a missing citation",
        HARDENING,
        "  - id: demand-level\n    cite: p. 125 (1)\n",
        "  - id: demand-level\n",
        "MT202",
        "cite",
        "  - id: demand-level",
    ),
    Mistake("a misspelt fact", HARDENING, "injury.age:", "injury.aeg:", "MT301", "injury.age", "injury.aeg"),
    Mistake(
        "a misspelt member",
        HARDENING,
        "in: [medium, heavy",
        "in: [medium, heavi",
        "MT302",
        "heavy",
        "heavi",
    ),
    Mistake(
        "a misspelt key", HARDENING, "    advisory: true", "    advisry: true", "MT201", "advisory", "    advisry: true"
    ),
    Mistake(
        "an overlapping date",
        PHYSICAL,
        "until: 2016-07-28",
        "until: 2016-08-28",
        "MT612",
        "day before",
        "until: 2016-08-28",
    ),
    Mistake(
        "an impossible date",
        HARDENING,
        "from: 2009-07-18",
        "from: 2009-07-32",
        "MT108",
        "not a day of the calendar",
        "from: 2009-07-32",
    ),
    Mistake(
        "the same date of a second edition",
        "physical-medicine/2016-07-29.yaml",
        "from: 2016-07-29",
        "from: 2009-07-18",
        "MT307",
        "",
        "from: 2009-07-18",
    ),
    Mistake(
        "a figure with a letter in it",
        PHYSICAL,
        "{at_least: 9, at_most: 10}",
        "{at_least: 9, at_most: 1O}",
        "MT302",
        "number",
        "at_most: 1O",
    ),
    Mistake(
        "yes for true",
        HARDENING,
        "    advisory: true",
        "    advisory: yes",
        "MT108",
        "true",
        "    advisory: yes",
    ),
]


@pytest.fixture
def rules(tmp_path):
    return shutil.copytree(RULES, tmp_path / "rules")


def diagnostics(rules):
    """What lint finds, in the order it is told."""
    try:
        ruleset = load_rules(rules)
        examples(rules, Checker(ruleset))
    except Rejected as rejected:
        return rejected.diagnostics
    found = [one.diagnostic for one in noted_in_files([rules_of(read_layer(rules))], ruleset)]
    return tuple(one for one in found if one.severity != "note")


@pytest.mark.parametrize("mistake", MISTAKES, ids=[one.name for one in MISTAKES])
def test_a_mistake_yields_one_diagnostic_at_its_line_that_names_the_cure(rules, mistake):
    path = rules / mistake.file
    text = path.read_text(encoding="utf-8")
    assert mistake.before in text
    path.write_text(text.replace(mistake.before, mistake.after, 1), encoding="utf-8")
    (found,) = diagnostics(rules)
    assert found.code == mistake.code
    assert found.file.endswith(mistake.file)
    assert mistake.line in found.source
    assert mistake.line in path.read_text(encoding="utf-8").splitlines()[found.line - 1]
    assert mistake.cure in f"{found.message} {found.help}"


@pytest.mark.slow
def test_a_deleted_row_of_a_table_is_told_by_an_example_with_its_trace(rules, capsys):
    path = rules / PHYSICAL
    text = path.read_text(encoding="utf-8")
    start = text.index("      - when: {diagnosis.groups: crps}")
    path.write_text(text[:start] + text[text.index("      #", start) :], encoding="utf-8")
    assert main(["rules", "test", "--rules", str(rules)]) == 5
    told = capsys.readouterr().out
    assert "units supported: expected" in told or "visits: expected" in told
    assert "cap 10" in told
