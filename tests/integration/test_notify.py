import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from monitor.errors import NotifyError, SettingsError
from monitor.notify.mail import Mail, Security
from monitor.notify.message import Message, Notifier
from monitor.notify.webhook import Webhook
from tests.integration.receivers import (
    HttpReceiver,
    MailReceiver,
    certificate,
    http_receiver,
    mail_receiver,
    silent,
)

Tls = tuple[ssl.SSLContext, ssl.SSLContext]
"""Of a server, and of a client that trusts it."""

SECRET = "whsec_c2l4dGVlbiBieXRlcyBvciBtb3Jl"
KEY = b"sixteen bytes or more"
PASSWORD = "correct horse battery"


def a_message(**given: str) -> Message:
    values = {
        "id": uuid4(),
        "kind": "event.started",
        "at": datetime(2026, 5, 4, 12, 31, tzinfo=UTC),
        "title": "[alert] Deep forward bend at dock-1 – 12:31",
        "text": "Deep forward bend at dock-1.\nMeasured: 72 °, limit 60 °.",
        "data": {"camera": "dock-1", "value": 72.0},
        "link": "http://plumbline.local/events/1",
    }
    return Message(**{**values, **given})


@dataclass
class Got:
    id: str
    title: str
    text: str
    link: str


@dataclass
class Place:
    """One kind of receiver: how to reach it, what it got, how to make it refuse."""

    notifier: Callable[..., Notifier]
    """Takes `port` (default: the good receiver's) and `timeout_s`."""
    got: Callable[[], list[Got]]
    refuse: Callable[[], None]
    drip: bytes


def _webhook(stack: ExitStack, tls: Tls | None) -> Place:
    receiver = stack.enter_context(http_receiver(KEY, tls[0] if tls else None))
    scheme = "https" if tls else "http"

    def notifier(port: int | None = None, timeout_s: float = 5.0) -> Notifier:
        url = f"{scheme}://127.0.0.1:{port}/" if port else receiver.url
        context = tls[1] if tls else None
        return Webhook("office", url, SECRET, timeout_s=timeout_s, context=context)

    def got() -> list[Got]:
        return [
            Got(
                headers["webhook-id"],
                body["data"]["title"],
                body["data"]["text"],
                body["data"]["link"],
            )
            for headers, body in zip(receiver.headers, receiver.taken, strict=True)
        ]

    def refuse() -> None:
        receiver.status = 503

    return Place(notifier, got, refuse, b"HTTP/1.1 200 OK\r\nx-slow: " + b"a" * 50)


def _mail(stack: ExitStack, security: Security, tls: Tls) -> Place:
    login = ("plumbline", PASSWORD)
    receiver = stack.enter_context(mail_receiver(security, tls[0], login))

    def notifier(port: int | None = None, timeout_s: float = 5.0) -> Notifier:
        return Mail(
            "office",
            "127.0.0.1",
            port or receiver.port,
            sender="Plumbline <plumbline@factory.example>",
            to=["safety@factory.example"],
            security=security,
            user=login[0],
            password=login[1],
            timeout_s=timeout_s,
            context=tls[1],
        )

    def got() -> list[Got]:
        return [
            Got(
                mail["Message-ID"].partition("@")[0].strip("<"),
                mail["Subject"],
                *mail.get_content().strip().replace("\r\n", "\n").split("\n\n"),
            )
            for mail in receiver.taken
        ]

    def refuse() -> None:
        receiver.answer = "451 try later"

    return Place(notifier, got, refuse, b"220-still greeting\r\n")


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=["http", "https", "mail none", "mail starttls", "mail tls"])
def place(request: pytest.FixtureRequest, tls: Tls) -> Iterator[Place]:
    kind, _, security = request.param.partition(" ")
    with ExitStack() as stack:
        if kind == "mail":
            yield _mail(stack, security, tls)
        else:
            yield _webhook(stack, tls if kind == "https" else None)


class TestEveryNotifier:
    def test_what_is_sent_arrives_whole(self, place: Place) -> None:
        message = a_message()
        place.notifier().send(message)
        assert place.got() == [Got(str(message.id), message.title, message.text, message.link)]

    def test_a_refusal_is_told_and_a_later_try_arrives(self, place: Place) -> None:
        place.refuse()
        with pytest.raises(NotifyError, match=r"office: .*(503|451)"):
            place.notifier().send(a_message())
        assert place.got() == []

    def test_nobody_there_is_told(self, place: Place) -> None:
        with pytest.raises(NotifyError, match=r"office: 127.0.0.1 cannot be reached"):
            place.notifier(port=1).send(a_message())

    def test_a_receiver_that_says_nothing_ends_in_time(self, place: Place) -> None:
        with silent() as port:
            self._ends_in_time(place.notifier(port, timeout_s=0.5))

    def test_a_receiver_that_drips_ends_in_time(self, place: Place) -> None:
        with silent(place.drip) as port:
            self._ends_in_time(place.notifier(port, timeout_s=0.5))

    def _ends_in_time(self, notifier: Notifier) -> None:
        began = time.monotonic()
        with pytest.raises(NotifyError) as told:
            notifier.send(a_message())
        assert time.monotonic() - began < 1.5
        assert "office: 127.0.0.1" in str(told.value)
        for thread in threading.enumerate():
            if thread.name == "notify":
                thread.join(2)
                assert not thread.is_alive()

    def test_secrets_stay_out_of_words(self, place: Place) -> None:
        notifier = place.notifier(port=1)
        with pytest.raises(NotifyError) as told:
            notifier.send(a_message())
        for words in (str(told.value), repr(notifier), repr(told.value.__cause__)):
            assert SECRET not in words
            assert PASSWORD not in words
            assert "token" not in words


