"""Papers as offices write them, without the titles, labels and lines of the official forms."""

from datetime import date

import pytest

from mtus_engine.ingest.drafter import Drafter, extraction_rules
from mtus_engine.ingest.papers.labels import labelled_pieces
from mtus_engine.ingest.pdf import Unreadable
from mtus_engine.model.values import Span
from tests.conftest import RULES
from tests.test_papers import REQUEST, drafted, plain, values
from tests.test_sentences import statements_of

HEADLESS = """REQUEST FOR AUTHORIZATION - DWC Form RFA
Claim number: {claim}
Date of injury: 4/3/2015
Physician: A. Doctor MD
{rows}
{signed}
"""
ROWS = """Diagnosis ICD Service/Good CPT/HCPCS Other info
G56.02 post-op occupational therapy 97530, 97110
2x/wk, 3 wks
" " home paraffin unit E0235 1, purchase"""


@pytest.fixture(scope="module")
def drafter(ruleset):
    return Drafter(RULES, ruleset, "schema/case.json")


def request(claim="X-1", rows=ROWS, signed="A. Doctor, MD     06/01/2016"):
    return HEADLESS.format(claim=claim, rows=rows, signed=signed)


@pytest.mark.parametrize(
    "written",
    [
        "X-1 D.O.I. 04/03/2015",
        "X-1   RFA dated 06/01/2016   Received 06/02/2016",
        "X-1 EMPLOYER Bay Freight",
        "X-1 (new)",
    ],
)
def test_the_number_of_a_claim_ends_before_what_stands_behind_it(drafter, ruleset, written):
    report = f"PROGRESS REPORT (PR-2)\nClaim # {written}\nDate of exam: 05/30/2016\nSubjective complaints\nNeck pain.\n"
    _, done = drafted(drafter, ruleset, rfa_txt=request(), report_txt=report)
    assert done.case == "X-1"


def test_papers_of_two_claims_are_still_told_apart(drafter, ruleset):
    with pytest.raises(Unreadable, match="several claims"):
        drafted(drafter, ruleset, a_txt=request("X-1 D.O.I. 04/03/2015"), b_txt=request("X-2 D.O.I. 04/03/2015"))


def test_what_stands_below_the_headings_of_a_table_is_asked_for_without_a_title_above(drafter, ruleset):
    case, _ = drafted(drafter, ruleset, rfa_txt=request())
    assert [item.asked for item in case.items] == [
        "post-op occupational therapy, 2x/wk, 3 wks",
        "home paraffin unit 1, purchase",
    ]


@pytest.mark.parametrize(
    ("below", "asked"),
    [
        ("Chronic pain | G89.4 | (as above) | | ", ["Aquatic therapy, 6 visits"]),
        ("Cervicalgia | M54.2 | same | | ", ["Aquatic therapy, 6 visits"]),
        ("Same | same | Lidocaine patch | J3490 | 30", ["Aquatic therapy, 6 visits", "Lidocaine patch, 30"]),
    ],
)
def test_a_cell_that_points_to_the_one_above_asks_for_nothing_of_its_own(drafter, ruleset, below, asked):
    rows = (
        f"Diagnosis | ICD-10 | Request | Code | Other\nKnee pain | M17.32 | Aquatic therapy | 97113 | 6 visits\n{below}"
    )
    case, _ = drafted(drafter, ruleset, rfa_txt=request(rows=rows))
    assert [item.asked for item in case.items] == asked


@pytest.mark.parametrize(
    "signed",
    ["A. Doctor, MD     06/01/2016", "A. Doctor D.O.   signed 06/01/2016", "Signed: A. Doctor MD   06/01/2016"],
)
def test_a_request_without_a_label_for_its_day_has_the_day_behind_who_signed(drafter, ruleset, signed):
    _, done = drafted(drafter, ruleset, rfa_txt=request(signed=signed))
    assert "request.date: {value: '2016-06-01'" in done.text


@pytest.mark.parametrize(
    "head",
    ["GOLDEN MUTUAL\nUtilization Management Department\nJune 3, 2016", "GOLDEN MUTUAL, URO            06/03/2016"],
)
def test_the_day_in_the_head_of_a_letter_is_its_day(drafter, ruleset, head):
    letter = (
        f"{head}\nNotice of Utilization Review Determination\nClaim | X-1\n\nOccupational therapy, 6 visits: DENIED\n"
    )
    case, _ = drafted(drafter, ruleset, rfa_txt=request(), letter_txt=letter)
    assert case.items[0].reviewer is not None
    assert case.items[0].reviewer.outcome == "denied"


