"""What a pose engine is to the rest of the house."""

from collections.abc import Sequence
from typing import Protocol

from monitor.posture.model import AnyImage, Pose, Region


class Engine(Protocol):
    """Two verbs and no memory: the same call on the same picture gives the same answer.

    One engine serves all cameras of a worker; it is used from one thread.
    """

    name: str
    """Engine and model, as written on every event: for example `mediapipe/full`."""

    def find(
        self,
        image: AnyImage,
        windows: Sequence[Region] = (),
        *,
        still: bool = False,
        known: Sequence[Region] = (),
        seen: Sequence[Pose] = (),
    ) -> list[Pose]:
        """Look for people in these squares of the picture, in all of it when none is given: costly,
        now and then. Everybody is told once, however many windows show them.

        known: of bodies followed in this picture; they need not be told again.
        seen: looks at bodies in this picture that may have gone wrong: one that the first look of
        the search agrees with needs no further looks.
        still: a single picture, and nobody will look again: all of it is searched as thoroughly as
        the engine can be trusted to, in a second or more, and only who is surely a person is told.
        """
        ...

    def follow(self, image: AnyImage, regions: Sequence[Region]) -> list[Pose | None]:
        """Look again at people already known, one answer a region: `None` where nobody is."""
        ...

    def close(self) -> None: ...
