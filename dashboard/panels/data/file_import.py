"""Data → Import: a file from the browser, checked first, then taken in."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.editions import clock
from dashboard.layout import cards, grids
from dashboard.presentation import formats, refusal_texts
from dashboard.presentation.markup import html
from data_access.columns import ANSWERS
from data_access.explained import ExplainedError
from data_access.intake.file_reader import UnreadableFile
from data_access.intake.import_file import import_file
from data_access.intake.import_order import Imported, ImportOrder
from data_access.intake.mapping_profile import UnknownProfile, shipped

if TYPE_CHECKING:
    from markupsafe import Markup
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_KINDS: Final = ("csv", "xlsx", "parquet", "json", "ndjson", "jsonl", "txt")
_BY_HEADER: Final = "Found by its header"
_DONE: Final = "import_done"
_NO_PROFILE: Final = (
    "choose one above, or import it from the command line with a profile of your own"
)
_ABOUT: Final = (
    "A profile says which column is which fact; your own is a small file. Importing a file twice "
    "changes nothing: what is already known is counted and left alone. Refused rows can be "
    "corrected and sent again."
)


def show() -> None:
    """The form, what a check found, and what became of the last import."""
    left, right = st.columns([3, 2])
    with left, st.container(border=True, key="card_upload", height="stretch"):
        cards.title(
            "Import a file",
            "Deliveries or feedback as CSV, XLSX, Parquet, JSON or NDJSON, up to 20 MB here. "
            "Check it first: a check keeps nothing.",
        )
        lies = _form()
        about, said = st.session_state.get(_DONE, ("", ""))
        if said and lies == about:  # not about the file that lay there before
            st.html(said)
    with right, st.container(border=True, key="card_import", height="stretch"):
        cards.title("From the command line", "For larger files, and for what comes every day.")
        st.code(
            "leadloop import deliveries.csv\nleadloop import feedback.xlsx --profile NAME",
            language=None,
        )
        st.html(html("texts.how", text=_ABOUT))


def _form() -> str | None:
    """The form, and the work it asks for. Gives which file lies in it."""
    file = st.file_uploader("File", type=list(_KINDS), label_visibility="collapsed")
    profiles = [_BY_HEADER, *shipped()]
    profile = st.selectbox("Profile", profiles, filter_mode=None)
    buyer = st.text_input("Buyer of rows that name none", max_chars=200, placeholder="Optional")
    with st.container(horizontal=True):
        check = st.button("Check", disabled=file is None)
        taken = st.button("Import", type="primary", disabled=file is None)
    if file is None or not (check or taken):
        return file.file_id if file else None
    chosen = None if profile == _BY_HEADER else profile
    with st.spinner("Reading the file"):
        said = _run(file, chosen, buyer.strip() or None, validate_only=check)
    st.session_state[_DONE] = (file.file_id, said)
    return st.rerun()


def _run(
    file: UploadedFile, profile: str | None, buyer: str | None, *, validate_only: bool
) -> Markup:
    """Import or check a file, and say what came of it as HTML."""
    with tempfile.TemporaryDirectory(prefix="leadloop-upload-") as folder:
        path = Path(folder) / "upload"  # its own name may be one that no file system takes
        path.write_bytes(file.getbuffer())
        order = ImportOrder(
            path=path,
            file_name=file.name,
            profile=profile,
            buyer=buyer,
            validate_only=validate_only,
            errors_dir=workspace().settings.data_dir / "refused",
            now_us=clock.now_us,
            currency=workspace().settings.currency,
            report_zone=workspace().settings.report_zone,
        )
        try:
            return outcome_html(import_file(workspace().store, order), validate_only=validate_only)
        except (UnreadableFile, UnknownProfile) as error:  # these begin with the file's name
            text = (
                str(error).replace("name one with --profile", _NO_PROFILE).removesuffix(".") + "."
            )
        except ExplainedError as error:
            text = formats.sentence(str(error))
        except Exception:
            logging.getLogger(__name__).exception("the import of %r failed", order.name)
            text = (
                "The file could not be taken in to its end; the server's log says why. What was "
                "taken in so far is kept, and importing the file again goes on from there."
            )
        return html("texts.notice", text=text)


def outcome_html(done: Imported, *, validate_only: bool) -> Markup:
    """What came of a file: the five counts, and what to do about refused rows."""
    rows: list[tuple[str, ...]] = [
        (grids.HEADINGS[answer], formats.count(done.counts[answer])) for answer in ANSWERS
    ]
    verb = "Checked, nothing kept" if validate_only else "Imported"
    head = f"{verb}: {done.file_name}, {formats.quantity(done.rows, 'row')}, profile {done.profile}"
    more: list[str] = []
    if done.reasons:
        more.append(refusal_texts.reasons(done.reasons))
    more += refusal_texts.worth_knowing(done, taken=not validate_only)
    if done.error_file and not validate_only:
        more.append(
            "Refused rows are listed under Refused rows, and stand in a file to be corrected and "
            f"imported: {done.error_file}"
        )
    if not validate_only and done.counts["created"]:
        more.append("Figures change when you ask for it: New data – show it, above.")
    return html("imports.outcome", head=head, counts=cards.facts(rows, numbers=(1,)), more=more)
