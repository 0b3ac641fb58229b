"""The papers of a utilization review, made up in the fields of the official forms, read into one draft case."""

import io
import re
from contextlib import suppress
from datetime import date

import pytest
import yaml
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, FloatObject, NameObject, TextStringObject

from mtus_engine.api import Checker, case_of_text
from mtus_engine.cli.main import main
from mtus_engine.ingest.drafter import Drafter, extraction_rules
from mtus_engine.ingest.pdf import Unreadable
from mtus_engine.model.determination import Finding, LimitStatus
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.fact import Origin
from tests.conftest import ROOT, RULES
from tests.test_ingest import pdf_of_cells

SAMPLE = ROOT / "samples" / "back-strain"

REQUEST = """REQUEST FOR AUTHORIZATION
DWC Form RFA
Claim Number: X-1   Date of Injury: 02/01/2016

Requested Treatment
{rows}

Requesting Physician Signature: A. Doctor   Date: 06/01/2016
"""

LETTER = """NOTICE OF UTILIZATION REVIEW DECISION
Claim Number: X-1
Date of decision: 06/03/2016
Treatment requested: Physical therapy, 12 visits
Determination: {said}
"""


@pytest.fixture(scope="module")
def drafter(ruleset):
    return Drafter(RULES, ruleset, "schema/case.json")


def drafted(drafter, ruleset, **papers):
    """Return the case of papers given by name, underscores for dots."""
    files = [
        (name.replace("_", "."), text.encode() if isinstance(text, str) else text) for name, text in papers.items()
    ]
    done = drafter.draft_papers("folder", files)
    return case_of_text("memory", done.text.encode(), ruleset), done


def values(case, fact, item=0):
    return [one.values for one in case.items[item].statements.get(fact, ())]


def plain(done, item=0):
    return yaml.safe_load(done.text)["items"][item]["facts"]


COLUMNS = (40, 110, 170, 280, 330)
HEADS = (
    "Diagnosis|(Required)",
    "ICD-Code|(Required)",
    "Service/Good|Requested|(Required)",
    "CPT/|HCPCS|Code",
    "Other Information:|(Frequency, Duration,|Quantity, etc.)",
)
WRAPPED = (
    "Lumbar|sprain",
    "S33.5XXA",
    "Physical|therapy, lumbar|spine",
    "97110,|97140",
    "2x/week for 4 weeks, 8|visits",
)
ONE_LINE = ("Lumbar sprain", "S33.5XXA", "Acupuncture, low back", "97810", "6 sessions")


def form_of_cells(*rows):
    """A request as PDF, its table written cell by cell, as programs write it, each cell in lines of its own."""
    above = [
        "Request for Authorization",
        "DWC Form RFA",
        "Name: Ana Example",
        "Claim Number: W-16-9",
        "Date of Injury: 03/14/2016",
        "Requested Treatment",
    ]
    cells = [(40, 40 + 14 * n, line) for n, line in enumerate(above)]
    top = 140
    for row in (HEADS, *rows):
        for x, cell in zip(COLUMNS, row, strict=True):
            cells += [(x, top + 11 * n, line) for n, line in enumerate(cell.split("|"))]
        top += 11 * max(cell.count("|") + 1 for cell in row) + 5
    cells.append((40, top + 20, "Requesting Physician Signature: A. Grove, MD    Date: 05/20/2016"))
    return pdf_of_cells(cells)


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        ((WRAPPED,), ["Physical therapy, lumbar spine, 2x/week for 4 weeks, 8 visits"]),
        (
            (ONE_LINE, WRAPPED),
            ["Acupuncture, low back, 6 sessions", "Physical therapy, lumbar spine, 2x/week for 4 weeks, 8 visits"],
        ),
        ((WRAPPED, WRAPPED), ["Physical therapy, lumbar spine, 2x/week for 4 weeks, 8 visits"] * 2),
    ],
)
def test_a_table_of_a_pdf_is_read_by_its_columns_though_its_cells_go_on_over_lines(drafter, rows, asked):
    done = drafter.draft_papers("one", [("rfa.pdf", form_of_cells(*rows))])
    assert [item["asked"] for item in yaml.safe_load(done.text)["items"]] == asked


def test_a_short_letter_is_no_scan(drafter):
    lines = [
        "Request for authorization",
        "Date of injury: 03/14/2016",
        "Please authorize 12 visits of physical therapy.",
    ]
    letter = pdf_of_cells([(40, 40 + 14 * n, line) for n, line in enumerate(lines)])
    done = drafter.draft_papers("one", [("letter.pdf", letter)])
    assert plain(done)["request.visits"]["value"] == 12


def test_of_a_long_chart_the_first_pages_are_read_and_the_rest_is_told(drafter):
    first = "Progress report\nDate of injury: 03/14/2016\n\nPlan: physical therapy, 6 visits.\n"
    chart = "\f".join([first, *(["The chart goes on without anything new.\n" * 400] * 20)])
    request = "Request for authorization\nDate of injury: 03/14/2016\nRequested treatment: physical therapy, 6 visits\n"
    done = drafter.draft_papers("one", [("chart.txt", chart.encode()), ("request.txt", request.encode())])
    (told,) = done.unread
    assert told.startswith("chart.txt: it is long, and its last ")


def sample(drafter, ruleset):
    files = [(path.name, path.read_bytes()) for path in sorted(SAMPLE.iterdir())]
    done = drafter.draft_papers("sample", files)
    return case_of_text("sample", done.text.encode(), ruleset), done


@pytest.mark.slow
def test_six_papers_of_one_worker_are_one_case_from_the_page_to_the_finding(drafter, ruleset):
    case, done = sample(drafter, ruleset)
    assert case.setting == "ur"
    assert done.kinds == {
        "report-1.txt": "progress report",
        "report-2.txt": "progress report",
        "report-3.txt": "progress report",
        "request.txt": "request for authorization",
        "review-letter.txt": "utilization review letter",
        "therapy-notes.txt": "therapy notes",
    }
    therapy = plain(done)
    assert (therapy["request.visits"]["value"], therapy["request.visits_authorized"]["value"]) == (8, 2)
    assert therapy["request.date"]["value"] == "2016-08-22"
    first, second = Checker(ruleset).check(case)
    # Ten visits that the table gives, less eight attended and two authorized: nothing is left for the six in dispute.
    evaluation = first.determination.evaluation
    limit = next(one for one in evaluation.candidates[0].limits if one.rule.id == "visits")
    assert (evaluation.finding, limit.status) == (Finding.DOES_NOT_MEET, LimitStatus.NONE_LEFT)
    assert second.determination.evaluation.finding is not Finding.DOES_NOT_MEET
    assert case.items[0].reviewer.outcome == "modified"
    assert case.items[1].reviewer.outcome == "approved"


def test_every_place_opens_the_document_that_says_it(drafter, ruleset):
    case, done = sample(drafter, ruleset)
    texts = {one.place: one.text for one in done.sentences}
    said = [s for item in case.items for several in item.statements.values() for s in several]
    places = [one.at for one in said if one.note != "requested in the same case"]
    assert len(places) > 20
    for place in places:
        for one in place.split(", "):
            file = one.partition(" page ")[0]
            words = [re.escape(word) for word in texts[one].partition(": ")[2].split() or texts[one].split()]
            assert re.search(r"\s+".join(words), (SAMPLE / file).read_text(encoding="utf-8")), one


def test_visits_listed_by_day_are_counted_each_with_its_place_and_a_missed_one_is_not(drafter, ruleset):
    case, _ = sample(drafter, ruleset)
    counted = next(one for one in case.items[0].statements["prior.therapy.visits"] if one.origin is Origin.INFERRED)
    assert counted.values.low == counted.values.high == 8
    assert len(counted.at.split(", ")) == 8
    assert "sentence 9" not in counted.at.split(", ")[2]
    assert "8 days of visits in the notes, 2016-05-10 to 2016-08-09" in counted.note


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        ("Lumbar strain  S39.012A  Physical therapy  97110  2x/week for 4 weeks", [(8, "physical_therapy")]),
        ("Lumbar strain | S39.012A | Physical therapy | 97110 | 8 visits", [(8, "physical_therapy")]),
        (
            "Strain S39.012A Physical therapy 97110 8 visits\nStrain S39.012A Acupuncture 97810 6 sessions",
            [(8, "physical_therapy"), (6, "acupuncture")],
        ),
        (
            "Diagnosis: Lumbar strain\nICD-Code: S39.012A\nService/Good Requested: Chiropractic\n"
            "CPT/HCPCS Code: 98940\nOther Information: 6 visits",
            [(6, "chiropractic")],
        ),
        ("- Physical therapy, 12 visits, low back\n- X-ray of the lumbar spine", [(12, "physical_therapy"), None]),
        ("1. Acupuncture 6 sessions\n2. Work hardening, 10 visits", [(6, "acupuncture"), (10, "work_hardening")]),
        (
            "Lumbar strain S39.012A Physical therapy, with\nexercises 97110 twice a week\nfor 6 weeks",
            [(12, "physical_therapy")],
        ),
    ],
)
def test_the_rows_of_a_request_are_its_items(drafter, ruleset, rows, asked):
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows))
    assert done.items == len(asked)
    for n, wanted in enumerate(asked):
        said = plain(done, n)
        if wanted is None:
            assert said["request.treatment"]["value"] == "other_treatment"
        else:
            assert (said["request.visits"]["value"], said["request.treatment"]["value"]) == wanted


