"""The staff side: who gets in, and what they can switch; the real site around the real bot."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Corpus
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from website import QUESTION, RecordingBot, opened_bot

from chatbot.api import ServerOptions, create_app
from chatbot.conversation import Question
from chatbot.records.database import Records, now
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.records.tables import AuditRow, StaffSessionRow, SwitchRow, UserRow
from chatbot.staff.accounts import (
    TRIES,
    UserRefusedError,
    log_in,
    log_out,
    member_of,
    set_admin_hash,
    set_user,
)
from chatbot.staff.desk import Desk
from chatbot.staff.home import overview
from chatbot.staff.passwords import PasswordRefusedError, hashed
from chatbot.switches import Switches

PASSWORD = "correct horse battery"
PAGE = {"accept": "text/html"}
EVERY_KIND_OF_ADDRESS = (
    "/staff/", "/staff/config", "/staff/theme.css", "/staff/static/img/logo.svg", "/staff/assets/index.js",
    "/staff/svelte/svelte.js", "/staff/files/export.csv", "/staff/gradio_api/app_id",
    "/staff/gradio_api/startup-events", "/staff/gradio_api/queue/data", "/staff/gradio_api/heartbeat/abc",
)  # fmt: skip
NEVER_SERVED = (
    "/staff/openapi.json", "/staff/docs", "/staff/gradio_api/info", "/staff/gradio_api/upload", "/staff/login_check",
    "/staff/gradio_api/file=/etc/passwd", "/staff/monitoring", "/staff/gradio_api/token", "/staff//login",
)  # fmt: skip


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def desk(shared_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    opened = Records.open(f"sqlite:///{tmp_path_factory.mktemp('records') / 'records.sqlite3'}")
    with opened_bot(shared_corpus) as bot:
        board = SwitchBoard(opened)
        bot.switches = board
        recorder = Recorder(opened, bot)
        yield Desk(bot, opened, recorder, board)
        recorder.close()
        board.close()
    opened.close()


@pytest.fixture(scope="module")
def running(desk: Desk) -> Iterator[TestClient]:
    options = ServerOptions(hosts=("testserver",), questions_per_minute=0)
    with TestClient(create_app(desk.bot, options=options, desk=desk), follow_redirects=False) as client:
        yield client


@pytest.fixture
def site(running: TestClient) -> TestClient:
    running.cookies.clear()
    return running


@pytest.fixture
def inside(site: TestClient, desk: Desk) -> TestClient:
    set_user(desk.records, "ann", "editor", PASSWORD)
    entered = site.post("/staff/login", data={"name": "Ann", "password": PASSWORD})
    assert (entered.status_code, entered.headers["location"]) == (303, "/staff/")
    return site


def token_in(page: str) -> str:
    return re.findall(r'name="csrf-token" content="([^"]+)"', page)[0]


@pytest.mark.parametrize("path", EVERY_KIND_OF_ADDRESS)
def test_nothing_under_staff_is_reached_without_login(site: TestClient, path: str) -> None:
    refused = site.get(path)
    assert refused.status_code == 401
    assert refused.json()["error"]["next_step"] == "Log in at /staff/login."
    shown = site.get(path, headers=PAGE)
    assert (shown.status_code, shown.headers["location"]) == (303, "/staff/login")
    forged = site.get(path, headers={"cookie": "staff=forged"})
    assert forged.status_code == 401


@pytest.mark.parametrize("path", ["queue/join", "cancel", "reset"])
def test_no_event_of_the_page_is_taken_without_login(site: TestClient, path: str) -> None:
    assert site.post(f"/staff/gradio_api/{path}", json={"data": []}).status_code == 401


@pytest.mark.parametrize("path", NEVER_SERVED)
def test_what_the_page_does_not_need_is_not_served_even_to_staff(inside: TestClient, path: str) -> None:
    assert inside.get(path).status_code in {400, 404, 405}


def test_staff_leads_to_the_page_and_the_page_to_the_entrance(site: TestClient) -> None:
    assert site.get("/staff").headers["location"] == "/staff/"
    page = site.get("/staff/login")
    assert page.status_code == 200
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]


def test_logged_in_the_page_names_who_it_is_and_lets_out_again(inside: TestClient, desk: Desk) -> None:
    page = inside.get("/staff/")
    assert page.status_code == 200
    assert "ann (editor)" in page.text
    assert "'unsafe-eval'" not in page.headers["content-security-policy"]
    script_policy = page.headers["content-security-policy"].partition("script-src")[2].partition(";")[0]
    assert "'unsafe-inline'" not in script_policy
    assert page.text.index("/ui/staff.js") < page.text.index("gradio_config")
    assert inside.post("/staff/logout", data={"csrf": "guessed"}).status_code == 403
    cookie = inside.cookies["staff"]
    assert inside.post("/staff/logout", data={"csrf": token_in(page.text)}).headers["location"] == "/staff/login"
    assert member_of(desk.records, cookie) is None
    assert inside.get("/staff/").status_code == 401


def test_the_cookie_stays_with_staff_pages_of_this_site_and_out_of_reach_of_scripts(
    site: TestClient, desk: Desk
) -> None:
    set_user(desk.records, "ann", "editor", PASSWORD)
    cookie = site.post("/staff/login", data={"name": "ann", "password": PASSWORD}).headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/staff", "max-age=43200"):
        assert part in cookie
    secure = site.post("https://testserver/staff/login", data={"name": "ann", "password": PASSWORD})
    assert "secure" in secure.headers["set-cookie"].lower()


def test_a_change_needs_the_sessions_own_token_and_a_page_of_this_site(inside: TestClient) -> None:
    join = "/staff/gradio_api/queue/join"
    token = token_in(inside.get("/staff/").text)
    assert inside.post(join, json={}).status_code == 403
    assert inside.post(join, json={}, headers={"x-csrf-token": "guessed"}).status_code == 403
    strangers = ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"})
    for stranger in strangers:
        assert inside.post(join, json={}, headers={"x-csrf-token": token, **stranger}).status_code == 403
        assert inside.post("/staff/login", data={"name": "ann"}, headers=stranger).status_code == 403
    own = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
    # The framework finds the empty event wrong: it has passed the gate.
    assert inside.post(join, json={}, headers={"x-csrf-token": token, **own}).status_code == 422


def test_visitors_pages_work_beside_it_and_carry_no_word_of_it(inside: TestClient) -> None:
    assert inside.post("/api/ask", json={"question": QUESTION}).json()["outcome"] == "answered"
    for path in ("/", "/chat", "/articles"):
        page = inside.get(path)
        assert page.status_code == 200
        assert "/staff" not in page.text
        assert "set-cookie" not in page.headers


def test_without_any_user_the_entrance_says_how_to_make_one(tmp_path: Path, desk: Desk) -> None:
    empty = Records.open(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    board = SwitchBoard(empty)
    alone = Desk(desk.bot, empty, desk.recorder, board)
    options = ServerOptions(hosts=("testserver",))
    with TestClient(create_app(desk.bot, options=options, desk=alone)) as client:
        page = client.get("/staff/login").text
    board.close()
    empty.close()
    assert "chatbot staff-user NAME --role admin" in page
    assert "CHATBOT_STAFF_PASSWORD_HASH" in page
    assert "<form" not in page


def test_after_wrong_passwords_an_account_is_locked_for_a_while_even_for_the_right_one(records: Records) -> None:
    set_user(records, "ann", "reviewer", PASSWORD)
    for _ in range(TRIES):
        assert log_in(records, "ann", "wrong") is None
    assert log_in(records, "ann", PASSWORD) is None
    with records.writing() as session:
        locked = session.get_one(UserRow, "ann")
        assert locked.locked_until is not None
        assert locked.locked_until > now() + timedelta(minutes=14)
        locked.locked_until = now() - timedelta(seconds=1)
    assert log_in(records, "ann", PASSWORD) is not None
    with records.reading() as session:
        assert "locked" in session.scalars(select(AuditRow.action)).all()


def test_the_answer_to_a_wrong_name_and_to_a_wrong_password_is_the_same(site: TestClient, desk: Desk) -> None:
    set_user(desk.records, "bob", "reviewer", PASSWORD)
    answers = [site.post("/staff/login", data={"name": name, "password": "wrong"}) for name in ("bob", "nobody")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text == answers[1].text
    assert 'role="alert"' in answers[0].text


@pytest.mark.parametrize("ends", ["expires", "idle_until"])
def test_a_session_ends_when_idle_and_in_any_case(records: Records, ends: str) -> None:
    set_user(records, "ann", "reviewer", PASSWORD)
    token = log_in(records, "ann", PASSWORD) or ""
    member = member_of(records, token)
    assert member is not None
    assert (member.name, member.role) == ("ann", "reviewer")
    with records.writing() as session:
        session.execute(update(StaffSessionRow).values({ends: now() - timedelta(seconds=1)}))
    assert member_of(records, token) is None


def test_use_keeps_a_session_from_idling_out_but_never_beyond_its_end(records: Records) -> None:
    set_user(records, "ann", "reviewer", PASSWORD)
    token = log_in(records, "ann", PASSWORD) or ""
    with records.writing() as session:
        session.execute(update(StaffSessionRow).values(idle_until=now() + timedelta(minutes=1)))
    assert member_of(records, token)
    with records.reading() as session:
        assert session.scalars(select(StaffSessionRow.idle_until)).one() > now() + timedelta(minutes=29)


def test_a_new_password_logs_out_everywhere_and_only_hashes_are_stored(records: Records, tmp_path: Path) -> None:
    set_user(records, "ann", "reviewer", PASSWORD)
    token = log_in(records, "ann", PASSWORD) or ""
    set_user(records, "ann", "admin", "another long password")
    assert member_of(records, token) is None
    assert log_in(records, "ann", PASSWORD) is None
    with records.reading() as session:
        assert session.get_one(UserRow, "ann").password_hash.startswith("$argon2id$")
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (PASSWORD, token):
        assert secret.encode() not in stored


def test_roles_cover_those_below_them(records: Records) -> None:
    set_user(records, "ann", "editor", PASSWORD)
    member = member_of(records, log_in(records, "ann", PASSWORD) or "")
    assert member is not None
    assert [member.may(role) for role in ("reviewer", "editor", "admin")] == [True, True, False]


@pytest.mark.parametrize(
    ("name", "role", "password"),
    [
        ("Ann Lee", "reviewer", PASSWORD),
        ("ann", "boss", PASSWORD),
        ("ann", "reviewer", "short"),
        ("", "admin", PASSWORD),
    ],
)
def test_a_user_that_cannot_be_made_says_why(records: Records, name: str, role: str, password: str) -> None:
    with pytest.raises((UserRefusedError, PasswordRefusedError), match="Use "):
        set_user(records, name, role, password)


def test_the_hash_of_the_environment_makes_the_admin_and_a_bad_one_is_refused(records: Records) -> None:
    set_admin_hash(records, hashed(PASSWORD))
    token = log_in(records, "admin", PASSWORD) or ""
    with records.reading() as session:
        same = session.get_one(UserRow, "admin").password_hash
    set_admin_hash(records, same)
    assert member_of(records, token), "the same hash again logs nobody out"
    set_admin_hash(records, "")
    assert log_out(records, token) is None
    with pytest.raises(PasswordRefusedError, match="CHATBOT_STAFF_PASSWORD_HASH is not an argon2 hash"):
        set_admin_hash(records, PASSWORD)


def test_the_command_makes_a_user_and_an_error_is_one_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.sqlite3'}"
    surroundings = {"PYTHONPATH": str(Path(__file__).parent.parent), "CHATBOT_TRANSCRIPTS": url, "PATH": ""}

    def command(password: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "chatbot.cli", "staff-user", "ann", "--role", "admin", "--password-stdin"]
        return subprocess.run(line, input=password, capture_output=True, text=True, env=surroundings, check=False)

    done = command(f"{PASSWORD}\n")
    assert (done.returncode, done.stdout) == (0, "ann: admin. Log in at /staff/login.\n")
    refused = command("short\n")
    assert refused.returncode == 2
    assert refused.stderr == "error: The password has 5 characters. Use 12 to 256.\n"
    records = Records.open(url)
    assert log_in(records, "ann", PASSWORD)
    records.close()


def test_answers_can_be_switched_off_at_once_but_help_stays(desk: Desk) -> None:
    bot = desk.bot
    try:
        desk.switches.answers("ann", off=True)
        answer = bot.ask(Question(QUESTION))
        assert (answer.outcome, answer.citations) == ("fixed", ())
        assert bot.clinic.phone in answer.text
        assert bot.ask(Question("I want to kill myself.")).route == "crisis_self"
        cost = bot.ask(Question("How much does it cost and how much sleep do adults need?"))
        assert (cost.route, cost.citations) == ("cost", ())
        assert "no puedo responder" in bot.ask(Question("¿qué es la gripe?", language="es")).text
    finally:
        desk.switches.answers("ann", off=False)
    assert bot.ask(Question(QUESTION)).outcome == "answered"


def test_one_article_can_be_switched_off_and_the_others_go_on(desk: Desk, site: TestClient) -> None:
    bot = desk.bot
    try:
        desk.switches.article("ann", "sleep", off=True)
        trace = bot.explain(Question(QUESTION))
        assert "sleep" not in {citation.article for citation in trace.answer.citations}
        assert trace.composed is not None
        assert "sleep" not in {hit.passage.article for hit in trace.composed.found.hits}
        assert site.get("/articles/sleep").status_code == 404
        assert "/articles/sleep" not in site.get("/articles").text
        assert bot.ask(Question("Why is walking good for the heart?")).outcome == "answered"
    finally:
        desk.switches.article("ann", "sleep", off=False)
    assert site.get("/articles/sleep").status_code == 200


def test_a_notice_stands_on_every_page_in_its_language_as_plain_text(desk: Desk, site: TestClient) -> None:
    try:
        desk.switches.notice("ann", "Closed on <b>Monday</b>", "Cerrado el lunes")
        for path in ("/", "/chat", "/articles", "/articles/sleep", "/chat-safety", "/articles/none"):
            assert "Closed on &lt;b&gt;Monday&lt;/b&gt;" in site.get(path).text
        for path in ("/?lang=es", "/chat?lang=es", "/chat-safety?lang=es"):
            assert "Cerrado el lunes" in site.get(path).text
        with pytest.raises(ValueError, match="Use up to"):
            desk.switches.notice("ann", "x" * 301)
    finally:
        desk.switches.notice("ann", "")
    assert "role=\"note\"" not in site.get("/articles").text


def test_another_process_sees_a_switch_within_a_second_and_the_audit_log_says_who(desk: Desk) -> None:
    other = Records.open(desk.records.engine.url.render_as_string(hide_password=False))
    board = SwitchBoard(other)
    try:
        desk.switches.article("bob", "flu", off=True)
        deadline = time.monotonic() + 10
        while board() != Switches(articles_off=frozenset({"flu"})):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        desk.switches.article("bob", "flu", off=False)
        board.close()
    with other.reading() as session:
        logged = session.scalars(select(AuditRow).where(AuditRow.user == "bob", AuditRow.action == "switch")).all()
        assert [(row.object, row.after) for row in logged] == [
            ("article:flu", '{"off": true}'), ("article:flu", '{"off": false}'),
        ]  # fmt: skip
        assert logged[1].before == '{"off": true}'
        assert session.get_one(SwitchRow, "article:flu").by == "bob"
    other.close()


def test_the_home_tab_counts_what_waits_and_shows_the_switches(desk: Desk) -> None:
    answer = desk.recorder.asking("page")(Question(QUESTION))
    desk.recorder.rated(answer.id, False, None)
    assert desk.recorder.settle(60)
    shown = overview(desk)
    link = '<a class="count" href="/staff/?show=open&amp;reason=thumbs_down&amp;sort=urgent">1</a>'
    assert f'<th scope="row">a visitor said it did not help</th><td>{link}</td>' in shown
    assert '<th scope="row">visitors said: did not help</th><td>1</td>' in shown
    assert '<th scope="row">Answers</th><td>on</td>' in shown


def test_bot_without_a_board_has_nothing_switched(shared_corpus: Corpus) -> None:
    with opened_bot(shared_corpus) as bot:
        assert isinstance(bot, RecordingBot)
        assert bot.switches() == Switches()
