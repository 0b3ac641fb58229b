"""Bulk runs: any format gives the same rows, what does not fit is told, a stopped run goes on, and each row can be explained."""

import contextlib
import csv
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from textwrap import indent

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from mtus_engine.api import Checker, case_of_text, load_rules, shipped_rules
from mtus_engine.bulk import plan
from mtus_engine.bulk.mapping import proposed_mapping
from mtus_engine.bulk.rows import statements_of
from mtus_engine.bulk.synthetic import batches
from mtus_engine.cli.main import main
from mtus_engine.compiler.halfway import as_meant
from mtus_engine.model.case import Case, CaseItem
from tests.test_columns import told

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow

SMALL = Path(__file__).parent / "diagnostics" / "base"
ROWS = [
    {
        "case": f"A{n:03}",
        "item": "1",
        "setting": "ur" if n % 2 else "imr",
        "request.treatment": "brace_fitting",
        "request.date": date(2021, 5, 1 + n % 28),
        "injury.date": date(2019, 5, 1) if n % 3 else date(2020, 2, 29),
        "request.visits": None if n % 5 == 0 else 1 + n % 7,
        "request.visits.min": 2 if n % 5 == 0 else None,
        "request.visits.max": 3 if n % 5 == 0 else None,
        "knee.unstable": [True, False, None][n % 3],
        "knee.side": ["left", "both", None][n % 3],
        "job.demand_level": ["light", "heavy"][n % 2],
        "reviewer.outcome": ["denied", "approved"][n % 2],
    }
    for n in range(60)
]


def table(rows=ROWS):
    return pa.Table.from_pylist(rows)


@pytest.fixture
def parquet(tmp_path):
    path = tmp_path / "requests.parquet"
    pq.write_table(table(), path, row_group_size=20)
    return path


def bulk(*arguments):
    return main(["bulk", *map(str, arguments), "--rules", str(SMALL)])


def rows_of(folder):
    """The rows of an output without where they came from."""
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT * EXCLUDE (file) FROM '{folder}/part-*.parquet' ORDER BY row").fetchall()
        return [dict(zip((name for name, *_ in connection.description), row, strict=True)) for row in found]


