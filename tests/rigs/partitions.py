"""The partition matrix: so many tills, selling so fast, cut off for so long; afterwards no queue may be stuck.

Run as a program: ``python -m tests.rigs.partitions FOLDER [--tills 1 3 6] [--sales 5 20] [--cut 0.5 2 6]``.
Tills are processes over a proxy that is also bad when it is not cut. Prints one JSON line with totals.
"""

import argparse
import itertools
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from head_office.office import open_office
from tests.head_office.rig import found_chain
from tests.sync.books import truth
from tests.sync.proxy import HostileProxy
from tests.sync.test_real_processes import Chain, OfficeProcess, TillProcess, free_port

BADNESS = 0.1


def one_cell(folder: Path, tills: int, sales: int, cut_s: float) -> dict[str, object]:
    """Sell ``sales`` before, during and after a cut of ``cut_s`` seconds on every till; say what is left unsent."""
    folder.mkdir(parents=True)
    url = f"sqlite:///{folder}/head-office.db"
    office = open_office(url, folder=folder / "snapshots")
    found_chain(office)
    process = OfficeProcess(url, folder / "snapshots", free_port())
    proxy = HostileProxy(process.port, seed=tills * 100 + sales, badness=BADNESS)
    chain = Chain(url, folder / "snapshots", office, process, proxy)
    lanes = [chain.open_till(folder / f"till{lane}", lane) for lane in range(1, tills + 1)]
    try:
        with ThreadPoolExecutor(tills) as pool:
            for _ in pool.map(TillProcess.ready, lanes):
                pass
            for _ in pool.map(lambda till: till.tell("open_day"), lanes):
                pass
            for moment in ("before", "during", "after"):
                if moment == "during":
                    proxy.cut()
                for _ in pool.map(lambda till: till.tell("sell", count=sales), lanes):
                    pass
                if moment == "during":
                    threading.Event().wait(cut_s)
                    proxy.mend()
            proxy.badness = 0.0
            drained = list(pool.map(lambda till: till.tell("drained"), lanes))
            lengths = [till.tell("log_length")["length"] for till in lanes]
        books = truth(office)
        held = sorted(len(log) for log in books.inbox.values())
        return {
            "stuck": sum(not each["drained"] for each in drained),
            "lost_or_doubled": int(held != sorted(lengths) or bool(books.unposted)),
            "facts": sum(lengths),
            "faults": sum(proxy.faults.values()),
        }
    finally:
        for till in lanes:
            if till._process.poll() is None:
                till.kill()
        proxy.close()
        chain.process.kill()
        office.database.close()


def main(arguments: Sequence[str]) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tills", type=int, nargs="+", default=[1, 3, 6])
    parser.add_argument("--sales", type=int, nargs="+", default=[5, 20])
    parser.add_argument("--cut", type=float, nargs="+", default=[0.5, 2, 6])
    asked = parser.parse_args(arguments)
    began, totals = time.monotonic(), Counter[str]()
    for n, (tills, sales, cut_s) in enumerate(itertools.product(asked.tills, asked.sales, asked.cut)):
        totals.update(one_cell(asked.folder / f"cell{n}", tills, sales, cut_s))  # type: ignore[arg-type]
        totals["cells"] += 1
    return dict(totals) | {"seconds": round(time.monotonic() - began, 1)}


if __name__ == "__main__":
    told = main(sys.argv[1:])
    sys.stdout.write(json.dumps(told) + "\n")
    sys.exit(bool(told["stuck"] or told["lost_or_doubled"]))
