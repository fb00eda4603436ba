"""What happens to an uploaded picture, and what is remembered of it."""

import hashlib
from collections import OrderedDict
from threading import BoundedSemaphore, Lock
from uuid import UUID

from dashboard.config import house
from monitor.clock import Clock
from monitor.store import analyses


class BusyError(Exception):
    pass


class Unblurred:
    """Pictures whose uploader wanted them as they are: in memory, for that user, for a while."""

    KEPT_S = 900.0
    MOST = 6

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pictures: OrderedDict[tuple[str, UUID], tuple[bytes, float]] = OrderedDict()
        self._lock = Lock()

    def keep(self, digest: str, user: UUID, picture: bytes) -> None:
        with self._lock:
            self._drop_old()
            self._pictures[digest, user] = (picture, self._clock.steady())
            if len(self._pictures) > self.MOST:
                self._pictures.popitem(last=False)

    def find(self, digest: str, user: UUID) -> bytes | None:
        with self._lock:
            self._drop_old()
            picture, _ = self._pictures.get((digest, user), (None, 0.0))
            return picture

    def forget(self, digest: str) -> None:
        with self._lock:
            for key in [key for key in self._pictures if key[0] == digest]:
                del self._pictures[key]

    def _drop_old(self) -> None:
        oldest = self._clock.steady() - self.KEPT_S
        for key in [key for key, (_, at) in self._pictures.items() if at < oldest]:
            del self._pictures[key]


class Desk:
    """Where uploads are answered, one at a time: from what is kept, else by the analyst."""

    QUEUE = 3
    """More than these would take every thread from those who only want to look."""

    def __init__(self, clock: Clock) -> None:
        self.unblurred = Unblurred(clock)
        self._places = BoundedSemaphore(self.QUEUE)
        self._lock = Lock()

    def answer(self, data: bytes, *, blur: bool, user: UUID) -> str:
        """The digest of the result.

        Raises InputError when the picture cannot be read, BusyError when too many wait already.
        """
        digest = digest_of(data, blur=blur)
        if not self._places.acquire(blocking=False):
            raise BusyError("Other pictures are being analysed; send this one again in a minute.")
        try:
            with self._lock:
                if not self._kept(digest, user, blur=blur):
                    self._analyze(digest, data, blur=blur, user=user)
        finally:
            self._places.release()
        return digest

    def _kept(self, digest: str, user: UUID, *, blur: bool) -> bool:
        if not blur:
            return self.unblurred.find(digest, user) is not None
        with house().sessions() as store:
            return analyses.find(store, digest) is not None

    def _analyze(self, digest: str, data: bytes, *, blur: bool, user: UUID) -> None:
        here = house()
        analysed = here.analyst.analyze(data, blur=blur)
        if not blur:
            self.unblurred.keep(digest, user, analysed.picture)
        kept = analysed.picture if blur else b""
        with here.sessions() as store, store.begin():
            analyses.keep(
                store,
                digest,
                result=analysed.result,
                picture=kept,
                user=user,
                now=here.clock.now(),
            )


def digest_of(data: bytes, *, blur: bool) -> str:
    """SHA-256 of the picture and of the way it was asked for."""
    return hashlib.sha256((b"blurred:" if blur else b"as it is:") + data).hexdigest()


def kind_of(data: bytes) -> str | None:
    """`jpeg`, `png` or `webp` by the first bytes, whatever the file is called."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None