def test_a_letter_that_names_your_request_is_no_request(drafter, ruleset):
    letter = "Gate Insurance\n05/20/2016\nClaim: X-1\n\nThis confirms that your Request for Authorization dated 05/16/2016 for\n"
    letter += "occupational therapy, 2x3, has been approved by the claims examiner.\n"
    _, done = drafted(drafter, ruleset, rfa_txt=request(), letter_txt=letter)
    assert done.kinds["letter.txt"] == "utilization review letter"
    assert "visits_authorized" not in done.text


@pytest.mark.parametrize("row", ["Visit # | 10 / 12 auth", "Visit # 10", "Visit 10 of 12"])
def test_the_number_of_a_visit_is_read_in_a_row_of_cells(drafter, ruleset, row):
    notes = f"Hand Therapy -- OT progress\nClaim: X-1\nDOS | 05/22/2016\n{row}\n"
    case, done = drafted(drafter, ruleset, rfa_txt=request(), notes_txt=notes)
    assert done.kinds["notes.txt"] == "therapy notes"
    said = case.items[0].statements["prior.therapy.visits"]
    assert {one.values for one in said} == {Span(10, 10)}


def test_what_may_be_asked_for_later_is_no_request(drafter, ruleset):
    plan = "PROGRESS REPORT (PR-2)\nDate: 06/01/2016\nSubjective\nKnee pain.\nPlan\n{}\n"
    later = plan.format("After this, six sessions of acupuncture may be requested.")
    with pytest.raises(Unreadable, match="nothing is asked for"):
        drafted(drafter, ruleset, report_txt=later)
    now = plan.format("I request six sessions of acupuncture.")
    assert len(drafted(drafter, ruleset, report_txt=now)[0].items) == 1


def test_who_requests_and_what_a_clause_describes_plan_nothing(drafter):
    read = statements_of(drafter, "The requesting physician has not identified any exceptional factors.")
    assert read["exceptional_factors.documented"] == ["not_documented"]
    said = "The report does not describe any remaining deficits that would require the skills of a licensed therapist."
    assert statements_of(drafter, said)["deficits.need_skilled_care"] == ["not_documented"]


def test_a_limit_of_the_law_counts_no_visits_attended(drafter):
    law = "An employee is limited to 24 physical therapy visits per injury under Labor Code 4604.5."
    assert "prior.therapy.visits" not in statements_of(drafter, law)


def test_a_line_of_dittos_in_a_plain_list_is_a_row(drafter, ruleset):
    rows = "M54.5 Acupuncture 6 visits\nsame same Physical therapy 4 visits"
    case, _ = drafted(drafter, ruleset, rfa_txt=REQUEST.format(rows=rows))
    assert [item.asked for item in case.items] == ["Acupuncture 6 visits", "Physical therapy 4 visits"]


@pytest.mark.parametrize("begins", [b"PK\x03\x04\x14", b"\xd0\xcf\x11\xe0\xa1", b"{\\rtf1 Claim"])
def test_an_office_file_is_named_with_its_cure_and_the_others_are_read(drafter, ruleset, begins):
    _, done = drafted(drafter, ruleset, rfa_txt=request(), notes_docx=begins)
    assert done.unread == ("notes.docx: a Word or other office file, which is not read: save it as PDF",)


def test_a_row_that_leaves_cells_out_is_read_by_its_codes(drafter, ruleset):
    head = "Diagnosis  ICD-Code  Service/Good Requested  CPT/HCPCS Code  Other Information: (Frequency, Duration, Quantity)"
    rows = (
        f"{head}\n"
        "Low back pain with left sciatica  M54.42  Physical therapy low back  97110, 97140  3x/wk x 4 wks\n"
        "Low back pain  M54.5  TENS unit, 30 day trial  E0730  1\n"
        "Low back pain  M54.5  Norco 10/325 mg   #90\n"
    )
    request = f"REQUEST FOR AUTHORIZATION\nDWC Form RFA\nClaim Number: X-1\n\nRequested Treatment\n{rows}\nPhysician Signature: A. B.\n"
    case, _ = drafted(drafter, ruleset, request_txt=request)
    assert [one.asked for one in case.items] == [
        "Physical therapy low back, 3x/wk x 4 wks",
        "TENS unit, 30 day trial, 1",
        "Norco 10/325 mg, #90",
    ]


