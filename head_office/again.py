"""Becoming another head office after a restore: what people decided is done again, each kind of act in its way."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import sqlalchemy as sa

from head_office import enrolment, fencing, recovery, recovery_key, revocation, salvage
from head_office.acts import KEY, Act, Again, Replayed, acts_path, read_acts, replay, replay_waiting
from head_office.books.issues import Issue
from head_office.campaigns import PUBLISH, WITHDRAW, publish_campaign, withdraw_campaign
from head_office.catalogue import PRICE, TAX, set_price, set_tax
from head_office.clients import MIN_CLIENT, set_min_client
from head_office.flags import raise_flag
from head_office.intake import Intake
from head_office.issuing import ISSUE, issue
from head_office.merging import KEEP_APART, MergeDesk
from head_office.office import Identity, Office
from head_office.posting import Aftermath
from head_office.recovery import Restore
from head_office.settling import SETTLE, SettleDesk
from head_office.store.database import Within
from head_office.store_days import NOT_TRADING, SEAL, StoreDays
from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.campaigns import Campaign
from pos_app.domain.ids import Origin
from pos_app.domain.merging import MERGE, UNMERGE
from pos_app.errors import Damaged, Refused


def become(office: Office, connection: sa.Connection, restore: Restore, path: Path | None) -> tuple[Identity, Replayed]:
    """Do the acts of a file again, then make the database a new incarnation: one transaction, nobody sees half of it.

    Whoever commits it calls ``office.become`` and ``keep``. The acts come first, so that every life they know is waited
    for, those they ended are not, and no incarnation number that they name is taken again.

    Raises:
        Damaged: ``acts.line``, ``acts.file``, before anything is done.
    """
    acts = list(read_acts(path)) if path is not None and path.exists() else []
    told, began_at_ms = recovery.told_all(connection), office.clock.now_ms()
    done = replay(replace(office, database=Within(office.database, connection)), acts, KINDS)
    mark(CommitPoint.RESTORE_REPLAYED_BEFORE_BEGIN)
    above = max([restore.above, *(act.body["number"] for act in acts if act.kind == recovery.INCARNATION)])
    return recovery.begin(office, connection, replace(restore, above=above), began_at_ms, told), done


def found_out(office: Office, connection: sa.Connection, restore: Restore) -> Identity:
    """Become another incarnation that nobody announced, with the acts where head office keeps them.

    Acts that cannot be read stop no recovery: they are flagged, for whoever runs the restore tool with a whole file.
    """
    try:
        return become(office, connection, restore, acts_path(office))[0]
    except Damaged as damaged:
        raise_flag(connection, office.clock.now_ms(), damaged.code, facts=damaged.facts)
        return become(office, connection, restore, None)[0]


def after_recovery(office: Office) -> Replayed | None:
    """Try again what waited for facts; None, and nothing is tried, while head office recovers."""
    with office.database.read() as connection:
        if recovery.is_on(connection, office.identity.incarnation_no):
            return None
    done = replay_waiting(office, KINDS)
    Intake(office).follow(Aftermath(resolved={KEY}))
    recovery.acts_done(office)
    return done


def _merge(office: Office, act: Act) -> None:
    try:
        MergeDesk(office).merge(act.body["loser"], act.body["survivor"], act.body["by"], act.at_ms)
    except Refused as refused:
        if refused.code not in ("merge.already", "merge.same_person"):  # the rule was faster
            raise


def _unmerge(office: Office, act: Act) -> None:
    MergeDesk(office).unmerge(act.body["loser"], act.body["by"], act.at_ms)


def _keep_apart(office: Office, act: Act) -> None:
    MergeDesk(office).keep_apart(act.body["member_id"], act.body["other_id"], act.body["by"], act.at_ms)


def _seal(office: Office, act: Act) -> None:
    """Seal the day again; a fact that came after the first seal is inside this one, which is said."""
    said = act.body
    day = StoreDays(office).seal(said["store_id"], date.fromisoformat(said["on"]), said["by"], said["approved_by"])
    if day.sealed != said["figures"]:
        facts = {**said, "sealed": day.sealed}
        now_ms = office.clock.now_ms()
        office.database.write(lambda connection: raise_flag(connection, now_ms, "day.sealed_again", facts=facts))


def _not_trading(office: Office, act: Act) -> None:
    said = act.body
    StoreDays(office).not_trading(said["store_id"], said["lane"], date.fromisoformat(said["on"]), said["by"])


def _settle(office: Office, act: Act) -> None:
    said = act.body
    origin = Origin(said["terminal_id"], said["epoch"], said["seq"])
    SettleDesk(office).settle(origin, said["as"], said["by"], said["note"])


def _issue(office: Office, act: Act) -> None:
    issue(office, msgspec.convert(act.body["given"], Issue))


def _price(office: Office, act: Act) -> None:
    set_price(office, act.body["barcode"], act.body["price_minor"], act.body["member_price_minor"], act.at_ms)


def _tax(office: Office, act: Act) -> None:
    said = act.body
    set_tax(office, said["barcode"], said["tax_bp"], included=said["tax_included"], at_ms=act.at_ms)


def _campaign(office: Office, act: Act) -> None:
    """Publish a campaign again; one that is over by now, or was published anew, stays as it is."""
    try:
        publish_campaign(office, msgspec.convert(act.body["campaign"], Campaign), act.at_ms)
    except Refused as refused:
        if refused.code not in ("campaign.old_version", "campaign.unlawful"):
            raise


def _withdraw(office: Office, act: Act) -> None:
    withdraw_campaign(office, act.body["campaign_id"], act.at_ms)


def _min_client(office: Office, act: Act) -> None:
    set_min_client(office, act.body["protocol"], act.at_ms)


KINDS: Mapping[str, Again] = {
    fencing.FENCE: fencing.fence_again,
    "enrol": enrolment.enrolled_again,
    revocation.REVOKE: revocation.revoked_again,
    salvage.SALVAGE: salvage.salvaged_again,
    recovery.INCARNATION: lambda _office, _act: None,  # its number was read before the new incarnation was named
    MERGE: _merge,
    UNMERGE: _unmerge,
    KEEP_APART: _keep_apart,
    SEAL: _seal,
    NOT_TRADING: _not_trading,
    SETTLE: _settle,
    ISSUE: _issue,
    PRICE: _price,
    TAX: _tax,
    PUBLISH: _campaign,
    WITHDRAW: _withdraw,
    MIN_CLIENT: _min_client,
    recovery_key.RECOVERY_KEY: recovery_key.kept_again,
}
