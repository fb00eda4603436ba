import re
import time
from pathlib import Path

from monitor.notify.webhook import sign
from monitor.reports.daily import COLUMNS

DOCS = Path(__file__).parents[2] / "docs"


def test_every_column_of_the_daily_table_is_explained_in_its_order() -> None:
    text = (DOCS / "reports.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == COLUMNS


def test_the_documented_way_verifies_what_is_sent() -> None:
    text = (DOCS / "alerts.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    verified = names["verified"]
    now = str(int(time.time()))
    headers = {
        "webhook-id": "1",
        "webhook-timestamp": now,
        "webhook-signature": sign(b"sixteen bytes or more", "1", now, b"{}"),
    }
    assert verified("sixteen bytes or more", headers, b"{}")
    assert verified("whsec_c2l4dGVlbiBieXRlcyBvciBtb3Jl", headers, b"{}")
    assert not verified("sixteen bytes or more", headers, b"{ }")
    assert not verified("sixteen bytes or more", headers | {"webhook-timestamp": "1"}, b"{}")
