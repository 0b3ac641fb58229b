"""What stands beside the criteria of a review: its clock, what a complete request holds, letters."""

import io
import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import docx
import pypdfium2
import pytest

from mtus_engine.api import load_rules
from mtus_engine.compiler.review import review_rules
from mtus_engine.ingest.drafter import Drafter
from mtus_engine.ingest.papers.boxes import ticked_words
from mtus_engine.loader.beside_rules import review_among
from mtus_engine.loader.packs import without_mistakes
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.papers import PaperKind
from mtus_engine.model.review import Event, Letter, Way
from mtus_engine.review.clock import (
    Happened,
    calendar_problems,
    clock_stopped,
    days_left,
    deadline_due,
    deadline_missed,
    in_their_order,
    is_business_day,
)
from mtus_engine.review.complete import PaperSeen, unmet_needs
from mtus_engine.review.letters import (
    EXAMPLE,
    LetterValues,
    docx_of,
    filled_letter,
    grouped_blocks,
    pdf_of,
    template_problems,
)
from mtus_engine.review.remarks import PaperMarks, remarks_of, still_counts
from mtus_engine.review.rules import rules_of_review
from mtus_engine.review.templates import LetterRefused
from tests.conftest import ROOT, RULES
from tests.pages import needs_pango

PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.fixture(scope="module")
def rules():
    return rules_of_review(RULES, load_rules(RULES))


def decided_by(rules, way, *events):
    found = deadline_due(rules, way, [Happened(*one) for one in events])
    return None if found is None else found.at


# ---- the clock


@pytest.mark.parametrize(
    ("received", "until"),
    [
        # Five business days, the first of them the day after: worked out on a calendar by hand.
        (date(2024, 3, 4), date(2024, 3, 11)),
        (date(2024, 3, 8), date(2024, 3, 15)),
        (date(2024, 3, 9), date(2024, 3, 15)),
        # Thanksgiving is a holiday; the day after it is none (Gomez, 2018).
        (date(2024, 11, 25), date(2024, 12, 3)),
        # Christmas and the new year.
        (date(2024, 12, 23), date(2024, 12, 31)),
        (date(2024, 12, 27), date(2025, 1, 6)),
        # César Chávez Day.
        (date(2025, 3, 28), date(2025, 4, 7)),
    ],
)
def test_five_business_days_are_counted_from_the_day_after(rules, received, until):
    found = decided_by(rules, Way.PROSPECTIVE, (Event.RECEIVED, received))
    assert found.date() == until
    assert found == decided_by(rules, Way.CONCURRENT, (Event.RECEIVED, received))


def test_business_days_agree_with_a_count_of_our_own(rules):
    for n in range(400):
        day = date(2024, 1, 1) + timedelta(days=n)
        found = decided_by(rules, Way.PROSPECTIVE, (Event.RECEIVED, day)).date()
        between = [day + timedelta(days=k) for k in range(1, (found - day).days + 1)]
        assert sum(is_business_day(one, rules.business_days) for one in between) == 5
        assert is_business_day(found, rules.business_days)


def test_what_came_late_in_the_day_came_on_the_next_business_day(rules):
    friday = date(2024, 3, 8)
    for hour, until in [
        (time(17, 30), date(2024, 3, 15)),
        (time(17, 31), date(2024, 3, 18)),
        (None, date(2024, 3, 15)),
    ]:
        assert decided_by(rules, Way.PROSPECTIVE, (Event.RECEIVED, friday, hour)).date() == until
    # Of a concurrent review it counts as it came.
    assert decided_by(rules, Way.CONCURRENT, (Event.RECEIVED, friday, time(23, 0))).date() == date(2024, 3, 15)


def test_seventy_two_hours_are_hours_also_where_the_clocks_change(rules):
    day = (Event.RECEIVED, date(2024, 3, 8), time(14, 0))
    found = decided_by(rules, Way.EXPEDITED, day)
    assert found - datetime(2024, 3, 8, 14, 0, tzinfo=PACIFIC).astimezone(ZoneInfo("UTC")) == timedelta(hours=72)
    # Summer time begins in between.
    assert (found.date(), found.time()) == (date(2024, 3, 11), time(15, 0))
    assert decided_by(rules, Way.EXPEDITED, (Event.RECEIVED, date(2024, 3, 8))).date() == date(2024, 3, 11)


