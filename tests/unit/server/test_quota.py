"""Nobody takes all that an hour has."""

import musegen.server.quota as module
from musegen.server.quota import HourlyQuota


def test_each_has_half_at_most_and_all_have_no_more_than_there_is() -> None:
    hourly = HourlyQuota(10)
    assert hourly.take("ann", 3)
    assert hourly.take("ann", 2)
    assert not hourly.take("ann", 1)
    assert hourly.take("ben", 4)
    assert not hourly.take("cat", 2)
    assert hourly.take("cat", 1)


def test_after_an_hour_there_is_more(monkeypatch) -> None:
    monkeypatch.setattr(module, "_HOUR", 0)
    hourly = HourlyQuota(10)
    assert all(hourly.take("ann", 5) for _ in range(3))
