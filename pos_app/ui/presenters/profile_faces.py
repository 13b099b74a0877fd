"""A profile in words: rows of each tab and what made them, in the language in force. Pure, no decisions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from pos_app.domain.calls import Call, Outcome
from pos_app.domain.coupons import published_rule
from pos_app.domain.events import KIND_OF, CallRecorded, CardReplaced, Fact, MemberAmended, Sale, SaleLine, SaleRefunded
from pos_app.domain.explaining import Told, rule_text
from pos_app.domain.in_force import Open
from pos_app.domain.masking import masked_phone
from pos_app.domain.members import Consent, Purchase, Purpose
from pos_app.domain.points import worth_minor
from pos_app.domain.profile import Answered, BoughtElsewhere, Called, Joined, Moment, PointsEntry, Usual
from pos_app.domain.statement import Statement
from pos_app.i18n import _, language, ngettext
from pos_app.services.profile import Profile
from pos_app.services.words import coupon_terms, price_words
from pos_app.ui import desk_wording, people_wording, wording
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.profile_models import (
    ConsentAsk,
    EditFace,
    Figure,
    GlanceLine,
    ProfileFace,
    ProfileTab,
    Row,
    Tone,
)
from pos_app.ui.presenters.sale_faces import STALE_AFTER_MS, child_line, item_name

MOST_NAMED = 4


def profile_face(profile: Profile, now_ms: int, statement: Statement | None = None) -> ProfileFace:
    """Return a profile as the screen shows it; ``statement`` is head office's, None without an answer."""
    rows = {
        ProfileTab.TIMELINE: tuple(_moment_row(profile, moment) for moment in profile.moments),
        ProfileTab.PURCHASES: tuple(
            _moment_row(profile, moment)
            for moment in profile.moments
            if isinstance(moment.what, Sale | SaleRefunded | BoughtElsewhere)
        ),
        ProfileTab.POINTS: tuple(_points_rows(profile, now_ms, statement)),
        ProfileTab.CAMPAIGNS: (*_coupon_rows(profile), *(_campaign_row(profile, one) for one in profile.campaigns)),
        ProfileTab.CALLS: tuple(_call_row(call) for call in profile.calls),
        ProfileTab.CONSENT: tuple(_consent_row(profile, purpose) for purpose in Purpose),
    }
    since = _("member since {day}").format(day=profile.card.member.joined_on.isoformat())
    return ProfileFace(
        member=_card(profile, now_ms),
        joined=" · ".join(filter(None, (desk_wording.tier_progress(profile.card.standing, None), since))),
        glance=tuple(_glance(profile)),
        usual=tuple(_usual(profile, one) for one in profile.usual),
        rows=rows,
        limited="" if profile.sees_all else _("Your role sees balances and today only; a manager sees the history."),
    )


def edit_face(profile: Profile) -> EditFace:
    """Return what the sheet of corrections opens with."""
    card = profile.card
    children = [child_line(child, profile.today) for child in card.member.known_children()]
    told = (" · ".join(filter(None, (one.name, wording.month_age(one.months, one.days), one.sex))) for one in children)
    return EditFace(
        card.member.name,
        card.masked_phone,
        tuple(told),
        card.member.agrees_to(Purpose.CHILD),
        card.member.card_no[-4:],
    )


def method_text(method: str) -> str:
    """Return how a consent was given; an unknown way is told as it is."""
    return {
        "screen": _("on the screen"),
        "signature": _("by signature"),
        "paper": _("on paper"),
        "merge": _("by the merge of two records"),
    }.get(method, method)


# ---- who


def _card(profile: Profile, now_ms: int) -> face.MemberCard:
    card = profile.card
    return face.MemberCard(
        member_id=card.member.member_id,
        name=wording.called(card.member.name, card.masked_phone),
        masked_phone=card.masked_phone,
        tier=desk_wording.tier_text(card.member.tier),
        points_here=card.usable_here,
        points_total=card.total,
        elsewhere=desk_wording.held_text(card.held_elsewhere, now_ms, most=1),
        worth_minor=worth_minor(card.usable_here, profile.programme),
        as_of_ms=card.as_of_ms,
        stale=card.as_of_ms is not None and now_ms - card.as_of_ms > STALE_AFTER_MS,
        children=tuple(child_line(child, profile.today) for child in card.member.known_children()),
        merged=tuple(f"{one.name} {masked_phone(one.phone)}".strip() for one in card.merged),
        vesting=desk_wording.vesting_text(card.vesting),
        owed=desk_wording.owed_text(card.owed),
        assets=desk_wording.assets_text(card.value, card.coupons, card.cards),
    )


