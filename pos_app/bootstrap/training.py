"""Makes the training till: a folder of its own with this shop's goods, rules and staff, and customers who are none.

It is made anew each time, so nothing that a trainee did is there for the next one, and nothing ever leaves it.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pos_app.bootstrap.desks import Desks
from pos_app.bootstrap.equipment import QueueOnLane
from pos_app.domain import training
from pos_app.domain.advice import Advice
from pos_app.domain.directory import Cursor, DirectoryChange, Published
from pos_app.domain.ledger import Asset
from pos_app.domain.paper import Notice
from pos_app.domain.paper_json import from_json, to_json
from pos_app.domain.print_jobs import JobState, JobTask, NewPrintJob, PrintJob
from pos_app.domain.returnable import Returnable
from pos_app.domain.statement import Statement
from pos_app.domain.till import Identity
from pos_app.errors import Refused, Unavailable
from pos_app.i18n import _
from pos_app.paths import Paths
from pos_app.store.directory_feed import DirectoryFeed, copy_without_members

COPY = "goods.db"
DIRECTORY_KEY_BYTES = 32
CODE_KEY_BYTES = 32
INCARNATION = "1"


class NoLine:
    """In place of the sync worker: a training till has no line to head office, and says so where it is asked for."""

    def start(self) -> None:
        """Begin nothing."""

    def stop(self) -> None:
        """End nothing."""

    def wake(self) -> None:
        """Send nothing."""

    def sync_now(self) -> None:
        """Send nothing."""

    def request_rights(
        self, member_id: str, amount: int, request_no: int, *, asset: Asset = Asset.POINTS, lot: str = ""
    ) -> int:
        """Refuse; raises Unavailable ``training.no_line``."""
        asked = {"member_id": member_id, "amount": amount, "request_no": request_no, "asset": asset.value, "lot": lot}
        raise Unavailable("training.no_line", **asked)

    def look_up(self, receipt_no: str) -> Returnable:
        """Refuse; raises Unavailable ``training.no_line``."""
        raise Unavailable("training.no_line", receipt_no=receipt_no)

    def statement(self, member_id: str) -> Statement:
        """Refuse; raises Unavailable ``training.no_line``."""
        raise Unavailable("training.no_line", member_id=member_id)


class TrainingQueue:
    """The spool's queue of a training till: every paper says on both ends what it is, and the drawer stays shut."""

    def __init__(self, queue: QueueOnLane) -> None:
        self._queue = queue
        self.append, self.in_state, self.mark, self.counts = queue.append, queue.in_state, queue.mark, queue.counts

    def next_waiting(self, printer: str, task: JobTask) -> PrintJob | None:
        """Return the oldest queued paper, marked; a drawer's pulse is put away."""
        waiting = self._queue.next_waiting(printer, task)
        if waiting is None or task == "paper":
            return None if waiting is None else replace(waiting, job=_marked(waiting.job))
        self._queue.mark(waiting.job_id, JobState.FAILED, "training.drawer")
        return None


def _marked(job: NewPrintJob) -> NewPrintJob:
    paper = from_json(job.paper_json)
    notice = Notice(_("TRAINING - NOT A SALE"))
    return replace(job, paper_json=to_json(replace(paper, blocks=(notice, *paper.blocks, notice))))


def clear(paths: Paths) -> Paths:
    """Return the folder of the training till, empty but for this till's settings."""
    folder = paths.training
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True)
    if paths.config.exists():
        shutil.copy(paths.config, folder)
    return Paths(folder)


def copy_goods(desks: Desks, folder: Path, key: bytes) -> Identity:
    """Copy what the real till knows of goods, rules and staff into ``folder``; return who the real till is.

    Runs on the real till's lane. Raises Refused ``till.not_enrolled``, ``training.no_goods``.
    """
    identity, installed = desks.log.identity(), desks.log.installed_directory()
    if identity is None:
        raise Refused("till.not_enrolled")
    if installed is None:
        raise Refused("training.no_goods")
    copy_without_members(installed, (folder / COPY, key))
    return identity


def furnish(desks: Desks, folder: Path, key: bytes, real: Identity, token: Callable[[int], bytes]) -> None:
    """Give the empty training till its identity, its goods and its customers; runs on the training till's lane."""
    feed = DirectoryFeed(desks.log.installed_directory, desks.log.install_directory)
    feed.install_file(folder / COPY, key)
    desks.log.save_identity(training.identity(real))
    today, now_ms = desks.session.today(), desks.session.clock.now_ms()
    with desks.store.view() as unit:
        items = unit.published.advised(frozenset(Advice))
        rules = unit.published.programme(today)
    secrets = (token(CODE_KEY_BYTES).hex(), token(CODE_KEY_BYTES).hex(), token(CODE_KEY_BYTES).hex())
    cast = training.cast(real.store_id, today, now_ms, items, secrets)
    offline_for_ever = replace(rules, **training.FOR_EVER_OFFLINE)
    _publish(feed, "global", offline_for_ever)
    _publish(feed, f"store:{real.store_id}", *cast.records, *cast.calls)
    feed.close()
    desks.log.bind(INCARNATION)
    desks.log.install_grants(INCARNATION, cast.grants)


def _publish(feed: DirectoryFeed, shard: str, *values: Published) -> None:
    changes = [DirectoryChange(pos, "", "", value, 1) for pos, value in enumerate(values, 1)]
    feed.apply_page(shard, Cursor(INCARNATION, len(changes)), changes)
