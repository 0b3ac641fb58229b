"""Drafts as a table, requests from a table, and runs that go on."""

import csv
import shutil

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml

from mtus_engine.api import Checker, CheckOptions, read_case_file
from mtus_engine.bulk.coded import coded_rows, coded_table
from mtus_engine.cli.main import main
from mtus_engine.ingest import journal
from tests.conftest import ROOT
from tests.test_ingest import text

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow

CASES = sorted((ROOT / "cases" / "imr").glob("*.yaml"))


def decisions(folder, number):
    folder.mkdir()
    for n in range(number):
        content = text(("Physical therapy 3x4", "Upheld"), ("Acupuncture 6 visits", "Overturned"))
        (folder / f"{n}.txt").write_text(content.replace("CM16-0999999", f"CM16-{n:07}"), encoding="utf-8")
    return folder


def findings_of_table(table, out):
    assert main(["bulk", str(table), "--out", str(out), "--no-reasons", "--no-verified"]) == 0
    rows = duckdb.sql(f"SELECT \"case\", item, finding FROM '{out}/*.parquet'").fetchall()
    return {(case, item): finding for case, item, finding in rows}


@pytest.mark.parametrize("only_sure", [False, True])
def test_a_coded_table_comes_to_what_the_cases_come_to(tmp_path, ruleset, capsys, only_sure):
    checker = Checker(ruleset, CheckOptions(only_sure=only_sure))
    rows, told = [], {}
    for path in CASES:
        case = read_case_file(path, ruleset)
        rows += coded_rows(case, ruleset, only_sure=only_sure)
        for one in checker.check(case, explain=False):
            told[case.case, one.item.item] = one.determination.evaluation.finding.value
    pq.write_table(coded_table(rows, ruleset), tmp_path / "coded.parquet")
    found = findings_of_table(tmp_path / "coded.parquet", tmp_path / "out")
    assert {key: found.get(key) for key in told} == told
    assert len(told) > 30


def test_decisions_are_written_as_one_table_that_a_bulk_run_takes(tmp_path, ruleset, capsys):
    folder = decisions(tmp_path / "decisions", 3)
    assert main(["ingest", str(folder), "--out", str(tmp_path / "drafts.parquet")]) == 0
    assert main(["ingest", str(folder), "--out", str(tmp_path / "drafts")]) == 0
    told = {}
    for path in sorted((tmp_path / "drafts").glob("*.yaml")):
        for one in Checker(ruleset).check(read_case_file(path, ruleset), explain=False):
            told[one.case.case, one.item.item] = one.determination.evaluation.finding.value
    assert len(told) == 6
    assert findings_of_table(tmp_path / "drafts.parquet", tmp_path / "out") == told
    assert not (tmp_path / "drafts.parquet.parts").exists()
    capsys.readouterr()
    assert main(["ingest", str(folder), "--out", str(tmp_path / "drafts.parquet")]) == 2
    assert "is there already and is left as it is" in capsys.readouterr().err