def _glance(profile: Profile) -> list[GlanceLine]:
    known, last = profile.glance, profile.card.last_visit_on
    life, why = profile.life, people_wording.life_why(profile.life)
    kind = filter(None, (people_wording.stage_text(life.stage), people_wording.segment_text(life.segment)))
    lines = [GlanceLine(_("Stage"), " · ".join(kind), why if known is not None else "")]
    lines += [
        GlanceLine(_("Last visit"), "—" if last is None else _day(last, profile.today), _ago(last, profile.today))
    ]
    if known is None:
        return lines
    visits = ngettext("{n} visit", "{n} visits", known.visits).format(n=known.visits)
    if not known.is_whole:
        visits = _("at least {visits}").format(visits=visits)
    spent = _("{amount} at this till").format(amount=wording.yuan(known.spent_minor))
    lines.append(GlanceLine(_("In 90 days"), visits, spent))
    if known.repeated is None:
        return [*lines, GlanceLine("RN3", "—", _("needs two visits"))]
    newest, before = known.repeated
    days = (newest - before).days
    value, tone = _repeat(is_repeat=known.is_repeat)
    why = ngettext("{last}: {n} day after {before}", "{last}: {n} days after {before}", days)
    said = why.format(last=wording.day(newest), n=days, before=wording.day(before))
    limit = _("90 or less count")
    lines.append(GlanceLine("RN3", value, f"{said} · {limit}", tone))
    return lines


def _repeat(*, is_repeat: bool) -> tuple[str, Tone]:
    return (_("✓ came back"), "ok") if is_repeat else (_("✗ came late"), "warn")


def _usual(profile: Profile, one: Usual) -> Figure:
    item = profile.items[one.item_id]
    name = item_name(item.name, item.name_en)
    if one.next_on is None:
        return Figure(name, _("once, {day}").format(day=wording.day(one.last_on)), "ink3")
    tone: Tone = "warn" if one.next_on < profile.today else "ink"
    return Figure(name, _("next {day}").format(day=wording.day(one.next_on)), tone)


# ---- campaigns


def _coupon_rows(profile: Profile) -> Iterator[Row]:
    """Yield the coupons that the member has, soonest to end first; those of no rule in force are worth nothing."""
    for lot in profile.card.coupons:
        rule = published_rule(lot.lot, profile.programme.coupons)
        if rule is None:
            continue
        first, last = rule.first_day(lot.expires_on), rule.last_day(lot.expires_on)
        figures = [Figure(_("Valid until"), last.isoformat())]
        if first > profile.today:
            figures.insert(0, Figure(_("Valid from"), first.isoformat()))
        yield Row(
            f"coupon/{lot.lot}",
            "",
            "tag",
            item_name(rule.name, rule.name_en),
            " · ".join((coupon_terms(rule, wording.yuan), _("until {day}").format(day=_day(last, profile.today)))),
            words=_("A coupon, usable once. It is chosen in the sale, under coupons."),
            figures=tuple(figures),
        )


def _campaign_row(profile: Profile, one: Open) -> Row:
    campaign, left = one.campaign, one.left
    scopes = people_wording.scopes(campaign)
    until = _("until {day}").format(day=_day(campaign.valid_to, profile.today))
    told = [scope.value for scope in scopes]
    told = told if any(scope.is_personal for scope in scopes) else [_("for everybody"), *told]
    figures = [Figure(scope.name, scope.value) for scope in scopes]
    figures.append(Figure(_("Runs until"), campaign.valid_to.isoformat()))
    if campaign.cap_per_member is not None:
        used = campaign.cap_per_member - (left or 0)
        figures.append(Figure(_("Used"), _("{n} of {most}").format(n=used, most=campaign.cap_per_member)))
    left_text = _("used up") if left == 0 else ngettext("{n} left", "{n} left", left or 0).format(n=left)
    return Row(
        f"campaign/{campaign.campaign_id}",
        "",
        "gift",
        item_name(campaign.name, campaign.name_en),
        " · ".join((*told, until)),
        "" if left is None else left_text,
        "warn" if left == 0 else "gold",
        words=_("The till uses it by itself wherever it saves the customer most."),
        figures=tuple(figures),
    )


