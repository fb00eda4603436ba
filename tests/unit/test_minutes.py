from datetime import timedelta

import pytest

from monitor.posture.hands import Hands
from monitor.posture.minutes import Lift, Minutes
from monitor.posture.model import Landmark, Person
from monitor.posture.rules import BANDS, band_of, limits_of
from monitor.rows import minute_rows
from monitor.store import tables
from monitor.store.journal import entry_of, row_of
from tests.builders import NOON, a_person, a_pose


def after(seconds: float):
    return NOON + timedelta(seconds=seconds)


def test_time_is_split_at_the_minute():
    minutes = Minutes()
    minutes.watched(after(50), after(130), [a_person(trunk=40)])
    closed = minutes.closed(after(125))
    assert [(m.start, m.watched_s) for m in closed] == [(NOON, 10), (after(60), 60)]
    assert [m.watched_s for m in minutes.flush()] == [10]
    assert closed[1].bands["trunk_flexion", "30-60"] == 60


def test_watched_and_blind_fill_a_minute_and_person_seconds_count_everybody():
    minutes = Minutes()
    minutes.watched(NOON, after(45), [a_person(1), a_person(2, trunk=70)])
    minutes.blind(after(45), after(60))
    (minute,) = minutes.closed(after(60))
    assert (minute.watched_s, minute.blind_s, minute.people_s) == (45, 15, 90)
    assert minute.bands["trunk_flexion", "0-20"] == minute.bands["trunk_flexion", "60+"] == 45


def test_people_who_cannot_be_measured_are_counted_as_such():
    body = a_person()
    hidden = Person(1, a_pose(unseen=[Landmark.LEFT_HIP]), body.gravity, {})
    minutes = Minutes()
    minutes.watched(NOON, after(60), [hidden])
    (minute,) = minutes.closed(after(60))
    assert minute.unmeasured_s == 60
    assert minute.bands["trunk_flexion", "unseen"] == 60


def test_who_stands_in_a_zone_counts_there_and_in_the_whole_picture():
    minutes = Minutes()
    people = [a_person(1, trunk=40, zones=("press", "aisle")), a_person(2, zones=("press",))]
    minutes.watched(NOON, after(30), people)
    minutes.watched(after(30), after(60), [a_person(1, trunk=40)])
    (minute,) = minutes.closed(after(60))
    assert minute.bands["trunk_flexion", "30-60"] == 60
    of_trunk = {key: s for key, s in minute.zone_bands.items() if key[1] == "trunk_flexion"}
    assert of_trunk == {
        ("press", "trunk_flexion", "30-60"): 30,
        ("press", "trunk_flexion", "0-20"): 30,
        ("aisle", "trunk_flexion", "30-60"): 30,
    }


def test_movements_belong_to_the_minute_in_which_they_are_counted():
    minutes = Minutes()
    for seconds, kinds in ((10, ["bend"]), (59, ["bend", "squat"]), (61, ["squat"]), (130, [])):
        minutes.moved(after(seconds), kinds)
    assert [(m.start, dict(m.movements)) for m in minutes.flush()] == [
        (NOON, {"bend": 2, "squat": 1}),
        (after(60), {"squat": 1}),
    ]


def test_lifts_belong_to_the_minute_in_which_they_are_counted():
    lift = Lift("press", "stoop_lift", 12.0, "fair", Hands((0, 40), (20, 50)), None)
    minutes = Minutes()
    minutes.lifted(after(10), [lift, lift])
    minutes.lifted(after(61), [lift])
    rows = [row for minute in minutes.flush() for row in minute_rows(minute, "dock-1", "w")]
    lifts = [row for row in rows if isinstance(row, tables.Lift)]
    assert [(row.minute, row.number) for row in lifts] == [(NOON, 0), (NOON, 1), (after(60), 0)]
    kept = row_of(entry_of(lifts[0]))
    assert kept.origin == {"height_cm": [0, 40], "reach_cm": [20, 50]}
    assert (kept.zone, kept.load_kg, kept.coupling, kept.destination) == ("press", 12, "fair", None)


def test_means_per_minute():
    minutes = Minutes()
    minutes.sampled(NOON, 5, [0.5, 1.0])
    minutes.took(NOON, "find", 10)
    minutes.took(NOON, "find", 20)
    (minute,) = minutes.flush()
    assert (minute.frames_in, minute.sampled, minute.confidence) == (5, 1, 0.75)
    assert minute.stage_ms == {"find": 15.0}


@pytest.mark.parametrize(
    ("value", "band"),
    [(-10, "0-20"), (19.9, "0-20"), (20, "20-30"), (30, "30-60"), (60, "60+"), (None, "unseen")],
)
def test_bands(value, band):
    assert band_of("trunk_flexion", value) == band


@pytest.mark.parametrize("measure", BANDS)
def test_the_limits_of_a_band_hold_what_falls_in_it(measure):
    for value in range(180):
        low, high = limits_of(band_of(measure, value))
        assert low <= value < high
    assert limits_of("unseen") is None
