"""The weekly numbers as HTML: the tab's, with a chart over every table, and the page that prints on one sheet."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from chatbot.records.events import COUNTED_ONLY
from chatbot.rendering import plain
from chatbot.shares import wilson
from chatbot.staff.bar_charts import Bar, bar_chart
from chatbot.staff.lists import Filters, address_of
from chatbot.staff.verdicts import VERDICTS
from chatbot.staff.week_comparing import MINIMUM, NONE, compared, range_text, share_text
from chatbot.staff.weekly import BUCKET_NAMES, Figures

_ROUTES = {
    "education": "asked of the articles", "cost": "cost and insurance", "booking": "appointments",
    "personal_medical": "personal medical", "about_bot": "about the chat", "smalltalk": "greetings and thanks",
    "out_of_scope": "other subjects", "identifiers": "personal details only", "injection": "attempts to misdirect",
    "misuse": "misuse of a medicine", "emergency": "danger: emergency", "crisis_self": "danger: own crisis",
    "crisis_other": "danger: another's crisis", "violence": "danger: violence", "abuse": "danger: abuse",
    "minor": "danger: a minor",
}  # fmt: skip
_TAPS = {
    "clinic": "the clinic", "emergency": "emergency", "crisis": "crisis line, call",
    "crisis_text": "crisis line, text", "other": "another help line",
}  # fmt: skip
_WHY_NOT = {"beside": "beside the question", "unclear": "unclear", "wrong": "wrong", "other": "something else"}
_MOST = 12
_MOST_IN_PRINT = 8
_OTHERS = "all others"
Rows = list[tuple[str, int, str]]
"""Label, number, and the address of the list of turns behind it, or nothing."""


def tab_html(found: Sequence[Figures], titles: Mapping[str, str], today: date) -> str:
    """Return the tab's figures: one line of HTML, as the tab reads it as Markdown."""
    week = found[-1]
    name = week.week.name
    link = f'<a href="/staff/summary?week={name}" target="_blank">Page to print for {name} (opens a new tab)</a>'
    parts = [
        f"<h2>{_heading(week, today)}</h2><p>{link}</p>",
        _comparison(found),
        "<h2>Answered from the articles, by week</h2>",
        _answer_rate(found),
        "<h2>Messages by week</h2>",
        _charted("weeks", "Messages by week", [(each.week.name, each.messages, "") for each in found], "Week"),
    ]
    for key, (title, rows, column) in _breakdowns(week, titles, _MOST).items():
        parts.append(f"<h2>{title}</h2>{_charted(key, title, rows, column)}")
    return "".join([*parts, _export(week)])


def summary_html(found: Sequence[Figures], titles: Mapping[str, str], today: date) -> str:
    """Return the body of the page that prints on one sheet of A4."""
    week = found[-1]
    earlier, later = week.week.before(1).name, week.week.before(-1).name
    last = week.week.sunday
    ways = [f'<a href="/staff/summary?week={earlier}">Week before</a>']
    ways += [f'<a href="/staff/summary?week={later}">Week after</a>'] if last < today else []
    ways += [
        f'<a href="/staff/numbers.csv?since={week.week.monday}&amp;until={last}">This week as CSV</a>',
        '<a href="/staff/">Staff page</a>',
    ]
    breakdowns = "".join(
        f"<section><h2>{title}</h2>{_table([(label, count, '') for label, count, _ in rows], column)}</section>"
        for title, rows, column in _breakdowns(week, titles, _MOST_IN_PRINT).values()
    )
    return (
        f'<div class="week-sheet"><h1>Weekly numbers: {_heading(week, today)}</h1>'
        f'<p class="ways">{" · ".join(ways)}</p>{_comparison(found)}'
        f"<h2>Answered from the articles, by week</h2>{_answer_chart(found)}"
        f'<div class="columns">{breakdowns}</div></div>'
    )


def refused_html(message: str) -> str:
    """Say why a page or file was not made."""
    return (
        f'<h1>Weekly numbers</h1><p class="notice" role="alert">{plain(message)}</p>'
        '<p><a href="/staff/summary">This week</a> · <a href="/staff/">Staff page</a></p>'
    )


def _heading(week: Figures, today: date) -> str:
    so_far = ", so far" if week.week.sunday >= today else ""
    return f"{week.week.name}, {week.week}{so_far}"


