"""Printer, drawer and camera as the settings name them; the drivers themselves are loaded on their own threads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pos_app.bootstrap.world import OwnLane
from pos_app.config import CameraSettings, GatewaySettings, PrinterSettings
from pos_app.devices.base import Device, Transport
from pos_app.devices.payments.simulated import SimulatedGateway
from pos_app.devices.printers.file import FileTransport
from pos_app.devices.printers.render import PrinterProfile, profile_for
from pos_app.devices.printers.spool import PrinterState, PrintQueue, Spool, SpoolWorker
from pos_app.devices.printers.tcp import TcpTransport
from pos_app.devices.scanners.camera import Camera, CameraObservers, CameraOptions
from pos_app.domain.print_jobs import JobState, JobTask, NewPrintJob, PrintJob
from pos_app.errors import Refused
from pos_app.services.ports import PaymentGateway
from pos_app.services.till import RECEIPT_PRINTER
from pos_app.store.till_store import TillStore


class QueueOnLane:
    """The spool's ``PrintQueue`` over the till's papers; each call hops to the database lane."""

    def __init__(self, lane: OwnLane, store: TillStore) -> None:
        self._lane = lane
        self._store = store

    def append(self, job: NewPrintJob) -> int:
        """Store a job as queued."""

        def work() -> int:
            with self._store.unit() as unit:
                return unit.papers.append(job)

        return self._lane.call(work)

    def next_waiting(self, printer: str, task: JobTask) -> PrintJob | None:
        """Return the oldest queued job."""

        def work() -> PrintJob | None:
            with self._store.view() as unit:
                return unit.papers.next_waiting(printer, task)

        return self._lane.call(work)

    def in_state(self, printer: str, state: JobState) -> list[PrintJob]:
        """Return the jobs in a state."""

        def work() -> list[PrintJob]:
            with self._store.view() as unit:
                return unit.papers.in_state(printer, state)

        return self._lane.call(work)

    def mark(self, job_id: int, state: JobState, detail: str = "") -> None:
        """Move a job to a state, durably."""

        def work() -> None:
            with self._store.unit() as unit:
                unit.papers.mark(job_id, state, detail)

        self._lane.call(work)

    def counts(self, printer: str) -> Mapping[JobState, int]:
        """Return how many jobs are in each state."""

        def work() -> Mapping[JobState, int]:
            with self._store.view() as unit:
                return unit.papers.counts(printer)

        return self._lane.call(work)


@dataclass(frozen=True, slots=True)
class Printing:
    """The receipt printer's spool; None where the settings name no printer."""

    worker: SpoolWorker
    spool: Spool


def receipt_printer(
    settings: PrinterSettings,
    queue: PrintQueue,
    on_state: Callable[[PrinterState], None],
    now_ms: Callable[[], int],
) -> Printing | None:
    """Return the spool of the printer that the settings name.

    Raises Refused ``config.printer``, ``printer.profile``.
    """
    if settings.kind == "none":
        return None
    profile = profile_for(settings.columns, settings.encoding, answers_status=settings.answers_status)
    spool = Spool(RECEIPT_PRINTER, queue, _transport(settings, profile), profile, on_state, now_ms)
    return Printing(SpoolWorker(spool), spool)


def payment_gateway(settings: GatewaySettings) -> PaymentGateway | None:
    """Return the gateway that the settings name, None for none; raises Refused ``config.gateway``."""
    if settings.kind == "simulated":
        return SimulatedGateway()
    if settings.kind != "none":
        raise Refused("config.gateway", kind=settings.kind)
    return None


def camera(settings: CameraSettings, observers: CameraObservers, *, repeat: bool = False) -> Device | None:
    """Return the camera that the settings name, None for none."""
    return Camera(CameraOptions(settings.source, repeat=repeat), observers) if settings.source else None


def _transport(settings: PrinterSettings, profile: PrinterProfile) -> Transport:
    if settings.kind == "tcp":
        return TcpTransport(settings.host, settings.port, answers_status=profile.answers_status)
    if settings.kind == "file":
        return FileTransport(Path(settings.path))
    raise Refused("config.printer", kind=settings.kind)
