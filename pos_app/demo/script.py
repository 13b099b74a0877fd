"""The demo shift as it is played: four acts, each in a till process of its own."""

import json
from datetime import timedelta
from functools import partial

from pos_app.demo import acts
from pos_app.demo.acts import Stage
from pos_app.demo.cast import Cast, Player, barcode, save
from pos_app.demo.operator import Script
from pos_app.domain.calls import CallState
from pos_app.domain.codes import call_code, member_code
from pos_app.domain.events import DayClosed, Sale, SaleRefunded
from pos_app.domain.members import Purpose
from pos_app.domain.tenders import TenderKind

CASHIER, ASSISTANT, MANAGER = ("李敏", "1111"), ("王芳", "2222"), ("赵强", "8888")
SIX_ITEMS = (1, 2, 3, 4, 5, 7)
WIPES, RUSKS = 6, 8  # ¥29.80 and ¥15.80
CHOSEN_POINTS = 500
SHOWN = "陈雨婷"
OFFLINE_SALES = 20
NEW_MEMBERS = {3: "13900000001", 9: "13900000002", 15: "13900000003"}
SAVERS = {2: 0, 6: 1, 10: 2, 13: 3, 17: 4}
HELD_AT = 7
THREE_DAYS = timedelta(days=3)


def prepare(stage: Stage, candidates: list[str]) -> Script:
    """Wait for the directory and the first points, and choose who will come into the shop."""
    desks = stage.till.desks
    players: list[Player] = []
    shown = acts.facts_of(stage, lambda: desks.members.find(SHOWN))
    for member_id in dict.fromkeys([*(row.member_id for row in shown), *candidates]):
        card = acts.facts_of(stage, partial(desks.members.card, member_id))
        code = member_code(card.member.card_no)
        players.append(Player(member_id, card.member.name, code, card.member.phone, card.usable_here, card.total))
    cared = [player for player in players if _has_care(stage, player)]
    star = next((player for player in cared if player.name == SHOWN), cared[0])
    savers = [player for player in players if player is not star and player.usable >= 1_580][: len(SAVERS)]
    stage.check("five members can redeem offline", len(savers) == len(SAVERS), str(len(savers)))
    save(stage.out / "cast.json", Cast(star, tuple(savers)))
    yield from stage.operator.pause(0.1)


def _has_care(stage: Stage, player: Player) -> bool:
    card = acts.facts_of(stage, lambda: stage.till.desks.members.card(player.member_id))
    children = card.member.children and card.member.agrees_to(Purpose.CHILD)
    return bool(children) and len(card.prompts) == 3 and card.member.agrees_to(Purpose.CALL)


def first_act(stage: Stage) -> Script:
    """Online: a member by camera, six items, points, split tender. Then the cable is pulled and twenty sales follow."""
    assert stage.cast is not None
    op = stage.operator
    yield from acts.sign_in(stage, *CASHIER, shots="s1_sign_in")
    yield from op.until("head office answers", stage.app.world.is_online, 60)
    yield from op.shots("s2_idle")
    yield from _first_sale(stage)
    yield from stage.ask("cut")
    yield from op.until("the till knows that it is offline", lambda: not stage.app.world.is_online(), 60)
    for n in range(1, OFFLINE_SALES + 1):
        yield from _offline_sale(stage, n)
    unsent = acts.facts_of(stage, stage.till.desks.unsent.count)
    stage.check("offline sales wait to be sent", unsent >= OFFLINE_SALES, f"{unsent} facts")
    yield from acts.tap_word(stage, stage.window.shell.status, "离线", "已同步", "待上传")
    yield from op.pause(1.2)
    yield from op.shots("s14_sync_offline")
    yield from op.press("Ctrl+1")
    yield from _half_a_sale(stage)
    yield from stage.ask("kill")


