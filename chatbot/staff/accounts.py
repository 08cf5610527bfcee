"""Members of staff: who there is, who may log in, who is logged in."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from chatbot.records.auditing import log_change
from chatbot.records.database import Records, now
from chatbot.records.tables import StaffSessionRow, UserRow
from chatbot.staff.passwords import checked_hash, hashed, is_right

Role = Literal["reviewer", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may."""
IDLE = timedelta(minutes=30)
"""After so long without a click somebody is logged out,"""
AT_MOST = timedelta(hours=12)
"""and after so long in any case."""
TRIES = 5
"""Wrong passwords in a row before an account is locked,"""
LOCKED = timedelta(minutes=15)
"""for so long."""
_SEEN_AGAIN = timedelta(minutes=1)
"""A session's end is moved no more often than this, so that reading a page writes nothing."""
_NAME = re.compile(r"[a-z][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Member:
    """Somebody logged in."""

    name: str
    role: Role
    csrf: str = ""
    """What a form of this session has to send back."""

    def may(self, role: Role) -> bool:
        """Tell whether the member's role covers another."""
        return ROLES.index(self.role) >= ROLES.index(role)


class UserRefusedError(Exception):
    """A user cannot be made so; the message ends with the next step."""


def set_user(records: Records, name: str, role: str, password: str, by: str = "command line") -> bool:
    """Make a user, or give one a new password and role and log all of its sessions out; tell whether it is new."""
    if not _NAME.fullmatch(name):
        raise UserRefusedError(f"'{name}' is no name. Use small letters, digits, dots and hyphens, a letter first.")
    if role not in ROLES:
        raise UserRefusedError(f"There is no role '{role}'. Use one of: {', '.join(ROLES)}.")
    return _store(records, (name, role), hashed(password), by)


def set_admin_hash(records: Records, password_hash: str) -> None:
    """Give the user `admin` the password of a hash, if it has another; for installations without a terminal."""
    if not password_hash:
        return
    checked_hash(password_hash)
    with records.reading() as session:
        user = session.get(UserRow, "admin")
    if user is None or (user.password_hash, user.role) != (password_hash, "admin"):
        _store(records, ("admin", "admin"), password_hash, "CHATBOT_STAFF_PASSWORD_HASH")


def _store(records: Records, who: tuple[str, str], password_hash: str, by: str) -> bool:
    name, role = who
    with records.writing() as session:
        user = session.get(UserRow, name)
        before = user.role if user else None
        if user is None:
            user = UserRow(name=name, created=now())
            session.add(user)
        user.password_hash, user.role, user.failed, user.locked_until = password_hash, role, 0, None
        session.execute(delete(StaffSessionRow).where(StaffSessionRow.user == name))
        log_change(session, by, "set user", name, (before, role))
    return before is None


def has_users(records: Records) -> bool:
    """Tell whether anybody could log in."""
    with records.reading() as session:
        return bool(session.scalar(select(func.count()).select_from(UserRow)))


def log_in(records: Records, name: str, password: str) -> str | None:
    """Return the token of a new session; None for a wrong name or password, or while the account is locked.

    The same answer for all three, after the same time: nobody learns which names there are.
    """
    with records.reading() as session:
        user = session.get(UserRow, name)
    right = is_right(password, user.password_hash if user else None)
    with records.writing() as session:
        user = session.get(UserRow, name, with_for_update=True)
        if user is None:
            return None
        if user.locked_until and user.locked_until > now():
            return None
        if not right:
            _count_failure(session, user)
            return None
        user.failed, user.locked_until = 0, None
        token = secrets.token_urlsafe(32)
        session.add(
            StaffSessionRow(
                token_hash=_digest(token), user=name, expires=now() + AT_MOST, idle_until=now() + IDLE,
                csrf=secrets.token_urlsafe(24),
            )
        )  # fmt: skip
        log_change(session, name, "log in", name)
    return token


def _count_failure(session: Session, user: UserRow) -> None:
    user.failed += 1
    if user.failed >= TRIES:
        user.failed, user.locked_until = 0, now() + LOCKED
        log_change(session, user.name, "locked", user.name, (None, f"{TRIES} wrong passwords"))


def change_password(records: Records, member: Member, token: str, passwords: tuple[str, str]) -> None:
    """Replace somebody's old password by a new one (`passwords`), and end all their sessions but that of `token`.

    A wrong old password counts as at the entrance: who finds a page left open must not guess it here.
    """
    old, new = passwords
    with records.reading() as session:
        before = session.get_one(UserRow, member.name).password_hash
    right = is_right(old, before)
    if right and old == new:
        raise UserRefusedError("The new password is the old one. Choose another.")
    new_hash = hashed(new) if right else ""
    with records.writing() as session:
        user = session.get_one(UserRow, member.name, with_for_update=True)
        locked = user.locked_until is not None and user.locked_until > now()
        if not (right or locked):
            _count_failure(session, user)
        changed = right and not locked and user.password_hash == before
        if changed:
            user.password_hash, user.failed = new_hash, 0
            others = (StaffSessionRow.user == member.name, StaffSessionRow.token_hash != _digest(token))
            session.execute(delete(StaffSessionRow).where(*others))
            log_change(session, member.name, "change password", member.name)
    if not changed:
        minutes = int(LOCKED.total_seconds() // 60)
        step = f"Try again; after {TRIES} wrong passwords an account is locked for {minutes} minutes."
        raise UserRefusedError(f"The old password is wrong, or your account is locked. {step}")


def member_of(records: Records, token: str) -> Member | None:
    """Return who is logged in with a token, if anybody still is."""
    if not token:
        return None
    with records.reading() as session:
        found = session.get(StaffSessionRow, _digest(token))
        user = session.get(UserRow, found.user) if found else None
    if found is None or user is None or min(found.expires, found.idle_until) <= now():
        return None
    if found.idle_until < now() + IDLE - _SEEN_AGAIN:
        with records.writing() as session:
            seen = session.get(StaffSessionRow, found.token_hash)
            if seen:
                seen.idle_until = now() + IDLE
    return Member(user.name, _role(user.role), found.csrf)


def log_out(records: Records, token: str) -> None:
    """End a session."""
    with records.writing() as session:
        found = session.get(StaffSessionRow, _digest(token))
        if found:
            log_change(session, found.user, "log out", found.user)
            session.delete(found)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _role(name: str) -> Role:
    return next(role for role in ROLES if role == name)
