"""The desk in a browser: by keyboard alone, in both widths, for people who see it and people who hear it."""

import re
import shutil
import subprocess
import time
from contextlib import contextmanager

import httpx2
import pypdfium2
import pytest

from tests.browser import NARROW, WIDE, chromium, tab
from tests.conftest import ROOT
from tests.servers import TOKEN, listening, running, served
from tests.test_desk import PAPERS, answer, begun, opened, page, read_papers, whole

# Where npm puts the rules of accessibility; package.json there names the version.
FOLDER = ROOT / "tests" / "axe"
AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def browser():
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The address of a server that is asked by a browser, and a client of the same server."""
    with (
        served(tmp_path_factory.mktemp("desk") / "data") as (app, _),
        listening(app) as address,
        httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as http,
    ):
        yield address, http


@pytest.fixture(scope="module")
def axe():
    """The source of axe-core, or a visible skip where npm is not installed."""
    if not AXE.is_file():
        if shutil.which("npm") is None:
            pytest.skip("npm is not installed (tools/system-packages installs it)")
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
        if subprocess.run(command, cwd=FOLDER, check=False).returncode:
            pytest.skip("axe-core could not be installed from the registry of npm")
    return AXE.read_text(encoding="utf-8")


def version_of(page_):
    return page_.eval_on_selector("#case-version", "one => one.value")


def changed(page_, action):
    """Do something, and wait until the desk shows the version that it made."""
    before = version_of(page_)
    action()
    page_.wait_for_function("was => document.querySelector('#case-version').value !== was", arg=before)


def focus_by_tab(page_, selector, most=400):
    """Press Tab until an element has the focus: what cannot be reached so is out of reach of the keyboard."""
    for _ in range(most):
        if page_.evaluate("one => document.activeElement && document.activeElement.matches(one)", selector):
            return
        page_.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached by the keyboard")


def test_a_request_goes_from_its_papers_to_a_referral_by_keyboard_alone(browser, desk):
    address, http = desk
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}/desk/new")
        # Where a person picks files in a dialog of the system, the test hands them over.
        one.set_input_files("input[name=papers]", [str(file) for file in sorted(PAPERS.iterdir())])
        focus_by_tab(one, "#papers-form button.main")
        one.keyboard.press("Enter")
        one.wait_for_url("**/desk/cases/*", timeout=60_000)
        assert "Does not meet criteria" in one.text_content("#finding")
        one.keyboard.press("j")
        one.wait_for_selector("#paper .marked")
        assert one.evaluate("document.querySelector('.statement.in-hand') !== null")
        changed(one, lambda: one.keyboard.press("a"))
        one.keyboard.press("n")
        assert one.evaluate("document.activeElement.id") == "all-presumed"
        changed(one, lambda: one.keyboard.press("Enter"))
        # A fact of an open criterion is answered with one key, taken back, and answered again.
        focus_by_tab(one, "#fact-deficits-need-skilled-care input")
        changed(one, lambda: one.keyboard.press("1"))
        changed(one, lambda: one.keyboard.press("u"))
        changed(one, lambda: one.keyboard.press("r"))
        with one.expect_navigation():
            one.keyboard.press("o")
        focus_by_tab(one, "form[hx-post$='/step/refer'] textarea[name=why]")
        one.keyboard.type("more visits than the guideline gives")
        one.keyboard.press("Tab")
        one.keyboard.press("Enter")
        one.wait_for_selector("#outcome .state.referred")
        assert "With a physician" in one.text_content("main")
        id_ = one.url.split("/")[-2]
        assert http.get(f"/v1/cases/{id_}").json()["state"] == "referred"


def certify_by_keyboard(one):
    """Say that all was looked at, where that is asked, name a guideline and a name, where these are, and sign."""
    form = "form[hx-post$='/certify']"
    if one.query_selector("#certify-by-another") is not None:
        focus_by_tab(one, "#certify-by-another summary")
        one.keyboard.press("Enter")
    if one.query_selector(f"{form} input[name=looked]") is not None:
        focus_by_tab(one, f"{form} input[name=looked]")
        one.keyboard.press("Space")
    for named in one.query_selector_all(f"{form} input[name^=guideline]"):
        focus_by_tab(one, f"{form} input[name={named.get_attribute('name')}]")
        one.keyboard.type("A guideline of our own, section 3")
    if one.query_selector(f"{form} textarea[required]") is not None:
        focus_by_tab(one, f"{form} textarea")
        one.keyboard.type("each criterion is met")
    focus_by_tab(one, f"{form} input[name=name]")
    one.keyboard.type("R. Nurse, RN 1234")
    focus_by_tab(one, f"{form} button")
    one.keyboard.press("Enter")
    one.wait_for_selector("#outcome .state.signed")


def test_a_whole_request_is_certified_by_keyboard_alone(browser, desk):
    address, http = desk
    path = whole(http)
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{path}/outcome")
        certify_by_keyboard(one)
        assert "Certified" in one.text_content("main")


@pytest.mark.slow
def test_a_letter_with_what_was_typed_for_it_is_saved_from_the_page(browser, desk, tmp_path):
    address, http = desk
    path = whole(http)
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{path}/letters/referral")
        one.fill("textarea[name=to]", "Sam Sample, MD")
        one.fill("input[name=about]", "claim 00-7")
        one.wait_for_function("() => document.querySelector('#letter').textContent.includes('About: claim 00-7')")
        with one.expect_download() as saving:
            one.click("button[data-saves$='.pdf']")
        saving.value.save_as(tmp_path / "letter.pdf")
        assert saving.value.suggested_filename.endswith(".pdf")
    text = pypdfium2.PdfDocument(tmp_path / "letter.pdf")[0].get_textpage().get_text_range()
    assert "Sam Sample, MD" in text
    assert "claim 00-7" in text


@pytest.mark.slow
def test_the_page_goes_on_after_reload_and_back_and_shows_what_another_did(browser, desk):
    address, http = desk
    path = begun(http, "physical_therapy")
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{path}")
        changed(one, lambda: one.check("#fact-deficits-need-skilled-care-yes"))
        one.reload()
        assert one.is_checked("#fact-deficits-need-skilled-care-yes")
        one.click("#to-outcome")
        one.wait_for_selector("h1")
        one.go_back()
        one.wait_for_selector("#panel")
        assert one.is_checked("#fact-deficits-need-skilled-care-yes")
        # Another answers meanwhile: it is shown without anybody loading the page.
        version = page(http, path).version
        sent = {"item": "1", "version": version, "fact": "home_program.insufficient", "answer": "yes"}
        assert http.post(f"{path}/answer", data=sent).status_code == 200
        one.wait_for_function(
            "() => document.querySelector('#fact-home-program-insufficient-yes').checked", timeout=15_000
        )


@pytest.mark.slow
def test_the_document_in_sight_stays_and_what_was_typed_and_sent_asks_for_nothing(browser, desk):
    address, http = desk
    path = read_papers(http, sorted(PAPERS.iterdir()))
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        asked = []
        one.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        one.goto(f"{address}{path}")
        one.click("#paper nav.documents a:has-text('therapy-notes')")
        one.wait_for_function("() => new URL(location.href).searchParams.has('document')")
        one.wait_for_selector("#paper[data-file='therapy-notes.txt']")
        one.reload()
        one.wait_for_selector("#paper[data-file='therapy-notes.txt']")
        # The next question has a button of its own: a second click on it does not reach the one that came in its place.
        changed(one, lambda: one.click("#all-read"))
        assert one.query_selector("#all-read") is None
        one.goto(f"{address}{path}/outcome")
        one.fill("form[hx-post$='/step/refer'] textarea[name=why]", "the criteria are open")
        one.click("form[hx-post$='/step/refer'] button:not([type=button])")
        one.wait_for_selector("#outcome .state.referred")
        assert "With a physician" in one.text_content("main")
        assert asked == [], "nothing that was typed is left behind"


@pytest.mark.slow
def test_words_marked_on_the_page_go_with_the_answer(browser, desk):
    address, http = desk
    path = read_papers(http, sorted(PAPERS.iterdir()))
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{path}")
        one.keyboard.press("s")
        one.keyboard.press("Tab")
        one.keyboard.press("Enter")
        place = one.input_value("#picked-at")
        assert re.fullmatch(r".+ page 1 sentence 2", place)
        changed(one, lambda: one.check("#fact-deficits-need-skilled-care-yes"))
        assert one.input_value("#picked-at") == ""
        (kept,) = [
            row["statement"]
            for row in http.get(path.replace("/desk/", "/v1/")).json()["statements"]
            if row["fact"] == "deficits.need_skilled_care"
        ]
        assert kept["at"] == place
        # With the mouse, words within a sentence.
        one.evaluate(
            """() => { const node = document.querySelectorAll('#paper .sentence > span')[2].firstChild;
            const range = document.createRange(); range.setStart(node, 0); range.setEnd(node, 7);
            const selection = getSelection(); selection.removeAllRanges(); selection.addRange(range);
            document.dispatchEvent(new MouseEvent('mouseup', {bubbles: true})); }"""
        )
        assert len(one.input_value("#picked-words")) == 7


def test_the_keys_are_shown_and_can_be_turned_off(browser, desk):
    address, http = desk
    path = begun(http, "acupuncture")
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{path}")
        one.keyboard.press("?")
        assert one.is_visible("#keys")
        one.check("[data-keys-off]")
        one.keyboard.press("Escape")
        one.keyboard.press("w")
        one.wait_for_timeout(300)
        assert one.url.endswith(path)
        # Letters typed into a field are letters.
        one.evaluate("localStorage.clear()")
        one.reload()
        one.click("summary:has-text('Add a note') >> nth=-1")
        one.fill("#note-text-item", "w n u ?")
        assert one.input_value("#note-text-item") == "w n u ?"


def violations(one, axe):
    # What is out of sight is not laid out until somebody comes there: here all of it is.
    one.add_style_tag(content=".part { content-visibility: visible !important; }")
    one.evaluate(axe)
    found = one.evaluate(
        "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}))"
        ".violations.map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 150)).join(' | ')}`)"
    )
    return [f"{one.url}: {each}" for each in found]


def pages_of(desk):
    """The addresses of every page there is, one of a request of papers among them."""
    _, http = desk
    from_papers = read_papers(http, sorted(PAPERS.iterdir()))
    signed = whole(http)
    http.post(f"{signed}/certify", data={"version": page(http, signed).version, "looked": "yes", "name": "R. Nurse"})
    from tests.records import case_document

    conflicting = opened(http, {**case_document("CM14-0195168"), "case": f"axe {time.perf_counter_ns()}"})
    letters = [f"{from_papers}/letters/{name}" for name in ("request-for-information", "referral")]
    return [
        *("/desk", "/desk/new", "/desk/sign-in", "/desk/nowhere", "/desk?words=nothing+like+this"),
        *(from_papers, f"{from_papers}/outcome", f"{from_papers}/history", *letters),
        *(conflicting, signed, f"{signed}/outcome"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier_that_axe_knows(browser, desk, axe, scheme):
    address, _ = desk
    found, paths = [], pages_of(desk)
    for viewport in (WIDE, NARROW, {"width": 640, "height": 450}):
        # 640 pixels are those of a wide window at 200 %.
        with tab(browser, f"{address}/?token={TOKEN}", viewport=viewport, color_scheme=scheme, bypass_csp=True) as one:
            for path in paths if viewport is WIDE else paths[:7]:
                one.goto(f"{address}{path}")
                one.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
                found += violations(one, axe)
    assert found == []


@pytest.mark.slow
def test_nothing_is_wider_than_the_window(browser, desk):
    address, _ = desk
    with tab(browser, f"{address}/?token={TOKEN}", viewport=NARROW) as one:
        for path in pages_of(desk):
            one.goto(f"{address}{path}")
            # Also what is folded, once it is opened.
            one.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
            width = one.evaluate("document.documentElement.scrollWidth")
            assert width <= NARROW["width"], (path, width)


@contextmanager
def a_desk_of_its_own(browser, data):
    """Yield the page of a request at a desk that the test may kill, with the desk's process, address and token."""
    with running(data) as (address, token, process):
        with httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
            path = begun(http, "physical_therapy")
        with tab(browser, f"{address}/?token={token}", may_lose=True) as one:
            one.goto(f"{address}{path}")
            yield one, process, address, token


