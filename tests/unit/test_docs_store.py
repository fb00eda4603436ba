"""Every table and column of the store is explained, and nothing else is."""

import re
from pathlib import Path

from monitor.store.tables import Base

PAGE = (Path(__file__).parents[2] / "docs" / "store.md").read_text(encoding="utf-8")


def test_every_table_and_column_is_explained() -> None:
    sections = re.split(r"^## `(\w+)`$", PAGE, flags=re.MULTILINE)[1:]
    written = {
        table: {
            name
            for cell in re.findall(r"^\|([^|]+)\|", text, re.MULTILINE)
            for name in re.findall(r"`(\w+)`", cell)
        }
        for table, text in zip(sections[::2], sections[1::2], strict=True)
    }
    assert written == {
        name: {column.name for column in table.columns}
        for name, table in Base.metadata.tables.items()
    }
