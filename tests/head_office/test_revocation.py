"""A revoked terminal: trades no more from its next contact on, delivers its history all the same."""

import pytest
import sqlalchemy as sa

from head_office import lives
from head_office.office import Office
from head_office.revocation import revoke
from head_office.store import schema
from pos_app.domain.events import MemberRegistered
from pos_app.errors import Refused
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import SnapshotManifest
from tests.head_office.rig import Refusal, answer, balances, member, open_till, rows_of


def mark_revoked(office: Office) -> None:
    """What ``head-office revoke`` leaves in the database when another process serves: the session lives on there."""

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.update(schema.life).values(status=lives.REVOKED))

    office.database.write(work)


def test_its_session_ends_and_the_next_hello_says_why(office, till):
    assert revoke(office, till.terminal_id, "Ada", "stolen from the counter") == ["1.1"]

    with pytest.raises(Refusal, match=r"session\.unknown"):
        till.feed("global")
    assert till.hello().command == "locked"


def test_it_delivers_its_history(office, till):
    till.sell()
    revoke(office, till.terminal_id, "Ada", "stolen")

    said = till.hello()

    assert said.session
    assert till.push().accepted_upto == 1


def test_it_may_neither_pull_nor_ask(office, till):
    till.say(MemberRegistered(member(1)))
    till.sell(member_id="m1", earn=300)
    till.push()
    revoke(office, till.terminal_id, "Ada", "stolen")
    till.hello()

    with pytest.raises(Refusal, match=r"session\.unknown"):
        till.feed("global")
    with pytest.raises(Refusal, match=r"session\.unknown"):
        answer(till.send("GET", http.SNAPSHOT_MANIFEST), SnapshotManifest)
    assert till.rights("m1", 10).code == "rights.not_live"
    assert balances(office, "m1") == {("escrow", "m1", till.holder): 300}


def test_a_process_that_serves_hears_of_it_by_the_next_request(office, till):
    mark_revoked(office)

    with pytest.raises(Refusal, match=r"session\.unknown"):
        till.feed("global")


def test_it_is_flagged_with_who_and_why(office, till):
    revoke(office, till.terminal_id, "Ada", "stolen")

    (flag,) = rows_of(office, schema.flag)
    assert flag.code == "terminal.revoked"
    assert "Ada" in flag.detail
    assert "stolen" in flag.detail


def test_a_new_life_of_the_lane_trades(office, line, till):
    revoke(office, till.terminal_id, "Ada", "stolen")

    again = open_till(office, line)

    assert again.hello().command == "go"


@pytest.mark.parametrize("terminal_id", ["S09-9", ""])
def test_what_does_not_trade_cannot_be_revoked(office, terminal_id):
    with pytest.raises(Refused, match=r"terminal\.unknown"):
        revoke(office, terminal_id, "Ada", "stolen")
