"""The desk: from a key to the changed page with one user and with twenty, beside the bare Checker; a long PDF opened.

python -m benchmarks.desk [--answers 60] [--users 20]
"""

import argparse
import io
import itertools
import random
import re
import statistics
import tempfile
import threading
import time
from pathlib import Path

import httpx2
import pypdfium2

from mtus_engine.api import Checker, case_of_json, load_rules, shipped_rules
from mtus_engine.loader.plain_json import json_of_plain
from mtus_engine.loader.yaml_tree import parse_leniently
from mtus_engine.report.outlines import item_outline
from tests.browser import chromium, tab
from tests.servers import running

STATEMENTS, FACTS = 60, 41
THINKING = 2.0
BASE = Path("cases/imr/CM17-0016311.yaml")
# What is answered in turn.
FACT = "deficits.need_skilled_care"

WATCH = """() => {
  window.took = [];
  let begun = 0;
  document.addEventListener('keydown', event => { if ('12'.includes(event.key)) begun = performance.now(); }, true);
  document.addEventListener('htmx:afterSwap', () => {
    if (!begun) return;
    const from = begun;
    begun = 0;
    requestAnimationFrame(() => window.took.push(performance.now() - from));
  });
}"""


def large_case(name, ruleset):
    """A public request of therapy, with statements added until 60 say something of 41 facts."""
    document = parse_leniently(BASE.name, BASE.read_bytes(), truths_as_words=True).plain
    base = json_of_plain(document)
    item = base["items"][0]
    said = {**base.get("facts", {}), **item["facts"]}
    facts = {one: listed if isinstance(listed, list) else [listed] for one, listed in said.items()}
    facts = {
        one: [each if isinstance(each, dict) else {"value": each} for each in listed] for one, listed in facts.items()
    }
    for fact in sorted(ruleset.facts.values(), key=lambda one: one.order):
        if len(facts) == FACTS:
            break
        if fact.kind.value == "boolean" and fact.question and not fact.is_defined and fact.name not in {*facts, FACT}:
            facts[fact.name] = [{"value": False, "by": "provider", "at": "report page 2"}]
    names = itertools.cycle(sorted(facts))
    count = sum(len(one) for one in facts.values())
    while count < STATEMENTS:
        listed = facts[next(names)]
        listed.append({**listed[0], "by": "reviewer"})
        count += 1
    return {"case": name, "items": [{"item": "1", "asked": item.get("asked"), "facts": facts}]}


def made(http, ruleset, name):
    document = large_case(name, ruleset)
    answer = http.post("/v1/cases", json=document)
    answer.raise_for_status()
    return f"/desk/cases/{answer.json()['id']}", document


def p95(values):
    return sorted(values)[max(0, int(len(values) * 0.95) - 1)]


def shown(name, values, unit="ms"):
    print(f"{name:44} median {statistics.median(values):7.1f} {unit}  p95 {p95(values):7.1f} {unit}  ({len(values)})")


def bare(document, ruleset, runs):
    """The same determination by a Checker alone: parsed, determined, explained, and as its JSON form."""
    checker, took = Checker(ruleset), []
    for _ in range(runs + 5):
        begun = time.perf_counter()
        for one in checker.check(case_of_json(document, ruleset)):
            item_outline(one)
        took.append(1000 * (time.perf_counter() - begun))
    return took[5:]


def answered(browser, address, token, path, answers):
    """Milliseconds from a key to the changed page, in a browser."""
    with tab(browser, f"{address}/?token={token}") as page:
        page.goto(f"{address}{path}")
        page.wait_for_timeout(1500)
        page.evaluate(WATCH)
        anchor = f"fact-{FACT}".replace(".", "-").replace("_", "-")
        page.evaluate(
            """name => { const one = document.getElementById(name);
            for (let up = one.parentElement; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true;
            one.querySelector('input[type=radio]').focus(); }""",
            anchor,
        )
        keys = "21" if page.is_checked(f"#{anchor}-yes") else "12"
        for n in range(answers + 5):
            page.keyboard.press(keys[n % 2])
            page.wait_for_function("n => window.took.length > n", arg=n)
            page.wait_for_timeout(250)
        return page.evaluate("window.took")[5:]