def test_the_head_of_a_table_and_the_words_of_a_form_are_no_request(drafter, ruleset):
    head = "Diagnosis (Required)\nICD-Code (Required)\nService/Good Requested (Required)\nCPT/HCPCS Code (If known)\nOther Information:\n(Frequency, Duration, Quantity, etc.)\n"
    told = "Up to five (5) procedures may be entered; list additional requests on a separate sheet.\n"
    rows = told + head + "Strain S39.012A Physical therapy 97110 8 visits"
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows))
    assert (done.items, plain(done)["request.visits"]["value"]) == (1, 8)
    assert plain(done)["diagnosis.groups"]["value"] == ["S39.012A"]


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        ("Knee\nstrain 844.9 Acupuncture, right\nknee 97810 3 x week x 2 weeks (6\nvisits)", [(6, "acupuncture")]),
        (
            "Strain 844.9 Acupuncture 97810 6 visits\nSprain 847.0 Chiropractic 98940 4 visits",
            [(6, "acupuncture"), (4, "chiropractic")],
        ),
        ("Acupuncture\nM54.5 Physical therapy 97110 8 visits", [None, (8, "physical_therapy")]),
    ],
)
def test_the_headings_of_narrow_columns_are_broken_over_lines_and_no_request(drafter, ruleset, row, asked):
    head = (
        "Diagnosis\n(Required)\nICD-Code\n(Required)\nService/Good\nRequested\n(Required)\nCPT/HCPCS\nCode (If\nknown)\n"
        "Other Information:\n(Frequency, Duration\nQuantity, Facility,\netc.)\n"
    )
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=head + row))
    assert done.items == len(asked)
    for n, wanted in enumerate(asked):
        said = plain(done, n)
        if wanted is None:
            assert said["request.treatment"]["value"] == "acupuncture"
        else:
            assert (said["request.visits"]["value"], said["request.treatment"]["value"]) == wanted


def test_a_treatment_named_by_codes_alone_is_what_they_can_mean(drafter, ruleset):
    _, done = drafted(
        drafter, ruleset, request_txt=REQUEST.format(rows="Strain S39.012A Rehabilitation 97110 8 visits")
    )
    assert plain(done)["request.treatment"]["value"] == {"one_of": ["occupational_therapy", "physical_therapy"]}


@pytest.mark.parametrize(
    ("said", "outcome", "visits"),
    [
        ("Certified as requested.", "approved", 12),
        ("Approved: 12 visits.", "approved", 12),
        ("Denied.", "denied", None),
        ("Non-certified. 12 visits are not medically necessary.", "denied", None),
        ("The request is not certified.", "denied", None),
        ("Modified to 6 visits. 6 visits are certified, the other 6 are non-certified.", "modified", 6),
        ("6 visits are certified and 6 visits are not certified.", "modified", 6),
        ("Partially approved: six visits approved.", "modified", 6),
        ("Deferred until the dispute over liability is settled.", None, None),
    ],
)
def test_a_letter_says_what_was_certified_and_what_was_not(drafter, ruleset, said, outcome, visits):
    case, done = drafted(drafter, ruleset, letter_txt=LETTER.format(said=said))
    assert (case.items[0].reviewer and case.items[0].reviewer.outcome) == outcome
    given = plain(done).get("request.visits_authorized")
    assert (given and given["value"]) == visits


def test_a_letter_older_than_the_request_decides_nothing_of_it(drafter, ruleset):
    rows = "Strain S39.012A Physical therapy 97110 8 visits"
    letter = LETTER.format(said="Denied.").replace("06/03/2016", "05/03/2016")
    case, _ = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows), letter_txt=letter)
    assert case.items[0].reviewer is None


def test_the_latest_report_counts_and_no_plan_is_taken_for_treatment_given(drafter, ruleset):
    report = "PROGRESS REPORT (PR-2)\nDate of exam: {day}\nSubjective complaints:\n{said}\nTreatment plan:\n{plan}\n"
    first = report.format(day="04/01/2016", said="She has completed 3 sessions of physical therapy.", plan="Rest.")
    last = report.format(
        day="05/20/2016", said="She has completed 9 sessions of physical therapy.", plan="Physical therapy 2x4."
    )
    case, done = drafted(drafter, ruleset, first_txt=first, last_txt=last)
    assert plain(done)["request.visits"]["value"] == 8
    assert [one["dated"] for one in plain(done)["prior.therapy.visits"]] == ["2016-04-01", "2016-05-20"]
    (checked,) = Checker(ruleset).check(case)
    known = checked.determination.evaluation.known["prior.therapy.visits"].values
    assert (known.low, known.high) == (9, 9)


def test_a_label_within_a_sentence_is_none_and_pages_are_counted(drafter, ruleset):
    report = (
        "PROGRESS REPORT (PR-2)\nDate of exam: 05/20/2016\nSubjective complaints:\nShe improved in her functional\n"
        "status: she walks. Her birth date: unknown.\f"
        "She has completed 9 sessions of physical therapy.\nPlan:\nPhysical therapy 2x4."
    )
    _, done = drafted(drafter, ruleset, report_txt=report)
    at = plain(done)["prior.therapy.visits"]["at"]
    assert at == "report.txt page 2 sentence 1"
    assert any(one.text == "She improved in her functional status: she walks." for one in done.sentences)


def test_papers_of_two_claims_are_refused_with_both_numbers(drafter, ruleset):
    rows = REQUEST.format(rows="Strain S39.012A Physical therapy 97110 8 visits")
    with pytest.raises(Unreadable, match=r"claim X1 in one\.txt; claim Y2 in two\.txt"):
        drafted(drafter, ruleset, one_txt=rows, two_txt=rows.replace("X-1", "Y-2"))


def test_what_is_none_of_the_papers_is_named_and_stops_no_other(drafter, ruleset):
    rows = REQUEST.format(rows="Strain S39.012A Physical therapy 97110 8 visits")
    _, done = drafted(drafter, ruleset, request_txt=rows, bill_txt="INVOICE\nTotal due: 300", photo_png=b"\x89PNG\0\0")
    assert done.items == 1
    bill, photo = done.unread
    assert bill.startswith("bill.txt: ")
    assert (
        "request for authorization, progress report, operative report, therapy notes, utilization review letter" in bill
    )
    assert photo == "photo.png: the picture is damaged, or of a kind that is not read: save it as PDF"
    with pytest.raises(Unreadable, match="nothing is asked for"):
        drafted(drafter, ruleset, notes_txt="PHYSICAL THERAPY NOTES\n05/10/2016 Exercise.")


def form(fields, *, script=False):
    """Return a PDF form with fields filled in, its labels printed beside, perhaps with a script that opens with it."""
    writer = PdfWriter()
    page = writer.add_blank_page(612, 792)
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")})
    font[NameObject("/BaseFont")] = NameObject("/Helvetica")
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    printed = ["REQUEST FOR AUTHORIZATION", "DWC Form RFA", "Requested Treatment", *[f"{name}:" for name in fields]]
    printed += [
        "This form is printed without its values, which stand in fields that a person fills in on a screen."
    ] * 2
    shown = " ".join(f"({line.replace('(', '').replace(')', '')}) Tj 0 -14 Td" for line in printed)
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 10 Tf 40 760 Td {shown} ET".encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    widgets = ArrayObject()
    for name, value in fields.items():
        widget = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/FT"): NameObject("/Tx"),
                NameObject("/T"): TextStringObject(name),
                NameObject("/V"): TextStringObject(value),
                NameObject("/Rect"): ArrayObject([FloatObject(n) for n in (300, 300, 400, 320)]),
            }
        )
        widgets.append(writer._add_object(widget))
    page[NameObject("/Annots")] = widgets
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): widgets})
    if script:
        action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript")})
        action[NameObject("/JS")] = TextStringObject("while (true) { app.alert('x'); }")
        writer._root_object[NameObject("/OpenAction")] = action
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


FIELDS = {
    "Claim Number": "X-1",
    "Date of Injury (MM/DD/YYYY)": "02/01/2016",
    "Diagnosis Row 1": "Lumbar strain",
    "ICD-Code Row 1": "S39.012A",
    "Service/Good Requested Row 1": "Physical therapy",
    "CPT/HCPCS Code Row 1": "97110",
    "Other Information Row 1": "2 times a week for 4 weeks",
    "Service/Good Requested Row 2": "Acupuncture",
    "Other Information Row 2": "6 visits",
    "Date": "06/01/2016",
}


