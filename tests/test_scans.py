"""Scans, faxes and photographs of papers: what is recognized on them, how sure it is, and what cannot be read."""

import difflib
import io

import pypdfium2
import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter

from mtus_engine.ingest import recognition
from mtus_engine.ingest.drafter import Drafter
from mtus_engine.ingest.from_pictures import doubt_pictures
from mtus_engine.ingest.pdf import Renderer, Unreadable, file_text, text_of
from mtus_engine.ingest.places import Box, boxes_of
from mtus_engine.ingest.reader import recognized
from mtus_engine.ingest.reader.drawn_tables import drawn_rows, text_with_tables
from mtus_engine.ingest.reading_process import NoReader, ReadingProcess
from mtus_engine.ingest.sentences import Sentence
from mtus_engine.model.values import Span
from tests.conftest import RULES
from tests.pages import needs_pango
from tests.scans import DOTS, LEFT, LINE, TOP, picture, scan, written
from tests.test_ingest import pdf
from tests.test_papers import plain

REQUEST = """REQUEST FOR AUTHORIZATION (DWC Form RFA)

Claim Number: SCAN-7
Date of Injury: 03/14/2016

Diagnosis: Lumbar strain
ICD-Code: S39.012A
Requested treatment: Physical therapy, lumbar spine
Frequency: 2 times a week for 4 weeks

Requesting Physician Signature: Erin Example, MD
Date: 08/22/2016
"""
REPORT = """PROGRESS REPORT (PR-2)

Date of exam: 08/15/2016
Claim Number: SCAN-7

Subjective complaints:
The patient has completed 6 sessions of physical therapy.
She is able to lift twenty pounds since then, and does her home exercises.
"""


@pytest.fixture(scope="module")
def drafter(ruleset):
    return Drafter(RULES, ruleset, "schema/case.json")


def alike(one, other):
    return difflib.SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


@pytest.mark.parametrize(
    "how",
    [{}, {"angle": 1.4}, {"angle": -2.5, "dots": 0.002}, {"angle": 180}, {"angle": 90}, {"angle": 270}],
    ids=["straight", "askew", "askew with dots", "upside down", "left", "right"],
)
def test_a_page_is_recognized_however_it_lies(how):
    found = file_text(scan(REPORT, **how))
    assert list(found.recognized) == [1]
    assert alike(found.text, REPORT) > 0.9, found.text


def test_paragraphs_and_columns_stay_apart():
    table = "Visit        Treatment          Charge\n1            massage            none\n\nSome words below the table, and nothing else."
    lines = file_text(scan(table)).text.splitlines()
    assert lines[0].split("  ")[0].strip() == "" or "  " in lines[0].strip()
    assert "" in lines
    assert lines[-1].strip() == "Some words below the table, and nothing else."


@pytest.mark.parametrize("angle", [0, 2.0, 180])
def test_a_sentence_is_marked_where_it_stands_on_the_picture(angle):
    renderer = Renderer()
    page = renderer.page(scan(REPORT, angle=angle), 1)
    renderer.close()
    boxes = boxes_of("The patient has completed 6 sessions of physical therapy.", page.words)
    edges = [[one[side] for one in boxes] for side in range(4)]
    box = Box(min(edges[0]), min(edges[1]), max(edges[2]), max(edges[3]))
    upright = (TOP + 6 * LINE) * 72 / DOTS
    if angle == 180:
        assert page.height - box.bottom == pytest.approx(upright, abs=8)
        assert page.width - box.right == pytest.approx(LEFT * 72 / DOTS, abs=8)
    elif angle == 0:
        assert (box.left, box.top) == pytest.approx((LEFT * 72 / DOTS, upright), abs=8)
    else:
        assert box.top < upright + 40
        assert box.bottom - box.top < 40


def test_what_is_read_from_a_scan_is_what_is_read_from_its_text_and_never_sure(drafter):
    scans = drafter.draft_papers("scan", [("request.pdf", scan(REQUEST)), ("report.pdf", scan(REPORT, angle=0.7))])
    texts = drafter.draft_papers("text", [("request.txt", REQUEST.encode()), ("report.txt", REPORT.encode())])
    seen, told = plain(scans), plain(texts)
    assert {name: values(one) for name, one in seen.items()} == {name: values(one) for name, one in told.items()}
    assert {"request.visits", "prior.therapy.visits", "request.date"} <= set(seen)
    for said in seen.values():
        for one in said if isinstance(said, list) else [said]:
            assert one["confidence"] in {"likely", "doubtful"}
            assert one["note"]
    assert any("confidence" not in one or one["confidence"] == "sure" for one in told.values() if isinstance(one, dict))
    assert [one.recognized for one in scans.parsed.record.documents] == [(1,), (1,)]


def values(said):
    return [one.get("value") for one in (said if isinstance(said, list) else [said])]


def pages_of(*files):
    joined = pypdfium2.PdfDocument.new()
    for one in files:
        joined.import_pages(pypdfium2.PdfDocument(one))
    out = io.BytesIO()
    joined.save(out)
    return out.getvalue()