def parts(text):
    """The parts of a page by their names, with their digests."""
    return dict(re.findall(r'data-part="([^"]+)" data-digest="([^"]+)"', text))


def colleague(address, token, path, stop, took):
    """Another nurse: looks at the desk and answers, with time to think in between."""
    draw = random.Random(path)
    with httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        version = http.get(path.replace("/desk/", "/v1/")).json()["version"]
        have = parts(http.get(path).text)
        for n in itertools.count():
            if stop.wait(THINKING * draw.uniform(0.5, 1.5)):
                return
            sent = {"item": "1", "version": version, "fact": FACT, "answer": ("yes", "no")[n % 2]}
            begun = time.perf_counter()
            # As a page does: of the parts that it has already nothing is sent.
            headers = {"HX-Request": "true", "X-Have": ",".join(have.values())}
            answer = http.post(f"{path}/answer", data=sent, headers=headers)
            took.append(1000 * (time.perf_counter() - begun))
            have |= parts(answer.text)
            assert answer.status_code == 200, answer.text[:200]
            version += 1


def long_pdf(pages=200):
    """A PDF of so many pages of text."""
    from mtus_engine.review.letters import pdf_of

    page = pdf_of("<p>" + "The patient reports pain of the low back. " * 60).content
    document, one = pypdfium2.PdfDocument.new(), pypdfium2.PdfDocument(page)
    for _ in range(pages):
        document.import_pages(one, [0])
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def opened_pdf(browser, address, token, http, ruleset):
    """Seconds until the first page of a long PDF is seen, and the memory of the processes that show pages (MB)."""
    path, _ = made(http, ruleset, "a long document")
    version = http.get(path.replace("/desk/", "/v1/")).headers["etag"]
    content = long_pdf()
    http.post(
        f"{path.replace('/desk/', '/v1/')}/documents",
        params={"file": "long.pdf"},
        content=content,
        headers={"If-Match": version, "Content-Type": "application/pdf"},
    ).raise_for_status()
    with tab(browser, f"{address}/?token={token}") as page:
        begun = time.perf_counter()
        page.goto(f"{address}{path}")
        page.wait_for_function(
            "() => { const one = document.querySelector('#paper image'); return one && one.getBBox().width > 0; }"
        )
        page.wait_for_load_state("load")
        first = time.perf_counter() - begun
        for _ in range(20):
            page.keyboard.press("]")
            page.wait_for_timeout(100)
    print(f"{'first page of 200 (' + str(len(content) // 1024) + ' KB)':44} {first:7.2f} s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--answers", type=int, default=60)
    parser.add_argument("--users", type=int, default=20)
    options = parser.parse_args()
    ruleset = load_rules(shipped_rules())
    data = Path(tempfile.mkdtemp(prefix="mtus-bench-"))
    data.chmod(0o700)
    with chromium() as browser, running(data) as (address, token, _):
        headers = {"Authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=address, headers=headers, timeout=60) as http:
            path, document = made(http, ruleset, "measured")
            others = [made(http, ruleset, f"of a colleague {n}")[0] for n in range(options.users - 1)]
            time.sleep(15)  # the server warms its rules beside the first answers
            shown("the bare Checker", bare(document, ruleset, options.answers))
            shown("from key to changed page, one user", answered(browser, address, token, path, options.answers))
            stop, took = threading.Event(), []
            threads = [threading.Thread(target=colleague, args=(address, token, one, stop, took)) for one in others]
            for one in threads:
                one.start()
            shown(f"the same, with {options.users} users", answered(browser, address, token, path, options.answers))
            stop.set()
            for one in threads:
                one.join()
            shown("their answers over HTTP", took)
            opened_pdf(browser, address, token, http, ruleset)


if __name__ == "__main__":
    main()
