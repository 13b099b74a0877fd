"""The sheet on which a top-up comes back: chosen, worked out, approved, done once; what lies elsewhere is fetched."""

from dataclasses import replace

import pytest

from pos_app.domain.events import TopUpRefunded
from pos_app.domain.ledger import Asset, Spend
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.services.topping_up import TopUpAsked, TopUpDesk
from pos_app.services.topup_refunds import TopUpRefundDesk
from pos_app.ui.presenters.top_up_back import TopUpBackDesks, TopUpBackPresenter
from tests.fakes import FakePins
from tests.till_kit import PROGRAMME, member, renamed_rules
from tests.ui.presenters.counter import Counter, View

ANNA = member(1)


class Sheet:
    """The sheet without Qt, at a counter where a member is served who bought stored value, each time by card."""

    def __init__(self, counter: Counter, topups: int = 1) -> None:
        self.counter, self.view = counter, View()
        session, self.refreshed = counter.till.session, []
        desk = TopUpDesk(session)
        for _turn in range(topups):
            tender = TenderAsked(TenderKind.CARD, 50_000, reference="POS 7")
            desk.top_up(TopUpAsked(desk.begin(), ANNA.member_id, 50_000, (tender,)))
        desks = TopUpBackDesks(
            TopUpRefundDesk(session, FakePins()),
            counter.gate,
            counter.override,
            counter.lane,
            lambda: counter.programme.refund_in_cash,
            lambda: self.refreshed.append(True),
        )
        self.presenter = TopUpBackPresenter(self.view, desks)
        self.presenter.open(counter.checkout.attach(ANNA.member_id))

    @property
    def face(self):
        (shown,) = self.view.last("show_top_up_back")
        return shown

    def give_back(self) -> None:
        self.presenter.choose_reason("mistyped")
        self.presenter.confirm()
        self.counter.override.choose("E2")
        self.counter.override.enter("mistyped", "2222")

    def back(self):
        log = self.counter.till.store.tables.log
        return [fact for _seq, fact, _at in log.facts(1, 10**6) if isinstance(fact, TopUpRefunded)]


def test_the_only_top_up_is_chosen_and_comes_back_once_it_is_approved(counter: Counter):
    sheet = Sheet(counter)
    assert sheet.face.quote.is_undo

    sheet.give_back()
    sheet.presenter.confirm()

    assert len(sheet.back()) == 1
    assert (sheet.face.done.given_minor, sheet.face.done.after.total, sheet.refreshed) == (50_000, 0, [True])
    assert sheet.view.last("dismiss") == ()


def test_among_several_somebody_chooses_and_without_a_reason_nothing_happens(counter: Counter):
    sheet = Sheet(counter, topups=2)
    assert (len(sheet.face.rows), sheet.face.quote) == (2, None)

    sheet.presenter.choose(sheet.face.rows[1].topup_id)
    sheet.presenter.confirm()

    assert (sheet.face.quote.given_minor, sheet.back()) == (50_000, [])


def test_cash_is_offered_only_where_the_rules_allow_it(counter: Counter):
    assert Sheet(counter).face.in_cash is None
    counter.till.publish(renamed_rules(replace(PROGRAMME, refund_in_cash=True), "p2"), shard="global")

    sheet = Sheet(counter)
    sheet.presenter.choose(sheet.face.rows[0].topup_id)
    sheet.presenter.choose_cash(chosen=True)

    assert sheet.face.quote.cash_minor == 50_000


@pytest.mark.parametrize("online", [True, False])
def test_what_lies_elsewhere_is_fetched_where_there_is_a_line(counter: Counter, online):
    sheet = Sheet(counter)
    held = [one for one in counter.till.store.tables.holdings.of(ANNA.member_id) if one.grant.asset is Asset.VALUE]
    counter.till.session.run(lambda unit: unit.holdings.take((Spend(held[0].grant.gid, 20_000),), at_ms=1))
    counter.till.link.online = online

    sheet.give_back()

    assert len(sheet.back()) == online
    assert ("topup.short_here" in sheet.face.problem) is not online