def test_a_fax_with_a_line_of_the_machine_over_it_and_a_page_of_text_are_both_read(drafter):
    fax = PdfWriter(clone_from=PdfReader(io.BytesIO(pages_of(pdf(REQUEST.splitlines()), scan(REPORT)))))
    fax.pages[1].merge_page(PdfReader(io.BytesIO(pdf(["08/23/2016 10:12 FAX 555 0100 p. 2/2"]))).pages[0])
    out = io.BytesIO()
    fax.write(out)
    found = file_text(out.getvalue())
    assert list(found.recognized) == [2]
    draft = drafter.draft("fax.pdf", out.getvalue())
    told = plain(draft)
    assert told["prior.therapy.visits"]["value"] == 6
    assert told["prior.therapy.visits"]["confidence"] == "likely"
    assert "confidence" not in told["request.visits"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_picture_file_is_read_like_a_scan(drafter, kind):
    pages = [picture(REQUEST), picture(REPORT)][: 2 if kind == "TIFF" else 1]
    draft = drafter.draft(f"photo.{kind.lower()}", written(pages, kind))
    assert plain(draft)["request.visits"]["value"] == 8
    assert ("prior.therapy.visits" in plain(draft)) == (kind == "TIFF")


def test_a_page_without_words_is_refused_with_the_cure():
    with pytest.raises(Unreadable, match="only pictures on which no words are recognized: ask for one with text"):
        text_of(scan(""))


def test_without_the_data_of_tesseract_a_scan_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setattr(recognized, "_PLACES", ())
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    with pytest.raises(recognized.NotInstalled, match="apt-get install tesseract-ocr-eng"):
        recognized.recognizer()


def test_pages_that_are_not_read_are_named_and_stop_no_other(drafter, monkeypatch):
    def missing(*_):
        raise NoReader("its words are recognized with a program that is missing")

    content = pages_of(pdf(REQUEST.splitlines()), scan("Another page. " + REPORT))
    monkeypatch.setattr(recognition._PROCESS, "told", missing)
    draft = drafter.draft("mixed.pdf", content)
    assert plain(draft)["request.visits"]["value"] == 8
    assert draft.unread == (
        "mixed.pdf: a picture is on page 2, and was not read (its words are recognized with a program that is missing):"
        " look at it yourself",
    )
    with pytest.raises(Unreadable, match="only pictures: its words are recognized with a program that is missing; or"):
        text_of(scan("Nobody has seen this page. " + REPORT))


def test_a_picture_that_asks_for_too_much_is_refused():
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    with pytest.raises(Unreadable, match="picture"):
        text_of(out.getvalue())
    assert alike(text_of(scan(REPORT)), REPORT) > 0.9, "the next one is read"


def test_a_reader_that_ends_over_a_page_leaves_the_others(monkeypatch):
    content = scan(REQUEST + "One.", REPORT + "Two.", REQUEST + "Three.")
    process = ReadingProcess("recognize")
    whole = process.told

    def ending(asked, given, number=0):
        if number == 2:
            process.end()
            raise Unreadable("the PDF is damaged, or asks for too much memory")
        return whole(asked, given, number)

    monkeypatch.setattr(process, "told", ending)
    monkeypatch.setattr(recognition, "_PROCESS", process)
    found = file_text(content)
    process.end()
    assert sorted(found.recognized) == [1, 3]
    assert found.unread == (2,)


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("l2/O3/2@16", "12/03/2016"),
        ("5O,", "50,"),
        ("10mg", "10mg"),
        ("$39.012D", "S39.012D"),
        ("$39.01", "$39.01"),
        ("§33.5XXA.", "S33.5XXA."),
        ("533.5XXA", "S33.5XXA"),
        ("533.50", "533.50"),
        ("{€D-Code", "ICD-Code"),
        ("ICD-10", "ICD-10"),
        ("I", "I"),
        ("M54.5", "M54.5"),
    ],
)
def test_signs_that_are_taken_for_digits_are_mended_in_numbers_alone(shown, meant):
    assert recognized.mended_word(shown) == meant


def document(**statement):
    said = {"value": 6, "at": "a.pdf page 1 sentence 2", "origin": "extracted", **statement}
    facts = {"prior.therapy.visits": said}
    return {"record": {"kind": "papers", "documents": [{"file": "a.pdf"}]}, "facts": facts, "items": []}


@pytest.mark.parametrize(
    ("uncertain", "statement", "step"),
    [
        ([], {}, "likely"),
        (["6"], {}, "doubtful"),
        (["the"], {}, "likely"),
        (["9"], {}, "likely"),
        ([], {"confidence": "doubtful"}, "doubtful"),
        (["9"], {"origin": "inferred", "at": "a.pdf page 1 sentence 1, a.pdf page 1 sentence 2"}, "doubtful"),
        ([], {"at": "b.pdf page 1 sentence 2"}, None),
        ([], {"at": "a.pdf page 2 sentence 2"}, None),
    ],
)
def test_a_number_that_was_hard_to_recognize_is_doubtful(uncertain, statement, step):
    made = document(**statement)
    told = [Sentence("a.pdf page 1 sentence 1", "On 9 May"), Sentence("a.pdf page 1 sentence 2", "Had 6 of the visits")]
    doubt_pictures(made, {"a.pdf": {1: frozenset(uncertain)}}, told)
    assert made["facts"]["prior.therapy.visits"].get("confidence") == step
    assert made["record"]["documents"][0]["recognized"] == [1]


