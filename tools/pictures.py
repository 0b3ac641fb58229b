"""The pictures of docs/desk.md: python -m tools.pictures opens the desk with samples and takes them anew."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser import NARROW, WIDE, chromium, tab
from tests.servers import running

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURES = Path("docs/desk")


def main() -> None:
    """Take the pictures."""
    PICTURES.mkdir(exist_ok=True)
    data = Path(tempfile.mkdtemp(prefix="mtus-pictures-"))
    data.chmod(0o700)
    environment = {"BROWSER": "true", "PATH": "/usr/bin:/bin", "HOME": str(data)}
    with chromium() as browser, running(data, "--samples", environment=environment) as (address, token, _):
        for name, viewport in (("wide", WIDE), ("narrow", NARROW)):
            with tab(browser, f"{address}/?token={token}", viewport=viewport, color_scheme="light") as page:
                taken(page, address, name)


def taken(page: "Page", address: str, name: str) -> None:
    """Go through the pages of the desk, and take a picture of each."""

    def take(what: str) -> None:
        page.wait_for_timeout(400)
        page.screenshot(path=PICTURES / f"{what}-{name}.png")

    page.goto(f"{address}/desk")
    take("worklist")
    page.goto(f"{address}/desk/new")
    take("new")
    page.goto(f"{address}/desk?words=SAMPLE-0002")
    page.click("table.list a")
    page.wait_for_selector("#paper image")
    page.keyboard.press("j")
    page.wait_for_selector("#paper rect.marked")
    if name == "narrow":
        page.evaluate("window.scrollTo(0, 0)")
    else:
        page.evaluate("document.querySelector('.statement.in-hand').closest('.rule').scrollIntoView()")
    take("desk")
    page.click("#to-outcome")
    page.wait_for_selector("h1")
    take("outcome")
    page.goto(page.url.replace("/outcome", "/letters/request-for-information"))
    take("letter")
    page.goto(f"{address}/desk/sign-in")
    take("sign-in")


if __name__ == "__main__":
    main()
