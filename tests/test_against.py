"""What `dev.py bench --against` makes of two builds' journals: ratios of pairs, and which way is worse."""

from benchmarks.against import NEW, OLD, Figure, Row, compare

SPEED = Figure("acknowledged/s", "sends", "per_s", more_is_better=True)
COST = Figure("CPU µs", "wide", "us")
TICK = Figure("tick", "reminders", "ms", threads=1000)


def pair(old: list[Row], new: list[Row]) -> dict[str, list[Row]]:
    return {OLD: old, NEW: new}


def wide(us: float) -> list[Row]:
    return [{"bench": "wide", "server": "chattar", "us": us}]


def test_a_ratio_is_the_median_over_the_pairs_and_not_of_the_medians() -> None:
    pairs = {0: pair(wide(1.0), wide(1.1)), 1: pair(wide(2.0), wide(2.4)), 2: pair(wide(10.0), wide(9.0))}
    (found,) = compare(pairs, [COST])
    assert found.pairs == [1.1, 1.2, 0.9]
    assert (found.old, found.new) == (2.0, 2.4)
    assert found.ratio == found.cost == 1.1


def test_where_more_is_better_half_as_much_costs_twice() -> None:
    sends: list[list[Row]] = [[{"bench": "sends", "server": "chattar", "per_s": value}] for value in (100.0, 50.0)]
    (found,) = compare({0: pair(*sends)}, [SPEED])
    assert (found.ratio, found.cost) == (0.5, 2.0)


def test_rows_of_another_size_are_another_figure_and_what_one_build_lacks_is_left_out() -> None:
    ticks: list[Row] = [
        {"bench": "reminders", "server": "chattar", "threads": 1_000_000, "ms": 7.0},
        {"bench": "reminders", "server": "chattar", "threads": 1000, "ms": 5.0},
    ]
    (found,) = compare({0: pair(ticks, ticks)}, [TICK, COST])
    assert (found.title, found.old) == ("tick", 5.0)
    assert compare({0: pair(ticks, [])}, [TICK]) == []


def test_what_the_machine_did_to_both_falls_out() -> None:
    beside = Figure("CPU", "sends", "us", "chattar", beside="insert_one")
    quiet, busy = (
        [{"bench": "sends", "server": name, "us": us * slow} for name, us in (("insert_one", 10.0), ("chattar", 5.0))]
        for slow in (1.0, 3.0)
    )
    (found,) = compare({0: pair(list[Row](quiet), list[Row](busy))}, [beside])
    assert (found.old, found.new, found.ratio) == (0.5, 0.5, 1.0)
    assert compare({0: pair(list[Row](quiet[1:]), list[Row](busy))}, [beside]) == []