@pytest.mark.parametrize("script", [False, True])
def test_the_fields_of_a_fillable_form_are_read_and_its_scripts_are_not_run(drafter, ruleset, script):
    case, done = drafted(drafter, ruleset, rfa_pdf=form(FIELDS, script=script))
    assert case.case == "X-1"
    assert (plain(done)["request.visits"]["value"], plain(done, 1)["request.visits"]["value"]) == (8, 6)
    assert plain(done)["request.date"]["value"] == "2016-06-01"
    assert plain(done)["diagnosis.groups"]["value"] == ["S39.012A"]
    texts = {one.place: one.text for one in done.sentences}
    assert "Lumbar strain" in texts[plain(done)["diagnosis.groups"]["at"].split(", ")[0]]


@pytest.mark.slow
def test_the_command_reads_folders_of_papers_and_names_what_it_passes_over(tmp_path, capsys):
    folder = tmp_path / "worker"
    folder.mkdir()
    (folder / "request.txt").write_text(REQUEST.format(rows="Strain S39.012A Physical therapy 97110 8 visits"))
    (folder / "bill.txt").write_text("INVOICE\nTotal due: 300")
    assert main(["ingest", "--case", str(folder), "--out", str(tmp_path / "drafts")]) == 1
    told = capsys.readouterr().err
    assert "1 of 1 requests drafted: 1 items" in told
    assert "X-1 from request.txt (request for authorization)" in told
    assert f"{folder}/bill.txt: what kind of paper it is cannot be told" in told
    assert main(["check", str(tmp_path / "drafts" / "X-1.yaml")]) == 0
    capsys.readouterr()
    (folder / "scan.tif").write_bytes(b"II*\0")
    (folder / "bill.txt").unlink()
    assert main(["ingest", str(folder), "--out", str(tmp_path / "again")]) == 0
    assert f"Not read, neither PDF nor text: {folder}/scan.tif" in capsys.readouterr().err
    assert main(["ingest", "--case", str(folder / "request.txt")]) == 2
    assert "--case takes the folder with the papers of one worker" in capsys.readouterr().err
    assert main(["ingest"]) == 2
    (tmp_path / "empty").mkdir()
    capsys.readouterr()
    assert main(["ingest", "--case", str(tmp_path / "empty")]) == 1
    assert "no paper here can be read; the folder is empty" in capsys.readouterr().err


def test_mistakes_in_the_file_of_papers_are_told_at_their_places(tmp_path, ruleset):
    folder = tmp_path / "extraction"
    folder.mkdir()
    (folder / "papers.yaml").write_text(
        "papers:\n  request: {called: request, by: provider, known_by: ['request for {therapy}']}\n"
        "fields:\n  claim: [number]\n  dated: [number]\n"
        "facts:\n  injury.dat: [date of injury]\n",
        encoding="utf-8",
    )
    with pytest.raises(Rejected) as told:
        extraction_rules(tmp_path, ruleset)
    found = [(one.code, one.line, one.message) for one in told.value.diagnostics]
    assert [(code, line) for code, line, _ in found] == [("MT315", 2), ("MT309", 5), ("MT301", 7)]
    assert "injury.date" in found[2][2]


@pytest.mark.slow
def test_the_sentences_of_a_paper_are_printed_with_their_places(capsys):
    assert main(["sentences", str(SAMPLE / "therapy-notes.txt")]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert "therapy-notes.txt page 1 sentence 9\t05/24/2016 Cancelled by the patient." in printed


def test_the_text_of_a_paper_is_whole_with_its_sentences_where_they_stand(drafter):
    text = (
        "Made-up Clinic\nPRIMARY TREATING PHYSICIAN'S PROGRESS REPORT (PR-2)\nDate of exam:   06/27/2016\n\n"
        "SUBJECTIVE COMPLAINTS\n   Pain is un-\n   changed. She\twalks.\n\n  Week   Visits\n  1      2\n\fTreatment plan:\n"
        "1. Physical therapy, 6 visits.\n"
    )
    read = drafter.document_read("report.txt", text.encode())
    assert "".join(one.text for one in read.parts) == text.replace("\f", "\n\n")
    placed = {one.place: " ".join(one.text.split()) for one in read.parts if one.is_sentence}
    assert placed == {one.place: placed[one.place] for one in read.sentences}, "no sentence is missing"
    assert "1. Physical therapy, 6 visits." in placed.values()
    between = [one for one in read.parts if not one.is_sentence and one.text.strip()]
    assert [" ".join(one.text.split()) for one in between] == ["SUBJECTIVE COMPLAINTS", "Treatment plan:"]
    assert [one.place for one in between] == ["report.txt page 1", "report.txt page 2"]


# ---- forms as they come: columns, labels without colons, boxes, letters in lists, notes of several days

WRAPPED = """
Diagnosis        ICD-Code    Service/Good       CPT/HCPCS    Other Information:
(Required)       (Required)  Requested          Code         (Frequency, Duration,
                             (Required)         (If known)   Quantity, etc.)

Left meniscus    S83.242A    Post-operative     97110        Twice a week
tear,                        physical           97112        for 5 weeks
s/p repair                   therapy, left      97140        (10 visits)
                             knee
Low back         S39.012A    Acupuncture,       97810        #6
strain                       lumbar
"""
BARS = """
Diagnosis | ICD-10 | Service Requested | CPT | Freq/Duration/Qty
Strain | S39.012A | Physical therapy evaluate and treat | 97161, 97110 | three times weekly for two weeks
 | | Lumbar brace | L0625 | Qty 1
"""
SPLIT = """
Diagnosis        ICD-Code    Service requested  CPT         Other
1. Strain        S39.012A    Physical           97110       eight visits, 2 per
   low back                  therapy                        week
2. Sprain neck   S13.4XXA    Chiropractic       98940       4 visits
"""


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        (
            WRAPPED,
            [
                ("Post-operative physical therapy, left knee, Twice a week for 5 weeks (10 visits)", ["S83.242A"], 10),
                ("Acupuncture, lumbar, #6", ["S39.012A"], 6),
            ],
        ),
        (
            BARS,
            [
                ("Physical therapy evaluate and treat, three times weekly for two weeks", ["S39.012A"], 6),
                ("Lumbar brace, Qty 1", None, None),
            ],
        ),
        (
            SPLIT,
            [
                ("Physical therapy, eight visits, 2 per week", ["S39.012A"], 8),
                ("Chiropractic, 4 visits", ["S13.4XXA"], 4),
            ],
        ),
    ],
    ids=["wrapped cells", "bars", "numbers"],
)
def test_a_table_is_read_by_its_columns(drafter, ruleset, rows, asked):
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows))
    found = [
        (
            item["asked"],
            item["facts"].get("diagnosis.groups", {}).get("value"),
            item["facts"].get("request.visits", {}).get("value"),
        )
        for item in yaml.safe_load(done.text)["items"]
    ]
    assert found == asked


def test_a_table_goes_on_over_a_page_and_a_list_below_it_asks_for_more(drafter, ruleset):
    rows = (
        WRAPPED.rstrip()
        + "\fNeck strain     S13.4XXA    Chiropractic       98940        4 visits\n\nAlso requested:\n1. Massage therapy, 3 visits\n"
    )
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows))
    asked = [item["asked"] for item in yaml.safe_load(done.text)["items"]]
    assert asked[2:] == ["Chiropractic, 4 visits", "Massage therapy, 3 visits"]


def test_labels_above_their_values_and_labels_without_a_colon_are_read(drafter, ruleset):
    request = (
        "REQUEST FOR AUTHORIZATION (DWC Form RFA)          page 1 of 1\n"
        "Employee Name                Date of Injury (MM/DD/YYYY)     Date of Birth\n"
        "Sample, Sam                  02/01/2016                      03/04/1970\n"
        "Claim Number                 Employer\n"
        "X-1234                       Made-up Freight\n\n"
        "Requested Treatment\nStrain S39.012A Physical therapy 97110 8 visits\n\n"
        "Requesting Physician Signature          Date\nA. Doctor                               June 1, 2016\n"
    )
    case, done = drafted(drafter, ruleset, request_txt=request)
    assert case.case == "X-1234"
    assert str(yaml.safe_load(done.text)["facts"]["injury.date"]["value"]) == "2016-02-01"
    assert str(plain(done)["request.date"]["value"]) == "2016-06-01"
    other = REQUEST.format(rows="Strain S39.012A Physical therapy 97110 8 visits")
    other = other.replace("Claim Number: X-1   Date of Injury:", "Claim # ZX-12345   DOE: 5/5/2016  DOI")
    other = other.replace("Doctor   Date: 06/01/2016", "Doctor         Date 6/1/16").replace(
        "Requested Tr", "Birth Date: 9/9/1970\nRequested Tr"
    )
    case, done = drafted(drafter, ruleset, request_txt=other)
    assert case.case == "ZX-12345"
    assert str(yaml.safe_load(done.text)["facts"]["injury.date"]["value"]) == "2016-02-01"
    assert "1970" not in done.text


