from tests.integration.conftest import blazepose, graphs, task

__all__ = ["blazepose", "graphs", "task"]
