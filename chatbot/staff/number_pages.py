"""The weekly numbers outside of the tabs: a page to print, without script, and a file for spreadsheets."""

from typing import TYPE_CHECKING

from fastapi.responses import HTMLResponse, Response

from chatbot.csv_text import csv_text
from chatbot.records.database import today
from chatbot.staff.entrance import staff_page
from chatbot.staff.lists import RefusedError
from chatbot.staff.weekly import numbers_by_day, weeks_of
from chatbot.staff.weekly_page import refused_html, summary_html
from chatbot.staff.weeks import Week, read_days

if TYPE_CHECKING:
    from fastapi import FastAPI

    from chatbot.staff.desk import Desk

_TITLE = "Weekly numbers"


def add_number_pages(app: "FastAPI", desk: "Desk") -> None:
    """Add `/staff/summary?week=` (this week, if none is named) and `/staff/numbers.csv?since=&until=`.

    The gate lets nobody here who is not logged in; any role may read numbers.
    """

    def page(main: str, title: str = _TITLE, status: int = 200) -> HTMLResponse:
        # The guard's own policy for pages without script stays as it is.
        return HTMLResponse(staff_page(desk.bot.clinic, title, main, "numbers"), status)

    @app.get("/staff/summary")
    def summary(week: str = "") -> HTMLResponse:
        try:
            chosen = Week.read(week) if week else Week.of(today())
        except RefusedError as refused:
            return page(refused_html(str(refused)), status=400)
        with desk.records.reading() as session:
            found = weeks_of(session, chosen)
        titles = {name: article.title for name, article in desk.bot.articles.items()}
        return page(summary_html(found, titles, today()), f"{_TITLE} {chosen.name}")

    @app.get("/staff/numbers.csv")
    def export(since: str = "", until: str = "") -> Response:
        try:
            first, last = read_days(since, until)
        except RefusedError as refused:
            return page(refused_html(str(refused)), status=400)
        with desk.records.reading() as session:
            rows = numbers_by_day(session, first, last)
        text = csv_text(("day", "name", "label", "value"), rows)
        name = f"numbers-{first}-to-{last}.csv"
        return Response(
            text.encode(), headers={"content-disposition": f'attachment; filename="{name}"'}, media_type="text/csv"
        )