def test_parquet_csv_and_ndjson_give_the_same_rows(tmp_path, parquet):
    with (tmp_path / "requests.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(ROWS[0]))
        writer.writeheader()
        writer.writerows(
            {name: str(v).lower() if isinstance(v, bool) else v for name, v in row.items()} for row in ROWS
        )
    lines = (json.dumps({name: value for name, value in row.items() if value is not None}, default=str) for row in ROWS)
    (tmp_path / "requests.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
    outputs = []
    tabbed = (tmp_path / "requests.csv").read_text(encoding="utf-8").replace(",", "\t")
    (tmp_path / "requests.tsv").write_text(tabbed, encoding="utf-8")
    for kind in ("parquet", "csv", "tsv", "ndjson"):
        assert bulk(tmp_path / f"requests.{kind}", "--out", tmp_path / kind) == 0
        outputs.append(rows_of(tmp_path / kind))
    assert outputs[0] == outputs[1] == outputs[2] == outputs[3]
    assert len(outputs[0]) == len(ROWS)
    assert {row["finding"] for row in outputs[0]} >= {"meets", "does_not_meet", "whole_can_meet"}


def test_every_row_is_what_check_says_of_it(tmp_path, parquet):
    assert bulk(parquet, "--out", tmp_path / "out") == 0
    rules = load_rules(SMALL)
    checker = Checker(rules)
    for row, found in zip(ROWS, rows_of(tmp_path / "out"), strict=True):
        item = CaseItem("1", "t", statements_of(row, rules, "row"), None)
        determination = checker.determination(Case("c", row["setting"], None, (item,), "memory"), item)
        expected = told(determination)
        assert {name: found[name] for name in expected} == expected
        assert found["prediction"] == determination.prediction.outcome
        assert found["firmness"] == determination.prediction.firmness
        assert found["ruleset"] == rules.digest


def test_the_shipped_rules_give_synthetic_rows_what_the_forward_engine_gives(tmp_path):
    rules = load_rules(shipped_rules())
    made = next(batches(rules, 1_500, 11))
    pq.write_table(pa.Table.from_batches([made]), tmp_path / "made.parquet")
    assert main(["bulk", str(tmp_path / "made.parquet"), "--out", str(tmp_path / "out")]) == 0
    checker, found = Checker(rules), rows_of(tmp_path / "out")
    assert len(found) == 1_500
    assert len({row["edition"] for row in found}) > 8
    for row, mine in zip(made.to_pylist(), found, strict=True):
        item = CaseItem("1", "t", statements_of(row, rules, "row"), None)
        determination = checker.determination(Case("c", row["setting"], None, (item,), "memory"), item)
        expected = told(determination)
        assert {name: mine[name] for name in expected} == expected


def test_rows_that_do_not_fit_are_refused_with_their_number_and_reason(tmp_path, capsys):
    wrong = [
        ROWS[1],
        {**ROWS[1], "request.visits": 0},
        {**ROWS[1], "knee.side": "middle"},
        {**ROWS[1], "request.visits.min": 5, "request.visits.max": 4, "request.visits": None},
        {**ROWS[1], "injury.date": date(2022, 1, 1)},
        {**ROWS[1], "reviewer.outcome": "perhaps", "setting": "court"},
    ]
    pq.write_table(table(wrong), tmp_path / "wrong.parquet")
    assert bulk(tmp_path / "wrong.parquet", "--out", tmp_path / "out") == 0
    assert "5 rows refused" in capsys.readouterr().out
    with (tmp_path / "out" / "refused" / "part-00000.csv").open(encoding="utf-8") as lines:
        reasons = {row["row"]: row["reason"] for row in csv.DictReader(lines)}
    assert reasons["2"] == "request.visits is below 1: 0"
    assert reasons["3"] == "knee.side has no member middle"
    assert reasons["4"] == "request.visits.min is more than request.visits.max"
    assert "before the injury" in reasons["5"]
    assert "perhaps" in reasons["6"]
    assert "court" in reasons["6"]
    assert [row["row"] for row in rows_of(tmp_path / "out")] == [1]


def test_texts_that_cannot_be_read_are_refused_and_not_taken_for_nothing(tmp_path):
    (tmp_path / "t.csv").write_text(
        "case,request.treatment,request.date,request.visits,knee.unstable,injury.age.min\n"
        "a,brace_fitting,2021-05-01,2,true,x\n"
        "b,brace_fitting,2021-13-01,2,true,\n"
        "c,brace_fitting,2021-05-01,a few,true,\n"
        "d,brace_fitting,2021-05-01,2,maybe,\n"
        "e,brace_fitting,,,,\n",
        encoding="utf-8",
    )
    assert bulk(tmp_path / "t.csv", "--out", tmp_path / "out") == 0
    with (tmp_path / "out" / "refused" / "part-00000.csv").open(encoding="utf-8") as lines:
        reasons = {row["case"]: row["reason"] for row in csv.DictReader(lines)}
    assert reasons == {
        "b": "request.date is not a day as YYYY-MM-DD or MM/DD/YYYY, or its order is unclear: 2021-13-01",
        "c": "request.visits is not a whole number: a few",
        "d": "knee.unstable is not true or false: maybe",
    }
    assert {row["case"]: row["finding"] for row in rows_of(tmp_path / "out")}["e"] == "whole_can_meet"


@pytest.mark.parametrize(
    ("column", "text", "as_written"),
    [
        ("request.date", "2013/12/5", "2013-12-05"),
        ("request.date", "12-25-2013", "2013-12-25"),
        ("request.date", "25.12.2013", "2013-12-25"),
        ("request.date", "2-2-2013", "2013-02-02"),
        ("request.date", "2013-12-05T00:00:00Z", "2013-12-05"),
        ("request.date", "12/5/2013 12:00:00 AM", "2013-12-05"),
        ("request.date", "05-Dec-2013", "2013-12-05"),
        ("request.date", "05DEC2013", "2013-12-05"),
        ("request.date", "12/5/2013 2:35 PM", "2013-12-05"),
        ("request.date", "5th of December 2013 00:00", "2013-12-05"),
        ("request.date", "Dec. 5, 2013", "2013-12-05"),
        ("request.date", "Dec 2013", "2013-12"),
        ("request.visits", "12 visits", 12),
        ("request.visits", "twelve visits", 12),
        ("request.visits", "3x/week x 4 weeks", 12),
        ("prior.therapy.visits", "Twenty-four", 24),
        ("request.visits_per_week", "3x/week", 3),
        ("request.visits_per_week", "twice a week", 2),
        ("request.treatment", "chiro treatments", "chiropractic"),
        ("request.body_parts", "lower back", "lumbar_spine"),
        ("request.date", "25/12/2013", "2013-12-25"),
        ("request.visits", "+5", 5),
        ("home_program.instructed", "T", True),
    ],
)
def test_tables_and_cases_read_one_spelling_alike(tmp_path, column, text, as_written):
    given = {"request.treatment": "physical_therapy", "request.date": "2013-12-05", "request.visits": "6"}
    told_, plain_ = {**given, column: text}, {**given, column: str(as_written).lower()}
    for name, row in (("told", told_), ("plain", plain_)):
        (tmp_path / f"{name}.csv").write_text(
            f"case,{','.join(row)}\n1,{','.join(map(json.dumps, row.values()))}\n", encoding="utf-8"
        )
        assert (
            main(
                [
                    "bulk",
                    str(tmp_path / f"{name}.csv"),
                    "--guideline",
                    "physical-medicine",
                    "--no-verified",
                    "--out",
                    str(tmp_path / name),
                ]
            )
            == 0
        )
    rows = [rows_of(tmp_path / name) for name in ("told", "plain")]
    assert [one["finding"] for one in rows[0]] == [one["finding"] for one in rows[1]] != []
    ruleset = load_rules(shipped_rules())
    read = []
    for value in (text, as_written):
        case = json.dumps({"case": "1", "items": [{"item": 1, "facts": {**given, "request.visits": 6, column: value}}]})
        (said,) = case_of_text("1", case.encode(), ruleset).items[0].statements[column]
        read.append(said.values)
    assert read[0] == read[1]


def test_members_are_divided_by_commas_where_each_part_is_one_and_codes_of_one_treatment_stand_together(tmp_path):
    (tmp_path / "t.csv").write_text(
        "case,request.treatment,request.date,request.visits,diagnosis.groups,request.body_parts\n"
        'a,"97110, 97112",2013-12-05,12,"M54.16, 847.2","neck, low back"\n'
        'b,97110;97112,2013-12-05,12,M54.16; 847.2,"neck; low back"\n'
        'c,97110,2013-12-05,12,M54.16,"forearm, wrist or hand"\n'
        'd,97110,2013-12-05,12,M54.16,"neck, wing"\n',
        encoding="utf-8",
    )
    command = ["bulk", str(tmp_path / "t.csv"), "--guideline", "physical-medicine", "--out", str(tmp_path / "out")]
    assert main(command) == 0
    first, second, third = rows_of(tmp_path / "out")
    assert {**first, "case": "", "row": 0} == {**second, "case": "", "row": 0}
    assert third["case"] == "c"
    readings = json.loads((tmp_path / "out" / "readings.json").read_text(encoding="utf-8"))
    assert readings["texts"]["request.body_parts"] == {"codes and printed names": 3, "not read": 1}
    ruleset = load_rules(shipped_rules())
    body_parts = ruleset.facts["request.body_parts"]
    assert (
        as_meant(body_parts, "neck, low back")
        == as_meant(body_parts, "neck; low back")
        == ("cervical_spine", "lumbar_spine")
    )


def test_how_the_texts_of_each_column_are_written_is_counted(tmp_path, capsys):
    (tmp_path / "t.csv").write_text(
        "case,request.treatment,request.date,request.visits,request.duration,home_program.instructed\n"
        "a,physical therapy,3/2/2015,12,4.0 weeks,Y\n"
        "b,physical_therapy,02-Mar-2015,3x4,28,No\n"
        "c,97110,Mar 2015,12.0,4 wks,maybe\n"
        "d,zz,2-3-2015,two,x,\n"
        "e,,,some,,\n",
        encoding="utf-8",
    )
    command = ["bulk", str(tmp_path / "t.csv"), "--guideline", "physical-medicine", "--out", str(tmp_path / "out")]
    assert main(command) == 0
    assert json.loads((tmp_path / "out" / "readings.json").read_text(encoding="utf-8"))["texts"] == {
        "request.treatment": {"the vocabulary's words": 1, "codes and printed names": 2, "not read": 1},
        "request.date": {"month/day/year": 1, "day and the month's name": 1, "a month": 1, "not read": 1},
        "request.visits": {
            "numbers in words": 1,
            "whole numbers": 1,
            "whole numbers with .0": 1,
            "visits a week × weeks": 1,
            "not read": 1,
        },
        "request.duration": {"lengths of time": 2, "numbers of days": 1, "not read": 1},
        "home_program.instructed": {"yes or no": 1, "Y or N": 1, "not read": 1},
    }
    assert "  home_program.instructed: yes or no 1; Y or N 1; not read 1\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"case;request.date\n1;\x81\n", "its encoding is neither UTF-8 nor a Western one (Latin-1, Windows-1252)"),
        ("case,note,note\n1,„x“,2\n".encode("cp1252"), "two columns are named note: rename one"),
        (b"Requests of July,,\n,,\ncase,request.treatment,request.date\n", "are in line 3: take out the 2 lines above"),
        (b"PK\x03\x04 and what a spreadsheet holds", "it is no CSV but a spreadsheet (.xlsx) or a zip"),
        (b"", "the file is empty"),
    ],
)
def test_what_stands_in_the_way_of_reading_a_table_is_named(tmp_path, capsys, content, says):
    (tmp_path / "t.csv").write_bytes(content)
    assert main(["bulk", str(tmp_path / "t.csv"), "--out", str(tmp_path / "out")]) == 1
    assert says in capsys.readouterr().err


