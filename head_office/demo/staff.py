"""The people of the demo shops, with PINs that the handbook tells."""

import hashlib
from functools import lru_cache

from argon2.low_level import Type, hash_secret

from pos_app.domain.staff import Role, StaffMember

# Name, PIN and role of everybody, the same in each store.
PEOPLE = (
    ("李敏", "1111", Role.CASHIER),
    ("王芳", "2222", Role.ASSISTANT),
    ("赵强", "8888", Role.MANAGER),
    ("孙静", "9999", Role.AUDITOR),
)
# RFC 9106, section 4, second recommended option.
TIME_COST, MEMORY_KIB, LANES, HASH_BYTES, SALT_BYTES = 3, 65_536, 4, 32, 16


def staff(store_id: str) -> tuple[StaffMember, ...]:
    """Return the people of one store."""
    return tuple(
        StaffMember(f"{store_id}-{n:02d}", store_id, name, role, pin_hash(name, pin))
        for n, (name, pin, role) in enumerate(PEOPLE, start=1)
    )


@lru_cache
def pin_hash(name: str, pin: str) -> str:
    """Return the argon2id string of a demo PIN; its salt derives from the name, so that every run is the same."""
    salt = hashlib.sha256(f"demo {name}".encode()).digest()[:SALT_BYTES]
    return hash_secret(pin.encode(), salt, TIME_COST, MEMORY_KIB, LANES, HASH_BYTES, Type.ID).decode()
