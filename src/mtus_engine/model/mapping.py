"""The mapping document: which column of an export is read as which of ours."""

from mtus_engine.model.authored import Authored


class MappingDocument(Authored):
    """A file that mtus bulk map proposes: the export's columns by name; one without a name of ours is not read."""

    columns: dict[str, str | None]
