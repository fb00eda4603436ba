"""Addresses: nothing secret is shown, and what is wrong is said with its mending."""

import time

import pytest

from monitor.capture.open import make_source
from monitor.capture.urls import (
    FileAddress,
    UsbAddress,
    camera_kind,
    file_address,
    host_and_port,
    usb_address,
)
from monitor.errors import SettingsError
from monitor.redact import redact
from tests.unit.capture_fakes import FakeClock

SECRETS = ("s3cret", "hunter2", "p/w", "p@ss", "tlJwpbo6")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://admin:s3cret@cam.local/live", "rtsp://***@cam.local/live"),
        ("rtsp://s3cret@cam/live", "rtsp://***@cam/live"),
        ("rtsp://admin:p@ss:s3cret@cam/live", "rtsp://***@cam/live"),
        ("rtsp://admin:p/w?s3cret#x@cam/live", "rtsp://***@cam/live"),
        ("rtsp://admin:1234/s3cret@cam:554/live", "rtsp://***@cam:554/live"),
        ("rtsp://ad%20min:s3cret%40@[fe80::1]:554/live", "rtsp://***@[fe80::1]:554/live"),
        ("RTSPS://Admin:s3cret@cam", "RTSPS://***@cam"),
        ("http://cam/video?user=bob&password=s3cret&ch=1", None),
        ("http://cam/video?PWD=s3cret;x=1#token=hunter2", None),
        ("http://cam/v?access_token=s3cret&api-key=hunter2&x=1", None),
        ("http://cam/v?auth[basic]=s3cret", None),
        (
            "rtsp://10.0.0.9:554/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp?real_stream",
            None,
        ),
        ("rtsp://10.0.0.9/user=admin&password=&channel=1", None),
        ("proxy?url=rtsp%3A%2F%2Fbob%3As3cret%40cam%2Flive", None),
        ("rtsp//bob:s3cret@cam/live", "***@cam/live"),
        ("rtsp:/bob:s3cret@cam/live", "***@cam/live"),
        ("bob:s3cret@cam", "***@cam"),
        ("[Errno 111] refused: 'rtsp://bob:s3cret@cam/live' (again)", None),
        ("a rtsp://u:s3cret@a/ b http://u:hunter2@b/ c", "a rtsp://***@a/ b http://***@b/ c"),
        ('{"url": "rtsp://u:s3cret@a/", "next": 1}', '{"url": "rtsp://***@a/", "next": 1}'),
        ("rtsp://u:s3cret@a/,http://u:hunter2@b/", None),
        ("line\nrtsp://u:s3cret@a/\nline", "line\nrtsp://***@a/\nline"),
    ],
)
def test_no_secret_is_shown(text: str, shown: str | None) -> None:
    safe = redact(text)
    assert not any(secret in safe for secret in SECRETS)
    assert "***" in safe
    if shown is not None:
        assert safe == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rtsp://cam.local:554/live?channel=1&subtype=0",
        "http://10.0.0.5:8080/video.mjpg",
        "file:/videos/hall 2.mp4?loop=true&pace=asap",
        "usb:/dev/v4l/by-id/usb-046d_HD_Webcam-video-index0",
        "no answer within 10 s: is it on and reachable?",
        "mailed to officer@factory.example at 12:30",
    ],
)
def test_what_is_not_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("piece", ["a:/", "x", "%3A%2F%2F", "@/", "pass=", "&"])
def test_long_text_takes_no_long_time(piece: str) -> None:
    began = time.process_time()
    redact(piece * 50_000)
    assert time.process_time() - began < 1.0


def test_redacting_twice_changes_nothing() -> None:
    once = redact("rtsp://admin:s3cret@cam/live?token=hunter2")
    assert redact(once) == once


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("rtsp://cam/1", "rtsp"),
        ("RTSPS://cam/1", "rtsp"),
        ("http://cam/v", "http"),
        ("https://cam/v.m3u8", "http"),
        ("file:/v.mp4", "file"),
        ("usb:0", "usb"),
        ("mannequin:", "mannequin"),
    ],
)
def test_kind(url: str, kind: str) -> None:
    assert camera_kind(url) == kind


@pytest.mark.parametrize(
    ("url", "mending"),
    [
        ("rstp://bob:s3cret@cam/1", "rtsp:"),
        ("htpp://cam/1", "http:"),
        ("/dev/video0", "usb:/dev/video0"),
        ("/videos/a.mp4", "file:/videos/a.mp4"),
        ("ftp-server", "it should start with one of"),
        ("rtsp:///live", "names no host"),
        ("http://cam:99999/", "is no address"),
        ("rtsp://bob:s3cret@cam/my camera", "%20"),
        ("rtsp://bob:s3/cret@cam/", "is no address"),
        ("file:", "write file:/PATH"),
        ("file://videos/a.mp4", "write file:/PATH"),
        ("file:/a.mp4?lop=true", "'loop'"),
        ("file:/a.mp4?loop=yes", "true, false"),
        ("file:/a.mp4?pace=fast", "real, asap"),
        ("usb:webcam", "usb:0"),
        ("usb:0?width=wide", "width is not a whole number"),
    ],
)
def test_a_wrong_address_says_how_to_mend_it(url: str, mending: str) -> None:
    with pytest.raises(SettingsError) as caught:
        make_source(url, clock=FakeClock())
    assert mending in str(caught.value)
    assert not any(secret in str(caught.value) for secret in (*SECRETS, "cret"))


def test_parts_of_an_address() -> None:
    assert host_and_port("rtsp://bob:pw@cam/1") == ("cam", 554)
    assert host_and_port("https://[::1]:8443/v") == ("::1", 8443)
    assert file_address("file:/my%20films/a.mp4") == FileAddress("/my films/a.mp4", False, True)
    assert file_address("file:///a.mp4?loop=true&pace=asap") == FileAddress("/a.mp4", True, False)
    assert usb_address("usb:2") == UsbAddress("/dev/video2", None, None)
    assert usb_address("usb:/dev/v4l/by-id/x?width=1280&height=720") == UsbAddress(
        "/dev/v4l/by-id/x", 1280, 720
    )


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254", "169.254.43518", "2852039166", "0xA9FEA9FE", "0251.0376.0251.0376",
        "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "metadata.google.internal",
        "METADATA.google.internal.", "100.100.100.200",
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["rtsp", "http", "https"])
def test_where_a_cloud_tells_secrets_is_no_camera(scheme: str, host: str) -> None:
    with pytest.raises(SettingsError, match="is no camera: at that address a cloud"):
        make_source(f"{scheme}://user:s3cret@{host}/latest/meta-data", clock=FakeClock())


@pytest.mark.parametrize("host", ["169.254.12.7", "[fe80::1]", "cam-169-254-169-254.local", "10.1"])
def test_a_camera_without_a_server_for_addresses_is_one(host: str) -> None:
    make_source(f"rtsp://{host}/1", clock=FakeClock())
