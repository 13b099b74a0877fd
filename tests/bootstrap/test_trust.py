"""The till as a whole keeps to the authority that it was enrolled with."""

from pathlib import Path

import pytest

from head_office.authority import Authority, make
from pos_app import config
from pos_app.bootstrap.desks import LinkState
from pos_app.bootstrap.program import Hooks, Start, Trust, enrol_till, opened_desks, running
from pos_app.errors import Refused, Unavailable
from pos_app.paths import Paths
from tests.till_kit import IDENTITY


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority(tmp_path / "authority")
    make(made, ())
    return made


def test_a_till_that_is_enrolled_keeps_its_authority_whatever_is_typed(home, authority):
    start = Start(Paths(home))
    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, _keys):
        lane.call(lambda: desks.log.save_identity(IDENTITY))

    with pytest.raises(Refused, match=r"enrol\.done"):
        enrol_till(start, "https://127.0.0.1:1", "AAAA-BBBB-CCCC", Trust(authority.root))

    assert not start.paths.authority.exists()


def test_a_pinned_till_does_not_start_with_an_address_without_https(home, authority, qtbot):
    start = Start(Paths(home))
    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, _keys):
        lane.call(lambda: desks.log.save_identity(IDENTITY))
    start.paths.authority.write_bytes(authority.root.read_bytes())
    config.save(start.paths.config, {"head_office_url": "http://127.0.0.1:8765"})

    with pytest.raises(Refused, match=r"head_office\.not_https"), running(start):
        pass


def test_an_authority_that_could_not_be_fetched_is_not_pinned(home):
    start = Start(Paths(home))

    with pytest.raises(Unavailable, match=r"head_office\.unreachable"):
        enrol_till(start, "https://127.0.0.1:1", "AAAA-BBBB-CCCC", Trust(fingerprint="AB:CD"))

    assert not start.paths.authority.exists()
