"""What keeps guesses and copies out: wrong PINs in a row, and dynamic codes already used."""

from pos_app.domain.till import PinTries
from pos_app.store.connection import Database

KEPT_STEPS = 2_880  # a day of 30-second steps


class GuardTable:
    """Tables ``pin_try`` and ``used_step``."""

    def __init__(self, database: Database) -> None:
        self._conn = database.conn

    def pin_tries(self, staff_id: str) -> PinTries:
        """Return the wrong PINs in a row."""
        row = self._conn.execute(
            "SELECT wrong, locked_until_ms, boot_id FROM pin_try WHERE staff_id = ?", [staff_id]
        ).fetchone()
        return PinTries() if row is None else PinTries(*row)

    def set_pin_tries(self, staff_id: str, tries: PinTries) -> None:
        """Keep the count; the empty count forgets it."""
        if tries == PinTries():
            self._conn.execute("DELETE FROM pin_try WHERE staff_id = ?", [staff_id])
            return
        self._conn.execute(
            "INSERT INTO pin_try (staff_id, wrong, locked_until_ms, boot_id) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (staff_id) DO UPDATE SET wrong = excluded.wrong, locked_until_ms = excluded.locked_until_ms,"
            " boot_id = excluded.boot_id",
            [staff_id, tries.wrong, tries.locked_until_ms, tries.boot_id],
        )

    def used_steps(self, card_no: str) -> frozenset[int]:
        """Return the time steps whose dynamic code was used here lately."""
        rows = self._conn.execute("SELECT step FROM used_step WHERE card_no = ?", [card_no])
        return frozenset(step for (step,) in rows)

    def use_step(self, card_no: str, step: int) -> None:
        """Remember a used step; this card's steps older than a day are forgotten."""
        self._conn.execute("INSERT INTO used_step VALUES (?, ?) ON CONFLICT DO NOTHING", [card_no, step])
        self._conn.execute("DELETE FROM used_step WHERE card_no = ? AND step < ?", [card_no, step - KEPT_STEPS])