def answers_kept(one):
    """The addresses of the answers that the server kept from now on, as they come."""
    kept = []
    one.on("response", lambda got: kept.append(got.url) if got.url.endswith("/answer") and got.ok else None)
    return kept


def wait_until_kept(one, kept, n):
    for _ in range(300):
        if len(kept) < n:
            one.wait_for_timeout(100)
    assert len(kept) >= n


@pytest.mark.slow
@pytest.mark.parametrize("told_by", ["the question whether the server is there", "the look for news"])
def test_a_lost_connection_is_told_and_what_was_answered_is_sent_when_it_is_back(browser, tmp_path, told_by):
    data = tmp_path / "data"
    with a_desk_of_its_own(browser, data) as (one, process, address, token):
        other = "**/panel?*" if told_by.startswith("the question") else "**/health"
        one.route(other, lambda asked: asked.abort())
        kept = answers_kept(one)
        process.kill()
        process.wait()
        one.check("#fact-deficits-need-skilled-care-yes")
        one.wait_for_selector("#lost:not([hidden])")
        assert one.is_checked("#fact-deficits-need-skilled-care-yes")
        with running(data, "--port", address.rpartition(":")[2]) as (again, same, _):
            assert (again, same) == (address, token)
            one.wait_for_selector("#lost", state="hidden", timeout=20_000)
            wait_until_kept(one, kept, 1)
            one.reload()
            assert one.is_checked("#fact-deficits-need-skilled-care-yes")


