"""Camera addresses: what kind they are, what is wrong with them, and how to show them safely."""

import socket
from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from monitor.errors import SettingsError
from monitor.redact import redact

Kind = Literal["rtsp", "http", "file", "usb", "mannequin"]

_KINDS: Mapping[str, Kind] = {
    "rtsp": "rtsp",
    "rtsps": "rtsp",
    "http": "http",
    "https": "http",
    "file": "file",
    "usb": "usb",
    "mannequin": "mannequin",
}


def camera_kind(url: str) -> Kind:
    """What `url` leads to. Raises SettingsError, naming the nearest scheme, if it is none."""
    scheme, colon, _ = url.partition(":")
    kind = _KINDS.get(scheme.lower()) if colon else None
    if kind is None:
        raise SettingsError(f"{redact(url)!r} is no camera address: {_hint(url, scheme.lower())}")
    return kind


def _hint(url: str, scheme: str) -> str:
    if url.startswith("/dev/"):
        return f"write usb:{url}"
    if url.startswith(("/", "./", "~")):
        return f"write file:{url}"
    near = get_close_matches(scheme, _KINDS, n=1)
    if near:
        return f"it should start with {near[0]}:"
    return f"it should start with one of {', '.join(f'{name}:' for name in _KINDS)}"


class FileAddress(NamedTuple):
    path: str
    loop: bool
    realtime: bool


class UsbAddress(NamedTuple):
    device: str
    width: int | None
    height: int | None


_METADATA_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"}
)
_METADATA = frozenset(
    ip_address(address)
    for address in (
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "192.0.0.192",
        "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
    )
)  # fmt: skip
"""Where clouds tell a machine its own secrets. Other link-local addresses are cameras' own, where
no server gives them one."""


def is_metadata(host: str) -> bool:
    """Whether a host, by name or address however written, tells a machine's secrets."""
    if host.rstrip(".").lower() in _METADATA_NAMES:
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        try:
            address = ip_address(socket.inet_aton(host))
        except (OSError, UnicodeEncodeError):
            return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address) in _METADATA


def host_and_port(url: str) -> tuple[str, int]:
    """Where a network camera listens; the scheme's usual port unless `url` names one. Raises
    SettingsError, with the way to mend it, for an address that names no host."""
    if any(char.isspace() for char in url):
        raise SettingsError(f"{redact(url)!r} holds a blank: write it as %20")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as e:
        raise SettingsError(f"{redact(url)!r} is no address: {redact(str(e))}") from None
    if not host:
        raise SettingsError(f"{redact(url)!r} names no host: write {parts.scheme}://HOST/PATH")
    if is_metadata(host):
        raise SettingsError(
            f"{host} is no camera: at that address a cloud tells a machine its secrets"
        )
    return host, port or {"rtsp": 554, "rtsps": 322, "http": 80}.get(parts.scheme, 443)


def shown(url: str, substream: str | None = None) -> str:
    """The addresses of a camera as anybody may read them."""
    return redact(url) if substream is None else f"{redact(url)}, watched at {redact(substream)}"


def leads_to(url: str) -> tuple[object, ...] | None:
    """The same for every way to write the address of one camera, whoever asks; `None` for what may
    be shown twice. Raises SettingsError as `host_and_port` and `usb_address` do."""
    match camera_kind(url):
        case "rtsp" | "http":
            parts = urlsplit(url)
            return (*host_and_port(url), parts.path, parts.query)
        case "usb":
            return (usb_address(url).device,)
        case _:
            return None


def file_address(url: str) -> FileAddress:
    """`file:/PATH?loop=true&pace=real|asap`: the path, whether to loop, whether in real time."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path:
        raise SettingsError(f"{redact(url)!r} names no file: write file:/PATH")
    options = _options(url, {"loop": ("true", "false"), "pace": ("real", "asap")})
    return FileAddress(
        path=unquote(parts.path),
        loop=options.get("loop") == "true",
        realtime=options.get("pace", "real") == "real",
    )


def usb_address(url: str) -> UsbAddress:
    """`usb:0` or `usb:/dev/…`, with `?width=…&height=…` if need be: the device's path and size."""
    parts = urlsplit(url)
    device = f"/dev/video{parts.path}" if parts.path.isdecimal() else parts.path
    if parts.netloc or not device.startswith("/dev/"):
        raise SettingsError(f"{redact(url)!r} names no USB camera: write usb:0 or usb:/dev/video0")
    options = _options(url, {"width": None, "height": None})
    size = {key: int(value) for key, value in options.items()}
    return UsbAddress(device, size.get("width"), size.get("height"))


def _options(url: str, known: Mapping[str, tuple[str, ...] | None]) -> dict[str, str]:
    """The query of `url`; `None` as the values allowed means a whole number."""
    options = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    for key, value in options.items():
        if key not in known:
            near = get_close_matches(key, known, n=1) or list(known)
            raise SettingsError(f"{redact(url)!r}: unknown {key!r}, did you mean {near[0]!r}?")
        allowed = known[key]
        if allowed is None and not value.isdecimal():
            raise SettingsError(f"{redact(url)!r}: {key} is not a whole number")
        if allowed is not None and value not in allowed:
            raise SettingsError(f"{redact(url)!r}: {key} is one of {', '.join(allowed)}")
    return options
