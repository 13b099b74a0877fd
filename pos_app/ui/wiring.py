"""Which signal of the window leads where: nothing is decided here."""

from pos_app.domain.audit import Part
from pos_app.domain.tenders import TenderKind
from pos_app.ui.application import TillApplication
from pos_app.ui.keymap import Action
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.close_models import Ending
from pos_app.ui.presenters.hand_price import Target, Way


def connect(till: TillApplication) -> None:
    """Join every signal of window and bridge to whoever acts on it; once, before the till starts."""
    _connect_shell(till)
    _connect_sale(till)
    _connect_top_ups(till)
    _connect_aside(till)
    _connect_refund(till)
    _connect_approvals(till)
    _connect_sign_in(till)
    _connect_audit(till)
    _connect_desk(till)
    _connect_close(till)


def _connect_shell(till: TillApplication) -> None:
    """The frame of the window, and what other threads say."""
    shell = till.shell
    shell.section_asked.connect(lambda name: till.go(face.Section(name)))
    shell.language_asked.connect(till.switch_language)
    shell.mute_asked.connect(till.mute)
    shell.lock_asked.connect(till.lock)
    shell.sync_asked.connect(till.show_sync_page)
    shell.keys.closed.connect(till.sale.focus_back)

    bridge = till.world.bridge
    bridge.sync_said.connect(till.take_sync)
    bridge.device_said.connect(till.take_device)
    bridge.frame_said.connect(till.take_frame)
    bridge.scan_said.connect(till.take_camera_scan)


def _connect_sale(till: TillApplication) -> None:
    """Selling, paying, redeeming, held sales."""
    view, checkout = till.window.checkout, till.sale.checkout
    view.code_entered.connect(checkout.enter)
    view.quantity_entered.connect(checkout.set_quantity)
    view.line_acted.connect(checkout.act_on_line)
    view.selected.connect(checkout.select)
    view.action_asked.connect(till.act)
    view.pay_asked.connect(till.sale.open_payment)
    view.quick_cash_asked.connect(till.sale.quick_cash)
    view.member_cleared.connect(checkout.detach)
    view.care_acted.connect(checkout.act_on_care)
    view.profile_asked.connect(till.sale.open_attached_profile)
    view.offer_asked.connect(checkout.act_on_offer)
    view.reprint_asked.connect(checkout.reprint)
    view.notice_acted.connect(till.sale.act_on_notice)
    paying, payment = till.window.payment, till.sale.payment
    paying.tender_asked.connect(till.sale.take_tender)
    paying.points_asked.connect(till.sale.open_redeem)
    paying.tender_removed.connect(payment.remove)
    paying.finish_asked.connect(payment.finish)
    paying.back_asked.connect(till.sale.leave_payment)
    paying.reprint_asked.connect(checkout.reprint)
    paying.next_asked.connect(till.sale.next_customer)
    paying.amount_refused.connect(till.sale.refuse_amount)
    paying.code_taken.connect(payment.pay_by_code)
    redeem = till.window.redeem
    redeem.tab_asked.connect(till.sale.redeem.show_tab)
    redeem.search_asked.connect(till.sale.redeem.search)
    redeem.row_stepped.connect(till.sale.redeem.step)
    redeem.mix_asked.connect(till.sale.redeem.mix)
    redeem.choice_asked.connect(lambda choice, points: till.sale.redeem.choose(face.PointsChoice(choice), points))
    redeem.proof_given.connect(till.sale.redeem.prove)
    redeem.use_asked.connect(till.sale.use_points)
    redeem.vouch_asked.connect(till.sale.redeem.vouch)
    redeem.coupons_asked.connect(till.sale.open_coupons)
    redeem.closed.connect(till.sale.redeem_closed)