@pytest.mark.slow
def test_of_several_answers_given_without_a_connection_none_is_lost(browser, tmp_path):
    data = tmp_path / "data"
    given = ("#fact-deficits-need-skilled-care-yes", "#fact-home-program-instructed-no")
    with a_desk_of_its_own(browser, data) as (one, process, address, _):
        # The look for news stays without an answer: what is sent must not wait behind it.
        one.route("**/panel?*", lambda _: None)
        with one.expect_request("**/panel?*", timeout=20_000):
            pass
        kept = answers_kept(one)
        process.kill()
        process.wait()
        for answer in given:
            one.check(answer)
        one.wait_for_selector("#lost:not([hidden])")
        with running(data, "--port", address.rpartition(":")[2]):
            wait_until_kept(one, kept, len(given))
            one.unroute_all(behavior="ignoreErrors")
            one.reload()
            assert all(one.is_checked(answer) for answer in given)


@pytest.mark.slow
def test_a_note_that_is_being_typed_stays_while_others_change_the_request(browser, desk):
    address, http = desk
    path = begun(http, "physical_therapy")
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{path}")
        one.evaluate("document.querySelector('#note-item').open = true")
        one.fill("#note-text-item", "the therapist was called, and")
        one.evaluate("document.activeElement.blur()")
        sent = {"item": "1", "version": one.input_value("#case-version"), "text": "another's note"}
        assert http.post(f"{path}/notes", data={**sent, "about": ""}).status_code == 200
        one.wait_for_selector("text=another's note", timeout=20_000)
        assert one.input_value("#note-text-item") == "the therapist was called, and"
        changed(one, lambda: one.click("#note-item button"))
        one.wait_for_function("() => document.querySelector('#note-text-item').value === ''")
        assert "the therapist was called, and" in one.inner_text(".notes .note >> nth=-1")