def test_thirty_days_for_what_was_given_already(rules):
    assert decided_by(rules, Way.RETROSPECTIVE, (Event.RECEIVED, date(2024, 1, 31))).date() == date(2024, 3, 1)


def test_what_happens_to_a_request_moves_its_deadline(rules):
    received = (Event.RECEIVED, date(2024, 3, 4))
    asked = (Event.INFORMATION_ASKED, date(2024, 3, 6))
    came = (Event.INFORMATION_RECEIVED, date(2024, 3, 14))
    assert decided_by(rules, Way.PROSPECTIVE, received).date() == date(2024, 3, 11)
    assert decided_by(rules, Way.PROSPECTIVE, received, asked).date() == date(2024, 3, 18)
    assert decided_by(rules, Way.PROSPECTIVE, received, asked, came).date() == date(2024, 3, 21)
    assert decided_by(rules, Way.PROSPECTIVE, came, asked, received).date() == date(2024, 3, 21)
    completed = (Event.COMPLETED, date(2024, 3, 7))
    assert decided_by(rules, Way.PROSPECTIVE, received, completed).date() == date(2024, 3, 14)
    amended = (Event.AMENDED, date(2024, 3, 12))
    assert decided_by(rules, Way.PROSPECTIVE, received, amended).date() == date(2024, 3, 19)


def test_what_is_overdue_stays_overdue_and_what_came_before_it_was_asked_for_is_no_answer(rules):
    received = (Event.RECEIVED, date(2024, 3, 4))
    late = (Event.INFORMATION_ASKED, date(2024, 3, 12))
    assert decided_by(rules, Way.PROSPECTIVE, received, late).date() == date(2024, 3, 11)
    asked = (Event.INFORMATION_ASKED, date(2024, 3, 11))
    assert decided_by(rules, Way.PROSPECTIVE, received, asked).date() == date(2024, 3, 18)
    before = (Event.INFORMATION_RECEIVED, date(2024, 3, 6))
    assert decided_by(rules, Way.PROSPECTIVE, received, before, asked).date() == date(2024, 3, 18)
    # Asked once in time and once more later: the first counts, and what came before the second is no answer to it.
    came = (Event.INFORMATION_RECEIVED, date(2024, 3, 8))
    first = (Event.INFORMATION_ASKED, date(2024, 3, 6))
    assert decided_by(rules, Way.PROSPECTIVE, received, first, came).date() == date(2024, 3, 15)
    assert decided_by(rules, Way.PROSPECTIVE, received, first, came, late).date() == date(2024, 3, 18)
    too_late = (Event.INFORMATION_RECEIVED, date(2024, 3, 19))
    assert decided_by(rules, Way.PROSPECTIVE, received, asked, too_late).date() == date(2024, 3, 18)


def test_holidays_that_fall_on_a_weekend_are_kept_on_monday_and_never_before(rules):
    calendar = rules.business_days
    # The fourth of July of 2026 is a Saturday, that of 2027 a Sunday.
    assert is_business_day(date(2026, 7, 3), calendar)
    assert not is_business_day(date(2027, 7, 5), calendar)
    # Days that are named, and on which offices work.
    assert is_business_day(date(2028, 2, 15), calendar)
    assert is_business_day(date(2024, 11, 29), calendar)


def test_a_holiday_that_nobody_knows_is_told_with_those_that_are_known():
    written = (RULES / "review" / "deadlines.yaml").read_text(encoding="utf-8")
    told = written.replace("    - Labor Day\n", "    - Labour Day\n").encode()
    found = review_rules(without_mistakes([review_among("rules", [("review/deadlines.yaml", told)])]))
    (problem,) = calendar_problems(found.calendars)
    assert (problem.code, "Labour Day" in problem.message, "Labor Day" in problem.help) == ("MT331", True, True)
    assert not calendar_problems(
        review_rules(without_mistakes([review_among("rules", [("review/deadlines.yaml", written.encode())])])).calendars
    )


