"""SIGKILL before any statement of a sale, a refund, an exchange, a day's end: what the files hold then is the truth.

A killed process loses nothing that the system already has, and keeps nothing else. So what the system has is copied
before every statement; the same files after the same answers come back only once.
"""

import shutil

from tests.services.kill_scenarios import ANNA, picture, steps
from tests.till_kit import grant, item, new_till, open_kit, opened, record

FIRST_ITEMS = (item(1, 10_000, advice="formula"), item(2, 2_000))


def test_a_kill_before_any_statement_loses_no_step_that_was_answered_and_doubles_none(tmp_path):
    home, seen, statements = tmp_path / "till", {}, []
    home.mkdir()
    till = opened(new_till(home, *FIRST_ITEMS, record(ANNA, 5_000)))
    till.grant(grant(1, ANNA, 4_000))
    pictures = [picture(till)]

    def die(statement):
        statements.append(statement)
        files = {path.name: path.read_bytes() for path in home.iterdir() if not path.name.endswith("-shm")}
        key = (len(pictures) - 1, *sorted(files.items()))
        if key not in seen:
            seen[key] = shutil.copytree(home, tmp_path / f"killed{len(seen)}")

    for step in steps(till):
        till.store._database.conn.set_trace_callback(die)
        step()
        till.store._database.conn.set_trace_callback(None)
        die("the answer")
        pictures.append(picture(till))
    till.close()

    for (done, *_), files in seen.items():
        again = open_kit(files)
        assert picture(again) in pictures[done : done + 2], f"killed in step {done + 1}"
        again.close()
    assert len(statements) > 500
    assert len(seen) >= 2 * (len(pictures) - 1), "every step is found as it was before it, and as it is after it"
