"""What goes on for each visitor can be stopped."""

import threading
import time

from musegen.server.sessions import Visitors


def test_who_asks_for_the_next_wants_the_last_no_more():
    visitors = Visitors()
    first = visitors.begin("ann", "sound")
    others = [visitors.begin("ann", "file"), visitors.begin("bob", "sound")]
    second = visitors.begin("ann", "sound")
    assert first.is_set()
    assert not any(cancel.is_set() for cancel in (second, *others))


def test_a_visitor_stops_all_of_their_own():
    visitors = Visitors()
    sound, file = (visitors.begin("ann", kind) for kind in ("sound", "file"))
    other = visitors.begin("bob", "sound")
    visitors.stop("ann")
    visitors.stop("nobody")
    assert sound.is_set()
    assert file.is_set()
    assert not other.is_set()
    visitors.stop()
    assert other.is_set()


def test_visitors_are_not_remembered_without_end():
    visitors = Visitors()
    for i in range(3000):
        visitors.begin(str(i), "sound")
    assert len(visitors._events) <= 1000


def test_what_can_wait_waits_until_nobody_asks():
    visitors = Visitors()
    visitors.begin("ann", "sound")
    begun = time.monotonic()
    threading.Timer(0.2, visitors.begin, ("bob", "sound")).start()
    visitors.wait_for_quiet(0.3, threading.Event())
    assert 0.45 < time.monotonic() - begun < 3
    closing = threading.Event()
    closing.set()
    visitors.wait_for_quiet(60, closing)
    assert time.monotonic() - begun < 5
