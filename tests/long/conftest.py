from tests.integration.conftest import blazepose, graphs, mediapipe, rtsp, task

__all__ = ["blazepose", "graphs", "mediapipe", "rtsp", "task"]