@pytest.mark.parametrize(
    "quantity",
    [
        "Other Information: (Frequency, Duration, Quantity, etc.): 2x/week x 3 weeks",
        "Other Information (Frequency, Duration, Quantity, etc.): twice a week for three weeks",
        "Frequency: 2x/week\nDuration: 3 weeks",
    ],
)
def test_how_often_and_how_long_is_read_behind_every_form_of_its_label(drafter, ruleset, quantity):
    rows = f"Diagnosis: Strain\nICD-Code: S39.012A\nService/Good Requested: Physical therapy\n{quantity}\n"
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows))
    assert (done.items, plain(done)["request.visits"]["value"]) == (1, 6)


REPORT = "PROGRESS REPORT (PR-2)\nClaim Number: X-1\nDate of exam: 06/01/2016\n{said}\nPlan:\nPhysical therapy 2x4 for the right knee.\n"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Work status:\n[ ] Remain off work until\n[X] Return to modified work on 6/1/2016", "modified_duty"),
        ("Work status: ☒ Remain off work   ☐ Return to full duty", "off_work"),
        ("Work status:\nRemain off work [ ]   Return to modified duty [x]", "modified_duty"),
    ],
)
def test_what_stands_at_an_empty_box_is_not_said(drafter, ruleset, said, status):
    _, done = drafted(drafter, ruleset, report_txt=REPORT.format(said=said))
    assert yaml.safe_load(done.text)["facts"]["work.status"]["value"] == status


def test_the_side_that_a_request_names_is_read(drafter, ruleset):
    rows = "Tear S83.242A Physical therapy, left knee 97110 8 visits\nStrain S46.011A Acupuncture R shoulder 97810 6 visits\nStrain S39.012A Chiropractic 98940 4 visits"
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows))
    sides = [[name for name in plain(done, n) if name.endswith("_side")] for n in range(3)]
    assert sides == [["request.left_side"], ["request.right_side"], []]


@pytest.mark.parametrize(
    ("lines", "outcomes"),
    [
        (
            "1. Physical therapy 12 visits ........... NOT CERTIFIED\n2. Acupuncture x6 ....... CERTIFIED",
            ["denied", "approved"],
        ),
        (
            "Treatment Requested                Decision      Approved\nPhysical therapy 12 visits         MODIFIED      8 visits\nAcupuncture 6 visits               DENIED        0",
            ["modified", "denied"],
        ),
        (
            "Your request for 12 visits of physical therapy was reviewed by a physician.\nThe request is DENIED.",
            ["denied", None],
        ),
        ("Physical therapy 12 visits\nDetermination: Certified 8 visits", ["modified", None]),
    ],
    ids=["dots", "columns", "sentences", "fewer"],
)
def test_a_letter_that_lists_what_it_decides_is_read_and_is_no_visit_attended(drafter, ruleset, lines, outcomes):
    letter = f"MADE-UP REVIEW\n\nJune 3, 2016\n\nClaim Number: X-1\nNOTICE OF UTILIZATION REVIEW DETERMINATION\n\n{lines}\n\nA. Nurse, RN\n"
    rows = "Strain S39.012A Physical therapy 97110 12 visits\nStrain S39.012A Acupuncture 97810 6 visits"
    request = REQUEST.format(rows=rows)
    _, done = drafted(drafter, ruleset, request_txt=request, letter_txt=letter)
    items = yaml.safe_load(done.text)["items"]
    assert [item.get("reviewer", {}).get("outcome") for item in items] == outcomes
    assert not any("prior.therapy.visits" in item["facts"] for item in items)
    if outcomes[0] == "modified":
        assert items[0]["facts"]["request.visits_authorized"]["value"] == 8
    # A letter of an earlier day, or of none that can be told, decides nothing of this request.
    for day in ("May 3, 2016", ""):
        _, done = drafted(drafter, ruleset, request_txt=request, letter_txt=letter.replace("June 3, 2016", day))
        assert not any("reviewer" in item for item in yaml.safe_load(done.text)["items"])


def test_reasons_that_are_numbered_go_with_the_decision_of_that_number(drafter, ruleset):
    letter = (
        "NOTICE OF UTILIZATION REVIEW DETERMINATION\nClaim Number: X-1\nDate: 06/03/2016\n\n"
        "1. Physical therapy 12 visits ..... NOT CERTIFIED\n2. Acupuncture x6 ..... CERTIFIED\n\nRationale:\n"
        "1. The patient had 24 visits without functional improvement.\n2. The patient has never had acupuncture.\n"
    )
    rows = "Strain S39.012A Physical therapy 97110 12 visits\nStrain S39.012A Acupuncture 97810 6 visits"
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows), letter_txt=letter)
    assert "prior.therapy.improvement" in plain(done, 0)
    assert "prior.therapy.improvement" not in plain(done, 1)


LOG = """MADE-UP HAND THERAPY
OCCUPATIONAL THERAPY ATTENDANCE
Claim Number: X-1
Authorized: 9 visits

Visit   Date         Type           Therapist     Comments
1       05/02/2016   Initial eval   K. Example    home program issued
2       05/04/2016   Tx             K. Example
-       05/09/2016   NO SHOW
3       05/11/2016   Tx             J. Sample
-       05/16/2016   CXL - pt ill
"""
DAYS = """MADE-UP CHIROPRACTIC
CHART NOTES
Claim Number: X-1

05/02/2016
S: LBP 7/10.
P: Adjustment. 2x/wk.

05/04/2016
S: 6/10.
P: Adjustment.

05/09/2016 - No show

05/11/2016
S: 5/10.
P: Adjustment.
"""


@pytest.mark.parametrize(
    ("notes", "treatment", "count"),
    [
        (LOG, "Occupational therapy", 3),
        (DAYS, "Chiropractic", 3),
        (
            "PHYSICAL THERAPY DAILY NOTE\nDate of Service: 05/20/2016      Visit 7 of 12\nS: Sore after last session, 4/10.",
            "Physical therapy",
            7,
        ),
        (
            "PHYSICAL THERAPY INTAKE\n05/02/2016 Referral received.\n05/03/2016 Scheduled eval.\n05/04/2016 Eval CANCELLED.\n",
            "Physical therapy",
            None,
        ),
    ],
    ids=["log", "days", "numbered", "intake"],
)
def test_visits_of_every_form_of_notes_are_counted_and_none_is_authorized_by_them(
    drafter, ruleset, notes, treatment, count
):
    rows = f"Strain S39.012A {treatment} 8 visits"
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows), notes_txt=notes)
    said = plain(done).get("prior.therapy.visits")
    values = [one["value"] for one in (said if isinstance(said, list) else [said] if said else [])]
    assert values == ([] if count is None else [count])
    assert "request.visits_authorized" not in plain(done)


def test_an_operative_report_tells_the_surgery_and_nothing_of_the_time_before(drafter, ruleset):
    operative = (
        "OPERATIVE REPORT\nClaim Number: X-1\nDate of Surgery: 04/28/2016\nProcedure performed:\n"
        "1. Left knee arthroscopic meniscectomy.\n\nIndications: The patient failed physical therapy without improvement.\n"
    )
    rows = "Tear S83.242A Physical therapy left knee 97110 8 visits"
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows), operative_txt=operative)
    facts = yaml.safe_load(done.text)["facts"]
    assert str(facts["surgery.date"]["value"]) == "2016-04-28"
    assert facts["surgery.procedure"]["value"] == "meniscectomy"
    assert "prior.therapy.improvement" not in plain(done)


def test_a_cover_or_letter_that_names_papers_is_none_and_a_report_is_known_by_its_headings(drafter, ruleset):
    cover = "FACSIMILE\nTO: Utilization Review Dept\nPlease find RFA + PR2 + PT notes. Please expedite.\n"
    request = REQUEST.format(rows="Strain S39.012A Physical therapy 97110 8 visits")
    chart = "MADE-UP CLINIC\nSubjective: She has completed 5 sessions of physical therapy.\nPlan: Return in a week.\n"
    addendum = "ADDENDUM TO PR-2\nClaim Number: X-1\nDate of addendum: 06/01/2016\nShe has completed 5 sessions of physical therapy.\n"
    _, done = drafted(drafter, ruleset, cover_txt=cover, request_txt=request, chart_txt=chart, addendum_txt=addendum)
    assert [one.partition(":")[0] for one in done.unread] == ["cover.txt"]
    assert done.kinds["chart.txt"] == done.kinds["addendum.txt"] == "progress report"


def test_cells_that_wrap_keep_no_other_sentence_from_its_place(drafter):
    """The same words stand on a second page, and a number within another number."""
    page = WRAPPED.replace("#6", "2")
    text = (
        REQUEST.format(rows=page)
        + "\fMRI of 12/02/2015\nLeft meniscus tear, Post-operative physical therapy\nSigned on 2/2/2016\n"
    )
    read = drafter.document_read("rfa.txt", text.encode())
    assert "".join(one.text for one in read.parts) == text.replace("\f", "\n\n")
    marked = {one.place: one.text for one in read.parts if one.is_sentence}
    texts = {one.place: one.text for one in read.sentences}
    for place, words in marked.items():
        assert "".join(filter(str.isalnum, words)) == "".join(filter(str.isalnum, texts[place]))
    assert len([place for place in marked if " page 2 " in place]) == len([p for p in texts if " page 2 " in p])
    assert any("Low back" in words or "S39.012A" in words for words in marked.values())


