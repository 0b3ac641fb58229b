"""The papers of a utilization review, made up in the fields of the official forms, read into one draft case."""

import io
import re

import pytest
import yaml
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)

from mtus_engine.api import Checker, case_of_text
from mtus_engine.cli.main import main
from mtus_engine.ingest.drafter import Drafter, extraction_rules
from mtus_engine.ingest.pdf import Unreadable
from mtus_engine.model.determination import Finding, LimitStatus
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.fact import Origin
from tests.conftest import ROOT, RULES

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
        ("- Physical therapy, 12 visits, low back\n- MRI of the lumbar spine", [(12, "physical_therapy"), None]),
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
    assert "request for authorization, progress report, therapy notes, utilization review letter" in bill
    assert photo == "photo.png: neither a PDF nor UTF-8 text"
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
    assert f"{folder}/bill.txt: no disputed item was found" in told
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
