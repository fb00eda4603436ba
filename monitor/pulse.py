"""What a worker process says of itself while it lives, and as it dies.

Lines on its standard output: `beat CAMERA` before it steps a camera, `thread IDENT NATIVE CAMERA`
for each capture thread, and in the end what `faulthandler` has to say of a crash. That comes in
pieces, and while one thread crashes another may beat in between: so each of our own lines begins
with a sign of its own (STX).
"""

import os
import re
import threading
from collections.abc import Iterator

CAPTURE = "capture "
"""How the names of capture threads begin; the camera's follows."""

OURS = re.compile(rb"\x02(\S+) ([^\n]*)\n")
CRASHED = re.compile(rb"Current thread 0x([0-9a-f]+) ")


class Heart:
    """Beats into a pipe, and never waits for whoever listens."""

    def __init__(self, out: int) -> None:
        """out: its file descriptor."""
        self._out = out
        self._threads_told = False
        os.set_blocking(out, False)

    def beat(self, camera: str) -> bool:
        """This camera is stepped next; all capture threads have been started. Whether there is
        still somebody to listen."""
        words = f"\x02beat {camera}\n".encode()
        if not self._threads_told:
            self._threads_told = True
            words = b"".join(_threads()) + words
        try:
            os.write(self._out, words)
        except BlockingIOError:
            return True
        except BrokenPipeError:
            return False
        return True


def _threads() -> Iterator[bytes]:
    """A line for each capture thread of this process."""
    for thread in threading.enumerate():
        if thread.name.startswith(CAPTURE):
            camera = thread.name.removeprefix(CAPTURE)
            yield f"\x02thread {thread.ident} {thread.native_id} {camera}\n".encode()


class Pulse:
    """The same, as it is heard.

    camera: being stepped now. captures: ids, as the kernel has them, of capture threads.
    """

    def __init__(self) -> None:
        self.camera: str | None = None
        self.captures: set[int] = set()
        self._owners: dict[int, str] = {}
        self._crashed_on: int | None = None
        self._rest = b""

    def hear(self, said: bytes) -> bool:
        """Whether a beat was among it."""
        said = self._rest + said
        beats = [self._ours(*words) for words in OURS.findall(said)]
        *lines, self._rest = OURS.sub(b"", said).split(b"\n")
        for line in lines:
            if crashed := CRASHED.match(line):
                self._crashed_on = int(crashed[1], 16)
        return any(beats)

    @property
    def culprit(self) -> str | None:
        """The camera whose thread crashed, or else at which everything stopped."""
        if self._crashed_on in self._owners:
            return self._owners[self._crashed_on]
        return self.camera

    def _ours(self, word: bytes, rest: bytes) -> bool:
        """Whether it is a beat."""
        if word == b"beat":
            self.camera = rest.decode()
            return True
        ident, native, camera = rest.split(b" ")
        self._owners[int(ident)] = camera.decode()
        self.captures.add(int(native))
        return False
