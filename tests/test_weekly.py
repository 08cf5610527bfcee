"""The weekly numbers: known answers of records made by hand, and what is said where there is little."""

import csv
import io
import json
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from conftest import Corpus
from fastapi.testclient import TestClient
from sqlalchemy import insert, text
from website import opened_bot

from chatbot.api import ServerOptions, create_app
from chatbot.csv_text import csv_text
from chatbot.records.counting import Counts, add_counts
from chatbot.records.database import Records, now, today
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.records.tables import AuditRow, ConversationRow, CounterRow, ScoreRow, TurnRow
from chatbot.staff.accounts import set_user
from chatbot.staff.bar_charts import Bar, bar_chart
from chatbot.staff.desk import Desk
from chatbot.staff.lists import RefusedError
from chatbot.staff.week_comparing import (
    NO_CHANGE,
    TOO_FEW,
    agreement_text,
    bucket_text,
    change_text,
    compared,
    range_text,
    share_text,
)
from chatbot.staff.weekly import Figures, numbers_by_day, weeks_of
from chatbot.staff.weekly_page import summary_html, tab_html
from chatbot.staff.weeks import Week, read_days

PASSWORD = "correct horse battery"
WEEK = Week(date(2026, 11, 16))
DAY = WEEK.monday + timedelta(days=2)
COUNTED = {
    ("answer", "education/answered"): 30, ("answer", "education/not_in_articles"): 10, ("answer", "cost/answered"): 10,
    ("answer", "booking/fixed"): 5, ("answer", "crisis_self/fixed"): 3, ("answer", "minor/fixed"): 1,
    ("article", "sleep"): 25, ("article", "gone"): 2, ("rating", "yes"): 6, ("rating", "no"): 4,
    ("reason", "beside"): 3, ("tap", "clinic"): 7, ("tap", "crisis"): 2, ("latency", "<50ms"): 40,
    ("latency", "<500ms"): 15, ("latency", "<1s"): 3, ("latency", ">=2.5s"): 1, ("dropped", "record"): 2,
}  # fmt: skip


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    yield opened
    opened.close()


def count(records: Records, day: date, counts: dict[tuple[str, str], int]) -> None:
    with records.writing() as session:
        add_counts(session, day, Counts(counts))


def log(records: Records, action: str, what: str, after: dict[str, str], day: date = DAY, **before: str) -> None:
    with records.writing() as session:
        at = datetime.combine(day, datetime.min.time()).replace(hour=23, minute=59)
        row = AuditRow(at=at, user="ann", action=action, object=what)
        row.before, row.after = json.dumps(before) if before else None, json.dumps(after)
        session.add(row)


def figures(records: Records, week: Week = WEEK) -> Figures:
    with records.reading() as session:
        return weeks_of(session, week)[-1]


def test_a_week_has_the_figures_of_its_days_and_of_no_other(records: Records) -> None:
    count(records, DAY, COUNTED)
    count(records, WEEK.monday, {("answer", "education/answered"): 1})
    count(records, WEEK.sunday, {("answer", "education/answered"): 1})
    count(records, WEEK.monday - timedelta(days=1), {("answer", "education/answered"): 100})
    count(records, WEEK.sunday + timedelta(days=1), {("answer", "education/answered"): 1000})
    with records.reading() as session:
        found = weeks_of(session, WEEK)
    week = found[-1]
    assert [each.messages for each in found] == [0, 0, 0, 100, 61]
    assert week.answered == (42, 52), "only what went to the articles counts"
    assert week.acute == 4
    assert week.routes == {"education": 42, "cost": 10, "booking": 5, "crisis_self": 3, "minor": 1}
    assert week.helped == (6, 10)
    assert week.fast == (55, 59)
    assert week.slow_end == "<1s", "95 % of 59 is 56.05, which 55 do not reach and 58 do"
    assert (week.of("tap").total(), week.of("dropped").total()) == (9, 2)


def test_a_review_is_counted_once_in_its_last_form_and_still_after_its_answer_is_deleted(records: Records) -> None:
    log(records, "first verdict", "turn a", {"verdict": "wrong"})
    log(records, "first verdict", "turn a", {"verdict": "good"}, verdict="wrong")
    log(records, "second verdict", "turn a", {"verdict": "good"})
    log(records, "first verdict", "turn b", {"verdict": "partly"})
    log(records, "second verdict", "turn b", {"verdict": "unsafe"})
    log(records, "final verdict", "turn b", {"verdict": "unsafe"})
    log(records, "first verdict", "turn c", {"verdict": "good"}, DAY - timedelta(days=7))
    log(records, "flag", "turn c", {"verdict": "good"})
    week = figures(records)
    assert week.of("review") == {"good": 2, "partly": 1, "unsafe": 2}
    assert (week.agreement.n, week.agreement.same) == (2, 1)


