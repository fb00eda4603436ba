"""The pages: they read the store and never load the pose model."""

from dashboard.app import create_app
from dashboard.config import DashboardConfig

__all__ = ["DashboardConfig", "create_app"]
