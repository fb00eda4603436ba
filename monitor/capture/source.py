"""What a camera is to the rest of the house."""

from typing import NamedTuple, Protocol

from monitor.posture.model import AnyImage, Truth


class Picture(NamedTuple):
    """image: upright. truth: drawn cameras only. behind_s: by how much it was taken before what
    was grabbed last; below 0 after it."""

    image: AnyImage
    truth: tuple[Truth, ...] = ()
    behind_s: float = 0.0


class Packet(NamedTuple):
    """A picture as it came. size: bytes. key: it stands on its own, and what follows on it. kept:
    what comes after it waits until it is read, and is known to be late by then."""

    size: int
    key: bool
    kept: bool = False


class Source(Protocol):
    """A stream of pictures. Not thread-safe; `close` may be called twice.

    `grab` is cheap and moves on, `retrieve` gives the picture grabbed last: pictures nobody
    needs are never converted and, of a network stream, not decoded when a key picture comes before
    the next that is needed (of the drawn camera, never drawn).
    """

    live: bool
    """Pictures come at their own pace, so the newest wins; otherwise every one is handed on."""

    def open(self) -> None:
        """Connect. Raises CaptureError, within the open timeout, if there is nothing to see."""
        ...

    def grab(self) -> float | None:
        """Wait for the next picture; its stream time in seconds, or `None` at the end of a file.

        Raises CaptureError when the stream breaks or stays silent for the read timeout.
        """
        ...

    def retrieve(self) -> Picture:
        """The picture grabbed last; where that is damaged, the next that is whole.

        Raises CaptureError as `grab` does.
        """
        ...

    @property
    def packet(self) -> Packet | None:
        """Of the picture grabbed last, where it need not be decoded unless it is retrieved."""
        ...

    def close(self) -> None: ...
