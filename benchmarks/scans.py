"""Scans of the public decisions beside their text: python -m benchmarks.scans [--every N]

Each page is drawn with 200 dots to the inch, turned by up to 1.2 degrees, with one in 2,500 dots struck by chance, in
black and white: as a fax machine sends it.
"""

import argparse
import io
import os
import random
from collections.abc import Mapping
from pathlib import Path

import pypdfium2
import yaml

from mtus_engine.api import load_rules
from mtus_engine.ingest.drafter import Drafted, Drafter

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("MTUS_SHARED", ROOT.parent / "shared"))
DOTS, ASKEW, STRUCK = 200, 1.2, 0.0004

# Statements by item, fact and value, with their step.
Told = Mapping[tuple[str, str, str], str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="every so manieth decision alone")
    every = parser.parse_args().every
    files = sorted((SHARED / "imr" / "pdf").glob("*.pdf"))[::every]
    if not files:
        print("the public decisions do not lie beside the project (MTUS_SHARED names their folder): not measured")
        return
    drafter = Drafter(ROOT / "rules", load_rules(ROOT / "rules"), "case.json")
    items = items_alike = told = alike = 0
    others: list[str] = []
    for file in files:
        text = drafter.draft(file.name, file.read_bytes())
        seen = drafter.draft(file.name, _scanned(file))
        items, items_alike = items + text.items, items_alike + len(_outcomes(text) & _outcomes(seen))
        of_text, of_scan = _told(text), _told(seen)
        told, alike = told + len(of_text), alike + len(of_text.keys() & of_scan.keys())
        others += [of_scan[one] for one in of_scan.keys() - of_text.keys()]
    print(f"{len(files)} decisions: {items_alike} of {items} items with treatment and outcome as in the text")
    print(f"statements as in the text: {alike} of {told}; others: {len(others)}, {others.count('doubtful')} doubtful")


def _scanned(file: Path) -> bytes:
    chance, pages = random.Random(file.name), []
    for page in pypdfium2.PdfDocument(file.read_bytes()):
        picture = page.render(scale=DOTS / 72, grayscale=True).to_pil()
        picture = picture.rotate(chance.uniform(-ASKEW, ASKEW), fillcolor=255)
        for _ in range(int(STRUCK * picture.width * picture.height)):
            dot = chance.randrange(picture.width), chance.randrange(picture.height)
            picture.putpixel(dot, chance.choice((0, 255)))
        pages.append(picture.convert("1"))
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=DOTS)
    return out.getvalue()


def _outcomes(draft: Drafted) -> set[tuple[str, str]]:
    """Return of each item its number, with its outcome and treatment."""
    return {
        (
            str(item["item"]),
            f"{(item.get('reviewer') or {}).get('outcome')} {item['facts'].get('request.treatment', {}).get('value')}",
        )
        for item in yaml.safe_load(draft.text)["items"]
    }


def _told(draft: Drafted) -> Told:
    document = yaml.safe_load(draft.text)
    holders = [("", document), *((str(item["item"]), item) for item in document["items"])]
    return {
        (item, fact, repr(one.get("value"))): one.get("confidence", "sure")
        for item, holder in holders
        for fact, said in (holder.get("facts") or {}).items()
        for one in (said if isinstance(said, list) else [said])
    }


if __name__ == "__main__":
    main()
