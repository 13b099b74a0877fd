"""The till's window: the shell with every screen and sheet in it, built once."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow

from pos_app.ui.keymap import Action, Keymap
from pos_app.ui.presenters.training import TrainingFace
from pos_app.ui.presenters.view_models import Section
from pos_app.ui.views.audit import AuditScreen
from pos_app.ui.views.call_outcome import OutcomeScreen
from pos_app.ui.views.calls import CallsScreen
from pos_app.ui.views.cash import CashSheet
from pos_app.ui.views.checkout import CheckoutView
from pos_app.ui.views.close import CloseScreen
from pos_app.ui.views.consent import ConsentSheet
from pos_app.ui.views.coupons import CouponSheet
from pos_app.ui.views.drawer import DrawerSheet
from pos_app.ui.views.finder import FinderSheet
from pos_app.ui.views.hand_price import HandPriceSheet
from pos_app.ui.views.hold import HoldSheet
from pos_app.ui.views.member_edit import EditSheet
from pos_app.ui.views.override import OverrideSheet
from pos_app.ui.views.past_papers import PastPapersSheet
from pos_app.ui.views.payment import PaymentView
from pos_app.ui.views.profile import ProfileScreen
from pos_app.ui.views.redeem import RedeemSheet
from pos_app.ui.views.refund import RefundSheet
from pos_app.ui.views.shell import Shell
from pos_app.ui.views.sign_in import SignInScreen
from pos_app.ui.views.sign_up import SignUpSheet
from pos_app.ui.views.sync_centre import SyncCentreScreen
from pos_app.ui.views.top_up import TopUpSheet
from pos_app.ui.views.top_up_back import TopUpBackSheet
from pos_app.ui.views.training import TrainingSheet
from pos_app.ui.views.weigh import WeighSheet
from pos_app.ui.views.why import WhySheet
from pos_app.ui.widgets.sheet import Sheet

SIGN_IN = "sign_in"
SYNC = "sync"
SMALLEST_PX = (1024, 700)
SALE_ACTIONS = (
    Action.HOLD,
    Action.RECALL,
    Action.DISCOUNT,
    Action.REFUND,
    Action.DRAWER,
    Action.VOID_SALE,
)


class TillWindow(QMainWindow):
    """Signals: ``closing`` when the window is about to go."""

    closing = Signal()

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self.shell = Shell(keymap)
        # Named, or the widest text of a language would keep the window from the smallest screen, and so from folding.
        self.shell.setMinimumSize(*SMALLEST_PX)
        self.setCentralWidget(self.shell)
        self.sign_in = SignInScreen()
        self.checkout = CheckoutView(keymap, SALE_ACTIONS)
        self.payment = PaymentView(self.checkout, keymap)
        self.payment.done.no_paper.hide()  # a receipt that waits is printed; dropping one is not offered yet
        self.profile = ProfileScreen()
        self.calls = CallsScreen()
        self.close_day = CloseScreen()
        self.audit = AuditScreen()
        self.sync_centre = SyncCentreScreen()
        self.shell.add_cover(SIGN_IN, self.sign_in)
        self.shell.add_page(Section.SELL.value, self.checkout)
        self.shell.add_page(Section.MEMBERS.value, self.profile)
        self.shell.add_page(Section.CALLS.value, self.calls)
        self.shell.add_page(Section.CLOSE.value, self.close_day)
        self.shell.add_page(Section.AUDIT.value, self.audit)
        self.shell.add_page(SYNC, self.sync_centre)
        stage = self.shell.stage
        self.redeem = RedeemSheet(stage)
        self.top_up = TopUpSheet(stage)
        self.top_up_back = TopUpBackSheet(stage)
        self.coupons = CouponSheet(stage)
        self.hold = HoldSheet(stage)
        self.sign_up = SignUpSheet(stage)
        self.outcome = OutcomeScreen(stage)
        self.finder = FinderSheet(stage)
        self.consent = ConsentSheet(stage)
        self.member_edit = EditSheet(stage)
        self.drawer = DrawerSheet(stage)
        self.hand_price = HandPriceSheet(stage)
        self.cash = CashSheet(stage)
        self.past_papers = PastPapersSheet(stage)
        self.refund = RefundSheet(stage)
        self.weigh = WeighSheet(stage)
        self.why = WhySheet(stage)
        self.training = TrainingSheet(stage)
        self.override = OverrideSheet(self.shell)  # over whatever asks for it, the sign-in screen too

    def show_training(self, face: TrainingFace) -> None:
        """Show how far the trainee is."""
        self.shell.status.show_training(face)
        self.training.show_training(face)

    def sheets(self) -> tuple[Sheet, ...]:
        """Return the sheets that can lie over the screens."""
        sale = (self.redeem, self.top_up, self.hold, self.sign_up, self.finder, self.weigh, self.drawer, self.why)
        desk = (self.hand_price, self.refund, self.cash, self.past_papers, self.consent, self.member_edit, self.outcome)
        return (*sale, self.coupons, self.top_up_back, *desk, self.training, self.override)

    def close_sheets(self) -> None:
        """Close every sheet, as Esc does."""
        for sheet in reversed(self.sheets()):
            sheet.dismiss()

    def open_sheet(self) -> Sheet | None:
        """Return the sheet that is open, the uppermost of several; None if none is."""
        return next((sheet for sheet in reversed(self.sheets()) if not sheet.isHidden()), None)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say goodbye before the window goes."""
        self.closing.emit()
        super().closeEvent(event)
