"""Accounts as admins look after them: every change is in the log, and an admin always remains."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from chatbot.records.auditing import log_change
from chatbot.records.database import Records, now
from chatbot.records.tables import AuditRow, StaffSessionRow, UserRow
from chatbot.staff.accounts import ROLES, Member, UserRefusedError


@dataclass(frozen=True)
class Account:
    """A member of staff, as the list shows it."""

    name: str
    role: str
    last_login: datetime | None
    """As far back as the log goes."""
    locked_until: datetime | None
    sessions: int
    """In how many browsers somebody is logged in."""


def accounts(session: Session) -> list[Account]:
    """Return every account by name."""
    logins = select(AuditRow.user, func.max(AuditRow.at)).where(AuditRow.action == "log in").group_by(AuditRow.user)
    last = {name: at for name, at in session.execute(logins)}
    open_ones = select(StaffSessionRow.user, func.count()).where(
        StaffSessionRow.expires > now(), StaffSessionRow.idle_until > now()
    )
    sessions = {name: count for name, count in session.execute(open_ones.group_by(StaffSessionRow.user))}
    return [
        Account(user.name, user.role, last.get(user.name), _still(user.locked_until), sessions.get(user.name, 0))
        for user in session.scalars(select(UserRow).order_by(UserRow.name))
    ]


def _still(until: datetime | None) -> datetime | None:
    return until if until and until > now() else None


def unlock(records: Records, by: Member, name: str) -> None:
    """Let somebody log in again after too many wrong passwords."""
    with _account(records, by, name) as (session, user):
        if not user.failed and _still(user.locked_until) is None:
            raise UserRefusedError(f"The account of {name} is not locked. Nothing was changed; choose another.")
        user.failed, user.locked_until = 0, None
        log_change(session, by.name, "unlock", name)


def change_role(records: Records, by: Member, name: str, role: str) -> None:
    """Give somebody another role; it holds from their next click."""
    if role not in ROLES:
        raise UserRefusedError(f"There is no role '{role}'. Use one of: {', '.join(ROLES)}.")
    with _account(records, by, name) as (session, user):
        if user.role == role:
            raise UserRefusedError(f"The role of {name} is {role} already. Choose another.")
        _require_another_admin(session, user)
        log_change(session, by.name, "change role", name, (user.role, role))
        user.role = role


def log_out_everywhere(records: Records, by: Member, name: str) -> int:
    """End all sessions of somebody; return how many there were."""
    with _account(records, by, name) as (session, _):
        ended = session.execute(delete(StaffSessionRow).where(StaffSessionRow.user == name))
        log_change(session, by.name, "log out everywhere", name)
    return int(ended.rowcount)  # type: ignore[attr-defined]


def delete_account(records: Records, by: Member, name: str) -> None:
    """Delete an account; verdicts given with it stay, without the name."""
    with _account(records, by, name) as (session, user):
        if name == by.name:
            raise UserRefusedError("You cannot delete your own account. Ask another admin.")
        _require_another_admin(session, user)
        log_change(session, by.name, "delete user", name, (user.role, None))
        session.delete(user)


@contextmanager
def _account(records: Records, by: Member, name: str) -> Iterator[tuple[Session, UserRow]]:
    """Give an account to be changed, if who changes it is still an admin."""
    with records.writing() as session:
        admins = set(session.scalars(select(UserRow.name).where(UserRow.role == "admin").with_for_update()))
        if by.name not in admins:
            raise UserRefusedError("This needs the role admin. Ask an admin.")
        user = session.get(UserRow, name, with_for_update=True)
        if user is None:
            raise UserRefusedError(f"There is no account '{name}'. Choose one from the list.")
        yield session, user


def _require_another_admin(session: Session, user: UserRow) -> None:
    """Refuse to take an admin away when it is the last one."""
    others = select(func.count()).where(UserRow.role == "admin", UserRow.name != user.name)
    if user.role == "admin" and not session.scalar(others):
        raise UserRefusedError(f"{user.name} is the only admin. Make somebody else an admin first.")
