from tests.integration.conftest import blazepose, graphs, mediapipe, task

__all__ = ["blazepose", "graphs", "mediapipe", "task"]
