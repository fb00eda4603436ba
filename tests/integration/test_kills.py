"""A few kills; tests/long has a hundred."""

from pathlib import Path

import pytest

from tests.integration.kills import BUSY, Killer, check_kept, settle
from tests.integration.plumbline import running

pytestmark = pytest.mark.alone


@pytest.mark.usefixtures("task")
def test_whoever_is_killed_nothing_that_had_begun_to_be_stored_is_lost(tmp_path: Path) -> None:
    with running(tmp_path / "site", BUSY, "--no-dashboard") as site:
        killer = Killer(site, seed=1)
        killer.kill("worker")
        killer.kill("supervisor")
        settle(site)
        check_kept(site, killer.begun)
