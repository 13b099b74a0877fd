"""One window in a process of its own: the till's, or a bare one to compare with. Prints one JSON line."""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

STEP_S = 300.0  # a busy machine is not a broken window
LOOK_MS = 3
PULSE_MS = 10
LINES = 3  # of each sale beside the feed
FEWEST_SALES = 3
QUIET_SALES = {0: 300, 300: 40}  # at most, by the pace of the robot: ms from act to act; 0: as fast as it gets


class FirstPaint(QObject):
    """Notes on the machine's monotonic clock when a widget has been painted while ``ready`` held."""

    def __init__(self, widget: QWidget, ready: Callable[[], bool]) -> None:
        super().__init__(widget)
        self.at_ns = 0
        self._ready = ready
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Look at paint events; the painting itself comes after them, so the time is taken after that."""
        del watched
        if event.type() == QEvent.Type.Paint and not self.at_ns and self._ready():
            QTimer.singleShot(0, self._note)
        return False

    def _note(self) -> None:
        self.at_ns = self.at_ns or time.monotonic_ns()


def spin(holds: Callable[[], bool], what: str) -> None:
    """Let the window live on its event loop, as in use, until something is true."""
    loop, timer, until_s = QEventLoop(), QTimer(), time.monotonic() + STEP_S

    def look() -> None:
        if holds() or time.monotonic() > until_s:
            loop.quit()

    timer.timeout.connect(look)
    timer.start(LOOK_MS)
    if not holds():
        loop.exec()
    timer.stop()
    if not holds():
        raise TimeoutError(what)


def memory_mb() -> float:
    """Return what this process keeps in memory."""
    return psutil.Process().memory_info().rss / 1e6


def bare() -> dict[str, object]:
    """Show a QtWidgets window with a word and a button."""
    app = QApplication([])
    window = QWidget()
    layout = QVBoxLayout(window)
    layout.addWidget(QLabel("Till"))
    layout.addWidget(QPushButton("Sell"))
    painted = FirstPaint(window, lambda: True)
    window.resize(1366, 768)
    window.show()
    spin(lambda: painted.at_ns > 0, "first paint")
    del app
    return {"painted_ns": painted.at_ns, "memory_mb": memory_mb(), "cpu_s": time.process_time()}


def start(home: Path) -> dict[str, object]:
    """Start the till and wait until somebody can choose their name."""
    from pos_app.bootstrap.program import Start, running  # noqa: PLC0415 - the bare window loads none of it
    from pos_app.paths import Paths  # noqa: PLC0415
    from pos_app.ui.start import make_application  # noqa: PLC0415

    make_application([])
    with running(Start(Paths(home))) as till:
        window = till.application.window
        people = window.sign_in.people
        painted = FirstPaint(people, lambda: bool(tiles(people)))
        window.resize(1366, 768)
        window.show()
        spin(lambda: painted.at_ns > 0, "people to choose from")
        return {"painted_ns": painted.at_ns, "memory_mb": memory_mb(), "cpu_s": time.process_time()}


def sell(home: Path, sales: int, lines: int, barcodes: list[str], person: tuple[str, str]) -> dict[str, object]:
    """Sell: every scan from the scanner's last key to the painted row, and what memory does meanwhile."""
    from pos_app.bootstrap.program import Start, running  # noqa: PLC0415 - the bare window loads none of it
    from pos_app.paths import Paths  # noqa: PLC0415
    from pos_app.ui.start import make_application  # noqa: PLC0415

    make_application([])
    with running(Start(Paths(home))) as till:
        seller = Seller(till.application)
        seller.sign_in(*person)
        before_mb = memory_mb()
        for n in range(sales):
            seller.sell([barcodes[(n * lines + k) % len(barcodes)] for k in range(lines)])
        return {
            "scan_ms": seller.scan_ms,
            "scan_cpu_ms": seller.scan_cpu_ms,
            "done_ms": seller.done_ms,
            "before_mb": before_mb,
            "after_mb": memory_mb(),
        }


