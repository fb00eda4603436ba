"""Cameras that fell silent together: the network or the computer is to blame, not each of them."""

AT_ONCE_S = 15.0
"""Cameras that went down within this went down together: one says so when the connection breaks,
another when `read_timeout_s` is over."""


class Outage:
    """Told how cameras are, says how many went down together, when that is half of them.

    Only a camera that was seen to be up can go down: one with a wrong address never was.
    """

    def __init__(self) -> None:
        self.cameras = 0
        """How many were struck, until more than half of them are back; else 0."""
        self._up: set[str] = set()
        self._fell: dict[str, float] = {}
        self._struck: set[str] = set()

    def see(self, camera: str, state: str, t: float) -> None:
        """state: as a CameraState has it; t: seconds."""
        if state == "down" and camera in self._up:
            self._up.discard(camera)
            self._fell[camera] = t
            self._strike({c for c, fell in self._fell.items() if t - fell <= AT_ONCE_S})
        elif state != "down":
            self._fell.pop(camera, None)
        if state in ("up", "blind"):
            self._up.add(camera)
        if 2 * len(self._struck & self._fell.keys()) < len(self._struck):
            self._struck.clear()
        self.cameras = len(self._struck)

    def _strike(self, together: set[str]) -> None:
        if len(together) >= 2 and 2 * len(together) >= len(self._up | together):
            self._struck |= together