def test_without_a_day_of_receipt_there_is_no_deadline(rules):
    assert decided_by(rules, Way.PROSPECTIVE) is None
    assert decided_by(rules, Way.PROSPECTIVE, (Event.INFORMATION_ASKED, date(2024, 3, 6))) is None


def happened(*events):
    return [Happened(*one) for one in events]


RECEIVED = (Event.RECEIVED, date(2024, 3, 4))


def test_no_time_runs_for_a_request_that_was_returned_until_it_comes_back_completed(rules):
    returned = (Event.RETURNED_INCOMPLETE, date(2024, 3, 6))
    stopped = clock_stopped(rules, Way.PROSPECTIVE, happened(RECEIVED, returned))
    assert (stopped.deadline.id, stopped.since) == ("returned-as-not-complete", date(2024, 3, 6))
    assert decided_by(rules, Way.PROSPECTIVE, RECEIVED, returned) is None
    # Completed later, or on the same day: five business days from then.
    assert decided_by(rules, Way.PROSPECTIVE, RECEIVED, returned, (Event.COMPLETED, date(2024, 3, 20))) == at_end_of(27)
    hour = (*returned, time(15, 0))
    assert decided_by(rules, Way.PROSPECTIVE, RECEIVED, hour, (Event.COMPLETED, date(2024, 3, 6))) == at_end_of(13)
    # Completed and returned once more: stopped again.
    again = (Event.RETURNED_INCOMPLETE, date(2024, 3, 22))
    assert clock_stopped(
        rules, Way.PROSPECTIVE, happened(RECEIVED, returned, (Event.COMPLETED, date(2024, 3, 20)), again)
    )


def at_end_of(day):
    return datetime(2024, 3, day, 23, 59, 59, tzinfo=PACIFIC)


def test_information_that_nobody_asked_for_moves_no_deadline(rules):
    came, asked = (Event.INFORMATION_RECEIVED, date(2024, 3, 8)), (Event.INFORMATION_ASKED, date(2024, 3, 6))
    assert decided_by(rules, Way.PROSPECTIVE, RECEIVED, came) == at_end_of(11)
    assert decided_by(rules, Way.PROSPECTIVE, RECEIVED, asked, came) == at_end_of(15)
    assert decided_by(rules, Way.EXPEDITED, RECEIVED, came) == decided_by(rules, Way.EXPEDITED, RECEIVED)


def test_a_request_that_is_returned_too_late_is_to_be_decided_all_the_same(rules):
    late = (Event.RETURNED_INCOMPLETE, date(2024, 3, 12))
    assert clock_stopped(rules, Way.PROSPECTIVE, happened(RECEIVED, late)) is None
    assert decided_by(rules, Way.PROSPECTIVE, RECEIVED, late) == at_end_of(11)


def test_a_deadline_that_had_passed_before_the_time_began_anew_is_not_forgotten(rules):
    in_time, late = (Event.AMENDED, date(2024, 3, 8)), (Event.AMENDED, date(2024, 3, 18))
    assert deadline_missed(rules, Way.PROSPECTIVE, happened(RECEIVED, in_time)) is None
    missed = deadline_missed(rules, Way.PROSPECTIVE, happened(RECEIVED, late))
    assert (missed.deadline.id, missed.at) == ("decision", at_end_of(11))
    assert deadline_missed(rules, Way.PROSPECTIVE, happened(RECEIVED)) is None


def test_a_deadline_says_where_it_is_from_and_whether_it_was_seen_there(rules):
    seen = deadline_due(rules, Way.PROSPECTIVE, [Happened(Event.RECEIVED, date(2024, 3, 4))])
    assert (seen.deadline.source.cite, seen.deadline.source.marks) == ("8 CCR 9792.9.1(c)(3)", ())
    amended = deadline_due(rules, Way.PROSPECTIVE, [Happened(Event.RECEIVED, date(2026, 4, 1))])
    assert amended.deadline.source.marks == ("unverified",)


