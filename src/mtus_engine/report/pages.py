"""Self-contained pages made from templates: every text is escaped; they can be opened as files and printed."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

_HERE = Path(__file__).parent
_TEMPLATES = "templates"


class PageSet:
    """The templates of a package, which may extend those of this one, and the style sheets included in its pages."""

    def __init__(self, folder: Path, *styles: Path) -> None:
        """Read the style sheets; folder is the folder of the package, which has a folder of templates in it."""
        # Imported only when a page is made: most commands make none, and it takes as long as reading the rules.
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415
        from markupsafe import Markup  # noqa: PLC0415

        places = dict.fromkeys((folder / _TEMPLATES, _HERE / _TEMPLATES))
        self._environment = Environment(
            loader=FileSystemLoader(list(places)),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        sheets = (path.read_text(encoding="utf-8") for path in (_HERE / "page.css", *styles))
        self._environment.globals["style"] = Markup("\n".join(sheets))  # noqa: S704 - a file of ours

    def pieces(self, template: str, **values: object) -> Iterator[str]:
        """Yield a page piece by piece; iterables among the values are read only as far as the page has come."""
        return self._environment.get_template(template).generate(**values)

    def text(self, template: str, **values: object) -> str:
        """Return a page, or a part of one."""
        return self._environment.get_template(template).render(**values)


@cache
def report_pages() -> PageSet:
    """Return the page set of this package; it is made once."""
    return PageSet(_HERE)


def as_it_is(pieces: Iterable[str]) -> "Iterator[Markup]":
    """Return text that templates made, marked as safe so that it is not escaped a second time."""
    from markupsafe import Markup  # noqa: PLC0415 - as above

    return (Markup(one) for one in pieces)  # noqa: S704 - made by a template