def _first_sale(stage: Stage) -> Script:
    op, star = stage.operator, stage.cast.star if stage.cast else None
    assert star is not None
    yield from op.press("Ctrl+F2")
    yield from op.until("the camera reads the member", lambda: stage.state.basket.member_id == star.member_id, 40)
    yield from op.press("Ctrl+F2")
    stage.check("the camera attached the member", stage.state.basket.member_id == star.member_id, star.name)
    for n in SIX_ITEMS:
        yield from acts.add(stage, n)
    yield from op.shots("s2_sale")
    held_before = stage.state.member.usable_here if stage.state.member else 0
    yield from acts.redeem(stage, WIPES, points=CHOSEN_POINTS, shots="s5_redeem")
    priced = stage.state.priced
    assert priced is not None
    whole = [line for line in priced.lines if line.redeemed_points]
    paid = len(whole) == 1 and whole[0].redeemed_points == whole[0].net_minor and whole[0].paid_minor == 0
    stage.check("one item is redeemed wholly", paid, f"{priced.redeemed_points} points")
    stage.check("500 points go against the basket", priced.basket_points == CHOSEN_POINTS, f"{priced.basket_points}")
    stage.figure("points_held_before_online_redemption", held_before)
    yield from op.shots("s2_redeemed")
    yield from op.press("F9")
    yield from op.until("payment is open", stage.window.payment.is_open)
    yield from op.shots("s6_payment")
    yield from op.type("200")
    yield from op.press("Return")
    yield from op.pause(0.3)
    yield from op.shots("s6_split")
    yield from acts.pay_by_scan(stage, "WX4200002226")
    yield from op.pause(1.5)
    yield from op.shots("s6b_done")
    yield from acts.next_customer(stage)


def _offline_sale(stage: Stage, n: int) -> Script:
    assert stage.cast is not None
    op = stage.operator
    if n == HELD_AT:
        yield from _hold_and_recall(stage)
    if n in SAVERS:
        saver = stage.cast.savers[SAVERS[n]]
        yield from acts.serve(stage, saver.code, saver.member_id)
    yield from acts.add(stage, 1 + n % 5)
    if n % 3 == 0:
        yield from acts.add(stage, 20 + n)
    if n in NEW_MEMBERS:
        shots = "s3_sign_up" if n == min(NEW_MEMBERS) else ""
        yield from acts.sign_up(stage, NEW_MEMBERS[n], "202605", shots=shots)
    if n in SAVERS:
        yield from acts.redeem(stage, RUSKS, shots="s5_redeem_offline" if n == min(SAVERS) else "")
    if n == max(SAVERS):
        yield from op.shots("s2_offline_member")
    yield from acts.pay_cash(stage, given="2000" if n % 4 == 0 else "")
    if n == 1:
        yield from op.pause(1.0)
        yield from op.shots("s6b_done_cash")
    yield from acts.next_customer(stage)


def _hold_and_recall(stage: Stage) -> Script:
    op = stage.operator
    yield from acts.add(stage, 3)
    yield from op.press("F6")
    yield from op.until("the sale is put aside", lambda: stage.state.held_count == 1)
    yield from op.press("F6")
    yield from op.until("the held sales are shown", stage.window.hold.isVisible)
    yield from op.pause(0.3)
    yield from op.shots("s7_hold")
    yield from op.press("1")
    yield from op.until("the sale is back", lambda: acts.pieces(stage) == 1)


def _half_a_sale(stage: Stage) -> Script:
    """Ring up half a sale; then the power goes."""
    assert stage.cast is not None
    saver = stage.cast.savers[0]
    yield from acts.serve(stage, saver.code, saver.member_id)
    yield from acts.add(stage, 1)
    yield from acts.add(stage, 4)
    yield from acts.add(stage, 4)


def second_act(stage: Stage) -> Script:
    """After the power cut: the basket is back, the sale is finished, and the day is closed offline."""
    assert stage.cast is not None
    op = stage.operator
    yield from acts.sign_in(stage, *CASHIER)
    basket = stage.state.basket
    held = {line.item.barcode: line.quantity for line in basket.lines}
    wanted = {barcode(1): 1, barcode(4): 2}
    stage.check("after kill -9 the basket is back", held == wanted, str(held))
    same = basket.member_id == stage.cast.savers[0].member_id
    stage.check("after kill -9 the member is back", same, basket.member_id or "nobody")
    yield from op.shots("s2_after_kill")
    yield from acts.pay_cash(stage)
    yield from acts.next_customer(stage)
    yield from _goods_come_back(stage)
    yield from _goods_for_goods(stage)
    yield from _bad_scans(stage)
    yield from _lock(stage)
    yield from acts.sign_in(stage, *MANAGER)
    yield from _close(stage, short_minor=0, shots="s13_close")
    yield from stage.ask("leave")


