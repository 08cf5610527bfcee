"""What the tab for content gaps shows, as HTML."""

from collections.abc import Mapping, Sequence

from chatbot.rendering import plain
from chatbot.staff.gap_changes import CLOSED_SHARE, Check
from chatbot.staff.gap_lists import Gap, GapQuestion
from corpus.article import Article

_COLUMNS = (
    "Gap", "Asked", "This week", "Weekly before", "Trend", "Nearest section", "State",
)  # fmt: skip
_TRENDS = {"rising": "▲ rising", "falling": "▼ falling", "steady": "steady", "new this week": "▲ new this week"}


def gaps_html(found: Sequence[Gap], articles: Mapping[str, Article]) -> str:
    """Show gaps in a table, the most asked first."""
    if not found:
        return "<p>Nothing in this list.</p>"
    return _table("Gaps", _COLUMNS, [_row(gap, articles) for gap in found])


def _table(name: str, columns: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="gaps" tabindex="0" role="region" aria-label="{name}">{table}</div>'


def _row(gap: Gap, articles: Mapping[str, Article]) -> str:
    others = gap.examples if gap.label else gap.examples[1:]
    examples = "".join(f"<li>{plain(each)}</li>" for each in others)
    listed = f"<ul>{examples}</ul>" if examples else ""
    spanish = f" ({gap.spanish} in Spanish)" if gap.spanish else ""
    return (
        f'<tr><th scope="row">{gap.id}: {plain(gap.name)}{listed}</th><td>{gap.count}{spanish}</td><td>{gap.week}</td>'
        f"<td>{gap.before:.1f}</td><td>{_TRENDS[gap.trend]}</td>"
        f"<td>{plain(place_text(gap.heading, articles))}</td><td>{state_text(gap, articles)}</td></tr>"
    )


def state_text(gap: Gap, articles: Mapping[str, Article]) -> str:
    """Say how a gap stands."""
    if gap.state == "published":
        title = articles[gap.article].title if gap.article in articles else gap.article
        again = f"; <strong>asked again {gap.again} times since</strong>" if gap.again else ""
        return f"published: {plain(title)}, {gap.answered} of {gap.asked} answered{again}"
    return f"{gap.state}, {gap.answered} of {gap.asked} answered so far" if gap.asked else gap.state


def place_text(place: str, articles: Mapping[str, Article]) -> str:
    """Name a section as it is read."""
    name, _, heading = place.partition("#")
    title = articles[name].title if name in articles else name
    return " › ".join(filter(None, (title, heading))) or "none"


def questions_html(gap: Gap, asked: Sequence[GapQuestion], articles: Mapping[str, Article]) -> str:
    """Show one gap with its questions."""
    rows = [
        f"<tr><td>{each.day.isoformat()}</td><td>{_asked(each)}</td><td><code>{plain(each.turn)}</code></td></tr>"
        for each in asked
    ]
    more = f"<p>The newest {len(asked)} of {gap.count} are shown.</p>" if gap.count > len(asked) else ""
    table = _table("Questions of this gap", ("Day", "Question", "Turn"), rows)
    if not rows:
        table = "<p>No question of it is kept any more.</p>"
    return (
        f"<h2>{plain(gap.name)}</h2><p>Asked {gap.count} times; {state_text(gap, articles)}. "
        f"Nearest section: <q>{plain(place_text(gap.heading, articles))}</q>. If it answers them, give it these "
        f"questions in the tab Fix; if not, write what is missing there.</p>{more}{table}"
    )


def _asked(each: GapQuestion) -> str:
    before = f"<small>after: {plain(each.earlier[-1])}</small><br>" if each.earlier else ""
    return before + plain(each.question)


def check_html(found: Check, title: str) -> str:
    """Say what came of asking again, and what to do next."""
    counted = f"{found.answered} of {found.asked} questions are answered now, {found.quoting} of them from “{title}”."
    if found.closes:
        text = f"Closed. {counted}"
    elif found.answered < CLOSED_SHARE * found.asked:
        text = (
            f"Not closed: {counted} It takes {CLOSED_SHARE:.0%}. Give the questions below to a section in the tab Fix, "
            "or write what is missing, then ask again."
        )
    else:
        text = f"Not closed: {counted} Choose the article that is quoted, then ask again."
    missed = "".join(f"<li>{plain(each.question)}</li>" for each in found.missed)
    listed = f"<p>Not answered:</p><ul>{missed}</ul>" if missed else ""
    return f'<div role="{"status" if found.closes else "alert"}"><p><strong>{plain(text)}</strong></p>{listed}</div>'


def without_text_html(places: Sequence[tuple[str, int]], articles: Mapping[str, Article], unanswered: int) -> str:
    """Show what is left to know where no questions are kept."""
    rows = "".join(
        f'<tr><th scope="row">{plain(place_text(place, articles))}</th><td>{count}</td></tr>' for place, count in places
    )
    head = '<thead><tr><th scope="col">Nearest section</th><th scope="col">Questions</th></tr></thead>'
    table = f"<table>{head}<tbody>{rows}</tbody></table>" if rows else ""
    return (
        "<p>This clinic keeps no texts (<code>keep_text</code> is off), so questions cannot be shown or put together. "
        f"In the last seven days, {unanswered} messages were not in the articles. "
        f"This is what unanswered questions were nearest to:</p>{table}"
    )