def test_days_that_are_left_are_days_of_the_office(rules):
    at = decided_by(rules, Way.PROSPECTIVE, (Event.RECEIVED, date(2024, 3, 4)))
    # Late in the evening in California it is the next day elsewhere.
    assert days_left(at, datetime(2024, 3, 12, 6, 0, tzinfo=ZoneInfo("UTC"))) == 0
    assert days_left(at, datetime(2024, 3, 12, 8, 0, tzinfo=ZoneInfo("UTC"))) == -1
    assert days_left(at, datetime(2024, 3, 9, 20, 0, tzinfo=ZoneInfo("UTC"))) == 2


# ---- a complete request


FORM = (ROOT / "samples" / "back-strain" / "request.txt").read_text(encoding="utf-8")
REPORT = PaperSeen(PaperKind.PROGRESS_REPORT, ("A report",))


def lacks(rules, text, *others, named=True):
    papers = [PaperSeen(PaperKind.REQUEST, text.split("\n")), *others]
    return [one.id for one in unmet_needs(rules, papers, None, has_treatment=named)]


def test_a_whole_form_with_a_report_lacks_nothing(rules):
    assert lacks(rules, FORM, REPORT) == []


@pytest.mark.parametrize(
    ("pattern", "missing"),
    [
        (r"Requesting Physician Signature: Erin Example, MD", ["signature"]),
        # The name of the physician, under the next heading, is not the worker's.
        (r"Name \(Last, First, Middle\): Sample, Sam", ["employee"]),
        (r"Name.*: (?:Sample, Sam|Example, Erin)", ["employee"]),
    ],
)
def test_a_field_without_anything_behind_it_is_lacking(rules, pattern, missing):
    assert lacks(rules, re.sub(pattern, lambda match: match[0].partition(":")[0] + ": ____", FORM), REPORT) == missing


@pytest.mark.parametrize(
    ("pattern", "other"),
    [
        (r"Requesting Physician Signature: Erin Example, MD", "Electronically signed by Erin Example, MD"),
        (
            r"Requesting Physician Signature: Erin Example, MD.*",
            "Requesting Physician Signature:\n/s/ Erin Example, MD",
        ),
        (r"Name \(Last, First, Middle\): ", "Name (Last, First, Middle):\n"),
    ],
)
def test_a_field_is_seen_in_the_layouts_that_occur(rules, pattern, other):
    assert lacks(rules, re.sub(pattern, other, FORM), REPORT) == []


@pytest.mark.parametrize("between", ["    ", " ", "\n"])
def test_a_label_or_heading_behind_an_empty_field_is_not_its_value(rules, between):
    drafter = Drafter(RULES, load_rules(RULES), "schema/case.json")
    empty = FORM.replace(
        "Requesting Physician Signature: Erin Example, MD    Date:", f"Requesting Physician Signature:{between}Date:"
    )
    papers = [PaperSeen(PaperKind.REQUEST, drafter.document_read("a", empty.encode()).lines), REPORT]
    assert [one.id for one in unmet_needs(rules, papers, None, has_treatment=True)] == ["signature"]
    papers = [PaperSeen(PaperKind.REQUEST, drafter.document_read("a", FORM.encode()).lines), REPORT]
    assert unmet_needs(rules, papers, None, has_treatment=True) == []


def test_what_is_not_there_is_lacking(rules):
    assert lacks(rules, FORM) == ["documentation"]
    assert lacks(rules, FORM, REPORT, named=False) == ["treatment"]
    found = unmet_needs(rules, [REPORT], None, has_treatment=True)
    # What the form would say is not told as missing besides, where there is no form.
    assert [one.id for one in found] == ["form"]
    assert all(one.lacks and one.source.cite for one in found)


# ---- letters


def letter(text, kind="information"):
    return Letter("one", kind, "A letter", text)