def _comparison(found: Sequence[Figures]) -> str:
    heads = "".join(f'<th scope="col">{week.week.name}</th>' for week in found)
    rows = "".join(
        f'<tr><th scope="row">{plain(row.label)}</th>{"".join(f"<td>{plain(cell)}</td>" for cell in row.cells)}'
        f"<td>{row.change}</td></tr>"
        for row in compared(found)
    )
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="The week beside those before"><table class="weeks">'
        '<caption>The chosen week is the last. In brackets: where the true share lies, with 95 % certainty. '
        f"Shares of fewer than {MINIMUM} are not compared; every review counts, also the second one of an answer."
        f'</caption><thead><tr><th scope="col">Figure</th>{heads}<th scope="col">Against the week before</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def _answer_rate(found: Sequence[Figures]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{week.week.name}</th><td>{share_text(week.answered)}</td></tr>' for week in found
    )
    head = '<thead><tr><th scope="col">Week</th><th scope="col">Answered</th></tr></thead>'
    return f"{_answer_chart(found)}<table>{head}<tbody>{rows}</tbody></table>"


def _answer_chart(found: Sequence[Figures]) -> str:
    return bar_chart("rate", "Share of questions answered from the articles, by week", [*map(_rate, found)], most=1)


def _rate(week: Figures) -> Bar:
    some, n = week.answered
    if n < MINIMUM:
        return Bar(week.week.name, None, share_text(week.answered) if n else NONE)
    low, high = wilson(some, n)
    return Bar(week.week.name, some / n, f"{some / n:.0%} of {n:,}", low, high)


def _breakdowns(week: Figures, titles: Mapping[str, str], most: int) -> dict[str, tuple[str, Rows, str]]:
    latency, reviews = week.of("latency"), week.of("review")
    why_not = _named(week.of("reason"), _WHY_NOT)
    disliked = ("did not help", week.of("rating")["no"], _turns(week, "reason", "thumbs_down"))
    said = [("helped", week.of("rating")["yes"], ""), disliked, *((f"because: {why}", n, "") for why, n, _ in why_not)]
    judged = [(verdict, reviews[verdict], _turns(week, "verdict", verdict)) for verdict in VERDICTS]
    return {
        "topics": ("Articles quoted", _first(_named(week.of("article"), titles, week, "article"), most), "Article"),
        "routes": ("Messages by kind", _first(_named(week.routes, _ROUTES, week, "route"), most), "Kind"),
        "ratings": ("What visitors said", said, "Said"),
        "reviews": ("Reviews made", judged, "Verdict"),
        "taps": ("Numbers tapped", _named(week.of("tap"), _TAPS), "Number"),
        "latency": (
            "How long answers took",
            [(range_text(place), latency[name], "") for place, name in enumerate(BUCKET_NAMES)],
            "Took",
        ),
    }


def _named(counts: Counter[str], words: Mapping[str, str], week: Figures | None = None, by: str = "") -> Rows:
    """Name what was counted; of one week, with the turns `by` each label, where turns of it are kept at all."""
    return [
        (words.get(label, label), count, _turns(week, by, label) if week and label not in COUNTED_ONLY else "")
        for label, count in counts.most_common()
    ]


def _turns(week: Figures, by: str, label: str) -> str:
    days = {"since": week.week.monday.isoformat(), "until": week.week.sunday.isoformat()}
    return address_of(Filters.of({"show": "kept", by: label, **days}))


def _first(rows: Rows, most: int) -> Rows:
    """Keep the first rows and add the rest up, so that the sum stays what it is."""
    if len(rows) <= most:
        return rows
    return [*rows[: most - 1], (_OTHERS, sum(count for _, count, _ in rows[most - 1 :]), "")]


def _charted(name: str, title: str, rows: Rows, column: str) -> str:
    if not any(count for _, count, _ in rows):
        return "<p>Nothing was counted.</p>"
    return bar_chart(name, title, [Bar(label, count, f"{count:,}") for label, count, _ in rows]) + _table(rows, column)


def _table(rows: Rows, column: str) -> str:
    cells = "".join(
        f'<tr><th scope="row">{plain(label)}</th><td>{_count(count, address)}</td></tr>'
        for label, count, address in rows
    )
    if not cells:
        return "<p>Nothing was counted.</p>"
    head = f'<thead><tr><th scope="col">{column}</th><th scope="col">Number</th></tr></thead>'
    return f"<table>{head}<tbody>{cells}</tbody></table>"


def _count(count: int, address: str) -> str:
    return f'<a class="count" href="{plain(address)}">{count:,}</a>' if count and address else f"{count:,}"


def _export(week: Figures) -> str:
    days = (("since", "First day", week.week.monday), ("until", "Last day", week.week.sunday))
    fields = "".join(
        f'<label for="csv-{name}">{label}</label>'
        f'<input id="csv-{name}" name="{name}" type="date" value="{day}" required>'
        for name, label, day in days
    )
    return (
        "<h2>Numbers as a file</h2><p>Day by day, for a spreadsheet. Only numbers, nothing that anybody wrote.</p>"
        f'<form class="csv" method="get" action="/staff/numbers.csv">{fields}'
        '<button type="submit">Download CSV</button></form>'
    )
