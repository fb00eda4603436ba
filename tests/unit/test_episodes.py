from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from monitor.posture.angles import measure_angles
from monitor.posture.episodes import Change, Episode, Episodes, Kind
from monitor.posture.model import ANGLES, Angle, Person
from monitor.posture.rules import Rule
from monitor.settings import Camera, load_pack, rules_by
from tests.builders import a_person, a_pose, a_rule, joints

Signal = Callable[[float], float | None]


def watch(signal: Signal, rule=None, *, every: float = 0.2, until: float = 60, offset: float = 0.0):
    """Everything that changed while one person's trunk followed `signal`."""
    episodes = Episodes([rule or a_rule()])
    changes: list[tuple[float, Change]] = []
    for t in np.arange(offset, until, every):
        value = signal(float(t))
        people = [] if value is None else [a_person(trunk=value)]
        changes += [(float(t), c) for c in episodes.step(float(t), people)]
    return changes


def kinds(changes) -> list[Kind]:
    return [change.kind for _, change in changes]


def bend(begin: float, end: float, deg: float = 75.0) -> Signal:
    return lambda t: deg if begin <= t < end else 5.0


@pytest.mark.parametrize("every", [0.2, 1.0, 7.0])
@pytest.mark.parametrize("offset", [0.0, 0.11, 0.17])
def test_a_long_bend_is_one_event_at_any_sampling(every, offset):
    changes = watch(bend(20, 50), every=every, until=90, offset=offset)
    assert kinds(changes) == [Kind.STARTED, Kind.ENDED]
    event = changes[0][1].episode
    assert event.started_t == pytest.approx(20, abs=every)
    assert event.met_t - event.started_t == pytest.approx(4.0, abs=0.01)
    assert event.ended_t == pytest.approx(50, abs=every)
    assert event.peak == pytest.approx(75)


@pytest.mark.parametrize("every", [0.1, 0.2, 0.4])
@pytest.mark.parametrize("offset", [0.0, 0.07, 0.17])
def test_whoever_straightens_for_less_than_the_release_goes_on_at_any_sampling(every, offset):
    """Down to 5 degrees and back in 1.6 s, under the limit for 1.1 of them."""
    rule = a_rule(release_s=1.2)
    assert 1.1 < 1.6 * (rule.leave - 5.0) / 70.0 < 1.2
    changes = watch(
        lambda t: min(bend(20, 50)(t), 5.0 + 87.5 * abs(t - 30.0)) if t < 50 else 5.0,
        rule, every=every, until=60, offset=offset,
    )  # fmt: skip
    assert kinds(changes) == [Kind.STARTED, Kind.ENDED]


@pytest.mark.parametrize("every", [0.2, 1.0])
def test_a_bend_shorter_than_the_hold_is_nothing(every):
    assert watch(bend(20, 23), every=every) == []


@pytest.mark.parametrize("every", [0.2, 1.0, 7.0])
def test_one_wrong_sample_is_never_an_event(every):
    t_wrong = 21.0
    assert watch(lambda t: 179.0 if abs(t - t_wrong) < every / 2 else 0.0, every=every) == []


def test_the_event_is_told_when_it_is_met_not_when_it_ends():
    changes = watch(bend(10, 40))
    assert changes[0][0] == pytest.approx(14.0, abs=0.2)


def test_hysteresis_keeps_one_event_while_the_angle_plays_round_the_limit():
    rng = np.random.default_rng(1)
    noisy = {round(t * 5): 60 + rng.uniform(-4, 4) for t in np.arange(0, 60, 0.2)}
    changes = watch(lambda t: noisy[round(t * 5)], until=59)
    assert kinds(changes) == [Kind.STARTED]


def test_a_short_dip_does_not_end_the_event_and_a_longer_one_does():
    def dipping(length: float) -> Signal:
        return lambda t: 5.0 if 20 <= t < 20 + length else 75.0

    assert kinds(watch(dipping(0.8), until=40)) == [Kind.STARTED]
    assert kinds(watch(dipping(3.0), until=40)) == [Kind.STARTED, Kind.ENDED, Kind.STARTED]


def test_reminded_while_it_goes_on():
    changes = watch(bend(0, 200), a_rule(remind_s=60.0), until=190)
    assert kinds(changes) == [Kind.STARTED, Kind.REMINDED, Kind.REMINDED, Kind.REMINDED]


ISO_LINE = {"enter": 20.0, "leave": 15.0, "hold": ((20.0, 240.0), (60.0, 60.0))}


@pytest.mark.parametrize(("deg", "allowed"), [(20, 240), (40, 150), (60, 60), (75, 60)])
@pytest.mark.parametrize("every", [0.2, 7.0])
def test_the_time_allowed_falls_along_the_iso_11226_line(deg, allowed, every):
    changes = watch(bend(0, 400, deg), a_rule(**ISO_LINE), every=every, until=380)
    assert changes[0][1].episode.met_t == pytest.approx(allowed, abs=0.5)