def test_of_quick_answers_to_one_question_the_last_is_kept(browser, desk):
    address, http = desk
    path = begun(http, "physical_therapy")
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{path}")
        anchor = "#fact-deficits-need-skilled-care"
        one.evaluate(
            f"for (const said of ['yes', 'no', 'yes', 'no']) document.querySelector(`{anchor}-${{said}}`).click()"
        )
        one.wait_for_function("() => !document.querySelector('.htmx-request')")
        one.wait_for_timeout(800)
        one.reload()
        assert one.is_checked(f"{anchor}-no")


@pytest.mark.slow
@pytest.mark.parametrize("n", range(15))
def test_seeds_and_public_decisions_go_from_their_papers_to_a_signed_review_without_a_mouse(
    browser, desk, decisions, n
):
    """Each is read, its presumptions confirmed, its questions passed, and it is certified or referred."""
    files = [*sorted(decisions.glob("*.txt")), *sorted((decisions.parent / "imr" / "pdf").glob("*.pdf"))[::8]]
    if n >= len(files):
        pytest.skip("there are fewer decisions here")
    address, http = desk
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}/desk/new")
        one.set_input_files("input[name=papers]", str(files[n]))
        focus_by_tab(one, "#papers-form button.main")
        one.keyboard.press("Enter")
        one.wait_for_url("**/desk/cases/*", timeout=60_000)
        if one.query_selector("#all-presumed") is not None:
            one.keyboard.press("n")
            changed(one, lambda: one.keyboard.press("Enter"))
        for _ in range(3):
            one.keyboard.press("n")
            if one.evaluate("!document.activeElement.closest('[data-fact]')"):
                break
            one.keyboard.press("Escape")
            one.keyboard.press("3")
            one.wait_for_timeout(400)
        # The address tells that the outcome is there; another navigation would not.
        one.keyboard.press("o")
        one.wait_for_url("**/outcome*")
        is_whole = one.query_selector("form[hx-post$='/certify']") is not None
        if is_whole:
            certify_by_keyboard(one)
        else:
            focus_by_tab(one, "form[hx-post$='/step/refer'] textarea[name=why]")
            one.keyboard.type("the criteria do not settle it")
            one.keyboard.press("Tab")
            one.keyboard.press("Enter")
            one.wait_for_selector("#outcome .state.referred")
        id_ = one.url.split("/")[-2]
        assert http.get(f"/v1/cases/{id_}").json()["state"] == ("signed" if is_whole else "referred")