@pytest.mark.parametrize("title", ["Desert Clinic - Follow-up note", "Desert Clinic - Phone note", "SOAP note"])
def test_a_note_of_an_office_is_a_report_of_the_provider(drafter, ruleset, title):
    note = f"{title}\nPatient: O. Worker\nDate: 02/20/2017\nPt completed 3 PT visits at the urgent care. No prior neck surgery.\n"
    rows = "Strain S39.012A Physical therapy 8 visits"
    case, done = drafted(drafter, ruleset, request_txt=REQUEST.format(rows=rows), note_txt=note)
    assert plain(done)["prior.therapy.visits"]["value"] == 3
    assert values(case, "surgery.performed")[0].possible == {False}


LETTER = """Bay Hand Surgery

June 1, 2016

Re: Claim number X-1
REQUEST FOR AUTHORIZATION OF TREATMENT

Dear Adjuster:

Please accept this letter as our request for authorization. {asks} He may keep working modified duty.

Thank you for your prompt attention.
A. Doctor, MD
"""


def test_a_letter_asks_in_its_sentences_and_tells_of_the_case(drafter, ruleset):
    asks = (
        "I would like him to continue hand therapy, twice a week for four weeks, eight further visits. "
        "I am also asking for a wrist splint, two month rental."
    )
    case, _ = drafted(drafter, ruleset, letter_txt=LETTER.format(asks=asks))
    assert values(case, "request.visits") == [Span(8, 8)]
    assert case.items[1].asked == "I am also asking for a wrist splint, two month rental."
    assert values(case, "work.status")


def test_a_letter_that_asks_for_nothing_by_name_is_no_request(drafter, ruleset):
    with pytest.raises(Unreadable, match="nothing is asked for"):
        drafted(drafter, ruleset, letter_txt=LETTER.format(asks="Please authorize at your earliest convenience."))


@pytest.mark.parametrize(
    ("below", "asked"),
    [
        ("Aftercare   | Z47.89  | | | see page 2", ["Pool therapy, R knee, 2 x 4, see page 2"]),
        ('LBP   | M54.5  |  "   " | | total 8', ["Pool therapy, R knee, 2 x 4, total 8"]),
        ("Gonarthrosis | M17.11 | Knee brace | L1820 | 1", ["Pool therapy, R knee, 2 x 4", "Knee brace, 1"]),
    ],
)
def test_a_further_diagnosis_is_one_of_what_the_row_above_asks_for(drafter, ruleset, below, asked):
    rows = (
        "Diagnosis | ICD | Service/Good | CPT/HCPCS | Other info\n"
        f"s/p meniscectomy | S83.241D | Pool therapy, | 97113 | 2 x 4\nR knee | M23.2 | R knee | | \n{below}"
    )
    case, _ = drafted(drafter, ruleset, rfa_txt=request(rows=rows))
    assert [item.asked for item in case.items] == asked


def test_an_order_of_an_electronic_record_is_a_request(drafter, ruleset):
    rows = """Order #      Order Date    Order                             Freq      Qty   Priority   Status
A-990417     06/01/2016    ACUPUNCTURE TREATMENT, LUMBAR     1X/WEEK   6     Routine    Pend auth
A-990418     06/01/2016    MRI LUMBAR WITHOUT CONTRAST                 1     Routine    Pend auth"""
    case, _ = drafted(drafter, ruleset, order_txt=request(rows=rows, signed=""))
    assert [item.asked for item in case.items] == [
        "ACUPUNCTURE TREATMENT, LUMBAR, 1X/WEEK Qty 6",
        "MRI LUMBAR WITHOUT CONTRAST, Qty 1",
    ]
    assert values(case, "request.visits") == [Span(6, 6)]


LEDGER = """PHYSICAL THERAPY PROGRESS NOTE
Claim # X-1
DOS: 05/20/2016
O:            5/2/16      5/20/16     Goal
  Flexion     90          138         160
A: Steady gains in motion, no plateau noted.
P: Continue 2x6.

-----------------------------------------------
Date        Appt type     Status        Units
05/02/16    IE            Arrived       97161
05/06/16    FU            Arrived       97110x2
05/10/16    FU            NO SHOW       --
05/13/16    FU            Arrived       (pt missed 5/10, rescheduled)
05/17/16    FU            Cxl - therapist out
05/20/16    RE            Arrived       97164
"""


