"""One line per change of state, as JSON (or readable on a terminal), never with a credential."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from monitor.redact import redact


def configure() -> None:
    """Set up logging for this process: our own lines, and other libraries' warnings."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redacted,
    ]
    renderer: Processor = structlog.processors.JSONRenderer()
    if sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_OwnLoggers(),
        cache_logger_on_first_use=True,
    )


class _OwnLoggers(structlog.stdlib.LoggerFactory):
    """Our own lines count from INFO on."""

    def __call__(self, *args: Any) -> logging.Logger:
        logger = logging.getLogger("plumbline")
        logger.setLevel(logging.INFO)
        return logger


def _redacted(_logger: Any, _method: str, line: EventDict) -> EventDict:
    return {key: redact(value) if isinstance(value, str) else value for key, value in line.items()}
