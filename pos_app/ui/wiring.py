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

    bridge = till.world.bridge
    bridge.sync_said.connect(till.take_sync)
    bridge.device_said.connect(till.take_device)
    bridge.frame_said.connect(till.take_frame)
    bridge.scan_said.connect(till.take_camera_scan)


def _connect_sale(till: TillApplication) -> None:
    """Selling, paying, redeeming, held sales."""
    view, checkout = till.window.checkout, till.checkout
    view.code_entered.connect(checkout.enter)
    view.quantity_entered.connect(checkout.set_quantity)
    view.line_acted.connect(checkout.act_on_line)
    view.selected.connect(checkout.select)
    view.action_asked.connect(till.act)
    view.pay_asked.connect(till.open_payment)
    view.quick_cash_asked.connect(till.quick_cash)
    view.member_cleared.connect(checkout.detach)
    view.care_acted.connect(checkout.act_on_care)
    view.profile_asked.connect(till.open_attached_profile)
    view.offer_asked.connect(checkout.act_on_offer)
    view.reprint_asked.connect(checkout.reprint)
    view.notice_acted.connect(checkout.act_on_notice)
    paying, payment = till.window.payment, till.payment
    paying.tender_asked.connect(till.take_tender)
    paying.points_asked.connect(till.open_redeem)
    paying.tender_removed.connect(payment.remove)
    paying.finish_asked.connect(payment.finish)
    paying.back_asked.connect(till.leave_payment)
    paying.reprint_asked.connect(checkout.reprint)
    paying.next_asked.connect(till.next_customer)
    paying.amount_refused.connect(till.refuse_amount)
    redeem = till.window.redeem
    redeem.tab_asked.connect(till.redeem.show_tab)
    redeem.search_asked.connect(till.redeem.search)
    redeem.row_stepped.connect(till.redeem.step)
    redeem.choice_asked.connect(lambda choice, points: till.redeem.choose(face.PointsChoice(choice), points))
    redeem.use_asked.connect(till.use_points)
    redeem.closed.connect(till.redeem_closed)
    top_up = till.window.top_up
    top_up.amount_chosen.connect(till.top_up.choose)
    top_up.way_chosen.connect(lambda kind: till.top_up.pay_by(TenderKind(kind)))
    top_up.confirmed.connect(till.top_up.confirm)
    top_up.closed.connect(till.shell.focus_home)
    hold = till.window.hold
    hold.recall_asked.connect(till.held.take)
    hold.drop_asked.connect(till.held.drop)
    hold.closed.connect(till.shell.focus_home)


def _connect_refund(till: TillApplication) -> None:
    """Goods that come back."""
    sheet, refund = till.window.refund, till.refund
    sheet.searched.connect(refund.search)
    sheet.chosen.connect(refund.choose)
    sheet.toggled.connect(refund.toggle)
    sheet.all_toggled.connect(refund.toggle_all)
    sheet.pieces_set.connect(refund.set_pieces)
    sheet.reasoned.connect(refund.choose_reason)
    sheet.cash_chosen.connect(lambda chosen: refund.choose_cash(chosen=chosen))
    sheet.confirmed.connect(refund.confirm)
    sheet.exchanged.connect(refund.exchange)
    sheet.closed.connect(till.focus_back)
    till.window.checkout.refund_asked.connect(till.open_refund)


