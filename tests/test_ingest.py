"""Decisions of our own making, in the published forms, read into draft cases."""

import csv
import io
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import zlib
from datetime import date
from pathlib import Path

import pytest
import yaml
from pypdf import PdfReader, PdfWriter

from mtus_engine.api import case_of_text, load_rules, read_case_file
from mtus_engine.cli.main import main
from mtus_engine.ingest.decision import decision
from mtus_engine.ingest.drafter import Drafter
from mtus_engine.ingest.pdf import Unreadable, text_of
from mtus_engine.ingest.quantities import Quantity, course_of, modified_request
from mtus_engine.ingest.sentences import sentences, sentences_at
from mtus_engine.model.values import Span
from tests.conftest import ROOT, RULES

HEAD = """
Case Number: CM16-0999999
Date of Injury:  10/05/2016
Decision Date: 01/09/2017 UR Denial Date:  11/18/2016

HOW THE IMR FINAL DETERMINATION WAS MADE
A reviewer was chosen.
Certification(s)/Specialty: Physical Medicine & Rehabilitation, Pain
Medicine

CLINICAL CASE SUMMARY
The worker fell. There was pain.

IMR ISSUES, DECISIONS AND RATIONALES
Decided were the items/services set forth below:
"""

ITEM = """
{request}: {outcome}

Claims Administrator guideline: Decision based on MTUS Pain Guide
2016, Section(s): Physical medicine treatment. Decision based on Non-MTUS Citation Some Guide.

MAXIMUS guideline: Decision based on MTUS Neck, Wrist, and Hand Complaints 2004, Section(s): Summary, and
Postsurgical Treatment 2009, Section(s): Shoulder.

Decision rationale: There is a reason. There is another. So it
stays.
"""


def text(*items):
    return HEAD + "".join(ITEM.format(request=request, outcome=outcome) for request, outcome in items)


@pytest.fixture(scope="module")
def drafter(ruleset):
    return Drafter(RULES, ruleset, "schema/case.json")


def draft_of(ruleset, drafter, content, name="decision.txt"):
    done = drafter.draft(name, content.encode() if isinstance(content, str) else content)
    return case_of_text("memory", done.text.encode(), ruleset), done


def said(case, item, fact):
    (statement,) = case.items[item - 1].statements[fact]
    return statement


def test_the_header_is_read():
    read = decision(text(("Physical therapy", "Upheld")))
    assert read.case == "CM16-0999999"
    assert (read.injured_on, read.decided_on, read.reviewed_on) == (
        date(2016, 10, 5),
        date(2017, 1, 9),
        date(2016, 11, 18),
    )
    assert read.specialty == "Physical Medicine & Rehabilitation, Pain Medicine"


def test_a_decision_without_its_header_still_has_its_items():
    whole = text(("Physical therapy 2x4", "Upheld"))
    read = decision(whole[whole.index("CLINICAL") :])
    assert (read.case, read.injured_on) == (None, None)
    assert [item.outcome for item in read.items] == ["upheld"]


def test_twenty_one_items_are_found_in_order():
    wanted = [(f"Physical therapy {n + 1} sessions", "Overturned" if n % 4 == 0 else "Upheld") for n in range(21)]
    read = decision(text(*wanted))
    assert [item.outcome for item in read.items] == [outcome.lower() for _, outcome in wanted]
    assert [item.number for item in read.items] == list(range(1, 22))


def test_a_request_broken_over_lines_is_one_request():
    read = decision(text(("Physical therapy to the low\nback two times a week for\nsix weeks", "\nUpheld")))
    assert read.items[0].request == "Physical therapy to the low back two times a week for six weeks"


def test_citations_keep_their_sections_apart():
    (item,) = decision(text(("Physical therapy", "Upheld"))).items
    assert [(c.instrument, c.sections) for c in item.reviewer] == [
        ("MTUS Neck, Wrist, and Hand Complaints 2004", ("Summary",)),
        ("Postsurgical Treatment 2009", ("Shoulder",)),
    ]
    assert [c.instrument for c in item.claims_administrator] == [
        "MTUS Pain Guide 2016",
        "Some Guide",
    ]


