"""Work that nobody waits for any more is cancelled."""

import threading

import musegen.server.sessions as module
from musegen.server.sessions import _MAX_SESSIONS, RequestEvent, Sessions


class Request:
    """Stands in for a request whose client can leave."""

    open = True

    def is_open(self) -> bool:
        return self.open


def test_a_request_cancels_the_last_one_of_its_kind():
    sessions = Sessions()
    first = sessions.start("ann", "sound")
    others = [sessions.start("ann", "file"), sessions.start("bob", "sound")]
    second = sessions.start("ann", "sound")
    assert first.is_set()
    assert not any(event.is_set() for event in (second, *others))


def test_a_session_cancels_all_its_work_and_the_server_all_of_everybody():
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


def test_a_limited_number_of_sessions_is_remembered():
    sessions = Sessions()
    events = [sessions.start(str(i), "sound") for i in range(_MAX_SESSIONS + 1)]
    sessions.cancel()
    assert not events[0].is_set()
    assert all(event.is_set() for event in events[1:])


def test_waiting_until_idle_starts_over_with_each_request(monkeypatch):
    now, waits = [1000.0], []
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    sessions = Sessions()

    class Cancel:
        """Lets the time pass; in the first wait a request comes after one second."""

        def wait(self, seconds: float) -> bool:
            waits.append(seconds)
            if len(waits) == 1:
                now[0] += 1
                sessions.note_request()
                now[0] += seconds - 1
            else:
                now[0] += seconds
            return False

    sessions.wait_until_idle(3, Cancel())
    assert waits == [3, 1]


def test_waiting_until_idle_can_be_cancelled():
    cancel = threading.Event()
    cancel.set()
    waiter = threading.Thread(target=Sessions().wait_until_idle, args=(3600, cancel))
    waiter.start()
    waiter.join(60)
    assert not waiter.is_alive()


def test_work_is_cancelled_when_the_client_leaves():
    request = Request()
    event = RequestEvent(request)
    assert not event.is_set()
    assert not event.wait(0.01)
    request.open = False
    assert event.is_set()
    assert event.wait()


def test_waiting_for_a_client_to_leave_ends_when_it_does():
    request = Request()
    event = RequestEvent(request)
    waiter = threading.Thread(target=event.wait)
    waiter.start()
    request.open = False
    waiter.join(60)
    assert not waiter.is_alive()


def test_outside_of_a_request_only_the_event_itself_cancels():
    event = RequestEvent()
    assert not event.is_set()
    event.set()
    assert event.is_set()
