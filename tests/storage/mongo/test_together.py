"""Reads of a moment share a query, and nobody is told what was true before they asked."""

import asyncio
import contextvars

import pytest

from storage.mongo.together import Together

pytestmark = pytest.mark.anyio


class Shelf:
    """Something to read from, which notes every query and answers when told."""

    def __init__(self, **books: int) -> None:
        self.books = books
        self.queries: list[list[str]] = []
        self.asked = asyncio.Condition()
        self.open = asyncio.Event()
        self.open.set()

    async def read(self, keys: list[str]) -> dict[str, int]:
        async with self.asked:
            self.queries.append(keys)
            self.asked.notify_all()
        found = {key: self.books[key] for key in keys if key in self.books}
        await self.open.wait()
        return found

    async def queried(self, times: int) -> None:
        async with self.asked:
            await self.asked.wait_for(lambda: len(self.queries) >= times)


async def test_all_who_ask_in_one_turn_share_a_query() -> None:
    shelf = Shelf(a=1, b=2)
    together = Together("books", shelf.read)
    found = await asyncio.gather(*(together.get(key) for key in ("a", "b", "a", "c")))
    assert found == [1, 2, 1, None]
    assert shelf.queries == [["a", "b", "c"]]
    assert await together.many(["b", "c"]) == {"b": 2}
    assert await together.many([]) == {}


async def test_a_query_under_way_is_not_joined() -> None:
    shelf = Shelf(a=1)
    together = Together("books", shelf.read)
    shelf.open.clear()
    before = asyncio.create_task(together.get("a"))
    await shelf.queried(1)
    shelf.books["a"] = 2
    after = asyncio.create_task(together.get("a"))
    others = asyncio.create_task(together.many(["b", "c"]))
    await asyncio.sleep(0)
    shelf.open.set()
    assert (await before, await after) == (1, 2)
    await others
    assert shelf.queries == [["a"], ["a", "b", "c"]]


async def test_a_query_asks_for_no_more_than_it_may() -> None:
    shelf = Shelf(a=1, b=2, c=3)
    together = Together("books", shelf.read, keys_max=2)
    assert await together.many("abc") == {"a": 1, "b": 2, "c": 3}
    assert shelf.queries == [["a", "b"], ["c"]]


async def test_a_failure_is_told_to_all_who_share_it_and_to_nobody_else() -> None:
    broken = True

    async def read(keys: list[str]) -> dict[str, int]:
        if broken:
            raise ConnectionError
        return dict.fromkeys(keys, 1)

    together = Together("books", read)
    outcomes = await asyncio.gather(together.get("a"), together.many("ab"), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ConnectionError, ConnectionError]
    broken = False
    assert await together.get("a") == 1


async def test_who_gives_up_takes_the_answer_from_nobody() -> None:
    shelf = Shelf(a=1)
    together = Together("books", shelf.read)
    shelf.open.clear()
    hasty, patient = (asyncio.create_task(together.get("a")) for _ in range(2))
    await shelf.queried(1)
    hasty.cancel()
    shelf.open.set()
    assert await patient == 1


async def test_the_first_asker_s_surroundings_are_not_the_others() -> None:
    deadline: contextvars.ContextVar[int | None] = contextvars.ContextVar("deadline", default=None)
    seen: list[int | None] = []

    async def read(keys: list[str]) -> dict[str, int]:
        seen.append(deadline.get())
        return {}

    deadline.set(1)
    await Together("books", read).get("a")
    assert seen == [None]