@pytest.mark.parametrize(
    "text",
    [
        "a: " * 20_000,
        "Claim 12345 " * 4_000,
        ("|" * 60 + "\n") * 500,
        ("word " * 12 + "\n") * 800,
        "Diagnosis        ICD-Code    Service/Good       CPT/HCPCS    Other Information:\n" * 300,
        ("[ ] a [x] b " * 8 + "\n") * 200,
        "x" + " " * 60_000 + "x",
    ],
    ids=["labels", "claims", "bars", "words", "heads", "boxes", "spaces"],
)
def test_a_paper_made_to_be_slow_ends(drafter, text):
    """Each of these took minutes while something was looked at again for every label or line."""
    content = f"REQUEST FOR AUTHORIZATION\nDWC Form RFA\nRequested Treatment\n{text}\n".encode()
    assert drafter.document_read("a.txt", content).papers[0].called == "request for authorization"
    with suppress(Unreadable):
        drafter.draft_papers("folder", [("a.txt", content)])


def test_what_is_said_of_each_of_several_surgeries_bears_its_name(drafter, ruleset):
    report = (
        "PROGRESS REPORT (PR-2)\nDate of exam: 05/20/2016\nSubjective complaints:\n"
        "She underwent right shoulder arthroscopic rotator cuff repair on 03/02/2016.\n"
        "She underwent a left carpal tunnel release on 04/20/2016.\n"
        "Since the surgery on 04/20/2016 her grip is weak.\nPlan:\nPhysical therapy 2x4 for the left wrist."
    )
    case, done = drafted(drafter, ruleset, report_txt=report)
    facts = yaml.safe_load(done.text)["facts"]
    dates = {(one["value"], one["surgery"]) for one in facts["surgery.date"]}
    shoulder, wrist = "rotator cuff or impingement, arthroscopic", "carpal tunnel release"
    assert dates == {("2016-03-02", shoulder), ("2016-04-20", wrist)}
    assert {one["surgery"] for one in facts["surgery.procedure"]} == {shoulder, wrist}
    assert [one.surgery for one in case.items[0].statements["surgery.left_side"]] == [wrist]


def test_what_is_said_of_one_surgery_bears_no_name(drafter, ruleset):
    report = (
        "PROGRESS REPORT (PR-2)\nDate of exam: 05/20/2016\nSubjective complaints:\n"
        "She underwent a left carpal tunnel release on 04/20/2016.\nPlan:\nPhysical therapy 2x4 for the left wrist."
    )
    case, _ = drafted(drafter, ruleset, report_txt=report)
    said = [one for of in case.items[0].statements.values() for one in of]
    assert {one.surgery for one in said} == {None}


def test_a_request_and_the_report_behind_it_in_one_file_are_two_papers(drafter, ruleset):
    """As text with a title between them, and as pages: places count on through the file."""
    request = REQUEST.format(rows="Physical therapy, low back  97110  2 times a week for 4 weeks")
    report = (
        "PROGRESS REPORT (PR-2)\nDate of exam: 05/20/2016\nSubjective complaints:\n"
        "She has completed 9 sessions of physical therapy.\nPlan:\nPhysical therapy."
    )
    for between in ("\n\n", "\f"):
        _, done = drafted(drafter, ruleset, all_txt=request + between + report)
        document = yaml.safe_load(done.text)
        assert [one["kind"] for one in document["record"]["documents"]] == [
            "request for authorization",
            "progress report",
        ]
        told = plain(done)["prior.therapy.visits"]
        assert (told["value"], told["dated"]) == (9, "2016-05-20")
        assert plain(done)["request.visits"]["value"] == 8
        read = drafter.document_read("all.txt", (request + between + report).encode())
        named = {one.place: one.text for one in read.sentences}
        assert named[told["at"]] == "She has completed 9 sessions of physical therapy."
        assert len(named) == len(read.sentences)


def test_words_that_name_another_paper_begin_none(drafter):
    request = REQUEST.format(rows="Physical therapy, low back  97110  2 times a week for 4 weeks")
    said = "\n\nThe progress report of 05/20/2016 is attached.\n\nSEE ATTACHED PROGRESS REPORT\n"
    read = drafter.document_read("request.txt", (request + said).encode())
    assert [one.called for one in read.papers] == ["request for authorization"]


@pytest.mark.parametrize("stamp", ["RECEIVED Nov 14 2016", "Rec'd by fax 11/14/16", "** RECEIVED: 11/14/2016 **"])
def test_the_day_stamped_on_a_request_is_the_day_on_which_it_came(drafter, ruleset, stamp):
    request = REQUEST.format(rows="Physical therapy, low back  97110  2 times a week for 4 weeks")
    _, done = drafted(drafter, ruleset, request_txt=f"{stamp}\n{request}")
    assert done.received == "2016-11-14"


def test_the_number_of_a_visit_in_its_note_counts_no_visits_so_far(drafter, ruleset):
    notes = (
        "SIERRA PHYSICAL THERAPY\nPHYSICAL THERAPY DAILY NOTES\nPT INITIAL EVAL 07/13/2016 visit 1 of 6 auth. PROM 125.\n"
        "DAILY NOTE 09/09/2016 Pt has attended 8 visits to date.\n"
    )
    case, _ = drafted(
        drafter, ruleset, notes_txt=notes, request_txt=REQUEST.format(rows="Physical therapy, shoulder, 2x4")
    )
    assert {one.point for one in values(case, "prior.therapy.visits")} == {8}


def test_an_answer_that_a_provider_writes_as_a_letter_is_read(drafter, ruleset):
    answer = (
        "Valley Occupational Medicine\n09/20/2016\nTo: Utilization Review   Re: M. Doe, X-1\n"
        "In response to your request for additional information: I checked with the therapy office. Ms. Doe\n"
        "attended 8 physical therapy visits between 7/13/16 and 9/9/16. No surgery has been performed.\nH. Pell, MD\n"
    )
    case, done = drafted(
        drafter, ruleset, request_txt=REQUEST.format(rows="Physical therapy, shoulder, 2x4"), answer_txt=answer
    )
    assert done.kinds["answer.txt"] == "progress report"
    assert [one.point for one in values(case, "prior.therapy.visits")] == [8]
    assert [one.possible for one in values(case, "surgery.performed")] == [frozenset({False})]


def test_a_letter_of_nobody_who_treats_is_not_read_and_is_named(drafter, ruleset):
    letter = "LAW OFFICES\nRe: Doe v. Freight\nDear Adjuster: He had 4 acupuncture treatments in 2014.\nB. Farrow\n"
    _, done = drafted(
        drafter, ruleset, request_txt=REQUEST.format(rows="Physical therapy, shoulder, 2x4"), letter_txt=letter
    )
    assert any(one.startswith("letter.txt: ") and "read it yourself" in one for one in done.unread)


def test_a_paper_of_another_worker_is_not_read_and_is_named(drafter, ruleset):
    request = REQUEST.format(rows="Physical therapy, low back  97110  2 times a week for 4 weeks").replace(
        "Claim Number: X-1", "Employee: Doe, Mary    Claim Number: X-1"
    )
    note = "PHYSICAL THERAPY DAILY NOTES\nPt: {name}\nPt has attended {visits} visits to date.\n"
    case, done = drafted(
        drafter,
        ruleset,
        request_txt=request,
        own_txt=note.format(name="M. Doe", visits=6),
        other_txt=note.format(name="P. Sample", visits=9),
    )
    assert [one.point for one in values(case, "prior.therapy.visits")] == [6]
    assert done.unread == ("other.txt: it names another worker than the request does: nothing was read from it",)
    assert "Sample" not in done.text


def test_what_stands_above_a_title_is_of_its_paper_and_capitals_alone_begin_none(drafter):
    request = REQUEST.format(rows="Physical therapy, low back  97110  2 times a week for 4 weeks")
    report = "PROGRESS REPORT (PR-2)\nDate of exam: 05/20/2016\nSubjective complaints:\nPain is less.\nPlan:\nAgain."
    read = drafter.document_read("all.txt", f"VALLEY CLINIC\n12 Main Street\n\n{report}\n\n{request}".encode())
    assert [one.called for one in read.papers] == ["progress report", "request for authorization"]
    read = drafter.document_read("all.txt", f"{request.upper()}\n\nPROGRESS REPORT\n".encode())
    assert [one.called for one in read.papers] == ["request for authorization"]


