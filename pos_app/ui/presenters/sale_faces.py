"""From the sale as the services know it to what the sale screen shows: pure, no decisions about the sale."""

from datetime import UTC, date, datetime

from pos_app.domain.ages import month_age
from pos_app.domain.basket import BasketLine
from pos_app.domain.explaining import Told, rule_text, weight_text
from pos_app.domain.masking import masked_phone
from pos_app.domain.members import Child, Sex
from pos_app.domain.payment import quick_amounts
from pos_app.domain.points import worth_minor
from pos_app.domain.price_steps import Discount, is_gift_share
from pos_app.domain.pricing import PricedBasket, PricedLine
from pos_app.domain.programme import BASIS_POINTS, Programme
from pos_app.domain.tiers import Reason
from pos_app.i18n import _, language
from pos_app.services.member_models import MemberCard, Offer, Prompt, Reach
from pos_app.services.sale_models import SaleState
from pos_app.services.words import price_words
from pos_app.ui import desk_wording, wording
from pos_app.ui.presenters import care_wording
from pos_app.ui.presenters import view_models as face

STALE_AFTER_MS = 15 * 60_000
NEWS_DAYS = 30
LOWERED = (Reason.LAPSED, Reason.TERM_OVER, Reason.RETURNED)
MOST_CARE = 3
MOST_OFFERS = 4


def item_name(name: str, name_en: str) -> str:
    """Return an item's name in the language in force; English falls back to the Chinese name."""
    return name if language() == "zh_CN" or not name_en else name_en


def rows(state: SaleState) -> tuple[face.BasketRow, ...]:
    """Return the basket's lines."""
    if state.priced is None:
        return ()
    told = Told(price_words(), {each.rule: each for each in state.reasons.names})
    pairs = zip(state.basket.lines, state.priced.lines, strict=True)
    return tuple(_row(rung, line, told) for rung, line in pairs)


def totals(priced: PricedBasket | None, programme: Programme, *, online: bool) -> face.Totals:
    """Return the due card; all zero for an empty basket."""
    if priced is None:
        return face.Totals(0, 0, 0, 0, 0, 0)
    return face.Totals(
        pieces=sum(line.quantity for line in priced.lines),
        lines=len(priced.lines),
        gross_minor=priced.list_minor,
        saved_minor=priced.saved_minor,
        added_tax_minor=priced.added_tax_minor,
        redeemed_minor=priced.redeemed_minor + priced.basket_points_minor,
        due_minor=priced.due_minor,
        earning=priced.earned_points,
        quick_cash_minor=quick_amounts(priced.due_minor, programme),
        scan_pay_offline=not online,
    )


def member_card(state: SaleState, programme: Programme, now_ms: int, today: date) -> face.MemberCard | None:
    """Return the card of the attached member, None for a guest."""
    card = state.member
    if card is None:
        return None
    spending = state.priced.points if state.priced else 0
    return face.MemberCard(
        member_id=card.member.member_id,
        name=wording.called(card.member.name, card.masked_phone),
        masked_phone=card.masked_phone,
        tier=desk_wording.tier_text(card.member.tier),
        points_here=card.usable_here,
        points_total=card.total,
        elsewhere=desk_wording.held_text(card.held_elsewhere, now_ms, most=1),
        worth_minor=worth_minor(card.usable_here, programme),
        as_of_ms=card.as_of_ms,
        stale=card.as_of_ms is not None and now_ms - card.as_of_ms > STALE_AFTER_MS,
        redeeming=spending,
        earning=state.priced.earned_points if state.priced else 0,
        children=tuple(child_line(child, today) for child in card.member.known_children()),
        care=_care(card, state),
        offers=offers(card, state, spending),
        merged=tuple(f"{one.name} {masked_phone(one.phone)}".strip() for one in card.merged),
        assets=desk_wording.assets_text(card.value, card.coupons, card.cards),
        tier_note=_tier_note(card, state, today),
        tier_share=_tier_share(card, state),
        value_minor=card.value.total,
        vesting=desk_wording.vesting_text(card.vesting),
        owed=desk_wording.owed_text(card.owed),
    )


def _tier_note(card: MemberCard, state: SaleState, today: date) -> str:
    """Return what to tell about the tier; that head office lowered it is told for a month."""
    change = card.tier_changed
    if change is not None and change.reason in LOWERED and (today - change.on).days <= NEWS_DAYS:
        return desk_wording.tier_news(change, card.member.tier)
    return desk_wording.tier_progress(card.standing, state.raising)


def _tier_share(card: MemberCard, state: SaleState) -> float | None:
    progress = card.standing.keep or card.standing.next
    if state.raising is not None:
        return 1.0
    return None if progress is None else progress.share_bp / BASIS_POINTS


def child_line(child: Child, today: date) -> face.ChildLine:
    """Return a child with age and stage; before the birth the months are negative and ``days`` counts to it."""
    sex = {Sex.GIRL: _("Girl"), Sex.BOY: _("Boy"), Sex.UNKNOWN: ""}[child.sex]
    age = month_age(child, today)
    if age.expected:
        return face.ChildLine(child.name, -1, max(0, (child.born_on - today).days), sex=sex)
    stage, share = care_wording.stage(age.months, age.days)
    return face.ChildLine(child.name, age.months, age.days if child.day_known else 0, stage, share, sex)


