"""Messages as signed HTTP requests, by the Standard Webhooks scheme.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import ssl
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from monitor.clock import Clock, SystemClock
from monitor.errors import NotifyError, SettingsError
from monitor.notify.deadline import within
from monitor.notify.message import Message

SECRET_PREFIX = "whsec_"


class Webhook:
    """Posts JSON to one address; 2xx is accepted, redirects are not followed.

    secret: `whsec_` and base64 as the scheme writes it; anything else is taken as its UTF-8
    bytes. timeout_s bounds the whole exchange, from looking up the name to the last header.
    Raises SettingsError for an address that is none.
    """

    def __init__(
        self,
        name: str,
        url: str,
        secret: str,
        *,
        timeout_s: float = 10.0,
        clock: Clock | None = None,
        context: ssl.SSLContext | None = None,
    ):
        self._name = name
        self._key = _key(name, secret)
        self._timeout_s = timeout_s
        self._clock = clock or SystemClock()
        self._context = context or ssl.create_default_context()
        self._parts = urlsplit(url)
        if self._parts.scheme not in ("http", "https") or not self._parts.hostname:
            raise SettingsError(f"alerts.webhooks.{name}.url: give http://… or https://…")
        if self._parts.username is not None:
            raise SettingsError(
                f"alerts.webhooks.{name}.url: user:password@ is not sent; messages are signed"
            )

    def send(self, message: Message) -> None:
        connection = self._connection()
        status = 0

        def exchange() -> None:
            nonlocal status
            body = _body(message)
            connection.request("POST", self._target(), body, self._headers(message, body))
            status = connection.getresponse().status

        try:
            within(self._timeout_s, exchange, lambda: connection.sock)
        except (OSError, ValueError, http.client.HTTPException) as e:
            raise NotifyError(f"webhook {self._name}: {self._failure(e)}") from e
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise NotifyError(f"webhook {self._name}: {_refusal(status)}")

    def _connection(self) -> http.client.HTTPConnection:
        host = self._parts.hostname or ""
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, self._parts.port, timeout=self._timeout_s)
        return http.client.HTTPSConnection(
            host, self._parts.port, timeout=self._timeout_s, context=self._context
        )

    def _target(self) -> str:
        target = self._parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        return quote(target, safe="/%?&=:;,@!$'()*+~")

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        sent = str(int(self._clock.now().timestamp()))
        return {
            "content-type": "application/json",
            "user-agent": "Plumbline",
            "webhook-id": str(message.id),
            "webhook-timestamp": sent,
            "webhook-signature": sign(self._key, str(message.id), sent, body),
        }

    def _failure(self, error: Exception) -> str:
        match error:
            case TimeoutError():
                why = f"did not answer within {self._timeout_s:g} s"
            case ssl.SSLCertVerificationError():
                why = f"has a certificate that is not trusted ({error.verify_message})"
            case OSError(strerror=str(reason)):
                why = f"cannot be reached ({reason})"
            case _:
                why = f"gave no HTTP answer ({type(error).__name__})"
        return f"{self._parts.hostname} {why}"


def sign(key: bytes, id: str, timestamp: str, body: bytes) -> str:
    """The header webhook-signature: version 1, HMAC-SHA256 over `id.timestamp.body`."""
    signed = hmac.new(key, b".".join((id.encode(), timestamp.encode(), body)), hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


def _key(name: str, secret: str) -> bytes:
    if not secret.startswith(SECRET_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as e:
        raise SettingsError(
            f"alerts.webhooks.{name}.secret: after {SECRET_PREFIX} base64 is expected"
        ) from e


def _body(message: Message) -> bytes:
    return json.dumps(
        {
            "type": message.kind,
            "timestamp": message.at.isoformat(),
            "data": {
                "title": message.title,
                "text": message.text,
                "link": message.link,
                **message.data,
            },
        }
    ).encode()


def _refusal(status: int) -> str:
    known = {s.value: s.phrase for s in HTTPStatus}
    answer = f"answered {status} {known.get(status, '')}".rstrip()
    if status == HTTPStatus.GONE:
        return f"{answer}: it wants no more messages; take it out of the settings"
    if 300 <= status < 400:
        return f"{answer}: redirects are not followed; give the final address in the settings"
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return f"{answer}: it does not let this message in; compare the secret on both sides"
    if 400 <= status < 500:
        return f"{answer}: it does not take this message; compare its address and what it expects"
    return f"{answer}: it has trouble of its own"