def test_a_table_in_utf_16_is_read(tmp_path):
    (tmp_path / "t.csv").write_text(
        "case,request.treatment,request.date\n1,physical_therapy,2013-12-05\n", encoding="utf-16"
    )
    assert (
        main(
            [
                "bulk",
                str(tmp_path / "t.csv"),
                "--guideline",
                "gym-membership",
                "--no-verified",
                "--out",
                str(tmp_path / "out"),
            ]
        )
        == 0
    )
    assert len(rows_of(tmp_path / "out")) == 1


def test_columns_that_are_missing_or_not_read_are_named(tmp_path, capsys):
    rows = [{"case": "a", "request.treatment": "brace_fitting", "colour": "blue"}]
    pq.write_table(table(rows), tmp_path / "t.parquet")
    assert bulk(tmp_path / "t.parquet", "--out", tmp_path / "out") == 0
    told_of = capsys.readouterr().err
    assert "no column for request.date" in told_of
    readings = json.loads((tmp_path / "out" / "readings.json").read_text(encoding="utf-8"))
    assert "request.visits" in readings["no_column"]
    assert readings["not_read"] == ["colour"]
    assert "columns that are not read: colour" in told_of


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"request.date": [17], "knee.unstable": ["x"]}, "request.date holds int64, not date"),
        ({"knee.side": [1.5]}, "knee.side holds float64, not string"),
    ],
)
def test_columns_of_another_type_are_told_before_anything_is_written(tmp_path, capsys, content, words):
    pq.write_table(pa.table(content), tmp_path / "t.parquet")
    assert bulk(tmp_path / "t.parquet", "--out", tmp_path / "out") == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_is_no_table_is_told_all_at_once(tmp_path, capsys):
    (tmp_path / "a.parquet").write_bytes(b"not parquet")
    (tmp_path / "b.parquet").write_bytes(b"neither is this")
    assert bulk(tmp_path / "a.parquet", tmp_path / "b.parquet", "--out", tmp_path / "out") == 1
    told_of = capsys.readouterr().err
    assert "a.parquet" in told_of
    assert "b.parquet" in told_of
    assert bulk(tmp_path / "nowhere", "--out", tmp_path / "out") == 1
    assert "no such file or folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_ragged_row_far_down_is_told_by_its_line(tmp_path, capsys):
    rows = ["A,3,left"] * 25_000 + ['"B\nb",3', "C,3,left"]
    (tmp_path / "few.csv").write_text("\n".join(["case,request.visits,knee.side", *rows]), encoding="utf-8")
    assert bulk(tmp_path / "few.csv", "--out", tmp_path / "out") == 1
    told_of = capsys.readouterr().err
    assert "few.csv:25002:1" in told_of
    assert "1 mistake" in told_of


