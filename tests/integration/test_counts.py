"""Movements counted in films, as the eye counts them."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest

from monitor.ergonomics.counts import Counts, Kind
from tests.integration.people import Look, drawn, looks, watched
from tests.media import media


def counted(found: Sequence[Look]) -> Counter[Kind]:
    people: dict[int, Counts] = defaultdict(Counts)
    counts = [
        count
        for look in found
        for person in look.people
        for count in people[person.slot].step(look.t, person.angles)
    ]
    left = [count for each in people.values() for count in each.finish()]
    return Counter(count.kind for count in counts + left)


@pytest.mark.media
@pytest.mark.timeout(120)
def test_two_squats_and_a_bar_lifted_overhead_in_the_gym(blazepose):
    found = counted(watched(media("squat-side-gym.mp4"), blazepose))
    assert found == {Kind.SQUAT: 2, Kind.OVERHEAD_REACH: 1}


@pytest.mark.media
@pytest.mark.timeout(120)
def test_three_squats_seen_from_the_front(blazepose):
    """The third is under way as the film ends."""
    found = counted(watched(media("squat-front-mediapipe-golden.mp4"), blazepose))
    assert found == {Kind.SQUAT: 3}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("how", ["stoop-lift", "squat-lift"])
def test_drawn_lifts(how, blazepose):
    """Twice up and twice down again in 20 s."""
    found = counted(looks(drawn(f"mannequin:{how}?pace=asap&pitch=0", 20), blazepose))
    assert found[Kind(how.replace("-", "_"))] == 2
    assert found[Kind.LOWERING] == 2