@pytest.mark.parametrize(
    ("request_text", "visits", "weekly", "weeks"),
    [
        ("Physical therapy 3x4", 12, 3, 4),
        ("Physical therapy two times a week for six weeks", 12, 2, 6),
        ("Physical therapy 2 times per week x 3 weeks", 6, 2, 3),
        ("Physical therapy 2x/week for 5 weeks", 10, 2, 5),
        ("Acupuncture #6", 6, None, None),
        ("Physical therapy, 12 sessions", 12, None, None),
        ("Physical therapy, times 12", 12, None, None),
        ("Eight additional physical therapy sessions for the knee", 8, None, None),
        ("Physical therapy for the left shoulder", None, None, None),
        ("Physical therapy two (2) times per week for six (6) weeks", 12, 2, 6),
        ("Physical therapy two times four visits (8)", 8, None, None),
        ("Physical therapy twice a week for 8 weeks", 16, 2, 8),
        ("twenty-four visits of physical therapy", 24, None, None),
        ("Physical therapy qty 12", 12, None, None),
        ("Physical therapy 2x/week x 6", None, 2, None),
        ("Physical therapy q wk x 6", 6, 1, 6),
        ("Physical therapy weekly for 6 weeks", 6, 1, 6),
        ("Physical therapy one visit weekly for 4 weeks", 4, 1, 4),
        ("Six sessions of physical therapy, once every week", 6, 1, None),
        ("Physical therapy thrice weekly for 4 weeks", 12, 3, 4),
        ("Physical therapy twice-weekly for six weeks", 12, 2, 6),
        ("Physical therapy 3w4", 12, 3, 4),
        ("Work hardening, daily M-F, for 2 weeks", 10, 5, 2),
        ("Frequency: 2x/week Duration: 6 weeks", 12, 2, 6),
        ("a 2 week course of work hardening", None, None, 2),
        ("Chiropractic treatment 2-4 visits a month", None, None, None),
        ("Physical therapy every other week for 12 weeks", None, None, 12),
        ("Physical therapy 2 times a week for 3 months", None, 2, None),
        ("Physical therapy for 1 month, 3 times a week", None, 3, None),
        ("Physical therapy, 6-4 visits", None, None, None),
        ("Physical therapy 3 times per week for 2 weeks then 2 times per week for 4 weeks", 14, None, None),
    ],
)
def test_visits_are_read_in_every_spelling(request_text, visits, weekly, weeks):
    found = course_of(request_text)
    wanted = [None if n is None else Quantity(n, n) for n in (visits, weekly, weeks)]
    assert [found.in_all, found.weekly, found.weeks] == wanted


def test_a_range_stays_a_range():
    found = course_of("Physical therapy 1-2 x week for 4 weeks")
    assert (found.weekly, found.computed) == (Quantity(1, 2), Quantity(4, 8))
    assert course_of("Physical therapy once or twice a week for 4 weeks").computed == Quantity(4, 8)
    assert course_of("Gym membership for one year").months == Quantity(12, 12)
    found = course_of("Physical therapy 2-3 x 4-6 weeks")
    assert (found.weekly, found.weeks) == (Quantity(2, 3), Quantity(4, 6))


def test_of_a_modified_request_the_whole_the_authorized_and_the_rest_are_told():
    parts = modified_request(
        "Physical therapy, 8 sessions was the original request. Physical therapy, 6 sessions was authorized. "
        "What is remaining of the original request, Physical therapy, 2 sessions is"
    )
    assert [course_of(part).visits for part in parts] == [Quantity(n, n) for n in (8, 6, 2)]


@pytest.mark.slow
def test_a_draft_states_what_the_request_says_with_places_that_are_there(ruleset, drafter):
    content = text(
        ("MRI of the knee", "Overturned"),
        ("Chiropractic for the neck and wrist, 2 times a week for 3 weeks", "Upheld"),
    )
    case, done = draft_of(ruleset, drafter, content)
    assert (done.items, done.named) == (2, 2)
    assert said(case, 1, "request.treatment").values.possible == {"mri"}
    assert said(case, 2, "request.treatment").values.possible == {"chiropractic"}
    assert said(case, 2, "request.body_parts").values.certain == {"cervical_spine", "forearm_wrist_hand"}
    assert said(case, 2, "request.visits").values == Span(6, 6)
    assert [item.reviewer.outcome for item in case.items] == ["overturned", "upheld"]
    for item in case.items:
        for statements in item.statements.values():
            # That another item asks for another therapy has the item for its place.
            assert (
                sentences_at(sentences(content), statements[0].at) or statements[0].note == "requested in the same case"
            )
    assert {one.origin.value for one in case.items[1].statements["request.visits"]} == {"extracted"}