def test_a_ragged_file_is_told_and_not_read_as_something_else(tmp_path, capsys):
    (tmp_path / "few.csv").write_text("case,request.visits,knee.side\nA,3\nB,3,left\n", encoding="utf-8")
    (tmp_path / "other.csv").write_text("a letter;of another\nkind;of table\n", encoding="utf-8")
    (tmp_path / "bad.ndjson").write_text('{"case": "a"}\n{"case": \n', encoding="utf-8")
    assert bulk(tmp_path / "few.csv", tmp_path / "other.csv", tmp_path / "bad.ndjson", "--out", tmp_path / "out") == 1
    told_of = capsys.readouterr().err
    assert all(name in told_of for name in ("few.csv:2", "few.csv", "other.csv", "bad.ndjson"))
    assert "not a value for each column: 2 here, 3 in the first line" in told_of
    assert "few.csv:3" not in told_of
    assert "Traceback" not in told_of
    assert not (tmp_path / "out").exists()


def test_a_column_named_as_the_outputs_own_is_told(tmp_path, capsys):
    pq.write_table(table([{**ROWS[0], "row": 7, "file": "x"}]), tmp_path / "t.parquet")
    assert bulk(tmp_path / "t.parquet", "--out", tmp_path / "out") == 1
    assert "a column is named file and row" in capsys.readouterr().err


def test_a_name_with_the_signs_of_a_pattern_is_that_file_and_no_other(tmp_path):
    folder = tmp_path / "a [1] it's"
    folder.mkdir()
    pq.write_table(table(ROWS[:1]), folder / "a1.parquet")
    pq.write_table(table(ROWS[1:3]), folder / "a[1].parquet")
    assert bulk(folder / "a[1].parquet", "--out", folder / "out*") == 0
    found = pq.read_table(folder / "out*" / "part-00000.parquet").column("case").to_pylist()
    assert found == ["A001", "A002"]
    assert main(["audit", str(folder / "out*")]) == 0


def test_lists_and_ranges_that_say_nothing_sensible_are_refused(tmp_path):
    wrong = [
        {**ROWS[1], "knee.side": None, "knee.side.one_of": []},
        {**ROWS[1], "knee.side": None, "knee.side.one_of": [None]},
        {**ROWS[1], "knee.side": "left", "knee.side.one_of": ["left", "both"]},
        {**ROWS[1], "request.visits": None, "request.visits.min": None, "request.visits.max": -5},
    ]
    pq.write_table(
        table([{**ROWS[1], "knee.side.one_of": ["left"], "knee.side": None}, *wrong]), tmp_path / "t.parquet"
    )
    assert bulk(tmp_path / "t.parquet", "--out", tmp_path / "out") == 0
    assert [row["row"] for row in rows_of(tmp_path / "out")] == [1]


def test_a_number_that_is_none_refuses_its_row_alone(tmp_path):
    rows = [{**ROWS[1], "request.visits": value} for value in (2.0, 2.5, float("nan"), 1e30)]
    pq.write_table(table(rows), tmp_path / "t.parquet")
    assert bulk(tmp_path / "t.parquet", "--out", tmp_path / "out") == 0
    assert [row["row"] for row in rows_of(tmp_path / "out")] == [1]


