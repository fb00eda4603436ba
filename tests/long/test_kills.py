"""A hundred processes killed during events; the figures are in docs/operation.md."""

import random
from pathlib import Path

import pytest

from monitor.store.tables import Event
from tests.integration.kills import BUSY, Killer, check_kept, settle
from tests.integration.plumbline import running

KILLS = 100


@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("task")
def test_a_hundred_kills_lose_nothing_that_had_begun_to_be_stored(tmp_path: Path) -> None:
    chance = random.Random(20260302)
    with running(tmp_path / "site", BUSY, "--no-dashboard") as site:
        killer = Killer(site, seed=7)
        for _ in range(KILLS):
            killer.kill("supervisor" if chance.random() < 0.3 else "worker")
        settle(site)
        check_kept(site, killer.begun)
        print(f"{KILLS} kills, {len(site.rows(Event))} events, {len(killer.begun)} seen to begin")