@pytest.fixture
def http() -> Iterator[HttpReceiver]:
    with http_receiver(KEY) as receiver:
        yield receiver


@pytest.fixture
def post() -> Iterator[MailReceiver]:
    with mail_receiver() as receiver:
        yield receiver


def test_a_webhook_says_what_happened_when(http: HttpReceiver) -> None:
    Webhook("office", http.url, SECRET).send(a_message())
    (body,) = http.taken
    assert (body["type"], body["timestamp"]) == ("event.started", "2026-05-04T12:31:00+00:00")
    assert (body["data"]["camera"], body["data"]["value"]) == ("dock-1", 72.0)
    assert http.paths == ["/hooks/plumbline?token=t%20k"]
    assert abs(int(http.headers[0]["webhook-timestamp"]) - time.time()) < 60


def test_a_wrong_secret_is_not_let_in(http: HttpReceiver) -> None:
    with pytest.raises(NotifyError, match=r"401 Unauthorized.*compare the secret"):
        Webhook("office", http.url, "another secret of ours").send(a_message())


def test_a_plain_secret_signs_with_its_bytes(http: HttpReceiver) -> None:
    Webhook("office", http.url, KEY.decode()).send(a_message())
    assert len(http.taken) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (302, "redirects are not followed"),
        (404, "404 Not Found: it does not take this message"),
        (410, "410 Gone: it wants no more messages; take it out of the settings"),
        (500, "it has trouble of its own"),
        (799, "answered 799"),
    ],
)
def test_what_a_receiver_answers_is_told_in_words(
    http: HttpReceiver, status: int, words: str
) -> None:
    http.status = status
    http.location = http.url
    with pytest.raises(NotifyError, match=words):
        Webhook("office", http.url, SECRET).send(a_message())
    assert len(http.paths) == 1


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("ftp://somewhere/", SECRET, "url: give http://… or https://…"),
        ("https:///path", SECRET, "url: give http://… or https://…"),
        ("https://me:it@somewhere/", SECRET, "user:password@ is not sent"),
        ("https://somewhere/", "whsec_!", "after whsec_ base64 is expected"),
    ],
)
def test_settings_that_cannot_work_are_refused(url: str, secret: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Webhook("office", url, secret)


def test_a_host_name_that_is_none_is_told() -> None:
    with pytest.raises(NotifyError, match=r"a\.\.b gave no HTTP answer"):
        Webhook("office", "http://a..b/", SECRET).send(a_message())


def test_an_untrusted_webhook_is_told_nothing(
    tls: Tls,
) -> None:
    with http_receiver(KEY, tls[0]) as receiver:
        with pytest.raises(NotifyError, match="certificate that is not trusted"):
            Webhook("office", receiver.url, SECRET).send(a_message())
        assert receiver.paths == []


def _mail_to(post: MailReceiver, **given: object) -> Mail:
    values = {"sender": "plumbline@factory.example", "to": ["a@x.example"], "security": "none"}
    return Mail("office", "127.0.0.1", post.port, **{**values, **given})


def test_an_untrusted_mail_server_is_told_nothing(
    tls: Tls,
) -> None:
    with mail_receiver("starttls", tls[0]) as receiver:
        with pytest.raises(NotifyError, match="certificate that is not trusted"):
            _mail_to(receiver, security="starttls").send(a_message())
        assert receiver.taken == []


def test_mail_never_falls_back_to_plain(post: MailReceiver) -> None:
    with pytest.raises(NotifyError, match="does not offer starttls"):
        _mail_to(post, security="starttls").send(a_message())
    assert post.taken == []


def test_a_wrong_password_is_told() -> None:
    with (
        mail_receiver(login=("plumbline", PASSWORD)) as receiver,
        pytest.raises(NotifyError, match=r"refused the user name or password \(535\)"),
    ):
        _mail_to(receiver, user="plumbline", password="wrong").send(a_message())


def test_mail_goes_to_those_whom_the_server_knows(post: MailReceiver) -> None:
    post.refused = frozenset({"b@x.example"})
    _mail_to(post, to=["a@x.example", "b@x.example"]).send(a_message())
    assert post.to == [["a@x.example"]]


def test_mail_that_reaches_nobody_is_told(post: MailReceiver) -> None:
    post.refused = frozenset({"a@x.example"})
    with pytest.raises(NotifyError, match=r"refused every recipient \(550\)"):
        _mail_to(post).send(a_message())


def test_a_title_cannot_add_a_header(post: MailReceiver) -> None:
    _mail_to(post).send(a_message(title="bend\r\nBcc: someone@else.example"))
    assert post.taken[0]["Subject"] == "bend Bcc: someone@else.example"
    assert post.taken[0]["Bcc"] is None
