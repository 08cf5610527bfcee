"""What the tab for switches shows, as HTML."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from chatbot.bot import Bot
from chatbot.conversation import Language
from chatbot.records.switching import LONGEST_NOTICE
from chatbot.records.tables import SwitchRow
from chatbot.rendering import plain
from chatbot.staff.audit_log import table_html
from chatbot.switches import Switches

_LANGUAGES: tuple[tuple[Language, str], ...] = (("en", "English"), ("es", "Spanish"))


def state_html(session: Session, bot: Bot) -> str:
    """Show how every switch stands, and who set it when."""
    rows = {row.name: row for row in session.scalars(select(SwitchRow))}
    lines = [tuple(line) for line in _lines(rows, bot)]
    table = table_html("Switches", ("What", "State", "Set by", "When (UTC)"), lines)
    return f"<h2>How it stands now</h2>{table}"


def _lines(rows: dict[str, SwitchRow], bot: Bot) -> Iterator[list[str]]:
    answers = rows.get("answers")
    off = answers is not None and bool(answers.value["off"])
    yield ["Answers from the articles", "OFF: phone and help lines only" if off else "on", *_who(answers)]
    articles = {name.removeprefix("article:"): row for name, row in rows.items() if name.startswith("article:")}
    for name, row in sorted(articles.items()):
        if row.value["off"]:
            yield [f"Article {title_of(bot, name)}", "OFF: not quoted, not shown", *_who(row)]
    notice = rows.get("notice")
    texts = [notice.value[key] for key, _ in _LANGUAGES if notice.value.get(key)] if notice else []
    yield ["Notice", " / ".join(texts) or "none", *_who(notice)]


def _who(row: SwitchRow | None) -> list[str]:
    return [row.by, f"{row.at:%Y-%m-%d %H:%M}"] if row else ["", ""]


def title_of(bot: Bot, name: str) -> str:
    """Return an article's title, or for one that is gone its id."""
    article = bot.articles.get(name)
    return article.title if article else name


def article_choices(bot: Bot, switches: Switches) -> list[tuple[str, str]]:
    """Return every article to choose from with its state; what is off though its file is gone, too."""
    names = sorted({*bot.articles, *switches.articles_off}, key=lambda name: title_of(bot, name))
    return [(title_of(bot, name) + (" (off)" if name in switches.articles_off else ""), name) for name in names]


def preview_html(english: str, spanish: str) -> str:
    """Show a notice as visitors would see it, in both languages, and how long it is."""
    texts = {"en": " ".join(english.split()), "es": " ".join(spanish.split())}
    switches = Switches(notice=texts["en"], notice_es=texts["es"])
    if not switches.said_in("en"):
        return "<h3>Preview</h3><p>Nothing is written yet.</p>"
    shown = "".join(_preview(language, name, texts[language], switches) for language, name in _LANGUAGES)
    return f"<h3>Preview</h3>{shown}"


def _preview(language: Language, name: str, text: str, switches: Switches) -> str:
    length = f"{len(text)} of {LONGEST_NOTICE} characters"
    if not text:
        length = "not written: the other language is shown"
    elif len(text) > LONGEST_NOTICE:
        length = f"too long: {length}. Shorten it."
    said = switches.said_in(language)
    spoken = language if text else ("en" if language == "es" else "es")
    return (
        f"<p><strong>On {name} pages</strong> ({length})</p>"
        f'<div class="site-notice"><p lang="{spoken}">{plain(said)}</p></div>'
    )