def test_a_second_review_is_compared_with_a_first_one_of_the_week_before(records: Records) -> None:
    log(records, "first verdict", "turn a", {"verdict": "good"}, DAY - timedelta(days=7))
    log(records, "second verdict", "turn a", {"verdict": "good"})
    assert (figures(records).agreement.n, figures(records).agreement.same) == (1, 1)
    assert figures(records, WEEK.before(1)).agreement.n == 0


def test_reviews_that_only_the_scores_know_count_too_and_none_counts_twice(records: Records) -> None:
    with records.writing() as session:
        session.add(ConversationRow(id="c", day=DAY, language="en", keeps_text=True, source="page"))
        session.flush()
        for name in ("a", "b"):
            session.add(turn(name, 1, DAY))
            session.flush()
            session.add(ScoreRow(turn_id=name, name="verdict", value=2.0, source="staff", blind=False, day=DAY))
            session.add(ScoreRow(turn_id=name, name="helpful", value=0.0, source="visitor", blind=False, day=DAY))
    log(records, "first verdict", "turn a", {"verdict": "wrong"})
    assert figures(records).of("review") == {"wrong": 2}


def turn(name: str, number: int, day: date) -> TurnRow:
    return TurnRow(
        id=name, conversation_id="c", number=number, day=day, route="education", flags=[], outcome="answered",
        language="en", rule="r", confidence=0.9, latency_bucket="<50ms", version="1", demo=False,
    )  # fmt: skip


def test_a_gap_is_closed_when_the_log_says_it_became_published(records: Records) -> None:
    log(records, "gap.publish", "gap 1", {"state": "published"}, state="writing")
    log(records, "gap.publish", "gap 1", {"state": "published"}, state="published")
    log(records, "gap.publish", "gap 2", {"state": "writing"}, state="writing")
    log(records, "gap.change", "gap 3", {"state": "writing"}, state="new")
    log(records, "gap.publish", "gap 4", {"state": "published"}, WEEK.sunday, state="writing")
    assert figures(records).of("gap") == {"published": 2}


def test_weeks_across_the_end_of_a_year_are_named_and_counted_as_the_calendar_has_them(records: Records) -> None:
    assert Week.of(date(2027, 1, 1)).name == Week.of(date(2026, 12, 31)).name == "2026-W53"
    assert Week.of(date(2027, 1, 4)).name == "2027-W01"
    assert Week.read("2027-W01").before(1) == Week.read("2026-W53")
    assert str(Week.read("2026-W53")) == "28 December 2026 to 3 January 2027"
    for day in (date(2026, 12, 27), date(2026, 12, 28), date(2027, 1, 3), date(2027, 1, 4)):
        count(records, day, {("answer", "cost/fixed"): 1})
    assert figures(records, Week.read("2026-W53")).messages == 2


@pytest.mark.parametrize("written", ["", "2026-47", "2026-W54", "2025-W53", "2026-W00", "9999-W52", "0001-W01"])
def test_what_is_no_week_is_refused_with_the_next_step(written: str) -> None:
    with pytest.raises(RefusedError, match=r"Write it like 2026-W47\.$"):
        Week.read(written)


@pytest.mark.parametrize(
    ("since", "until"),
    [("", "2026-11-22"), ("2026-11-22", ""), ("2026-02-30", "2026-11-22"), ("9999-12-31", "9999-12-31"),
     ("2026-11-22", "2026-11-21"), ("2020-01-01", "2026-11-22"), ("=1+1", "2026-11-22")],
)  # fmt: skip
def test_days_that_cannot_be_meant_are_refused_with_the_next_step(since: str, until: str) -> None:
    with pytest.raises(RefusedError, match=r"(Write it like 2026-11-22|Exchange them|Ask for fewer)\.$"):
        read_days(since, until)


def test_a_share_is_given_with_its_interval_and_compared_only_where_there_is_enough() -> None:
    assert share_text((50, 100)) == "50% (40 to 60) of 100", "the interval of Wilson's for 50 of 100 is .404 to .596"
    assert share_text((6, 10)) == "6 of 10"
    assert share_text((0, 0)) == "none"
    assert change_text((1, 19), (50, 100)) == TOO_FEW
    assert change_text((50, 100), (19, 19)) == TOO_FEW
    assert change_text((50, 100), (55, 100)) == NO_CHANGE
    assert change_text((20, 100), (80, 100)) == "higher"
    assert change_text((80, 100), (20, 100)) == "lower"


def test_no_trend_of_few_is_shown(records: Records) -> None:
    count(records, DAY, {("rating", "yes"): 1})
    count(records, DAY - timedelta(days=7), {("rating", "no"): 2})
    with records.reading() as session:
        row = next(row for row in compared(weeks_of(session, WEEK)) if "helped" in row.label)
    assert (row.cells[-2:], row.change) == (("0 of 2", "1 of 1"), TOO_FEW)


