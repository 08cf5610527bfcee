"""What the tab for fixing shows, as HTML."""

from collections.abc import Iterable, Sequence

from chatbot.rendering import plain
from chatbot.staff.article_checks import Preview, headings
from chatbot.staff.merging import DiffLine, diff
from chatbot.staff.regressions import Regression
from chatbot.staff.revising import Content, Revision
from chatbot.staff.written import FixRefusedError

_KINDS = {"same": "", "gone": "del", "new": "ins"}


def sections(content: Content) -> list[tuple[str, str]]:
    """Return every section to choose from: how it is shown, and `article#heading`."""
    articles = sorted(content.live.articles.values(), key=lambda article: article.title)
    return [
        (f"{article.title} › {heading}", f"{article.id}#{heading}")
        for article in articles
        for heading in headings(article)
    ]


def place_of(section: str | None) -> tuple[str, str]:
    """Return article and heading of a chosen section."""
    article, _, heading = (section or "").partition("#")
    if not heading:
        raise FixRefusedError("No section is chosen. Choose one.")
    return article, heading


def done(text: str) -> str:
    """Say that something was done."""
    return f'<p role="status" class="fix-done">{plain(text)}</p>'


def refused(error: Exception) -> str:
    """Say why nothing was changed; after a change by somebody else, show what differs from one's own text."""
    shown = f'<p role="alert" class="fix-refused">{plain(str(error))}</p>'
    if isinstance(error, FixRefusedError) and error.current:
        shown += "<p>What your text would change in the file as it is now:</p>"
        shown += diff_html(diff(error.current, error.text))
    return shown


def preview_html(found: Preview) -> str:
    """Show what was found in a text, and its page."""
    problems = "".join(
        f"<li><strong>{each.level}</strong>{f', line {each.line}' if each.line else ''}: "
        f"{plain(each.text)}. {plain(each.remedy)}</li>"
        for each in found.problems
    )
    listed = f"<ul>{problems}</ul>" if problems else "<p>Nothing found.</p>"
    page = found.html or "<p>It cannot be shown before this is corrected.</p>"
    return f'<h3>Checks</h3>{listed}<h3>As visitors see it</h3><div class="fix-preview">{page}</div>'


def diff_html(lines: Iterable[DiffLine]) -> str:
    """Show a comparison; colours are not all that tells what is gone from what is new."""
    rows = []
    for line in lines:
        tag, text = _KINDS.get(line.kind), plain(line.text)
        mark = {"gone": "−", "new": "+"}.get(line.kind, "")
        number = "…" if line.kind == "gap" else str(line.number)
        shown = f"<{tag}>{text}</{tag}>" if tag else text
        rows.append(f'<tr><td>{number}</td><td>{mark}</td><td>{shown}</td></tr>')
    head = '<thead><tr><th scope="col">Line</th><th scope="col">Change</th><th scope="col">Text</th></tr></thead>'
    return f'<table class="fix-diff">{head}<tbody>{"".join(rows)}</tbody></table>'


def revision_choices(found: Sequence[Revision]) -> list[tuple[str, str]]:
    """Return an article's changes to choose from, with their state."""
    return [(_revision(each), str(each.id)) for each in found]


def _revision(each: Revision) -> str:
    state = f" (undone by {each.undone_by})" if each.undone_by else ""
    outside = " [the file had been changed by hand before]" if each.from_outside else ""
    return f"{each.id}: {each.at:%Y-%m-%d %H:%M} UTC, {each.by}: {each.why}{state}{outside}"


def cases_html(found: Sequence[Regression]) -> str:
    """Show every regression case and how it stands."""
    if not found:
        return "<p>No regression cases yet.</p>"
    rows = "".join(
        f"<tr><td>{each.state}</td><td>{plain(_asked(each))}</td><td>{plain(each.by)}</td>"
        f"<td>{plain(each.approved_by or '')}</td><td>{f'{each.last_run:%Y-%m-%d %H:%M}' if each.last_run else ''}</td>"
        f"<td>{plain(each.case_id)}</td></tr>"
        for each in found
    )
    names = ("State", "Asked", "Proposed by", "Approved by", "Last run (UTC)", "Case")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def cases_of_turn_html(found: Sequence[Regression]) -> str:
    """Show how one turn's regression case stands, in few words."""
    states = [
        f"<li><strong>{each.state}</strong>: proposed by {plain(each.by)}"
        f"{f', approved by {plain(each.approved_by)}' if each.approved_by else ', waits for approval by another'}"
        f"{f', last asked {each.last_run:%Y-%m-%d %H:%M} UTC' if each.last_run else ''}</li>"
        for each in found
    ]
    return f"<p>Regression case of this turn:</p><ul>{''.join(states)}</ul>" if states else ""


def case_choices(found: Sequence[Regression]) -> list[tuple[str, str]]:
    """Return proposals to choose from."""
    return [(f"{_asked(each)} ({each.by})", each.case_id) for each in found if each.state == "proposed"]


def _asked(each: Regression) -> str:
    asked = each.case["vars"]
    return str(asked.get("question") or " → ".join(asked["turns"]))
