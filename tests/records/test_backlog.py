"""Rows of the backlog: leases, results once, counts that add up, on both databases."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from records import audit, backlog, backlog_results
from records.audit import AuditEntry
from records.backlog import BacklogPage, ContentTaken, Found, OptionsDiffer, Outcome, PageLost, WalkLost
from records.people import SYSTEM

LEASE = dt.timedelta(minutes=1)
OVER = dt.timedelta(seconds=-1)


def begin(sessions, url="file:///scans", pattern="", depth="key"):
    with sessions.begin() as session:
        return backlog.start(session, SYSTEM, url=url, depth=depth, pattern=pattern, options={})


def add(sessions, begun, *paths):
    with sessions.begin() as session:
        backlog.take_walk(session, begun.id, "w", LEASE)
        found = [path if isinstance(path, Found) else Found(path, path.split("/")[0]) for path in paths]
        return backlog.add_files(session, begun, "w", "here/walk", found, LEASE)


def claim(sessions, begun, worker="a", lease=LEASE, after=None):
    with sessions.begin() as session:
        return backlog.claim(session, begun.id, worker, lease, after)


def settle(sessions, held, outcome, more=False, worker="here/0"):
    with sessions.begin() as session:
        backlog.settle(session, worker, held, outcome, more=more)


def progress(sessions, begun):
    with sessions() as session:
        return backlog.progress(session, begun.id)


def done(content="c", doubtful=False, version="v1"):
    return Outcome("done", content, version, rotation=0, materials=[["M-ID-01", 0.9, [0, 0, 1, 1]]], fields={},
                   faults=[], doubtful=doubtful, seconds=0.5)  # fmt: skip


def test_pages_are_taken_in_order_and_by_one_only(sessions):
    begun = begin(sessions)
    assert add(sessions, begun, "1/a.jpg", "1/b.jpg", "2/a.jpg") == 3
    held = [claim(sessions, begun, worker) for worker in "abc"]
    assert [each.path for each in held] == ["1/a.jpg", "1/b.jpg", "2/a.jpg"]
    assert claim(sessions, begun) is None


def test_threads_that_claim_at_once_never_get_the_same_page(sessions):
    begun = begin(sessions)
    add(sessions, begun, *(f"{n // 10}/{n:03}.jpg" for n in range(60)))
    taken = []

    def work(name):
        while held := claim(sessions, begun, name):
            taken.append(held.id)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 60


def test_the_same_files_again_make_no_second_row(sessions):
    begun = begin(sessions)
    assert add(sessions, begun, "1/a.jpg", "1/b.jpg") == 2
    assert add(sessions, begun, "1/a.jpg", "1/b.jpg", "1/c.jpg") == 1
    assert progress(sessions, begun).found == 3


def test_one_walks_until_its_lease_is_over_and_the_loser_is_told(sessions):
    begun = begin(sessions)
    with sessions.begin() as session:
        assert backlog.take_walk(session, begun.id, "w", OVER) == ""
    with sessions.begin() as session:
        assert backlog.take_walk(session, begun.id, "other", LEASE) == ""
    with sessions.begin() as session:
        assert backlog.take_walk(session, begun.id, "w", LEASE) is None
    with sessions() as session, pytest.raises(WalkLost):
        backlog.add_files(session, begun, "w", "here/walk", [Found("1/a.jpg")], LEASE)


def test_a_page_whose_lease_is_over_is_anothers_and_the_late_result_is_refused(sessions):
    begun = begin(sessions)
    add(sessions, begun, "1/a.jpg")
    late = claim(sessions, begun, "a", OVER)
    second = claim(sessions, begun, "b")
    assert second.id == late.id and second.tries == 2
    with pytest.raises(PageLost):
        settle(sessions, late, done())
    settle(sessions, second, done())
    with pytest.raises(PageLost):
        settle(sessions, second, done())
    assert progress(sessions, begun).done == 1


def test_one_content_has_one_result_a_version_and_depth_whoever_comes_second_is_a_duplicate(sessions):
    begun = begin(sessions)
    add(sessions, begun, "1/a.jpg", "2/a.jpg", "3/a.jpg")
    first, second, third = (claim(sessions, begun) for _ in range(3))
    settle(sessions, first, done("same", doubtful=True))
    with pytest.raises(ContentTaken):
        settle(sessions, second, done("same"))
    with sessions() as session:
        found = backlog.first_of(session, "same", "v1", "key")
        assert found == first.id
        assert backlog.first_of(session, "same", "v2", "key") is None
        assert backlog.first_of(session, "same", "v1", "all") is None
    settle(sessions, second, Outcome("duplicate", "same", "v1", found))
    settle(sessions, third, done("same", version="v2"))
    seen = progress(sessions, begun)
    assert (seen.found, seen.done, seen.duplicate, seen.doubtful) == (3, 2, 1, 1)
    with sessions() as session:
        (told,) = backlog_results.of_transaction(session, "2")
    assert told["same_as"] == {"path": "1/a.jpg", "page": 1}
    assert told["materials"][0]["code"] == "M-ID-01" and told["needs_person"]


def test_the_next_page_of_a_file_goes_to_the_one_who_has_it_open(sessions):
    begun = begin(sessions)
    add(sessions, begun, "1/a.tif", "1/b.jpg", "1/c.jpg")
    held = claim(sessions, begun)
    settle(sessions, held, done("p1"), more=True)
    second = claim(sessions, begun, after=held)
    assert (second.path, second.page, second.transaction_number) == ("1/a.tif", 2, "1")
    assert claim(sessions, begun, after=second).path == "1/b.jpg"
    assert progress(sessions, begun).found == 4


def test_what_the_dead_held_is_free_at_once_and_blame_is_counted(sessions):
    begun = begin(sessions)
    add(sessions, begun, "1/a.jpg", "1/b.jpg")
    claim(sessions, begun, "dead")
    claim(sessions, begun, "alive")
    with sessions.begin() as session:
        assert backlog.holders(session) == {"dead", "alive", "w"}
        assert backlog.release(session, "dead", "中止") == 1
        assert backlog.release(session, "w") == 0
        assert backlog.holders(session) == {"alive"}
    again = claim(sessions, begun)
    assert (again.path, again.tries, again.crashes) == ("1/a.jpg", 2, 1)


def test_the_lease_of_the_living_goes_on(sessions):
    begun = begin(sessions)
    add(sessions, begun, "1/a.jpg")
    held = claim(sessions, begun, "slow", OVER)
    with sessions.begin() as session:
        assert backlog.renew(session, ["slow", "idle"], LEASE) == 1
    assert claim(sessions, begun, "other") is None
    settle(sessions, held, done())


def test_failed_ones_wait_again_and_a_folder_is_walked_anew(sessions):
    begun = begin(sessions)
    add(sessions, begun, "1/a.jpg", Found("2", error="文件夹读不到"))
    settle(sessions, claim(sessions, begun), Outcome("failed", error="文件读不到"))
    with sessions.begin() as session:
        backlog.end_walk(session, begun.id, "w")
    with sessions() as session:
        assert backlog.is_finished(session, begun.id)
    assert progress(sessions, begun).failed == 2
    with sessions.begin() as session:
        assert backlog.retry_failed(session, SYSTEM, begun.id) == 2
    seen = progress(sessions, begun)
    assert (seen.found, seen.failed, seen.walked) == (1, 0, False)
    assert claim(sessions, begun).tries == 1


def test_a_finished_backlog_is_walked_anew_and_a_stopped_one_goes_on(sessions):
    begun = begin(sessions)
    add(sessions, begun, "1/a.jpg")
    with sessions.begin() as session:
        backlog.end(session, SYSTEM, begun.id, "stopped", "signal")
    assert begin(sessions).cursor == "1/a.jpg"
    with sessions.begin() as session:
        backlog.end_walk(session, begun.id, "w")
        backlog.end(session, SYSTEM, begun.id, "finished", "finished")
    again = begin(sessions)
    assert (again.id, again.cursor, again.walked) == (begun.id, "", False)
    with sessions() as session:
        acts = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_kind == "backlog")).all()
        assert acts == [f"backlog.{act}" for act in ("started", "stopped", "started", "finished", "started")]
        assert audit.verify(session).ok


def test_another_transaction_pattern_is_refused_another_depth_is_another_backlog(sessions):
    begun = begin(sessions, pattern="(x)")
    with pytest.raises(OptionsDiffer, match=r"\(x\)"):
        begin(sessions, pattern="(y)")
    assert begin(sessions, depth="type").id != begun.id


def test_results_come_in_portions_with_every_settled_page_once(sessions):
    begun = begin(sessions)
    add(sessions, begun, *(f"1/{n}.jpg" for n in range(7)))
    for n in range(6):
        settle(sessions, claim(sessions, begun), done(f"c{n}"))
    seen, last = [], 0
    with sessions() as session:
        while some := backlog_results.next_pages(session, begun.id, last, 4):
            seen += [told["path"] for _, told in some]
            last = some[-1][0]
    assert seen == [f"1/{n}.jpg" for n in range(6)]


def test_counts_are_what_the_rows_say(sessions):
    begun = begin(sessions)
    add(sessions, begun, *(f"1/{n}.jpg" for n in range(5)))
    for n in range(4):
        outcome = done(f"c{n}", doubtful=n == 0) if n < 3 else Outcome("failed", error="坏")
        settle(sessions, claim(sessions, begun), outcome, worker=f"here/{n % 2}")
    with sessions() as session:
        rows = dict(
            session.execute(sa.select(BacklogPage.status, sa.func.count()).group_by(BacklogPage.status)).all()
        )
    seen = progress(sessions, begun)
    assert rows == {"done": 3, "failed": 1, "waiting": 1}
    assert (seen.found, seen.done, seen.failed, seen.doubtful, seen.seconds) == (5, 3, 1, 1, 1.5)
    assert seen.settled == 4