def test_empty_records_give_noughts_and_no_shares(records: Records) -> None:
    with records.reading() as session:
        found = weeks_of(session, WEEK)
        assert numbers_by_day(session, WEEK.monday, WEEK.sunday) == []
    week = found[-1]
    assert (week.messages, week.answered, week.slow_end) == (0, (0, 0), "")
    assert agreement_text(week) == "none"
    page = tab_html(found, {}, today())
    assert "Nothing was counted." in page
    assert "%" not in page.replace("95 %", "")


def test_buckets_are_written_out() -> None:
    assert [bucket_text(name) for name in ("<50ms", "<2.5s", ">=2.5s", "")] == [
        "under 50 ms", "under 2.5 s", "at least 2.5 s", ""
    ]  # fmt: skip
    assert [range_text(place) for place in (0, 1, 4, 5, 6)] == [
        "under 50 ms", "50 to 100 ms", "500 ms to 1 s", "1 to 2.5 s", "at least 2.5 s"
    ]  # fmt: skip


def test_the_tab_is_one_line_of_html_without_script_and_every_chart_has_its_table(records: Records) -> None:
    count(records, DAY, COUNTED)
    log(records, "first verdict", "turn a", {"verdict": "good"})
    with records.reading() as session:
        found = weeks_of(session, WEEK)
    page = tab_html(found, {"sleep": "Sleep <b>&</b> rest"}, WEEK.sunday)
    assert "\n" not in page
    assert "Sleep &lt;b&gt;&amp;&lt;/b&gt; rest" in page
    assert "2026-W47, 16 November to 22 November 2026, so far" in page
    tree = ET.fromstring(f"<div>{page.replace(' required>', '/>')}</div>")
    children = list(tree)
    charts = [at for at, each in enumerate(children) if each.tag == "svg"]
    assert len(charts) == 8
    for at in charts:
        chart, table = children[at], children[at + 1]
        assert table.tag == "table"
        bars = [each.text or "" for each in chart.iter("text")][1::2]
        cells = ["".join(each.itertext()) for row in table.iter("tr") for each in row.iter("td")]
        assert [value.split(" ")[0] for value in bars] == [cell.split(" ")[0] for cell in cells]
        assert [each.tag for each in list(chart)[:2]] == ["title", "desc"]


def test_what_is_left_out_of_a_long_list_is_added_up(records: Records) -> None:
    count(records, DAY, {("article", f"a{number:02}"): 30 - number for number in range(20)})
    with records.reading() as session:
        page = summary_html(weeks_of(session, WEEK), {}, WEEK.sunday + timedelta(days=1))
    rest = sum(30 - number for number in range(7, 20))
    assert f'<th scope="row">all others</th><td>{rest}</td>' in page
    assert "so far" not in page


def test_a_chart_is_drawn_to_scale() -> None:
    chart = ET.fromstring(bar_chart("x", "Title", [Bar("a", 1, "1"), Bar("b", 4, "4"), Bar("c", None, "few")]))
    assert [float(bar.get("width") or 0) for bar in chart.iter("rect")] == [75.0, 300.0]
    shares = ET.fromstring(bar_chart("y", "Title", [Bar("a", 0.5, "50%", 0.4, 0.6)], most=1))
    line = next(shares.iter("line"))
    assert (line.get("x1"), line.get("x2")) == ("340.0", "400.0")


