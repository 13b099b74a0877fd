"""The held sales and the finder: what is listed, what is taken, and that an old answer does not hide a newer one."""

from pos_app import i18n
from pos_app.domain.print_jobs import JobState
from pos_app.errors import Unavailable
from pos_app.services.till import RECEIPT_PRINTER
from pos_app.ui.presenters.view_models import FinderKind
from tests.till_kit import barcode, item, member
from tests.ui.presenters.counter import Counter
from tests.ui.stand_ins import Later

ANNA = member(1)
MINUTE_MS = 60_000


def hold(counter: Counter, *items: int, who: str = "", note: str = "") -> None:
    for one in items:
        counter.checkout.add_item(one)
    if who:
        counter.checkout.attach(who)
    counter.checkout.hold(note)


def held(counter: Counter) -> tuple:
    return counter.held_view.last("show_rows")[0]


def found(counter: Counter) -> tuple:
    return counter.finder_view.last("show_found")[0]


def test_held_sales_are_listed_oldest_first_each_with_its_digit(counter: Counter):
    hold(counter, 1, 2, who=ANNA.member_id)
    counter.till.clock.pass_ms(31 * MINUTE_MS)
    hold(counter, 3, note="red coat")

    counter.held.open()

    assert [(row.number, row.pieces, row.minutes, row.total_minor, row.note) for row in held(counter)] == [
        (1, 2, 31, 12_000, ""),
        (2, 1, 0, 555, "red coat"),
    ]
    assert (held(counter)[0].summary, held(counter)[1].customer) == ("Item 1 · Item 2", "")
    assert ANNA.name not in held(counter)[0].customer


def test_a_held_sale_is_taken_back(counter: Counter):
    hold(counter, 1)
    counter.held.open()

    counter.held.take(held(counter)[0].held_id)

    assert [line.item.item_id for line in counter.changed[0].basket.lines] == [1]


def test_the_slip_of_a_held_sale_is_printed_and_the_list_stays(counter: Counter):
    hold(counter, 1, note="red coat")
    counter.held.open()

    counter.held.print_slip(held(counter)[0].held_id)

    with counter.till.store.view() as unit:
        job = unit.papers.in_state(RECEIPT_PRINTER, JobState.QUEUED)[-1].job
    assert counter.held_view.last("show_slip_queued") == (1,)
    assert (job.task, "red coat" in job.paper_json) == ("paper", True)


def test_a_dropped_sale_leaves_the_list_and_the_count(counter: Counter):
    hold(counter, 1)
    counter.held.open()

    counter.held.drop(held(counter)[0].held_id)

    assert (held(counter), [state.held_count for state in counter.counted]) == ((), [0])


def test_recalling_over_an_open_basket_is_refused(counter: Counter):
    hold(counter, 1)
    counter.held.open()
    counter.checkout.add_item(2)

    counter.held.take(held(counter)[0].held_id)

    assert [error.code for error in counter.failures] == ["hold.basket_open"]


def test_the_list_is_said_again_in_the_other_language(counter: Counter):
    hold(counter, 1)
    counter.held.open()

    i18n.use("zh_CN")
    counter.held.retranslate()

    assert held(counter)[0].summary == "商品1"


def test_the_finder_begins_empty(counter: Counter):
    counter.finder.open(FinderKind.ITEM)

    assert (counter.finder_view.last("show_kind"), found(counter)) == ((FinderKind.ITEM,), ())


def test_a_member_is_found_masked_with_points_and_attached(counter: Counter):
    counter.finder.open(FinderKind.MEMBER)
    counter.finder.search(" hy1 ")

    counter.finder.pick(found(counter)[0].key)

    row = found(counter)[0]
    assert ("7,000" in row.figure, ANNA.phone.removeprefix("+86") in row.detail) == (True, False)
    assert counter.went[-1] == ("attach", ANNA.member_id)


def test_an_item_is_found_and_rung_up(counter: Counter):
    counter.finder.open(FinderKind.ITEM)
    counter.finder.search("sp2")

    counter.finder.pick(found(counter)[0].key)

    assert (found(counter)[0].title, barcode(2) in found(counter)[0].detail) == ("Item 2", True)
    assert counter.went[-1] == ("add_item", 2)


def test_clearing_the_text_clears_the_list(counter: Counter):
    counter.finder.open(FinderKind.ITEM)
    counter.finder.search("sp2")

    counter.finder.search("  ")

    assert found(counter) == ()


def test_an_answer_to_an_older_text_is_dropped(counter: Counter):
    lane = Later()
    slow = Counter(counter.till, lane)
    slow.finder.open(FinderKind.ITEM)

    slow.finder.search("sp")
    slow.finder.search("sp2")
    lane.waiting.append(lane.waiting.pop(-2))  # the older answer comes last
    lane.settle()

    assert [row.title for row in found(slow)] == ["Item 2"]


def test_a_phone_that_nobody_has_leads_to_signing_up(counter: Counter):
    counter.finder.open(FinderKind.MEMBER)
    counter.finder.search("13912345678")

    counter.finder.pick("")

    assert counter.went[-1] == ("sign_up", "+8613912345678")


def test_a_phone_that_somebody_has_attaches_its_holder(counter: Counter):
    counter.finder.open(FinderKind.MEMBER)
    counter.finder.search(ANNA.phone.removeprefix("+86"))

    counter.finder.pick("")

    assert counter.went[-1] == ("attach", ANNA.member_id)


def test_enter_on_words_that_find_nobody_goes_nowhere(counter: Counter):
    counter.finder.open(FinderKind.MEMBER)
    counter.finder.search("nobody")
    before = len(counter.went)

    counter.finder.pick("")

    assert len(counter.went) == before


def test_hits_of_a_scan_are_shown_to_choose_from(counter: Counter):
    counter.finder.open_members(counter.members.find("hy"))
    members = [row.key for row in found(counter)]
    counter.finder.open_items(counter.shelf.find("sp"))

    assert (len(members), len(found(counter))) == (2, 4)


def test_hits_are_said_again_in_the_other_language(counter: Counter):
    counter.finder.open_items(counter.shelf.find("sp2"))

    i18n.use("zh_CN")
    counter.finder.retranslate()

    assert [row.title for row in found(counter)] == ["商品2"]


def test_a_broken_directory_is_said(counter: Counter):
    error = Unavailable("store.write")
    counter.lane.run = lambda work, done, failed: failed(error)

    counter.finder.open(FinderKind.ITEM)
    counter.finder.search("sp")

    assert counter.finder_view.last("show_problem") == (error,)


def test_a_price_without_its_tax_says_so(counter: Counter):
    counter.till.publish(item(9, 2_000, name="抚触课", tax_bp=600, tax_included=False))
    counter.finder.open(FinderKind.ITEM)

    counter.finder.search("抚触")

    assert found(counter)[0].detail.startswith("+ 6% tax · ")