# ---- the time line


def _moment_row(profile: Profile, moment: Moment) -> Row:
    row = Row(f"{moment.on}/{moment.at_ms or 0}/{moment.seq}", _when(moment), "info", "", words=_by(profile, moment))
    match moment.what:
        case Called(call):
            return _call_row(call)
        case Answered(consents):
            return _answers_row(row, consents)
        case Joined() as joined:
            return _joined_row(row, joined)
        case BoughtElsewhere() as visit:
            return _elsewhere_row(profile, row, visit)
        case fact:
            return _fact_row(row, fact)


def _fact_row(row: Row, fact: Fact) -> Row:
    match fact:
        case Sale():
            return _sale_row(row, fact)
        case SaleRefunded():
            return _refund_row(row, fact)
        case CallRecorded():
            said = " · ".join(part for part in (desk_wording.problem_text(fact.problem), fact.note) if part)
            title = _("Call: {outcome}").format(outcome=desk_wording.outcome_text(fact.outcome))
            return _told(row, "phone", title, said)
        case MemberAmended():
            changed = ((_("name"), fact.name), (_("children"), fact.children), (_("phone"), fact.phone))
            told = _listed([name for name, value in changed if value is not None])
            return _told(row, "edit", _("Details put right: {what}").format(what=told))
        case CardReplaced():
            words = _("The card ending in {lost} counts for nothing; the new one ends in {new}.")
            said = words.format(lost=fact.lost_card_no[-4:], new=fact.card_no[-4:])
            return _told(row, "card", _("Lost card replaced"), said)
        case _:
            return _told(row, "info", desk_wording.fact_text(KIND_OF[type(fact)]))


def _told(row: Row, icon: str, title: str, said: str = "") -> Row:
    """Return a row whose explanation is who did it and what was said."""
    words = " · ".join(part for part in (row.words, said) if part)
    return replace(row, icon=icon, title=title, detail=said or row.words, heading=title, words=words)


def _sale_row(row: Row, sale: Sale) -> Row:
    pieces = sum(line.quantity for line in sale.lines)
    title = f"{wording.items(pieces)} · {wording.yuan(sale.due_minor)}"
    figures = [figure for line in sale.lines for figure in _line_figures(line, sale)]
    figures.append(Figure(_("Paid"), wording.yuan(sale.due_minor), is_sum=True))
    figures += [Figure(desk_wording.tender_text(t.kind), wording.money(t.amount_minor), "ink3") for t in sale.tenders]
    earned = sum(line.earned_points for line in sale.lines)
    spent = sum(line.redeemed_points + line.basket_points for line in sale.lines)
    moved = ((_("Points earned"), earned), (_("Points spent"), -spent))
    figures += [Figure(name, wording.signed(number), "gold") for name, number in moved if number]
    names = [line.name for line in sale.lines]
    return _with(replace(row, icon="cart"), title, _named(names), earned - spent, sale.receipt_no, tuple(figures))


def _line_figures(line: SaleLine, sale: Sale) -> Iterator[Figure]:
    """Yield a line's list price, what each rule took off it, and what points paid: the rest was paid."""
    yield Figure(_times(line.name, line.quantity), wording.money(line.list_minor))
    told = Told(price_words(), {name.rule: name for name in sale.names}, line.by_hand, sale.by_hand)
    for step in line.steps:
        yield Figure(f"    {rule_text(step.rule, told)}", wording.money(-step.minor), "ink3")
    if not line.steps and line.net_minor != line.list_minor:
        yield Figure("    " + _("price of that day"), wording.money(line.net_minor - line.list_minor), "ink3")
    by_points = line.redeemed_minor + line.basket_points_minor
    if by_points:
        yield Figure("    " + _("paid with points"), wording.money(-by_points), "ink3")


