"""What a camera is to the rest of the house."""

from typing import NamedTuple, Protocol

from monitor.posture.model import Image, Truth


class Picture(NamedTuple):
    """image: (height, width, 3) uint8 RGB, upright; truth: drawn cameras only."""

    image: Image
    truth: tuple[Truth, ...] = ()


class Source(Protocol):
    """A stream of pictures. Not thread-safe; `close` may be called twice.

    `grab` is cheap and moves on, `retrieve` turns the picture grabbed last into RGB: pictures
    nobody needs are never converted (or, for the drawn camera, never drawn).
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
        """The picture grabbed last."""
        ...

    def close(self) -> None: ...
