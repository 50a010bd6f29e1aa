"""The rules that are in force: the defaults, and over them what the operator's file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_access import rules_file
from metrics.definitions.rules import Rules

if TYPE_CHECKING:
    from data_access.settings import Settings


def in_force(settings: Settings) -> Rules:
    """Weights, floors, bands, terms and costs; BadRules or BadSettings say what is wrong."""
    return rules_file.read(*settings.rules_tables(), Rules())
