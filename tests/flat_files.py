"""A bulk file and a profile of a vendor."""

from __future__ import annotations

BULK = "lead_id,outcome,revenue,contacted_date,notes\n"


GOOD = BULK + "L1,converted,10.50,2026-01-02,fine\nL2,no_contact,,2026-01-03,\n"


PROFILE = """
name = "plain"
[columns]
lead_id = "lead"
outcome = "result"
reported_at = "when"
notes = "note"
[constants]
buyer_id = "B1"
"""