def test_the_rows_of_a_ledger_below_a_plan_are_visits_and_the_head_of_measurements_is_none(drafter, ruleset):
    rows = "Diagnosis | ICD | Service/Good | CPT/HCPCS | Other info\nPain | M25.5 | Physical therapy | 97110 | 2 x 6"
    case, _ = drafted(drafter, ruleset, rfa_txt=request(rows=rows), notes_txt=LEDGER)
    assert values(case, "prior.therapy.visits") == [Span(4, 4)]
    assert values(case, "prior.therapy.plateau")[0].possible == {False}


def test_dots_that_lead_to_a_value_are_no_part_of_its_label(drafter, ruleset):
    notes = "OCCUPATIONAL THERAPY RE-EVALUATION\nClaim......: X-1\nDate of service...: 05/20/2016\n"
    notes += "Visits to date....: 16\n"
    case, _ = drafted(drafter, ruleset, rfa_txt=request(), notes_txt=notes)
    assert Span(16, 16) in values(case, "prior.therapy.visits")


def test_the_hour_of_a_letter_counts_no_visits(drafter):
    assert not statements_of(drafter, "Available for peer discussion Mon-Thu 9:00 to 13:00 PT.")


def test_a_row_goes_on_in_small_letters_beside_a_further_diagnosis(drafter, ruleset):
    rows = """Diagnosis                ICD-10        Service requested            CPT         Freq / Dur / Qty
-------------------------------------------------------------------------------------------
Tear med meniscus        S83.242D      Aquatic therapy, left        97113       2 per wk
Primary OA L knee        M17.12        knee                                     4 wks
                                                                                (8 sessions)
Primary OA L knee        M17.12        Follow up visit              99213       6 weeks
"""
    case, _ = drafted(drafter, ruleset, rfa_txt=request(rows=rows))
    assert [item.asked for item in case.items] == [
        "Aquatic therapy, left knee, 2 per wk 4 wks (8 sessions)",
        "Follow up visit, 6 weeks",
    ]


def test_an_office_labels_what_it_asks_for_in_words_of_its_own(drafter, ruleset):
    rows = "Treatment asked:  Chiropractic manip., L/S\nFreq/duration:  2 x wk x 6 wks\nTotal:  12 tx\nCodes:  98940, 97140"
    case, _ = drafted(drafter, ruleset, rfa_txt=request(rows=rows))
    assert [item.asked for item in case.items] == ["Chiropractic manip., L/S, 2 x wk x 6 wks, 12 tx"]
    assert values(case, "request.visits") == [Span(12, 12)]


def test_a_request_in_cells_between_bars_is_read_with_its_codes_and_its_day(drafter, ruleset):
    rfa = """REQUEST FOR AUTHORIZATION | DWC Form RFA
DOI | 5 Apr 2013
Claim # | SRM0031940-13
Dx | Lumbar disc displacement | ICD-9 722.10
Svc 1 | Work hardening, additional | CPT 97545, 97546 | 5 days/wk x 2 wks | 10 days, 4 hr/day
Signed | A. Doctor DO | 27 May 2014
"""
    case, _ = drafted(drafter, ruleset, rfa_txt=rfa)
    assert [item.asked for item in case.items] == ["Work hardening, additional, 5 days/wk x 2 wks, 10 days, 4 hr/day"]
    assert [one.low for one in values(case, "request.visits_per_week")] == [5]
    assert date(2013, 4, 5).toordinal() in {one.low for one in values(case, "injury.date")}


def test_what_stands_below_please_authorize_the_following_is_asked_for(drafter, ruleset):
    asks = (
        "Please authorize the following:\n\nPhysical therapy to the right shoulder, three times a week for four weeks."
    )
    case, _ = drafted(drafter, ruleset, letter_txt=LETTER.format(asks=asks))
    assert values(case, "request.visits") == [Span(12, 12)]


REPORT = """PROGRESS REPORT (PR-2)
Claim # X-1
Date of exam: 05/30/2016
{body}
"""