def test_what_is_typed_in_one_form_of_the_outcome_stays_while_another_is_sent(browser, desk):
    address, http = desk
    path = begun(http, "physical_therapy")
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{path}/outcome")
        why = "form[hx-post$='/step/refer'] textarea[name=why]"
        one.fill(why, "the criteria are open")
        one.click("form[hx-post$='/step/start'] button")
        one.wait_for_selector("#outcome .state.in_review")
        assert one.input_value(why) == "the criteria are open"
        one.click("form[hx-post$='/step/refer'] button:not([type=button])")
        one.wait_for_selector("#outcome .state.referred")
        assert "Referred because: the criteria are open" in one.text_content("#outcome")


def test_the_marked_sentence_comes_into_sight(browser, desk, tmp_path):
    address, http = desk
    paper = tmp_path / "report.txt"
    lines = "\n".join(f"Line {n} of the findings tells of the neck and the arm." for n in range(120))
    paper.write_text(
        "PROGRESS REPORT (PR-2)\nClaim # X-7\nDate of exam: 05/30/2016\nSubjective complaints\n"
        f"{lines}\nHe completed 8 visits of physical therapy.\nTreatment plan\nPhysical therapy, 6 visits\n"
    )
    where = read_papers(http, [paper])
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{where}")
        link = one.locator("#fact-prior-therapy-visits [data-place-link]").first
        one.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        link.click()
        one.wait_for_selector("#paper .marked")
        one.wait_for_function("document.querySelector('#paper-side').scrollTop > 0")
        top = one.evaluate("document.querySelector('#paper .marked').getBoundingClientRect().top")
        assert 0 < top < one.viewport_size["height"]