def test_the_letters_of_the_rules_say_what_they_are_given(rules):
    for one in rules.letters.values():
        text = filled_letter(one, EXAMPLE).text
        assert EXAMPLE.case in text
        assert EXAMPLE.sender in text
    asked = filled_letter(rules.letters["request-for-information"], EXAMPLE)
    assert [block.text for block in asked.blocks if block.kind == "number"] == list(EXAMPLE.questions)


HOSTILE = "<script>alert(1)</script>\n# a heading\n- a list {{ 7 * 7 }} {% for %}\u202e\x00 end"


def test_what_is_filled_in_is_text_whatever_it_holds(rules):
    given = LetterValues(today="today", sender=HOSTILE, case=HOSTILE, asked=(HOSTILE,), questions=(HOSTILE,))
    found = filled_letter(rules.letters["request-for-information"], given)
    said = "<script>alert(1)</script> # a heading - a list {{ 7 * 7 }} {% for %} end"
    assert sum(said in block.text for block in found.blocks) == 4
    assert not any("49" in block.text for block in found.blocks)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ case.format.__globals__ }}",
        "{% for n in range(10**9) %}x{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in asked %}{% for b in asked %}{% for c in asked %}x{% endfor %}{% endfor %}{% endfor %}",
        "{{ case|center(1000000000) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for one in asked recursive %}{{ loop(asked) }}{% endfor %}",
        "{{ 'x' * 1000000000 }}",
        "{{ '%1000000000d' % 1 }}",
        "{% set x = namespace(a=1) %}{{ x.a }}",
        "{% for a in asked %}" * 24 + "{% endfor %}" * 24,
        "{{ 1 / 0 }}",
        "{{ asked.append('x') }}",
        "{{ unknown }}",
        "{{ case | nosuchfilter }}",
        "{% include '/etc/passwd' %}",
        "{% for one in asked %}",
        "{{ 'x' * 10**9 }}",
        "{{ case",
    ],
)
def test_a_template_that_does_harm_or_cannot_be_filled_in_is_refused(text):
    with pytest.raises(LetterRefused):
        filled_letter(letter(text), EXAMPLE)


def test_lint_names_the_letter_and_what_is_wrong_with_it():
    content = b"letters:\n  - {id: a, kind: information, title: A, text: '{{ nothing }}'}\n  - {id: b, kind: referral, title: B, text: '{% if %}'}\n"
    letters = review_rules(without_mistakes([review_among("rules", [("review/letters.yaml", content)])])).letters
    found = template_problems(letters)
    assert [(one.code, one.line) for one in found] == [("MT330", 2), ("MT330", 3)]
    assert "nothing" in found[0].message


@pytest.mark.parametrize(
    ("text", "ticked"),
    [
        ("[X] New Request  [ ] Resubmission\n[ ] Expedited Review", ["New Request"]),
        ("☐ New Request  ☒ Resubmission\n☒ Expedited Review: threat", ["Resubmission", "Expedited Review: threat"]),
        ("New Request ☐  Resubmission ☒", ["Resubmission"]),
        ("☒\nExpedited Review", ["Expedited Review"]),
        ("Expedited Review: yes\nName: Yes Man", ["Expedited Review"]),
        ("☐ New Request  ☐ Resubmission", []),
        ("The resubmission was expedited.", []),
    ],
)
def test_the_words_at_ticked_boxes_are_read_and_no_others(text, ticked):
    assert list(ticked_words(text)) == ticked


def remarked(rules, way=Way.PROSPECTIVE, **paper):
    marks = {"kind": PaperKind.REQUEST, "ticked": (), "is_dated": True} | paper
    return [one.id for one in remarks_of(rules, [PaperMarks(**marks)], way)]


def test_what_the_form_marks_is_worth_a_look_until_the_request_is_reviewed_so(rules):
    assert remarked(rules) == []
    assert remarked(rules, ticked=("Expedited Review: check box if", "New Request")) == ["expedited-marked"]
    assert remarked(rules, Way.EXPEDITED, ticked=("Expedited Review: check box if",)) == []
    assert remarked(rules, ticked=("Resubmission - Change in Material Facts",)) == ["resubmission-marked"]
    assert remarked(rules, is_dated=False) == ["request-without-day"]
    assert remarked(rules, kind=PaperKind.PROGRESS_REPORT, is_dated=False, ticked=("Expedited",)) == []


