"""The judge finds what it is there to find: each test spoils one thing in a history that was whole."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from protocol.frames import EventFrame
from protocol.ids import new_id
from protocol.reminders import ReminderSent
from tests.disasters.storm import judge_access, judge_house, judge_log, judge_mail, judge_state, plan
from tests.disasters.storm.diary import Absence, SessionEnded
from tests.disasters.storm.evidence import Evidence, Violation
from tests.disasters.storm.house import TARGETS, Death, Logged, Struck
from tests.disasters.storm.plan import Fault
from tests.disasters.storm.report import excerpts, figures
from tests.disasters.storm.whole import ACCOUNT, ANNA, LETTER, NOW, PETRA, THREAD, History, N, T, U
from tests.disasters.storm.windows import Heard, Seen


@pytest.fixture
def evidence() -> Evidence:
    """A history in which every promise is kept."""
    return History().evidence()


def judged(evidence: Evidence) -> list[Violation]:
    return [
        *judge_log.judge(evidence), *judge_access.judge(evidence, 5000), *judge_state.judge(evidence),
        *judge_mail.judge(evidence), *judge_house.judge(evidence),
    ]  # fmt: skip


def anna(evidence: Evidence) -> Seen:
    return evidence.windows[0]


def with_state(seen: Seen, **changes: Any) -> None:
    seen.state = replace(seen.state, **changes)


def with_row(seen: Seen, **changes: Any) -> None:
    with_state(seen, rows={THREAD: replace(seen.state.rows[THREAD], **changes)})


# each spoils one thing


def lose_from_the_log(evidence: Evidence) -> None:
    evidence.diary.acknowledged["anna:gone"] = (T, 3)


def refuse_what_is_in_the_log(evidence: Evidence) -> None:
    evidence.diary.refused[next(iter(evidence.diary.acknowledged))] = "conflict thread_archived"


def answer_never(evidence: Evidence) -> None:
    evidence.diary.unanswered["anna:silence"] = "anna"


def double_in_the_log(evidence: Evidence) -> None:
    evidence.logs[T][4] = replace(evidence.logs[T][4], key=evidence.logs[T][2].key)


def swap_in_the_log(evidence: Evidence) -> None:
    log = evidence.logs[T]
    log[2], log[3] = log[3], log[2]


def apply_twice(evidence: Evidence) -> None:
    anna(evidence).applied[T].insert(3, 3)


def apply_not(evidence: Evidence) -> None:
    del anna(evidence).applied[T][2]


def apply_swapped(evidence: Evidence) -> None:
    anna(evidence).applied[T][1:3] = [3, 2]


def deliver_otherwise(evidence: Evidence) -> None:
    heard = anna(evidence).heard[1]
    assert isinstance(heard.frame, EventFrame)
    heard.frame = replace(heard.frame, at=1)


def deliver_what_is_not_there(evidence: Evidence) -> None:
    heard = anna(evidence).heard[1]
    assert isinstance(heard.frame, EventFrame)
    heard.frame = replace(heard.frame, seq=77)


def leak_a_note(evidence: Evidence) -> None:
    evidence.windows[1].heard.append(next(heard for heard in anna(evidence).heard if heard.frame.stream == N))  # type: ignore[union-attr]


def leak_to_a_stranger(evidence: Evidence) -> None:
    evidence.seats_ever[PETRA.id] = set()


def leak_after_the_loss(evidence: Evidence) -> None:
    evidence.diary.absences.append(Absence(PETRA.id, ACCOUNT, NOW + 3.5))


def leak_an_entry_after_the_loss(evidence: Evidence) -> None:
    evidence.diary.absences.append(Absence(ANNA.id, None, NOW + 3.5))
    anna(evidence).heard = [Heard(NOW + 9, 1, heard.frame) for heard in anna(evidence).heard if heard.frame.stream == U]  # type: ignore[union-attr]


def keep_a_socket(evidence: Evidence) -> None:
    evidence.diary.sessions_ended.append(SessionEnded("session of anna", NOW + 1000, "log-out"))


def forget_a_mark(evidence: Evidence) -> None:
    with_row(anna(evidence), read_seq=0, unread=2)


def miscount_tasks(evidence: Evidence) -> None:
    with_row(evidence.windows[1], tasks_total=1)


def show_what_is_gone(evidence: Evidence) -> None:
    evidence.seats_now[PETRA.id] = set()


def forget_an_entry(evidence: Evidence) -> None:
    with_state(anna(evidence), notifications={})


def miscount_the_badge(evidence: Evidence) -> None:
    with_state(anna(evidence), open_count=0)


def stay_behind(evidence: Evidence) -> None:
    opened = evidence.windows[1].state.opened[THREAD]
    with_state(evidence.windows[1], opened={THREAD: replace(opened, items=opened.items[:-1])})


def stay_away(evidence: Evidence) -> None:
    with_state(anna(evidence), phase="offline")


def forget_a_receipt(evidence: Evidence) -> None:
    opened = anna(evidence).state.opened[THREAD]
    with_state(anna(evidence), opened={THREAD: replace(opened, marks={})})


def project_wrongly(evidence: Evidence) -> None:
    evidence.threads[THREAD] = replace(evidence.threads[THREAD], firm_unread=0)


def tell_nobody(evidence: Evidence) -> None:
    evidence.inbox.clear()
    with_state(anna(evidence), notifications={}, open_count=0)


def leave_unsettled(evidence: Evidence) -> None:
    evidence.unsettled = 1


def remind_twice(evidence: Evidence) -> None:
    evidence.reminder_rows.append(replace(evidence.reminder_rows[0], id="2", number=2))


def remind_never(evidence: Evidence) -> None:
    evidence.reminder_rows.clear()
    evidence.logs[N].clear()


def remind_who_has_answered(evidence: Evidence) -> None:
    evidence.logs[N][0] = replace(
        evidence.logs[N][0], event=ReminderSent(number=1, of=1, recipients=["Petra"], after=5)
    )


def mail_twice(evidence: Evidence) -> None:
    evidence.mails.append(LETTER)


def mail_never(evidence: Evidence) -> None:
    evidence.mails.clear()


def mail_a_stranger(evidence: Evidence) -> None:
    evidence.mails.append(new_id())


def die(evidence: Evidence) -> None:
    evidence.deaths += [Death("node-0", NOW, -9, False, "the database is away"), Death("node-1", NOW, 0, True, "done")]


def say_an_error(evidence: Evidence) -> None:
    evidence.errors.append(Logged("node-0", "connection.call_failed", "RuntimeError", NOW))


def leave_a_letter(evidence: Evidence) -> None:
    evidence.letters[0] = replace(evidence.letters[0], state="waiting")
    evidence.mails.clear()


SPOILS: dict[Callable[[Evidence], None], tuple[str, str]] = {
    lose_from_the_log: ("lost", "is not in the log"),
    refuse_what_is_in_the_log: ("lost", "was refused for good"),
    answer_never: ("unanswered", "got no answer"),
    double_in_the_log: ("doubled", "2 events"),
    swap_in_the_log: ("disordered", "not dense"),
    apply_twice: ("doubled", "applied 3 after 3"),
    apply_not: ("lost", "applied 4 after 2"),
    apply_swapped: ("disordered", "applied 2 after 3"),
    deliver_otherwise: ("disordered", "otherwise"),
    deliver_what_is_not_there: ("lost", "was delivered and is not in the log"),
    leak_a_note: ("leaked", "never theirs"),
    leak_to_a_stranger: ("leaked", "never theirs"),
    leak_after_the_loss: ("leaked", "after the loss"),
    leak_an_entry_after_the_loss: ("leaked", "after the loss"),
    keep_a_socket: ("stale", "is still open 59.0 s after"),
    forget_a_mark: ("wrong row", "read up to is 0 and should be 3"),
    miscount_tasks: ("wrong row", "tasks is (0, 1)"),
    show_what_is_gone: ("wrong row", "not theirs any more"),
    forget_an_entry: ("wrong row", "an entry is missing"),
    miscount_the_badge: ("wrong row", "is 0 and should be 1"),
    stay_behind: ("wrong row", "shows 1 to 4 of a log of 5"),
    stay_away: ("wrong row", "is offline"),
    forget_a_receipt: ("wrong row", "shows Petra as having read 0"),
    project_wrongly: ("wrong row", "unread is 0 and should be 1"),
    tell_nobody: ("wrong row", "stands for None and should for"),
    leave_unsettled: ("wrong row", "have not been settled"),
    remind_twice: ("reminder", "1 rows and 0 events"),
    remind_never: ("reminder", "0 reminders went out and 1 were due"),
    remind_who_has_answered: ("reminder", "was answered before"),
    mail_twice: ("mail", "went out 2 times"),
    mail_never: ("mail", "never had it"),
    mail_a_stranger: ("mail", "never in the outbox"),
    die: ("died", "done"),
    say_an_error: ("error", "RuntimeError"),
    leave_a_letter: ("mail", "is waiting still"),
}  # fmt: skip


def test_a_history_that_is_whole_has_nothing_wrong(evidence: Evidence) -> None:
    assert judged(evidence) == []
    assert judge_log.compared(evidence) == 12


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
def test_it_sees(spoil: Callable[[Evidence], None], evidence: Evidence) -> None:
    kind, words = SPOILS[spoil]
    spoil(evidence)
    found = judged(evidence)
    assert any(one.kind == kind and words in one.text for one in found), found
    assert figures(evidence, found)[{"wrong row": "wrong_rows", "leaked": "leaked"}.get(kind, "acknowledged")] > 0
    assert all(one.kind in text for one, text in zip(found[:8], excerpts(evidence, found, NOW), strict=False))


def test_what_was_written_before_the_loss_may_still_arrive(evidence: Evidence) -> None:
    evidence.diary.absences.append(Absence(PETRA.id, ACCOUNT, NOW + 4.5))
    assert list(judge_access.judge(evidence, 5000)) == []


def test_what_came_after_access_was_given_back_is_no_leak(evidence: Evidence) -> None:
    evidence.diary.absences.append(Absence(PETRA.id, ACCOUNT, NOW + 2.5, given_ms=NOW + 3))
    assert list(judge_access.judge(evidence, 5000)) == []


def test_a_socket_may_go_on_for_as_long_as_faults_strike(evidence: Evidence) -> None:
    evidence.diary.sessions_ended.append(SessionEnded("session of anna", NOW + 1000, "log-out"))
    fault = Fault("kill", "redis", 0, 50)
    evidence.struck.append(Struck(fault, NOW + 2000, NOW + 52_000))
    assert list(judge_access.judge(evidence, 5000)) == []
    evidence.struck[0].ended_ms = NOW + 40_000
    assert [one.kind for one in judge_access.judge(evidence, 5000)] == ["stale"]


def test_a_reminder_that_may_have_gone_out_is_marked_and_no_fault(evidence: Evidence) -> None:
    evidence.letters[0] = replace(evidence.letters[0], state="unknown")
    assert judged(evidence) == []


def test_the_same_seed_makes_the_same_plan_with_a_quiet_moment_and_never_two_faults_on_one_target() -> None:
    for seed in range(20):
        planned = plan.make(seed, 120, TARGETS)
        assert planned == plan.make(seed, 120, TARGETS)
        by_target: dict[str, list[Fault]] = {}
        for fault in planned.faults:
            by_target.setdefault(fault.target, []).append(fault)
        for faults in by_target.values():
            assert all(one.ends_s < other.at_s for one, other in itertools.pairwise(faults))
        ends = [0.0, *(max(one.ends_s for one in planned.faults[: place + 1]) for place in range(len(planned.faults)))]
        gaps = [fault.at_s - end for fault, end in zip(planned.faults, ends, strict=False)]
        assert max(gaps[1:]) >= plan.QUIET_S / 2
        assert any(one.ends_s > other.at_s for one, other in itertools.pairwise(planned.faults))
    assert plan.make(1, 120, TARGETS) != plan.make(2, 120, TARGETS)
