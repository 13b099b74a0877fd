"""The audit decides: filters, pages, the chain behind it, and the list as a table."""

import csv
import io

import pytest

from pos_app import i18n
from pos_app.domain import audit as domain_audit
from pos_app.domain.audit import AuditEntry, AuditFilter, Part
from pos_app.domain.events import DrawerOpened
from pos_app.errors import Damaged, Unavailable
from pos_app.services.audit import AuditPage, ChainState
from pos_app.services.staff import StaffTile
from pos_app.ui import audit_wording
from pos_app.ui.presenters.audit import AuditPresenter, FilterFace, table
from tests.till_kit import CASHIER, MANAGER, TODAY
from tests.ui.audit_faces import FACTS, entries
from tests.ui.stand_ins import AtOnce, Later, Told

PEOPLE = tuple(StaffTile(one.staff_id, one.name, one.role) for one in (CASHIER, MANAGER))


class Desk:
    """Three pages of entries and a chain of three slices; ``asked`` remembers each question."""

    def __init__(self):
        self.asked, self.checked, self.days = [], 0, [TODAY]
        self.refuses = None

    def people(self):
        return PEOPLE

    def page(self, wanted, before=None):
        self.asked.append((wanted, before))
        if self.refuses:
            raise self.refuses
        found = entries()
        start = 0 if before is None else 12_409 - before
        return AuditPage(found[start : start + 5], start + 5 < len(found))

    def day_beside(self, on, *, later):
        return None if later else TODAY

    def check(self, state):
        self.checked += 1
        return ChainState(state.checked + 5, 15, 10)


class Audit:
    def __init__(self, lane=None):
        self.view, self.desk, self.kept = Told(), Desk(), []
        self.presenter = AuditPresenter(self.view, self.desk, lane or AtOnce(), self.keep)

    def keep(self, name, text):
        self.kept.append((name, text))
        return f"/exports/{name}"

    @property
    def wanted(self):
        return self.desk.asked[-1][0]


@pytest.fixture
def audit():
    made = Audit()
    made.presenter.start()
    return made


def test_it_begins_with_everything_and_opens_the_newest(audit):
    rows, _more = audit.view.last("show_rows")

    assert (audit.wanted, len(rows)) == (AuditFilter(), 5)
    assert rows[0].part is Part.APPROVALS
    assert ("Approved by", "赵强 (E2)") in audit.view.last("show_details")[0]


def test_the_chain_is_checked_behind_it_until_its_end(audit):
    assert audit.desk.checked == 3
    assert audit.view.last("show_chain")[0] == ChainState(15, 15, 10)


def test_a_broken_chain_is_shown_and_checked_no_further():
    made = Audit()
    made.desk.check = lambda state: ChainState(5, 15, 0, Damaged("log.chain", seq=6))

    made.presenter.start()

    assert made.view.last("show_chain")[0].problem.code == "log.chain"


def test_leaving_checks_the_chain_no_further():
    lane = Later()
    made = Audit(lane)
    made.presenter.start()

    made.presenter.close()
    lane.settle()

    assert made.desk.checked <= 1
    assert made.view.last("show_rows") is None


def test_filters_add_up_and_searching_looks_everywhere(audit):
    audit.presenter.choose_part(Part.CASH)
    audit.presenter.next_person()
    audit.presenter.step_day(later=False)
    assert audit.wanted == AuditFilter(TODAY, "E1", Part.CASH)
    assert audit.view.last("show_filter") == (FilterFace(TODAY, "李敏", Part.CASH, ""),)

    audit.presenter.search(" 0001-1-A1-000037 ")
    assert audit.wanted == AuditFilter(subject="0001-1-A1-000037")
    audit.presenter.choose_part(None)
    assert audit.wanted == AuditFilter()


def test_people_are_walked_through_and_end_with_everybody(audit):
    asked = []
    for _ in range(3):
        audit.presenter.next_person()
        asked.append(audit.wanted.staff_id)

    assert asked == ["E1", "E2", ""]


def test_there_is_no_day_after_the_last(audit):
    before = len(audit.desk.asked)

    audit.presenter.step_day(later=True)

    assert len(audit.desk.asked) == before
    audit.presenter.step_day(later=False)
    audit.presenter.all_days()
    assert audit.wanted.on is None


def test_pages_are_added_below_and_the_entry_in_hand_stays(audit):
    audit.presenter.choose(12_406)
    for _ in range(4):
        audit.presenter.more()

    rows, _more = audit.view.last("show_rows")
    assert [row.seq for row in rows] == [entry.seq for entry in entries()]
    assert [before for _wanted, before in audit.desk.asked] == [None, 12_404, 12_399, 12_394]
    assert ("What was allowed", "Price set by hand") in audit.view.last("show_details")[0]


def test_an_answer_to_an_old_question_is_dropped():
    lane = Later()
    made = Audit(lane)
    made.presenter.start()
    made.presenter.choose_part(Part.CASH)
    made.desk.page = lambda wanted, before=None: AuditPage(entries()[: 1 if wanted.part is None else 2], False)

    lane.settle()

    assert [len(said[1]) for said in made.view.said if said[0] == "show_rows"] == [2]


def test_the_table_has_every_page_of_what_is_looked_for(audit):
    audit.presenter.export()

    ((name, text),) = audit.kept
    rows = list(csv.reader(io.StringIO(text)))
    assert name == "audit-12390-12408.csv"
    assert len(rows) == len(FACTS) + 1
    assert rows[1][4:] == ["李敏", "Approvals", "赵强 approved: Refund · 0001-1-A1-000031 · ¥298.00 · Allergy"]
    assert audit.view.last("show_exported") == ("/exports/audit-12390-12408.csv", len(FACTS))


def test_what_a_person_wrote_is_no_formula_in_a_table():
    entry = entries()[4]
    written = AuditEntry(entry.seq, DrawerOpened("x"), entry.at, "=cmd()")

    assert "'=cmd()" in table((written,))


def test_problems_are_said(audit):
    audit.desk.refuses = Unavailable("store.read")

    audit.presenter.choose_part(Part.CASH)

    assert audit.view.last("show_problem")[0].code == "store.read"


def test_the_other_language_is_said_at_once(audit):
    i18n.use("zh_CN")
    try:
        audit.presenter.retranslate()
        rows, _more = audit.view.last("show_rows")
        assert rows[0].text == "赵强 授权：退货 · 0001-1-A1-000031 · ¥298.00 · 过敏"
        assert ("店长确认", "赵强 (E2)") in audit.view.last("show_details")[0]
    finally:
        i18n.use("en")


def test_every_kind_that_is_noted_has_words():
    assert set(domain_audit._NOTED) <= set(audit_wording._TOLD)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_entry_shows_a_code_of_the_program(language):
    i18n.use(language)
    try:
        told = [audit_wording.told(entry.fact) for entry in entries()]
        opened = [value for entry in entries() for line in audit_wording.details(entry) for value in line]
    finally:
        i18n.use("en")

    assert [text for text in (*told, *opened) if "_" in text or not text] == []