def _connect_approvals(till: TillApplication) -> None:
    """What may need somebody's approval, and the approval."""
    drawer, override = till.window.drawer, till.window.override
    drawer.opened.connect(till.drawer.open)
    price = till.window.hand_price
    price.aimed.connect(lambda target: till.hand_price.aim(Target(target)))
    price.way_chosen.connect(lambda way: till.hand_price.choose_way(Way(way)))
    price.entered.connect(till.hand_price.enter)
    price.reasoned.connect(till.hand_price.give_reason)
    price.confirmed.connect(till.hand_price.confirm)
    price.taken_back.connect(till.hand_price.take_back)
    price.noted.connect(till.hand_price.note)
    cash, papers = till.window.cash, till.window.past_papers
    cash.moved.connect(till.cash.move)
    papers.reprint_asked.connect(till.past_papers.reprint)
    override.person_chosen.connect(till.override.choose)
    override.allowed.connect(till.override.enter)
    override.ticked.connect(till.override.tick)
    override.closed.connect(till.override.give_up)
    for sheet in (drawer, price, till.window.why, cash, papers, override):
        sheet.closed.connect(till.focus_back)


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
    audit.part_asked.connect(lambda part: till.auditing().choose_part(Part(part) if part else None))
    audit.person_asked.connect(lambda: till.auditing().next_person())
    audit.day_asked.connect(lambda later: till.auditing().step_day(later=later))
    audit.all_days_asked.connect(lambda: till.auditing().all_days())
    audit.searched.connect(lambda text: till.auditing().search(text))
    audit.chosen.connect(lambda seq: till.auditing().choose(seq))
    audit.more_asked.connect(lambda: till.auditing().more())
    audit.export_asked.connect(lambda: till.auditing().export())


def _connect_desk(till: TillApplication) -> None:
    """Sign-up, finder, calls, sync centre."""
    form = till.window.sign_up
    form.phone_typed.connect(till.sign_up.type_phone)
    form.child_changed.connect(till.sign_up.check_child)
    form.child_changed.connect(till.ask_customer)
    form.submitted.connect(till.sign_up.submit)
    form.closed.connect(till.sign_up_closed)
    till.second_screen.answered.connect(form.take_answer)
    finder = till.window.finder
    finder.searched.connect(till.finder.search)
    finder.picked.connect(till.finder.pick)
    _connect_profile(till)
    calls = till.window.calls
    calls.print_asked.connect(till.calls.print_run)
    calls.reveal_asked.connect(till.calls.reveal)
    calls.record_asked.connect(till.calls.record)
    outcome = till.window.outcome
    outcome.saved.connect(till.outcome.save)
    outcome.reveal_asked.connect(till.outcome.reveal)
    outcome.closed.connect(till.calls_changed)
    till.window.training.left.connect(till.switch_training)
    for sheet in (till.window.training, finder, outcome):
        sheet.closed.connect(till.shell.focus_home)
    till.window.sync_centre.try_asked.connect(till.sync_centre.try_now)
    till.window.sync_centre.back_asked.connect(lambda: till.go(face.Section.SELL))


def _connect_close(till: TillApplication) -> None:
    """The end of a shift and of a day."""
    close = till.window.close_day
    close.act_asked.connect(till.act_on_check)
    close.x_asked.connect(lambda: till.closing().print_x())
    close.count_asked.connect(lambda: till.closing().begin_count())
    close.ending_chosen.connect(lambda ending: till.closing().choose(Ending(ending)))
    close.cash_asked.connect(till.cash.start)
    close.papers_asked.connect(till.past_papers.start)
    close.counted.connect(lambda count: till.closing().hand_in(count))
    close.close_asked.connect(lambda reason, manager, pin: till.closing().finish(reason, manager, pin))
    close.left.connect(lambda: till.closing().leave())
    close.looked.connect(lambda: till.closing().start())


def _connect_profile(till: TillApplication) -> None:
    """The member's 360°."""
    profile = till.window.profile
    profile.find_asked.connect(till.find_profile)
    profile.reveal_asked.connect(till.profile.reveal)
    profile.edit_asked.connect(till.profile.edit)
    profile.attach_asked.connect(till.profile.attach)
    profile.consent_asked.connect(till.window.consent.ask)
    profile.left.connect(lambda: till.go(face.Section.SELL))
    till.window.consent.confirmed.connect(till.profile.answer)
    edit = till.window.member_edit
    edit.saved.connect(till.profile.save)
    edit.card_lost.connect(till.profile.replace_card)
    edit.closed.connect(till.shell.focus_home)
    till.window.consent.closed.connect(till.shell.focus_home)
