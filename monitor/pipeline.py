"""One camera, one picture → what changed. Decides; stores nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from monitor.capture.rest import LONGEST_S
from monitor.capture.watch import PictureWatch
from monitor.clock import STEP_S, Clock
from monitor.ergonomics.context import UNKNOWN
from monitor.evidence import mask_out
from monitor.judge import Contexts, Judge, Judged
from monitor.pose.doubles import part_of
from monitor.pose.engine import Engine
from monitor.pose.mend import Mended, mended
from monitor.posture.belief import evidence
from monitor.posture.body import extent, in_view, middle, trunk_px
from monitor.posture.coach import Coach
from monitor.posture.episodes import Change, Episode
from monitor.posture.falls import WITHIN_S
from monitor.posture.gravity import Calibration
from monitor.posture.landmarks import Body, Look, View, as_kept
from monitor.posture.minutes import Lift, Minutes
from monitor.posture.model import Floats, Frame, Person, Pose, Region
from monitor.posture.motion import Motion, cell_px
from monitor.posture.outlook import Outlook
from monitor.posture.rules import Rule
from monitor.posture.sampling import Budget, Sampling
from monitor.posture.search import Search
from monitor.posture.slots import CLEAR, NEAR, RETURN_S, Slot, Slots, same_body
from monitor.posture.vertical import Vertical
from monitor.posture.windows import Sizes
from monitor.posture.zones import Polygon

ASTRAY = (
    "it looks elsewhere than when it was set up, so its zones, masks or tilt in the settings may "
    "be wrong; events are told, and the time does not count as watched"
)

COMPANY = 0.5
"""Squares of a trunk length that change at least where somebody walks past: a body covers more than
one, and whoever falls leaves 0.3 beside where the drawn body was seen."""


@dataclass(frozen=True, slots=True)
class CameraPlan:
    """How one camera is watched. calibration: learnt on when it is assumed; fov_known: but for its
    field of view. masks: blackened before anyone looks, evidence included."""

    name: str
    rules: tuple[Rule, ...]
    fps: float = 5.0
    calibration: Calibration = field(default_factory=Calibration)
    fov_known: bool = False
    zones: Mapping[str, Polygon] = field(default_factory=dict)
    contexts: Contexts = field(default_factory=dict)
    masks: tuple[Polygon, ...] = ()
    frozen_after_s: float = 15.0

    @property
    def placed(self) -> bool:
        """Whether settings say where something is in its picture, or how it hangs."""
        return bool(self.zones or self.masks) or self.calibration.origin == "settings"

    @property
    def gap_s(self) -> float:
        """A longer silence between two samples was not watched."""
        return max(2.0, 3.0 / self.fps)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one look led to. frame: as judged, masks applied, `None` when none came.
    blind: why nothing could be judged, `None` when it could. astray: why it is judged all the same
    and does not count as watched. calibration: judged by. moved: the camera was found to look
    elsewhere, back: where it looked at first; what it had learnt is void. resized: what is to be
    said of a picture that has another size than before. look: what was judged; `None` as the
    camera stops."""

    t: float
    at: datetime
    frame: Frame | None
    blind: str | None
    calibration: Calibration
    moved: bool = False
    back: bool = False
    slots: Sequence[Slot] = ()
    people: Sequence[Person] = ()
    changes: Sequence[Change] = ()
    running: Sequence[Episode] = ()
    look: Look | None = None
    resized: str | None = None
    astray: str | None = None

    def when(self, t: float) -> datetime:
        """UTC of another moment on the same steady line."""
        return self.at + timedelta(seconds=t - self.t)