@pytest.mark.parametrize(
    ("body", "fact", "value"),
    [
        ("PLAN\n1. Occupational therapy 2x3.\n2. Work: Full duty, no restrictions.", "work.status", {"full_duty"}),
        ("PLAN.  OT 2x3. TTD, off work, 4 weeks.", "work.status", {"off_work"}),
        ("PLAN\nOT 2x3. The deficit needs the hands-on skill of a therapist.", "deficits.need_skilled_care", {True}),
    ],
)
def test_what_a_plan_states_is_told_as_it_stands(drafter, ruleset, body, fact, value):
    case, _ = drafted(drafter, ruleset, rfa_txt=request(), report_txt=REPORT.format(body=body))
    assert [one.possible for one in values(case, fact)] == [value]


def test_what_a_plan_intends_is_no_fact(drafter, ruleset):
    body = "PLAN\nPhysical therapy 12 visits. Instruct in home exercise program."
    case, _ = drafted(drafter, ruleset, rfa_txt=request(), report_txt=REPORT.format(body=body))
    assert not values(case, "prior.therapy.visits")


@pytest.mark.parametrize(
    ("line", "begins"), [("P. Writer has seen her", False), ("Plan. See her again", True), ("PLAN.  PT 2x6", True)]
)
def test_a_full_stop_ends_a_heading_and_the_initial_of_a_name_is_none(ruleset, line, begins):
    labels = extraction_rules(RULES, ruleset).papers.labels
    assert bool(list(labelled_pieces(line, labels))) is begins


def test_a_line_drawn_above_the_headings_hides_no_table(drafter, ruleset):
    rows = """Requested Treatment
------------------------------------------------------------------------------------------
Diagnosis               ICD-Code   Service/Good Requested       CPT/HCPCS       Other Information
------------------------------------------------------------------------------------------
Closed fx R distal      S52.501D   Hand therapy, right wrist    97110, 97140,   2 x wk x 4 wks
radius                             and hand                     97530           = 8 visits
------------------------------------------------------------------------------------------
"""
    case, _ = drafted(drafter, ruleset, rfa_txt=request(rows=rows))
    assert [item.asked for item in case.items] == ["Hand therapy, right wrist and hand, 2 x wk x 4 wks = 8 visits"]


def test_a_line_of_a_further_diagnosis_in_plain_lines_asks_for_nothing(drafter, ruleset):
    rows = """Requested Treatment
Low back pain M54.5 Acupuncture, lumbar spine 97810, 97811 1 x 6 weeks, 6 sessions
Sprain of lumbar lig. S33.5XXD"""
    case, _ = drafted(drafter, ruleset, rfa_txt=request(rows=rows))
    assert [item.asked for item in case.items] == ["Acupuncture, lumbar spine, 1 x 6 weeks, 6 sessions"]


THERAPIST = """PACIFIC ARCH REHAB - PROGRESS NOTE
Claim # X-1     Date: 5/20/2016
{said}

Recommend skilled OT 2x/wk x 3 wks.
R. Writer, {degree}
"""


@pytest.mark.parametrize(
    ("degree", "said", "visits"),
    [
        ("OTR/L", "Visits attended to date: 12", [Span(12, 12)]),
        ("DPT", "Pt tolerated treatment well.", []),
    ],
)
def test_a_progress_note_that_a_therapist_signed_is_of_the_therapy(drafter, ruleset, degree, said, visits):
    notes = THERAPIST.format(degree=degree, said=said)
    case, _ = drafted(drafter, ruleset, rfa_txt=request(), notes_txt=notes)
    assert [one for one in values(case, "prior.therapy.visits") if one.low > 1] == visits
    assert not values(case, "request.right_side")


@pytest.mark.parametrize(
    ("note", "visits", "day"),
    [
        ("DAILY NOTE 10/26/2016   visit 6 of 9 auth\nS: Pt has attended six visits.", 6, "2016-10-26"),
        ("Date: 11/20/2016\nTotal visits: 11   cancelled: 1", 11, "2016-11-20"),
        ("Date: 11/20/2016\nTotal number of sessions attended: 7", 7, "2016-11-20"),
    ],
)
def test_a_note_with_its_day_in_its_title_and_a_count_in_all_are_of_that_day(drafter, ruleset, note, visits, day):
    notes = f"OCCUPATIONAL THERAPY NOTE\n{note}\nPatient: A. Worker   Claim # X-1\n"
    said = drafted(drafter, ruleset, request_txt=request(), notes_txt=notes)[0].items[0].statements
    told = said["prior.therapy.visits"]
    assert [(one.values.point, one.on.point) for one in told] == [(visits, date.fromisoformat(day).toordinal())]