def _refund_row(row: Row, refund: SaleRefunded) -> Row:
    pieces = sum(line.quantity for line in refund.lines)
    title = _("Returned {items} · {amount}").format(
        items=wording.items(pieces), amount=wording.yuan(refund.refund_minor)
    )
    points = sum(line.points - line.earned_points for line in refund.lines)
    figures = [Figure(desk_wording.tender_text(t.kind), wording.money(-t.amount_minor)) for t in refund.tenders]
    return _with(replace(row, icon="refund"), title, refund.reason, points, refund.refund_no, tuple(figures))


def _with(row: Row, title: str, detail: str, points: int, paper_no: str, figures: tuple[Figure, ...]) -> Row:
    shown = f"{wording.signed(points)}" if points else ""
    heading = _("Receipt {no}").format(no=paper_no)
    return replace(row, title=title, detail=detail, figure=shown, tone="gold", heading=heading, figures=figures)


def _elsewhere_row(profile: Profile, row: Row, visit: BoughtElsewhere) -> Row:
    own = visit.store_id == profile.store_id
    place = _("this store") if own else _("store {store}").format(store=visit.store_id)
    pieces = sum(purchase.quantity for purchase in visit.purchases)
    title = _("{items} at {place}").format(items=wording.items(pieces), place=place)
    names = [_item(profile, purchase) for purchase in visit.purchases]
    figures = tuple(
        Figure(name, f"× {purchase.quantity}") for name, purchase in zip(names, visit.purchases, strict=True)
    )
    words = _("Head office tells what was bought, not for how much.")
    return replace(row, icon="cart", title=title, detail=_named(names), heading=title, words=words, figures=figures)


def _joined_row(row: Row, joined: Joined) -> Row:
    if not joined.is_merged:
        return _told(row, "member", _("Became a member"))
    who = f"{joined.member.name} {masked_phone(joined.member.phone)}".strip()
    words = _("Head office found both records to be one person and united them: {who}").format(who=who)
    return _told(row, "member", _("Another record of this person began"), words)


def _answers_row(row: Row, consents: Sequence[Consent]) -> Row:
    yes = [desk_wording.purpose_text(one.purpose) for one in consents if one.granted]
    no = [desk_wording.purpose_text(one.purpose) for one in consents if not one.granted]
    agreed = _("Agreed: {purposes}").format(purposes=_listed(yes)) if yes else ""
    refused = _("Said no: {purposes}").format(purposes=_listed(no)) if no else ""
    how = _("text {version}, {method}").format(version=consents[0].text_version, method=method_text(consents[0].method))
    figures = tuple(
        Figure(
            desk_wording.purpose_text(one.purpose),
            _("yes") if one.granted else _("no"),
            "ok" if one.granted else "warn",
        )
        for one in consents
    )
    told = _told(row, "check", " · ".join(part for part in (agreed, refused) if part), how)
    return replace(told, heading=_("Consent"), figures=figures)


# ---- points


def _points_rows(profile: Profile, now_ms: int, statement: Statement | None) -> list[Row]:
    points = profile.points
    rows = [_total_row(profile, now_ms, statement)]
    rows += [_entry_row(profile, entry) for entry in points.entries]
    rows += [_entry_row(profile, entry, is_inside=True) for entry in points.inside]
    if statement is not None:
        rows += _office_rows(profile, statement)
    held = _("held at this till") if statement is None else _("held anywhere")
    rows += [
        Row(
            f"lot/{lot.until}/{lot.usable_from}",
            "",
            "clock",
            _("To be spent by {day}").format(day=lot.until.isoformat()),
            held if lot.usable_from is None else _("from {day} on").format(day=lot.usable_from.isoformat()),
            f"{lot.points:,}",
            heading=_("Points that end on {day}").format(day=lot.until.isoformat()),
            words=_("The soonest to end are spent first. What head office holds of them is known online only."),
        )
        for lot in (points.lots if statement is None else statement.lots)
    ]
    return rows


