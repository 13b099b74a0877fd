"""The doors: a crowd waits or is sent away at once, and never stands before a customer at a counter."""

import asyncio
import threading

import pytest

from head_office.routes.admission import CROWD, RETRY_AFTER_MS, WAITING_FOR_EACH, Door, Doors
from pos_app.errors import Unavailable


def test_a_full_door_sends_away_at_once_and_says_when_to_come_back():
    async def crowd() -> list[object]:
        door, held = Door(2), threading.Event()
        waiting = [asyncio.ensure_future(door.through(held.wait)) for _ in range(2 + 2 * WAITING_FOR_EACH)]
        for _ in range(20):  # until each of them stands in line
            await asyncio.sleep(0)
        try:
            with pytest.raises(Unavailable) as refused:
                await asyncio.wait_for(door.through(lambda: None), 10)
        finally:
            held.set()
        assert refused.value.facts["retry_after_ms"] == RETRY_AFTER_MS
        return await asyncio.gather(*waiting)

    assert all(asyncio.run(crowd()))


def test_a_customer_is_let_in_past_the_crowd():
    async def rush() -> str:
        doors, held = Doors(), threading.Event()
        waiting = [asyncio.ensure_future(doors.crowd.through(held.wait)) for _ in range(CROWD * 3)]
        try:
            return await asyncio.wait_for(doors.counter.through(lambda: "served"), 10)
        finally:
            held.set()
            await asyncio.gather(*waiting)

    assert asyncio.run(rush()) == "served"


def test_thousands_that_are_woken_at_once_are_all_served_and_keep_nobody_out():
    async def change_for_all() -> tuple[int, str]:
        door = Door(2)
        woken = [asyncio.ensure_future(door.again(lambda: 1)) for _ in range(2 * WAITING_FOR_EACH * 3)]
        await asyncio.sleep(0)
        newcomer = await asyncio.wait_for(door.through(lambda: "served"), 10)
        return sum(await asyncio.gather(*woken)), newcomer

    assert asyncio.run(change_for_all()) == (2 * WAITING_FOR_EACH * 3, "served")
