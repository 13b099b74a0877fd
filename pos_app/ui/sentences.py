"""The English sentence of every error code: what happened, then what is safe and what to do, a line each.

Facts of the error stand in ``{placeholders}``; the catalogues hold the other languages.
"""


def N_(message: str) -> str:
    """Mark ``message`` for extraction and return it as it is: it is translated where it is shown."""
    return message


_STORE_CONSTRAINT = N_("Something stored does not fit together.\nIt is kept aside; selling goes on, call support.")
_EVENT_MALFORMED = N_("A record could not be read.\nIt is kept aside; selling goes on, call support.")
_AMOUNT_RANGE = N_("A figure does not add up.\nWhat was sold is kept; call support.")
_ITEM_PRICE = N_("Head office published something that cannot be used.\nSelling goes on; call head office.")
_KEYMAP_FORM = N_("The key map {path} cannot be read.\nThe standard keys are used; correct the file.")
_TERMINAL_SIGNATURE = N_("Head office does not know this till.\nSelling goes on; call head office.")
_NONCE_UNKNOWN = N_("The connection starts over.\nNothing is lost; it goes on by itself.")
_REQUEST_MALFORMED = N_("Head office did not understand this till.\nSelling goes on; call head office.")
_FEED_HOLE = N_("News from head office came with a gap.\nSelling goes on; the directory is fetched anew.")
_SNAPSHOT_CHUNK = N_("The directory arrived damaged.\nSelling goes on; it is fetched again.")
_KEYSTORE_DAMAGED = N_("The key of this till is damaged.\nNothing was changed; restore it or call support.")

