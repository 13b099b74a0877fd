"""What the floors of the till may ask of the house around them: the window, the world, and the way to each other."""

from datetime import date
from typing import Protocol

from pos_app.errors import PosError
from pos_app.services.day import DayState
from pos_app.services.staff import SignedIn
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.override import OverridePresenter
from pos_app.ui.sounds import Sounds
from pos_app.ui.window import TillWindow
from pos_app.ui.world import UiWorld


class House(Protocol):
    """One till: every floor works in its window, on its world, for whoever is signed in."""

    world: UiWorld
    window: TillWindow
    sounds: Sounds
    override: OverridePresenter

    @property
    def signed_in(self) -> SignedIn | None:
        """Who is at the till; None while it is locked or nobody is."""
        ...

    @property
    def day(self) -> DayState | None:
        """The business day in hand; None before anybody signed in."""
        ...

    def today(self) -> date:
        """Return the local date by the till's clock."""
        ...

    def go(self, section: face.Section) -> None:
        """Show a place of the till."""
        ...

    def open_profile(self, member_id: str) -> None:
        """Show all that is known of a member."""
        ...

    def attach(self, member_id: str) -> None:
        """Serve a member."""
        ...

    def open_call(self, call: str) -> None:
        """Record what came of a call."""
        ...

    def open_held(self) -> None:
        """Show the held sales."""
        ...

    def show_receipt_no(self, receipt_no: str) -> None:
        """Show the number of the next receipt."""
        ...

    def count_calls(self) -> None:
        """Show anew how many calls are due."""
        ...

    def sign_out(self) -> None:
        """Nobody is at the till from now on."""
        ...

    def say_failed(self, error: PosError) -> None:
        """Say what did not work, on the sale screen."""
        ...