def _connect_top_ups(till: TillApplication) -> None:
    """Stored value: sold, and given back."""
    top_up = till.window.top_up
    top_up.amount_chosen.connect(till.sale.top_up.choose)
    top_up.way_chosen.connect(lambda kind: till.sale.top_up.pay_by(TenderKind(kind)))
    top_up.confirmed.connect(till.sale.top_up.confirm)
    top_up.closed.connect(till.sale.top_up_closed)
    back = till.window.top_up_back
    back.chosen.connect(till.sale.top_up_back.choose)
    back.cash_chosen.connect(lambda chosen: till.sale.top_up_back.choose_cash(chosen=chosen))
    back.reasoned.connect(till.sale.top_up_back.choose_reason)
    back.confirmed.connect(till.sale.top_up_back.confirm)
    back.closed.connect(till.sale.focus_back)
    top_up.back_asked.connect(till.sale.open_top_up_back)


def _connect_aside(till: TillApplication) -> None:
    """Goods without a label, coupons, and sales that wait."""
    weigh = till.window.weigh
    weigh.weighed.connect(till.sale.weighing.enter)
    weigh.confirmed.connect(till.sale.weighing.confirm)
    weigh.closed.connect(till.sale.focus_back)
    coupons = till.window.coupons
    coupons.use_asked.connect(till.sale.coupons.use)
    coupons.paper_asked.connect(till.sale.coupons.print_paper)
    coupons.closed.connect(till.sale.focus_back)
    hold = till.window.hold
    hold.recall_asked.connect(till.sale.held.take)
    hold.drop_asked.connect(till.sale.held.drop)
    hold.slip_asked.connect(till.sale.held.print_slip)
    hold.closed.connect(till.sale.focus_back)


def _connect_refund(till: TillApplication) -> None:
    """Goods that come back."""
    sheet, refund = till.window.refund, till.sale.refund
    sheet.searched.connect(refund.search)
    sheet.chosen.connect(refund.choose)
    sheet.toggled.connect(refund.toggle)
    sheet.all_toggled.connect(refund.toggle_all)
    sheet.pieces_set.connect(refund.set_pieces)
    sheet.reasoned.connect(refund.choose_reason)
    sheet.cash_chosen.connect(lambda chosen: refund.choose_cash(chosen=chosen))
    sheet.confirmed.connect(refund.confirm)
    sheet.exchanged.connect(refund.exchange)
    sheet.closed.connect(till.sale.focus_back)
    till.window.checkout.refund_asked.connect(till.sale.open_refund)


def _connect_approvals(till: TillApplication) -> None:
    """What may need somebody's approval, and the approval."""
    drawer, override = till.window.drawer, till.window.override
    drawer.opened.connect(till.sale.drawer.open)
    price = till.window.hand_price
    price.aimed.connect(lambda target: till.sale.hand_price.aim(Target(target)))
    price.way_chosen.connect(lambda way: till.sale.hand_price.choose_way(Way(way)))
    price.entered.connect(till.sale.hand_price.enter)
    price.reasoned.connect(till.sale.hand_price.give_reason)
    price.confirmed.connect(till.sale.hand_price.confirm)
    price.taken_back.connect(till.sale.hand_price.take_back)
    price.noted.connect(till.sale.hand_price.note)
    cash, papers = till.window.cash, till.window.past_papers
    cash.moved.connect(till.desk.cash.move)
    papers.reprint_asked.connect(till.desk.past_papers.reprint)
    override.person_chosen.connect(till.override.choose)
    override.allowed.connect(till.override.enter)
    override.ticked.connect(till.override.tick)
    override.closed.connect(till.override.give_up)
    for sheet in (drawer, price, till.window.why, cash, papers, override):
        sheet.closed.connect(till.sale.focus_back)


def _connect_sign_in(till: TillApplication) -> None:
    """The screen before anybody is at the till, and while it is locked."""
    screen = till.window.sign_in
    screen.person_chosen.connect(till.sign_in.choose)
    screen.pin_entered.connect(till.sign_in.enter)
    screen.float_entered.connect(till.sign_in.open_day)
    screen.people_asked.connect(till.sign_in.back)
    screen.ticked.connect(till.sign_in.tick)
    screen.training_asked.connect(till.switch_training)
    screen.sign_out_asked.connect(lambda sure: till.sign_in.sign_out(sure=sure))
    screen.unlock_asked.connect(till.sign_in.ask_unlock)
    screen.language_asked.connect(lambda: till.act(Action.LANGUAGE.value))


