"""What goes on for each visitor can be stopped."""

import threading
import time

from musegen.server.sessions import Sessions


def test_who_asks_for_the_next_wants_the_last_no_more():
    sessions = Sessions()
    first = sessions.start("ann", "sound")
    others = [sessions.start("ann", "file"), sessions.start("bob", "sound")]
    second = sessions.start("ann", "sound")
    assert first.is_set()
    assert not any(cancel.is_set() for cancel in (second, *others))


def test_a_visitor_stops_all_of_their_own():
    sessions = Sessions()
    sound, file = (sessions.start("ann", kind) for kind in ("sound", "file"))
    other = sessions.start("bob", "sound")
    sessions.cancel("ann")
    sessions.cancel("nobody")
    assert sound.is_set()
    assert file.is_set()
    assert not other.is_set()
    sessions.cancel()
    assert other.is_set()


def test_visitors_are_not_remembered_without_end():
    sessions = Sessions()
    for i in range(3000):
        sessions.start(str(i), "sound")
    assert len(sessions._events) <= 1000


def test_what_can_wait_waits_until_nobody_asks():
    sessions = Sessions()
    sessions.start("ann", "sound")
    begun = time.monotonic()
    threading.Timer(0.2, sessions.start, ("bob", "sound")).start()
    sessions.wait_until_idle(0.3, threading.Event())
    assert 0.45 < time.monotonic() - begun < 3
    closing = threading.Event()
    closing.set()
    sessions.wait_until_idle(60, closing)
    assert time.monotonic() - begun < 5