@pytest.mark.parametrize("words", ["Pt: reports less pain", "Patient: Improving slowly with therapy", "Pt: P. Sample"])
def test_words_that_are_no_name_make_no_paper_another_workers(drafter, words):
    """A request that names nobody says of no paper that it is another's."""
    request = REQUEST.format(rows="Physical therapy, low back  97110  2 times a week for 4 weeks")
    named = request.replace("Claim Number: X-1", "Employee: Doe, Mary    Claim Number: X-1")
    note = f"PHYSICAL THERAPY DAILY NOTES\n{words}\nPt has attended 9 visits to date.\n".encode()
    unread = drafter.draft_papers("folder", [("request.txt", request.encode()), ("note.txt", note)]).unread
    assert unread == ()
    unread = drafter.draft_papers("folder", [("request.txt", named.encode()), ("note.txt", note)]).unread
    assert bool(unread) is (words == "Pt: P. Sample")


def test_services_numbered_on_lines_of_their_own_are_items_each(drafter, ruleset):
    rows = """Diagnosis: Tear of medial meniscus, right knee   ICD-Code: S83.241D
Service/Good Requested: 1) Post-operative physical therapy, right knee, 2x3 (6 visits)
2) Home exercise kit, right knee
3) Acupuncture, six sessions
CPT Code: 97110"""
    case, _ = drafted(drafter, ruleset, rfa_txt=REQUEST.format(rows=rows))
    assert [item.asked for item in case.items] == [
        "Post-operative physical therapy, right knee, 2x3 (6 visits)",
        "Home exercise kit, right knee",
        "Acupuncture, six sessions",
    ]
    (said,) = case.items[0].statements["surgery.aftercare_requested"]
    assert said.values is not None


def test_one_service_goes_on_over_lines_that_no_number_begins(drafter, ruleset):
    rows = """Service/Good Requested: 1) Physical therapy, right knee,
twice a week for three weeks
ICD-Code: S83.241D"""
    case, _ = drafted(drafter, ruleset, rfa_txt=REQUEST.format(rows=rows))
    assert len(case.items) == 1


def test_an_arthroscopy_by_which_a_named_procedure_was_done_is_no_second_one(drafter, ruleset):
    note = """PROGRESS REPORT (PR-2)
Claim Number: X-1
Date: 05/20/2016
Subjective: The worker is seen ten days after right knee arthroscopy with partial medial meniscectomy performed on
05/10/2016. She lifts 20 pounds and bends to 95 degrees.
"""
    rfa = REQUEST.format(rows="Service/Good Requested: Physical therapy, right knee, 6 visits")
    case, _ = drafted(drafter, ruleset, rfa_txt=rfa, note_txt=note)
    stated = case.items[0].statements
    assert [str(one.values) for one in stated["surgery.procedure"]] == ["Choice(possible=frozenset({'meniscectomy'}))"]
    assert "prior.therapy.visits" not in stated


def test_text_of_windows_is_read_and_bytes_of_no_text_are_not(drafter, ruleset):
    rows = "Service/Good Requested: Physical therapy, right knee, 6 visits – José"
    rfa = REQUEST.format(rows=rows)
    case, _ = drafted(drafter, ruleset, rfa_txt=rfa.encode("cp1252"))
    assert case.items[0].asked.endswith("José")
    _, done = drafted(drafter, ruleset, rfa_txt=rfa, strange_txt=b"caf\xe9 \x01\x02 of no text")
    assert done.unread == ("strange.txt: neither a PDF nor UTF-8 text",)


def beside_a_request(drafter, ruleset, paper):
    """Return the draft of a paper and of a request for therapy."""
    _, done = drafted(drafter, ruleset, rfa_txt=REQUEST.format(rows="- Physical therapy, 12 visits"), a_paper_txt=paper)
    return yaml.safe_load(done.text)


def test_an_answer_to_a_question_is_read_as_a_report_whatever_stands_above_it(drafter, ruleset):
    answer = (
        "DELTA ORTHOPEDIC ASSOCIATES\nDate: 01/30/2017\nPatient: A. B.     Claim: X-1\n\n"
        "Response to your request for information.\nThe patient can now dress himself, which he could not do before.\n"
        "Eight visits were attended as of 01/17/2017.\nP. Example, M.D.\n"
    )
    read = beside_a_request(drafter, ruleset, answer)
    kinds = [one["kind"] for one in read["record"]["documents"]]
    assert kinds == ["request for authorization", "progress report"]
    assert read["items"][0]["facts"]["prior.therapy.visits"]["value"] == 8


def test_a_count_behind_the_label_of_days_is_a_count(drafter, ruleset):
    notes = (
        "VALLEY PHYSICAL THERAPY\nPHYSICAL THERAPY PROGRESS NOTE     Date: 09/06/2016\n"
        "Attended: 9 of 10 authorized visits (1 no-show 08/25/2016)\n\nA: Plateau since the sixth visit.\nJ. M., PT\n"
    )
    read = beside_a_request(drafter, ruleset, notes)
    assert read["items"][0]["facts"]["prior.therapy.visits"]["value"] == 9


def test_the_procedure_of_an_operative_report_is_the_one_that_the_table_holds(drafter, ruleset):
    report = (
        "OPERATIVE REPORT\nDATE OF SURGERY: 12/02/2016\n"
        "PROCEDURE PERFORMED: Right shoulder arthroscopy, arthroscopic rotator cuff repair (29827),\n"
        "subacromial decompression (29826).\n"
    )
    assert beside_a_request(drafter, ruleset, report)["facts"]["surgery.procedure"]["value"] == "rotator_cuff"


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("From: A Clinic\nClaim Number: X-1\n06/01/2016\n\nRequested: chiropractic 6 visits\n\nThanks, Dr. Lee", 6),
        ("Hi, please authorize acupuncture 2x/week for 4 weeks for low back pain.\nDr. Wu, L.Ac.\n05/02/2016", 8),
        ("Request: physical therapy, 10 visits.\nKind regards\nA. Doctor, MD", 10),
    ],
)
def test_a_message_that_asks_for_a_treatment_is_a_request_though_on_no_form(drafter, ruleset, message, asked):
    case, done = drafted(drafter, ruleset, message_txt=message)
    assert plain(done)["request.visits"]["value"] == asked
    assert "Dr. Lee" not in (case.items[0].asked or "")


@pytest.mark.parametrize(
    "message",
    [
        "Requested: records of Dr. Jones.\nThe patient was told that acupuncture is available.",
        "Requested: chiropractic 6 visits\nThe request was denied as not medically necessary.",
    ],
)
def test_a_message_that_asks_for_no_treatment_or_decides_is_no_request(drafter, ruleset, message):
    with pytest.raises(Unreadable, match="nothing was read from it"):
        drafted(drafter, ruleset, message_txt=message)


def test_days_in_a_drawn_table_and_behind_numbers_of_visits_are_visits_each_of_its_own_therapy(drafter, ruleset):
    request = REQUEST.format(rows="Acupuncture, low back, 6 visits\n- Chiropractic, low back, 4 visits")
    log = """VISIT LOG
Patient: Ann Sample   Claim Number: X-1
ACUPUNCTURE - J. Park, LAc
Tx #1   03/02/2016 pain 7/10
Tx #2   03/05/2016 pain 7/10
03/12/2016 no show
CHIROPRACTIC - D. Rossi, DC
|  1  | 03/03/2016 | Kept       |
|  2  | 03/10/2016 | Kept       |
|  -  | 03/17/2016 | Canc <24h  |
|  3  | 03/24/2016 | Kept       |
"""
    case, _ = drafted(drafter, ruleset, request_txt=request, log_txt=log)
    assert [[one.point for one in values(case, "prior.therapy.visits", item)] for item in (0, 1)] == [[2], [3]]
    days = [[one.point for one in values(case, "prior.therapy.last_visit", item)] for item in (0, 1)]
    assert days == [[date(2016, 3, 5).toordinal()], [date(2016, 3, 24).toordinal()]]


def test_what_was_certified_stands_behind_a_label_or_a_comma(drafter, ruleset):
    for said in (
        "MODIFIED\nCertified: 4 visits of physical therapy\nNot certified: 8 visits of physical therapy",
        "Modified. Approved: physical therapy, 4 visits.",
    ):
        request = REQUEST.format(rows="Physical therapy, low back, 12 visits")
        case, _ = drafted(drafter, ruleset, request_txt=request, letter_txt=LETTER.format(said=said))
        assert [one.point for one in values(case, "request.visits_authorized")] == [4]
        assert case.items[0].reviewer.outcome == "modified"


def test_dots_that_lead_to_a_value_and_a_diagnosis_on_the_same_line_are_read(drafter, ruleset):
    dotted = """REQUEST FOR AUTHORIZATION
Claim Number ..................... X-1
Diagnosis ........................ Lumbar strain
ICD-Code ......................... S39.012D
Service/Good Requested ........... Physical therapy, low back
Other Information ................ 2 a week for 4 weeks
"""
    listed = REQUEST.format(
        rows="1. Diagnosis: Lumbar strain S39.012D   Service: Physical therapy, low back   CPT 97110   8 visits"
    )
    for request in (dotted, listed):
        case, done = drafted(drafter, ruleset, request_txt=request)
        assert plain(done)["diagnosis.groups"]["value"] == ["S39.012D"]
        assert plain(done)["request.visits"]["value"] == 8
        assert "CPT" not in (case.items[0].asked or "")