def test_shares_of_the_allowed_time_add_up_over_different_angles():
    changes = watch(lambda t: 20.0 if t < 120 else 60.0, a_rule(**ISO_LINE), until=200)
    assert changes[0][1].episode.met_t == pytest.approx(150, abs=0.5)


def test_unseen_is_neither_over_nor_under():
    def hidden(begin: float, end: float) -> Signal:
        return lambda t: None if begin <= t < end else 75.0 if t >= 10 else 5.0

    event = watch(hidden(11, 21), until=40)[0][1].episode
    assert event.met_t == pytest.approx(24, abs=0.5), "ten unseen seconds are not held"
    assert None in [value for _, value in event.track]


def test_someone_unseen_for_longer_than_forget_ends_where_last_seen():
    changes = watch(lambda t: 75.0 if 10 <= t < 20 else None, until=60)
    assert kinds(changes) == [Kind.STARTED, Kind.ENDED]
    assert changes[1][0] == pytest.approx(20 + 15, abs=0.5)
    assert changes[1][1].episode.ended_t == pytest.approx(20, abs=0.3)


def test_a_bend_let_go_of_before_someone_was_hidden_does_not_go_on_afterwards():
    def signal(t: float) -> float | None:
        return 75.0 if t < 3 else 5.0 if t < 3.5 else None if t < 6 else 75.0

    changes = watch(signal, until=9.5)
    assert kinds(changes) == [], "3 s and 3.5 s of two bends are not one bend of 6.5 s"


def test_time_within_the_hysteresis_is_not_held():
    assert watch(lambda t: 61.0 if t % 2 < 1 else 57.0, until=6.5) == []


def test_a_silence_longer_than_forget_does_not_join_two_bends():
    episodes = Episodes([a_rule()])
    times = [*np.arange(0, 5, 0.2), *np.arange(100, 105, 0.2)]
    changes = [c.kind for t in times for c in episodes.step(t, [a_person(trunk=75)])]
    assert changes == [Kind.STARTED, Kind.ENDED, Kind.STARTED]


def test_two_people_have_episodes_of_their_own():
    episodes = Episodes([a_rule()])
    changes = [
        change
        for t in np.arange(0, 10, 0.2)
        for change in episodes.step(t, [a_person(1, trunk=75), a_person(2, trunk=70 * (t > 4))])
    ]
    assert [(c.kind, c.episode.slot) for c in changes] == [(Kind.STARTED, 1), (Kind.STARTED, 2)]


def test_a_rule_for_a_zone_judges_only_people_in_it():
    episodes = Episodes([a_rule(zones=("dock",))])
    changes = [
        change
        for t in np.arange(0, 10, 0.2)
        for change in episodes.step(
            t, [a_person(1, trunk=75), a_person(2, trunk=75, zones=("aisle", "dock"))]
        )
    ]
    assert [(c.episode.slot, c.episode.zone) for c in changes] == [(2, "dock")]


def test_finish_ends_what_runs_where_it_was_last_seen():
    episodes = Episodes([a_rule()])
    for t in np.arange(0, 10, 0.2):
        episodes.step(t, [a_person(trunk=75)])
    (ended,) = episodes.finish()
    assert ended.kind is Kind.ENDED
    assert ended.episode.ended_t == pytest.approx(9.8)
    assert episodes.finish() == []


def test_a_track_stays_short_however_long_the_event():
    changes = watch(bend(0, 1000), until=990)
    assert len(changes[0][1].episode.track) <= 600


@pytest.mark.parametrize("middle", [-5.0, -2.5, 0.0])
def test_an_hour_of_noise_about_a_limit_is_one_event_at_most(middle):
    for rule in rules_by(load_pack("default"), Camera(name="gate", url="mannequin:")):
        name = rule.measure if rule.measure in ANGLES else f"left_{rule.measure}"
        if name not in ANGLES:
            continue
        random, episodes, started = np.random.default_rng(1), Episodes([rule]), 0
        body = a_person()
        for i in range(3600 * 5):
            angle = Angle(rule.enter + middle + random.normal(0, 5))
            person = replace(body, angles={name: angle})
            started += sum(c.kind is Kind.STARTED for c in episodes.step(i / 5, [person]))
        assert started <= 1, rule.name


def at(px: float, trunk: float, slot: int = 1) -> Person:
    """Somebody whose hips are at `px` in the picture; a trunk has 50 pixels."""
    gravity = joints(trunk=trunk)
    pose = a_pose(gravity, at=(px, 240.0))
    return Person(slot, pose, gravity, measure_angles(pose, gravity))


def left_at(px: float, rule: Rule, *, t: float = 10.0) -> list[Episode]:
    """An event whose watcher is gone at `t`, seen until then."""
    episodes = Episodes([rule])
    for moment in (0.0, t / 2, t):
        episodes.step(moment, [at(px, 75)])
    return list(episodes.running)


def watch_on(left: list[Episode], rule: Rule, *seen: tuple[float, list[Person]]):
    episodes = Episodes([rule], left)
    return [(t, change) for t, people in seen for change in episodes.step(t, people)]