@pytest.fixture(scope="module")
def desk(shared_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    opened = Records.open(f"sqlite:///{tmp_path_factory.mktemp('records') / 'records.sqlite3'}")
    set_user(opened, "ann", "reviewer", PASSWORD)
    count(opened, DAY, COUNTED)
    count(opened, DAY, {("article", "=cmd|' /C calc'!A0"): 1, ("article", 'quote"d, and'): 1})
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
def inside(site: TestClient) -> TestClient:
    assert site.post("/staff/login", data={"name": "ann", "password": PASSWORD}).status_code == 303
    return site


@pytest.mark.parametrize("path", ["summary", "summary?week=2026-W47", "numbers.csv?since=2026-11-16&until=2026-11-22"])
def test_page_and_file_are_not_reached_without_login(site: TestClient, path: str) -> None:
    refused = site.get(f"/staff/{path}")
    assert refused.status_code == 401
    assert "education" not in refused.text
    assert site.get(f"/staff/{path}", headers={"accept": "text/html"}).headers["location"] == "/staff/login"
    assert site.post(f"/staff/{path}").status_code == 405


def test_a_reviewer_opens_the_page_to_print_which_needs_no_script(inside: TestClient) -> None:
    shown = inside.get("/staff/summary?week=2026-W47")
    assert shown.status_code == 200
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    assert "<script" not in shown.text
    assert " style=" not in shown.text
    assert "40 of 50" not in shown.text
    assert "80% (67 to 89) of 50" in shown.text
    assert "Sleep" in shown.text, "articles go by their titles"


def test_the_file_holds_every_number_and_nothing_a_spreadsheet_calculates(inside: TestClient) -> None:
    sent = inside.get("/staff/numbers.csv?since=2026-11-16&until=2026-11-22")
    assert sent.headers["content-type"] == "text/csv; charset=utf-8"
    assert sent.headers["content-disposition"] == 'attachment; filename="numbers-2026-11-16-to-2026-11-22.csv"'
    head, *rows = csv.reader(io.StringIO(sent.content.decode("utf-8"), newline=""))
    assert head == ["day", "name", "label", "value"]
    assert ["2026-11-18", "answer", "education/answered", "30"] in rows
    assert ["2026-11-18", "article", "'=cmd|' /C calc'!A0", "1"] in rows
    assert ["2026-11-18", "article", 'quote"d, and', "1"] in rows
    assert len(rows) == len(COUNTED) + 2
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r\n" and cell]


def test_every_formula_sign_is_made_harmless() -> None:
    for cell in ("=1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "'=1"):
        assert list(csv.reader(io.StringIO(csv_text(["a"], [[cell]]), newline="")))[1] == [f"'{cell}"]


@pytest.mark.parametrize(
    ("path", "step"),
    [("summary?week=2026-47", "Write it like 2026-W47."), ("summary?week=<script>", "Write it like 2026-W47."),
     ("numbers.csv", "Write it like 2026-11-22."),
     ("numbers.csv?since=x&until=2026-11-22", "Write it like 2026-11-22."),
     ("numbers.csv?since=2026-11-22&until=2026-11-16", "Exchange them.")],
)  # fmt: skip
def test_bad_input_is_refused_with_the_next_step(inside: TestClient, path: str, step: str) -> None:
    refused = inside.get(f"/staff/{path}")
    assert refused.status_code == 400
    assert f"{step}</p>" in refused.text
    assert "<script" not in refused.text


@pytest.mark.slow
def test_a_week_over_a_hundred_thousand_turns_takes_less_than_a_second(records: Records) -> None:
    fill(records, 100_000)
    week = Week.of(today())
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        with records.reading() as session:
            found = weeks_of(session, week)
        tab_html(found, {}, today())
        taken.append(time.perf_counter() - started)
    with records.reading() as session:
        started = time.perf_counter()
        rows = numbers_by_day(session, today() - timedelta(days=395), today())
        export = time.perf_counter() - started
    print(f"week {min(taken):.2f} s, thirteen months {export:.2f} s, {len(rows)} rows")
    assert sum(each.of("review").total() for each in found) > 10_000
    assert min(taken) < 1


def fill(records: Records, turns: int) -> None:
    """Make turns of 30 days, of which one in five has a verdict with its line in the log, and counters of a year."""
    days = [today() - timedelta(days=number) for number in range(395)]
    labels = [("article", f"a{n}") for n in range(60)] + [("answer", f"r{n}/answered") for n in range(30)]
    made: dict[type, list[dict[str, object]]] = {ConversationRow: [], TurnRow: [], ScoreRow: [], AuditRow: []}
    made[ConversationRow].append({"id": "c", "day": today(), "language": "en", "keeps_text": True, "source": "page"})
    for number in range(turns):
        name, day = f"{number:016x}-{number:08x}", days[number % 30]
        made[TurnRow].append(
            {"id": name, "conversation_id": "c", "number": number, "day": day, "route": "education", "flags": [],
             "outcome": "answered", "language": "en", "rule": "r", "confidence": 0.9, "latency_bucket": "<50ms",
             "version": "1", "demo": True}
        )  # fmt: skip
        made[ScoreRow].append(
            {"turn_id": name, "name": "helpful", "value": 1.0, "source": "visitor", "blind": False, "day": day}
        )
        if number % 5 == 0:
            made[ScoreRow].append(
                {"turn_id": name, "name": "verdict", "value": 1.0, "source": "staff", "blind": False, "day": day}
            )
            at = datetime.combine(day, now().time())
            after = json.dumps({"verdict": "partly", "reason": "", "sentences": [100] * 5})
            made[AuditRow].append(
                {"at": at, "user": "ann", "action": "first verdict", "object": f"turn {name}", "after": after}
            )
    counters = [{"day": day, "name": name, "label": label, "value": 3} for day in days for name, label in labels]
    with records.writing() as session:
        for table, rows in {**made, CounterRow: counters}.items():
            session.execute(insert(table), rows)
        session.execute(text("ANALYZE"))