def _office_rows(profile: Profile, statement: Statement) -> Iterator[Row]:
    """Yield the papers of other tills, those that this person may see, newest first."""
    own = {entry.paper_no for entry in (*profile.points.entries, *profile.points.inside)}
    for one in statement.entries:
        if one.entry.paper_no not in own and one.entry.at.business_date >= profile.since:
            name = one.store_name if language() == "zh_CN" or not one.store_name_en else one.store_name_en
            place = _("{store}, till {lane}").format(store=name, lane=one.lane)
            row = _entry_row(profile, one.entry, is_inside=True)
            told = " · ".join(part for part in (place, row.words) if part)
            yield replace(row, key=f"office/{one.entry.paper_no}", detail=place, words=told)


def _total_row(profile: Profile, now_ms: int, statement: Statement | None) -> Row:
    points = profile.points
    when = "" if points.as_of_ms is None else desk_wording.when_text(points.as_of_ms, now_ms)
    office = _("Head office, as of {time}").format(time=when) if when else _("Head office has no figure yet")
    figures = [Figure(office, f"{points.office_points:,}")]
    figures += [
        Figure(f"{wording.day(entry.at.business_date)} {entry.paper_no}", wording.signed(entry.points))
        for entry in reversed(points.entries)
    ]
    if points.earlier_points:
        figures.append(Figure(_("Earlier days at this till"), wording.signed(points.earlier_points)))
    if points.ahead_points:
        figures.append(Figure(_("Granted here after that figure"), wording.signed(points.ahead_points)))
    figures += [
        Figure(_("Ended on {day}").format(day=lot.until.isoformat()), wording.signed(-lot.points))
        for lot in points.ended
    ]
    if points.repaid_points:
        label = _("Set off against points owed") if points.repaid_points > 0 else _("Owed, later points repay it")
        figures.append(Figure(label, wording.signed(-points.repaid_points)))
    figures.append(Figure(_("Total"), f"{points.total:,}", "gold", is_sum=True))
    figures.append(Figure(_("Spendable at this till now"), f"{profile.card.usable_here:,}", "ink3"))
    figures += [
        Figure(_("Usable from {day}").format(day=each.usable_from.isoformat()), f"{each.points:,}", "ink3")
        for each in profile.card.vesting
    ]
    figures += [
        Figure(desk_wording.held_text((held,), now_ms), f"{held.points:,}", "ink3")
        for held in profile.card.held_elsewhere
    ]
    title = _("Why {points}").format(points=wording.points(points.total))
    words = _("Head office's part has all stores in it up to its time; this till adds what it did since.")
    if statement is None:
        words += " " + _("Offline its part cannot be opened up.")
    elif not statement.is_whole:
        words += " " + _("Only its newest papers are listed.")
    return Row("total", when, "star", title, office, f"{points.total:,}", "gold", title, words, tuple(figures))


def _entry_row(profile: Profile, entry: PointsEntry, *, is_inside: bool = False) -> Row:
    figures: list[Figure] = []
    for line in entry.lines:
        name = _times(line.name, line.quantity)
        if line.earned:
            on = _("{item}: on {amount} paid").format(item=name, amount=wording.yuan(abs(line.paid_minor)))
            figures.append(Figure(on, wording.signed(line.earned)))
        if line.spent:
            figures.append(Figure(_("{item}: for points").format(item=name), wording.signed(-line.spent)))
    if entry.paid_for:
        figures.append(Figure(_("Paid for with money instead"), wording.signed(entry.paid_for), "ink3"))
    if entry.later:
        figures.append(Figure(_("Booked by head office later"), wording.signed(-entry.later), "ink3"))
    figures.append(Figure(_("Sum"), wording.signed(entry.points), "gold", is_sum=True))
    title = _("Returned, {no}") if entry.is_refund else _("Receipt {no}")
    heading = title.format(no=entry.paper_no)
    told_by = Told(price_words(), {name.rule: name for name in entry.names})
    rules = sorted({rule_text(rule, told_by) for line in entry.lines for rule in line.rules})
    told = [_("Rules: {rules}").format(rules=", ".join(rules))] if rules else []
    if entry.lot_until is not None:
        told.append(_("what came in can be spent until {day}").format(day=entry.lot_until.isoformat()))
    detail = _named([line.name for line in entry.lines if line.name])
    if is_inside:
        told.append(_("part of head office's figure already"))
    return Row(
        f"points/{entry.seq}",
        f"{wording.day(entry.at.business_date)} {wording.clock(entry.at.wall_utc_ms)}",
        "refund" if entry.is_refund else "receipt",
        heading,
        _("in head office's figure") if is_inside else detail,
        wording.signed(entry.points),
        "ink3" if is_inside else "gold",
        heading,
        " · ".join(filter(None, (_by_staff(profile, entry.at.staff_id), *told))),
        tuple(figures),
    )