def test_what_a_request_lacks_comes_when_its_papers_are_read(browser, desk):
    from mtus_engine.review.letters import pdf_of

    address, http = desk
    case = http.post("/v1/cases", json={"case": "LATER", "items": [{"item": "1"}]})
    http.post(
        f"/v1/cases/{case.json()['id']}/documents",
        params={"file": "request.pdf"},
        content=pdf_of("<p>Request for authorization</p><p>Physical therapy, 6 visits</p>").content,
        headers={"If-Match": case.headers["etag"], "Content-Type": "application/pdf"},
    ).raise_for_status()
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}/desk/cases/{case.json()['id']}")
        lacks = one.wait_for_selector("#lacks")
        assert one.locator("#lacks").count() == 1
        assert "no report" in lacks.inner_text()


def test_a_typed_answer_that_needs_a_reason_is_kept_by_its_button(browser, desk):
    address, http = desk
    read = {"at": "report.txt page 1 sentence 2", "origin": "extracted"}
    visits = [{"value": 8, **read}, {"value": 12, **read, "at": "notes.txt page 1 sentence 1"}]
    facts = {"request.treatment": "physical_therapy", "request.visits": 6, "prior.therapy.visits": visits}
    case = {"case": "a reason for an answer", "setting": "ur", "items": [{"item": 1, "asked": "PT", "facts": facts}]}
    where = opened(http, {**case, "facts": {"injury.date": "2014-03-01"}})
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{where}")
        one.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        fact = one.locator("#fact-prior-therapy-visits")
        fact.locator("input[name=value]").fill("20")
        fact.get_by_role("button", name="Keep what is typed").click()
        one.wait_for_selector("#told >> text=Say above the question why")
        fact.locator("input[name=reason]").first.fill("both courses together")
        changed(one, lambda: fact.get_by_role("button", name="Keep what is typed").click())
        assert "20 visits" in fact.locator(".said").text_content()


def test_keys_redraw_the_fact_in_hand_and_decide_only_a_marked_statement(browser, desk):
    """With the focus on a fact its control was left as it was, and a second key hit a statement that nobody saw."""
    address, http = desk
    path = begun(http, "physical_therapy")
    anchor = "fact-deficits-need-skilled-care"
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{path}")
        for key, said in (("1", "yes"), ("2", "no"), ("1", "yes")):
            one.evaluate(
                "id => { const one = document.getElementById(id); one.closest('details').open = true; one.focus(); }",
                anchor,
            )
            changed(one, lambda key=key: one.keyboard.press(key))
            one.wait_for_function("id => document.getElementById(id).checked", arg=f"{anchor}-{said}")
            assert one.locator(f"#{anchor} .said").inner_text().endswith(said)
        # The fact is in hand, and no statement is marked: the key marks one, and decides nothing.
        before = version_of(one)
        one.evaluate("id => document.getElementById(id).focus()", anchor)
        one.keyboard.press("x")
        one.wait_for_function("() => document.querySelector('[data-statement].in-hand') !== null")
        one.wait_for_timeout(300)
        assert version_of(one) == before