def test_what_is_left_of_an_authorization_is_none_of_what_was_attended(drafter, ruleset):
    request = REQUEST.format(rows="Physical therapy, low back, 8 visits")
    note = "PHYSICAL THERAPY PROGRESS NOTE\nClaim Number: X-1\n{said}\n"
    for said, left in (
        ("Patient attended 8 of 12 authorized PT sessions; 4 sessions remain.", [4]),
        ("Auth remaining: 0", [0]),
        ("Pain of 4 remains after therapy.", []),
        ("The guideline leaves 4 visits remaining.", []),
    ):
        case, _ = drafted(drafter, ruleset, request_txt=request, note_txt=note.format(said=said))
        assert [one.point for one in values(case, "prior.therapy.visits_pending")] == left


REPAIR = "Tear M75.121 Right shoulder arthroscopic rotator cuff repair 29827 outpatient\n"


@pytest.mark.parametrize(
    ("rows", "confidence"),
    [
        (REPAIR + "Tear M75.121 Post-op physical therapy, right shoulder 97110 24 visits", "likely"),
        (REPAIR + "Tear M75.121 Physical therapy, right shoulder 97110 24 visits", "doubtful"),
        (REPAIR + "Sprain S33.5XXA Post-op physical therapy, low back 97110 24 visits", None),
        (
            "Tear M75.121 Cold therapy unit after rotator cuff repair E0218 rental\n"
            "Tear M75.121 Post-op physical therapy, right shoulder 97110 24 visits",
            None,
        ),
    ],
    ids=["aftercare", "any therapy", "another part", "a device for after it"],
)
def test_a_therapy_beside_a_surgery_that_the_same_request_asks_for_is_its_aftercare(drafter, ruleset, rows, confidence):
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows))
    told = plain(done, 1).get("request.ancillary_to_surgery")
    assert (told and told["confidence"]) == confidence
    if confidence is not None:
        assert told["value"] is True
        assert plain(done, 1)["surgery.procedure"]["value"] == "rotator_cuff"
        assert told["at"] == plain(done, 1)["surgery.procedure"]["at"] != plain(done, 1)["request.treatment"]["at"]


def test_beside_a_surgery_that_was_done_the_one_that_is_asked_for_is_to_be_confirmed(drafter, ruleset):
    rows = REPAIR + "Tear M75.121 Post-op physical therapy, right shoulder 97110 24 visits"
    report = (
        "PROGRESS REPORT (PR-2)\nDate of exam: 05/20/2016\nSubjective complaints:\n"
        "She underwent an open rotator cuff repair of the right shoulder on 03/02/2015."
    )
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows), report_txt=report)
    assert plain(done, 1)["request.ancillary_to_surgery"]["confidence"] == "doubtful"


def test_two_surgeries_that_a_request_asks_for_leave_open_which_it_is(drafter, ruleset):
    rows = (
        "Tear S83.242A Left knee arthroscopic meniscectomy 29881 outpatient\n"
        "Tear S83.242A ACL reconstruction, left knee 29888 outpatient\n"
        "Tear S83.242A Postoperative PT, left knee 97110 12 visits"
    )
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows))
    assert plain(done, 2)["surgery.procedure"]["value"] == {"one_of": ["meniscectomy", "acl_reconstruction"]}


def letter_deciding(*lines):
    return (
        "NOTICE OF UTILIZATION REVIEW DECISION\nClaim Number: X-1\nDate of decision: 06/03/2016\n\n"
        + "\n".join(lines)
        + "\n\nReviewer: R. Roe, MD"
    )


@pytest.mark.parametrize(
    ("lines", "outcomes"),
    [
        (
            (
                "TREATMENT REQUESTED                     DECISION",
                "Occupational therapy, left wrist 2x3    DENIED",
                "Left trigger thumb release              APPROVED",
                "Acupuncture, left wrist, 6 visits       MODIFIED to 3 visits",
            ),
            [("occupational", "denied", None), ("acupuncture", "modified", 3)],
        ),
        (
            (
                "Requested service: Work conditioning, 10 visits",
                "Determination: Approved",
                "Requested service: Acupuncture, 6 visits",
                "Determination: Denied. The work conditioning program comes first.",
            ),
            [("conditioning", "approved", 10), ("acupuncture", "denied", None)],
        ),
        (
            ("CHIROPRACTIC MANIPULATION, LUMBAR, 8 VISITS: CERTIFIED 3 VISITS.",),
            [("chiropractic", "modified", 3)],
        ),
        (
            ("1) Physical therapy right knee 2x4 - MODIFIED. Certify 5 visits. The other visits are non-certified.",),
            [("physical therapy", "modified", 5)],
        ),
        (
            (
                "Requested service: Acupuncture, 6 visits",
                "Determination: Approved",
                "Previously, on 2/1/2016, a request for 12 visits of chiropractic care was denied.",
            ),
            [("acupuncture", "approved", 6)],
        ),
    ],
    ids=["two columns", "requested service", "certified behind", "a part in its own sentence", "an earlier decision"],
)
def test_a_letter_is_read_in_the_forms_that_offices_give_it(drafter, ruleset, lines, outcomes):
    case, done = drafted(drafter, ruleset, ur_txt=letter_deciding(*lines))
    items = yaml.safe_load(done.text)["items"]
    known = [one for one in items if "visits_authorized" in str(one["facts"]) or "reviewer" in one]
    read = [
        (one["reviewer"]["outcome"], one["facts"].get("request.visits_authorized", {}).get("value")) for one in known
    ]
    named = {
        words: found
        for one, found in zip(known, read, strict=True)
        for words, _, _ in outcomes
        if words in one["asked"].lower()
    }
    assert named == {words: (outcome, visits) for words, outcome, visits in outcomes}
    assert len(case.items) == len(items)


def test_a_letter_may_itself_be_the_request_and_what_it_says_further_is_no_item(drafter, ruleset):
    letter = (
        "May 6, 2016\n\nRE: Request for authorization\nPatient: A. Worker\nClaim: X-1\nD/I: 11/04/2015\n\n"
        "Please accept this letter as a request for authorization of the following treatment:\n\n"
        "  1. Chiropractic manipulation, neck, once a week for 6 weeks.\n  2. Massage therapy 1 x 4, neck.\n\n"
        "She had 12 chiropractic visits in the winter. Massage is requested together with her exercises because of"
        " spasm.\n\nSincerely,\nL. Prentice, DC"
    )
    case, done = drafted(drafter, ruleset, letter_txt=letter)
    assert [one.asked for one in case.items] == [
        "Chiropractic manipulation, neck, once a week for 6 weeks.",
        "Massage therapy 1 x 4, neck.",
    ]
    assert plain(done)["request.date"]["value"] == "2016-05-06"


def test_a_list_below_a_diagnosis_is_what_is_requested(drafter, ruleset):
    request = (
        "REQUEST FOR AUTHORIZATION (form RFA)\nClaim no.: X-1\nREQUESTED TREATMENT\nDx: R ankle sprain S93.401A\n"
        "   > Physical therapy, R ankle, 3 x wk x 4 wks, total 12\n   > Crutches\n\nSigned: R. Roe DPM   Dated: 06-01-2016"
    )
    case, done = drafted(drafter, ruleset, request_txt=request)
    assert [one.asked for one in case.items] == ["Physical therapy, R ankle, 3 x wk x 4 wks, total 12", "Crutches"]
    assert plain(done)["request.visits"]["value"] == 12


def test_an_entry_of_a_plan_tells_no_visits_that_were_had(drafter, ruleset):
    report = (
        "PROGRESS REPORT (PR-2)\nDate of exam: 05/20/2016\nSubjective complaints:\n"
        "She had 12 physical therapy visits for the knee.\nTreatment plan:\n"
        "1. PT for the low back 9 visits, she needs instruction.\n2. Return in 6 weeks."
    )
    _, done = drafted(drafter, ruleset, report_txt=report)
    assert [one["value"] for one in listed(plain(done)["prior.therapy.visits"])] == [12]


def listed(said):
    return said if isinstance(said, list) else [said]


