"""The parts of the sign-in screen: the dark column that says where we are, the people."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from pos_app.i18n import _, language, ngettext
from pos_app.ui import wording
from pos_app.ui.desk_wording import ended_text, role_text, weekday_text
from pos_app.ui.presenters.sign_in_models import DayNote, LockNote, Person, SyncNote, Till
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, DUE_COMPACT_PX, HEAD_PX, ITEM_PX, LABEL_PX, POINTS_PX, SMALL_PX
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.marks import Glyph
from pos_app.ui.widgets.toast import Toast
from pos_app.ui.widgets.words import Paragraph, Words

TILE_PX = 64
TILE_COLUMNS = 2


class PlaceColumn(QFrame):
    """The dark column: brand, store and till, the day, head office, and the other language.

    Signals: ``language_asked`` when somebody wants the other language, ``training_asked`` for training or its end.
    """

    language_asked = Signal()
    training_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "night")
        self._till = Till("", "", 1, "")
        self._day: DayNote | None = None
        self._sync = SyncNote(online=False, last_ok_ms=None, unsent=0)
        self._brand = Words("", HEAD_PX, "inverse", BOLD, elide=True)
        self._store = Words("", POINTS_PX, "inverse", BOLD, elide=True)
        self._lane = Words("", LABEL_PX, "night_ink")
        self._clock = Words("", DUE_COMPACT_PX, "inverse", BOLD)
        self._day_line = Words("", ITEM_PX, "gold_solid", DEMI)
        self._day_detail = Words("", SMALL_PX, "night_ink")
        self._mark = Glyph("cloud", "night_ink")
        self._link = Words("", BODY_PX, "inverse", DEMI)
        self._last = Words("", SMALL_PX, "night_ink")
        self._waiting = Words("", SMALL_PX, "night_ink")
        self._version = Words("", SMALL_PX, "night_ink")
        self.language = Button(self._other_language, icon="globe", variant="toast")
        self.language.clicked.connect(self.language_asked)
        self._is_training = False
        self.training = Button(self._training_word, icon="star", variant="toast")
        self.training.clicked.connect(self.training_asked)
        self._arrange()

    def show_till(self, till: Till) -> None:
        """Show which till this is."""
        self._till = till
        self._brand.say(till.brand)
        self._store.say(till.store_name)
        self._lane.say(_("Till {lane:02d}").format(lane=till.lane))
        self._version.say(till.version)

    def show_training(self, *, training: bool) -> None:
        """Offer the way back to the real till."""
        self._is_training = training
        self.training.retell()
        self._last.setVisible(not training)
        self._waiting.setVisible(not training)
        self.show_sync(self._sync)

    def show_clock(self, at_ms: int) -> None:
        """Show the time of day."""
        self._clock.say(wording.clock(at_ms))

    def show_day(self, day: DayNote | None) -> None:
        """Show whether a day is open; None while that is not known yet."""
        self._day = day
        if day is None:
            self._day_line.say("")
            self._day_detail.say("")
            return
        when = f"{wording.day(day.business_date)} {weekday_text(day.business_date)}"
        if day.is_open:
            self._day_line.say(_("Day open · shift {n}").format(n=day.shift_no))
            self._day_detail.say(_("Business date {day}").format(day=when))
        else:
            self._day_line.say(_("No day open yet"))
            self._day_detail.say(_("Opens with the float · {day}").format(day=when))

    def show_sync(self, sync: SyncNote) -> None:
        """Show how head office stands; being offline is no reason not to sign in."""
        self._sync = sync
        if self._is_training:
            self._mark.show_icon("star", "gold_solid")
            self._link.say(_("Training · nothing is sent"))
            return
        self._mark.show_icon("cloud" if sync.online else "cloudoff", "night_ink" if sync.online else "gold_solid")
        offline = ended_text(sync.code) or _("Offline · you can sign in and sell")
        self._link.say(_("Connected") if sync.online else offline)
        never = _("Not synced yet")
        last = sync.last_ok_ms
        self._last.say(never if last is None else _("Last synced {at}").format(at=wording.clock(last)))
        waiting = ngettext("{n} record to upload", "{n} records to upload", sync.unsent).format(n=sync.unsent)
        self._waiting.say(waiting if sync.unsent else _("Everything is uploaded"))

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        self.show_till(self._till)
        self.show_day(self._day)
        self.show_sync(self._sync)

    def _training_word(self) -> str:
        return _("End training") if self._is_training else _("Training mode")

    @staticmethod
    def _other_language() -> str:
        return "English" if language() == "zh_CN" else "中文"

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 28, 20, 16)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Glyph("leaf", "gold_solid", 28))
        head.addWidget(self._brand, 1)
        column.addLayout(head)
        column.addSpacing(20)
        column.addWidget(self._store)
        column.addWidget(self._lane)
        column.addSpacing(16)
        column.addWidget(self._clock)
        column.addSpacing(8)
        column.addWidget(self._day_line)
        column.addWidget(self._day_detail)
        column.addStretch(1)
        link = QHBoxLayout()
        link.setSpacing(8)
        link.addWidget(self._mark)
        link.addWidget(self._link, 1)
        column.addLayout(link)
        column.addWidget(self._last)
        column.addWidget(self._waiting)
        column.addSpacing(12)
        foot = QHBoxLayout()
        foot.addWidget(self.training)
        foot.addStretch(1)
        foot.addWidget(self.language)
        column.addLayout(foot)
        column.addWidget(self._version)


class PeopleCard(QFrame):
    """Who may sign in, as tiles; more than fit scroll.

    Signals: ``chosen(staff_id)``, ``sign_out_asked`` by whoever locked the till, ``unlock_asked`` for a locked-out one.
    """

    chosen = Signal(str)
    sign_out_asked = Signal()
    unlock_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._people: tuple[Person, ...] = ()
        self._tiles: list[Button] = []
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._choose)
        self._empty = Paragraph("", BODY_PX, "ink2")
        self._title = Words("", POINTS_PX, "ink", BOLD, elide=True)
        self._about = Paragraph("", LABEL_PX, "ink2")
        self.leave = _kept(Button(lambda: _("Sign out")))
        self.unlock = _kept(Button(lambda: _("Approve another try"), icon="lock"))
        self.leave.clicked.connect(self.sign_out_asked)
        self.unlock.clicked.connect(self.unlock_asked)
        self.toast = Toast(lambda: _("↑ ↓ person · digits for the PIN · Enter signs in"))
        self._inside = QWidget()
        self._inside.setObjectName("scrolled")
        self._grid = QGridLayout(self._inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(10)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        for place in range(TILE_COLUMNS):
            self._grid.setColumnStretch(place, 1)
        self._arrange()

    def show_lock(self, lock: LockNote | None) -> None:
        """Say who locked the till and what becomes of the open sale; None where nobody did."""
        self.leave.setVisible(lock is not None)
        if lock is None:
            self._title.say(lambda: _("Who is signing in?"))
            self._about.say("")
            return
        at = wording.clock(lock.at_ms)
        self._title.say(lambda: _("Locked · {name} {time}").format(name=lock.name, time=at))
        self._about.say(_kept_sale if lock.has_sale else _taken_over)

    def show_locked_out(self, *, locked_out: bool) -> None:
        """Offer that somebody else lets the person try again."""
        self.unlock.setVisible(locked_out)

    def show_people(self, people: tuple[Person, ...], chosen_id: str) -> None:
        """Show these people with one of them chosen, or none for an empty id."""
        self._people = people
        while len(self._tiles) < len(people):
            self._add_tile()
        for place, tile in enumerate(self._tiles):
            person = people[place] if place < len(people) else None
            tile.setVisible(person is not None)
            if person is not None:
                tile.say(person.name)
                tile.set_caption(role_text(person.role))
        self.show_chosen(chosen_id)
        self._empty.say("" if people else _("Nobody may sign in here yet. Connect this till to head office once."))
        self._empty.setVisible(not people)

    def show_chosen(self, staff_id: str) -> None:
        """Mark one person."""
        place = self.place_of(staff_id)
        self._group.setExclusive(False)
        for at, tile in enumerate(self._tiles):
            tile.setChecked(at == place)
        self._group.setExclusive(True)

    def place_of(self, staff_id: str) -> int:
        """Return where a person stands, or -1."""
        return next((at for at, person in enumerate(self._people) if person.staff_id == staff_id), -1)

    def person(self, staff_id: str) -> Person | None:
        """Return a person shown."""
        place = self.place_of(staff_id)
        return self._people[place] if place >= 0 else None

    def beside(self, staff_id: str, step: int) -> str:
        """Return the id of the person ``step`` places on, going round; empty when nobody is shown."""
        if not self._people:
            return ""
        return self._people[(self.place_of(staff_id) + step) % len(self._people)].staff_id

    def retranslate(self) -> None:
        """Say the roles again in the language in force."""
        self.show_people(self._people, next((p.staff_id for p in self._people if self._is_checked(p)), ""))

    def _is_checked(self, person: Person) -> bool:
        return self._tiles[self.place_of(person.staff_id)].isChecked()

    def _add_tile(self) -> None:
        place = len(self._tiles)
        tile = Button("", icon="member", shape="row", height_px=TILE_PX)
        tile.set_px(ITEM_PX)
        tile.setCheckable(True)
        tile.setAutoDefault(False)  # Enter belongs to the PIN; Space chooses
        self._group.addButton(tile, place)
        self._tiles.append(tile)
        self._grid.addWidget(tile, place // TILE_COLUMNS, place % TILE_COLUMNS)

    def _choose(self, place: int) -> None:
        self.chosen.emit(self._people[place].staff_id)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 14)
        column.setSpacing(16)
        head = QVBoxLayout()
        head.setSpacing(4)
        head.addWidget(self._title)
        head.addWidget(self._about)
        column.addLayout(head)
        column.addWidget(self._empty)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._inside)
        column.addWidget(area, 1)
        acts = QHBoxLayout()
        acts.addWidget(self.leave)
        acts.addStretch(1)
        acts.addWidget(self.unlock)
        column.addLayout(acts)
        column.addWidget(self.toast)


def _kept(button: Button) -> Button:
    """Return a button that keeps its place while it is not offered."""
    policy = button.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    button.setSizePolicy(policy)
    button.hide()
    return button


def _kept_sale() -> str:
    return _("The open sale is kept. The same PIN unlocks, another takes it over.")


def _taken_over() -> str:
    return _("The same PIN unlocks, another takes the till over.")
