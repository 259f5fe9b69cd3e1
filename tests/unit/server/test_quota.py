"""No visitor uses up the quota of an hour."""

import pytest

import musegen.server.quota as module
from musegen.server.quota import HourlyQuota


@pytest.fixture
def clock(monkeypatch):
    """Sets the minute that the quota counts for."""
    monkeypatch.setattr(module, "_minute", lambda: 1000)
    return lambda minute: monkeypatch.setattr(module, "_minute", lambda: 1000 + minute)


def test_a_visitor_may_use_half_and_all_together_the_whole(clock):
    quota = HourlyQuota(10)
    assert quota.charge("ann", 3)
    assert quota.charge("ann", 2)
    assert not quota.charge("ann", 1)
    assert quota.charge("ben", 4)
    assert not quota.charge("cat", 2)
    assert quota.charge("cat", 1)


def test_what_is_given_back_can_be_used_again(clock):
    quota = HourlyQuota(10)
    assert quota.charge("ann", 5)
    assert not quota.has_room("ann", 1)
    quota.refund("ann", 2)
    assert quota.has_room("ann", 2)
    assert not quota.has_room("ann", 3)


def test_an_amount_counts_for_an_hour(clock):
    quota = HourlyQuota(10)
    assert quota.charge("ann", 5)
    clock(60)
    assert not quota.charge("ann", 1)
    clock(61)
    assert quota.charge("ann", 5)


def test_visitors_who_used_nothing_for_an_hour_are_forgotten(clock):
    quota = HourlyQuota(10)
    quota.charge("ann", 5)
    clock(61)
    quota.charge("ben", 5)
    assert list(quota._sums) == ["ben"]
    assert len(quota._amounts) == 1


def test_what_is_given_back_late_does_not_count_twice(clock):
    quota = HourlyQuota(10)
    quota.charge("ann", 5)
    clock(5)
    quota.refund("ann", 5)
    clock(61)
    quota.refund("ann", 5)  # of nothing any more
    assert quota.charge("ann", 5)
    assert not quota.charge("ann", 1)
