"""Why a camera gives no picture, in words a person can act on."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import av
import av.error

from monitor.capture.urls import host_and_port
from monitor.errors import CaptureError
from monitor.redact import redact

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (av.error.ConnectionRefusedError, "connection refused: is the camera on and the port right?"),
    (av.error.HTTPUnauthorizedError, "wrong user or password (401)"),
    (av.error.HTTPForbiddenError, "access refused (403): check user and password"),
    (av.error.HTTPNotFoundError, "no such path on the camera (404): check the address"),
    (av.error.HTTPTooManyRequestsError, "too many requests (429): close other viewers"),
    (av.error.HTTPBadRequestError, "the camera does not understand the request (400)"),
    (av.error.HTTPOtherClientError, "the camera refuses the request: check path and transport"),
    (av.error.HTTPServerError, "the camera reports an error of its own: restart it"),
    (av.error.InvalidDataError, "no video there: check port and path"),
    (av.error.ProtocolNotFoundError, "not a kind of stream that can be read: check the address"),
    (av.error.DecoderNotFoundError, "its video format cannot be decoded: set the camera to H.264"),
    (ConnectionError, "the camera broke the connection"),
    (EOFError, "the camera ended the stream"),
    (BrokenPipeError, "the camera broke the connection"),
)
_ERRNO = {
    errno.ENETUNREACH: "network unreachable: check cable and address",
    errno.EHOSTDOWN: "host is down: check cable and address",
    errno.EHOSTUNREACH: "no route to host: check cable and address",
}


@contextmanager
def in_words(url: str, *, silence: str, broken: str) -> Iterator[None]:
    """Turns what FFmpeg and the network raise into CaptureError, without credentials.

    silence: what to say when nothing came in time; broken: when FFmpeg knows no more than that.
    """
    try:
        yield
    except (TimeoutError, av.error.ExitError) as e:
        _forget_address(e)
        raise CaptureError(silence) from e
    except socket.gaierror as e:
        host, _ = host_and_port(url)
        raise CaptureError(f"host {host} unknown: check the name") from e
    except (av.error.FFmpegError, OSError, EOFError, ValueError) as e:
        _forget_address(e)
        raise CaptureError(_in_words(e, broken)) from e


def _in_words(error: Exception, broken: str) -> str:
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    if isinstance(error, OSError) and error.errno == errno.EIO:
        return broken
    if isinstance(error, OSError) and error.errno in _ERRNO:
        return _ERRNO[error.errno]
    return redact(getattr(error, "strerror", None) or str(error))


def _forget_address(error: Exception) -> None:
    """FFmpeg's errors carry the whole address; a traceback in a log must not show it."""
    if isinstance(error, av.error.FFmpegError):
        error.args = error.args[:2]