class CameraPipeline:
    """frames → poses → people → angles → episodes → changes, for one camera."""

    def __init__(
        self,
        plan: CameraPlan,
        engine: Engine,
        clock: Clock,
        since: datetime | None = None,
        left: Sequence[Episode] = (),
        budget: Budget | None = None,
    ) -> None:
        """since: up to here somebody else accounted for the camera's time; `None`: it was off.
        left: the episodes that ran when they were gone. budget: of the worker, when the camera
        shares it with others."""
        self.plan = plan
        self.minutes = Minutes()
        self._engine = engine
        self._clock = clock
        self._watch = PictureWatch(frozen_after_s=plan.frozen_after_s)
        self.vertical = Vertical(plan.calibration, fov_known=plan.fov_known)
        self.coach = Coach()
        self._motion = Motion()
        self._outlook = Outlook()
        self._slots = Slots(self._moves, self._at_edge, self._company)
        self._strange: Floats = np.zeros((0, 2))
        self._believed_t: dict[int, float] = {}
        self._refused: dict[int, Pose] = {}
        self._unplaced: list[tuple[float, Region]] = []
        """When and where a clear body was taken for nobody, for `RETURN_S`."""
        self._size = self._first_size = (0, 0)
        self._search = Search()
        self._budget = budget or Budget()
        self._sizes = Sizes()
        self._judge = Judge(plan.rules, plan.contexts, left)
        self._people: Sequence[Person] = ()
        self._sampling = Sampling(plan.fps)
        self.fps = plan.fps
        """Looks a second that what was seen asks for."""
        self._sees = self._rested = False
        now = clock.now()
        before = max(now - since, timedelta(0)) if since is not None else timedelta(0)
        self.until = now - before
        """Up to here every second is accounted for as watched or blind."""
        self._until_t = clock.steady() - before.total_seconds()

    @property
    def there(self) -> bool:
        """Whether somebody may be: a body that is not believed counts once something moves in it,
        as nobody is believed before."""
        return any(slot.believed or self._moves(slot.pose) for slot in self._slots.all)

    @property
    def near(self) -> bool:
        """Whether there may soon be something to tell."""
        return self._sampling.near

    @property
    def sought(self) -> bool:
        """Whether somebody is searched for where something moves."""
        return self._search.aims

    def step(self, frame: Frame, frames_in: int = 1) -> Step:
        """Judge one picture; `frames_in` had come in since the last one judged."""
        frame = replace(frame, image=mask_out(frame.image, self.plan.masks))
        blind = self._watch.look(frame)
        self._rested = frame.rested
        if blind is not None:
            self._account(frame.t, frame.at, blind)
            return self._nobody(frame.t, frame.at, frame, blind)
        resized = self._resized(frame)
        self._look(frame)
        moved = self._outlook.moved(frame.t, self._motion.cells)
        if moved:
            self._forget_view()
        astray = ASTRAY if self._astray else None
        self._account(frame.t, frame.at, astray)
        look = self._kept(frame)
        judged = self._judged(look)
        self._people = judged.people
        self.fps = self._sampling.fps(frame.t, self._slots.all, self._judge.running)
        self.minutes.sampled(
            frame.at, frames_in, [float(p.pose.landmarks[:, 3].mean()) for p in judged.people]
        )
        return Step(
            frame.t, frame.at, frame, None, self.vertical.calibration,
            moved and self._outlook.astray, moved and not self._outlook.astray,
            self._slots.seen, judged.people, judged.changes, list(self._judge.running), look,
            resized, astray,
        )  # fmt: skip

    @property
    def _astray(self) -> bool:
        """Whether what settings say of the picture may be wrong: it shows another view than at
        first. Events are told all the same: better a doubtful one than none."""
        elsewhere = self._outlook.astray or _differs(self._size, self._first_size)
        return self.plan.placed and elsewhere

    def _forget_view(self) -> None:
        """What was learnt of the camera holds where it looked."""
        self.vertical.forget()
        self.coach.forget()
        self._sizes = Sizes()

    def _resized(self, frame: Frame) -> str | None:
        """Whoever is followed is searched for anew in a picture of another size; one of another
        shape shows another view, and what was learnt of the camera is void."""
        (height, width), (was_wide, was_high) = frame.image.shape[:2], self._size
        if not was_wide:
            self._first_size = (width, height)
            return None
        if (width, height) == self._size:
            return None
        self._slots.drop()
        if _differs((width, height), self._size):
            self._forget_view()
        return (
            f"its picture has {width} x {height} pixels now, {was_wide} x {was_high} before; "
            "check its zones if it shows another part of the place"
        )

    def silence(self, t: float, at: datetime, reason: str) -> Step:
        """No pictures come: the time since the last one counts as blind."""
        self._account(t, at, reason)
        return self._nobody(t, at, None, reason)

    def finish(self, t: float, at: datetime) -> Step:
        """End what runs, as the camera stops."""
        return replace(self.leave(t, at), changes=self._judge.finish(), running=())

    def leave(self, t: float, at: datetime) -> Step:
        """Stop, for somebody else to take up what runs."""
        self._account(t, at, None if self._sees else "stopped")
        return Step(t, at, None, None, self.vertical.calibration, running=list(self._judge.running))

    def _account(self, t: float, at: datetime, blind: str | None) -> None:
        """The time since the last look was watched or blind. How long it was is told by the steady
        clock: when the wall clock was set meanwhile, only dates change."""
        lasted_s = t - self._until_t
        if lasted_s < 0.0:
            return
        since = self.until
        if abs((at - since).total_seconds() - lasted_s) > STEP_S:
            self.minutes.cut()
            since = at - timedelta(seconds=lasted_s)
        self._sees = blind is None
        if self._sees and lasted_s <= self.plan.gap_s + (LONGEST_S if self._rested else 0.0):
            self.minutes.watched(since, at, self._people)
        else:
            self.minutes.blind(since, at)
        self.until, self._until_t = at, t

    def _nobody(self, t: float, at: datetime, frame: Frame | None, blind: str) -> Step:
        self._people = ()
        self._slots.lose(t)
        look = Look(t, at, blind, None)
        judged = self._judge.step(look)
        self._count(judged, at)
        return Step(
            t, at, frame, blind, self.vertical.calibration,
            changes=judged.changes, running=list(self._judge.running), look=look,
        )  # fmt: skip

    def _look(self, frame: Frame) -> None:
        height, width = frame.image.shape[:2]
        self._size = (width, height)
        self._motion.look(frame.t, frame.image)
        answers = self._follow(frame)
        expected = {s.number: a for s, a in zip(self._slots.all, answers, strict=True)}
        searches = not self._slots.all or self._budget.may_search(self._clock.steady())
        again = self._mended(frame, answers) if searches else Mended(answers, [], [])
        known = self._slots.known(frame.t, again.looks)
        looks, new = _in_view(again.looks, frame), _in_view(_others(again.looks, answers), frame)
        believed = [slot.pose for slot in self._slots.seen if slot.believed]
        clear = [pose for pose in looks if evidence(pose) >= CLEAR]
        self._strange = self._motion.outside(map(extent, believed + clear))
        if searches:
            found = _in_view(again.besides, frame) + self._find(frame, known, again.squares)
            self._take_in(frame.t, looks, found, new)
        else:
            self._slots.see(frame.t, looks)
        self._slots.forget(frame.t, width, height)
        self._refused = self._unlike(expected)

    def _take_in(
        self, t: float, looks: Sequence[Pose], found: Sequence[Pose], mended: Sequence[Pose]
    ) -> None:
        """What was followed, mended or not, and what a search found besides. A body found that is
        taken for nobody is looked for again: whoever is expected there may be given up by then."""
        before, seen = list(self._slots.all), self._slots.seen
        clear = [look for look in looks if evidence(look) >= CLEAR]
        finds = [pose for pose in found if not any(part_of(pose, look) for look in clear)]
        self._slots.see(t, looks, finds, mended)
        now = self._slots.seen
        unplaced = [
            pose for pose in [*finds, *clear] if not any(same_body(pose, s.pose) for s in now)
        ]
        self._unplaced += [(t, pose.region) for pose in unplaced if self._moves(pose)]
        fresh = [slot.pose for slot in now if slot not in seen] + unplaced
        moving = [pose for pose in fresh if self._moves(pose)]
        begun = [slot.pose for slot in now if slot not in before and not slot.believed]
        new = [_one_of(pose, begun) and _one_of(pose, finds) for pose in moving]
        places = np.array([*map(middle, moving)]).reshape(-1, 2)
        self._search.found(t, places, np.array(new, bool))

    def _unlike(self, answers: Mapping[int, Pose | None]) -> dict[int, Pose]:
        """What was seen where somebody was expected, by slot, and was taken for nobody; near
        somebody else it may be that body."""
        seen = {slot.number: slot.pose for slot in self._slots.seen}
        return {
            number: pose
            for number, pose in answers.items()
            if pose is not None
            and number not in seen
            and in_view(pose, *self._size)
            and not any(_near(pose, other) for other in seen.values())
        }

    def _moves(self, pose: Pose) -> bool:
        """Whether something moves in this body; else it is nobody, until it does."""
        return self._motion.within(extent(pose))

    def _at_edge(self, pose: Pose) -> bool:
        """Whether somebody may come in close to this body."""
        centre = middle(pose)
        return bool(min(*centre, *(np.array(self._size) - centre)) < trunk_px(pose))

    def _company(self, pose: Pose) -> bool:
        """Whether something as large as a body moves beside this one that is nobody seen."""
        away = np.abs(self._strange - middle(pose)).max(axis=1)
        area = float((away < NEAR * trunk_px(pose)).sum()) * cell_px(self._size) ** 2
        return area >= COMPANY * trunk_px(pose) ** 2

    def _follow(self, frame: Frame) -> list[Pose | None]:
        if not self._slots.all:
            return []
        started = self._clock.steady()
        answers = self._engine.follow(frame.image, self._slots.regions(frame.t))
        self._took(frame.at, "follow", started)
        return answers

    def _mended(self, frame: Frame, answers: list[Pose | None]) -> Mended:
        started = self._clock.steady()
        doubts = self._slots.doubts(frame.t, answers)
        again = mended(self._engine, frame.image, answers, doubts, most=1)
        ended = self._took(frame.at, "mend", started)
        self._budget.searched(ended, ended - started)
        return again

    def _find(
        self, frame: Frame, known: Sequence[Region], searched: Sequence[Region]
    ) -> list[Pose]:
        height, width = frame.image.shape[:2]
        self._unplaced = [(t, r) for t, r in self._unplaced if t >= frame.t - RETURN_S]
        squares = self._search.squares(
            frame.t,
            (width, height),
            self._sizes,
            [*self._slots.sought(frame.t), *(region for _, region in self._unplaced)],
            self._strange,
            searched,
            believed=sum(slot.believed for slot in self._slots.all),
            busy=self._budget.busy,
        )
        if not squares:
            return []
        started = self._clock.steady()
        finds = self._engine.find(frame.image, squares, known=known)
        ended = self._took(frame.at, "find", started)
        self._budget.searched(ended, ended - started)
        return _in_view(finds, frame)

    def _kept(self, frame: Frame) -> Look:
        """Who is believed in this picture, or was until just now, as it is kept and hence judged.

        Bodies that fall look so unlike people that they are doubted before they lie."""
        height, width = frame.image.shape[:2]
        self.vertical.learn(frame.t)
        self._forget_doubted(frame.t)
        bodies = []
        for slot in self._slots.seen:
            if slot.believed:
                self.vertical.see(frame.t, slot.number, slot.pose, (width, height))
                self._sizes.learn(slot.pose, height)
                self._believed_t[slot.number] = frame.t
            if slot.number in self._believed_t:
                bodies.append(Body(slot.number, as_kept(slot.pose), not slot.believed))
        bodies += [
            Body(number, as_kept(pose), doubted=True)
            for number, pose in self._refused.items()
            if number in self._believed_t
        ]
        view = View(width, height, self.vertical.calibration, self.plan.zones)
        return Look(frame.t, frame.at, None, view, bodies)

    def _forget_doubted(self, t: float) -> None:
        """Whoever is not believed for as long as a fall takes does not fall."""
        since = t - WITHIN_S
        self._believed_t = {slot: at for slot, at in self._believed_t.items() if at >= since}

    def _judged(self, look: Look) -> Judged:
        started = self._clock.steady()
        judged = self._judge.step(look)
        if look.view is not None:
            self.coach.see(look.t, judged.people, look.view)
        self._took(look.at, "judge", started)
        if not self._astray:
            self._count(judged, look.at)
        return judged

    def _count(self, judged: Judged, at: datetime) -> None:
        self.minutes.moved(at, [count.kind.value for count in judged.counted])
        self.minutes.lifted(at, self._lifts(judged))

    def _lifts(self, judged: Judged) -> Iterator[Lift]:
        for count in judged.counted:
            for zone in count.zones:
                known = self.plan.contexts.get(zone, UNKNOWN)
                coupling = None if known.coupling is None else known.coupling.value
                yield Lift(
                    zone, count.kind.value, known.load_kg, coupling, count.origin, count.destination
                )

    def _took(self, at: datetime, stage: str, started: float) -> float:
        """Count what has just ended; when that was."""
        ended = self._clock.steady()
        self.minutes.took(at, stage, 1000.0 * (ended - started))
        return ended


def _differs(size: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two pictures are of different shape, more than rounding makes them."""
    return abs(size[0] * other[1] - size[1] * other[0]) > max(*size, *other)


def _one_of(pose: Pose, poses: Sequence[Pose]) -> bool:
    return any(pose is one for one in poses)


def _near(one: Pose, other: Pose) -> bool:
    away = float(np.linalg.norm(middle(one) - middle(other)))
    return away < NEAR * max(trunk_px(one), trunk_px(other))


def _others(looks: Sequence[Pose | None], answers: Sequence[Pose | None]) -> list[Pose | None]:
    """The looks that are not as they were answered."""
    return [look for look, answer in zip(looks, answers, strict=True) if look is not answer]


def _in_view(poses: Sequence[Pose | None], frame: Frame) -> list[Pose]:
    height, width = frame.image.shape[:2]
    return [pose for pose in poses if pose is not None and in_view(pose, width, height)]
