"""A provider in memory: takes money for tests, demos and training, and can do whatever real ones do to a till."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pos_app.domain.charges import Answer, ChargeOrder, Said
from pos_app.domain.paybacks import PayBackOrder
from pos_app.errors import Unavailable

LEAST_WAITS = 1


class Whim(StrEnum):
    """What the provider does to the next charge."""

    TAKE = "take"
    REFUSE = "refuse"
    TAKE_SILENTLY = "take_silently"  # the money is taken, the answer is lost
    LOSE = "lose"  # the question is lost
    WAIT = "wait"  # the customer takes time; the money comes before a later question
    TAKE_OTHER = "take_other"  # one minor unit less than was asked for


@dataclass(slots=True)
class Account:
    """What the provider knows of one charge; ``waits`` counts the questions until waiting ends."""

    said: Said
    amount_minor: int = 0
    waits: int = 0


class SimulatedGateway:
    """One provider. ``whims`` are taken one a charge, then every charge is taken; ``is_up`` False loses all questions.

    ``taken_minor`` is the truth: what the provider has of the customers' money.
    """

    def __init__(self, whims: Iterable[Whim] = ()) -> None:
        self.is_up = True
        self._whims = deque(whims)
        self._accounts: dict[str, Account] = {}
        self._back: dict[str, tuple[PayBackOrder, Said]] = {}

    @property
    def taken_minor(self) -> int:
        """Return what was taken and not given back, of all charges."""
        taken = sum(account.amount_minor for account in self._accounts.values() if account.said is Said.TAKEN)
        return taken - sum(order.amount_minor for order, said in self._back.values() if said is Said.RETURNED)

    def is_reachable(self) -> bool:
        """Say whether questions reach the provider."""
        return self.is_up

    def charge(self, order: ChargeOrder) -> Answer:
        """Take the money, or do as the next whim says; an id that is known is answered as it stands."""
        self._answer_or_not()
        if order.charge_id in self._accounts:
            return self.query(order.charge_id)
        whim = self._whims.popleft() if self._whims else Whim.TAKE
        if whim is Whim.LOSE:
            raise Unavailable("gateway.silent")
        self._accounts[order.charge_id] = _opened(whim, order.amount_minor)
        if whim is Whim.TAKE_SILENTLY:
            raise Unavailable("gateway.silent")
        return self._told(order.charge_id)

    def query(self, charge_id: str) -> Answer:
        """Say what became of a charge; a waiting one is paid for while it is asked about."""
        self._answer_or_not()
        account = self._accounts.get(charge_id)
        if account is not None and account.said is Said.WAITING:
            account.waits -= 1
            if account.waits < 0:
                account.said = Said.TAKEN
        return self._told(charge_id)

    def cancel(self, charge_id: str) -> Answer:
        """Close the id for good, and give back what was taken."""
        self._answer_or_not()
        self._accounts[charge_id] = Account(Said.RETURNED)
        return self._told(charge_id)

    def give_back(self, order: PayBackOrder) -> Answer:
        """Send money back, never more than there is of the charge; an id that is known is answered as it stands."""
        self._answer_or_not()
        known = self._back.get(order.payback_id)
        if known is not None:
            now = Said.RETURNED if known[1] is Said.WAITING else known[1]
            self._back[order.payback_id] = (known[0], now)
            return Answer(order.payback_id, now)
        whim = self._whims.popleft() if self._whims else Whim.TAKE
        if whim is Whim.LOSE:
            raise Unavailable("gateway.silent")
        said: Said = Said.WAITING if whim is Whim.WAIT else Said.RETURNED
        if whim is Whim.REFUSE or order.amount_minor > self._left(order.charge_id):
            said = Said.REFUSED
        self._back[order.payback_id] = (order, said)
        if whim is Whim.TAKE_SILENTLY:
            raise Unavailable("gateway.silent")
        return Answer(order.payback_id, said)

    def _left(self, charge_id: str) -> int:
        account = self._accounts.get(charge_id, Account(Said.NOT_FOUND))
        promised = (order for order, said in self._back.values() if said is not Said.REFUSED)
        gone = sum(order.amount_minor for order in promised if order.charge_id == charge_id)
        return account.amount_minor - gone if account.said is Said.TAKEN else 0

    def _answer_or_not(self) -> None:
        if not self.is_up:
            raise Unavailable("gateway.silent")

    def _told(self, charge_id: str) -> Answer:
        account = self._accounts.get(charge_id, Account(Said.NOT_FOUND))
        if account.said is not Said.TAKEN:
            return Answer(charge_id, account.said)
        return Answer(charge_id, Said.TAKEN, account.amount_minor, f"SIM{charge_id[-12:]}")


def _opened(whim: Whim, amount_minor: int) -> Account:
    match whim:
        case Whim.REFUSE:
            return Account(Said.REFUSED)
        case Whim.WAIT:
            return Account(Said.WAITING, amount_minor, LEAST_WAITS)
        case Whim.TAKE_OTHER:
            return Account(Said.TAKEN, amount_minor - 1)
        case _:
            return Account(Said.TAKEN, amount_minor)
