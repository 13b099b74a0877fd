"""Run as a program on a disk of its own: what the till does when the disk is full or fails. Prints one JSON line."""

import json
import resource
import sys
from pathlib import Path

from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import PosError
from pos_app.services.checkout import Checkout
from pos_app.store.space import Ballast
from tests.fakes import FakePins
from tests.till_kit import CASHIER, barcode, item, new_till, open_kit, opened

MIB = 1024 * 1024


def code_of(work):
    try:
        work()
    except PosError as error:
        return [error.code, error.facts.get("freed")]
    return ["done", None]


def fill(home, chunk=64 * 1024):
    """Take all room on the disk but the last few hundred bytes."""
    with (home / "filler").open("ab", buffering=0) as file:
        while chunk:
            try:
                if file.write(b"\0" * chunk) < chunk:
                    raise OSError
            except OSError:
                chunk //= 2


def till_with_ballast(home):
    opened(new_till(home, item(1, 10_000))).close()
    till = open_kit(home, durable=True, space=Ballast(home, size=2 * MIB, stop_below=MIB, tight=0))
    opened_again(till)
    return till


def opened_again(till):
    till.session.staff = CASHIER


def full(home):
    """Ring up, fill the disk, pay; fill it again, pay the next."""
    till = till_with_ballast(home)
    checkout = Checkout(till.session, FakePins())
    checkout.scan(barcode(1))
    ballast_before = (home / "ballast.bin").exists()
    fill(home)
    card = (TenderAsked(TenderKind.CARD, 10_000, reference="r1"),)
    first = code_of(lambda: checkout.pay(card))
    ballast_after = (home / "ballast.bin").exists()
    room = code_of(lambda: [checkout.scan(barcode(1)) for _ in range(3)])
    fill(home)
    second = code_of(lambda: [checkout.scan(barcode(1)) for _ in range(2_000)])
    basket = checkout.state()
    (home / "filler").unlink()
    due_minor = basket.priced.due_minor
    after = code_of(lambda: checkout.pay((TenderAsked(TenderKind.CARD, due_minor, reference="r2"),)))
    till.store.tables.log.verify()
    return {
        "ballast": [ballast_before, ballast_after],
        "first": first,
        "room": room,
        "second": second,
        "pieces": sum(line.quantity for line in basket.basket.lines),
        "after": after,
        "sales": till.store.tables.till.last_number("receipt"),
    }


def broken(home):
    """Let every write past a limit fail, as a dying disk does."""
    till = till_with_ballast(home)
    checkout = Checkout(till.session, FakePins())
    checkout.scan(barcode(1))
    limit = (home / "till.db-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    first = code_of(lambda: checkout.pay((TenderAsked(TenderKind.CASH, 0, 10_000),)))
    second = code_of(lambda: checkout.pay((TenderAsked(TenderKind.CASH, 0, 10_000),)))
    return {"first": first, "second": second, "readable": len(checkout.state().basket.lines)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"full": full, "broken": broken}[sys.argv[1]](Path(sys.argv[2]))))
