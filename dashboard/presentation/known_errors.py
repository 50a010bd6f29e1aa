"""Errors that the product words itself: their text is what a reader should be told."""

from __future__ import annotations

from typing import Final

from dashboard.query.parameters import BadQuery
from dashboard.reports.pdf import NoPdf
from data_access.demo.load import StoreInUse
from data_access.export_formats import TooManyRows
from data_access.intake.error_file import ErrorFileUnwritable
from data_access.intake.file_reader import UnreadableFile
from data_access.intake.mapping_profile import UnknownProfile
from data_access.settings import BadSettings
from data_access.snapshot.parquet_versions import SnapshotUnwritable
from data_access.store.backup import BadBackup
from data_access.store.errors import StoreUnusable
from data_access.store.publications import NoName
from metrics.definitions.rules import BadRules

KNOWN: Final[tuple[type[Exception], ...]] = (
    BadBackup,
    BadQuery,
    BadRules,
    BadSettings,
    ErrorFileUnwritable,
    NoName,
    NoPdf,
    SnapshotUnwritable,
    StoreInUse,
    StoreUnusable,
    TooManyRows,
    UnknownProfile,
    UnreadableFile,
)
"""Anything else is unforeseen: a reader is told that it happened, the log says what."""
