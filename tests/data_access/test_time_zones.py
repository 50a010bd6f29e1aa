"""Which names are those of time zones."""

from zoneinfo import available_timezones

import pytest

from data_access.time_zones import ZONES, usable_zone


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_zones_of_people_are_usable(name: str) -> None:
    """By the names that everybody uses."""
    assert usable_zone(name)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "europe/berlin", "+01:00", "Factory", "localtime", "posixrules"]
)
def test_what_means_nothing_or_another_zone_elsewhere_is_not(name: str) -> None:
    """Case counts, as it does where zones are files."""
    assert not usable_zone(name)


def test_nearly_every_zone_of_the_machine_can_be_read_in() -> None:
    """What is left out is left out by name."""
    assert available_timezones() - ZONES <= {"Factory", "localtime", "posixrules"}
    unusable = {name for name in ZONES if not usable_zone(name)}
    assert len(unusable) < 0.02 * len(ZONES), unusable
