"""Which profile a file is read with, and what is said of one that does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flat_files import GOOD, PROFILE

from data_access.intake.mapping_profile import UnknownProfile

if TYPE_CHECKING:
    from builders import Desk


def test_the_bulk_headers_are_found_by_themselves(desk: Desk) -> None:
    """`converted` true wins over status, beside `returned` it is refused; buyer is needed."""
    header = "lead_id,status,reason,quality_score,converted,revenue,feedback_date\n"
    content = header + (
        "L1,No Contact,,3,false,,2026-01-02\n"
        "L2,contacted,,80,true,99.00,2026-01-02\n"
        "L3,returned,,1,true,,2026-01-02\n"
        "L4,returned,wrong number,1,false,,2026-01-02\n"
    )
    path = desk.write("f.csv", content)
    assert desk.load(path).counts["rejected"] == 4
    assert {code for _, code, _ in desk.refused()} == {"buyer_missing", "converted_and_returned"}
    done = desk.load(path, buyer="B1")
    assert (done.profile, done.counts["parked"], done.counts["rejected"]) == ("bulk_status", 3, 1)
    found = {e["lead_id"]: e for e in desk.facts()["feedback"]}
    assert found["L1"]["outcome"] == "no_contact"
    assert found["L1"]["outcome_raw"] == "No Contact"
    assert (found["L2"]["outcome"], found["L2"]["outcome_raw"]) == ("converted", "contacted")
    assert found["L4"]["rating"] == 1.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = 'x'\n[colums]\nlead_id = 'a'\n", r"colums.*nearest: columns"),
        ("name = 'x'\n[columns]\nlead = 'a'\n", r"columns.*'lead'.*nearest"),
        ("name = 'x'\n[columns]\nlead_id='a'\n[file]\nzone='Berlin'\n", r"file\.zone.*Berlin"),
        (
            "name = 'x'\n[columns]\nlead_id='a'\n[words.outcome]\na='convertd'\n",
            "nearest: converted",
        ),
        ("name = 'x'\n[columns]\noutcome = 'a'\n", "no column is the lead_id"),
        ("name = ", "not TOML"),
    ],
)
def test_a_bad_profile_names_file_key_and_nearest(desk: Desk, text: str, says: str) -> None:
    """The message leads to the line to mend."""
    profile = desk.write("p.toml", text)
    with pytest.raises(UnknownProfile, match=says) as raised:
        desk.load(desk.write("f.csv", GOOD), str(profile))
    assert "p.toml" in str(raised.value)


def test_a_profile_that_does_not_fit_names_the_missing_columns(desk: Desk) -> None:
    """With the nearest column of the file."""
    profile = desk.write("p.toml", PROFILE)
    path = desk.write("f.csv", "lead,results,when,note\nL1,contacted,2026-01-02,\n")
    with pytest.raises(UnknownProfile, match=r"'result' \(nearest: 'results'\)"):
        desk.load(path, str(profile))
