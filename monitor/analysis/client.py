"""Asking the analysis process, without loading what it loads."""

import socket
import struct
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from monitor.errors import InputError
from monitor.pose.models import face_model, pose_graphs

log = structlog.get_logger()

START_S = 60.0
ANSWER_S = 60.0
"""A picture that takes longer is given up: an ordinary one takes a second of one core, one of 50
megapixels six."""


class Analysed(NamedTuple):
    """result: size, engine and people (contract in docs/pages.md). picture: a JPEG without
    skeleton, heads hidden if that was asked."""

    result: dict[str, Any]
    picture: bytes


class AnalysisProcess:
    """One child process, started at the first picture and again whenever it is gone.

    Safe to use from several threads: pictures are looked at one after another. The child has a
    session of its own, so that Ctrl-C is for its parent; it ends when its parent is gone.
    """

    def __init__(self, data: Path, *, answer_s: float = ANSWER_S) -> None:
        """data: the folder that holds the models. answer_s: a picture may take this long."""
        self._data = data
        self._answer_s = answer_s
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._asked: Connection | None = None

    def analyze(self, data: bytes, *, blur: bool) -> Analysed:
        """Find the people in a picture.

        Raises InputError when there can be none, ModelError when a model is missing or damaged.
        """
        with self._turn:
            said = self._ask((blur, data))
        if isinstance(said, str):
            raise InputError(said)
        return Analysed(*said)

    def close(self) -> None:
        """End the child, if there is one."""
        if self._asked is not None:
            self._asked.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._asked = self._child = None

    def _ask(self, question: tuple[bool, bytes]) -> Any:
        try:
            asked = self._connected()
            asked.send(question)
            return self._heard(asked, self._answer_s)
        except (TimeoutError, BlockingIOError) as e:
            self.close()
            log.warning("analysis process killed: no answer", seconds=self._answer_s)
            raise InputError(
                f"the picture took longer than {self._answer_s:g} s and was given up"
            ) from e
        except (EOFError, OSError) as e:
            self.close()
            log.warning("analysis process ended", reason=str(e))
            raise InputError("the picture could not be analysed: it broke the analysis") from e

    def _connected(self) -> Connection:
        if self._asked is not None and self._child is not None and self._child.poll() is None:
            return self._asked
        self.close()
        pose_graphs(self._data)
        face_model(self._data)
        ours, theirs = socket.socketpair()
        with theirs:
            _limit(ours, self._answer_s)
            self._asked = Connection(ours.detach())
            self._child = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "monitor.analysis.process",
                    str(theirs.fileno()),
                    self._data,
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._heard(self._asked, START_S)
        return self._asked

    @staticmethod
    def _heard(asked: Connection, timeout: float) -> Any:
        if not asked.poll(timeout):
            raise TimeoutError
        return asked.recv()


def _limit(ours: socket.socket, seconds: float) -> None:
    """A child that hangs while it is sent or sends a picture ends the wait: BlockingIOError."""
    timeval = struct.pack("ll", int(seconds), int(seconds % 1 * 1e6))
    for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
        ours.setsockopt(socket.SOL_SOCKET, option, timeval)