def test_a_decision_that_was_scanned_is_read_and_likely(drafter, decisions):
    file = min((decisions.parent / "imr").rglob("*.pdf"))
    document = pypdfium2.PdfDocument(file.read_bytes())
    pages = [page.render(scale=DOTS / 72, grayscale=True).to_pil() for page in document]
    whole, seen = drafter.draft(file.name, file.read_bytes()), drafter.draft("scan.pdf", written(pages))
    assert (seen.case, seen.items, seen.named) == (whole.case, whole.items, whole.named)
    assert seen.parsed.record.recognized == tuple(range(1, len(pages) + 1))


FORM = """<style>td {{ border: 1px solid; padding: 3px 5px; vertical-align: {align} }} table {{ border-collapse: collapse }}
body {{ font: {size} DejaVu Sans }} @page {{ size: letter; margin: 1.5cm }}</style>
<h3>REQUEST FOR AUTHORIZATION (DWC Form RFA)</h3>
<table><tr><td>Claim Number: F-9</td><td>Date of Injury: 11/19/2015</td></tr></table>
<table><tr><td>Diagnosis (Required)</td><td>ICD-Code (Required)</td><td>Service/Good Requested (Required)</td>
<td>CPT/HCPCS Code (If known)</td><td>Other Information: (Frequency, Duration, Quantity, etc.)</td></tr>
<tr><td>Sprain of ligaments of the lumbar spine, initial encounter</td><td>S33.5XXA</td>
<td>Physical therapy to the low back with exercise and manual therapy</td><td>97110, 97140</td>
<td>2 times per week for 4 weeks, total of 8 visits</td></tr>
<tr><td>Cervicalgia</td><td>M54.2</td><td>Acupuncture to the neck</td><td>97810</td>
<td>1 time a week for 6 weeks, 6 visits in all, to begin after authorization by the adjuster</td></tr></table>
<table><tr><td>Requesting Physician Signature: E. Example, MD</td><td>Date: 03/02/2016</td></tr></table>"""


@needs_pango
@pytest.mark.parametrize("align", ["top", "middle", "bottom"])
@pytest.mark.parametrize("size", ["9pt", "12pt", "15pt"])
@pytest.mark.parametrize("is_scan", [False, True])
def test_the_cells_of_a_drawn_table_are_told_apart_however_they_wrap(drafter, align, size, is_scan):
    from mtus_engine.review.letters import pdf_of

    content = pdf_of(FORM.format(align=align, size=size)).content
    if is_scan:
        pages = [one.render(scale=DOTS / 72, grayscale=True).to_pil() for one in pypdfium2.PdfDocument(content)]
        # A fax machine knows black and white alone.
        content = written(
            [one.rotate(0.8, fillcolor=255).point(lambda v: 255 * (v > 150)).convert("1") for one in pages]
        )
    draft = drafter.draft("request.pdf", content)
    first, second = draft.parsed.items
    asked = [
        {name: values_words(said) for name, said in item.statements.items() if name in ASKED}
        for item in (first, second)
    ]
    assert asked == [
        {"request.treatment": "physical_therapy", "request.visits": 8, "request.visits_per_week": 2},
        {"request.treatment": "acupuncture", "request.visits": 6, "request.visits_per_week": 1},
    ]
    assert "diagnosis.groups" in first.statements
    assert "request.date" in first.statements


ASKED = ("request.treatment", "request.visits", "request.visits_per_week")


def values_words(said):
    (one,) = said
    return one.values.point if isinstance(one.values, Span) else min(one.values.possible)


def test_a_cell_that_goes_on_over_rows_stands_in_the_first():
    page = Image.new("L", (1000, 600), 255)
    pen = ImageDraw.Draw(page)
    for x in (100, 400, 800):
        pen.line((x, 100, x, 400), fill=0, width=2)
    for y, start in ((100, 100), (200, 400), (300, 100), (400, 100)):
        pen.line((start, y, 800, y), fill=0, width=2)
    words = [("strain", 120, 140, 200, 160), ("PT", 420, 140, 450, 160), ("MRI", 420, 240, 460, 260)]
    words += [("neck", 120, 340, 180, 360), ("TENS", 420, 340, 480, 360), ("below", 120, 500, 180, 520)]
    lines = text_with_tables(words, drawn_rows(page)).splitlines()
    assert lines[:3] == ["| strain | PT |", "| strain | MRI |", "| neck | TENS |"]
    assert lines[-1].strip() == "below"