def _goods_come_back(stage: Stage) -> Script:
    """Offline: one piece of the sale before comes back by its receipt; the manager approves."""
    op, sheet = stage.operator, stage.window.refund
    yield from acts.open_receipt(stage, shots="s8_start")
    yield from op.press("Down")  # the second line: two of one item
    yield from op.press("Space")
    yield from op.press("-")
    yield from op.press("1")
    yield from op.until("what goes back is shown", sheet.confirm.isEnabled)
    yield from op.pause(0.3)
    yield from op.shots("s8_refund")
    yield from op.press("Return")
    yield from op.until("the manager is asked", stage.window.override.isVisible)
    yield from op.type(MANAGER[1])
    yield from op.press("Return")
    yield from op.until("the goods are back", sheet.isHidden, 30)
    back = acts.said(stage, SaleRefunded)
    one_piece = len(back) == 1 and sum(line.quantity for line in back[0].lines) == 1
    stage.check("one piece came back offline", one_piece, str(back[-1:]))


def _goods_for_goods(stage: Stage) -> Script:
    """What is left of that sale's second line pays for something else, and the difference is cash."""
    op, sheet = stage.operator, stage.window.refund
    yield from acts.add(stage, 1)
    yield from acts.add(stage, 2)
    yield from op.press("F7")
    yield from op.until("the refund sheet is open", sheet.isVisible)
    yield from acts.open_receipt(stage)
    yield from op.press("Down")
    yield from op.press("Space")
    yield from op.press("2")
    yield from op.until("what goes back is shown", sheet.confirm.isEnabled)
    yield from op.pause(0.3)
    yield from op.press("X")
    yield from op.until("payment is open", stage.window.payment.is_open)
    yield from op.pause(0.3)
    yield from op.shots("s6_exchange")
    yield from op.press("Return")
    yield from acts.done(stage)
    yield from acts.next_customer(stage)
    (sale,) = [fact for fact in acts.said(stage, Sale) if any(one.kind is TenderKind.EXCHANGE for one in fact.tenders)]
    even = [fact.exchange_sale_id for fact in acts.said(stage, SaleRefunded)] == ["", sale.sale_id]
    stage.check("goods paid for goods in one commit", even, sale.receipt_no)


def _bad_scans(stage: Stage) -> Script:
    """An unknown barcode and a damaged one: a sentence, a tone, and the next scan works."""
    op = stage.operator
    yield from op.scan("9529999999994")
    yield from op.pause(0.6)
    yield from op.shots("s2_unknown_code")
    stage.check("an unknown barcode leaves the sale as it was", stage.state.basket.is_empty, "empty")
    yield from acts.add(stage, 2)
    yield from op.press("Ctrl+Del")
    yield from op.until("the sale is cancelled", lambda: stage.state.basket.is_empty)


def _lock(stage: Stage) -> Script:
    yield from stage.operator.press("F12")
    yield from stage.operator.until("the till is locked", lambda: stage.app.signed_in is None)
    yield from stage.operator.pause(0.5)


def _close(stage: Stage, *, short_minor: int, shots: str) -> Script:
    """Close the day: checks, blind count, comparison, Z."""
    op, screen, day = stage.operator, stage.window.close_day, stage.till.desks.day
    yield from op.press("Ctrl+6")
    yield from op.pause(1.0)
    yield from op.shots(f"{shots}_1_checks")
    yield from acts.tap_word(stage, screen, "盲点", "Count", "点现金")
    yield from op.pause(0.5)
    expected = acts.facts_of(stage, lambda: day.count({}).expected_minor)
    yield from acts.count_blind(stage, expected - short_minor)
    yield from op.shots(f"{shots}_2_count")
    yield from op.press("Return")
    yield from op.pause(1.0)
    if short_minor:
        yield from op.press("Right")  # the first reason
    yield from op.shots(f"{shots}_3_compare")
    yield from op.press("Return")
    yield from op.until("the day is closed", lambda: not acts.facts_of(stage, day.state).is_open, 30)
    yield from op.pause(1.5)
    yield from op.shots(f"{shots}_4_done")
    closed = _last_close(stage)
    stage.check(f"Z {closed.z_no} books the difference", closed.over_short_minor == -short_minor, str(closed))