def test_what_was_authorized_in_all_was_not_attended(drafter, ruleset):
    notes = "OCCUPATIONAL THERAPY NOTE\nDate: 11/20/2016\nTotal visits: 11 authorized\n"
    case, _ = drafted(drafter, ruleset, request_txt=request(), notes_txt=f"{notes}Patient: A. Worker   Claim # X-1\n")
    assert 11 not in [one.point for one in values(case, "prior.therapy.visits")]


def test_a_note_of_one_visit_says_nothing_of_the_others(drafter, ruleset):
    notes = "OCCUPATIONAL THERAPY DAILY NOTE\nClaim # X-1\nDate of service: 05/20/2016\nTolerated well.\n"
    case, _ = drafted(drafter, ruleset, rfa_txt=request(), notes_txt=notes)
    (attended,) = values(case, "prior.therapy.visits")
    assert attended.low == 1
    assert attended.high is None


GRID = """REQUESTED TREATMENT
+-----+----------------------+----------+-------------------------+--------+
| Ln  | Dx                   | ICD-10   | Service / good          | CPT    |
+-----+----------------------+----------+-------------------------+--------+
| 1   | Fx L distal radius,  | S52.572D | Occupational / hand     | 97110  |
|     | s/p ORIF             | M25.632  | therapy, L wrist        | 97140  |
|     | Freq/dur/qty:  2x per week x 6 weeks, 12 visits total            |
|     | Note: see the report of 05/30                                    |
+-----+----------------------+----------+-------------------------+--------+
| 2   | Stiffness L wrist    | M25.632  | Static wrist orthosis   | E1806  |
|     | Freq/dur/qty:  rental 8 wks                                      |
+-----+----------------------+----------+-------------------------+--------+
| 3   |  -- none --                                                      |
+-----+------------------------------------------------------------------+
"""


def test_between_drawn_lines_all_lines_are_one_row_whatever_their_cells(drafter, ruleset):
    case, _ = drafted(drafter, ruleset, rfa_txt=request(rows=GRID))
    assert [item.asked.split(",")[0] for item in case.items] == [
        "Occupational / hand therapy",
        "Static wrist orthosis",
    ]
    assert values(case, "request.visits") == [Span(12, 12)]


SERVICES = """BRIDGE CHIROPRACTIC
October 24, 2016

REQUEST FOR AUTHORIZATION OF TREATMENT
Claim number: X-1
Date of injury: 4/3/2015

To whom it may concern,

Diagnosis:   Lumbar sprain     S33.5XXD
             Muscle spasm      M62.830

Service requested:

   1.  Chiropractic manipulation, lumbar
       CPT 98940
       Two (2) times a week for three (3) weeks, total of six (6) visits
   2)  Massage therapy, lumbar
       CPT 97124
       One (1) time a week for four (4) weeks, total of four (4) visits

Reason for the request:

He has had 18 chiropractic visits since the injury.

Sincerely,
A. Doctor, D.C.
"""


def test_a_list_below_services_requested_is_asked_for_and_its_numbers_count_no_visits(drafter, ruleset):
    case, _ = drafted(drafter, ruleset, letter_txt=SERVICES)
    first, second = case.items
    assert "Chiropractic" in first.asked
    assert "Massage" in second.asked
    assert [one.values for one in first.statements["prior.therapy.visits"]] == [Span(18, 18)]
    assert "prior.therapy.visits" not in second.statements


def test_a_list_goes_on_after_a_field_within_it(drafter, ruleset):
    letter = SERVICES.replace("       CPT 98940\n", "       Provider: Bridge Chiropractic\n")
    case, _ = drafted(drafter, ruleset, letter_txt=letter)
    assert len(case.items) == 2


def test_what_a_request_says_under_a_heading_is_read_and_a_label_in_small_letters_is_a_word(drafter, ruleset):
    rows = ROWS + "\n\nMEDICAL NECESSITY\n - A home program was agreed to by the therapist and the\n"
    rows += "   employee: she was instructed in a home exercise program on 05/20/2016.\n"
    case, done = drafted(drafter, ruleset, rfa_txt=request(rows=rows))
    assert values(case, "home_program.instructed")[0].possible == {True}
    assert any("the employee: she was instructed" in one.text for one in done.sentences)


