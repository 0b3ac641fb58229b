"""The mapping document: which column of an export is read as which of ours."""

from mtus_engine.model.authored import Authored


class MappingDocument(Authored):
    """The file that mtus bulk map proposes: for each column of an export the name of ours, or null: it is not read."""

    columns: dict[str, str | None]
