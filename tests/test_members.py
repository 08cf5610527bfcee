"""Accounts looked after by admins, and one's own password."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Corpus
from fastapi.testclient import TestClient
from sqlalchemy import select
from website import opened_bot

from chatbot.api import ServerOptions, create_app
from chatbot.config import Settings
from chatbot.live_bot import LiveBot
from chatbot.records.database import Records
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.records.tables import AuditRow, UserRow
from chatbot.staff.accounts import (
    TRIES,
    Member,
    UserRefusedError,
    change_password,
    log_in,
    member_of,
    set_admin_hash,
    set_user,
)
from chatbot.staff.desk import Desk
from chatbot.staff.members import accounts, change_role, delete_account, log_out_everywhere, unlock
from chatbot.staff.passwords import PasswordRefusedError, hashed

PASSWORD = "correct horse battery"
NEW = "another long password"
ADA = Member("ada", "admin")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    set_user(opened, "ada", "admin", PASSWORD)
    set_user(opened, "rob", "reviewer", PASSWORD)
    yield opened
    opened.close()


def logged(records: Records) -> list[tuple[str, str, str]]:
    with records.reading() as session:
        return [(row.user, row.action, row.object) for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]


def role_of(records: Records, name: str) -> str:
    with records.reading() as session:
        return session.get_one(UserRow, name).role


def test_the_list_tells_last_login_lock_and_sessions(records: Records) -> None:
    log_in(records, "ada", PASSWORD)
    log_in(records, "ada", PASSWORD)
    for _ in range(TRIES):
        log_in(records, "rob", "wrong")
    with records.reading() as session:
        ada, rob = accounts(session)
    assert (ada.name, ada.role, ada.sessions, ada.locked_until) == ("ada", "admin", 2, None)
    assert ada.last_login is not None
    assert (rob.last_login, rob.sessions) == (None, 0)
    assert rob.locked_until is not None


def test_an_unlocked_account_takes_its_right_password_at_once(records: Records) -> None:
    for _ in range(TRIES):
        log_in(records, "rob", "wrong")
    assert log_in(records, "rob", PASSWORD) is None
    unlock(records, ADA, "rob")
    assert log_in(records, "rob", PASSWORD)
    assert ("ada", "unlock", "rob") in logged(records)
    with pytest.raises(UserRefusedError, match="is not locked"):
        unlock(records, ADA, "rob")


def test_a_new_role_holds_from_the_next_click(records: Records) -> None:
    token = log_in(records, "rob", PASSWORD) or ""
    change_role(records, ADA, "rob", "editor")
    member = member_of(records, token)
    assert member is not None
    assert member.role == "editor"
    assert ("ada", "change role", "rob") in logged(records)


def test_logging_out_everywhere_ends_every_session_of_that_person_alone(records: Records) -> None:
    tokens = [log_in(records, name, PASSWORD) or "" for name in ("rob", "rob", "ada")]
    assert log_out_everywhere(records, ADA, "rob") == 2
    assert [member_of(records, token) is not None for token in tokens] == [False, False, True]


def test_a_deleted_account_is_out_at_once_and_stays_in_the_log(records: Records) -> None:
    token = log_in(records, "rob", PASSWORD) or ""
    delete_account(records, ADA, "rob")
    assert member_of(records, token) is None
    assert log_in(records, "rob", PASSWORD) is None
    assert ("ada", "delete user", "rob") in logged(records)
    assert ("rob", "log in", "rob") in logged(records)


def test_the_last_admin_is_never_taken_away(records: Records) -> None:
    set_user(records, "eva", "admin", PASSWORD)
    eva = Member("eva", "admin")
    change_role(records, eva, "ada", "editor")
    before = logged(records)
    for act in (
        lambda: change_role(records, eva, "eva", "editor"),
        lambda: delete_account(records, eva, "eva"),
        lambda: delete_account(records, ADA, "eva"),  # an admin a moment ago
    ):
        with pytest.raises(UserRefusedError, match=r"Make somebody else an admin first|Ask a"):
            act()
    assert role_of(records, "eva") == "admin"
    assert logged(records) == before


@pytest.mark.parametrize(
    ("act", "step"),
    [
        (lambda records: unlock(records, ADA, ""), "Choose one from the list"),
        (lambda records: change_role(records, ADA, "rob", "boss"), "Use one of"),
        (lambda records: change_role(records, ADA, "rob", "reviewer"), "Choose another"),
        (lambda records: delete_account(records, Member("rob", "reviewer"), "ada"), "Ask an admin"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(records: Records, act: Callable[[Records], None], step: str) -> None:
    with pytest.raises(UserRefusedError, match=step):
        act(records)
    assert {"unlock", "change role", "delete user"}.isdisjoint(action for _, action, _ in logged(records))


def test_one_changes_ones_own_password_and_stays_logged_in_only_here(records: Records) -> None:
    here, there = (log_in(records, "rob", PASSWORD) or "" for _ in range(2))
    change_password(records, Member("rob", "reviewer"), here, (PASSWORD, NEW))
    assert member_of(records, here)
    assert member_of(records, there) is None
    assert log_in(records, "rob", PASSWORD) is None
    assert log_in(records, "rob", NEW)
    assert ("rob", "change password", "rob") in logged(records)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [("wrong", NEW, "password is wrong"), (PASSWORD, "short", "Use 12"), (PASSWORD, PASSWORD, "Choose another")],
)
def test_a_refused_password_changes_nothing(records: Records, old: str, new: str, why: str) -> None:
    with pytest.raises((UserRefusedError, PasswordRefusedError), match=why):
        change_password(records, Member("rob", "reviewer"), "", (old, new))
    assert log_in(records, "rob", PASSWORD)


def test_guessing_the_old_password_locks_the_account(records: Records) -> None:
    rob = Member("rob", "reviewer")
    for _ in range(TRIES):
        with pytest.raises(UserRefusedError):
            change_password(records, rob, "", ("wrong", NEW))
    with pytest.raises(UserRefusedError, match="or your account is locked"):
        change_password(records, rob, "", (PASSWORD, NEW))
    assert log_in(records, "rob", PASSWORD) is None


@pytest.fixture(scope="module")
def site(shared_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Desk]]:
    kept = Records.open(f"sqlite:///{tmp_path_factory.mktemp('records') / 'records.sqlite3'}")
    admin = hashed(PASSWORD)
    with opened_bot(shared_corpus) as bot:
        live = LiveBot(Settings(staff_password_hash=admin), bot)
        board = SwitchBoard(kept)
        recorder = Recorder(kept, live)
        set_admin_hash(kept, admin)
        set_user(kept, "rob", "reviewer", PASSWORD)
        desk = Desk(live, kept, recorder, board)
        options = ServerOptions(hosts=("testserver",), questions_per_minute=0)
        with TestClient(create_app(live, options=options, desk=desk), follow_redirects=False) as client:
            yield client, desk
        recorder.close()
        board.close()
    kept.close()


def entered(client: TestClient, name: str) -> dict[str, str]:
    client.cookies.clear()
    assert client.post("/staff/login", data={"name": name, "password": PASSWORD}).status_code == 303
    page = client.get("/staff/password")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
    return {"csrf": csrf, "old": PASSWORD, "new": NEW, "again": NEW}


def test_the_page_for_a_password_needs_login_token_and_a_page_of_this_site(site: tuple[TestClient, Desk]) -> None:
    client, desk = site
    client.cookies.clear()
    assert client.get("/staff/password").status_code == 401
    form = entered(client, "rob")
    assert client.post("/staff/password", data={**form, "csrf": "guessed"}).status_code == 403
    stranger = {"origin": "https://evil.example"}
    assert client.post("/staff/password", data=form, headers=stranger).status_code == 403
    differing = client.post("/staff/password", data={**form, "again": "not the same one"})
    assert differing.status_code == 400
    assert "Write the same one twice." in differing.text
    assert PASSWORD not in differing.text
    assert NEW not in differing.text
    client.cookies.clear()
    assert client.post("/staff/password", data=form).status_code == 401
    assert log_in(desk.records, "rob", PASSWORD)


def test_a_password_that_the_next_start_would_reset_is_not_changed(site: tuple[TestClient, Desk]) -> None:
    client, desk = site
    refused = client.post("/staff/password", data=entered(client, "admin"))
    assert refused.status_code == 409
    assert "Change it there, and start the chat again." in refused.text
    assert log_in(desk.records, "admin", PASSWORD)


def test_a_changed_password_is_confirmed_and_in_no_log(
    site: tuple[TestClient, Desk], caplog: pytest.LogCaptureFixture
) -> None:
    client, desk = site
    done = client.post("/staff/password", data=entered(client, "rob"))
    assert (done.status_code, done.headers["location"]) == (303, "/staff/password?changed=yes")
    assert "Your password is changed." in client.get(done.headers["location"]).text
    assert log_in(desk.records, "rob", NEW)
    with desk.records.reading() as session:
        written = " ".join(f"{row.object} {row.before} {row.after}" for row in session.scalars(select(AuditRow)))
    for secret in (PASSWORD, NEW):
        assert secret not in written
        assert secret not in caplog.text
