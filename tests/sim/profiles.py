"""The profiles: which faults a seed may meet, and what must have happened for a run to count."""

from tests.sim import script
from tests.sim.script import Profile

_EVERY_DAY = script.TRADE | script.SYNC | script.LINE | script.TIME | script.CRASH | script.NEWS
_TRADED = (
    "sale", "redeemed", "grants_installed", "rights_released", "member_registered", "day_closed", "batches", "rights",
)  # fmt: skip
_FAILED = (
    "lost", "doubled", "timeouts", "stale answers", "cut off", "crashes", "office crashes", "office died at work",
    "clock_stepped", "poison down", "session.unknown", "nonce.unknown",
)  # fmt: skip

PROFILES = {
    profile.name: profile
    for profile in (
        Profile("shop", _EVERY_DAY, must_happen=_TRADED + _FAILED),
        Profile(
            "disks",
            _EVERY_DAY | script.DISKS,
            must_happen=(
                *_TRADED, "images", "roll-backs", "clones", "deaths", "enrolments", "babble", "push.fork",
                "session.re_enrol",
            ),
        ),
        Profile("restores", _EVERY_DAY | script.BACKUP, must_happen=(*_TRADED, "backups", "restores")),
        Profile("everything", _EVERY_DAY | script.BACKUP | script.DISKS, must_happen=(*_TRADED, *_FAILED, "restores")),
    )
}  # fmt: skip