def test_visits_authorized_within_an_entry_are_not_those_that_were_asked_for(drafter, ruleset):
    letter = """UTILIZATION REVIEW DETERMINATION
Claim number: X-1
Date: 06/03/2016
  1.  Occupational therapy, left wrist, 2 x week x 3 weeks (6 visits)
          4 visits AUTHORIZED as of today
          Remaining visits of this item: sent to physician review.
"""
    case, _ = drafted(drafter, ruleset, rfa_txt=request(), ur_txt=letter)
    assert values(case, "request.visits_authorized") == [Span(4, 4)]


def test_a_reassessment_by_a_therapist_is_therapy_notes(drafter):
    notes = "BAY PHYSICAL THERAPY\n\nPHYSICAL THERAPY  RE-ASSESSMENT / PROGRESS NOTE\nPatient: A. B.\nDate: 05/20/2016\nA: Steady gains.\n"
    assert drafter.document_read("notes.txt", notes.encode()).papers[0].called == "therapy notes"


def test_the_day_of_a_fax_and_of_a_birth_are_no_visits(drafter, ruleset):
    notes = "May 24 2016 11:06AM  Valley Clinic  209 555 0136   page 5\nOCCUPATIONAL THERAPY NOTES\nClaim # X-1\n"
    notes += "DOB            4/2/1962\n05/02/16  seen\n05/06/16  seen\n05/10/16  seen\n"
    case, _ = drafted(drafter, ruleset, rfa_txt=request(), notes_txt=notes)
    assert values(case, "prior.therapy.visits") == [Span(3, 3)]


def test_a_count_in_words_is_believed_before_days_that_are_not_all(drafter, ruleset):
    notes = "OCCUPATIONAL THERAPY NOTES\nClaim # X-1\nShe has attended 16 visits of occupational therapy.\n"
    notes += "05/02/16  seen\n05/06/16  seen\n05/10/16  seen\n"
    case, _ = drafted(drafter, ruleset, rfa_txt=request(), notes_txt=notes)
    assert values(case, "prior.therapy.visits") == [Span(16, 16)]


def test_a_box_that_is_empty_is_not_read_though_what_is_ticked_goes_on_before_it(drafter, ruleset):
    report = """PRIMARY TREATING PHYSICIAN'S PROGRESS REPORT (PR-2)
Claim # X-1
Date of exam: 05/30/2016
WORK STATUS
[ ] Remain off work until ____
[X] Return to modified work on 05/30/2016 with these limitations (list all
    restrictions, standing, sitting, bending, use of the hands, climbing,
    driving and others):
       No lifting over 15 lb.
       No ladders.
[ ] Return to full duty on ____ with no limitations or restrictions.
"""
    case, _ = drafted(drafter, ruleset, rfa_txt=request(), report_txt=report)
    assert {frozenset(one.possible) for one in values(case, "work.status")} == {frozenset({"modified_duty"})}


def test_the_visit_to_a_physician_on_a_day_is_no_number_of_a_visit(drafter, ruleset):
    notes = "OCCUPATIONAL THERAPY NOTES\nClaim # X-1\n05/02/16 seen, motion as measured at MD visit 11/29\n05/06/16 seen\n05/10/16 seen\n"
    case, _ = drafted(drafter, ruleset, rfa_txt=request(), notes_txt=notes)
    assert Span(11, 11) not in values(case, "prior.therapy.visits")


def test_one_stray_day_and_a_word_such_as_printed_take_no_visits_away(drafter, ruleset):
    notes = "OCCUPATIONAL THERAPY NOTES\nClaim # X-1\n05/02/16 seen\n05/06/16 seen, home program printed\n"
    notes += "05/10/16 seen, note faxed, fax sent to MD\n12/31/1999 allergies reviewed\n"
    case, _ = drafted(drafter, ruleset, rfa_txt=request(), notes_txt=notes)
    assert values(case, "prior.therapy.visits") == [Span(3, 3)]


LISTING_LETTER = """VALLEY SHOULDER CLINIC
March 3, 2016

RE: A. Worker     Claim: V-9     DOI: 2/1/2015

        FOLLOW UP REPORT AND REQUEST FOR AUTHORIZATION OF TREATMENT

Dear Adjuster:

The worker was seen on March 1, 2016. She has not had any work hardening before.

{asks}

   {marks[0]}  Work hardening, first 10 sessions, five days a week for two weeks, at the clinic (CPT 97545).
       Total ten (10).
   {marks[1]}  Functional capacity evaluation, one session, at the end of it (97750).
   {marks[2]}  A shoulder pulley for home.

Reasons: her job asks for more than she can lift. Physical therapy brought her as far as it can.

R. Doctor, M.D.
"""


