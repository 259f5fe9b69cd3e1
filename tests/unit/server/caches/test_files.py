"""Files are kept while there is room, and stay a while for who is fetching them."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from musegen.errors import Cancelled
from musegen.server.caches.files import FileCache, KeyLock


def write(folder: Path, name: str, size: int = 100) -> Path:
    path = folder / name
    path.write_bytes(bytes(size))
    return path


def fill(cache: FileCache, folder: Path, *names: str) -> list[Path]:
    paths = [write(folder, name) for name in names]
    for path in paths:
        cache.put(path.name, path, path)
    return paths


def test_a_file_is_found_by_its_key(tmp_path):
    cache = FileCache(1000, grace_seconds=60)
    (path,) = fill(cache, tmp_path, "one")
    assert cache.get("one") == path
    assert cache.get("two") is None
    path.unlink()
    assert cache.get("one") is None


def test_the_least_recently_used_file_goes_first(tmp_path):
    cache = FileCache(250, grace_seconds=0)
    one, two = fill(cache, tmp_path, "one", "two")
    cache.get("one")
    (three,) = fill(cache, tmp_path, "three")
    cache.sweep()
    assert [path.exists() for path in (one, two, three)] == [True, False, True]
    assert cache.get("two") is None


def test_a_file_stays_for_a_while_after_the_cache_forgot_it(tmp_path):
    cache = FileCache(0, grace_seconds=60)
    (path,) = fill(cache, tmp_path, "one")
    cache.discard("one")
    cache.sweep()
    assert cache.get("one") is None
    assert path.exists()


def test_a_file_of_the_same_key_replaces_the_other(tmp_path):
    cache = FileCache(1000, grace_seconds=0)
    old, new = write(tmp_path, "old"), write(tmp_path, "new")
    cache.put("key", old, old)
    cache.put("key", new, new)
    cache.sweep()
    assert cache.get("key") == new
    assert not old.exists()


def test_an_empty_folder_goes_with_its_file(tmp_path):
    cache = FileCache(0, grace_seconds=0)
    (tmp_path / "folder").mkdir()
    fill(cache, tmp_path / "folder", "one")
    cache.sweep()
    assert not (tmp_path / "folder").exists()
    assert tmp_path.exists()


def test_a_file_that_nobody_asked_for_is_forgotten(tmp_path):
    cache = FileCache(1000, grace_seconds=0, keep_seconds=0)
    (path,) = fill(cache, tmp_path, "one")
    assert cache.get("one") is None
    cache.sweep()
    assert not path.exists()


def test_a_file_that_is_given_again_looks_new_to_who_removes_old_ones(tmp_path):
    cache = FileCache(1000, grace_seconds=60)
    (path,) = fill(cache, tmp_path, "one")
    past = time.time() - 3000
    os.utime(path, (past, past))
    assert cache.get("one") == path
    assert time.time() - path.stat().st_mtime < 1000


def test_one_thread_at_a_time_works_on_a_key():
    locks, working, most = KeyLock(), [], []

    def work(i: int) -> None:
        with locks.hold("key"):
            working.append(i)
            most.append(len(working))
            working.remove(i)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(50)))
    assert max(most) == 1
    assert len(most) == 50


def test_other_keys_do_not_wait():
    locks = KeyLock()
    with locks.hold("one"), locks.hold("two"):
        pass


def test_a_key_is_free_again_after_an_error():
    locks = KeyLock()
    with pytest.raises(ZeroDivisionError), locks.hold("key"):
        raise ZeroDivisionError
    with locks.hold("key"):
        pass


def test_waiting_for_a_key_can_be_cancelled():
    locks, cancel = KeyLock(), threading.Event()
    cancel.set()
    with locks.hold("key"), pytest.raises(Cancelled), locks.hold("key", cancel):
        pass
