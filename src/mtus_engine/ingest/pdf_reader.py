"""The process that reads one PDF from standard input and writes its text: whatever the file does stays in here."""

import io
import logging
import resource
import sys

MOST_PAGES = 200
MOST_TEXT = 5_000_000
MOST_MEMORY = 1024**3
MOST_SECONDS = 50
REFUSED = 2


def main() -> int:
    """Write the text of the PDF on standard input; return 2 with the reason on standard error where it is refused."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    try:
        from pypdf import PdfReader  # noqa: PLC0415 - the one door of the optional extra, inside its limits
        from pypdf.errors import DependencyError, PyPdfError  # noqa: PLC0415 - the same door
    except ImportError:
        return _refused("reading a PDF needs pypdf: pip install 'mtus-engine[ingest]'")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
        if reader.is_encrypted and not reader.decrypt(""):
            return _refused("the PDF is encrypted: save it without a password")
        if len(reader.pages) > MOST_PAGES:
            return _refused(f"the PDF has {len(reader.pages)} pages; a decision has at most {MOST_PAGES}")
        text = "\n".join(page.extract_text() for page in reader.pages)
    except DependencyError:
        return _refused("the PDF is encrypted, and reading it needs cryptography: pip install 'mtus-engine[ingest]'")
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError, MemoryError):
        return _refused("the PDF is damaged or incomplete: it cannot be read")
    if len(text) > MOST_TEXT:
        return _refused("the PDF holds more text than any decision")
    if len("".join(text.split())) < 200:
        return _refused("the PDF has no text layer (a scan?): recognize its text first")
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


def _refused(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