@pytest.mark.slow
def test_a_receipt_of_long_ago_is_noted_only_when_a_person_says_so(browser, desk):
    address, http = desk
    path = begun(http, "physical_therapy")
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{path}/outcome")
        asked = []
        for day, is_so in (("2014-11-05", False), ("2014-11-06", True)):
            one.once(
                "dialog",
                lambda dialog, is_so=is_so: (
                    asked.append(dialog.message),
                    dialog.accept() if is_so else dialog.dismiss(),
                ),
            )
            one.evaluate("() => { document.querySelector('form[data-long-ago]').closest('details').open = true; }")
            one.locator("form[data-long-ago] select[name=event]").select_option("received")
            one.locator("form[data-long-ago] input[name=day]").fill(day)
            one.locator("form[data-long-ago] button").click()
            one.wait_for_timeout(500)
        assert [re.search(r"\d{4}-\d\d-\d\d", one)[0] for one in asked] == ["2014-11-05", "2014-11-06"]
        one.wait_for_function(
            "() => document.querySelector('main').textContent.includes('2014-11-06: The request came')"
        )
        assert "2014-11-05: The request came" not in one.text_content("main")


@pytest.mark.slow
def test_a_statement_that_a_key_decides_makes_way_for_the_next_that_waits(browser, desk):
    address, http = desk
    path = read_papers(http, sorted(PAPERS.iterdir()))
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{path}")
        one.keyboard.press("j")
        marked = [one.locator("[data-statement].waiting.in-hand").get_attribute("id")]
        for _ in range(3):
            changed(one, lambda: one.keyboard.press("a"))
            one.wait_for_function(
                "before => { const now = document.querySelector('[data-statement].waiting.in-hand');"
                " return now && !before.includes(now.id); }",
                arg=marked,
            )
            marked.append(one.locator("[data-statement].waiting.in-hand").get_attribute("id"))
        assert one.evaluate("() => document.activeElement.id") == marked[-1], "the next key decides what is marked"
        # A letter's sender is typed once, and is filled in where the next letter asks for it.
        one.goto(f"{address}{path}/letters/request-for-information")
        one.locator("input[name=sender]").fill("R. Nurse, 555-0100")
        one.locator("input[name=about]").fill("claim 12")
        one.once("dialog", lambda asked: asked.accept())
        one.goto(f"{address}{path}/letters/referral")
        assert one.locator("input[name=sender]").input_value() == "R. Nurse, 555-0100"
        assert one.locator("input[name=about]").input_value() == "", "nothing of a case is kept in the browser"


def kept_says(one, words):
    """Wait until the page says of what was kept these words."""
    one.wait_for_function("words => document.querySelector('#kept').textContent.includes(words)", arg=words)


@pytest.mark.slow
def test_a_number_typed_after_a_key_or_a_refusal_is_the_answer(browser, desk):
    address, http = desk
    path = begun(http, "chiropractic")
    with tab(browser, f"{address}/?token={TOKEN}") as one:
        one.goto(f"{address}{path}")
        fact = one.locator("#fact-prior-therapy-visits")
        one.evaluate("() => { for (const part of document.querySelectorAll('details')) part.open = true; }")
        fact.focus()
        one.keyboard.press("3")
        kept_says(one, "not found")
        field = one.locator("#fact-prior-therapy-visits-value")
        field.fill("5")
        field.press("Enter")
        kept_says(one, "5 visits")
        assert "while you typed" not in one.locator("#kept").text_content()
        field.fill("6")
        # Meanwhile the same fact is answered in another window, and this page has seen it.
        seen = one.input_value("#case-version")
        answer(http, path, "prior.therapy.visits", value="8")
        one.wait_for_function(f"() => document.querySelector('#case-version').value !== '{seen}'", timeout=20_000)
        field.press("Enter")
        kept_says(one, "It replaces 8 visits")
        field.fill("none yet")
        field.press("Enter")
        one.wait_for_selector("#told .problem")
        one.wait_for_function("() => document.activeElement.id === 'fact-prior-therapy-visits-value'")
        one.keyboard.press("Control+a")
        one.keyboard.type("3")
        one.keyboard.press("Enter")
        kept_says(one, "3 visits")