def _connect_audit(till: TillApplication) -> None:
    """Who did what when; there is one audit a visit."""
    audit = till.window.audit
    audit.part_asked.connect(lambda part: till.desk.auditing().choose_part(Part(part) if part else None))
    audit.person_asked.connect(lambda: till.desk.auditing().next_person())
    audit.day_asked.connect(lambda later: till.desk.auditing().step_day(later=later))
    audit.all_days_asked.connect(lambda: till.desk.auditing().all_days())
    audit.searched.connect(lambda text: till.desk.auditing().search(text))
    audit.chosen.connect(lambda seq: till.desk.auditing().choose(seq))
    audit.more_asked.connect(lambda: till.desk.auditing().more())
    audit.export_asked.connect(lambda: till.desk.auditing().export())


def _connect_desk(till: TillApplication) -> None:
    """Sign-up, finder, calls, sync centre."""
    form = till.window.sign_up
    form.phone_typed.connect(till.sale.sign_up.type_phone)
    form.child_changed.connect(till.sale.sign_up.check_child)
    form.child_changed.connect(till.sale.ask_customer)
    form.submitted.connect(till.sale.sign_up.submit)
    form.closed.connect(till.sale.sign_up_closed)
    till.second_screen.answered.connect(form.take_answer)
    finder = till.window.finder
    finder.searched.connect(till.sale.finder.search)
    finder.picked.connect(till.sale.finder.pick)
    _connect_profile(till)
    calls = till.window.calls
    calls.print_asked.connect(till.desk.calls.print_run)
    calls.reveal_asked.connect(till.desk.calls.reveal)
    calls.record_asked.connect(till.desk.calls.record)
    outcome = till.window.outcome
    outcome.saved.connect(till.desk.outcome.save)
    outcome.reveal_asked.connect(till.desk.outcome.reveal)
    outcome.closed.connect(till.desk.calls_changed)
    till.window.training.left.connect(till.switch_training)
    for sheet in (till.window.training, finder, outcome):
        sheet.closed.connect(till.sale.focus_back)
    till.window.sync_centre.try_asked.connect(till.desk.sync_centre.try_now)
    till.window.sync_centre.back_asked.connect(lambda: till.go(face.Section.SELL))


def _connect_close(till: TillApplication) -> None:
    """The end of a shift and of a day."""
    close = till.window.close_day
    close.act_asked.connect(till.desk.act_on_check)
    close.x_asked.connect(lambda: till.desk.closing().print_x())
    close.count_asked.connect(lambda: till.desk.closing().begin_count())
    close.ending_chosen.connect(lambda ending: till.desk.closing().choose(Ending(ending)))
    close.cash_asked.connect(till.desk.cash.start)
    close.papers_asked.connect(till.desk.past_papers.start)
    close.counted.connect(lambda count: till.desk.closing().hand_in(count))
    close.close_asked.connect(lambda reason: till.desk.closing().finish(reason))
    close.left.connect(lambda: till.desk.closing().leave())
    close.looked.connect(lambda: till.desk.closing().start())


def _connect_profile(till: TillApplication) -> None:
    """The member's 360°."""
    profile = till.window.profile
    profile.find_asked.connect(till.sale.find_member)
    profile.reveal_asked.connect(till.desk.profile.reveal)
    profile.edit_asked.connect(till.desk.profile.edit)
    profile.attach_asked.connect(till.desk.profile.attach)
    profile.consent_asked.connect(till.window.consent.ask)
    profile.left.connect(lambda: till.go(face.Section.SELL))
    till.window.consent.confirmed.connect(till.desk.profile.answer)
    edit = till.window.member_edit
    edit.saved.connect(till.desk.profile.save)
    edit.card_lost.connect(till.desk.profile.replace_card)
    edit.merge_asked.connect(till.desk.profile.ask_merge)
    edit.closed.connect(till.sale.focus_back)
    till.window.consent.closed.connect(till.sale.focus_back)
