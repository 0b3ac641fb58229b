"""CSV files in the encoding of Windows, which DuckDB does not read, as tables that it does."""

from pathlib import Path

from pyarrow import ArrowInvalid, dataset, string
from pyarrow import csv as arrow_csv

from mtus_engine.bulk.csv_dialect import WINDOWS, csv_dialect, csv_rows
from mtus_engine.bulk.failure import Failed


def windows_table(path: Path) -> dataset.Dataset:
    """Return a CSV file in the encoding of Windows as a table of texts, an empty value as none, read when it is asked.

    Raises Failed where two columns have one name.
    """
    with csv_rows(path) as reader:
        columns = next(reader, [])
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise Failed(f"two columns are named {', '.join(twice)}: rename one")
    layout = dataset.CsvFileFormat(
        parse_options=arrow_csv.ParseOptions(delimiter=csv_dialect(path).separator, newlines_in_values=True),
        read_options=arrow_csv.ReadOptions(encoding=WINDOWS),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(columns, string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    try:
        return dataset.dataset(str(path), format=layout)
    except ArrowInvalid as error:
        # The library's own words hold the row, which is a person's.
        raise Failed("a row near the top does not have a value for each column") from error
