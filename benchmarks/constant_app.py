"""The app of `constant_server`: the product's own, with its answers kept."""

from benchmarks.constant_server import freeze
from dashboard.app import app

freeze()
__all__ = ["app"]