def test_a_run_that_was_killed_goes_on_and_a_changed_file_is_read_again(tmp_path, capsys, monkeypatch):
    folder, out = decisions(tmp_path / "decisions", 5), tmp_path / "drafts"
    assert main(["ingest", str(folder / "0.txt"), str(folder / "1.txt"), "--out", str(out)]) == 0
    with (out / journal.NAME).open("a", encoding="utf-8") as cut:
        cut.write('{"gave": "CM16-00')
    capsys.readouterr()
    assert main(["ingest", str(folder), "--out", str(out)]) == 0
    told = capsys.readouterr().err
    assert "going on: 2 of 5 were read before" in told
    assert "3 of 3 decisions drafted" in told
    assert len(list(out.glob("*.yaml"))) == 5
    (out / "CM16-0000002.yaml").unlink()
    assert main(["ingest", str(folder), "--out", str(out)]) == 0
    assert "going on: 4 of 5 were read before" in capsys.readouterr().err
    assert len(list(out.glob("*.yaml"))) == 5
    (folder / "3.txt").write_text((folder / "3.txt").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert main(["ingest", str(folder), "--out", str(out)]) == 1
    told = capsys.readouterr().err
    assert "going on: 4 of 5 were read before" in told
    assert "is there already and is left as it is" in told


def test_a_table_that_was_stopped_keeps_the_parts_that_were_noted(tmp_path, capsys, monkeypatch):
    folder, table = decisions(tmp_path / "decisions", 5), tmp_path / "drafts.parquet"
    monkeypatch.setattr("mtus_engine.cli.ingest_table.FILES_A_PART", 2)
    taken = []

    def stopping(self, file, draft):
        taken.append(file)
        if len(taken) == 4:
            raise KeyboardInterrupt
        return took(self, file, draft)

    from mtus_engine.cli.ingest_table import TableWriter

    took = TableWriter.take
    monkeypatch.setattr(TableWriter, "take", stopping)
    assert main(["ingest", str(folder), "--workers", "1", "--out", str(table)]) == 130
    parts = tmp_path / "drafts.parquet.parts"
    assert [one.name for one in parts.glob("*.parquet")] == ["000000.parquet"]
    # A part that was written and not noted is written again.
    shutil.copy(parts / "000000.parquet", parts / "000007.parquet")
    capsys.readouterr()
    assert main(["ingest", str(folder), "--workers", "1", "--out", str(table)]) == 0
    assert "going on: 2 of 5 were read before" in capsys.readouterr().err
    rows = pq.read_table(table, columns=["case", "item"]).to_pylist()
    assert len({(row["case"], row["item"]) for row in rows}) == len(rows) == 10


HEADER = ["claim no", "treatment", "date of rfa", "visits requested", "injured", "remarks"]
MAP = """columns:
  "claim no": case
  "treatment": request.treatment
  "date of rfa": request.date
  "visits requested": request.visits
  "injured": injury.date
"""


def table(tmp_path, *rows):
    with (tmp_path / "requests.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    return [
        "ingest",
        str(tmp_path / "requests.csv"),
        "--map",
        str(tmp_path / "map.yaml"),
        "--out",
        str(tmp_path / "out"),
    ]


def test_a_table_of_requests_is_read_to_drafts_each_value_with_its_row_and_column(tmp_path, ruleset, capsys):
    command = table(
        tmp_path,
        ["A-1", "97110", "05/02/2016", "8", "2016-01-04", "x"],
        ["A-1", "acupuncture", "05/02/2016", "6", "2016-01-04", ""],
        ["B-2", "physical_therapy", "2016-05-03", "=1+2", "2016-01-04", "=cmd|' /C calc'!A0"],
        ["C-3", "=HYPERLINK(1)", "2016-05-03", "3", "2016-01-04", ""],
    )
    assert main(command) == 1
    told = capsys.readouterr().err
    assert "1 draft cases of requests written" in told
    assert "requests.csv row 3: request.visits" in told
    assert "requests.csv row 4: request.treatment" in told
    first, second = read_case_file(tmp_path / "out" / "A-1.yaml", ruleset).items
    plain = yaml.safe_load((tmp_path / "out" / "A-1.yaml").read_text(encoding="utf-8"))
    assert plain["setting"] == "ur"
    assert plain["items"][0]["facts"]["request.visits"] == {"value": 8, "at": "requests.csv row 1, request.visits"}
    assert first.statements["request.date"][0].values.low == first.statements["request.date"][0].values.high
    assert {str(one) for one in first.statements["request.treatment"][0].values.possible} == {
        "physical_therapy",
        "occupational_therapy",
    }
    assert second.item == "2"


def test_a_table_without_a_column_of_ours_is_refused_with_the_cure(tmp_path, capsys):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(["ingest", str(tmp_path / "other.csv"), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert "other.csv: none of its columns is known. mtus bulk map proposes which column is which" in told


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--map", "map.yaml"], "--map tells the columns of a CSV of requests, and none is named"),
        (["--engine", "spark", "--out", "drafts"], "Spark writes a table: --out TABLE.parquet"),
        (["--review", "--out", "drafts.parquet"], "name a folder after --out"),
    ],
)
def test_options_that_do_not_go_together_are_told(tmp_path, capsys, options, says):
    folder = decisions(tmp_path / "decisions", 1)
    assert main(["ingest", str(folder), *options]) == 2
    assert says in capsys.readouterr().err


def test_spark_writes_the_same_table(tmp_path, capsys):
    pytest.importorskip("pyspark")
    folder = decisions(tmp_path / "decisions", 3)
    (folder / "bill.txt").write_text("INVOICE", encoding="utf-8")
    assert main(["ingest", str(folder), "--out", str(tmp_path / "one.parquet")]) == 1
    assert main(["ingest", str(folder), "--out", str(tmp_path / "spark.parquet"), "--engine", "spark"]) == 1
    assert "bill.txt: what kind of paper it is cannot be told" in capsys.readouterr().err
    one, other = (
        sorted(pq.read_table(tmp_path / name).to_pylist(), key=lambda row: (row["case"], row["item"]))
        for name in ("one.parquet", "spark.parquet")
    )
    assert one == other
    assert len(one) == 6


def test_a_paper_that_is_changed_in_its_folder_is_read_again(tmp_path):
    folder, out = tmp_path / "papers", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    (folder / "report.txt").write_text("Visit 3", encoding="utf-8")
    (out / "draft.yaml").touch()
    with journal.Journal(out, "rules").noting() as noting:
        noting.note([(folder, "draft.yaml")])
    assert journal.Journal(out, "rules").files_left([folder]) == []
    was = folder.stat()
    (folder / "report.txt").write_text("Visit 12", encoding="utf-8")
    assert folder.stat().st_mtime_ns == was.st_mtime_ns
    assert journal.Journal(out, "rules").files_left([folder]) == [folder]
