"""Passwords, only ever as argon2 hashes."""

from functools import cache

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
"""Characters; more would only keep the server busy."""


class PasswordRefusedError(Exception):
    """The password or hash cannot be used; the message ends with the next step."""


def hashed(password: str) -> str:
    """Return the hash of a password that is long enough."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordRefusedError(f"The password has {len(password)} characters. Use {SHORTEST} to {LONGEST}.")
    return PasswordHasher().hash(password)


def checked_hash(text: str) -> str:
    """Return a hash made elsewhere, if it is one of argon2's."""
    try:
        extract_parameters(text)
    except InvalidHashError as error:
        step = "Make one with: python -c \"import argon2; print(argon2.PasswordHasher().hash(input()))\""
        raise PasswordRefusedError(f"CHATBOT_STAFF_PASSWORD_HASH is not an argon2 hash. {step}") from error
    return text


def is_right(password: str, password_hash: str | None) -> bool:
    """Tell whether a password is the one of a hash; without a hash it takes as long to say no."""
    try:
        right = PasswordHasher().verify(password_hash or _of_nobody(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


@cache
def _of_nobody() -> str:
    return PasswordHasher().hash("nobody's password")
