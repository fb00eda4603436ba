"""Crews whose workers are those of `strange_work.py`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from monitor.crew import Crew, EngineSpec, Orders
from monitor.pipeline import CameraPlan
from monitor.recorder import Keep
from monitor.worker import CameraJob

PROGRAM = (sys.executable, "-I", "-S", str(Path(__file__).with_name("strange_work.py")))


def strange_crew(names: Sequence[str], memory_mb: float = float("inf")) -> Crew:
    """One worker, not started, for cameras of these names."""
    jobs = [CameraJob(CameraPlan(name, ()), "mannequin:") for name in names]
    engine = EngineSpec("blazepose", 640, 4, 1)
    return Crew(Orders(jobs, engine, Keep(Path())), memory_mb=memory_mb, program=PROGRAM)