# ---- calls and consent


def _call_row(call: Call) -> Row:
    outcome = desk_wording.outcome_text(Outcome(call.outcome)) if call.outcome is not None else _("to be called")
    bought = desk_wording.bought_text(call.bought)
    title = _("Call: {outcome}").format(outcome=outcome)
    figures = tuple(Figure(item.name, f"× {item.quantity}") for item in call.bought)
    told = [
        _("Due on {day} for what was bought on {bought}.").format(day=call.due_on, bought=call.bought_on),
        call.note,
    ]
    return Row(
        f"call/{call.call_id}",
        wording.day(call.due_on),
        "phone",
        title,
        " · ".join(part for part in (call.note, bought) if part),
        heading=title,
        words=" ".join(part for part in told if part),
        figures=figures,
    )


def _consent_row(profile: Profile, purpose: Purpose) -> Row:
    member = profile.card.member
    answers = sorted((one for one in member.consents if one.purpose == purpose), key=lambda one: -one.at_ms)
    granted = member.agrees_to(purpose)
    name = desk_wording.purpose_text(purpose)
    figures = tuple(Figure(_answer_text(profile, one), _("yes") if one.granted else _("no")) for one in answers)
    newest = _answer_text(profile, answers[0]) if answers else _("never asked")
    words = {
        Purpose.MEMBERSHIP: _(
            "Without this there is no member: card, points and history end, and head office erases the person within"
            " the time the law sets. A till does not do that: write the wish down and give it to head office."
        ),
        Purpose.CHILD: _("Without it the child is shown nowhere and nothing is advised by its age."),
        Purpose.CALL: _("Without it nobody is called and no slip is printed."),
        Purpose.MESSAGE: _("Without it no offer is sent."),
    }[purpose]
    ask = None if purpose is Purpose.MEMBERSHIP else ConsentAsk(purpose, name, granted=not granted)
    return Row(
        f"consent/{purpose}",
        "",
        "check" if granted else "cross",
        name,
        newest,
        _("yes") if granted else _("no"),
        "ok" if granted else "warn",
        name,
        words,
        figures,
        ask,
    )


def _answer_text(profile: Profile, one: Consent) -> str:
    parts = (
        desk_wording.day_and_time_text(one.at_ms),
        _("text {version}").format(version=one.text_version),
        profile.staff.get(one.staff_id, one.staff_id),
        method_text(one.method),
    )
    return " · ".join(part for part in parts if part)


# ---- small things


def _when(moment: Moment) -> str:
    day = wording.day(moment.on)
    return day if moment.at_ms is None else f"{day} {wording.clock(moment.at_ms)}"


def _day(on: date, today: date) -> str:
    if on == today:
        return _("today")
    return wording.day(on) if on.year == today.year else on.isoformat()


def _ago(on: date | None, today: date) -> str:
    if on is None:
        return _("never here yet")
    days = (today - on).days
    return ngettext("{n} day ago", "{n} days ago", days).format(n=days) if days else ""


def _by(profile: Profile, moment: Moment) -> str:
    return _by_staff(profile, moment.staff_id)


def _by_staff(profile: Profile, staff_id: str) -> str:
    if not staff_id:
        return ""
    return _("by {name}").format(name=profile.staff.get(staff_id, staff_id))


def _times(name: str, quantity: int) -> str:
    return name if quantity == 1 else f"{name} × {quantity}"


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    told = _listed(names[:MOST_NAMED])
    return told if more <= 0 else _("{names} and {n} more").format(names=told, n=more)


def _listed(names: Sequence[str]) -> str:
    return _(", ").join(names)


def _item(profile: Profile, purchase: Purchase) -> str:
    item = profile.items.get(purchase.item_id)
    return f"#{purchase.item_id}" if item is None else item_name(item.name, item.name_en)
