"""Names that nobody can guess: of runs, of their streams, of owners."""

import secrets
from typing import Final

TYPED: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that looks like a digit


def new_key() -> str:
    """192 random bits as text that an address accepts."""
    return secrets.token_urlsafe(24)


def new_code() -> str:
    """59 random bits as twelve letters to be typed by hand: for what lives some hours, with wrong tries counted."""
    return "".join(secrets.choice(TYPED) for _ in range(12))
