"""A browser for the tests: Debian's Chromium, driven by Playwright; what it says on its console is kept."""

import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium")
# It starts as root in a container, and asks nobody outside for anything.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def chromium():
    """Yield a browser, or skip visibly where none is installed."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (tools/system-packages installs it)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def tab(browser, address, *, viewport=None, may_lose=False, **named):
    """Yield a page of its own at an address; every error on it fails the test, save those of a connection it may lose."""
    context = browser.new_context(viewport=viewport or WIDE, accept_downloads=True, **named)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda said: errors.append(said.text) if said.type == "error" and "ERR_" not in said.text else None
    )
    page.goto(address)
    page.errors = errors
    yield page
    expected = (
        "status of 4",
        "Status Error Code 4",
        *(("htmx:sendError", "htmx:afterRequest", "Failed to fetch") if may_lose else ()),
    )
    unexpected = [one for one in errors if not any(words in one for words in expected)]
    assert unexpected == [], unexpected
    context.close()
