"""The loop a user writes from MediaPipe's documentation: `VideoCapture.read`, then
`detect_for_video` on every n-th picture. Runs until it is ended; it is measured from outside.

Run as `python -m tests.bench.documented ADDRESS EACH`.
"""

import os
import sys
import time
from itertools import count
from pathlib import Path

import cv2
import mediapipe as mp

from monitor.pose.models import pose_task

DATA = Path(os.environ.get("PLUMBLINE_DATA") or Path(__file__).parents[2] / "var").resolve()


def main() -> None:
    address, each = sys.argv[1], int(sys.argv[2])
    options = mp.tasks.vision.PoseLandmarkerOptions(
        base_options=mp.tasks.BaseOptions(model_asset_path=str(pose_task(DATA))),
        running_mode=mp.tasks.vision.RunningMode.VIDEO,
    )
    capture = cv2.VideoCapture(address)
    with mp.tasks.vision.PoseLandmarker.create_from_options(options) as landmarker:
        for number in count():
            good, picture = capture.read()
            if not good:
                sys.exit("the stream broke")
            if number % each == 0:
                rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
                image = mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
                landmarker.detect_for_video(image, time.monotonic_ns() // 1_000_000)


if __name__ == "__main__":
    main()