def test_a_draft_is_not_lost_in_odd_text(ruleset, drafter):
    request = "Physical therapy: \x1b[31m#6\x1b[0m <b>now</b> & 'quoted' {x}"
    with pytest.raises(Unreadable):
        draft_of(ruleset, drafter, b"\0\1" + text((request, "Upheld")).encode())
    case, _ = draft_of(ruleset, drafter, text((request, "Upheld")))
    assert said(case, 1, "request.visits").values == Span(6, 6)


@pytest.mark.parametrize("content", [b"", b"a letter about something else", b"\xff\xfe\x00"])
def test_what_is_no_decision_is_told(ruleset, drafter, content):
    with pytest.raises(Unreadable):
        drafter.draft("x", content)


# ---- PDF


def pdf(lines):
    """A small PDF with its lines as text, made by hand."""
    shown = "".join(f"({line.replace(chr(92), '').replace('(', '[').replace(')', ']')}) Tj T*\n" for line in lines)
    return pdf_of_stream(f"BT /F1 10 Tf 12 TL 40 780 Td\n{shown}ET")


def pdf_of_cells(cells):
    """A small PDF of texts at places: each with its distance from the left and from the top, in points."""
    escaped = ((x, 3000 - y, text.replace("(", "\\(").replace(")", "\\)")) for x, y, text in cells)
    shown = "".join(f"BT /F1 9 Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n" for x, y, text in escaped)
    return pdf_of_stream(shown)


def pdf_of_stream(shown):
    stream = shown.encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 3000] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = len(out)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % end
    )


def test_a_pdf_gives_the_same_draft_as_its_text(ruleset, drafter):
    content = text(("Physical therapy 3x4", "Upheld")).replace("(s)", "s")
    from_text, _ = draft_of(ruleset, drafter, content)
    from_pdf, _ = draft_of(ruleset, drafter, pdf(content.splitlines()), "decision.pdf")
    assert from_pdf.items[0].statements == from_text.items[0].statements


def bomb(megabytes):
    """A PDF whose page is one stream that grows a thousandfold."""
    packed = zlib.compress(b"(x) Tj " * (megabytes * 150_000), 9)
    whole = pdf([""])
    start = whole.index(b"4 0 obj")
    end = whole.index(b"endobj", start)
    stream = b"4 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\n" % (len(packed), packed)
    return whole[:start] + stream + whole[end:]


@pytest.mark.slow
def test_a_pdf_that_grows_without_end_is_contained():
    content = bomb(150)
    assert len(content) < 1024 * 1024
    with pytest.raises(Unreadable):
        text_of(content)


def encrypted(content):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (encrypted(pdf(["x" * 300])), "encrypted"),
        (pdf(["x" * 300])[:200], "damaged"),
        (b"%PDF-1.4\nnothing", "damaged"),
        (pdf([""]), "holds no text: ask"),
        (b"%PDF-" + b"0" * (21 * 1024 * 1024), "the most that are read"),
    ],
    ids=["encrypted", "truncated", "empty", "scan", "large"],
)
def test_a_pdf_that_gives_no_text_is_refused_with_the_reason(content, reason):
    with pytest.raises(Unreadable, match=reason):
        text_of(content)


# ---- the command