def _last_close(stage: Stage) -> DayClosed:
    def work() -> DayClosed:
        with stage.till.desks.store.view() as unit:
            facts = unit.log.facts(1, unit.log.next_seq() - 1)
        return [fact for _, fact, _ in facts if isinstance(fact, DayClosed)][-1]

    found: DayClosed = acts.facts_of(stage, work)
    return found


def third_act(stage: Stage) -> Script:
    """Three days later: slips for the calls due, two outcomes by scanning slips, close, and the cable is back."""
    op, calls = stage.operator, stage.till.desks.calls
    yield from acts.sign_in(stage, *MANAGER)
    yield from op.press("Ctrl+3")
    yield from op.pause(1.0)
    yield from op.shots("s9_calls")
    lists = acts.facts_of(stage, calls.lists)
    due = [row for row in (*lists.overdue, *lists.due) if row.may_call]
    made_here = [row for row in due if row.call.bought_on == lists.business_date - THREE_DAYS]
    stage.check("sales of three days ago made calls due", len(made_here) >= 3, f"{len(made_here)} of {len(due)}")
    yield from op.press("Ctrl+P")
    yield from op.pause(1.5)
    yield from op.shots("s9_calls_printed")
    stage.figure("call_slips_printed", len(due))
    yield from op.press("Ctrl+1")
    for place, key in ((0, "1"), (1, "4")):
        yield from _record(stage, made_here[place].call.call_id, key, shots="s10_outcome" if place == 0 else "")
    after = acts.facts_of(stage, calls.lists)
    finished = {row.call.call_id for row in after.done}
    stage.check("a call that went well is done", made_here[0].call.call_id in finished, made_here[0].member_name)
    again = acts.facts_of(stage, lambda: calls.open(made_here[1].call.call_id)).row.call
    tried = again.state is CallState.DUE and again.attempts == 1
    stage.check("a call without answer comes again", tried, f"{again.due_on}, attempt {again.attempts}")
    yield from acts.add(stage, 2)
    yield from acts.pay_cash(stage)
    yield from acts.next_customer(stage)
    yield from _close(stage, short_minor=2_000, shots="s13_short")
    yield from stage.ask("mend")
    stage.app.world.sync_now()
    yield from op.until("everything is sent", lambda: _all_sent(stage), 120)
    yield from op.pause(2.0)
    yield from _sync_picture(stage)
    yield from op.pause(3.0)
    _write_totals(stage)
    yield from stage.ask("leave")


def _record(stage: Stage, call_id: str, key: str, *, shots: str) -> Script:
    """Scan a slip and press the outcome's key."""
    op, form = stage.operator, stage.window.outcome
    yield from op.scan(call_code(call_id))
    yield from op.until("the outcome form is open", form.isVisible)
    yield from op.pause(0.4)
    if shots:
        yield from op.shots(shots)
    before = acts.facts_of(stage, stage.till.desks.unsent.count)
    yield from op.press(key)
    yield from op.until("the outcome is kept", lambda: acts.facts_of(stage, stage.till.desks.unsent.count) > before)
    form.dismiss()
    yield from op.pause(0.2)


def _all_sent(stage: Stage) -> bool:
    return stage.app.world.is_online() and acts.facts_of(stage, stage.till.desks.unsent.count) == 0


def _write_totals(stage: Stage) -> None:
    """Write down what the till shows as the total of everybody who bought, for the comparison."""

    def work() -> dict[str, int]:
        with stage.till.desks.store.view() as unit:
            facts = unit.log.facts(1, unit.log.next_seq() - 1)
        bought = {fact.member_id for _, fact, _ in facts if isinstance(fact, Sale) and fact.member_id}
        return {member: stage.till.desks.members.card(member).total for member in sorted(bought)}

    totals = acts.facts_of(stage, work)
    (stage.out / "till_totals.json").write_text(json.dumps(totals, indent=1), encoding="utf-8")


def _sync_picture(stage: Stage) -> Script:
    op = stage.operator
    if stage.app.signed_in is None:
        yield from acts.sign_in(stage, *MANAGER)
    yield from acts.tap_word(stage, stage.window.shell.status, "离线", "已同步", "待上传")
    yield from op.pause(1.2)
    yield from op.shots("s14_sync_online")
    yield from op.press("F1")
    yield from op.pause(0.3)
    yield from op.shots("f1_keys")
