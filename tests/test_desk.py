"""The pages of the desk, asked over HTTP: what they show, what they keep, and what they refuse."""

import io
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import docx
import pypdfium2
import pytest

from mtus_engine.api import CheckOptions
from mtus_engine.loader.plain_json import json_of_plain
from mtus_engine.loader.yaml_tree import parse_leniently
from mtus_engine.model.told import Told, Word
from mtus_engine.review.letters import pdf_of
from mtus_engine.serve.desk.catalogue import ENGLISH, Catalogue, catalogue, english_catalogue
from mtus_engine.serve.desk.samples import samples
from mtus_engine.serve.door import CSRF, csrf_of
from mtus_engine.store.decisions import StepRefused
from mtus_engine.store.replay import Replayer
from mtus_engine.wording.statuses import status_words
from tests.conftest import CASES, ROOT
from tests.pages import CODE_WORD, Page, needs_pango, words
from tests.records import case_document
from tests.scans import picture, written
from tests.servers import PASSWORD, TOKEN, served, signed_in

LOCAL = {"Authorization": f"Bearer {TOKEN}"}
PAPERS = ROOT / "samples" / "back-strain"
HOSTILE = "<script>alert(1)</script>\u202eevil\u202c <img src=x onerror=alert(2)> 🦴 " + "long " * 1900


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with its pages, and a client of it as the one person of a local server."""
    with served(tmp_path_factory.mktemp("desk") / "data") as (app, http):
        http.headers.update(LOCAL)
        yield app, http


@pytest.fixture(scope="module")
def desk(server):
    """A client of the pages as the one person of a local server."""
    return server[1]


def today():
    """The day as the office counts it."""
    return datetime.now(ZoneInfo("America/Los_Angeles")).date().isoformat()


def opened(desk, document):
    kept = desk.post("/v1/cases", json=document).json()
    assert "id" in kept, kept
    return f"/desk/cases/{kept['id']}"


def begun(desk, treatment, **named):
    sent = {"treatment": treatment, "case": f"{treatment} {time.perf_counter_ns()}", "day": "2015-03-02", **named}
    answer = desk.post("/desk/new/treatment", data=sent, follow_redirects=False)
    assert answer.status_code == 303, answer.text[:500]
    return answer.headers["location"]


def page(desk, address, **params):
    return Page(desk.get(address, params=params))


def answer(desk, address, fact, item="1", **sent):
    version = sent.pop("version", None) or page(desk, address).version
    return desk.post(f"{address}/answer", data={"item": item, "version": version, "fact": fact, **sent})


@contextmanager
def as_nurse(desk):
    """Yield a client of a nurse who signed in, while the one of the local server is not."""
    local = desk.headers.pop("Authorization")
    try:
        yield signed_in(desk, "nurse")
    finally:
        desk.cookies.clear()
        desk.headers["Authorization"] = local


def statements(desk, address, fact):
    case = desk.get(address.replace("/desk/", "/v1/")).json()
    return [one["statement"] for one in case["statements"] if one["fact"] == fact]


def read_papers(desk, files):
    uploads = [("papers", (one.name, one.read_bytes())) for one in files]
    first = desk.post("/desk/new/papers", files=uploads, data={"day": "2016-08-22", "way": "prospective"})
    assert first.status_code == 200, first.text
    return followed(desk, first.text)


def looked_at(desk, shown):
    """What the page shows once papers are read: until then it looks again."""
    for _ in range(300):
        again = re.search(r'hx-get="([^"]+)"', shown)
        if again is None:
            return shown
        time.sleep(0.1)
        answered = desk.get(again[1].replace("&amp;", "&"))
        assert answered.status_code == 200
        shown = answered.text
    return pytest.fail("the papers are still being read")


def followed(desk, shown):
    """What the page does while papers are read: look again, and open the request when they are."""
    shown = looked_at(desk, shown)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    keep = re.search(r'hx-post="([^"]+/keep)"', shown)
    assert keep, shown
    kept = desk.post(keep[1], data={**fields, "asked": "what the papers ask for"}, follow_redirects=False)
    assert kept.status_code == 303, kept.text
    return kept.headers["location"]


@pytest.fixture(scope="module")
def from_papers(desk):
    """A request made of the papers of the made-up sample."""
    return read_papers(desk, sorted(PAPERS.iterdir()))


# ---- what is shown is what mtus check says


def shown_words(part):
    return status_words(part["status"], part["because"], looked_for=part["looked_for"], lifted=part["lifted"])[1]


def compared(desk, address):
    """Compare every item of a request as the desk shows it with what it comes to by the interface."""
    determined = desk.get(address.replace("/desk/", "/v1/") + "/determination")
    if determined.status_code == 422:
        # What cannot be together is told by both.
        assert "cannot be together" in page(desk, address).text
        yield None, None
        return
    for item in determined.json():
        shown = page(desk, address, item=item["item"])
        assert words(shown.one("h2", id="finding")) == item["finding_words"]
        rows = shown.rows()
        candidates = item["candidates"] or [item]
        by_id = {
            (str(n), part["id"]): part
            for n, candidate in enumerate(candidates, 1)
            for part in (*candidate["criteria"], *candidate["limits"])
        }
        ids = [one.get("id") for one in shown.all() if one.get("id")]
        assert len(ids) == len(set(ids)), "an id that two elements have"
        assert set(rows) <= set(by_id)
        for key, word in rows.items():
            told = [one for name in by_id[key]["facts"] for one in item["facts"].get(name, {}).get("statements", ())]
            waits = {"To confirm"} if any(one["to_confirm"] for one in told) else set()
            assert word in {shown_words(by_id[key]), "Rules leave it open"} | waits, key
        asked = [words(one) for listed in shown.with_class("questions", "ol") for one in listed]
        optional = {True: " advisory, does not decide", False: ""}
        assert asked == [one["question"] + optional[one["optional"]] for one in item["questions"]]
        hidden = set(by_id) - set(rows)
        # What is for another treatment is left out, and nothing that fails or is open is ever left out.
        assert all(by_id[key]["status"] == "not_applicable" for key in hidden), hidden
        yield item, shown


def certifying(version):
    """Return what the form sends that certifies: somebody has looked at all, and says who they are."""
    return {"version": version, "looked": "yes", "name": "R. Nurse, RN 1234"}


@pytest.mark.slow
@pytest.mark.parametrize("file", sorted(CASES.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_page_shows_what_check_says(desk, file):
    address = opened(desk, {**case_document(file.stem), "case": f"shown {file.stem}"})
    assert list(compared(desk, address))


@pytest.mark.slow
def test_no_page_shows_a_word_of_programs(desk, from_papers):
    addresses = ["/desk", "/desk/new", from_papers, f"{from_papers}/outcome", f"{from_papers}/history"]
    addresses += [f"{from_papers}/letters/{name}" for name in ("request-for-information", "referral")]
    certified = whole(desk)
    sent = certifying(page(desk, certified).version)
    assert desk.post(f"{certified}/certify", data=sent, follow_redirects=False).status_code == 303
    addresses += [f"{certified}/outcome", f"{certified}/letters/certification"]
    addresses += [opened(desk, {**case_document("CM14-0195168"), "case": "words"})]
    addresses += [read_papers(desk, sorted((ROOT / "samples" / "shoulder-surgery").iterdir()))]
    for address in addresses:
        found = page(desk, address)
        for one in list(found.root.iter("option")) + list(found.root.iter("dialog")):
            one.tail = one.tail or ""
        assert CODE_WORD.findall(found.text) == [], address


def test_a_criterion_that_is_open_says_why_and_where_it_is_from(desk, from_papers):
    shown = page(desk, from_papers)
    for row in shown.with_class("rule", "article"):
        assert words(next(one for one in row.iter() if one.get("class") == "cite"))
        if "open" in row.get("class").split():
            assert list(row.iter("li"))


# ---- papers


def test_papers_become_a_request_with_its_documents_and_its_clock(desk, from_papers):
    shown = page(desk, from_papers)
    assert "SAMPLE-0001" in shown.text
    assert len(shown.with_class("documents", "nav")[0].findall(".//a")) == 6
    outcome = page(desk, f"{from_papers}/outcome")
    assert "by August 29, 2016" in outcome.text
    assert "The request is not complete" not in outcome.text
    assert len(shown.with_class("statement", "li")) >= 15


def test_a_statement_leads_to_its_sentence_marked(desk, from_papers):
    shown = page(desk, from_papers)
    links = [one for one in shown.all("a") if one.get("data-place-link") is not None]
    assert links
    for link in links[:8]:
        paper = Page(desk.get(link.get("href")))
        assert [one for one in paper.with_class("marked") if words(one)]


@needs_pango
@pytest.mark.slow
def test_a_page_of_a_pdf_is_a_picture_with_the_sentence_marked(desk, tmp_path):
    from mtus_engine.review.letters import pdf_of

    text = (PAPERS / "request.txt").read_text()
    file = tmp_path / "request.pdf"
    file.write_bytes(pdf_of(f"<style>@page {{ size: 11in 17in }}</style><pre>{text}</pre>").content)
    address = read_papers(desk, [file, *sorted(PAPERS.glob("report-*.txt"))])
    shown = page(desk, address)
    link = next(
        one for one in shown.all("a") if "request.pdf" in (one.get("href") or "") and "paper" in one.get("href")
    )
    paper = Page(desk.get(link.get("href")))
    assert paper.with_class("marked")
    picture = desk.get(next(one for one in paper.root.iter("image")).get("href"))
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    marked = paper.with_class("marked", "rect")
    assert marked, "the sentence is marked on the page itself"
    svg = next(one for one in paper.root.iter("svg"))
    width, height = (float(one) for one in svg.get("viewBox").split()[2:])
    assert all(0 <= float(one.get("x")) <= width and 0 <= float(one.get("y")) <= height for one in marked)
    assert desk.get(f"{address}/documents/{'0' * 32}/1.png").status_code == 404


@pytest.mark.slow
def test_papers_that_nobody_knows_are_kept_for_a_person_to_read(desk, tmp_path):
    file = tmp_path / "letter.txt"
    file.write_text("A letter about nothing in particular, which no program knows.")
    address = read_papers(desk, [file])
    shown = page(desk, address)
    assert "letter.txt" in shown.text
    assert "what the papers ask for" in shown.text
    assert (
        "not complete" in page(desk, f"{address}/outcome").text or "no request" in page(desk, f"{address}/outcome").text
    )


def test_a_paper_that_cannot_be_read_is_named_and_stops_no_other(desk, tmp_path):
    bad, empty = tmp_path / "scan.pdf", tmp_path / "empty.txt"
    bad.write_bytes(b"%PDF-1.4 nothing that can be read")
    empty.write_bytes(b"")
    files = [PAPERS / "request.txt", bad, empty]
    uploads = [("papers", (one.name, one.read_bytes())) for one in files]
    first = desk.post("/desk/new/papers", files=uploads, data={"day": "2016-08-22"})
    assert first.status_code == 200, first.text
    shown = looked_at(desk, first.text)
    assert "scan.pdf" in shown
    assert "empty.txt" in shown
    assert "load, submit" not in shown, "what could not be read is seen before the request opens"
    address = followed(desk, shown)
    assert {one["file"] for one in desk.get(address.replace("/desk/", "/v1/")).json()["documents"]} == {
        "request.txt",
        "scan.pdf",
    }
    nothing = desk.post("/desk/new/papers", files=[("papers", ("empty.txt", b""))], data={"day": "2016-08-22"})
    assert nothing.status_code == 422
    assert "empty.txt: it is empty" in nothing.text


def test_a_photograph_of_a_request_is_read_marked_and_told_to_be_one(desk, tmp_path):
    file = tmp_path / "request.jpg"
    file.write_bytes(written([picture((PAPERS / "request.txt").read_text())], "JPEG"))
    address = read_papers(desk, [file])
    shown = page(desk, address)
    assert "Scans and faxes: request.jpg.pdf (page 1)." in words(page(desk, f"{address}/outcome").root)
    stated = statements(desk, address, "request.visits")[0]
    assert stated["value"] == 8
    assert stated["confidence"] in {"likely", "doubtful"}
    link = next(one for one in shown.all("a") if "request.jpg.pdf" in (one.get("href") or ""))
    assert Page(desk.get(link.get("href"))).with_class("marked", "rect"), "the words are marked on the picture"


@pytest.mark.slow
def test_a_request_that_is_not_complete_says_what_it_lacks(desk, tmp_path):
    text = (PAPERS / "request.txt").read_text()
    unsigned = tmp_path / "request.txt"
    unsigned.write_text(re.sub(r"Requesting Physician Signature:.*", "", text))
    address = read_papers(desk, [unsigned])
    shown = page(desk, f"{address}/outcome")
    lacks = words(shown.with_class("lacks")[0])
    assert "not signed by the requesting physician" in lacks
    assert "no report" in lacks
    assert "9792.6.1(t)" in lacks
    assert "who the employee is" not in lacks
    letter = page(desk, f"{address}/letters/incomplete-request")
    assert "not signed by the requesting physician" in letter.text
    # Kept with the note that it went out today, it stops the clock, which the request came to a day ago.
    desk.post(f"{address}/letters/incomplete-request/keep", data={"returned": "yes"})
    shown = page(desk, f"{address}/outcome").text
    assert "The request was returned as not complete" in shown


DENIAL = """NOTICE OF UTILIZATION REVIEW DECISION
Claim Number: SAMPLE-0001
Date of decision: {day}
Treatment requested: Physical therapy, lumbar spine, 12 visits
Determination: Denied
Rationale: The report documents no functional improvement.
"""


PLAN = """PRIMARY TREATING PHYSICIAN'S PROGRESS REPORT (PR-2)
Claim Number: SAMPLE-0001
Date of exam: 08/20/2016
Subjective complaints: Low back pain.
Treatment plan:
1. Physical therapy, lumbar spine, 12 visits.
2. Acupuncture, 6 visits.
"""


@pytest.mark.slow
def test_what_was_decided_before_and_what_the_form_marks_is_pointed_out(desk, tmp_path):
    text = (PAPERS / "request.txt").read_text()
    text = text.replace("☒ New Request   ☐ Resubmission", "☐ New Request   ☒ Resubmission")
    text = text.replace("☐ Expedited Review", "☒ Expedited Review").replace("MD    Date: 08/22/2016", "MD")
    again, denial, old, report = (tmp_path / f"{name}.txt" for name in ("request", "denial", "old", "report"))
    report.write_text(PLAN)
    again.write_text(text)
    denial.write_text(DENIAL.format(day="06/03/2016"))
    old.write_text(DENIAL.format(day="06/03/2014"))
    address = read_papers(desk, [again, denial, old, report])
    shown = words(page(desk, f"{address}/outcome").one("section", aria_labelledby="remarks"))
    assert "marks a resubmission" in shown
    assert "marks an expedited review" in shown
    assert "bears no day" in shown
    assert (
        "On June 3, 2016 a letter decided on “Physical therapy, lumbar spine, 12 visits”: denied (denial.txt)." in shown
    )
    assert "Labor Code 4610(k)" in shown
    assert "2014" not in shown
    assert "Item 1: the plan of August 20, 2016 asks for another number of visits" in shown
    assert "Item 2" not in shown, "of acupuncture both ask for six visits"
    assert "marks a resubmission" in page(desk, address).text
    desk.post(f"{address}/clock", data={"way": "expedited"})
    assert "marks an expedited review" not in page(desk, f"{address}/outcome").text
    further = read_papers(desk, [again])
    beside = page(desk, f"{further}/outcome").one("section", aria_labelledby="remarks")
    assert address in [link.get("href") for link in beside.iter("a")]


@pytest.mark.slow
def test_work_that_failed_says_so_and_a_letter_without_a_treatment_is_read(desk, tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text(
        "Utilization Review Determination\nDate: 3/2/2026\nDetermination: denied\nRationale: not documented.\n"
    )
    shown = desk.post("/desk/new/papers", files=[("papers", (letter.name, letter.read_bytes()))]).text
    shown = looked_at(desk, shown)
    assert "nothing is asked for" in shown
    waiting = desk.post("/desk/new/papers", files=[("papers", (letter.name, letter.read_bytes()))]).text
    job = re.search(r'hx-get="/desk/new/papers/(\w+)', waiting)[1]
    desk.delete(f"/v1/jobs/{job}")
    assert desk.get(f"/desk/new/papers/{job}").status_code == 200


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"event": "completed", "day": "17-01-02"}, "Write the day as"),
        ({"event": "completed", "day": "2015-03-03", "hour": "17:30+05:00"}, "Write the day as"),
        ({"event": "completed", "day": "9999-12-31"}, "still to come"),
        ({"event": "completed", "day": "0001-01-01"}, "too long ago"),
        ({"event": "completed", "day": "2015-02-27"}, "The request came on March 2, 2015"),
        ({"event": "nothing such", "day": "2015-03-03"}, "Choose from the list"),
        ({"event": "completed", "day": ""}, "Say on which day"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_what_to_do(desk, sent, told):
    address = begun(desk, "acupuncture")
    refused = desk.post(f"{address}/clock", data={"version": "1", **sent})
    assert (refused.status_code, told in refused.text) == (422, True), refused.text


@pytest.mark.slow
def test_what_was_noted_of_a_request_is_taken_away_and_the_clock_of_a_signed_one_stands(desk):
    address = begun(desk, "physical_therapy", day="2026-03-02")
    sent = {"version": page(desk, address).version, "event": "completed", "day": "2026-03-05"}
    desk.post(f"{address}/clock", data=sent, follow_redirects=False)
    outcome = page(desk, f"{address}/outcome")
    assert "March 12, 2026" in outcome.text
    away = next(one.get("action") for one in outcome.all("form") if "away" in (one.get("action") or ""))
    ids = [one.get("action") for one in outcome.all("form") if "away" in (one.get("action") or "")]
    assert len(ids) == 2
    assert desk.post(ids[1], data={}, follow_redirects=False).status_code == 303, away
    assert "March 9, 2026" in page(desk, f"{address}/outcome").text
    signed = whole(desk)
    version = page(desk, signed).version
    assert desk.post(f"{signed}/certify", data=certifying(version), follow_redirects=False).status_code == 303
    assert desk.post(f"{signed}/clock", data={"way": "expedited"}).status_code == 409


def test_hours_are_left_where_a_deadline_counts_hours(desk):
    address = begun(desk, "acupuncture", way="expedited", day=today())
    assert re.search(r"\d+ hours (left|overdue)", words(page(desk, f"{address}/outcome").one("main")))


def test_an_empty_form_says_what_is_missing(desk):
    answer = desk.post("/desk/new/papers", data={"day": "2026-03-02"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "Choose at least one file" in answer.text
    assert answer.headers["hx-retarget"] == "#told"


# ---- answers


@pytest.mark.slow
def test_each_kind_of_fact_has_a_control_that_keeps_what_is_said(desk):
    address = begun(desk, "physical_therapy")
    for fact, sent, kept in [
        ("surgery.performed", {"answer": "no"}, {"value": False}),
        ("surgery.performed", {"answer": "not_found"}, {"not_documented": True}),
        ("prior.therapy.visits", {"value": "6-12"}, {"value": {"at_least": 6, "at_most": 12}}),
        ("prior.therapy.visits", {"value": "at least 6"}, {"value": {"at_least": 6}}),
        ("prior.therapy.visits", {"value": "8"}, {"value": 8}),
        ("injury.date", {"value": "2025-11"}, {"value": "2025-11"}),
        ("injury.date", {"value": "11/05/2025"}, {"value": "11/05/2025"}),
        ("injury.date", {"value": "08-22-2016"}, {"value": "08-22-2016"}),
        ("prior.therapy.visits", {"value": "6–12 visits"}, {"value": {"at_least": 6, "at_most": 12}}),
        ("prior.therapy.visits", {"value": "7 or more"}, {"value": {"at_least": 7}}),
        ("request.duration", {"value": "4 weeks"}, {"value": "4 weeks"}),
        ("work.status", {"value": "modified_duty"}, {"value": "modified_duty"}),
        (
            "request.body_parts",
            {"value": ["cervical_spine", "lumbar_spine"]},
            {"value": ["cervical_spine", "lumbar_spine"]},
        ),
        ("diagnosis.groups", {"codes": "S39.012D, M54.16"}, {"value": ["S39.012D", "M54.16"]}),
    ]:
        response = answer(desk, address, fact, **sent)
        assert response.status_code == 200, (fact, response.text[:300])
        assert statements(desk, address, fact) == [kept], fact
    answer(desk, address, "prior.therapy.visits", answer="unmentioned")
    assert statements(desk, address, "prior.therapy.visits") == []


def test_a_value_that_is_none_is_told_by_the_name_that_the_page_gives_the_fact(desk):
    address = begun(desk, "physical_therapy")
    before = page(desk, address).version
    response = answer(desk, address, "prior.therapy.visits", value="many")
    assert response.status_code == 422
    assert "Therapy visits so far" in response.text
    assert "prior.therapy" not in response.text
    assert page(desk, address).version == before


def test_facts_that_cannot_be_together_are_mended_where_they_are_told(desk):
    address = begun(desk, "physical_therapy")
    answer(desk, address, "injury.date", value="2015-01-05")
    answer(desk, address, "request.date", value="2015-03-02")
    shown = Page(answer(desk, address, "injury.date", value="2016-01-05"))
    assert words(shown.one("h2", id="finding")) == "These facts cannot be together"
    assert [one.get("value") for one in shown.fact("injury.date").iter("input") if one.get("name") == "value"] == [
        "2016-01-05"
    ]
    assert shown.fact("request.date") is not None
    mended = Page(answer(desk, address, "injury.date", value="2015-01-06", version=shown.version))
    assert words(mended.one("h2", id="finding")) != "These facts cannot be together"


def test_a_request_whose_facts_cannot_be_together_goes_to_others_and_is_not_decided(server, desk, tmp_path):
    app, _ = server
    facts = {"request.treatment": "physical_therapy", "request.visits": 8}
    wrong = facts | {"injury.date": "2016-01-05", "request.date": "2015-03-02"}
    items = [{"item": 1, "asked": "8 visits for the back", "facts": wrong}, {"item": 2, "facts": facts}]
    address = opened(desk, {"case": "IMPOSSIBLE-1", "items": items})
    shown = page(desk, f"{address}/outcome")
    assert "Facts of this request cannot be together" in shown.text
    for way in ("certify", "return", "sign", "amend"):
        assert f'hx-post="{address}/{way}"' not in shown.html
        assert f'hx-post="{address}/step/{way}"' not in shown.html
    version = shown.all("input", name="version")[0].get("value")
    sent = {"version": version, "why": "the dates do not fit", "letter": "referral"}
    told = Page(desk.post(f"{address}/letters/referral", data=sent))
    assert "Item 1: 8 visits for the back" in told.text
    assert "is dated before the injury" in told.text
    assert desk.post(f"{address}/step/return", data={**sent, "to": "Dr. Roe"}).status_code in {409, 422}
    assert desk.get(f"{address}/letters/request-for-information").status_code == 409
    handed = {"version": version, "to": "nurse", "why": "the dates do not fit"}
    assert desk.post(f"{address}/hand-over", data=handed, follow_redirects=False).status_code == 303
    version = page(desk, f"{address}/outcome").all("input", name="version")[0].get("value")
    done = desk.post(f"{address}/step/refer", data={**sent, "version": version}, follow_redirects=False)
    assert done.status_code == 303, done.text
    assert "Mend them at the desk, then sign" in page(desk, f"{address}/outcome").text
    with app.state.office.reading() as connection:
        (tmp_path / "packs").mkdir()
        case = address.rpartition("/")[2]
        redone = list(Replayer(connection, tmp_path / "packs", CheckOptions()).replay(case))
    assert len(redone) == 2
    assert all(one.same for one in redone), redone


def test_why_a_request_was_handed_over_is_told_until_something_is_done(desk):
    address = begun(desk, "physical_therapy")
    version = page(desk, address).version
    handed = {"version": version, "to": "nurse", "why": "out tomorrow, please call the therapist"}
    assert desk.post(f"{address}/hand-over", data=handed, follow_redirects=False).status_code == 303
    for shown in (page(desk, address), page(desk, f"{address}/outcome")):
        assert "Handed over because: out tomorrow, please call the therapist" in shown.text
    sent = {"version": page(desk, address).version, "why": "open"}
    assert desk.post(f"{address}/step/refer", data=sent, follow_redirects=False).status_code == 303
    assert "Handed over because" not in page(desk, f"{address}/outcome").text


def test_another_kind_of_review_stands_in_what_was_done_and_the_same_one_does_not(desk):
    address = begun(desk, "physical_therapy", day=today())
    for way in ("expedited", "expedited", "prospective"):
        assert desk.post(f"{address}/clock", data={"way": way}, follow_redirects=False).status_code == 303
    done = page(desk, f"{address}/history").text
    assert done.count("kind of review: expedited") == 1
    assert done.count("kind of review: before the treatment") == 1


def test_of_a_request_that_no_guideline_covers_the_provider_is_asked_in_ones_own_words(desk):
    address = opened(desk, {"case": "UNCOVERED-1", "items": [{"item": "1", "asked": "epidural injection"}]})
    answer(desk, address, "request.treatment", value="other_treatment")
    shown = page(desk, f"{address}/outcome")
    assert "What you ask is asked in your own words" in shown.text
    version = shown.all("input", name="version")[0].get("value")
    sent = {"version": version, "letter": "request-for-information", "to": "Dr. Roe", "why": "asked"}
    assert desk.post(f"{address}/step/return", data=sent).status_code == 422
    sent |= {"note": "Which levels were injected before?"}
    assert desk.post(f"{address}/step/return", data=sent, follow_redirects=False).status_code == 303
    letter = Page(desk.post(f"{address}/letters/request-for-information", data=sent)).text
    assert "Which levels were injected before?" in letter
    assert "do not say enough to decide" not in letter


def test_what_no_guideline_covers_is_certified_by_one_that_the_nurse_names(desk):
    address = opened(desk, {"case": "UNCOVERED-2", "items": [{"item": "1", "asked": "epidural injection"}]})
    answer(desk, address, "request.treatment", value="other_treatment")
    shown = page(desk, f"{address}/outcome")
    assert "Certify by a guideline that is not here" in shown.text
    sent = {"version": shown.all("input", name="version")[0].get("value"), "looked": "yes", "name": "N. Nurse, RN"}
    without = desk.post(f"{address}/certify", data=sent)
    assert (without.status_code, "criteria are not met" in without.text) == (409, True)
    named = sent | {"guideline-1": "ODG, Low Back, 2016, epidural steroid injections"}
    silent = desk.post(f"{address}/certify", data=named)
    assert (silent.status_code, "how the criteria of the guideline" in silent.text) == (409, True)
    done = desk.post(f"{address}/certify", data=named | {"reasons": "first of two, radiculopathy on MRI"})
    assert done.status_code == 200
    told = page(desk, f"{address}/outcome").text
    assert "ODG, Low Back, 2016, epidural steroid injections" in told
    letter = Page(desk.get(f"{address}/letters/certification")).text
    assert "It meets the criteria of: ODG, Low Back, 2016, epidural steroid injections." in letter


def test_another_guideline_is_named_of_nothing_that_is_covered_here(desk):
    address = whole(desk, "physical_therapy")
    version = page(desk, address).version
    sent = {"version": version, "looked": "yes", "name": "N. Nurse", "guideline-1": "ODG", "reasons": "so"}
    refused = desk.post(f"{address}/certify", data=sent)
    assert (refused.status_code, "there alone" in refused.text) == (409, True)


def test_what_was_read_stays_beside_the_answer_and_comes_back(desk, from_papers):
    fact = "home_program.insufficient"
    read = statements(desk, from_papers, fact)
    answer(desk, from_papers, fact, answer="yes")
    after = statements(desk, from_papers, fact)
    assert after[-1]["value"] is True
    assert after[-1]["origin"] == "overridden"
    assert after[0]["words"] == read[0]["words"]
    shown = page(desk, from_papers).fact(fact)
    assert "replaced" in words(shown)
    answer(desk, from_papers, fact, answer="no")
    assert [one.get("value") for one in statements(desk, from_papers, fact)][-1] is False
    assert len(statements(desk, from_papers, fact)) == 2
    answer(desk, from_papers, fact, answer="unmentioned")
    left = statements(desk, from_papers, fact)
    assert [one["words"] for one in left] == [one["words"] for one in read]


def test_a_place_that_was_marked_goes_with_the_answer(desk, from_papers):
    place = {"at": "report-2.txt page 1 sentence 4", "words": "needs help with lifting"}
    answer(desk, from_papers, "deficits.need_skilled_care", answer="yes", **place)
    kept = statements(desk, from_papers, "deficits.need_skilled_care")[-1]
    assert {key: kept[key] for key in place} == place


def test_accept_reject_and_settle(desk):
    address = opened(desk, {**case_document("CM14-0195168"), "case": "conflict"})
    shown = page(desk, address)
    fact = shown.fact("prior.program.visits")
    assert "conflicting" in fact.get("class")
    rows = [one for one in fact.iter("li") if one.get("data-statement") is not None]
    assert [words(one)[:2] for one in rows] == ["6 ", "23"]
    chosen = rows[1].get("id").removeprefix("statement-")
    sent = {"item": "1", "version": shown.version, "reason": "the letter counts them by day"}
    bare = desk.post(f"{address}/statements/{chosen}/settle", data={**sent, "reason": " "})
    assert (bare.status_code, "Say why" in bare.text) == (422, True)
    settled = Page(desk.post(f"{address}/statements/{chosen}/settle", data=sent))
    assert "conflicting" not in settled.fact("prior.program.visits").get("class")
    said = statements(desk, address, "prior.program.visits")
    assert said[-1] == {
        "value": 23,
        "origin": "overridden",
        "note": "the letter counts them by day",
        "replaces": "read-1",
    }
    back = Page(desk.post(f"{address}/back/undo", data={"item": "1"}))
    assert "conflicting" in back.fact("prior.program.visits").get("class")
    one = next(li for li in back.fact("prior.program.visits").iter("li") if words(li).startswith("6 "))
    sent = {"item": "1", "version": back.version}
    desk.post(f"{address}/statements/{one.get('id').removeprefix('statement-')}/reject", data=sent)
    assert [one["value"] for one in statements(desk, address, "prior.program.visits")] == [23]


def test_an_answer_says_which_of_several_surgeries_it_is_about(desk):
    facts = {
        "request.treatment": {"value": "physical_therapy"},
        "request.date": {"value": "2014-04-01"},
        "injury.date": {"value": "2013-06-01"},
        "request.body_parts": {"value": ["knee"]},
        "surgery.procedure": [
            {"value": "rotator_cuff", "surgery": "Shoulder", "by": "provider"},
            {"value": "meniscectomy", "surgery": "knee"},
        ],
        "surgery.date": [{"value": "2014-01-10", "surgery": "shoulder"}, {"value": "2014-03-03", "surgery": "knee"}],
    }
    address = opened(desk, {"case": "two surgeries", "items": [{"item": 1, "facts": facts}]})
    shown = page(desk, address)
    choices = [words(one).strip() for one in shown.fact("surgery.date").iter("option")]
    assert choices == ["knee", "shoulder"], "the one that counts is the first"
    sent = {"value": "2014-03-05", "answer": ""}
    bare = answer(desk, address, "surgery.date", **sent)
    assert (bare.status_code, "which of the surgeries" in bare.text) == (422, True)
    assert answer(desk, address, "surgery.date", **sent, surgery="knee").status_code == 200
    assert statements(desk, address, "surgery.date") == [
        {"value": "2014-01-10", "surgery": "shoulder"},
        {"value": "2014-03-05", "surgery": "knee"},
    ]
    answer(desk, address, "surgery.procedure", value="bankart_repair", surgery="shoulder")
    assert statements(desk, address, "surgery.procedure")[-1] == {
        "value": "bankart_repair",
        "surgery": "shoulder",
        "origin": "overridden",
        "replaces": "read-1",
    }


@pytest.mark.slow
def test_everything_that_was_read_without_doubt_is_accepted_at_once(desk):
    address = read_papers(desk, sorted(PAPERS.iterdir()))
    shown = page(desk, address)
    before = len(shown.with_class("waiting", "li"))
    after = Page(desk.post(f"{address}/accept-all", data={"item": "1", "version": shown.version}))
    left = after.with_class("waiting", "li")
    assert 0 < len(left) < before
    # Of what several sources say each is looked at.
    assert {one.get("id") for one in left} <= {one.get("id") for one in after.with_class("statement", "li")}


def test_what_is_only_likely_waits_for_a_person_and_number_words_are_numbers(desk):
    address = begun(desk, "physical_therapy")
    api = address.replace("/desk/", "/v1/")
    etag = {"If-Match": desk.get(api).headers["etag"]}
    read = [
        ("request.visits", {"value": 8, "origin": "extracted", "confidence": "sure", "at": "a.txt page 1 sentence 1"}),
        ("prior.therapy.visits", {"value": 6, "origin": "extracted", "confidence": "likely", "at": "a.txt page 1"}),
    ]
    added = {"add": [{"item": "1", "fact": fact, "statement": body} for fact, body in read]}
    assert desk.post(f"{api}/statements", json=added, headers=etag).status_code == 200
    assert "Accept the one that was read without doubt" in page(desk, address).text
    desk.post(f"{address}/accept-all", data={"item": "1", "version": page(desk, address).version})
    assert [one["origin"] for one in statements(desk, address, "request.visits")] == ["confirmed"]
    assert [one["origin"] for one in statements(desk, address, "prior.therapy.visits")] == ["extracted"]
    answer(desk, address, "request.visits_authorized", value="at least six")
    assert statements(desk, address, "request.visits_authorized")[-1]["value"] == {"at_least": 6}
    assert answer(desk, address, "request.visits_authorized", value="twenty-two").status_code == 200
    assert statements(desk, address, "request.visits_authorized")[-1]["value"] == 22


def test_undo_and_redo_go_through_ones_own_changes(desk):
    address = begun(desk, "acupuncture")
    start = desk.get(address.replace("/desk/", "/v1/")).json()["case"]
    for n, sent in enumerate([{"value": "6"}, {"value": "8"}, {"value": "12"}]):
        answer(desk, address, "request.visits", **sent)
        assert len(statements(desk, address, "request.visits")) == 1, n
    for value in (8, 6):
        desk.post(f"{address}/back/undo", data={"item": "1"})
        assert [one["value"] for one in statements(desk, address, "request.visits")] == [value]
    desk.post(f"{address}/back/redo", data={"item": "1"})
    assert [one["value"] for one in statements(desk, address, "request.visits")] == [8]
    desk.post(f"{address}/back/undo", data={"item": "1"})
    desk.post(f"{address}/back/undo", data={"item": "1"})
    assert desk.get(address.replace("/desk/", "/v1/")).json()["case"] == start
    nothing = desk.post(f"{address}/back/undo", data={"item": "1"})
    assert nothing.status_code == 409
    assert "nothing of yours" in nothing.text
    shown = page(desk, address)
    assert shown.one("button", id="undo").get("disabled") is not None


def asked_items(desk, address):
    case = desk.get(address.replace("/desk/", "/v1/")).json()["case"]
    return {one["item"]: one["asked"] for one in case["items"]}


def test_what_was_not_read_as_it_is_asked_for_is_put_right_item_by_item(desk):
    address = begun(desk, "physical_therapy", asked="therapy")
    start = desk.get(address.replace("/desk/", "/v1/")).json()["case"]

    def send(way, **sent):
        sent = {"item": "1", "version": page(desk, address).version, **sent}
        return desk.post(f"{address}/items{way}", data=sent, follow_redirects=False)

    added = send("", treatment="acupuncture", asked="needles, 6 visits")
    assert added.headers["location"] == f"{address}?item=2"
    assert "Item 2: needles, 6 visits" in page(desk, address).text
    assert send("/asked", item="2", asked="acupuncture, 6 visits").status_code == 303
    assert asked_items(desk, address) == {"1": "therapy", "2": "acupuncture, 6 visits"}
    for way, sent, status, told in (
        ("", {"treatment": "leeches"}, 422, "Choose a treatment"),
        ("/away", {"item": "2"}, 422, "Say why"),
        ("/away", {"item": "7", "why": "no request"}, 404, "no item 7"),
        ("/asked", {"asked": " "}, 422, "few words"),
        ("/asked", {"asked": "x", "version": "1"}, 412, "changed"),
    ):
        refused = send(way, **sent)
        assert refused.status_code == status, refused.text
        assert told in refused.text
    assert send("/away", item="2", why="stands here twice").status_code == 303
    assert asked_items(desk, address) == {"1": "therapy"}
    only = send("/away", why="no request")
    assert only.status_code == 422
    assert "only item" in only.text
    assert "item 2 taken out: stands here twice" in page(desk, f"{address}/history").text
    # What was said of it comes back with it; what was added goes, though it is the item in hand.
    desk.post(f"{address}/back/undo", data={"item": "1"})
    assert asked_items(desk, address) == {"1": "therapy", "2": "acupuncture, 6 visits"}
    assert statements(desk, address, "request.treatment")[-1]["value"] == "acupuncture"
    for _ in range(2):
        gone = desk.post(f"{address}/back/undo", data={"item": "2"}, follow_redirects=False)
    assert gone.headers["location"] == address
    assert desk.get(address.replace("/desk/", "/v1/")).json()["case"] == start
    assert desk.get(address, params={"item": "2"}, follow_redirects=False).status_code == 303


def test_an_item_that_was_taken_out_gives_nothing_to_another_and_is_not_certified_away(desk):
    address = whole(desk)
    api = address.replace("/desk/", "/v1/")

    def send(way, **sent):
        sent = {"version": page(desk, address).version, **sent}
        return desk.post(f"{address}/{way}", data=sent, follow_redirects=False)

    send("items", treatment="physical_therapy", asked="therapy, 60 visits")
    etag = {"If-Match": desk.get(api).headers["etag"]}
    read = [("request.treatment", "physical_therapy"), ("request.visits", 60)]
    added = [
        {"item": "2", "fact": fact, "statement": {"value": value, "origin": "extracted", "at": "a.txt page 1"}}
        for fact, value in read
    ]
    assert desk.post(f"{api}/statements", json={"add": added}, headers=etag).status_code == 200
    # What was said of it since keeps the addition from being undone as if it were nothing.
    assert send("items/away", item="2", why="not wanted").status_code == 303
    assert send("items", treatment="acupuncture", asked="needles").headers["location"] == f"{address}?item=3"
    assert not [
        one for one in desk.get(api).json()["statements"] if one["item"] == "3" and one["fact"] == "request.visits"
    ]
    assert send("items/away", item="3", why="no request").status_code == 303
    refused = send("certify", looked="yes", name="R. Nurse")
    assert refused.status_code == 409
    assert "therapy, 60 visits" in refused.text


def test_a_change_that_others_have_built_on_is_not_taken_back(desk):
    """The correction of a statement names it: without it the request could no longer be read."""
    address = begun(desk, "physical_therapy")
    api = address.replace("/desk/", "/v1/")
    etag = {"If-Match": desk.get(api).headers["etag"]}
    read = {"value": 8, "origin": "extracted", "id": "read-1", "at": "request.txt, sentence 3"}
    added = {"add": [{"item": "1", "fact": "request.visits", "statement": read}]}
    assert desk.post(f"{api}/statements", json=added, headers=etag).status_code == 200
    other = {"value": 6, "origin": "overridden", "replaces": "read-1"}
    added = [{"item": "1", "fact": "request.visits", "statement": other}]
    seen = page(desk, address).version
    with as_nurse(desk) as nurse:
        nurse.change(api.rpartition("/")[2], int(seen), add=added)
    refused = desk.post(f"{address}/back/undo", data={"item": "1", "version": page(desk, address).version})
    assert refused.status_code == 409
    assert "another has said something of this since" in refused.text
    assert page(desk, address).one("h2", id="finding") is not None


def test_two_people_on_one_request_lose_nothing(desk):
    address = begun(desk, "physical_therapy")
    seen = page(desk, address).version
    answer(desk, address, "request.visits", value="8", version=seen)
    # Another fact: both changes stand.
    other = answer(desk, address, "request.visits_per_week", value="2", version=seen)
    assert other.status_code == 200
    assert "8 visits" in Page(other).text
    # The same fact: the second is told, and the first stands.
    late = answer(desk, address, "request.visits", value="12", version=seen)
    assert late.status_code == 412
    assert statements(desk, address, "request.visits") == [{"value": 8}]
    fresh = desk.get(f"{address}/panel", params={"version": seen, "item": "1"})
    assert fresh.status_code == 200
    same = desk.get(f"{address}/panel", params={"version": Page(fresh).version, "item": "1"})
    assert same.status_code == 204


def test_an_answer_that_is_sent_twice_is_kept_once(desk):
    address = begun(desk, "acupuncture")
    version = page(desk, address).version
    sent = {"item": "1", "version": version, "fact": "request.visits", "value": "6"}
    for _ in range(3):
        response = desk.post(f"{address}/answer", data=sent, headers={"Idempotency-Key": "one answer"})
        assert response.status_code == 200
    assert page(desk, address).version == str(int(version) + 1)


def test_only_parts_that_have_changed_are_sent(desk):
    address = begun(desk, "physical_therapy")
    shown = page(desk, address)
    have = ",".join(one.get("data-digest") for one in shown.all() if one.get("data-digest"))
    sent = {"item": "1", "version": shown.version, "fact": "deficits.need_skilled_care", "answer": "yes"}
    changed = Page(desk.post(f"{address}/answer", data=sent, headers={"X-Have": have}))
    parts = [one for one in changed.all() if one.get("data-part")]
    same = [one for one in parts if one.get("data-same") is not None]
    assert len(same) > len(parts) / 2
    assert len(changed.html) < len(shown.html) / 2
    assert all(not list(one) for one in same)


@pytest.mark.slow
def test_a_signed_request_cannot_be_changed_and_is_opened_again_with_a_reason(desk):
    address = whole(desk)
    version = page(desk, address).version
    signed = desk.post(f"{address}/certify", data=certifying(version), follow_redirects=False)
    assert signed.status_code == 303, signed.text
    assert answer(desk, address, "request.visits", value="9").status_code == 409
    shown = page(desk, address)
    assert shown.one("button", id="undo") is not None if shown.all("button", id="undo") else True
    assert "signed" in shown.text
    version = shown.version
    without = desk.post(f"{address}/step/reopen", data={"version": version})
    assert without.status_code == 409
    again = desk.post(
        f"{address}/step/reopen", data={"version": version, "why": "a date was wrong"}, follow_redirects=False
    )
    assert again.status_code == 303
    assert answer(desk, address, "request.visits", value="9").status_code == 200


# ---- outcomes


def whole(desk, treatment="acupuncture"):
    """A request that meets every criterion."""
    address = begun(desk, treatment, asked=f"{treatment}, 6 visits")
    for _ in range(40):
        shown = page(desk, address)
        if words(shown.one("h2", id="finding")) == "Meets criteria":
            return address
        if shown.all("button", id="all-presumed"):
            desk.post(f"{address}/presumptions", data={"item": "1", "version": shown.version})
            continue
        question = shown.one("a", id="next-question").get("href").removeprefix("#")
        fact = next(one for one in shown.all() if one.get("id") == question)
        name = next(one for one in fact.iter("input") if one.get("name") == "fact").get("value")
        sent = {
            "request.date": {"value": "2015-03-02"},
            "injury.date": {"value": "2015-01-05"},
            "request.duration": {"value": "4 weeks"},
            "request.visits": {"value": "6"},
        }.get(name, {"answer": "yes"} if "choices" in {one.get("class") for one in fact.iter()} else {"value": "1"})
        options = [one.get("value") for one in fact.iter("option") if one.get("value")]
        options += [one.get("value") for one in fact.iter("input") if one.get("type") == "checkbox"]
        assert answer(desk, address, name, **({"value": options[0]} if options else sent)).status_code == 200, name
    pytest.fail(f"not settled: {words(page(desk, address).one('h2', id='finding'))}")


@pytest.mark.slow
def test_the_whole_is_certified_where_every_criterion_is_met_and_not_otherwise(desk):
    open_ = begun(desk, "physical_therapy")
    refused = desk.post(f"{open_}/certify", data=certifying(page(desk, open_).version))
    assert refused.status_code == 409
    assert "criteria are not met" in refused.text
    assert "Certify the whole request" not in page(desk, f"{open_}/outcome").text
    address = whole(desk)
    assert "Certify the whole request" in page(desk, f"{address}/outcome").text


def test_a_certification_bears_the_name_that_was_typed_at_signing_and_so_does_what_was_decided_before(desk):
    address = whole(desk)
    desk.post(f"{address}/certify", data=certifying(page(desk, address).version))
    letter = page(desk, f"{address}/letters/certification")
    assert [one.get("value") for one in letter.all("input") if one.get("name") == "sender"] == ["R. Nurse, RN 1234"]
    desk.post(f"{address}/step/reopen", data={"version": page(desk, address).version, "why": "a number"})
    assert "Signed by R. Nurse, RN 1234 on" in page(desk, f"{address}/outcome").text


def test_nothing_is_decided_of_a_request_whose_facts_cannot_be_together_until_they_are_mended(desk):
    address = begun(desk, "physical_therapy")
    answer(desk, address, "injury.date", value="2015-01-05")
    answer(desk, address, "request.date", value="2015-03-02")
    answer(desk, address, "injury.date", value="2016-01-05")
    shown = page(desk, address)
    assert shown.one("button", id="undo").get("disabled") is None
    outcome = page(desk, f"{address}/outcome")
    assert "cannot be together" in outcome.text
    assert not [
        one for one in outcome.all("form") if (one.get("action") or "").endswith(("/certify", "/return", "/sign"))
    ]


def test_a_letter_names_the_numbers_of_a_request_whose_words_name_none(desk):
    address = begun(desk, "physical_therapy", asked="therapy for the low back")
    answer(desk, address, "request.visits", value="8")
    answer(desk, address, "request.duration", value="4 weeks")
    letter = page(desk, f"{address}/letters/referral").text
    assert "therapy for the low back (visits requested: 8 visits; length of the course requested: 4 weeks)" in letter
    address = begun(desk, "physical_therapy", asked="therapy, 8 visits")
    answer(desk, address, "request.visits", value="8")
    assert "therapy, 8 visits (" not in page(desk, f"{address}/letters/referral").text


def test_a_part_is_certified_only_after_the_request_was_amended(desk):
    address = whole(desk, "physical_therapy")
    answer(desk, address, "request.visits", value="60")
    shown = page(desk, address)
    assert words(shown.one("h2", id="finding")) != "Meets criteria"
    outcome = page(desk, f"{address}/outcome")
    assert "Certify the whole request" not in outcome.text
    assert desk.post(f"{address}/certify", data=certifying(shown.version)).status_code == 409
    assert "The requesting physician asks for less" in outcome.text
    sent = {"version": shown.version, "item": "1", "visits": "6", "day": "2026-03-04"}
    assert desk.post(f"{address}/amend", data=sent).status_code == 422
    done = desk.post(f"{address}/amend", data={**sent, "told": "Dr. Example by fax"}, follow_redirects=False)
    assert done.status_code == 303, done.text
    after = page(desk, f"{address}/outcome")
    assert "Certify the whole request" in after.text
    assert "The request was amended" in after.text
    signed = desk.post(f"{address}/certify", data=certifying(page(desk, address).version), follow_redirects=False)
    assert signed.status_code == 303


def test_information_is_asked_for_by_a_letter_that_is_kept(desk):
    address = begun(desk, "physical_therapy", asked="physical therapy, 8 visits")
    version = page(desk, address).version
    sent = {
        "version": version,
        "letter": "request-for-information",
        "to": "Dr. Greer",
        "why": "asked",
        "note": "Please call.",
    }
    done = desk.post(f"{address}/step/return", data=sent, follow_redirects=False)
    assert done.status_code == 303, done.text
    case = desk.get(address.replace("/desk/", "/v1/")).json()
    assert case["state"] == "returned"
    (letter,) = case["documents"]
    content = desk.get(f"{address.replace('/desk/', '/v1/')}/documents/{letter['id']}").content
    text = "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(content))
    assert "Please call." in text
    assert "8 visits" in text
    outcome = page(desk, f"{address}/outcome")
    assert "Information was asked for" in outcome.text
    assert "Wait for the answer" in page(desk, "/desk", state="returned").text
    # What was asked for came: the review is in work again.
    version = page(desk, address).version
    desk.post(f"{address}/clock", data={"version": version, "event": "information_received", "day": today()})
    assert desk.get(address.replace("/desk/", "/v1/")).json()["state"] == "in_review"


def letters(desk, address):
    case = desk.get(address.replace("/desk/", "/v1/")).json()
    return [one["file"] for one in case["documents"]]


def test_a_letter_is_kept_with_its_step_or_neither_is(desk):
    address = begun(desk, "physical_therapy")
    version = page(desk, address).version
    sent = {"version": version, "letter": "request-for-information", "to": "Dr. Greer", "why": ""}
    assert desk.post(f"{address}/step/return", data=sent).status_code == 409
    assert (letters(desk, address), page(desk, address).version) == ([], version)
    assert "Information was asked for" not in words(
        page(desk, f"{address}/outcome").one("section", **{"aria-labelledby": "clock"}).find("ul")
    )
    again = {"headers": {"Idempotency-Key": "the same letter"}, "follow_redirects": False}
    for _ in range(2):
        assert desk.post(f"{address}/step/return", data={**sent, "why": "asked"}, **again).status_code == 303
    assert len(letters(desk, address)) == 1


@pytest.mark.slow
def test_our_own_letters_are_no_papers_of_the_request(desk, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("Progress report (PR-2)\nDate of exam: 3/2/2026\nTreatment plan: physical therapy, 6 visits.\n")
    address = read_papers(desk, [note])
    lack = words(page(desk, f"{address}/outcome").one("section", **{"aria-labelledby": "lacks"}))
    assert "DWC Form RFA" in lack
    sent = {
        "version": page(desk, address).version,
        "letter": "request-for-information",
        "to": "Dr. Greer",
        "why": "asked",
    }
    assert desk.post(f"{address}/step/return", data=sent, follow_redirects=False).status_code == 303
    assert words(page(desk, f"{address}/outcome").one("section", **{"aria-labelledby": "lacks"})) == lack


@pytest.mark.slow
def test_a_certification_is_written_of_what_is_signed_as_certified_and_of_nothing_else(desk):
    address = whole(desk, "physical_therapy")
    for kind in ("", ".pdf", ".docx"):
        assert desk.get(f"{address}/letters/certification{kind}").status_code == 409
    answer(desk, address, "request.visits", value="60")
    sent = {"version": page(desk, address).version, "item": "1", "visits": "5", "day": "2026-03-04", "told": "Dr. E."}
    assert desk.post(f"{address}/amend", data=sent, follow_redirects=False).status_code == 303
    sent = certifying(page(desk, address).version)
    assert desk.post(f"{address}/certify", data=sent, follow_redirects=False).status_code == 303
    letter = page(desk, f"{address}/letters/certification").text
    assert "5 visits (first asked for as" in letter


@pytest.mark.slow
def test_visits_that_were_read_in_the_papers_are_not_certified_in_a_lower_number(desk):
    address = whole(desk, "physical_therapy")
    api = address.replace("/desk/", "/v1/")
    asked = [one["id"] for one in desk.get(api).json()["statements"] if one["fact"] == "request.visits"]
    read = {"value": 60, "origin": "extracted", "at": "request.txt, sentence 3"}
    added = {"add": [{"item": "1", "fact": "request.visits", "statement": read}], "withdraw": asked}
    etag = {"If-Match": desk.get(api).headers["etag"]}
    assert desk.post(f"{api}/statements", json=added, headers=etag).status_code == 200
    answer(desk, address, "request.visits", value="5")
    assert words(page(desk, address).one("h2", id="finding")) == "Meets criteria"
    refused = desk.post(f"{address}/certify", data=certifying(page(desk, address).version))
    assert refused.status_code == 409
    assert "60 visits" in refused.text
    etag = {"If-Match": desk.get(api).headers["etag"]}
    sent = {"decided": [{"item": "1", "outcome": "certified", "reasons": ""}]}
    assert desk.post(f"{api}/review/sign", json=sent, headers=etag).status_code == 409
    # The words of the papers that say the lower number: what was read first was a mistake.
    answer(desk, address, "request.visits", value="5", at="request.txt, sentence 9", words="5 visits")
    sent = certifying(page(desk, address).version)
    assert desk.post(f"{address}/certify", data=sent, follow_redirects=False).status_code == 303


def test_letters_ask_without_thresholds_and_say_nothing_of_what_would_help(desk):
    for treatment in ("physical_therapy", "acupuncture", "work_hardening", "chiropractic", "aquatic_therapy"):
        address = begun(desk, treatment, asked="as requested")
        letter = page(desk, f"{address}/letters/request-for-information")
        asked = [words(one) for one in letter.root.iter("ol") for one in one]
        assert asked
        for question in asked:
            assert not re.search(r"\bat (?:least|most)\b|\bmore than\b|\bless than\b|\bno more\b|required", question), (
                question
            )


@needs_pango
def test_what_is_typed_for_a_letter_stands_in_it_and_is_kept_nowhere_else(desk):
    address = begun(desk, "physical_therapy", asked="physical therapy, 6 visits")
    typed = {"to": "Pat Provider, MD <script>", "about": "R. Roe, claim 00-123", "note": "As we said."}
    name = f"{address}/letters/request-for-information"
    shown = Page(desk.post(name, data=typed))
    assert "Pat Provider, MD <script>" in shown.text
    assert "About: R. Roe, claim 00-123" in shown.text
    assert "To the requesting physician" not in shown.text
    pdf = desk.post(f"{name}.pdf", data=typed)
    text = " ".join("".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf.content)).split())
    assert "R. Roe, claim 00-123" in text
    document = docx.Document(io.BytesIO(desk.post(f"{name}.docx", data=typed).content))
    assert any("Pat Provider" in one.text for one in document.paragraphs)
    assert "To the requesting physician" in page(desk, name).text
    case = desk.get(address.replace("/desk/", "/v1/")).text + desk.get(address).text
    assert "Roe" not in case
    assert "Provider" not in case


@needs_pango
def test_a_letter_is_the_same_as_pdf_and_docx(desk):
    address = begun(desk, "acupuncture", asked="acupuncture, 6 visits")
    shown = page(desk, f"{address}/letters/referral")
    said = [words(one) for one in shown.with_class("letter", "article")[0].iter() if one.tag in {"li", "p", "h3"}]
    pdf = desk.get(f"{address}/letters/referral.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    text = " ".join("".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf.content)).split())
    document = docx.Document(io.BytesIO(desk.get(f"{address}/letters/referral.docx").content))
    written = " ".join(" ".join(one.text for one in document.paragraphs).split())
    for line in said:
        assert line in text.replace("\ufffe", "").replace("- ", "-") or line.replace("- ", "-") in text.replace(
            "- ", "-"
        )
        assert line in written
    assert desk.get(f"{address}/letters/nothing").status_code == 404


def test_without_pango_a_letter_is_kept_as_text_and_the_pdf_says_what_to_install(desk, monkeypatch):
    address = begun(desk, "acupuncture", asked="acupuncture, 6 visits")
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    refused = desk.get(f"{address}/letters/request-for-information.pdf")
    assert refused.status_code == 501
    assert "Pango" in refused.text
    assert desk.get(f"{address}/letters/request-for-information.docx").status_code == 200
    version = page(desk, address).version
    desk.post(
        f"{address}/step/return",
        data={"version": version, "letter": "request-for-information", "to": "Dr. Greer", "why": "asked"},
    )
    papers = desk.get(address.replace("/desk/", "/v1/") + "/documents").json()
    kept = desk.get(address.replace("/desk/", "/v1/") + f"/documents/{papers[-1]['id']}")
    assert papers[-1]["file"].endswith(".txt")
    assert kept.headers["content-type"].startswith("text/plain")
    assert "acupuncture, 6 visits" in kept.text


@needs_pango
def test_the_summary_for_a_physician_is_one_page(desk):
    address = begun(desk, "physical_therapy", asked="physical therapy, 8 visits")
    for n in range(5):
        desk.post(
            f"{address}/notes", data={"item": "1", "text": f"{n}. The therapist was called, and will send the notes."}
        )
    summary = pypdfium2.PdfDocument(desk.get(f"{address}/letters/referral.pdf").content)
    assert len(summary) == 1
    assert "5. " not in summary[0].get_textpage().get_text_range()
    assert "4. The therapist was called" in summary[0].get_textpage().get_text_range()


@needs_pango
def test_a_summary_of_more_than_a_page_is_cut_short_and_says_what_is_left_out(desk):
    address = begun(desk, "physical_therapy", asked="physical therapy, 8 visits")
    for n in range(60):
        desk.post(
            f"{address}/notes", data={"item": "1", "text": f"{n}. The therapist " + "wrote again and again. " * 20}
        )
    summary = pypdfium2.PdfDocument(desk.get(f"{address}/letters/referral.pdf").content)
    assert len(summary) == 1
    assert re.search(r"And \d+ more, which the case shows\.", summary[0].get_textpage().get_text_range())
    assert "59. The therapist" in page(desk, f"{address}/letters/referral").text


@needs_pango
@pytest.mark.parametrize("sign", "😀漢한ไअعЖ")
def test_letters_have_signs_for_every_script_and_for_emoji(sign):
    fc_list = shutil.which("fc-list")
    if not fc_list or not subprocess.run([fc_list, f":charset={ord(sign):x}"], capture_output=True, check=True).stdout:
        pytest.skip(f"no font for {sign}: tools/system-packages installs one")
    # No character has this number: its sign is the box that stands for what a font does not have.
    box = "\u0378"
    pictures = [
        pypdfium2.PdfDocument(pdf_of(f"<p>{one}</p>").content)[0].render(scale=2).to_numpy().tobytes()
        for one in (sign, box)
    ]
    assert pictures[0] != pictures[1]


def test_the_worklist_tells_a_request_that_was_returned_from_one_without_a_day_and_keeps_a_missed_deadline(desk):
    address = begun(desk, "physical_therapy", asked="physical therapy, 8 visits", case="CLAIM-7 (2)")
    desk.post(f"{address}/clock", data={"event": "returned_incomplete", "day": "2015-03-03"})
    [listed] = [one for one in page(desk, "/desk", words="CLAIM-7").all("tr") if "CLAIM-7" in words(one)]
    assert "No time runs since March 3, 2015" in words(listed)
    assert "Wait for the completed request" in words(listed)
    assert "No day of receipt" not in words(listed)
    # Completed later than the first deadline would have been: time runs again, and nothing was missed.
    desk.post(f"{address}/clock", data={"event": "completed", "day": "2015-04-01"})
    assert "had passed" not in page(desk, "/desk", words="CLAIM-7").text
    # Amended when the deadline had passed: that stays in sight, on the list and when the review is signed.
    version = page(desk, address).version
    desk.post(
        f"{address}/step/return",
        data={"version": version, "letter": "request-for-information", "to": "Dr. Greer", "why": "asked"},
    )
    amended = {"item": "1", "visits": "4", "day": "2015-05-01", "told": "by telephone"}
    desk.post(f"{address}/amend", data={"version": page(desk, address).version, **amended})
    [listed] = [one for one in page(desk, "/desk", words="CLAIM-7").all("tr") if "CLAIM-7" in words(one)]
    assert "An earlier deadline, April 8, 2015, had passed" in words(listed)
    assert "In review" in words(listed), "what was amended is no longer waited for"
    # The number that tells two requests of one claim apart is none of the claim's.
    assert "Case CLAIM-7\n" in desk.get(f"{address}/letters/referral").text.replace("</h3>", "\n")


def test_a_letter_is_kept_as_sent_only_with_somebody_to_whom_it_goes(desk):
    address = begun(desk, "physical_therapy", asked="physical therapy, 8 visits")
    sent = {"version": page(desk, address).version, "letter": "request-for-information", "why": "asked"}
    assert "Write to whom the letter goes" in desk.post(f"{address}/step/return", data=sent).text
    assert "Information asked for" not in page(desk, f"{address}/outcome").text
    assert desk.post(f"{address}/step/return", data={**sent, "to": "Dr. Greer"}).status_code == 200
    assert "Information asked for" in page(desk, f"{address}/outcome").text


def test_a_request_is_referred_to_a_physician_who_has_it_then(desk):
    address = begun(desk, "physical_therapy", asked="physical therapy, 8 visits")
    offered = [one for one in page(desk, f"{address}/outcome").all("select") if one.get("name") == "physician"]
    assert [choice.get("value") for one in offered for choice in one.findall(".//option")] == ["", "physician"]
    sent = {"version": page(desk, address).version, "letter": "referral", "why": "open"}
    refused = desk.post(f"{address}/step/refer", data={**sent, "physician": "nurse"})
    assert refused.status_code == 422
    assert "a request is referred to a physician" in refused.text
    # To whom the letter goes is another thing than who has the request.
    desk.post(f"{address}/step/refer", data={**sent, "to": "Dr. Greer, Fresno", "physician": "physician"})
    assert "with Physician" in page(desk, f"{address}/outcome").text
    assert "referred to Physician: open" in page(desk, f"{address}/history").text


def test_only_a_physician_who_signed_in_modifies_or_denies_and_nothing_is_filled_in(desk):
    address = begun(desk, "physical_therapy", asked="physical therapy, 8 visits")
    version = page(desk, address).version
    desk.post(f"{address}/step/refer", data={"version": version, "letter": "referral", "why": "open"})
    version = page(desk, address).version
    sent = {"version": version, "outcome-1": "denied", "reasons-1": "not shown to be necessary"}
    assert desk.post(f"{address}/sign", data=sent).status_code == 403
    assert desk.post(f"{address}/certify", data=certifying(version)).status_code == 409
    nurse = page(desk, f"{address}/outcome")
    assert not [one for one in nurse.all("input") if (one.get("name") or "").startswith("outcome-")]
    del desk.headers["Authorization"]
    try:
        signed_in = desk.post(
            "/desk/sign-in", data={"login": "physician", "password": PASSWORD, "back": address}, follow_redirects=False
        )
        assert (signed_in.status_code, signed_in.headers["location"]) == (303, address)
        token = desk.cookies["mtus"]
        assert desk.post(f"{address}/sign", data=sent).status_code == 403, "a change without the token of the page"
        headers = {CSRF: csrf_of(token)}
        theirs = page(desk, f"{address}/outcome")
        assert "Referred because: open" in theirs.text
        choices = [one for one in theirs.all("input") if one.get("name") == "outcome-1"]
        assert [one.get("value") for one in choices] == ["approved", "modified", "denied"]
        assert not [one for one in choices if one.get("checked") is not None]
        assert all(not words(one) for one in theirs.all("textarea"))
        bare = desk.post(f"{address}/sign", data={**sent, "reasons-1": ""}, headers=headers)
        assert bare.status_code == 409
        part = desk.post(f"{address}/sign", data={**sent, "outcome-1": "modified"}, headers=headers)
        assert part.status_code == 422, "what of it is approved?"
        sent |= {"outcome-1": "modified", "granted-1": "6 visits"}
        done = desk.post(f"{address}/sign", data=sent, headers=headers, follow_redirects=False)
        assert done.status_code == 303, done.text
        signed = page(desk, f"{address}/outcome").text
        assert "physical therapy, 8 visits: Modified" in signed
        assert "What is approved: 6 visits" in signed
        assert "Signed by Physician on" in signed
        assert "The review was signed on" in signed
        assert desk.get(f"{address}/letters/certification").status_code == 409
        letter = desk.post(
            f"{address}/letters/physician-decision/keep",
            data={"about": "R. Roe", "credentials": "Occupational medicine, license G 00001"},
            headers=headers,
            follow_redirects=False,
        )
        assert letter.status_code == 303, letter.text
        kept = next(
            one for one in desk.get(address.replace("/desk/", "/v1/")).json()["documents"] if "Decision" in one["file"]
        )
        content = desk.get(f"{address.replace('/desk/', '/v1/')}/documents/{kept['id']}").content
        text = " ".join("".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(content)).split())
        assert "physical therapy, 8 visits: Modified. What is approved: 6 visits. Reasons: not shown" in text
        assert "R. Roe" in text
        assert "Occupational medicine, license G 00001" in text
        case = desk.get(address.replace("/desk/", "/v1/")).json()
        assert case["state"] == "signed"
        assert case["decided"][0]["granted"] == "6 visits"
    finally:
        desk.cookies.clear()
        desk.headers.update(LOCAL)


def test_who_signs_out_leaves_the_computer_to_whoever_started_the_server(desk):
    del desk.headers["Authorization"]
    try:
        assert desk.get("/", params={"token": TOKEN}, follow_redirects=False).status_code == 303
        assert "Reviewer at this computer" in words(page(desk, "/desk").with_class("self")[0])
        sent = {"login": "physician", "password": PASSWORD, "back": "/desk"}
        assert desk.post("/desk/sign-in", data=sent, follow_redirects=False).status_code == 303
        assert "Physician" in words(page(desk, "/desk").with_class("self")[0])
        headers = {CSRF: csrf_of(desk.cookies["mtus"])}
        out = desk.post("/desk/sign-out", headers=headers, follow_redirects=False)
        assert out.headers["location"] == "/desk"
        assert "Reviewer at this computer" in words(page(desk, "/desk").with_class("self")[0])
        # On a browser that was nobody's before, nobody is let in.
        desk.cookies.clear()
        assert desk.post("/desk/sign-in", data=sent, follow_redirects=False).status_code == 303
        headers = {CSRF: csrf_of(desk.cookies["mtus"])}
        desk.cookies.set("mtus-before", "some-token")
        out = desk.post("/desk/sign-out", headers=headers, follow_redirects=False)
        assert out.headers["location"] == "/desk/sign-in"
        assert desk.get("/desk", follow_redirects=False).status_code == 303
    finally:
        desk.cookies.clear()
        desk.headers.update(LOCAL)


def test_a_wrong_password_is_told_and_nobody_is_led_away(desk):
    del desk.headers["Authorization"]
    try:
        wrong = desk.post("/desk/sign-in", data={"login": "physician", "password": "no"})
        assert wrong.status_code == 401
        assert "do not go together" in wrong.text
        assert desk.post("/desk/sign-in", data={"login": "", "password": ""}).status_code == 401
        for back in ("https://evil.example/desk", "//evil.example/desk", "/\\evil.example", "/deskevil//x"):
            sent = {"login": "physician", "password": PASSWORD, "back": back}
            assert desk.post("/desk/sign-in", data=sent, follow_redirects=False).headers["location"] == "/desk"
        other = {"Sec-Fetch-Site": "cross-site"}
        assert (
            desk.post("/desk/sign-in", data={"login": "physician", "password": PASSWORD}, headers=other).status_code
            == 403
        )
    finally:
        desk.cookies.clear()
        desk.headers.update(LOCAL)


# ---- the worklist


def test_the_worklist_begins_with_how_to_begin(tmp_path):
    with served(tmp_path / "data") as (_, http):
        http.headers.update(LOCAL)
        empty = Page(http.get("/desk"))
        assert "There is no request yet" in empty.text
        assert len(empty.all("input", name="sample")) == len(samples()) > 2


def test_samples_are_opened_and_thrown_away(desk):
    name = next(one.name for one in samples() if one.is_case)
    opened_ = desk.post("/desk/new/sample", data={"sample": name}, follow_redirects=False)
    address = opened_.headers["location"]
    assert "Sample" in page(desk, address).text
    gone = desk.post(f"{address}/discard", follow_redirects=False)
    assert gone.status_code == 303
    assert desk.get(address).status_code == 404
    kept = begun(desk, "acupuncture", is_sample="yes")
    assert desk.post(f"{kept}/discard").status_code == 409


@pytest.mark.slow
def test_a_request_is_a_sample_by_its_papers_and_not_by_what_is_sent(desk, tmp_path):
    own = tmp_path / "request.txt"
    own.write_text(
        (PAPERS / "request.txt").read_text(encoding="utf-8").replace("Worker", "Patient") + "\nPage 1 of 1\n"
    )
    uploads = [("papers", (own.name, own.read_bytes()))]
    mine = followed(desk, desk.post("/desk/new/papers", files=uploads, data={"is_sample": "yes"}).text)
    assert desk.post(f"{mine}/discard").status_code == 409
    name = next(one.name for one in samples() if not one.is_case)
    shown = followed(desk, desk.post("/desk/new/sample", data={"sample": name}).text)
    assert desk.post(f"{shown}/discard", follow_redirects=False).status_code == 303


def listed(found):
    return [words(one) for one in found.with_class("list", "table")[0].iter("tr") if one.find("td") is not None]


def test_the_list_is_narrowed_by_its_address_and_overdue_comes_first(desk):
    late = begun(desk, "massage_therapy", asked="massage of the zebra", day="2020-01-06")
    begun(desk, "massage_therapy", asked="massage of the zebra", day=today())
    found = page(desk, "/desk", words="zebra MASSAGE")
    first, second = listed(found)
    assert "overdue" in first
    assert "days left" in second
    assert found.one("input", id="search").get("value") == "zebra MASSAGE"
    desk.post(f"{late}/claim", data={"version": page(desk, late).version})
    mine = page(desk, "/desk", who="me", words="zebra")
    assert len(listed(mine)) == 1
    handed = {"version": page(desk, late).version, "to": "nurse", "why": "end of the day"}
    assert desk.post(f"{late}/hand-over", data=handed, follow_redirects=False).status_code == 303
    assert "Nurse" in page(desk, "/desk", who="nurse").text
    none = page(desk, "/desk", words="no such request anywhere")
    assert "No request is like that" in none.text


# ---- what is written by others is text


@pytest.mark.slow
def test_hostile_names_notes_and_documents_are_text_everywhere(desk, tmp_path):
    document = case_document("CM14-0017506")
    document["case"] = HOSTILE[:150]
    document["items"][0]["asked"] = HOSTILE[:480].replace("\u202e", "").replace("\u202c", "")
    document["case"] = document["case"].replace("\u202e", "").replace("\u202c", "")
    address = opened(desk, document)
    desk.post(f"{address}/notes", data={"item": "1", "about": "equipment-rationale", "text": HOSTILE[:9999]})
    version = desk.get(address.replace("/desk/", "/v1/")).headers["etag"]
    file = "<b>x</b>\u202efdp.txt"
    desk.post(
        f"{address.replace('/desk/', '/v1/')}/documents",
        params={"file": file},
        content=HOSTILE.encode(),
        headers={"If-Match": version, "Content-Type": "text/plain"},
    )
    for path in ("", "/outcome", "/history", "/letters/referral", "/letters/request-for-information"):
        found = page(desk, f"{address}{path}")
        assert "<script>alert" not in found.html
        assert "<img src=x" not in found.html
        assert not found.all("img")
        assert [one.get("src") for one in found.all("script")] == [
            f"/desk/static/{name}.js" for name in ("htmx.min", "idiomorph-ext.min", "desk")
        ]
        assert not [one for one in found.all() if any(key.startswith("on") for key in one.attrib)]
    pdf = desk.get(f"{address}/letters/referral.pdf").content
    text = "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf))
    assert "<script>alert(1)</script>" in " ".join(text.split()).replace("\ufffe", "")
    document = docx.Document(io.BytesIO(desk.get(f"{address}/letters/referral.docx").content))
    assert "<script>alert(1)</script>" in " ".join(one.text for one in document.paragraphs)
    assert "<script>alert" not in page(desk, "/desk").html


def test_a_control_character_and_what_is_no_form_are_refused(desk):
    address = begun(desk, "acupuncture")
    assert desk.post(f"{address}/notes", data={"item": "1", "text": "a\x00b"}).status_code == 422
    assert desk.post(f"{address}/notes", json={"item": "1"}).status_code == 415
    assert desk.post(f"{address}/notes", data={"item": "1", "text": "x" * 10_001}).status_code == 422
    assert desk.post(f"{address}/notes", data={"item": "1", "text": ""}).status_code == 422


def test_static_files_are_those_of_the_folder_alone(desk):
    assert desk.get("/desk/static/desk.css").headers["content-type"].startswith("text/css")
    for name in ("..%2fcatalogue.py", "en.yaml", "../words/en.yaml", "nothing.js"):
        assert desk.get(f"/desk/static/{name}").status_code == 404


# ---- words


def test_every_word_of_the_pages_is_in_the_catalogue_and_is_used():
    folder = ROOT / "src/mtus_engine/serve/desk"
    sources = [*(folder / "templates").iterdir(), *folder.glob("*.py")]
    text = "\n".join(file.read_text() for file in sources)
    said = set(re.findall(r"\bt\(\s*[\"']([a-z_.]+[a-z])[\"']", text)) | set(
        re.findall(r"words\(\s*\"([a-z_.]+)\"", text)
    )
    counted = set(re.findall(r"(?:tn|counted)\(\s*\"([a-z_.]+)\"", text))
    keys = frozenset(key for key in english_catalogue().keys if not key.startswith("told."))
    assert said - keys == set()
    assert {f"{one}.{n}" for one in counted for n in ("one", "other")} - keys == set()
    beginnings = set(re.findall(r"[\"']([a-z_]+\.)[\"'] ~", text)) | set(
        re.findall(r"f\"([a-z_]+\.(?:[a-z]+_)*)\{", text)
    )
    beginnings |= {"next.", "keys."}
    unused = {key for key in keys - said if not any(key.startswith(one) for one in beginnings)}
    assert unused - {f"{one}.{n}" for one in counted for n in ("one", "other")} == set()


def test_what_other_code_tells_is_in_the_catalogue_by_its_english():
    from tests.told import written

    text = ENGLISH.read_text(encoding="utf-8")
    assert written(text) == text, "python -m tests.told writes it anew"


def test_what_is_refused_is_told_in_the_language_of_the_pages():
    words = Catalogue({"told.say why it is {done}": "Sagen Sie, warum: {done}", "told.handed over": "übergeben"}, "de")
    assert words.told(StepRefused("say why it is {done}", done=Word("handed over"))) == "Sagen Sie, warum: übergeben"
    lowered = [Told("of item {item}", item="1"), Told("of item {item}", item="2")]
    assert words.told(StepRefused("not whole: {lowered}", lowered=lowered)) == "not whole: of item 1; of item 2"


def test_another_language_is_a_file(tmp_path):
    file = tmp_path / "de.yaml"
    file.write_text(
        "language: de\nworklist:\n  title: Arbeitsliste\ntold:\n  Not there: Gibt es nicht\n"
        "  there is no such case: Diesen Fall gibt es nicht\n"
    )
    found = catalogue(file)
    assert found.language == "de"
    assert found("worklist.title") == "Arbeitsliste"
    assert found("new.title") == "New request"
    with served(tmp_path / "data", words=file) as (_, http):
        shown = Page(http.get("/desk", headers=LOCAL))
        assert shown.root.get("lang") == "de"
        assert "Arbeitsliste" in shown.text
        assert "Diesen Fall gibt es nicht" in http.get(f"/desk/cases/{32 * '0'}", headers=LOCAL).text


# ---- the interview at the desk is the one of the terminal


def test_the_next_question_is_that_of_the_interface(desk):
    address = opened(desk, {**case_document("CM14-0195168"), "case": "next"})
    asked = desk.get(address.replace("/desk/", "/v1/") + "/question").json()
    shown = page(desk, address)
    if asked["to_confirm"]:
        listed = shown.with_class("presumed", "ul")[0]
        assert [words(one).partition(":")[0] for one in listed] == [one["label"] for one in asked["to_confirm"]]
        shown = Page(desk.post(f"{address}/presumptions", data={"item": "1", "version": shown.version}))
        asked = desk.get(address.replace("/desk/", "/v1/") + "/question").json()
        assert asked["to_confirm"] == []
    if asked["questions"]:
        assert words(shown.one("a", id="next-question")) == asked["questions"][0]["question"]


@pytest.mark.slow
def test_what_the_record_does_not_mention_is_not_asked_again(desk):
    address = begun(desk, "work_hardening")
    shown = page(desk, address)
    shown = Page(desk.post(f"{address}/presumptions", data={"item": "1", "version": shown.version}))
    first = words(shown.one("a", id="next-question"))
    fact = next(one for one in shown.all("form") if (one.get("hx-post") or "").endswith("/skip"))
    name = next(one for one in fact.iter("input")).get("value")
    after = Page(desk.post(f"{address}/skip", data={"item": "1", "fact": name, "passed": ""}))
    assert words(after.one("a", id="next-question")) != first
    assert after.one("input", id="case-passed").get("value") == name
    assert after.version == shown.version, "nothing of it is kept"
    again = answer(desk, address, "request.visits", value="8", passed=name)
    assert words(Page(again).one("a", id="next-question")) != first


@pytest.mark.slow
def test_every_link_to_a_fact_leads_to_its_control(desk, from_papers):
    addresses = [from_papers, begun(desk, "physical_therapy"), begun(desk, "work_hardening")]
    for address in addresses:
        shown = page(desk, address)
        ids = {one.get("id") for one in shown.all() if one.get("data-fact") is not None}
        links = [one.get("href").removeprefix("#") for one in shown.all("a") if one.get("data-to-fact") is not None]
        assert links
        assert set(links) <= ids


@pytest.mark.slow
def test_a_correction_of_several_sources_is_shown_and_taken_back_once(desk):
    address = read_papers(desk, sorted(PAPERS.iterdir()))
    fact = "prior.therapy.visits"
    read = len(statements(desk, address, fact))
    shown = Page(answer(desk, address, fact, value="9"))
    rows = [words(one) for one in shown.fact(fact).iter("li")]
    assert sum(row.startswith("9 visits") for row in rows) == 1
    assert sum("replaced" in row for row in rows) == read
    nine = next(one for one in shown.fact(fact).iter("li") if words(one).startswith("9 visits"))
    sent = {"item": "1", "version": shown.version}
    desk.post(f"{address}/statements/{nine.get('id').removeprefix('statement-')}/reject", data=sent)
    assert len(statements(desk, address, fact)) == read
    assert "9" not in {str(one.get("value")) for one in statements(desk, address, fact)}


def test_what_was_done_says_values(desk):
    address = begun(desk, "acupuncture")
    answer(desk, address, "request.visits", value="8")
    desk.post(f"{address}/back/undo", data={"item": "1"})
    again = Page(desk.post(f"{address}/back/redo", data={"item": "1"}))
    assert words(again.one("p", id="kept")) == "made again: Visits requested: 8 visits"
    done = page(desk, f"{address}/history").text
    assert "taken back: Visits requested: 8 visits" in done
    assert "made again: taken back" not in done


def test_further_papers_are_put_with_a_request(desk):
    address = begun(desk, "physical_therapy")
    upload = [("papers", ("report.txt", b"Therapy improved function.")), ("papers", ("report.txt", b"Another."))]
    told = looked_at(desk, desk.post(f"{address}/documents", files=upload).text)
    assert "could not be read by the program" in told
    shown = page(desk, address)
    assert len(shown.with_class("documents", "nav")[0].findall(".//a")) == 2
    assert desk.post(f"{address}/documents", data={"x": "y"}).status_code == 422


@pytest.mark.slow
def test_what_papers_say_that_come_later_waits_beside_what_is_known(desk):
    first, later = ["request.txt", "report-1.txt"], ["report-2.txt", "therapy-notes.txt"]
    address = read_papers(desk, [PAPERS / name for name in first])
    before = statements_at(desk, address)
    assert not any("report-2.txt" in at for _, _, at in before)
    uploads = [("papers", (name, (PAPERS / name).read_bytes())) for name in later]
    followed(desk, desk.post(f"{address}/documents", files=uploads).text)
    after = statements_at(desk, address)
    assert set(before) <= set(after), "nothing that was known is lost"
    new = set(after) - set(before)
    assert new
    assert all(any(name in at for name in later) for _, _, at in new)
    visits = [at for fact, _, at in new if fact == "prior.therapy.visits"]
    assert any("therapy-notes.txt" in at for at in visits)
    # Read again with what is there now, nothing is put twice.
    uploads = [("papers", ("report-3.txt", (PAPERS / "report-3.txt").read_bytes()))]
    followed(desk, desk.post(f"{address}/documents", files=uploads).text)
    once_more = statements_at(desk, address)
    assert all("report-3.txt" in at for _, _, at in set(once_more) - set(after))
    assert len(once_more) == len(set(once_more))


def test_the_papers_are_read_again_for_an_item_that_is_added_by_hand(desk, tmp_path):
    request, notes = tmp_path / "request.txt", tmp_path / "notes.txt"
    request.write_text(
        "REQUEST FOR AUTHORIZATION\nDWC Form RFA\nClaim Number: X-9\nRequested Treatment\n"
        "Physical therapy 2x4 low back\nSignature: A. Doctor   Date: 06/01/2016\n"
    )
    notes.write_text("ACUPUNCTURE TREATMENT NOTES\nClaim Number: X-9\n05/02/2016\n05/09/2016\n05/16/2016\n")
    address = read_papers(desk, [request, notes])
    assert not [one for one in statements_at(desk, address) if one[0] == "prior.therapy.visits"]
    sent = {"treatment": "acupuncture", "asked": "needles", "version": page(desk, address).version}
    added = desk.post(f"{address}/items", data=sent, follow_redirects=False).headers["location"]
    reading = re.search(r'<div hx-get="[^"]+/documents/reading/[^>]+></div>', desk.get(added).text)[0]
    assert followed(desk, reading) == f"{address}?item=2"
    read = [one for one in statements_at(desk, address) if one[1].startswith("2 ")]
    assert [(fact, value) for fact, value, at in read if "notes.txt" in at and fact.endswith("visits")] == [
        ("prior.therapy.visits", "2 3")
    ]
    assert [value for fact, value, _ in read if fact == "request.treatment"] == ["2 acupuncture"]


def test_a_request_begun_with_a_treatment_is_filled_from_papers_that_ask_for_nothing(desk):
    address = begun(desk, "acupuncture", asked="needles")
    notes = b"ACUPUNCTURE TREATMENT NOTES\nClaim Number: X-9\n05/02/2016\n05/09/2016\n05/16/2016\n"
    followed(desk, desk.post(f"{address}/documents", files=[("papers", ("notes.txt", notes))]).text)
    assert [value for fact, value, _ in statements_at(desk, address) if fact == "prior.therapy.visits"] == ["1 3"]


@pytest.mark.slow
def test_a_paper_of_another_worker_is_taken_off_with_all_that_was_read_of_it(desk):
    names = ["request.txt", "report-1.txt", "therapy-notes.txt"]
    address = read_papers(desk, [PAPERS / name for name in names])
    api = address.replace("/desk/", "/v1/")
    paper = next(one for one in desk.get(f"{api}/documents").json() if one["file"] == "therapy-notes.txt")
    before = statements_at(desk, address)
    assert any("therapy-notes.txt" in at for _, _, at in before)
    refused = desk.post(f"{address}/documents/{paper['id']}/off", data={"why": ""})
    assert (refused.status_code, "Say why the paper" in refused.text) == (422, True)
    sent = {"why": "another worker's <b>notes</b>"}
    assert desk.post(f"{address}/documents/{paper['id']}/off", data=sent, follow_redirects=False).status_code == 303
    after = statements_at(desk, address)
    assert set(after) == {one for one in before if "therapy-notes.txt" not in one[2]}
    assert "therapy-notes.txt" not in str(desk.get(api).json())
    assert "therapy-notes.txt" not in {one["file"] for one in desk.get(f"{api}/documents").json()}
    history = desk.get(f"{address}/history").text
    assert "paper taken off: therapy-notes.txt (another worker&#39;s &lt;b&gt;notes&lt;/b&gt;)" in history
    # It is not undone by a key; added again the paper is read anew.
    desk.post(f"{address}/back/undo", data={"item": "1"})
    assert set(statements_at(desk, address)) == set(after)
    assert desk.post(f"{address}/documents/{paper['id']}/off", data=sent).status_code == 404
    uploads = [("papers", ("therapy-notes.txt", (PAPERS / "therapy-notes.txt").read_bytes()))]
    followed(desk, desk.post(f"{address}/documents", files=uploads).text)
    again = statements_at(desk, address)
    assert len([one for one in again if "therapy-notes (2).txt" in one[2]]) == len(before) - len(after)


@pytest.mark.slow
def test_a_request_that_began_with_what_nobody_reads_is_filled_from_later_papers(desk, tmp_path):
    scan = tmp_path / "scan.txt"
    scan.write_text("Nothing of this is known here.\n" * 3)
    address = read_papers(desk, [scan])
    request = (PAPERS / "request.txt").read_text(encoding="utf-8")
    only_therapy = "\n".join(line for line in request.split("\n") if "Acupuncture" not in line)
    uploads = [("papers", ("request.txt", only_therapy.encode()))]
    told = looked_at(desk, desk.post(f"{address}/documents", files=uploads).text)
    assert "Not all of them could be read" in told, "the first paper is still unreadable, and is named"
    keep = re.search(r'hx-post="([^"]+/keep)"', told)[1]
    assert desk.post(keep, data={}, follow_redirects=False).status_code == 303
    said = {fact: value for fact, value, _ in statements_at(desk, address)}
    assert said["request.treatment"].endswith("physical_therapy")
    # Another paper of the same name is another document, and says its own.
    for visits in ("8 visits", "10 visits"):
        note = f"Progress report (PR-2)\nDate of exam: 08/01/2016\nClaim Number: SAMPLE-0001\nSubjective: He completed {visits} of physical therapy.\n"
        told = looked_at(desk, desk.post(f"{address}/documents", files=[("papers", ("note.txt", note.encode()))]).text)
        keep = re.search(r'hx-post="([^"]+/keep)"', told)[1]
        desk.post(keep, data={}, follow_redirects=False)
    files = [one["file"] for one in desk.get(address.replace("/desk/", "/v1/")).json()["documents"]]
    assert len(files) == len(set(files)) == 4
    visits = {value.split()[-1] for fact, value, _ in statements_at(desk, address) if fact == "prior.therapy.visits"}
    assert {"8", "10"} <= visits


def statements_at(desk, address):
    listed = desk.get(address.replace("/desk/", "/v1/")).json()["statements"]
    return [
        (one["fact"], f"{one['item']} {said.get('value')}", str(said.get("at")))
        for one in listed
        for said in [one["statement"] if isinstance(one["statement"], dict) else {"value": one["statement"]}]
    ]


def test_a_letter_is_shown_with_a_sentence_of_ones_own_before_it_is_kept(desk):
    address = begun(desk, "physical_therapy", asked="therapy")
    shown = Page(desk.post(f"{address}/letters/request-for-information", data={"note": "Please call <b>us</b>."}))
    assert "Please call <b>us</b>." in shown.text
    assert desk.get(address.replace("/desk/", "/v1/")).json()["documents"] == []


def test_the_summary_for_a_physician_has_figures_notes_and_items(desk, from_papers):
    desk.post(f"{from_papers}/notes", data={"item": "1", "text": "the therapist was called"})
    summary = page(desk, f"{from_papers}/letters/referral").text
    assert "the therapist was called" in summary
    assert "Item 1: Physical therapy, lumbar spine, 2 times a week for 4 weeks" in summary
    assert "Item 1: Visits requested: 8 visits" in summary
    assert "Item 2: Nothing in dispute" in summary


def test_a_referral_marks_what_a_program_read_and_nobody_looked_at(desk, from_papers):
    unseen = "read by the program, not looked at by a reviewer"
    before = page(desk, f"{from_papers}/letters/referral").text.count(unseen)
    assert before
    shown = page(desk, from_papers)
    accepted = next(
        one.get("formaction") or one.get("hx-post") for one in shown.all("button") if one.get("data-accept") is not None
    )
    assert desk.post(accepted, data={"item": "1", "version": shown.version}).is_success
    assert page(desk, f"{from_papers}/letters/referral").text.count(unseen) < before


@pytest.mark.slow
def test_the_interview_at_the_desk_ends_as_the_full_record_does(desk):
    from tests.test_interview import FILES, FORM

    counts, same, items = [], 0, 0
    for file in FILES:
        document = case_document(file.stem)
        for item in document["items"]:
            said = {**document.get("facts", {}), **item.get("facts", {})}
            whole_ = {"case": f"whole {file.stem} {item['item']}", "setting": "imr", "items": [{**item, "facts": said}]}
            form = {name: value for name, value in said.items() if name in FORM}
            begun_ = {**whole_, "case": f"form {file.stem} {item['item']}", "items": [{**item, "facts": form}]}
            full = words(page(desk, opened(desk, whole_)).one("h2", id="finding"))
            address = opened(desk, begun_)
            asked, passed = 0, ""
            while asked < 60:
                shown = Page(
                    desk.get(f"{address}/panel", params={"version": 0, "item": item["item"], "passed": passed})
                )
                question = desk.get(
                    address.replace("/desk/", "/v1/") + "/question", params={"passed_over": passed.split()}
                ).json()
                if question["over"]:
                    break
                block = [one["fact"] for one in question["to_confirm"]] or [question["questions"][0]["fact"]]
                add = [
                    {"item": str(item["item"]), "fact": name, "statement": one}
                    for name in block
                    if name in said
                    for one in (said[name] if isinstance(said[name], list) else [said[name]])
                ]
                if add:
                    desk.post(
                        address.replace("/desk/", "/v1/") + "/statements",
                        json={"add": add, "withdraw": []},
                        headers={"If-Match": f'"{shown.version}"'},
                    )
                passed = " ".join(dict.fromkeys([*passed.split(), *block]))
                asked += 1
            counts.append(asked)
            items += 1
            same += words(page(desk, address).one("h2", id="finding")) == full
    assert same == items == 31
    assert sum(counts) / items <= 7


def decisions_of(shared):
    return sorted((shared / "imr" / "pdf").glob("*.pdf"))


@pytest.mark.slow
def test_the_page_equals_check_for_every_public_decision(server, decisions):
    app, desk = server
    files = [*decisions_of(decisions.parent), *sorted(decisions.glob("*.txt"))]
    assert len(files) >= 85
    differing = []
    for file in files:
        # Read as the desk has it read, here and not in a process of its own.
        drafted = app.state.desk.drafter().draft(file.name, file.read_bytes())
        plain = parse_leniently(file.name, drafted.text.encode(), truths_as_words=True).plain
        address = opened(desk, {**json_of_plain(plain), "case": f"decision {file.stem}"})
        try:
            assert list(compared(desk, address))
        except AssertionError as error:
            differing.append(f"{file.name}: {str(error)[:300]}")
    assert differing == []


@pytest.mark.slow
@needs_pango
@pytest.mark.parametrize(
    ("turned", "shown"), [(0, None), (90, None), (180, None), (270, None), (90, (50, 500, 500, 830))]
)
def test_a_sentence_is_marked_where_it_stands_on_a_page_that_is_turned_or_cropped(turned, shown):
    from PIL import Image

    from mtus_engine.ingest.pdf import Renderer
    from mtus_engine.ingest.places import boxes_of
    from mtus_engine.review.letters import pdf_of

    sentence = "The patient completed eight visits of therapy."
    document = pypdfium2.PdfDocument(pdf_of(f"<pre>{sentence}\nHe can now walk a mile.</pre>").content)
    document[0].set_rotation(turned)
    if shown is not None:
        document[0].set_cropbox(*shown)
    written = io.BytesIO()
    document.save(written)
    renderer = Renderer()
    image = renderer.page(written.getvalue(), 1)
    renderer.close()
    picture = Image.open(io.BytesIO(image.png)).convert("L")
    scale = picture.width / image.width
    boxes = [tuple(int(side * scale) for side in box) for box in boxes_of(sentence, image.words)]
    assert boxes
    dark = [sum(picture.crop(box).histogram()[:128]) for box in boxes]
    assert all(dark), "each box has letters in it"
    others = boxes_of("He can now walk a mile.", image.words)
    assert not {tuple(box) for box in others} & {tuple(box) for box in boxes_of(sentence, image.words)}


def test_a_place_in_a_document_whose_name_has_a_comma_is_one_place():
    from mtus_engine.ingest.places import places_of

    at = "summary 4, Smith, John, RFA.pdf page 2 sentence 3, report.txt page 1 sentence 9"
    files = ["Smith, John, RFA.pdf", "report.txt"]
    assert [(one.file, one.page) for one in places_of(at, files)] == [
        (None, None),
        ("Smith, John, RFA.pdf", 2),
        ("report.txt", 1),
    ]


def test_nothing_is_certified_before_somebody_has_looked_or_said_who_signs(desk):
    address = begun(desk, "acupuncture", asked="acupuncture, 6 visits")
    version = page(desk, address).version
    shown = page(desk, f"{address}/outcome")
    assert "Certifying is not offered" in shown.text
    address = whole(desk)
    version = page(desk, address).version
    without = desk.post(f"{address}/certify", data={"version": version, "looked": "yes"})
    assert without.status_code == 422
    assert "Write your name" in without.text
    signed = desk.post(f"{address}/certify", data=certifying(version), follow_redirects=False)
    assert signed.status_code == 303, signed.text
    assert "R. Nurse, RN 1234" in page(desk, f"{address}/outcome").text


def test_a_paper_that_nobody_read_is_marked_until_a_person_says_so(desk, tmp_path):
    (tmp_path / "phone note.txt").write_text("Called the office, left word with the front desk.", encoding="utf-8")
    files = [*sorted(PAPERS.iterdir())[:2], tmp_path / "phone note.txt"]
    shown = looked_at(desk, post_papers(desk, files))
    keep = re.search(r'hx-post="([^"]+/keep)"', shown)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    kept = desk.post(keep[1], data=fields, follow_redirects=False)
    address = kept.headers["location"]
    first = page(desk, address)
    assert "read it yourself" in first.text
    assert "1 paper is left for you to read yourself" in first.text
    documents = desk.get(f"/v1/cases/{address.split('/')[-1]}/documents").json()
    unread = next(one["id"] for one in documents if one["file"] == "phone note.txt")
    assert "what kind of paper it is cannot be told" in page(desk, address, document=unread).text, "why, on the paper"
    # Somebody who reads it sees what it is: a report that a request needs, say.
    sent = {"kind": "therapy notes"}
    assert desk.post(f"{address}/documents/{unread}/read", data=sent, follow_redirects=False).status_code == 303
    after = page(desk, address)
    assert "left for you to read yourself" not in after.text
    assert "phone note.txt therapy notes" in words(after.with_class("documents", "nav")[0])
    assert "what phone note.txt is, as a person says: therapy notes" in page(desk, f"{address}/history").text


def test_a_scan_that_a_person_calls_a_request_is_no_longer_said_to_be_missing(desk, tmp_path):
    scan = tmp_path / "scan.txt"
    scan.write_text("Nothing of this is known here.\n" * 3, encoding="utf-8")
    address = read_papers(desk, [scan, PAPERS / "report-1.txt"])
    lacking = "There is no request for authorization (DWC Form RFA) among the papers."
    assert lacking in page(desk, address).text
    documents = desk.get(f"/v1/cases/{address.split('/')[-1]}/documents").json()
    unread = next(one["id"] for one in documents if one["file"] == "scan.txt")
    sent = {"kind": "request for authorization"}
    assert desk.post(f"{address}/documents/{unread}/read", data=sent, follow_redirects=False).status_code == 303
    assert lacking not in page(desk, address).text


def post_papers(desk, files):
    uploads = [("papers", (one.name, one.read_bytes())) for one in files]
    return desk.post("/desk/new/papers", files=uploads, data={"day": "2016-08-22", "way": "prospective"}).text


def test_an_amended_request_asks_for_what_it_was_amended_to(desk):
    address = whole(desk, "physical_therapy")
    answer(desk, address, "request.visits", value="12")
    answer(desk, address, "request.visits_per_week", value="3")
    answer(desk, address, "request.duration", value="4 weeks")
    sent = {"version": page(desk, address).version, "item": "1", "visits": "six", "day": "2026-03-04", "told": "Dr. E."}
    assert desk.post(f"{address}/amend", data=sent, follow_redirects=False).status_code == 303
    shown = page(desk, address).text
    assert "Visits requested: 6 visits" in shown
    assert "visits, record unclear" not in shown
    assert "2 weeks" in shown
    sent |= {"version": page(desk, address).version, "weeks": "two"}
    assert desk.post(f"{address}/amend", data=sent, follow_redirects=False).status_code == 303
    assert statements(desk, address, "request.duration")[-1]["value"] == "2 weeks"
    assert "6 visits over 2 weeks (first asked for as" in page(desk, f"{address}/outcome").text
    sent |= {"version": page(desk, address).version, "weeks": "some"}
    assert desk.post(f"{address}/amend", data=sent).status_code == 422


def test_what_sources_say_otherwise_is_not_answered_without_a_reason(desk):
    address = begun(desk, "physical_therapy")
    read = [
        {"value": 8, "at": "note 1", "origin": "extracted"},
        {"value": 12, "at": "note 2", "origin": "extracted"},
        {"value": 8, "at": "note 3", "origin": "extracted"},
    ]
    id_ = address.split("/")[-1]
    add = [{"item": "1", "fact": "request.visits", "statement": one} for one in read]
    etag = {"If-Match": desk.get(f"/v1/cases/{id_}").headers["etag"]}
    assert desk.post(f"/v1/cases/{id_}/statements", json={"add": add}, headers=etag).status_code == 200
    assert answer(desk, address, "request.visits", value="12", differ="yes").status_code == 422
    kept = desk.get(f"/v1/cases/{id_}").json()["statements"]
    eight = next(one for one in kept if one["fact"] == "request.visits" and one["statement"]["value"] == 8)
    sent = {"item": "1", "version": page(desk, address).version, "reason": "two notes agree"}
    assert desk.post(f"{address}/statements/{eight['id']}/settle", data=sent).status_code == 200
    stands = [one for one in statements(desk, address, "request.visits") if one["value"] == 8]
    assert [one["origin"] for one in stands].count("confirmed") == 2


@pytest.mark.parametrize(
    ("said", "value"), [(">6", {"at_least": 7}), ("less than 6", {"at_most": 5}), ("up to 6", {"at_most": 6})]
)
def test_bounds_are_read_as_a_person_writes_them(desk, said, value):
    address = begun(desk, "physical_therapy")
    assert answer(desk, address, "prior.therapy.visits", value=said).status_code == 200
    assert statements(desk, address, "prior.therapy.visits")[0]["value"] == value


def test_a_range_that_is_turned_round_is_told_without_words_of_files(desk):
    address = begun(desk, "physical_therapy")
    told = answer(desk, address, "prior.therapy.visits", value="12-6").text
    assert "exchange them" in told
    assert "at_least" not in told.lower()


def test_files_that_cannot_be_read_say_what_to_do(desk):
    files = [
        ("papers", ("a.docx", b"PK\x03\x04\0\0 rest")),
        ("papers", ("b.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF")),
        ("papers", ("c.txt", b"")),
    ]
    told = desk.post("/desk/new/papers", files=files, data={"way": "prospective"}).text
    assert "a.docx: a Word or other office file" in told
    assert "b.jpg: a picture" in told
    assert "c.txt: it is empty" in told
    assert "Save it as PDF" in told


def test_a_physician_does_not_approve_more_than_was_asked(desk):
    address = whole(desk, "physical_therapy")
    answer(desk, address, "request.visits", value="12")
    with a_physician(desk, address) as headers:
        sent = {"version": page(desk, address).version, "outcome-1": "modified", "reasons-1": "enough"}
        refused = [
            desk.post(f"{address}/sign", data={**sent, "granted-1": granted}, headers=headers)
            for granted in ("40 visits", "thirty visits", "3 times a week for 4 weeks")
        ]
    assert [one.status_code for one in refused] == [422, 422, 422]
    assert all("asks for 12 visits at most" in one.text for one in refused)


def two_items(desk, name):
    """A request for two therapies: of both a count of visits is read, of the first another one for the whole case."""
    read = {"at": "report.txt page 1 sentence 2", "origin": "extracted"}
    items = [
        {
            "item": 1,
            "asked": "aquatic therapy, 8 visits",
            "facts": {
                "request.treatment": "aquatic_therapy",
                "prior.therapy.visits": {"value": 8, **read, "at": "report.txt page 1 sentence 1"},
            },
        },
        {
            "item": 2,
            "asked": "acupuncture, 6 visits",
            "facts": {"request.treatment": "acupuncture", "prior.therapy.visits": {"value": 0, **read}},
        },
    ]
    of_case = {"injury.date": "2014-03-01", "prior.therapy.visits": {"value": 12, **read}}
    return opened(desk, {"case": name, "setting": "ur", "facts": of_case, "items": items})


def visits_of(desk, address, item, fact="prior.therapy.visits"):
    case = desk.get(address.replace("/desk/", "/v1/")).json()["case"]
    facts = [case.get("facts", {}), *(one["facts"] for one in case["items"] if one["item"] == item)]
    listed = [said for of in facts for said in _listed(of.get(fact, []))]
    replaced = {one.get("replaces") for one in listed if one.get("origin") == "overridden"}
    return sorted({one["value"] for one in listed if one.get("id") not in replaced or one.get("id") is None})


def _listed(said):
    return [one if isinstance(one, dict) else {"value": one} for one in (said if isinstance(said, list) else [said])]


def test_what_is_answered_in_one_item_leaves_the_others_as_they_are(desk):
    address = two_items(desk, "two items answered")
    assert visits_of(desk, address, 2) == [0, 12]
    assert answer(
        desk, address, "prior.therapy.visits", item="1", value="26", reason="counted", answer="value"
    ).is_success
    assert visits_of(desk, address, 1) == [26]
    assert visits_of(desk, address, 2) == [0, 12]
    assert answer(
        desk, address, "prior.therapy.visits", item="2", value="0", reason="never had any", answer="value"
    ).is_success
    assert visits_of(desk, address, 1) == [26]
    assert visits_of(desk, address, 2) == [0]


def test_a_source_that_is_taken_or_rejected_in_one_item_stands_in_the_others(desk):
    address = two_items(desk, "two items settled")
    shown = page(desk, f"{address}?item=2")
    of_case = next(
        one.get("id").removeprefix("statement-")
        for one in shown.all()
        if one.get("data-statement") is not None and "12 visits" in words(one)
    )
    sent = {"item": "2", "version": shown.version}
    assert desk.post(f"{address}/statements/{of_case}/reject", data=sent).is_success
    assert visits_of(desk, address, 2) == [0]
    assert visits_of(desk, address, 1) == [8, 12]
    assert "(rejected)" in page(desk, f"{address}/history").text


def test_a_letter_tells_items_apart_and_gives_the_reason_and_not_the_place_of_what_was_replaced(desk):
    address = two_items(desk, "two items in a letter")
    assert answer(
        desk, address, "prior.therapy.visits", item="1", value="26", reason="three courses paid", answer="value"
    ).is_success
    assert answer(
        desk, address, "prior.therapy.visits", item="2", value="0", reason="never had any", answer="value"
    ).is_success
    said = page(desk, f"{address}/letters/referral").text
    assert "Item 1: Therapy visits so far: 26 visits (three courses paid)" in said
    assert "Item 2: Therapy visits so far: 0 visits (never had any)" in said
    assert "page 1 sentence 1" not in said


def test_what_was_typed_for_all_items_stays_with_the_others_when_the_request_for_one_is_amended(desk):
    own = {"request.visits": 12, "request.visits_per_week": 4, "request.duration": "3 weeks"}
    items = [
        {"item": n, "asked": f"therapy {n}", "facts": {"request.treatment": "physical_therapy"}} for n in (1, 2, 3)
    ]
    items[1]["facts"].update(own)
    facts = {"injury.date": "2014-03-01", **own}
    address = opened(desk, {"case": "amended in one", "setting": "ur", "facts": facts, "items": items})
    sent = {"version": page(desk, address).version, "item": "1", "visits": "6", "day": "2026-03-04", "told": "Dr. E."}
    assert desk.post(f"{address}/amend", data=sent, follow_redirects=False).status_code == 303
    assert visits_of(desk, address, 1, "request.visits") == [6]
    assert visits_of(desk, address, 1, "request.duration") == []
    for other in (2, 3):
        assert visits_of(desk, address, other, "request.visits") == [12]
        assert visits_of(desk, address, other, "request.duration") == ["3 weeks"]


def test_a_correction_for_all_items_stays_with_the_others_when_one_is_answered_anew(desk):
    read = {"at": "report.txt page 1 sentence 2", "origin": "extracted"}
    of_case = [{"value": 6, **read, "id": "r1"}, {"value": 12, "origin": "overridden", "replaces": "r1"}]
    items = [
        {"item": n, "asked": f"therapy {n}", "facts": {"request.treatment": "physical_therapy"}} for n in (1, 2, 3)
    ]
    items[1]["facts"]["prior.therapy.visits"] = {"value": 12, **read}
    facts = {"injury.date": "2014-03-01", "prior.therapy.visits": of_case}
    address = opened(desk, {"case": "corrected for all", "setting": "ur", "facts": facts, "items": items})
    assert visits_of(desk, address, 3) == [12]
    assert answer(desk, address, "prior.therapy.visits", item="1", value="20", answer="value").is_success
    assert visits_of(desk, address, 1) == [20]
    assert visits_of(desk, address, 3) == [12]


def test_a_paper_whose_name_holds_marks_of_direction_is_brought_in_by_its_plain_name(desk):
    text = b"Request for authorization\nDate of injury: 03/14/2016\nRequested treatment: physical therapy, 6 visits\n"
    sent = [("papers", ("re\u202aquest\u202e.txt", text))]
    first = desk.post("/desk/new/papers", files=sent, data={"day": "2016-08-22", "way": "prospective"})
    assert "request.txt" in page(desk, followed(desk, first.text)).text


def test_an_address_that_is_no_page_is_told_as_one(desk):
    told = desk.get("/desk/cases/nope", headers={"Accept": "text/html"})
    assert told.status_code == 404
    assert "There is no such page" in told.text or "there is no such page" in told.text
    assert "pattern" not in told.text


def test_the_worklist_says_who_has_begun_to_answer(desk):
    address = begun(desk, "physical_therapy", asked="therapy that somebody begins")
    listed = page(desk, "/desk?words=somebody").text
    assert "Begin the review" in listed
    assert answer(desk, address, "request.passive_only", answer="no").is_success
    assert "has begun to answer" in page(desk, "/desk?words=somebody").text


def test_the_desk_says_at_once_what_a_request_lacks(desk):
    text = b"Request for authorization\nDate of injury: 03/14/2016\nRequested treatment: physical therapy, 6 visits\n"
    sent = [("papers", ("request.txt", text))]
    first = desk.post("/desk/new/papers", files=sent, data={"day": "2016-08-22", "way": "prospective"})
    address = followed(desk, first.text)
    lacks = words(page(desk, address).one("details", id="lacks"))
    assert "not signed" in lacks
    assert "no report" in lacks


def test_the_desk_does_not_wait_for_the_text_of_a_pdf_to_say_what_a_request_lacks(desk):
    text = "<p>Request for authorization</p><p>Requested treatment: physical therapy, 6 visits</p>"
    content = pdf_of(text).content
    path = desk.post("/v1/cases", json={"case": "LONG", "items": [{"item": "1"}]}).json()["id"]
    version = desk.get(f"/v1/cases/{path}").headers["etag"]
    added = desk.post(
        f"/v1/cases/{path}/documents",
        params={"file": "request.pdf"},
        content=content,
        headers={"If-Match": version, "Content-Type": "application/pdf"},
    )
    assert added.is_success
    later = f"/desk/cases/{path}/lacks"
    first = desk.get(f"/desk/cases/{path}").text
    assert f'hx-get="{later}"' in first
    assert 'id="lacks"' not in first
    assert "no report" in desk.get(later).text
    assert f'{later}" hx-trigger="load"' not in desk.get(f"/desk/cases/{path}").text
    assert "no report" in words(page(desk, f"/desk/cases/{path}").one("details", id="lacks"))


def test_an_amended_request_asks_for_less_and_what_it_changed_goes_with_it(desk):
    address = whole(desk, "physical_therapy")
    answer(desk, address, "request.visits", value="12")
    sent = {"item": "1", "day": "2026-03-04", "told": "Dr. E."}
    for visits in ("12", "30"):
        refused = desk.post(f"{address}/amend", data={**sent, "version": page(desk, address).version, "visits": visits})
        assert refused.status_code == 422
        assert "an amended request asks for less" in refused.text
    sent |= {"version": page(desk, address).version, "visits": "8"}
    assert desk.post(f"{address}/amend", data=sent, follow_redirects=False).status_code == 303
    name = desk.get(address.replace("/desk/", "/v1/")).json()["case"]["case"]
    for where, params in ((address, {}), ("/desk", {"words": name}), (f"{address}/outcome", {})):
        assert "8 visits (first asked for as" in page(desk, where, **params).text, where
    outcome = page(desk, f"{address}/outcome")
    assert "8 visits; Dr. E." in outcome.text
    away = re.findall(rf'action="({address}/clock/[^"]+/away)"', outcome.html)[-1]
    assert desk.post(away, data={}, follow_redirects=False).status_code == 303
    assert [one["value"] for one in statements(desk, address, "request.visits")] == [12]
    # One that was noted alone changed nothing, and takes nothing with it.
    noting = {"event": "amended", "day": "2026-03-05", "note": "told by telephone"}
    assert desk.post(f"{address}/clock", data=noting, follow_redirects=False).status_code == 303
    alone = re.findall(rf'action="({address}/clock/[^"]+/away)"', page(desk, f"{address}/outcome").html)[-1]
    assert desk.post(alone, data={}, follow_redirects=False).status_code == 303
    assert [one["value"] for one in statements(desk, address, "request.visits")] == [12]
    assert "of what was first asked for as" not in page(desk, address).text


@contextmanager
def a_physician(desk, address):
    """Yield the headers of a physician who has signed in at the desk, in the place of who sits there."""
    local = desk.headers.pop("Authorization")
    try:
        sent = {"login": "physician", "password": PASSWORD, "back": address}
        assert desk.post("/desk/sign-in", data=sent, follow_redirects=False).status_code == 303
        yield {CSRF: csrf_of(desk.cookies["mtus"])}
    finally:
        desk.cookies.clear()
        desk.headers["Authorization"] = local


def test_what_a_physician_writes_is_not_dropped_and_what_was_decided_before_stays_in_sight(desk):
    address = whole(desk, "physical_therapy")
    with a_physician(desk, address) as headers:

        def done(step, **sent):
            sent["version"] = page(desk, address).version
            return desk.post(f"{address}/{step}", data=sent, headers=headers, follow_redirects=False)

        denied = {"outcome-1": "denied", "reasons-1": "not needed"}
        refused = done("sign", **denied, **{"granted-1": "4 visits"})
        assert refused.status_code == 422
        assert "Choose modified, or empty that field" in refused.text
        assert done("sign", **denied).status_code == 303
        assert "Denied" in page(desk, address).text
        assert done("step/reopen", why="a report came").status_code == 303
        modified = {"outcome-1": "modified", "reasons-1": "a part is enough", "granted-1": "4 visits"}
        assert done("sign", **modified).status_code == 303
    outcome = page(desk, f"{address}/outcome").text
    assert "not needed" in outcome
    assert "Opened again: a report came" in outcome
    history = page(desk, f"{address}/history").text
    assert "item 1 denied" in history
    assert "item 1 modified (4 visits)" in history


def test_the_deadline_before_an_amended_request_stays_in_sight(desk):
    day = datetime.now(ZoneInfo("America/Los_Angeles")) - timedelta(days=4)
    address = begun(desk, "acupuncture", asked="acupuncture, 12 visits", day=day.date().isoformat())
    answer(desk, address, "request.visits", value="12")
    before = page(desk, f"{address}/outcome").text
    assert "Before the request was amended" not in before
    due = re.search(r"to be decided by (\w+ \d+, \d{4})", before)[1]
    sent = {"version": page(desk, address).version, "item": "1", "visits": "6", "told": "by fax", "day": today()}
    assert desk.post(f"{address}/amend", data=sent, follow_redirects=False).status_code == 303
    assert f"Before the request was amended it was to be decided by {due}." in page(desk, f"{address}/outcome").text
