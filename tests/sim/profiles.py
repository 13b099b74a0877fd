"""The profiles: which faults a seed may meet, and what must have happened for a run to count."""

from tests.sim import script
from tests.sim.script import Profile

_EVERY_DAY = script.TRADE | script.SYNC | script.LINE | script.TIME | script.CRASH | script.NEWS
_TRADED = (
    "sale", "redeemed", "grants_installed", "rights_released", "member_registered", "day_closed", "batches", "rights",
    "sale_refunded", "refunds by grant", "stored value used", "coupons used", "coupons at risk", "seals",
    "late adjustments", "rush", "postman turns", "rotate", "older programs", "too old", "rights.client_old",
)  # fmt: skip
_FAILED = (
    "lost", "doubled", "timeouts", "stale answers", "cut off", "crashes", "office crashes", "office died at work",
    "clock_stepped", "poison down", "spoilt pages", "snapshot", "posted later", "session.unknown", "nonce.unknown",
)  # fmt: skip
_DISKS = (
    "images", "roll-backs", "clones", "deaths", "enrolments", "babble", "push.fork", "session.re_enrol", "fences",
    "salvages", "salvaged events", "revocations",
)  # fmt: skip

PROFILES = {
    profile.name: profile
    for profile in (
        Profile("shop", _EVERY_DAY, must_happen=_TRADED + _FAILED),
        Profile(
            "disks", _EVERY_DAY | script.DISKS, must_happen=("sale", "redeemed", "sale_refunded", "seals", *_DISKS)
        ),
        Profile("restores", _EVERY_DAY | script.BACKUP, must_happen=("sale", "sale_refunded", "seals", "restores")),
        Profile(
            "everything",
            _EVERY_DAY | script.BACKUP | script.DISKS,
            must_happen=("sale", "redeemed", "restores", "fences", "clones", "roll-backs", "salvages"),
        ),
        # Small and violent, so that a broken rule shows soon.
        Profile(
            "handshakes",
            script.SYNC
            | {"serve": 2, "pay": 2, "ask": 0.5, "pass_time": 0.3, "post": 1}
            | {"double": 5, "late": 2, "lose": 1, "give_up": 0.7, "crash": 0.7, "office_crash": 0.3}
            | {"image": 0.4, "roll_back": 0.15},
            machines=2,
            must_happen=("sale", "batches", "crashes", "doubled", "stale answers"),
        ),
        Profile("leases", _EVERY_DAY | {"pass_time": 6, "clock": 0}, must_happen=("sale", "redeemed")),
    )
}