SIGN_IN = {
    "pin.wrong": N_("The PIN is wrong.\n{left} tries are left; a manager can set a new PIN."),
    "pin.locked": N_("Too many wrong PINs.\nWait {wait_s} s, or let somebody else sign in."),
    "staff.unknown": N_("This person may not sign in here any more.\nChoose another name or ask the manager."),
    "staff.not_allowed": N_("Your role does not allow this.\nNothing was changed; ask a manager."),
    "override.needed": N_(
        "This goes beyond what you may do alone.\nNothing was changed; a manager approves it by PIN."
    ),
    "override.needs_reason": N_("An approval needs a reason.\nChoose one, or write it; nothing was changed yet."),
    "override.own": N_("Nobody approves what they do themselves.\nNothing was changed; ask a second person."),
    "override.too_much": N_("This is more than anybody here may allow.\nNothing was changed; ask head office."),
    "staff.nobody": N_("Nobody is signed in.\nSign in first; the open sale is kept."),
    "staff.pin_hash": N_("The stored PIN cannot be checked.\nNothing was changed; head office sets a new PIN."),
}
DAY = {
    "day.not_open": N_("No business day is open.\nOpen the day with the float first."),
    "day.already_open": N_("The business day is open already.\nGo on selling; nothing was changed."),
    "day.sale_open": N_("A sale is still open.\nPay it, hold it or cancel it, then close."),
    "day.closed_date": N_("That business date is closed already.\nThe earliest date that can be opened is {earliest}."),
    "day.far_ahead": N_("Open {on}, long after {last}?\nPut the clock of this machine right, or open it all the same."),
    "day.float": N_("This float cannot be right.\nEnter at most {most_minor}."),
    "close.needs_reason": N_("The count differs from the books.\nChoose a reason; the difference is booked."),
    "close.kept": N_("More cannot stay in the drawer than was counted.\nLeave {counted_minor} at most."),
    "charge.kind": N_("This way to pay is not taken by the gateway.\nTake it by its reference."),
    "charge.amount": N_("This amount cannot be charged.\nEnter more than zero."),
    "charge.stands": N_(
        "{amount_minor} was taken for this sale, or may have been.\nGive it back on the payment screen (×) first."
    ),
    "charge.pending": N_(
        "Nobody knows yet whether the last payment came.\nAsk once more, cancel it, or let a manager decide."
    ),
    "charge.left": N_(
        "{amount_minor} paid for a top-up that was not sold is not known to have gone back.\n"
        "It is asked for again by itself; tell the customer."
    ),
    "charge.unreachable": N_(
        "The payment provider cannot be reached; nothing was charged.\n"
        "Take cash, or type the reference of a card slip or a collection code."
    ),
    "charge.refused": N_("The payment was refused, and no money moved.\nAsk for another way to pay."),
    "charge.other_amount": N_(
        "{taken_minor} was taken instead of {amount_minor}.\nTake it back with the cross, and charge anew."
    ),
    "charge.asked": N_("This payment was asked for already.\nAsk what became of it; nobody pays twice."),
    "charge.not_unknown": N_("The provider has said what became of it.\nNothing was changed; look at the payment."),
    "charge.unknown": N_("Nothing is known of this payment here.\nNothing was changed; call support."),
    "charge.other": _AMOUNT_RANGE,
    "charge.answer": _AMOUNT_RANGE,
    "charge.not_asked": _AMOUNT_RANGE,
    "gateway.silent": N_("The payment provider does not answer.\nNobody knows yet whether money moved; ask once more."),
    "check.kind": N_("No terminal counts this way to pay.\nNothing was changed; call support."),
    "check.amount": N_("This total cannot be right.\nType it again as the terminal's slip says."),
    "cash.amount": N_("This amount cannot be moved.\nEnter more than zero and at most {most_minor}."),
    "cash.needs_reason": N_("Cash moves with a reason only.\nChoose one; nothing was moved yet."),
    "cash.not_there": N_(
        "By the books the drawer holds less than that.\nNothing was moved; if it is there, hand over first: count it."
    ),
    "paper.unknown": N_("This paper is not kept here.\nLook in the list of past papers."),
    "count.pieces": N_("Too many pieces of one note or coin.\nEnter at most {most}."),
    "count.denomination": N_("There is no note or coin of {value_minor}.\nCount again."),
}
SCAN = {
    "scan.unknown_item": N_("Nothing is known under {code}.\nThe sale is unchanged; scan again or look by name (F3)."),
    "scan.unknown_member": N_("No member has the card {code}.\nThe sale is unchanged; look by phone or sign up (F2)."),
    "scan.unknown_slip": N_("The slip {code} is not known here.\nIt may be another store's; look in the call list."),
    "scan.damaged": N_("The code could not be read whole.\nThe sale is unchanged; scan it again or type it."),
    "scan.nothing": N_("Nothing was found for this.\nTry the phone number, the last four digits or the initials."),
    "scan.empty": N_("The scanner read nothing.\nThe sale is unchanged; scan again."),
    "scan.binary": N_("This code holds no readable text.\nThe sale is unchanged; it is not one of ours."),
    "scan.too_long": N_("This code is too long to be one of ours.\nThe sale is unchanged."),
    "member_code.ahead": N_(
        "This code is {ahead_s} s ahead of the till's clock.\nSet the clock right; meanwhile find the member by phone."
    ),
    "member_code.expired": N_("This code ran out {late_s} s ago.\nAsk to show it live: it changes every 30 s."),
    "member_code.used": N_("This member code was used already.\nAsk to wait for the next one (30 s)."),
    "member_code.revoked": N_(
        "This card or code was revoked.\nFind the member by phone; the old card no longer counts."
    ),
    "member.unknown": N_("This member is not known here.\nThe sale can go on; look by phone or sign up."),
    "member.not_this_one": N_(
        "This code belongs to another member.\nNothing was taken; scan the code of the member in the sale."
    ),
    "member.code_key": N_("The key of this member's code is damaged.\nUse the card or the phone number."),
    "item.unknown": N_("This item is not in the catalogue.\nThe sale is unchanged; look by name (F3)."),
}
SALE = {
    "basket.full": N_("A sale holds at most {most} lines.\nPay this one and start another; nothing is lost."),
    "basket.no_line": N_("This line is no longer there.\nThe sale is unchanged."),
    "basket.quantity": N_("The quantity must be 1 to {most}.\nThe line is unchanged."),
    "basket.one_piece": N_("{item} was weighed and labelled as one piece.\nScan the label of the next piece."),
    "basket.by_hand": N_(
        "The price of {item} was changed by hand for these pieces.\nTake that back (F5) first, or scan it again."
    ),
    "basket.weight": N_("No piece weighs {weight_g} here.\nWeigh it again: more than nothing, at most {most_g}."),
    "item.needs_weight": N_("{item} is sold by weight.\nWeigh it, and scan its label or type the weight."),
    "item.not_weighed": N_("{item} is sold by the piece.\nScan it without a weight."),
    "price.negative": N_("A price cannot be less than nothing.\nThe line is unchanged."),
    "price.above_list": N_("That is more than the price of {most_minor}.\nThe line is unchanged; enter a lower price."),
    "reduction.amount": N_("A discount takes something off.\nNothing was changed; enter more than zero."),
    "reduction.both": N_("A discount is a share or an amount, not both.\nNothing was changed."),
    "reduction.above_price": N_("That is more than there is to pay.\nAt most {most_minor} can be taken off."),
    "reduction.needs_reason": N_("A price changed by hand needs a reason.\nChoose one or write it."),
    "label.verifier": N_("Price or weight of this label do not fit their check digit.\nScan it again, or weigh anew."),
    "label.empty": N_("This label has no weight and no price.\nThe sale is unchanged; weigh and label it again."),
    "sale.price_changed": N_(
        "The price has become {due_minor}, it was {shown_minor}.\nTell the customer, then pay again."
    ),
    "sale.empty": N_("There is nothing to pay yet.\nScan an item first."),
    "sale.not_open": N_("This sale is no longer open.\nIt was paid or held; look at the last receipt."),
    "undo.nothing": N_("There is nothing to undo.\nThe sale is unchanged."),
    "hold.empty": N_("There is nothing to hold.\nScan an item first."),
    "hold.full": N_("At most {most} sales can be on hold.\nRecall one and finish it first."),
    "hold.unknown": N_("This held sale was recalled already.\nLook at the list again."),
    "scan.payment_code": N_("This is a payment code: it pays, and finds nothing.\nScan it when money is owed."),
    "scan.staff_card": N_("This is a staff card.\nLock the till (F12) and scan it there to change over."),
    "staff.card": N_("Nobody of this store has this staff card.\nChoose the name, and have the card renewed."),
    "hold.elsewhere": N_("This slip is of till {lane} in store {store}.\nRecall it there; the sale here is unchanged."),
    "hold.basket_open": N_("A sale is still open.\nPay it or hold it, then recall the other."),
    "tender.currency": N_("{currency} is not taken here.\nAsk for money of the shop, or choose another way."),
    "tender.too_much": N_("Only cash may exceed what is owed.\nEnter {owed_minor} at most."),
    "tender.too_many": N_("A sale takes at most {most} payments.\nTake one back and pay the rest at once."),
    "tender.nothing_owed": N_("Nothing is owed any more.\nFinish the sale with Enter."),
    "tender.needs_reference": N_("The payment needs a reference.\nScan the code or type the terminal's number."),
    "tender.reference_used": N_(
        "{reference} has paid for {receipt_no} today.\nA slip pays once: look at it, and type its own number."
    ),
    "tender.reference_twice": N_(
        "{reference} pays for this sale already.\nA slip pays once: type the other one's number."
    ),
    "tender.reference_long": N_("The reference is too long.\nAt most {most} characters."),
    "tender.reference_is_payment_code": N_(
        "This is the customer's payment code.\nIt is never kept; type the payment's reference."
    ),
    "tender.amount": N_("This amount cannot be paid.\nEnter more than zero."),
    "tender.given_short": N_("Less was given than is to be paid.\nGiven {given_minor} of {amount_minor}."),
    "tender.given_implausible": N_("{given_minor} is far more than is owed.\nOwed: {owed_minor}. Check the amount."),
    "tender.short": N_("Not everything is paid yet.\n{owed_minor} is still owed."),
    "receipt.unknown": N_(
        "No receipt has the number {receipt_no}.\nCheck the number, or look on the till that sold it."
    ),
}
POINTS = {
    "points.short_here": N_(
        "Only {usable} points can be spent here; {wanted} were asked for.\n"
        "Nothing was taken; online, the rest may come from head office."
    ),
    "rights.short_here": N_(
        "Only {usable} can be used here; {wanted} were asked for.\nNothing was taken; choose less."
    ),
    "redeem.not_redeemable": N_("{item} cannot be taken with points.\nIt stays in the sale at its price."),
    "redeem.below_min": N_("Too few points: at least {least} are needed.\nNothing was taken."),
    "redeem.step": N_("{points} points are not a whole step.\nNothing was taken; choose another number."),
    "redeem.over_share": N_("Points may pay only a part of the sale.\nChoose at most {most} points here."),
    "membership.needs_member": N_("{item} is for a member.\nScan the member code or press F2."),
    "redeem.needs_member": N_("Points need a member.\nScan the member code or press F2."),
    "redeem.needs_proof": N_(
        "From {from_points} points the member is asked for proof.\nScan card or code, or type what the store asks for."
    ),
    "redeem.offline_cap": N_("Offline at most {cap} points can be spent.\nNothing was taken; choose fewer points."),
    "redeem.offline_value_cap": N_(
        "Offline at most {cap_minor} of stored value can be spent at once.\nNothing was taken; take less of it."
    ),
    "coupon.needs_member": N_("A coupon belongs to a member.\nScan the member code first, then the coupon."),
    "coupon.unknown": N_("No such coupon is valid now.\nThe sale is unchanged; sell at the usual price."),
    "coupon.other_store": N_("The coupon “{name}” is not for this store.\nThe sale is unchanged."),
    "coupon.gone": N_("This coupon is not the member's any more.\nNothing is printed; open the coupons again."),
    "coupon.other_tier": N_("The coupon “{name}” is not for this member's tier.\nThe sale is unchanged."),
    "coupon.too_early": N_("The coupon “{name}” holds from {first_day} on.\nThe sale is unchanged; keep the coupon."),
    "coupon.expired": N_("The coupon “{name}” was valid until {last_day}.\nThe sale is unchanged."),
    "coupon.used": N_("The coupon “{name}” was used before.\nThe sale is unchanged; each coupon holds once."),
    "coupon.someone_elses": N_(
        "The coupon “{name}” is not this member's.\nThe sale is unchanged; only who was given it can use it."
    ),
    "coupon.no_items": N_("Nothing that the coupon “{name}” is for is rung up.\nScan it first, then the coupon."),
    "coupon.below_min": N_(
        "The coupon “{name}” holds from {min_minor} on; {missing_minor} is missing.\nThe coupon stays with the member."
    ),
    "coupon.outdone": N_(
        "Today's offers give more than the coupon “{name}”.\nThe best price stands; the coupon stays with the member."
    ),
    "coupon.risk_cap": N_(
        "Offline it may take off {cap_minor} at most, not {off_minor}.\nIt can be used online; nothing was taken."
    ),
    "punch.needs_member": N_("A punch card belongs to a member.\nScan the member code first."),
    "punch.none": N_("There are no stamps on any punch card.\nThe sale is unchanged."),
    "punch.not_full": N_("“{name}” has {have} of {needed} stamps.\nIt gives nothing yet; the sale is unchanged."),
    "punch.no_item": N_("“{name}” gives nothing that is rung up.\nScan the piece that is to be free, then try again."),
    "punch.once": N_("“{name}” gives one piece a sale.\nThe sale is unchanged; the next one in the next sale."),
    "punch.unknown": N_("This punch card is no longer valid.\nTake the free piece off, or let it be paid."),
    "punch.short_here": N_(
        "Stamps of this card are reserved at another till.\n"
        "Online they can be fetched; offline they cannot be used here."
    ),
    "punch.one_piece": N_("A punch card gives one piece of {item}.\nScan further pieces; they are paid."),
    "punch.is_free": N_("{item} is free by a punch card.\nTake that back first (Ctrl+K); the sale is unchanged."),
    "punch.other_price": N_("The price of {item} was changed already.\nTake that back first; the sale is unchanged."),
    "coupon.short_here": N_(
        "The coupon “{name}” is not held at this till.\nOnline it can be fetched; offline it cannot be used here."
    ),
    "value.needs_proof": N_(
        "Stored value needs the member's code, or the last four digits and the PIN.\nScan the code, or let them type."
    ),
    "value.short": N_("The member has {total_minor} of stored value.\nNothing was taken; take the rest another way."),
    "value.short_here": N_(
        "Only {usable_minor} of stored value is here; {total_minor} in all.\n"
        "Nothing was taken; online, the rest may come from head office."
    ),
    "topup.amount": N_("A top-up is a whole amount of ¥1 to {most_minor}.\nNothing was taken; enter another amount."),
    "topup.tender": N_("Stored value cannot be bought with stored value.\nNothing was taken; take money."),
    "payback.pending": N_(
        "The provider has not said yet whether {amount_minor} of {refund_no} went back.\n"
        "It is asked again by itself, and never sent twice."
    ),
    "payback.refused": N_(
        "Not sent back: {amount_minor} of {refund_no}.\n"
        "The provider refused. The refund stands: give it in cash, which a manager approves."
    ),
    "payback.not_refused": N_(
        "Nothing of {refund_no} is to be given in cash: it was sent or given, or is not known yet.\n"
        "Nothing was changed."
    ),
    "payback.none": N_("Nothing was refused that is to be given in cash.\nNothing was changed."),
    "topup.unknown": N_(
        "This top-up was not sold at this till.\nOnly the till on its slip gives it back; nothing was changed."
    ),
    "topup.all_back": N_("Top-up {topup_no} came back before.\nNothing was changed."),
    "topup.all_spent": N_(
        "Nothing is left of what was bought that could come back.\nNothing was changed; gifts are no money."
    ),
    "topup.short_here": N_(
        "Stored value of this member lies at another till or at head office.\n"
        "Nothing was changed; online, it is fetched and the refund goes on."
    ),
    "member_pin.none": N_(
        "This member has not chosen a PIN yet.\nScan the card or the code; then a PIN can be chosen."
    ),
    "member_pin.digits": N_("A PIN has {least} to {most} digits.\nNothing was kept; choose another one."),
    "member_pin.needs_proof": N_(
        "Whoever chooses a PIN shows the card or the code.\nScan it, or ask the manager to vouch."
    ),
    "redeem.unsent_too_long": N_(
        "For {hours} h head office has not had this till's sales; points wait from {limit} h on.\n"
        "Selling goes on; bring the line back, then points work by themselves."
    ),
    "redeem.unsent_too_much": N_(
        "Sales of {unsent_minor} are not sent yet; points wait from {cap_minor} on.\n"
        "Selling goes on; bring the line back, then points work by themselves."
    ),
    "redeem.no_contact": N_(
        "This computer was restarted and has not reached head office yet.\n"
        "Selling goes on; points wait for the first contact."
    ),
    "clock.behind": N_("The clock of this till is behind.\nSelling goes on; points wait for a manager or head office."),
    "redeem.life_ended": N_(
        "Head office has ended this till's life; no points can be spent here.\n"
        "Take the points back and go on selling for money."
    ),
    "rights.not_held": N_("The member does not have {wanted} points.\nIn all: {total}. Nothing was taken."),
    "rights.not_needed": N_("The points suffice here: {usable}.\nRedeem them; nothing has to be fetched."),
    "rights.none": N_(
        "Head office gave no points: {available} are free there.\nNothing was taken; choose fewer points."
    ),
    "rights.short": N_("Head office has too few points for this member.\nNothing was taken; choose fewer points."),
    "rights.cap": N_("Head office gives no more points to this till now.\nNothing was taken; choose fewer points."),
    "rights.request_cap": N_(
        "Head office gives no more than so much at once.\nNothing was taken; choose fewer points, or split the sale."
    ),
    "rights.lot_unknown": N_(
        "This coupon or card does not belong to this member.\nNothing was taken; check the number."
    ),
    "rights.sale_unknown": N_(
        "Head office does not know this sale, or not this line of it.\n"
        "Check the receipt number; try again when the till that sold is online."
    ),
    "exchange.no_goods": N_("No goods came back with this payment.\nBring them at F7 and choose to exchange."),
    "exchange.other_member": N_(
        "These goods were paid with the stored value of somebody else.\n"
        "Take them back first: it returns to that member; this sale is paid for itself."
    ),
    "exchange.worth_nothing": N_("These goods pay nothing of the sale in hand.\nTake them back without an exchange."),
    "refund.all_back": N_(
        "Everything on {receipt_no} has come back already.\nNothing was given; the list shows when and where."
    ),
    "refund.at_office": N_("{receipt_no} has to be looked up at head office.\nTry again when the line is back."),
    "refund.offline": N_(
        "{receipt_no} cannot be checked while the line is down.\nNote the customer's number and call when it is back."
    ),
    "refund.changed": N_("The refund comes to another amount by now.\nNothing was given; look at the figures again."),
    "refund.day_closed": N_("The day of {receipt_no} is closed by now.\nLook the receipt up once more."),
    "refund.gone": N_("Of {item} {left} can still come back, not {wanted}.\nCorrect the number of pieces."),
    "refund.needs_reason": N_("A refund needs its reason.\nChoose one, or type it."),
    "refund.no_line": N_("This receipt has no such line.\nNothing was given; look the receipt up once more."),
    "refund.no_receipt": N_(
        "Without its sale nothing can be refunded.\nFind it by receipt, by the member's phone, or scan the item."
    ),
    "refund.not_found": N_(
        "No sale of this shop was found for {text}.\nTry the receipt's number, the member's phone, or the item."
    ),
    "refund.not_in_cash": N_("This store gives back no cash for card or wallet.\nThe money goes to the original."),
    "refund.nothing": N_("Nothing is ticked.\nTick what comes back."),
    "receipt.day_open": N_(
        "The till that sold {receipt_no} has not closed that day.\nUntil it has, only that till can take it back."
    ),
    "receipt.is_training": N_(
        "{receipt_no} is from a training till and sold nothing.\nNothing is given back; ask for the real receipt."
    ),
    "receipt.is_refund": N_(
        "{receipt_no} is a refund's own number.\nScan the code on the slip, or the sale's receipt."
    ),
    "receipt.not_at_office": N_(
        "Head office has no receipt {receipt_no} (yet).\nCheck the number; training receipts are never taken back."
    ),
    "refund.quantity": N_("{sold} of this line were sold, {quantity} cannot come back.\nCorrect the number of pieces."),
    "rights.member_unknown": N_("Head office does not know this member yet.\nNothing was taken; earning goes on."),
    "rights.client_old": N_("This till's program is too old for new rights.\nSelling goes on; have it updated."),
    "rights.recovery": N_(
        "Head office was restored and gives no points until all tills have reported.\n"
        "What this till holds can be spent; selling goes on."
    ),
    "rights.not_live": N_("Head office no longer counts with this till's life.\nSelling goes on; call head office."),
}
MEMBERS = {
    "phone.registered": N_("This phone belongs to {name} already.\nUse that member; one phone, one member."),
    "merge.same_person": N_("Both are one person already.\nNothing needs to be united."),
    "phone.invalid": N_("This is not a phone number.\nCheck the digits; nothing was kept."),
    "consent.membership_needed": N_("Joining needs consent to the programme.\nAsk the customer, then tick it."),
    "consent.child_needed": N_(
        "The guardian has not agreed that the child is kept.\nAsk and note the consent first; nothing was changed."
    ),
    "consent.membership": N_(
        "Membership does not end at a till.\nWrite the wish down and give it to head office; nothing was changed."
    ),
    "child.month": N_("This month cannot be right.\nCheck year and month; nothing was kept."),
    "child.too_many": N_("At most {most} children can be kept.\nNothing was kept yet."),
    "name.too_long": N_("The name is too long.\nAt most {most} characters; nothing was kept."),
    "birthday.day": N_("This birthday cannot be right.\nType month and day, such as 0512, or leave it empty."),
    "referrer.unknown": N_("Nobody was found who recommended.\nClear the field or type the whole phone number."),
    "referrer.ambiguous": N_("Several members fit this recommendation.\nType the whole phone number."),
    "card.range_used_up": N_("This till has no card numbers left.\nThe sale can go on; call head office."),
}
CALLS = {
    "call.unknown": N_("This call is not known here.\nIt may be another store's; look in the list."),
    "call.not_agreed": N_("This member has not agreed to be called.\nThe number is not shown; it is in the consents."),
    "call.settled": N_("This call was recorded already.\nWhat was recorded is kept."),
    "call.needs_problem": N_("A problem needs its kind.\nChoose one; nothing was kept yet."),
    "call.later_needs_date": N_("Choose the day to call again.\nNothing was kept yet."),
    "call.later_past": N_("The call cannot go back in time.\nChoose {earliest} or later; nothing was kept yet."),
    "call.later_too_far": N_("The day is too far away.\nChoose {latest} or earlier; nothing was kept yet."),
    "note.too_long": N_("The note is too long.\nAt most {most} characters; nothing was kept yet."),
    "slips.none": N_("There is no slip to print.\nEverybody due was called or did not agree to calls."),
}
DEVICES = {
    "printer.unreachable": N_("The printer does not answer.\nThe sale is safe; the paper waits and prints later."),
    "printer.silent": N_("The printer stopped answering.\nThe sale is safe; the paper waits and prints later."),
    "printer.cut_off": N_("The printer broke off.\nLook at the paper; print again if it did not come out."),
    "printer.offline": N_("The printer is off or unplugged.\nThe sale is safe; the paper waits and prints later."),
    "printer.paper_out": N_("The printer is out of paper.\nThe sale is safe; put in a roll and it prints."),
    "printer.cover_open": N_("The printer's cover is open.\nThe sale is safe; close it and it prints."),
    "printer.fault": N_("The printer reports a fault.\nThe sale is safe; switch it off and on again."),
    "printer.nonsense": N_("The printer answers nonsense.\nThe sale is safe; check the printer's settings."),
    "printer.write": N_("The printer took only a part.\nLook at the paper; print again if it did not come out."),
    "printer.unconfirmed": N_(
        "The printer never says whether it printed.\nLook at the paper; print again if it did not come out."
    ),
    "printer.interrupted": N_(
        "The till stopped while this paper was printing.\nLook at the paper; print again if it did not come out."
    ),
    "printer.unprintable": N_("This paper cannot be printed on this printer.\nThe sale is safe; call support."),
    "printer.not_uncertain": N_("This paper is settled already.\nNothing was printed; look at the queue again."),
    "printer.profile": N_("The printer is set up wrongly.\nThe sale is safe; check columns and encoding."),
    "printer.font": N_("No font for the paper was found.\nThe sale is safe; install a Chinese font."),
    "printer.bug": N_(
        "Printing stopped because of a fault of ours.\nThe sale is safe; restart the till and call support."
    ),
    "print.job": N_("A paper in the queue is gone.\nThe sale is safe; print it again by its number."),
    "print.state": N_("This paper is not in that state any more.\nNothing was printed; look at the queue again."),
    "drawer.needs_reason": N_("The drawer opens with a reason only.\nChoose one; the drawer stayed shut."),
    "drawer.too_late": N_("The drawer was not opened: the printer came too late.\nThe sale is safe; open it with F8."),
    "camera.missing": N_("The camera does not answer.\nUse the scanner or type the number."),
    "camera.vanished": N_("The camera was unplugged.\nUse the scanner; plug the camera in again."),
    "camera.frame": N_("The camera sends pictures that cannot be read.\nUse the scanner or type the number."),
    "camera.library": N_("The camera cannot be used on this computer.\nUse the scanner; call support."),
}
STORE = {
    "store.write": N_("The disk does not take anything at the moment.\nNothing half-done is kept; wait and try again."),
    "store.full": N_("The disk is full.\nWhat was paid is safe; free some space, then try again."),
    "store.busy": N_("The database is busy.\nNothing was lost; try again."),
    "store.wrong_key": N_(
        "The database does not open with this key.\nNothing was changed; restore the key or call support."
    ),
    "store.damaged": N_("The database is damaged.\nStop selling on this till and call support; it is kept."),
    "export.key": N_("This is no key of a database.\nNothing was written; copy all 64 letters of what unwrap printed."),
    "restore.other_till": N_(
        "This is the copy of till {terminal_id}; this one is {own}.\nNothing was changed; read it at that till."
    ),
    "restore.this_life": N_(
        "This copy is of this very till, which knows more.\nNothing was changed; a copy is for a till that comes after."
    ),
    "copy.folder": N_(
        "The second copy could not be put into {path}.\nThis till has one of its own; plug the disk in again."
    ),
    "file.exists": N_("There is a file {path} already.\nIt stays as it is; choose another name."),
    "file.missing": N_("The file {path} cannot be read.\nNothing was changed; check its name."),
    "file.write": N_(
        "The file {path} cannot be written.\nDelete what is there of it; make room or choose another place."
    ),
    "log_file.malformed": N_("This is no whole log of a till.\nNothing was taken in; write the file again."),
    "log_file.too_large": N_("The file {path} is too large for a log.\nNothing was taken in; call support."),
    "store.missing": N_("The file {file} is missing.\nNothing was changed; restore it or call support."),
    "store.sqlite_too_old": N_(
        "The database library is too old: {have}.\nNothing was changed; install the program again."
    ),
    "store.constraint": _STORE_CONSTRAINT,
    "store.row": _STORE_CONSTRAINT,
    "store.sql": _STORE_CONSTRAINT,
    "basket.row": _STORE_CONSTRAINT,
    "day.row": _STORE_CONSTRAINT,
    "sale.row": _STORE_CONSTRAINT,
    "holding.overdrawn": N_("More points would be taken than are held here.\nNothing was taken; call support."),
    "log.chain": N_("Record {seq} of this till is not what was written.\nIt is kept as it is; call support."),
    "log.kind": N_("Record {seq} of this till was given another name.\nIt is kept as it is; call support."),
    "log.copy_differs": N_("A copy of this till's record says something else.\nBoth are kept; call support."),
    "log.rewritten": N_("This till's record is not the one that head office confirmed.\nIt is kept; call support."),
    "log.gap": N_("A record of this till is missing.\nWhat is there is kept; call support."),
    "event.malformed": _EVENT_MALFORMED,
    "event.unknown": _EVENT_MALFORMED,
    "event.too_old": _EVENT_MALFORMED,
    "paper.json": N_("A paper in the queue could not be read.\nThe sale is safe; print it again by its number."),
    "store.newer": N_("The data comes from a newer version.\nNothing was changed; install the newer program."),
    "till.bug": N_("The program made a mistake; it is in the log.\nWhat was paid is safe; go on, and tell support."),
    "lane.closed": N_("The till is closing.\nWhat was paid is safe; nothing more is started."),
    "till.running": N_("The till is open on this computer already.\nUse that window; this one closes."),
    "training.sale_open": N_("A sale is open.\nFinish it or put it aside before training begins."),
    "training.charge_open": N_("A payment is not settled yet.\nSettle it in its sale, then training can begin."),
    "training.no_goods": N_("This till has no goods yet.\nLet it meet head office once, then training can begin."),
    "training.no_line": N_("Training has no line to head office.\nTake what this till holds for the customer."),
    "training.drawer": N_("The drawer stays shut in training."),
    "till.not_enrolled": N_("This till is not connected yet.\nEnter the code from head office once."),
    "identity.other_life": N_("This data belongs to another life of the till.\nNothing was changed; call support."),
}
BOOKS = {
    "amount.range": _AMOUNT_RANGE,
    "day.facts_differ": _AMOUNT_RANGE,
    "day.unbalanced": _AMOUNT_RANGE,
    "day.kept": _AMOUNT_RANGE,
    "refund.amount": _AMOUNT_RANGE,
    "refund.line": _AMOUNT_RANGE,
    "refund.other_sale": _AMOUNT_RANGE,
    "refund.points": _AMOUNT_RANGE,
    "refund.stamps": _AMOUNT_RANGE,
    "refund.rights": _AMOUNT_RANGE,
    "topup.granted": _AMOUNT_RANGE,
    "topup.unbalanced": _AMOUNT_RANGE,
    "topup_refund.amount": _AMOUNT_RANGE,
    "topup_refund.gift": _AMOUNT_RANGE,
    "topup_refund.no_right": _AMOUNT_RANGE,
    "topup_refund.other": _AMOUNT_RANGE,
    "topup_refund.tender": _AMOUNT_RANGE,
    "topup_refund.too_much": _AMOUNT_RANGE,
    "topup_refund.unknown": _AMOUNT_RANGE,
    "refund.row": _STORE_CONSTRAINT,
    "topup.row": _STORE_CONSTRAINT,
    "refund.unbalanced": _AMOUNT_RANGE,
    "grant.lot": _AMOUNT_RANGE,
    "sale.at_risk": _AMOUNT_RANGE,
    "sale.earned": _AMOUNT_RANGE,
    "sale.repaid": _AMOUNT_RANGE,
    "sale.line": _AMOUNT_RANGE,
    "sale.points": _AMOUNT_RANGE,
    "sale.steps": _AMOUNT_RANGE,
    "sale.gains": _AMOUNT_RANGE,
    "sale.stamps": _AMOUNT_RANGE,
    "sale.spend": _AMOUNT_RANGE,
    "sale.stored_value": _AMOUNT_RANGE,
    "sale.behind": _AMOUNT_RANGE,
    "sale.tax": _AMOUNT_RANGE,
    "sale.tender": _AMOUNT_RANGE,
    "sale.unbalanced": _AMOUNT_RANGE,
    "spend.other_member": _AMOUNT_RANGE,
    "spend.unknown_grant": _AMOUNT_RANGE,
    "item.price": _ITEM_PRICE,
    "programme.tier": _ITEM_PRICE,
}
SETTINGS = {
    "config.broken": N_("The settings file cannot be read.\nCorrect or remove {path}."),
    "config.unknown": N_("The setting {setting} does not exist.\nCorrect its name in the settings file."),
    "config.type": N_("The setting {setting} has a wrong value.\nCorrect it in the settings file."),
    "config.gateway": N_("There is no payment gateway of the kind {kind}.\nCorrect it in the settings file."),
    "config.printer": N_("There is no printer of the kind {kind}.\nCorrect it in the settings file."),
    "keymap.form": _KEYMAP_FORM,
    "keymap.read": _KEYMAP_FORM,
    "keymap.action": N_(
        "The key map names {action}, which does not exist.\nThe standard keys are used; correct the file."
    ),
    "keymap.key": N_("{key} is not a key.\nThe standard keys are used; correct the file."),
    "keymap.clash": N_("{key} is given to {first} and to {second}.\nThe standard keys are used; correct the file."),
    "demo.process": N_("A part of the demo stopped.\nRead its log; your own data is untouched."),
    "demo.picture": N_("A picture of the demo could not be written.\nFree some space at {path}."),
}
LINK = {
    "head_office.unreachable": N_("Head office cannot be reached.\nSelling goes on; everything is sent later."),
    "head_office.not_there": N_(
        "Something answers, but not head office.\n"
        "Selling goes on; everything is sent later. Check the network's sign-in page."
    ),
    "head_office.failed": N_("Head office has a fault.\nSelling goes on; everything is sent later."),
    "head_office.busy": N_("Head office is busy.\nSelling goes on; everything is sent later."),
    "head_office.untrusted": N_(
        "Head office cannot prove that it is the chain's.\nNothing was sent; check the address, or call head office."
    ),
    "head_office.not_https": N_(
        "Head office must be reached by https.\nNothing was changed; correct the address in the settings."
    ),
    "authority.file": N_(
        "The chain's certificate cannot be read.\nNothing was changed; ask head office for the file again."
    ),
    "authority.none": N_("Head office did not send the chain's certificate.\nAsk head office for the file instead."),
    "authority.fingerprint": N_(
        "The fingerprint does not fit the certificate.\nNothing was sent; compare it with head office's."
    ),
    "event.too_long": N_("This is too long to be kept.\nNothing was changed; shorten the note and try again."),
    "recovery.file": N_("This is no recovery file of a till.\nNothing was opened; use the till.recovery of the till."),
    "recovery.key": N_(
        "This key does not open the recovery file.\nNothing was opened; use head office's recovery key."
    ),
    "head_office.signature": N_(
        "An answer was not signed by head office.\nNothing of it counts; selling goes on, call head office."
    ),
    "head_office.lost": N_(
        "Head office has lost facts that it had confirmed.\nThey are sent again; selling goes on, call head office."
    ),
    "head_office.changed": N_("Head office was set up anew.\nSelling goes on; everything is sent later."),
    "client.too_old": N_("This program is too old for head office.\nSelling goes on; install the new version."),
    "terminal.locked": N_("Head office locked this till.\nSelling goes on; call head office."),
    "request.replayed": _NONCE_UNKNOWN,
    "session.re_enrol": N_(
        "This till must be enrolled again.\nSelling goes on; close the day, then enrol with a new code."
    ),
    "terminal.signature": _TERMINAL_SIGNATURE,
    "terminal.unknown": _TERMINAL_SIGNATURE,
    "enrol.certificate": _TERMINAL_SIGNATURE,
    "enrol.code": N_("The code is wrong, used or too old.\nAsk head office for a new one."),
    "enrol.done": N_("This till is connected already.\nNothing was changed."),
    "enrol.day_open": N_(
        "The business day is still open.\nClose the day first, then enrol again; nothing was changed."
    ),
    "enrol.sales_held": N_("{held} sales are still on hold.\nFinish them and close the day, then enrol again."),
    "nonce.unknown": _NONCE_UNKNOWN,
    "session.unknown": _NONCE_UNKNOWN,
    "push.gap": _NONCE_UNKNOWN,
    "feed.resync": _NONCE_UNKNOWN,
    "snapshot.unknown": _NONCE_UNKNOWN,
    "push.fork": N_("This till's data was set back.\nStop selling on it and call head office."),
    "request.malformed": _REQUEST_MALFORMED,
    "request.too_large": _REQUEST_MALFORMED,
    "feed.shard": _REQUEST_MALFORMED,
    "feed.hole": _FEED_HOLE,
    "feed.checksum": _FEED_HOLE,
    "feed.resync_again": _FEED_HOLE,
    "feed.wrong_page": _FEED_HOLE,
    "snapshot.chunk": _SNAPSHOT_CHUNK,
    "snapshot.file": _SNAPSHOT_CHUNK,
    "directory.file": _SNAPSHOT_CHUNK,
    "key.sealed": _SNAPSHOT_CHUNK,
    "directory.missing": N_("Members and catalogue are not here yet.\nConnect once to head office; it takes a minute."),
    "directory.no_programme": N_("No rules are in force on {today}.\nConnect once to head office."),
    "sync.disk": N_("There is no room for the download.\nSelling goes on; free some space."),
    "sync.stopped": N_("The exchange was stopped.\nNothing is lost; it goes on next time."),
    "sync.bug": N_(
        "The exchange stopped because of a fault of ours.\nSelling goes on; restart the till and call support."
    ),
    "keystore.locked": N_("The key store is locked.\nNothing was changed; unlock it and start again."),
    "keystore.write": N_("The key cannot be stored.\nNothing was changed; check the rights of the folder."),
    "keystore.damaged": _KEYSTORE_DAMAGED,
    "keystore.device_key": _KEYSTORE_DAMAGED,
    "keystore.no_database_key": N_(
        "The key of the database is missing.\nNothing was changed; restore it or call support."
    ),
}
# Told instead where the error names who ``held`` what is missing.
WITH_HOLDERS = {
    "rights.short": N_(
        "Head office has too few points: {held}.\nNothing was taken; it asked for them, try again soon."
    ),
}
SENTENCES: dict[str, str] = {
    **SIGN_IN, **DAY, **SCAN, **SALE, **POINTS, **MEMBERS, **CALLS, **DEVICES, **STORE, **BOOKS, **SETTINGS, **LINK,
}  # fmt: skip

REFUSED = N_("This cannot be done now.\nNothing was changed; note the code and ask the manager.")
UNAVAILABLE = N_("Something does not answer at the moment.\nNothing is lost; wait a little and try again.")
DAMAGED = N_("Something stored does not fit together.\nIt is kept aside; call support with the code.")
