"""Pages of the desk as tests read them: parsed, and their words as a person sees them."""

import re

import pytest
import tinyhtml5

try:
    import weasyprint
except OSError:
    weasyprint = None

needs_pango = pytest.mark.skipif(
    weasyprint is None, reason="Pango is not installed (tools/system-packages installs it)"
)

# Words of programs: with an underscore, or with dots between words that are no file and no address.
CODE_WORD = re.compile(
    r"\b[a-z]+(?:_[a-z]+)+\b|\b[a-z]{3,}\.[a-z]{3,}(?:\.[a-z]+)*\b(?<!\.txt)(?<!\.pdf)(?<!\.yaml)|\b[a-z]+(?:-[a-z]+)+ \d{4}-\d\d-\d\d"
)


class Page:
    """A page that was answered."""

    def __init__(self, answer):
        assert answer.status_code < 400, answer.text[:400]
        self.html = answer.text
        self.root = tinyhtml5.parse(answer.text, namespace_html_elements=False)
        for one in self.root.iter():
            if isinstance(one.tag, str):
                one.tag = one.tag.rpartition("}")[2]

    def all(self, tag=None, **attributes):
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            one
            for one in self.root.iter()
            if isinstance(one.tag, str)
            and (tag is None or one.tag == tag)
            and all(one.get(key) == value for key, value in wanted.items())
        ]

    def one(self, tag=None, **attributes):
        found = self.all(tag, **attributes)
        assert len(found) == 1, (tag, attributes, len(found))
        return found[0]

    def with_class(self, name, tag=None):
        return [one for one in self.all(tag) if name in (one.get("class") or "").split()]

    @property
    def version(self):
        return self.one("input", id="case-version").get("value")

    @property
    def text(self):
        return words(self.root.find("body"))

    def rows(self):
        """The rows of the checklist: number of its edition and key, and status as it is shown."""
        return {
            tuple(one.get("id").removeprefix("rule-").split("-", maxsplit=1)): words(
                next(s for s in one.iter() if s.get("class") == "word")
            )
            for one in self.with_class("rule", "article")
        }

    def fact(self, name):
        return self.one(id="fact-" + name.replace(".", "-").replace("_", "-"))


def words(element):
    """The words below an element, as one line."""
    return " ".join("".join(element.itertext()).split())
