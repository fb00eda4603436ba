"""Every address of the pages is documented, and nothing else is."""

import re
from pathlib import Path

from tests.pages import a_site

DOCS = Path(__file__).parents[2] / "docs" / "pages.md"


def test_every_address_is_documented(tmp_path: Path) -> None:
    app = a_site(tmp_path).app
    served = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    written = set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", DOCS.read_text(), flags=re.M))
    assert written == served
