"""Names that nobody can guess: of runs, of their streams, of owners."""

import secrets


def new_key() -> str:
    """192 random bits as text that an address accepts."""
    return secrets.token_urlsafe(24)
