"""The life of a worker process: orders on standard input, its pulse on standard output.

There is a worker for each core: OpenCV's own threads would only wait for one another.
"""

import faulthandler
import gc
import pickle
import sys

import cv2

from monitor import logs
from monitor.clock import SystemClock
from monitor.crew import Orders
from monitor.durable import locked
from monitor.pose.engines import make_engine
from monitor.pose.faces import faces_of
from monitor.pulse import Heart
from monitor.recorder import nobody
from monitor.worker import Worker, stop_on_signals

WAIT_S = 20.0
"""How long somebody else may be alone with what a worker writes: the sweep of the start."""


def main() -> None:
    logs.configure()
    cv2.setNumThreads(1)
    orders: Orders = pickle.load(sys.stdin.buffer)
    spec = orders.engine
    data = orders.keep.data
    engine = make_engine(
        spec.name,
        data,
        search_px=spec.search_px,
        max_people=spec.max_people,
        threads=spec.threads,
        detector=spec.detector,
    )
    faces = faces_of(data)
    worker = Worker(
        orders.jobs, engine, SystemClock(), orders.keep, faces.find_near if faces else nobody
    )
    stop_on_signals(worker)
    gc.freeze()  # what was loaded stays: it need not be looked at whenever a camera is opened
    heart = Heart(sys.stdout.fileno())
    faulthandler.enable(sys.stdout)

    def alive(camera: str) -> None:
        if not heart.beat(camera):
            worker.make_way()

    with locked(orders.keep.writing, alone=False, wait_s=WAIT_S):
        worker.run(alive)
    engine.close()


if __name__ == "__main__":
    main()