@pytest.mark.slow
def test_one_bad_file_stops_no_other_and_nothing_is_overwritten(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(text(("Physical therapy 3x4", "Upheld")), encoding="utf-8")
    (tmp_path / "in" / "b.pdf").write_bytes(b"%PDF-1.4")
    assert main(["ingest", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 1
    err = capsys.readouterr().err
    assert "1 of 2 decisions drafted: 1 items, 1 with a treatment" in err
    assert "b.pdf: the PDF is damaged" in err
    draft = tmp_path / "out" / "CM16-0999999.yaml"
    draft.write_text("mine", encoding="utf-8")
    assert main(["ingest", str(tmp_path / "in" / "a.txt"), "--out", str(tmp_path / "out")]) == 0
    assert "going on: 1 of 1 were read before" in capsys.readouterr().err
    shutil.copy(tmp_path / "in" / "a.txt", tmp_path / "again.txt")
    assert main(["ingest", str(tmp_path / "again.txt"), "--out", str(tmp_path / "out")]) == 1
    assert draft.read_text(encoding="utf-8") == "mine"


@pytest.mark.slow
def test_a_mistake_in_the_cues_is_told_at_its_place_by_many_processes_too(tmp_path, capsys):
    shutil.copytree(RULES, tmp_path / "rules")
    cues = tmp_path / "rules" / "extraction" / "diagnosis.yaml"
    wrong = "  - {id: wrong, fact: no.such.fact, phrases: [nothing at all]}\n"
    cues.write_text(cues.read_text(encoding="utf-8") + wrong, encoding="utf-8")
    (tmp_path / "in").mkdir()
    for name in "ab":
        (tmp_path / "in" / f"{name}.txt").write_text(text(("Physical therapy 3x4", "Upheld")), encoding="utf-8")
    command = ["ingest", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--rules", str(tmp_path / "rules")]
    told = []
    for workers in ("1", "2"):
        assert main([*command, "--workers", workers]) == 1
        told.append(capsys.readouterr().err)
    assert "diagnosis.yaml" in told[0]
    assert "MT301 unknown fact no.such.fact" in told[0]
    assert told[0] == told[1]


def test_drafts_go_on_to_the_audit_and_are_told_apart(tmp_path, capsys):
    (tmp_path / "a.txt").write_text(text(("Physical therapy 3x4", "Upheld")), encoding="utf-8")
    assert main(["ingest", str(tmp_path / "a.txt"), "--out", str(tmp_path / "out")]) == 0
    assert main(["audit", str(tmp_path / "out")]) == 0
    assert "1 of them unconfirmed drafts" in capsys.readouterr().out


# ---- the public decisions


def public(name):
    folder = Path(os.environ.get("MTUS_SHARED", ROOT.parent / "shared")) / "imr"
    if not folder.is_dir():
        pytest.skip("the public decisions do not lie beside the project (MTUS_SHARED names their folder)")
    return folder / name


@pytest.mark.slow
def test_every_item_of_the_public_decisions_is_found_with_its_outcome(tmp_path, ruleset):
    folder = public("pdf")
    assert main(["ingest", str(folder), "--out", str(tmp_path)]) == 0
    with public("items.tsv").open(encoding="utf-8") as table:
        wanted = [(row["case"], row["item"], row["outcome"].lower()) for row in csv.DictReader(table, delimiter="\t")]
    cases = [read_case_file(file, ruleset) for file in sorted(tmp_path.glob("*.yaml"))]
    assert sorted((c.case, i.item, i.reviewer.outcome) for c in cases for i in c.items) == sorted(wanted)


@pytest.mark.slow
def test_facts_are_read_by_their_roles_whatever_they_are_called(tmp_path, ruleset, drafter):
    for file in RULES.rglob("*.yaml"):
        target = tmp_path / file.relative_to(RULES)
        target.parent.mkdir(exist_ok=True)
        renamed = file.read_text(encoding="utf-8")
        for old, new in RENAMED.items():
            renamed = re.sub(rf"(?<![\w.]){re.escape(old)}(?![\w.])", new, renamed)
        target.write_text(renamed, encoding="utf-8")
    other = load_rules(tmp_path)
    decision_text = text(("Physical therapy 2x4 for the knee", "Upheld"), ("Knee arthroscopy", "Overturned"))
    plain = drafter.draft("decision.txt", decision_text.encode()).text
    drawn = Drafter(tmp_path, other, "schema/case.json").draft("decision.txt", decision_text.encode()).text
    for old, new in RENAMED.items():
        assert old in plain
        plain = plain.replace(old, new)
    assert yaml.safe_load(drawn) == yaml.safe_load(plain)


RENAMED = {
    "injury.date": "harm.day",
    "request.visits_per_week": "asked.each_week",
    "request.duration": "asked.length",
    "request.body_parts": "asked.body",
    "surgery.procedure": "operation.kind",
}


def test_a_full_disk_leaves_no_draft_behind_and_the_next_run_writes_it(tmp_path):
    (tmp_path / "decision.txt").write_text(text(("1. Six visits of physical therapy", "Upheld")), encoding="utf-8")
    given = ["ingest", str(tmp_path / "decision.txt"), "--out", str(tmp_path / "drafts")]
    command = [sys.executable, "-m", "mtus_engine.cli.main", *given]

    def full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))

    failed = subprocess.run(command, preexec_fn=full, capture_output=True, text=True, check=False)
    assert (failed.returncode, "Traceback" in failed.stderr) == (1, False)
    assert [path.name for path in (tmp_path / "drafts").iterdir() if not path.name.startswith(".ingested")] == []
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert (tmp_path / "drafts" / "CM16-0999999.yaml").stat().st_size > 200
