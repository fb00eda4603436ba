"""From a camera's address to its source."""

from monitor.capture.line import Transport
from monitor.capture.mannequin import MannequinSource
from monitor.capture.source import Source
from monitor.capture.streams import FileSource, StreamSource
from monitor.capture.urls import camera_kind, file_address, host_and_port, usb_address
from monitor.capture.usb import UsbSource
from monitor.clock import Clock


def make_source(
    url: str,
    *,
    clock: Clock,
    rtsp_transport: Transport = "tcp",
    open_timeout_s: float = 10.0,
    read_timeout_s: float = 10.0,
) -> Source:
    """A source not opened yet. Raises SettingsError for an address no camera can be behind."""
    kind = camera_kind(url)
    if kind == "mannequin":
        return MannequinSource.from_url(url, clock=clock)
    if kind == "file":
        path, loop, realtime = file_address(url)
        return FileSource(path, loop=loop, realtime=realtime, clock=clock)
    if kind == "usb":
        device, width, height = usb_address(url)
        return UsbSource(
            device, width=width, height=height, read_timeout_s=read_timeout_s, clock=clock
        )
    host_and_port(url)
    return StreamSource(
        url,
        rtsp_transport=rtsp_transport,
        open_timeout_s=open_timeout_s,
        read_timeout_s=read_timeout_s,
        clock=clock,
    )
