"""Movements counted in films, as the eye counts them."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest

from monitor.ergonomics.context import Context
from monitor.ergonomics.counts import Counts, Kind
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.posture.gravity import Calibration
from monitor.posture.hands import HEIGHT_CM, hands_of
from monitor.posture.model import Person
from tests.builders import a_pose
from tests.fakes import FakeClock
from tests.integration.people import AT, Look, drawn, looks, watched
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
@pytest.mark.timeout(240)
def test_two_squats_and_a_bar_lifted_overhead_in_the_gym(blazepose):
    found = counted(watched(media("squat-side-gym.mp4"), blazepose))
    assert found == {Kind.SQUAT: 2, Kind.OVERHEAD_REACH: 1}


@pytest.mark.media
@pytest.mark.timeout(240)
def test_three_squats_seen_from_the_front(blazepose):
    """The third is under way as the film ends."""
    found = counted(watched(media("squat-front-mediapipe-golden.mp4"), blazepose))
    assert found == {Kind.SQUAT: 3}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("how", ["stoop-lift", "squat-lift"])
def test_drawn_lifts(how, blazepose):
    """Twice up and twice down again in 20 s."""
    found = counted(looks(drawn(f"mannequin:{how}?pace=asap&pitch=0", 20), blazepose))
    assert found[Kind(how.replace("-", "_"))] == 2
    assert found[Kind.LOWERING] == 2


@pytest.mark.timeout(240)
def test_drawn_lifts_in_a_zone_are_kept_with_load_and_hands(blazepose):
    """What the drawn hands do is in the band of what was seen."""
    floor = {"floor": ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))}
    plan = CameraPlan(
        "hall", (), calibration=Calibration(20.0, 0.0, 60.0, "settings", 2.0), zones=floor,
        contexts={"floor": Context(load_kg=12.0)},
    )  # fmt: skip
    pipeline = CameraPipeline(plan, blazepose, FakeClock(AT))
    truth = []
    for frame in drawn("mannequin:stoop-lift?pace=asap&pitch=20", 12):
        pipeline.step(frame)
        truth += [hands_of(Person(1, a_pose(t.joints), t.joints)) for t in frame.truth]
    heights = [hands.height_cm[1] - HEIGHT_CM for hands in truth]
    (minute,) = pipeline.minutes.flush()
    first, second = minute.lifts[:2]
    assert (first.zone, first.kind, first.load_kg) == ("floor", "stoop_lift", 12.0)
    assert first.origin.height_cm[0] <= min(heights) <= first.origin.height_cm[1]
    assert first.destination.height_cm[0] <= max(heights) <= first.destination.height_cm[1]
    assert second.kind == "lowering"
    assert second.destination.height_cm[0] <= min(heights) <= second.destination.height_cm[1]


@pytest.mark.timeout(240)
def test_the_drawn_shift_is_kept_as_the_eye_counts(blazepose):
    """One bend over the table, one crate lifted and set down by stooping and one by squatting, one
    reach overhead; sitting, kneeling and walking are none of these."""
    pipeline = CameraPipeline(CameraPlan("hall", ()), blazepose, FakeClock(AT))
    for frame in drawn("mannequin:shift?pace=asap", 79):
        pipeline.step(frame)
    kept: Counter[str] = Counter()
    for minute in pipeline.minutes.flush():
        kept += minute.movements
    assert kept == {
        "bend": 3, "squat": 2, "overhead_reach": 1, "stoop_lift": 1, "squat_lift": 1, "lowering": 2,
    }  # fmt: skip
