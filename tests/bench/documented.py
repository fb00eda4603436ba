"""The loop a user writes from MediaPipe's documentation: `VideoCapture.read`, then
`detect_for_video` on every n-th picture.

Run as `python -m tests.bench.documented ADDRESS EACH WARM_UP PICTURES`: prints the processor
seconds of all its threads for so many pictures after the first so many.
"""

import os
import sys
import time
from pathlib import Path

import cv2
import mediapipe as mp

from monitor.pose.models import pose_task

DATA = Path(os.environ.get("PLUMBLINE_DATA") or Path(__file__).parents[2] / "var").resolve()


def main() -> None:
    address, (each, warm_up, pictures) = sys.argv[1], map(int, sys.argv[2:])
    options = mp.tasks.vision.PoseLandmarkerOptions(
        base_options=mp.tasks.BaseOptions(model_asset_path=str(pose_task(DATA))),
        running_mode=mp.tasks.vision.RunningMode.VIDEO,
    )
    capture = cv2.VideoCapture(address)
    began = 0.0
    with mp.tasks.vision.PoseLandmarker.create_from_options(options) as landmarker:
        for number in range(warm_up + pictures):
            if number == warm_up:
                began = time.process_time()
            good, picture = capture.read()
            if not good:
                sys.exit("the stream broke")
            if number % each == 0:
                rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
                image = mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
                landmarker.detect_for_video(image, time.monotonic_ns() // 1_000_000)
    print(time.process_time() - began)


if __name__ == "__main__":
    main()