def catch_up(home: Path, changes: int, idle: int, barcodes: list[str], person: tuple[str, str]) -> dict[str, object]:
    """Let ``idle`` changes come while nobody is there, then sell until ``changes`` more are in, then sell in quiet.

    How many changes a second were applied, and how commits and a timer of 10 ms went, for each of two robots.
    """
    from pos_app.bootstrap.program import Start, running  # noqa: PLC0415 - the bare window loads none of it
    from pos_app.commit_points import EVENT, CommitPoint  # noqa: PLC0415
    from pos_app.paths import Paths  # noqa: PLC0415
    from pos_app.sync import pull  # noqa: PLC0415
    from pos_app.ui.start import make_application  # noqa: PLC0415

    pull.FAR_BEHIND = sys.maxsize  # page after page, however far behind: a leap would be over in a moment
    commits: list[float] = []
    began_at: dict[int, float] = {}

    def listen(event: str, points: tuple[object, ...]) -> None:
        if event != EVENT:
            return
        if points[0] == CommitPoint.TILL_BEFORE_COMMIT.value:
            began_at[threading.get_ident()] = time.perf_counter()
        elif points[0] == CommitPoint.TILL_COMMITTED.value:
            commits.append((time.perf_counter() - began_at.pop(threading.get_ident())) * 1_000)

    make_application([])
    sys.addaudithook(listen)
    with running(Start(Paths(home))) as till:
        seller, pulse = Seller(till.application), Pulse()

        def pulled() -> int:
            return till.worker.status().pulled

        def a_second(work: Callable[[], object]) -> float:
            """Do ``work`` and return how many changes a second were applied meanwhile."""
            before, began = pulled(), time.perf_counter()
            work()
            return (pulled() - before) / (time.perf_counter() - began)

        def sold(go_on: Callable[[int], bool]) -> dict[str, list[float]]:
            """Sell on and on; return what was seen."""
            seen = {"commit_ms": commits, "late_ms": pulse.late_ms, "work_ms": pulse.work_ms, "done_ms": seller.done_ms}
            for values in seen.values():
                values.clear()
            n = 0
            while go_on(n):
                seller.sell([barcodes[(n * LINES + k) % len(barcodes)] for k in range(LINES)])
                n += 1
            return {name: list(values) for name, values in seen.items()}

        def robot(pace_ms: int, until: int) -> dict[str, object]:
            """Sell at one pace until so many changes are applied."""
            seller.pace_ms = pace_ms
            seen: dict[str, object] = {"pace_ms": pace_ms}
            seen["changes_a_s"] = a_second(
                lambda: seen.update(busy=sold(lambda n: n < FEWEST_SALES or pulled() < until))
            )
            return seen

        def in_quiet(robot: dict) -> dict[str, list[float]]:
            """Sell as often at the same pace, though not for ever."""
            seller.pace_ms = robot["pace_ms"]
            most = min(len(robot["busy"]["done_ms"]), QUIET_SALES[seller.pace_ms])
            return sold(lambda n: n < most)

        spin(lambda: pulled() > 0, "the first page")
        alone = a_second(lambda: spin(lambda: pulled() >= idle, "what comes while nobody is there"))
        seller.sign_in(*person)
        robots = [
            robot(pace_ms, idle + changes * (place + 1) // len(QUIET_SALES))
            for place, pace_ms in enumerate(QUIET_SALES)
        ]
        robots = [seen | {"quiet": in_quiet(seen)} for seen in robots]
        pulse.stop()
    return {"idle_changes_a_s": alone, "robots": robots}


class Pulse:
    """A timer of 10 ms: by how many milliseconds each tick comes late, and what the program computed since the last.

    What it computed is the CPU of all its threads: on free cores no tick comes much later than that, and it grows far
    less than the lateness with what else the machine does.
    """

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self.work_ms: list[float] = []
        self._before, self._worked = time.perf_counter(), time.process_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(PULSE_MS)

    def stop(self) -> None:
        """Beat no more."""
        self._timer.stop()

    def _tick(self) -> None:
        now, worked = time.perf_counter(), time.process_time()
        self.late_ms.append(max(0.0, (now - self._before) * 1_000 - PULSE_MS))
        self.work_ms.append((worked - self._worked) * 1_000)
        self._before, self._worked = now, worked


class Seller:
    """Scans and takes cash through the window's own signals; ``pace_ms`` passes from one act to the next at least."""

    pace_ms = 0

    def __init__(self, application) -> None:
        self._app = application
        self._window = application.window
        self.scan_ms: list[float] = []
        self.scan_cpu_ms: list[float] = []
        self.done_ms: list[float] = []
        self._window.resize(1366, 768)
        self._window.show()

    def sign_in(self, staff_id: str, pin: str) -> None:
        """Come to the sale screen; the day is opened if it is not."""
        screen = self._window.sign_in
        spin(lambda: bool(tiles(screen.people)), "people")
        screen.person_chosen.emit(staff_id)
        screen.pin_entered.emit(pin)
        spin(lambda: self._app.signed_in is not None or screen.asks_float(), "signed in")
        if self._app.signed_in is None:
            screen.float_entered.emit(50_000)
        spin(lambda: self._app.signed_in is not None and self._app.sale.checkout.state is not None, "the sale screen")

    def sell(self, barcodes: list[str]) -> None:
        """Ring up and take the money."""
        for place, barcode in enumerate(barcodes):
            self._scan(barcode, place + 1)
        began = time.perf_counter()
        self._window.checkout.quick_cash_asked.emit(1_000_000)
        spin(self._window.payment.is_done, "paid")
        self.done_ms.append((time.perf_counter() - began) * 1_000)
        self._pause(began)

    def _pause(self, began: float) -> None:
        if self.pace_ms:
            spin(lambda: (time.perf_counter() - began) * 1_000 >= self.pace_ms, "the next act")

    def _scan(self, barcode: str, rows: int) -> None:
        zone = self._window.checkout.zone
        painted = FirstPaint(zone.view.viewport(), lambda: zone.model.rowCount() == rows)
        began, began_ns, cpu = time.perf_counter(), time.monotonic_ns(), time.process_time()
        self._app.take_scan(barcode)
        spin(lambda: painted.at_ns > 0, f"row {rows} painted")
        self.scan_ms.append((painted.at_ns - began_ns) / 1e6)
        self.scan_cpu_ms.append((time.process_time() - cpu) * 1_000)
        painted.parent().removeEventFilter(painted)
        painted.deleteLater()
        self._pause(began)


def tiles(people: QWidget) -> list[QAbstractButton]:
    """Return the names that can be chosen."""
    return [each for each in people.findChildren(QAbstractButton) if each.isVisible() and each.isEnabled()]


def main() -> int:
    """Do what is asked, say what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("bare", "start", "sell", "catch_up"))
    parser.add_argument("--home", type=Path)
    parser.add_argument("--sales", type=int, default=500)
    parser.add_argument("--lines", type=int, default=3)
    parser.add_argument("--changes", type=int, default=0)
    parser.add_argument("--idle", type=int, default=0)
    parser.add_argument("--barcodes", default="")
    parser.add_argument("--person", default="")
    parser.add_argument("--pin", default="")
    asked = parser.parse_args()
    # A till has no pandas. Here the tests have, and sqlite-utils would load it: two seconds and 125 MB.
    sys.modules["pandas"] = None  # type: ignore[assignment]
    match asked.what:
        case "bare":
            seen = bare()
        case "start":
            seen = start(asked.home)
        case "catch_up":
            seen = catch_up(asked.home, asked.changes, asked.idle, asked.barcodes.split(","), (asked.person, asked.pin))
        case _:
            seen = sell(asked.home, asked.sales, asked.lines, asked.barcodes.split(","), (asked.person, asked.pin))
    print(json.dumps(seen), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
