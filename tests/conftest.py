"""Where CI runs, nothing may skip: there every server, model and film can be had."""

import os

import pytest


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and os.environ.get("CI"):
        reporter.write_line(f"\n{len(skipped)} skipped, and in CI nothing may", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