def test_who_is_still_over_the_limit_after_a_restart_goes_on_in_the_same_event():
    rule = a_rule()
    (event,) = left = left_at(320, rule)
    bent = [at(300, 80, slot=7)]
    changes = watch_on(
        left, rule, (17, bent), (18, bent), (19, [at(300, 0, 7)]), (20, []), (21, [])
    )
    assert [(t, change.kind, change.episode) for t, change in changes] == [(20, Kind.ENDED, event)]
    assert (event.slot, event.started_t, event.peak) == (7, 0, pytest.approx(80))
    assert event.ended_t == pytest.approx(18.3, abs=0.1)
    assert event.track[2:5] == [
        (10, pytest.approx(75)), (10, None), (17, pytest.approx(80))
    ]  # fmt: skip
    assert event.peak_angles["trunk_flexion"].deg == pytest.approx(80)


@pytest.mark.parametrize(
    ("where", "bent", "when"),
    [
        pytest.param(320 + 80, 75, 17, id="somebody elsewhere"),
        pytest.param(320, 50, 17, id="upright enough"),
        pytest.param(320, 75, 25.5, id="too late"),
    ],
)
def test_otherwise_what_was_left_ends_where_it_was_last_seen(where, bent, when):
    rule = a_rule()
    (event,) = left = left_at(320, rule)
    someone = [at(where, bent, slot=7)]
    changes = watch_on(left, rule, *[(t, someone) for t in np.arange(when, 29.0)])
    ended = [(c.kind, c.episode.ended_t) for _, c in changes if c.episode is event]
    assert ended == [(Kind.ENDED, 10)]
    others = [c.kind for _, c in changes if c.episode is not event]
    assert others == ([] if bent < 60 or when > 24 else [Kind.STARTED])


def test_two_who_bend_side_by_side_each_go_on_in_their_own_event():
    rule = a_rule()
    a, b = left = [*left_at(300, rule), *left_at(360, rule)]
    watch_on(left, rule, (15, [at(355, 75, slot=3), at(305, 75, slot=4)]))
    assert (a.slot, b.slot) == (4, 3)


def test_of_two_numbers_that_one_body_had_the_one_seen_last_goes_on():
    rule = a_rule()
    old, event = left = [*left_at(320, rule, t=8.0), *left_at(325, rule)]
    watch_on(left, rule, (15, [at(320, 75, slot=3)]))
    assert (old.slot, event.slot) == (1, 3)


def test_who_gets_another_number_and_their_own_again_goes_on_in_the_same_event():
    episodes = Episodes([a_rule()])
    looks = [(0.2 * n, 2 if 20 < n < 24 else 1) for n in range(40)]
    changes = [c for t, slot in looks for c in episodes.step(t, [at(320, 75, slot)])]
    changes += episodes.finish()
    assert [change.kind for change in changes] == [Kind.STARTED, Kind.ENDED]
    assert changes[1].episode.started_t == 0
    assert changes[1].episode.used == pytest.approx(7.8 / 4)


@pytest.mark.parametrize(
    ("where", "when"),
    [
        pytest.param(320 + 80, 5.2, id="in another place"),
        pytest.param(320, 6.4, id="later"),
        pytest.param(320, 5.0, id="while the first is still there"),
    ],
)
def test_somebody_else_begins_an_event_of_their_own(where, when):
    episodes = Episodes([a_rule()])
    for n in range(26):
        people = [at(where, 75, slot=2)] if when <= n / 5 else []
        episodes.step(n / 5, [at(320, 75, slot=1), *people])
    episodes.step(max(when, 5.2), [at(where, 75, slot=2)])
    assert sorted(episode.slot for episode in episodes.running) == [1, 2]


def test_a_neighbour_who_was_known_before_takes_nothing_over():
    episodes = Episodes([a_rule()])
    for n in range(26):
        episodes.step(n / 5, [at(320, 75, slot=1), at(360, 5, slot=2)])
    episodes.step(5.2, [at(350, 75, slot=2)])
    assert sorted(episode.slot for episode in episodes.running) == [1, 2]


def test_what_had_not_been_met_yet_is_met_later_without_the_time_nobody_watched():
    rule = a_rule(hold=((0.0, 30.0),))
    left = left_at(320, rule)
    ((_, change),) = watch_on(left, rule, *[(t, [at(320, 75)]) for t in range(17, 45)])
    assert (change.kind, change.episode.met_t) == (Kind.STARTED, pytest.approx(37))


def test_an_event_of_another_rule_is_nobodys():
    rule, other = a_rule(), a_rule(name="other")
    left = left_at(320, rule)
    episodes = Episodes([rule, other], left)
    episodes.step(15, [at(320, 75)])
    assert {e.rule.name: e.started_t for e in episodes.running} == {"bend": 0, "other": 15}


def test_a_long_track_is_thinned_and_keeps_its_gaps():
    hidden = {100, 101, 102, 500}
    changes = watch(lambda t: None if t in hidden else 75.0, every=1.0, until=1500)
    track = changes[0][1].episode.track
    assert len(track) <= 600
    assert [t for t, value in track if value is None] == [100, 500]
