"""Messages as mail."""

import smtplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

import structlog

from monitor.errors import NotifyError
from monitor.notify.deadline import within
from monitor.notify.message import Message

log = structlog.get_logger()

Security = Literal["starttls", "tls", "none"]


class Mail:
    """One plain-text mail per message to all of `to`.

    security: `starttls` (never falls back to plain), `tls` from the first byte, or `none`.
    Certificates are verified against the system's authorities, or those of `context`. timeout_s
    bounds the whole exchange. A message that at least one recipient gets is accepted; recipients
    the server refuses are logged.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        sender: str,
        to: Sequence[str],
        security: Security = "starttls",
        user: str | None = None,
        password: str | None = None,
        timeout_s: float = 30.0,
        context: ssl.SSLContext | None = None,
    ):
        self._name = name
        self._host = host
        self._port = port
        self._sender = sender
        self._to = tuple(to)
        self._security = security
        self._user = user
        self._password = password
        self._timeout_s = timeout_s
        self._context = context or ssl.create_default_context()

    def send(self, message: Message) -> None:
        client = self._client()
        try:
            within(self._timeout_s, lambda: self._exchange(client, message), lambda: client.sock)
        except (OSError, ValueError) as e:
            raise NotifyError(f"mail {self._name}: {self._failure(e)}") from e
        finally:
            client.close()

    def _client(self) -> "_Client | _TlsClient":
        if self._security == "tls":
            return _TlsClient(self._host, self._timeout_s, self._context)
        return _Client(self._host, self._timeout_s)

    def _exchange(self, client: smtplib.SMTP, message: Message) -> None:
        code, answer = client.connect(self._host, self._port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, answer)
        if self._security == "starttls":
            client.starttls(context=self._context)
        if self._user is not None:
            client.login(self._user, self._password or "")
        refused = client.send_message(self._mail(message))
        if refused:
            log.warning("mail refused", receiver=self._name, recipients=sorted(refused))
        with suppress(OSError):
            client.putcmd("quit")

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = " ".join(message.title.split())
        mail["From"] = self._sender
        mail["To"] = ", ".join(self._to)
        mail["Date"] = format_datetime(message.at)
        mail["Message-ID"] = f"<{message.id}@plumbline.invalid>"
        mail["Auto-Submitted"] = "auto-generated"
        link = f"\n\n{message.link}" if message.link else ""
        mail.set_content(f"{message.text}{link}\n")
        return mail

    def _failure(self, error: Exception) -> str:
        match error:
            case TimeoutError():
                why = f"did not take it within {self._timeout_s:g} s"
            case smtplib.SMTPAuthenticationError():
                why = f"refused the user name or password ({error.smtp_code})"
            case smtplib.SMTPRecipientsRefused():
                codes = sorted({str(code) for code, _ in error.recipients.values()})
                why = f"refused every recipient ({', '.join(codes)})"
            case smtplib.SMTPResponseException():
                why = f"answered {error.smtp_code} {_one_line(error.smtp_error)}"
            case smtplib.SMTPNotSupportedError():
                why = f"does not offer {self._security} or the log-in asked for"
            case ssl.SSLCertVerificationError():
                why = f"has a certificate that is not trusted ({error.verify_message})"
            case OSError(strerror=str(reason)):
                why = f"cannot be reached ({reason})"
            case _:
                why = f"did not take it ({type(error).__name__})"
        return f"{self._host} {why}"


class _Client(smtplib.SMTP):
    """Connects when told, so that it can be hung up on meanwhile; knows whom to verify then."""

    def __init__(self, host: str, timeout_s: float):
        super().__init__(local_hostname=socket.gethostname(), timeout=timeout_s)
        self._host = host


class _TlsClient(smtplib.SMTP_SSL):
    def __init__(self, host: str, timeout_s: float, context: ssl.SSLContext):
        super().__init__(local_hostname=socket.gethostname(), timeout=timeout_s, context=context)
        self._host = host


def _one_line(answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:120]