@pytest.mark.parametrize(
    ("outcome", "asked_on", "counts"),
    [
        ("denied", date(2016, 9, 12), True),
        ("modified", date(2017, 6, 3), True),
        ("denied", date(2017, 6, 4), False),
        ("denied", date(2016, 6, 2), False),
        ("denied", None, True),
        ("approved", date(2016, 9, 12), False),
    ],
)
def test_a_decision_counts_for_the_months_after_it(rules, outcome, asked_on, counts):
    assert still_counts(rules.earlier_decision, outcome, date(2016, 6, 3), asked_on) is counts


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("deadlines", "deadlines: [{id: a, says: a, cite: b, ways: [prospective], counts_from: [received]}]", "MT331"),
        ("complete-request", "complete_request: [{id: a, says: a, lacks: b, cite: c}]", "MT331"),
        ("remarks", "remarks: [{id: a, says: a, cite: c, papers: [request]}]", "MT331"),
        ("remarks", "remarks: [{id: a, says: a, cite: c, papers: [request], ticked: [b], undated: true}]", "MT331"),
        ("letters", "letters: [{id: a, kind: other, title: A, text: x}]", "MT203"),
        (
            "letters",
            "letters: [{id: a, kind: referral, title: A, text: x}, {id: a, kind: referral, title: A, text: x}]",
            "MT306",
        ),
        ("other", "somewhat: 1", "MT204"),
    ],
)
def test_mistakes_in_the_rules_of_a_review_have_their_place(file, content, code):
    if file == "deadlines":
        content += "\nbusiness_days: {country: US, holidays: [Labor Day], zone: America/Los_Angeles, cite: c}"
    with pytest.raises(Rejected) as caught:
        review_rules(without_mistakes([review_among("rules", [(f"review/{file}.yaml", content.encode())])]))
    assert code in [one.code for one in caught.value.diagnostics]
    assert all(one.file == f"rules/review/{file}.yaml" for one in caught.value.diagnostics)


def test_a_time_zone_that_is_none_is_told():
    content = (
        b"deadlines: [{id: a, says: a, cite: b, ways: [prospective], counts_from: [received], days: 3}]\n"
        b"business_days: {country: US, holidays: [Labor Day], zone: Pacific, cite: c}\n"
    )
    with pytest.raises(Rejected, match="time zone"):
        review_rules(without_mistakes([review_among("rules", [("review/deadlines.yaml", content)])]))


@needs_pango
def test_pdf_and_docx_say_the_same_as_the_text(rules):
    found = filled_letter(rules.letters["referral"], EXAMPLE)
    page = "".join(f"<p>{text}</p>" for _, texts in grouped_blocks(found.blocks) for text in texts)
    text = "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf_of(page).content))
    document = docx.Document(io.BytesIO(docx_of(found, ["today"])))
    written = [line for one in document.paragraphs for line in one.text.split("\n")]
    for block in found.blocks:
        assert block.text in " ".join(text.split())
        assert block.text in written
    assert document.core_properties.author == ""


@needs_pango
def test_a_letter_reaches_nothing_outside_of_itself(tmp_path):
    file = tmp_path / "secret.txt"
    file.write_text("secret")
    made = pdf_of(f'<img src="file://{file}"><link rel=attachment href="file://{file}"><p>a letter</p>').content
    assert b"secret" not in made


def test_information_that_came_on_the_day_it_was_asked_for_came_after_it():
    asked = Happened(Event.INFORMATION_ASKED, date(2026, 3, 4), time(9, 30))
    came = Happened(Event.INFORMATION_RECEIVED, date(2026, 3, 4))
    received = Happened(Event.RECEIVED, date(2026, 3, 2))
    assert [one.event for one in in_their_order([came, asked, received])] == [
        Event.RECEIVED,
        Event.INFORMATION_ASKED,
        Event.INFORMATION_RECEIVED,
    ]