def test_a_visit_that_was_cancelled_behind_a_label_of_its_own_is_none(drafter, ruleset):
    notes = (
        "CHIROPRACTIC TREATMENT NOTES\nPT: Worker, A.\n\n05/02/2016  S: neck 7/10. P: CMT\n"
        "05/05/2016  S: pt called, cancelled\n05/09/2016  S: 6/10. P: CMT\n05/12/2016  S: 5/10. P: CMT"
    )
    rows = "Strain S16.1XXA Chiropractic manipulation, neck 98940 6 visits"
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows), notes_txt=notes)
    assert [one["value"] for one in listed(plain(done)["prior.therapy.visits"])] == [3]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "Bay Spine\nSeptember 15, 2016\n\nUtilization Review Dept\nGate Casualty\n\nRe: A. Worker / X-1\n\nTo whom it"
            " may concern,\n\nHe had 12 physical therapy visits in the fall. Please reconsider.\n\nThank you,\nA. Deal, MD",
            "progress report",
        ),
        (
            "NORTH UR        October 29, 2015\nRe: A. Worker  X-1\nDear Dr. Roe: We received your RFA on 10/22/2015 for"
            " chiropractic 1x8 lumbar. The request is MODIFIED to certify 6 visits lumbar.\nReviewer: L. Stone DC",
            "utilization review letter",
        ),
    ],
    ids=["to the reviewer", "of the reviewer"],
)
def test_a_letter_is_of_who_signed_it_and_not_of_whom_it_is_addressed_to(drafter, ruleset, text, kind):
    rows = "Strain S39.012A Chiropractic manipulation 98940 8 visits"
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows), letter_txt=text)
    documents = {one["file"]: one for one in yaml.safe_load(done.text)["record"]["documents"]}
    assert documents["letter.txt"]["kind"] == kind
    if kind == "utilization review letter":
        assert [one["outcome"] for one in documents["letter.txt"]["decided"]] == ["modified"]


def test_a_visit_that_the_next_sentence_cancels_is_none(drafter, ruleset):
    notes = (
        "PHYSICAL THERAPY NOTES\n05/02/2016 Visit 1. Exercise, ice.\n05/05/2016 Visit 2. Pt cx'd - child sick.\n"
        "05/09/2016 Visit 2. Exercise."
    )
    rows = "Strain S39.012A Physical therapy 97110 8 visits"
    _, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows), notes_txt=notes)
    assert {one["value"] for one in listed(plain(done)["prior.therapy.visits"])} == {2}


def test_a_paper_of_another_claim_than_the_request_is_named_and_stops_no_other(drafter, ruleset):
    rows = REQUEST.format(rows="Strain S39.012A Physical therapy 97110 8 visits")
    report = REPORT.format(
        day="05/20/2016", said="She has completed 9 sessions of physical therapy.", plan="Physical therapy 2x4."
    )
    _, done = drafted(drafter, ruleset, request_txt=rows, report_txt=report.replace("X-1", "Y-2"))
    assert done.unread == ("report.txt: it names claim Y2, and the request claim X1: nothing was read from it",)
    assert "prior.therapy.visits" not in plain(done)


@pytest.mark.parametrize(
    ("days", "value", "step", "note"),
    [
        (("01/04/2016", "03/01/2016", "03/08/2016"), 2, "likely", "1 before the injury left out"),
        (("01/04/2016", "01/11/2016"), 2, "doubtful", "all before the injury of 2016-02-01"),
        (("03/01/2016", "03/08/2016"), 2, "likely", "counted from 2 days"),
    ],
)
def test_visits_before_the_injury_are_not_counted(drafter, ruleset, days, value, step, note):
    rows = REQUEST.format(rows="Strain S39.012A Physical therapy 97110 8 visits")
    notes = "PHYSICAL THERAPY NOTES\nClaim Number: X-1\n" + "".join(f"{day} therapeutic exercise\n" for day in days)
    _, done = drafted(drafter, ruleset, request_txt=rows, notes_txt=notes)
    counted = plain(done)["prior.therapy.visits"]
    assert (counted["value"], counted["confidence"]) == (value, step)
    assert note in counted["note"]


@pytest.mark.parametrize(
    "told",
    [
        "PROCEDURE: Right endoscopic carpal tunnel release.",
        "Procedures:\n1. Right carpal tunnel release.\n2. Injection of the right thumb.",
        "OPERATION PERFORMED: Carpal tunnel release, right",
    ],
)
def test_the_procedure_of_an_operative_report_is_read_whatever_heads_it(drafter, ruleset, told):
    rows = REQUEST.format(rows="Strain S39.012A Physical therapy 97110 8 visits")
    report = f"OPERATIVE REPORT\nClaim Number: X-1\nDate of operation: 02/22/2016\n{told}\nAnesthesia: local."
    case, _ = drafted(drafter, ruleset, request_txt=rows, report_txt=report)
    (said,) = (
        case.statements["surgery.procedure"]
        if hasattr(case, "statements")
        else case.items[0].statements["surgery.procedure"]
    )
    assert said.values.possible == {"carpal_tunnel_release"}


MESSAGE = (
    "From: clinic@example.org\nSubject: auth request\n\nHi, requesting auth for MRI L-spine w/o contrast.\nK. Ito PA-C"
)
ASKING_LETTER = (
    "12 January 2016\nATTN: Utilization Review\nRe: Dolores Reyes; Claim: X-1\nDear Reviewer:\n"
    "I am writing to request authorization for acupuncture, 6 visits, for her neck.\nSincerely,\nAlan Moss, MD"
)


@pytest.mark.parametrize(("paper", "treatment"), [(MESSAGE, "mri"), (ASKING_LETTER, "acupuncture")])
def test_a_message_and_a_letter_that_ask_are_requests(drafter, ruleset, paper, treatment):
    case, done = drafted(drafter, ruleset, paper_txt=paper)
    assert dict(done.kinds) == {"paper.txt": "request for authorization"}
    (said,) = case.items[0].statements["request.treatment"]
    assert said.values.possible == {treatment}


def test_a_plan_newer_than_every_letter_is_what_is_asked_for(drafter, ruleset):
    letter = (
        "UTILIZATION REVIEW DETERMINATION\nClaim Number: X-1\nDate of decision: {day}\n"
        "Treatment requested: Chiropractic care, 18 visits\nDetermination: Modified, 12 visits are certified.\n"
    )
    report = REPORT.format(said="She walks farther.").replace("Physical therapy 2x4", "Chiropractic care, 6 visits,")
    older, _ = drafted(drafter, ruleset, letter_txt=letter.format(day="03/01/2016"), report_txt=report)
    newer, _ = drafted(drafter, ruleset, letter_txt=letter.format(day="06/20/2016"), report_txt=report)
    assert [one.statements["request.visits"][0].values.point for one in (older.items[0], newer.items[0])] == [6, 18]


LISTED = "REQUEST FOR AUTHORIZATION (RFA)\n1. EMPLOYEE: Ellis, Robert J   CLAIM X-1\n3. TREATMENT:\n   a) Work hardening, 10 visits\n   b) Functional capacity evaluation x1\n4. DX: 724.4\nSigned: S. Rao   05/30/2013"
ASKED_FIRST = "REQUEST FOR TREATMENT AUTHORIZATION\nRe: Olga P.  Clm# X-1  DOL: 5/17/10\nPt had a long drive.\nRequesting 4 chiropractic treatments over 2 wks.\nDx: 723.1\nDate: 6/4/2013   Dr. V. Stelzer DC"


@pytest.mark.parametrize(
    ("paper", "asked"),
    [(LISTED, ["work_hardening", "functional_capacity_evaluation"]), (ASKED_FIRST, ["chiropractic"])],
)
def test_what_a_request_asks_for_in_words_or_a_list_is_read_with_its_diagnosis(drafter, ruleset, paper, asked):
    case, _ = drafted(drafter, ruleset, paper_txt=paper)
    assert [next(iter(one.statements["request.treatment"][0].values.possible)) for one in case.items] == asked
    assert all("diagnosis.groups" in one.statements for one in case.items)


def test_the_plan_of_notes_asks_for_more_of_their_therapy(drafter, ruleset):
    notes = "ACUPUNCTURE PROGRESS NOTE\nClaim Number: X-1   Date: 12/12/2016\nPlan: Request 6 more visits, 1x/wk x 6 wks.\nL. Fisch L.Ac."
    case, _ = drafted(drafter, ruleset, notes_txt=notes)
    (item,) = case.items
    assert item.statements["request.treatment"][0].values.possible == {"acupuncture"}
    assert item.statements["request.visits"][0].values.point == 6


def test_a_letter_that_certifies_in_a_table_names_the_treatment_not_its_number(drafter, ruleset):
    letter = (
        "NOTICE OF CERTIFICATION\n\nOctober 3, 2016\n\nClaim #: X-1\n\nTreatment                         Requested      Certified\n"
        "Acupuncture, cervical spine       8              6\n\nNo physician review was required."
    )
    case, _ = drafted(drafter, ruleset, letter_txt=letter)
    (item,) = case.items
    assert item.asked == "Acupuncture, cervical spine"
    assert item.statements["request.visits_authorized"][0].values.point == 6


def test_a_physicians_visit_note_that_ends_with_more_therapy_is_a_report(drafter, ruleset):
    rows = REQUEST.format(rows="Strain S39.012A Physical therapy 97110 8 visits")
    note = "FOLLOW UP VISIT NOTE\nDate: 06/01/2016\nSubjective: She walks farther.\nPlan: 1) Cont PT 2x4.\n2) Return in a month."
    _, done = drafted(drafter, ruleset, request_txt=rows, note_txt=note)
    assert done.kinds["note.txt"] == "progress report"