def test_a_file_that_changed_is_not_taken_for_the_one_that_was_read(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text("case,request.visits\nA,3\n", encoding="utf-8")
    assert bulk(path, "--out", tmp_path / "out") == 0
    path.write_text("case,request.visits\nA,0\n", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert bulk(path, "--out", tmp_path / "out") == 1
    assert "other inputs" in capsys.readouterr().err


def test_an_output_inside_the_input_is_no_input(tmp_path, parquet, capsys):
    assert bulk(tmp_path, "--out", tmp_path / "out") == 0
    assert bulk(tmp_path, "--out", tmp_path / "out") == 0
    assert "nothing to do" in capsys.readouterr().err


def test_a_folder_with_something_else_in_it_is_left_as_it_is(tmp_path, parquet, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine", encoding="utf-8")
    assert bulk(parquet, "--out", tmp_path / "out") == 1
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["letter.txt"]


def test_a_run_is_not_mixed_with_another(tmp_path, parquet, capsys):
    assert bulk(parquet, "--out", tmp_path / "out") == 0
    assert bulk(parquet, "--out", tmp_path / "out", "--no-presumptions") == 1
    assert "holds a run with other options" in capsys.readouterr().err
    assert bulk(parquet, "--out", tmp_path / "out") == 0
    assert "nothing to do" in capsys.readouterr().err


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_run_that_was_stopped_goes_on_and_ends_with_the_same_bytes(tmp_path, parquet, capsys):
    assert bulk(parquet, "--out", tmp_path / "whole", "--part-rows", "20", "--threads", "2") == 0
    assert bulk(parquet, "--out", tmp_path / "out", "--part-rows", "20", "--threads", "2") == 0
    for name in ("part-00001.parquet", "part-00002.parquet", "summary.json"):
        (tmp_path / "out" / name).unlink()
    capsys.readouterr()
    assert bulk(parquet, "--out", tmp_path / "out", "--part-rows", "20", "--threads", "2") == 0
    assert "1 of 3 parts are there already" in capsys.readouterr().err
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


@pytest.mark.parametrize(("kind", "encoding"), [("csv", "utf-8"), ("csv", "cp1252"), ("ndjson", "utf-8")])
def test_a_file_of_text_is_worked_out_in_parts_too_and_goes_on(tmp_path, kind, encoding, capsys):
    written = [{name: value for name, value in row.items() if value is not None} for row in ROWS]
    written[7]["case"] = "A007 – Müller"
    written[45]["request.visits"] = 0
    path = tmp_path / f"requests.{kind}"
    if kind == "csv":
        with path.open("w", newline="", encoding=encoding) as out:
            writer = csv.DictWriter(out, list(ROWS[0]))
            writer.writeheader()
            writer.writerows(written)
    else:
        lines = [json.dumps(row, default=str, ensure_ascii=False) for row in written]
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
    assert bulk(path, "--out", tmp_path / "one") == 0
    assert bulk(path, "--out", tmp_path / "whole", "--part-rows", "25") == 0
    assert sorted(one.name for one in (tmp_path / "whole").glob("part-*")) == [
        f"part-0000{n}.parquet" for n in range(3)
    ]
    assert rows_of(tmp_path / "whole") == rows_of(tmp_path / "one")
    assert [one.name for one in (tmp_path / "whole" / "refused").iterdir()] == ["part-00001.csv"]
    assert bulk(path, "--out", tmp_path / "out", "--part-rows", "25") == 0
    for name in ("part-00001.parquet", "summary.json"):
        (tmp_path / "out" / name).unlink()
    capsys.readouterr()
    assert bulk(path, "--out", tmp_path / "out", "--part-rows", "25") == 0
    assert "2 of 3 parts are there already" in capsys.readouterr().err
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def command(*arguments):
    code = "import sys; from mtus_engine.cli.main import main; sys.exit(main())"
    return [sys.executable, "-c", code, "bulk", *map(str, arguments), "--rules", str(SMALL)]


def test_a_run_that_is_killed_leaves_whole_parts_alone(tmp_path):
    pq.write_table(pa.concat_tables([table()] * 400), tmp_path / "many.parquet", row_group_size=1_000)
    given = [tmp_path / "many.parquet", "--out", tmp_path / "out", "--part-rows", "1000"]
    run = subprocess.Popen(command(*given), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while run.poll() is None and not (tmp_path / "out" / "part-00001.parquet").exists():
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(timeout=0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    there = sorted((tmp_path / "out").glob("part-*.parquet"))
    assert there
    assert sum(pq.read_metadata(path).num_rows for path in there) == 1_000 * len(there)
    assert bulk(*given) == 0
    assert bulk(tmp_path / "many.parquet", "--out", tmp_path / "whole", "--part-rows", "1000") == 0
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_a_full_disk_is_told_and_nothing_half_written_stays(tmp_path, parquet):
    def no_room():
        # A file that may not grow stands for a disk that is full: the writer is refused in the same way.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    given = [parquet, "--out", tmp_path / "out"]
    run = subprocess.run(command(*given), preexec_fn=no_room, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "rite" in run.stderr
    assert not list((tmp_path / "out").glob("*part-*"))


def test_a_row_is_explained_by_the_forward_engine(tmp_path, parquet, capsys):
    assert bulk(parquet, "--out", tmp_path / "out") == 0
    capsys.readouterr()
    assert main(["bulk", "explain", str(tmp_path / "out"), "--case", "A007", "--rules", str(SMALL)]) == 0
    shown = capsys.readouterr().out
    assert "requests.parquet row 8" in shown
    assert "within-two-years" in shown
    assert main(["bulk", "explain", str(tmp_path / "out"), "--case", "Z", "--rules", str(SMALL)]) == 1
    assert "no row of the case Z" in capsys.readouterr().err
    assert main(["bulk", "explain", str(tmp_path / "out"), "--case", "A007"]) == 1
    assert "written with other rules" in capsys.readouterr().err


def test_an_audit_of_an_output_counts_what_its_rows_say(tmp_path, parquet, capsys):
    assert bulk(parquet, "--out", tmp_path / "out") == 0
    capsys.readouterr()
    assert main(["audit", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    favorable = {"may_be_approved": True, "overturned": True}
    pairs = [
        (favorable.get(row["prediction"], False), row["reviewer.outcome"] == "approved")
        for row in rows_of(tmp_path / "out")
        if row["prediction"] not in {None, "request_information"}
    ]
    agreed = sum(ours is theirs for ours, theirs in pairs)
    assert f"{agreed} of {len(pairs)}" in shown
    pq.write_table(table().drop(["reviewer.outcome"]), tmp_path / "none.parquet")
    assert bulk(tmp_path / "none.parquet", "--out", tmp_path / "none") == 0
    assert main(["audit", str(tmp_path / "none")]) == 1
    assert "has no column reviewer.outcome" in capsys.readouterr().err


def test_the_texts_of_queries_are_kept_for_the_next_run_and_damaged_ones_are_written_anew(
    tmp_path, parquet, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    command = ["bulk", str(parquet), "--guideline", "gym-membership", "--no-verified", "--out"]
    assert main([*command, str(tmp_path / "first")]) == 0
    kept = sorted((tmp_path / "cache" / "mtus-engine").iterdir())
    assert kept
    assert all(one.stat().st_mode & 0o077 == 0 for one in kept)

    def refused(*_given, **_named):
        raise AssertionError("the query is written again")

    written = plan.ibis.to_sql
    monkeypatch.setattr(plan.ibis, "to_sql", refused)
    assert main([*command, str(tmp_path / "second")]) == 0
    for one in kept:
        one.write_bytes(one.read_bytes()[:-1] + b"!")
    monkeypatch.setattr(plan.ibis, "to_sql", written)
    assert main([*command, str(tmp_path / "third")]) == 0
    assert contents(tmp_path / "first") == contents(tmp_path / "second") == contents(tmp_path / "third")
    assert main([*command, str(tmp_path / "fourth"), "--no-reasons"]) == 0
    assert len(list((tmp_path / "cache" / "mtus-engine").iterdir())) > len(kept)


def test_nothing_is_kept_where_nobody_wants_it(tmp_path, parquet, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    command = ["bulk", str(parquet), "--guideline", "gym-membership", "--no-verified", "--no-cache"]
    assert main([*command, "--out", str(tmp_path / "out")]) == 0
    assert not (tmp_path / "cache").exists()


def test_the_schema_names_every_base_fact_with_its_question(capsys):
    assert main(["bulk", "schema", "--format", "json"]) == 0
    listed = {one["column"]: one for one in json.loads(capsys.readouterr().out)}
    facts = [fact for fact in load_rules(shipped_rules()).facts.values() if not fact.is_defined]
    assert len(facts) > 50
    assert all(listed[fact.name]["says"] == (fact.question or fact.label) for fact in facts)
    assert {"case", "item", "setting", "reviewer.outcome"} <= set(listed)


def test_a_synthetic_table_is_the_same_again_and_fits(tmp_path):
    made = [tmp_path / name for name in ("a.parquet", "b.parquet", "c.parquet")]
    for path, seed in zip(made, ("1", "1", "2"), strict=True):
        assert (
            main(["bulk", "synthetic", "--rows", "500", "--seed", seed, "--out", str(path), "--rules", str(SMALL)]) == 0
        )
    assert made[0].read_bytes() == made[1].read_bytes() != made[2].read_bytes()
    assert bulk(made[0], "--out", tmp_path / "out") == 0
    assert len(rows_of(tmp_path / "out")) == 500
    assert not (tmp_path / "out" / "refused").exists()


LEAP = [
    {**ROWS[1], "case": f"{start} {end}", "injury.date": start, "request.date": end}
    for start in (date(2020, 2, 29), date(2020, 2, 28), date(2019, 1, 31), date(2020, 8, 31), date(2019, 12, 31))
    for end in (date(2022, 2, 27), date(2022, 2, 28), date(2022, 3, 1), date(2021, 1, 31), date(2021, 12, 31))
]


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java: tools/system-packages installs it")
def test_spark_gives_the_same_rows_leap_days_and_month_ends_among_them(tmp_path):
    rows = [*ROWS, *LEAP, {**ROWS[1], "request.visits": 0}]
    pq.write_table(table(rows), tmp_path / "t.parquet")
    assert bulk(tmp_path / "t.parquet", "--out", tmp_path / "duck") == 0
    assert bulk(tmp_path / "t.parquet", "--out", tmp_path / "spark", "--engine", "spark", "--threads", "2") == 0
    (tmp_path / "spark" / "part-00000.parquet").rename(tmp_path / "spark" / "folder")
    found = duckdb.sql(f"SELECT * EXCLUDE (file) FROM '{tmp_path}/spark/folder/*.parquet' ORDER BY row").fetchall()
    assert found == [tuple(row.values()) for row in rows_of(tmp_path / "duck")]
    refused = [(tmp_path / name / "refused" / "part-00000.csv").read_text("utf-8") for name in ("duck", "spark")]
    assert refused[0].splitlines()[1:] == refused[1].splitlines()[1:]
    by_case = {row["case"]: row["knee-brace.2020-01-01.within-two-years"] for row in rows_of(tmp_path / "duck")}
    assert by_case["2020-02-29 2022-02-28"] == "met"
    assert by_case["2020-02-29 2022-03-01"] == "not_met"
    assert by_case["2020-02-28 2022-02-28"] == "met"


def test_a_rule_that_tables_cannot_express_is_named_and_the_others_run(tmp_path, capsys):
    table, rules = tmp_path / "requests.parquet", tmp_path / "rules"
    pq.write_table(pa.Table.from_batches(batches(load_rules(shipped_rules()), 200, 3)), table)
    shutil.copytree(shipped_rules(), rules)
    file = rules / "acupuncture" / "2007-06-15.yaml"
    criterion = """criteria:
  - id: anniversary
    cite: 8 CCR 9792.24.1
    requires: a year after the injury not before 2000
    met_when:
      acupuncture.as_long_again: {at_least: 2000-01-01}

"""
    definition = """
definitions:
  - fact: acupuncture.as_long_again
    label: As long after the injury again
    cite: 8 CCR 9792.24.1
    sum: [injury.date, injury.age]
"""
    file.write_text(file.read_text().replace("criteria:\n", criterion, 1) + definition)
    outputs = {}
    for name, folder in (("plain", shipped_rules()), ("added", rules)):
        assert main(["bulk", str(table), "--out", str(tmp_path / name), "--rules", str(folder)]) == 0
        outputs[name] = pq.read_table(tmp_path / name / "part-00000.parquet")
    warned = capsys.readouterr().err
    assert "Acupuncture 2007-06-15, anniversary: the time between two dates added to a date" in warned
    assert warned.count("cannot be asked of tables") == 1
    added = outputs["added"]["acupuncture.2007-06-15.anniversary"].to_pylist()
    assert set(added) == {None, "undetermined"}
    assert outputs["added"]["acupuncture.2007-06-15.frequency"].equals(
        outputs["plain"]["acupuncture.2007-06-15.frequency"]
    )
    others = [one for one in outputs["plain"].column_names if one.startswith("physical-medicine.2009")]
    assert all(outputs["added"][one].equals(outputs["plain"][one]) for one in others)
    assert "meets" not in {
        finding
        for finding, status in zip(outputs["added"]["finding"].to_pylist(), added, strict=True)
        if status == "undetermined"
    }


EXPORT = """case;request.treatment;request.date;injury.date;request.visits;request.visits_per_week;request.duration;diagnosis.groups;surgery.performed;prior.therapy.visits
1;97110;12/05/2013;2013-08-09 00:00:00;10.0;2;35;M54.16;No;0
2;physical therapy;12/5/2013 00:00;8/9/2013;12;3;4 weeks;S335XXA;N;1
3;Chiropractic manual therapy;2014-06-20;01/01/2014 12:00 AM;6;3;2 weeks;M54-16;Yes;0
4;physical_therapy;2013-12-05;2013-08;12;3;28;847.2;no;0
5;97140-GP;12/05/2013;08/09/2013;10;2;5 weeks;84.0;no;3
Jos\xe9;97545;12/05/2013;2013;10;5;2 weeks;;y;3
;;;;;;;;;
"""


@pytest.mark.parametrize(
    ("encoding", "separator"), [("latin-1", ";"), ("utf-8", ";"), ("utf-8-sig", ","), ("cp1252", "\t")]
)
def test_an_ordinary_export_is_read_as_a_case_file_is(tmp_path, capsys, encoding, separator):
    # Typographic signs, which tell the encoding of Windows from Latin-1.
    name = "Jos\xe9 \u2013 O\u2019Neil" if encoding == "cp1252" else "Jos\xe9"
    export = EXPORT.replace("Jos\xe9", name)
    (tmp_path / "export.csv").write_text(export.replace(";", separator), encoding=encoding)
    assert main(["bulk", str(tmp_path / "export.csv"), "--out", str(tmp_path / "out")]) == 0
    told_of = capsys.readouterr().err
    assert "the code 84.0 may be 084.0 or 840" in told_of
    rows = {row["case"]: row for row in pq.read_table(tmp_path / "out" / "part-00000.parquet").to_pylist()}
    assert set(rows) == {"1", "2", "3", "4", "5", name}
    assert not (tmp_path / "out" / "refused" / "part-00000.csv").exists()
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["rows"], summary["refused"], summary["blank"]) == (6, 0, 1)
    blank = (tmp_path / "out" / "blank" / "part-00000.csv").read_text(encoding="utf-8").splitlines()
    assert [line.rsplit(",", 1)[1] for line in blank] == ["row", "7"]
    ruleset = load_rules(shipped_rules())
    names = EXPORT.splitlines()[0].split(";")
    for line in export.splitlines()[1:-1]:
        facts = {fact: typed(fact, text) for fact, text in zip(names, line.split(";"), strict=True) if text}
        case_id = facts.pop("case")
        case = json.dumps({"case": case_id, "setting": "ur", "items": [{"item": 1, "facts": facts}]})
        (checked,) = Checker(ruleset).check(case_of_text(case_id, case.encode(), ruleset))
        assert rows[case_id]["finding"] == checked.determination.evaluation.finding.value, case_id
        assert rows[case_id]["finding_text_only"] == checked.determination.text_only.value, case_id


def test_visits_a_week_times_weeks_tell_both_as_in_a_case_file(tmp_path):
    """Four a week are more than three: the number alone would hide it."""
    head = "case,request.treatment,request.date,injury.date,diagnosis.groups,prior.therapy.visits,request.visits,request.duration"
    same = "physical_therapy,2014-06-02,2013-09-01,strain_sprain,0"
    (tmp_path / "t.csv").write_text(f"{head}\na,{same},4x2,\nb,{same},3x2,\nc,{same},6,14\n", encoding="utf-8")
    out = tmp_path / "out"
    assert main(["bulk", str(tmp_path / "t.csv"), "--out", str(out), "--guideline", "physical-medicine"]) == 0
    rows = {row["case"]: row for row in pq.read_table(out / "part-00000.parquet").to_pylist()}
    assert {name: row["physical-medicine.2009-07-18.weekly-visits"] for name, row in rows.items()} == {
        "a": "not_met",
        "b": "met",
        "c": "met",
    }
    facts = {"injury.date": "2013-09-01", "diagnosis.groups": ["strain_sprain"], "prior.therapy.visits": 0}
    asked = {"request.treatment": "physical_therapy", "request.date": "2014-06-02", "request.visits": "4x2"}
    case = json.dumps({"case": "a", "facts": facts, "items": [{"item": 1, "facts": asked}]})
    ruleset = load_rules(shipped_rules())
    (checked,) = Checker(ruleset).check(case_of_text("a", case.encode(), ruleset))
    assert checked.determination.evaluation.finding.value == rows["a"]["finding"] == "does_not_meet"
    assert checked.determination.evaluation.known["request.visits"].values.point == 8


def test_a_column_whose_name_says_more_than_ours_is_not_proposed():
    """Each of these was proposed for what it is not, and its values would have been read."""
    ruleset = load_rules(shipped_rules())
    others = ["Visits Used", "Visits per Day", "Surgery Approved", "Visits Previously Authorized", "Claim Date"]
    others += ["Age of injury", "Injury Side", "Injury Type", "Surgery Type", "Decision Date"]
    assert set(proposed_mapping(others, ruleset).values()) == {None}
    ours = {"Date of Request": "request.date", "Dx Code": "diagnosis.groups", "Visits Requested": "request.visits"}
    ours |= {"Duration weeks": "request.duration in weeks", "Claim Number": "case"}
    assert proposed_mapping([*ours, *others], ruleset) == ours | dict.fromkeys(others)


def typed(fact, text):
    """A text of the export as a case file has it: a number where one is meant, a length of time with its unit."""
    if fact == "request.duration" and text.isdigit():
        return f"{text} days"
    return int(float(text)) if "visits" in fact else text.replace(" 12:00 AM", "")


RAW = "Claim No,CPT Code,RFA Date,DOI,Visits Requested,Frequency,Duration (days),ICD-10,Adjuster\n1,97110,12/05/2013,8/9/2013,12,3,28,M54.16,J\n"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java: tools/system-packages installs it")
def test_spark_reads_an_export_with_names_of_its_own_as_duckdb_does(tmp_path, capsys):
    header = EXPORT.splitlines()[0].split(";")
    own = ["Claim", *(f"Column {n}" for n in range(1, len(header)))]
    (tmp_path / "raw.csv").write_text(EXPORT.replace(";".join(header), ";".join(own)), encoding="latin-1")
    mapping = "".join(f'"{mine}": {name}\n' for mine, name in zip(own, header, strict=True))
    (tmp_path / "columns.yaml").write_text(f"columns:\n{indent(mapping, '  ')}", encoding="utf-8")
    for engine in ("duckdb", "spark"):
        command = ["bulk", tmp_path / "raw.csv", "--map", tmp_path / "columns.yaml", "--out", tmp_path / engine]
        assert main([*map(str, command), "--engine", engine]) == 0
        assert "1 blank rows left out" in capsys.readouterr().out
    found = [
        duckdb.sql(f'SELECT * EXCLUDE (file, row) FROM read_parquet({files}) ORDER BY "case"').fetchall()
        for files in (f"'{tmp_path}/duckdb/part-00000.parquet'", f"'{tmp_path}/spark/part-00000.parquet/*.parquet'")
    ]
    assert found[0] == found[1]
    assert len(found[0]) == 6


def test_a_mapping_is_proposed_from_names_kept_and_read(tmp_path, capsys):
    (tmp_path / "raw.csv").write_text(RAW, encoding="utf-8")
    mapping = tmp_path / "columns.yaml"
    assert main(["bulk", "map", str(tmp_path / "raw.csv"), "--out", str(mapping)]) == 0
    assert "nothing near to Adjuster" in capsys.readouterr().err
    text = mapping.read_text(encoding="utf-8")
    for pair in (
        '"DOI": injury.date',
        '"CPT Code": request.treatment',
        '"Frequency": request.visits_per_week',
        '"Adjuster":\n',
    ):
        assert pair in text
    assert main(["bulk", str(tmp_path / "raw.csv"), "--map", str(mapping), "--out", str(tmp_path / "out")]) == 0
    (row,) = pq.read_table(tmp_path / "out" / "part-00000.parquet").to_pylist()
    assert (row["case"], row["finding"]) == ("1", "part_can_meet")
    capsys.readouterr()
    assert main(["bulk", "explain", str(tmp_path / "out"), "--case", "1"]) == 0
    assert "Visits requested" in capsys.readouterr().out


def test_names_in_parentheses_numbered_columns_and_keys_of_json_are_mapped(tmp_path, capsys):
    head = "Claim No,CPT1,CPT2,Date of Injury (DOI),Received Date,Duration (wks),Body Region,Procedure,Date of Surgery"
    (tmp_path / "t.csv").write_text(f"{head}\n", encoding="utf-8")
    assert main(["bulk", "map", str(tmp_path / "t.csv")]) == 0
    proposed = yaml.safe_load(capsys.readouterr().out)["columns"]
    assert proposed == {
        "Claim No": "case",
        "CPT1": "request.treatment",
        "CPT2": None,
        "Date of Injury (DOI)": "injury.date",
        "Received Date": "request.date",
        "Duration (wks)": "request.duration in weeks",
        "Body Region": "request.body_parts",
        # Of the treatment or of the surgery: that is for a person to say.
        "Procedure": None,
        "Date of Surgery": "surgery.date",
    }
    (tmp_path / "t.ndjson").write_text('{"Claim No": 1}\n\n{"RFA date": "x"}\n', encoding="utf-8")
    assert main(["bulk", "map", str(tmp_path / "t.ndjson")]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["columns"] == {"Claim No": "case", "RFA date": "request.date"}
    (tmp_path / "t.ndjson").write_text("[1]\n{\n", encoding="utf-8")
    assert main(["bulk", "map", str(tmp_path / "t.ndjson")]) == 1
    assert "this line is no JSON object" in capsys.readouterr().err


def test_mistakes_of_a_mapping_are_told_at_their_places(tmp_path, capsys):
    (tmp_path / "raw.csv").write_text(RAW, encoding="utf-8")
    (tmp_path / "m.yaml").write_text(
        "columns:\n  DOI: injury.dat\n  Claim No: case\n  Adjuster: case\n", encoding="utf-8"
    )
    assert (
        main(["bulk", str(tmp_path / "raw.csv"), "--map", str(tmp_path / "m.yaml"), "--out", str(tmp_path / "o")]) == 1
    )
    said = capsys.readouterr().err
    assert "m.yaml:2:8: MT114 injury.dat is no column of ours (did you mean injury.date?)" in said
    assert "m.yaml:4:13: MT114 case is read from Claim No already" in said


def test_bare_numbers_of_a_mapped_column_count_the_unit_that_its_name_gives(tmp_path, capsys):
    table = tmp_path / "export.csv"
    table.write_text(
        "Claim,Treatment,Visits/Week,Weeks,RFA Date\n1,physical therapy,3,16,12/05/2013\n", encoding="utf-8"
    )
    assert main(["bulk", "map", str(table), "--out", str(tmp_path / "map.yaml")]) == 0
    mapping = (tmp_path / "map.yaml").read_text(encoding="utf-8")
    assert '"Weeks": request.duration in weeks' in mapping
    command = ["bulk", str(table), "--map", str(tmp_path / "map.yaml"), "--out"]
    most = {}
    for name, text in (("weeks", mapping), ("days", mapping.replace("request.duration in weeks", "request.duration"))):
        (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
        assert main([*command, str(tmp_path / name)]) == 0
        (row,) = pq.read_table(tmp_path / name / "part-00000.parquet").to_pylist()
        most[name] = row["units_most"]
    assert most["weeks"] != most["days"]
    (tmp_path / "map.yaml").write_text("columns: {Weeks: request.visits in weeks}\n", encoding="utf-8")
    assert main([*command, str(tmp_path / "wrong")]) == 1
    assert "request.visits is no length of time" in capsys.readouterr().err
