"""Errors that the product words itself: their text is what a reader should be told."""

from __future__ import annotations


class ExplainedError(Exception):
    """What happened, to which thing, and what to do, as a sentence for the reader.

    Pages, API and commands show the text of these and of no other error: anything else is
    unforeseen, so that a reader is told that it happened, and the log says what.
    """