@pytest.mark.parametrize("asks", ["I request authorization for:", "We hereby ask authorization for the following:"])
@pytest.mark.parametrize("marks", [("A.", "B.", "C."), ("1.", "2.", "3."), ("-", "-", "-")])
def test_a_letter_asks_for_each_entry_of_its_list_and_for_nothing_else(drafter, ruleset, asks, marks):
    case, _ = drafted(drafter, ruleset, letter_txt=LISTING_LETTER.format(asks=asks, marks=marks))
    first, *others = [item.asked for item in case.items]
    assert first.startswith("Work hardening, first 10 sessions")
    assert "Total ten" in first
    assert [one.split(",")[0].split(" for")[0] for one in others] == [
        "Functional capacity evaluation",
        "A shoulder pulley",
    ]
    assert values(case, "request.visits") == [Span(10, 10)]


OFFICE_FORM = """  HILLSIDE OCC HEALTH            *  TREATMENT AUTHORIZATION REQUEST  *
  DATE:  10/19/15

  PATIENT   A. WORKER               DOB  08/14/1963
  CLAIM     H-418                   DOI  04/26/2014

  ---------------------------------------------------------------------------
  SERVICE                       CODE       FREQ / QTY                 DX
  ---------------------------------------------------------------------------
  1. Aquatic therapy            97113      2-3 x/wk  x  4 wks         M17.0
     both knees, at the pool                                          E66.01
     downtown
  2. Exercise bike              E1399      1, purchase                M17.0
     for home
  3. Gym membership             S9970      26 wks                     M17.0
  4. Nutritionist consult       97802      1                          E66.01
  ---------------------------------------------------------------------------

  MD signature:    R. Doctor                    lic  A 1

  APPROVED ___  DENIED ___ MODIFIED ___
"""


def test_numbers_begin_the_rows_of_a_table_and_the_line_below_it_ends_it(drafter, ruleset):
    case, _ = drafted(drafter, ruleset, form_txt=OFFICE_FORM)
    assert [item.asked for item in case.items] == [
        "Aquatic therapy both knees, at the pool downtown, 2-3 x/wk x 4 wks",
        "Exercise bike for home, 1, purchase",
        "Gym membership, 26 wks",
        "Nutritionist consult, 1",
    ]
    assert values(case, "request.visits") == [Span(8, 12)]


BILLED_VISITS = """PATIENT VISIT HISTORY - by case
DATE        PROV   PROC                          STATUS      NOTE
------------------------------------------------------------------
01/10/16    PD     99204                         attended    first exam
01/13/16    PD     98940 G0283                   attended    #1
01/15/16    PD     98940 G0283                   attended    #2
01/20/16    GO     --                            NO SHOW
01/22/16    PD     98940 99213                   attended    #3   re-exam
04/05/16    PD     99214                         attended    E/M only
massage (97124) units billed:   0
"""


def test_the_codes_of_a_ledger_tell_its_therapy_and_days_of_examinations_alone_are_no_visits(drafter, ruleset):
    chiro = "REQUEST FOR AUTHORIZATION\nClaim number: X-1\nDate: 04/09/2016\nPlease authorize chiropractic treatment, 6 visits.\n"
    case, _ = drafted(drafter, ruleset, rfa_txt=chiro, ledger_txt=BILLED_VISITS)
    assert values(case, "prior.therapy.visits") == [Span(3, 3)]
    massage, _ = drafted(
        drafter, ruleset, rfa_txt=chiro.replace("chiropractic treatment", "massage"), ledger_txt=BILLED_VISITS
    )
    assert values(massage, "prior.therapy.visits") == []


def test_so_many_of_the_visits_asked_for_are_those_that_were_authorized(drafter, ruleset):
    rfa = "REQUEST FOR AUTHORIZATION\nClaim number: X-1\nDate: 03/28/2016\nPlease authorize physical therapy, 12 visits.\n"
    letter = (
        "UTILIZATION REVIEW DETERMINATION\nClaim number: X-1\nDate: 04/02/2016\n"
        "Physical therapy, left knee, 2 x 6 (12 visits)\n"
        "Four (4) of the twelve visits are AUTHORIZED at this time.\n"
    )
    case, _ = drafted(drafter, ruleset, rfa_txt=rfa, letter_txt=letter)
    assert values(case, "request.visits_authorized") == [Span(4, 4)]