def _care(card: MemberCard, state: SaleState) -> tuple[face.CarePrompt, ...]:
    """Return what to talk about: at most three; a campaign takes the last place, so that the first ones stay."""
    nearly = campaign_prompt(state)
    said = tuple(care_prompt(prompt, state) for prompt in card.prompts[: MOST_CARE - (nearly is not None)])
    return said if nearly is None else (*said, nearly)


def campaign_prompt(state: SaleState) -> face.CarePrompt | None:
    """Return the one thing to say about campaigns: a gift that nobody has fetched, else the nearest threshold."""
    told = Told(price_words(), {each.rule: each for each in state.reasons.names})
    for gift in state.gifts:
        name = item_name(gift.item.name, gift.item.name_en)
        title = _("Free: {item}").format(item=name if gift.count == 1 else f"{name} × {gift.count}")
        reason = _("fetch it and scan it")
        return face.CarePrompt(
            f"item:{gift.item.item_id}", face.CareKind.CAMPAIGN, title, reason, face.CareAct.ADD, title
        )
    for goal in state.reasons.goals:
        title, reason = care_wording.goal_text(goal), rule_text(goal.rule, told)
        act = face.CareAct.ADD if goal.item_id else face.CareAct.OPEN
        prompt_id = f"item:{goal.item_id}" if goal.item_id else "care.campaign"
        return face.CarePrompt(prompt_id, face.CareKind.CAMPAIGN, title, reason, act, title)
    return None


def care_prompt(prompt: Prompt, state: SaleState) -> face.CarePrompt:
    """Return a prompt in words; one whose item is in the basket already is done."""
    said = care_wording.say(prompt)
    in_basket = prompt.item_id is not None and any(line.item.item_id == prompt.item_id for line in state.basket.lines)
    if in_basket:
        act = face.CareAct.DONE
    elif prompt.call_id:
        act = face.CareAct.RECORD
    elif prompt.item_id is not None:
        act = face.CareAct.ADD
    else:
        act = face.CareAct.OPEN
    prompt_id = prompt.call_id or (f"item:{prompt.item_id}" if prompt.item_id is not None else prompt.code)
    return face.CarePrompt(prompt_id, said.kind, said.title, said.reason, act, said.short)


def offers(card: MemberCard, state: SaleState, spending: int) -> tuple[face.OfferChip, ...]:
    """Return up to four items that points can take home, in the order of the desk; taking one moves none."""
    taken = {line.item.item_id for line in state.basket.lines if line.redeemed}
    left = card.usable_here - spending
    return tuple(_offer(offer, offer.item.item_id in taken, left) for offer in card.offers[:MOST_OFFERS])


def held_minutes(held_at_ms: int, now_ms: int) -> int:
    """Return for how many whole minutes a sale has been put aside."""
    return max(0, now_ms - held_at_ms) // 60_000


def local_date(at_ms: int) -> date:
    """Return the local calendar date of an instant."""
    return (datetime.fromtimestamp(at_ms / 1000, tz=UTC)).astimezone().date()


def _row(rung: BasketLine, line: PricedLine, told: Told) -> face.BasketRow:
    redeemed = line.redeemed_points > 0
    weight = weight_text(rung.weight_g, wording.money(rung.item.price_minor), told.words) if rung.weight_g else ""
    return face.BasketRow(
        line_id=str(line.line_no),
        name=item_name(line.item.name, line.item.name_en),
        spec=line.item.spec,
        code=line.item.barcode,
        list_minor=line.unit_list_minor,
        price_minor=0 if redeemed else line.unit_net_minor,
        quantity=line.quantity,
        amount_minor=line.shown_minor - line.redeemed_minor,
        redeemed_points=line.redeemed_points,
        tag=_tag(line, told),
        weight=weight,
        is_piece=rung.is_piece or bool(rung.punch_card),
        note=rung.note,
    )


def _tag(line: PricedLine, told: Told) -> str:
    """Return what a row is tagged with: its punch card, the campaign that took most off, by whose hand it was, tax."""
    worth = {Discount.PUNCH: 3, Discount.CAMPAIGN: 2, Discount.MANUAL: 1, None: 0}
    steps = [step for step in line.steps if Discount.of(step.rule) in worth and not is_gift_share(step.rule)]
    if not steps:
        return ""
    most = max(steps, key=lambda step: (worth[Discount.of(step.rule)], step.minor))
    return rule_text(most.rule, told)


def _offer(offer: Offer, taken: bool, left: int) -> face.OfferChip:
    short = 0 if taken or offer.state == Reach.ENOUGH else max(0, offer.points - left)
    name = item_name(offer.item.name, offer.item.name_en)
    return face.OfferChip(str(offer.item.item_id), name, offer.points, taken, short)
