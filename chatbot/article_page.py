"""The plain pages, readable without JavaScript: the articles, one article with a quote highlighted, the safety page."""

import html
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from chatbot.answering import text_fragment
from chatbot.conversation import Language
from chatbot.plain_document import plain_document
from chatbot.rendering import article_html, plain, reply_html, review_state
from chatbot.wording import WORDS, Words, words
from corpus.article import Article
from corpus.clinic import Clinic, HelpLine, tel
from corpus.keeping import privacy_sentence

STATIC = Path(__file__).parent / "static"
"""Style sheet, script and icon of all pages, and the text of the safety page."""
_HEADING = re.compile(r"<h[2-6][^>]*>(.*?)</h[2-6]>", re.DOTALL)
_MARKED = re.compile(r"<mark[^>]*>(.*?)</mark>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def articles_page(clinic: Clinic, articles: Iterable[Article], language: Language, notice: str = "") -> str:
    """List every article with its summary and review state."""
    label = words(language)
    entries = "".join(_entry(article) for article in articles)
    main = f'<h1>{plain(label.articles)}</h1><p class="lead">{plain(label.articles_lead)}</p>'
    return _page(clinic, language, label.articles, f'{_said(notice)}{main}<ul class="articles">{entries}</ul>')


def article_page(
    clinic: Clinic, article: Article, span: tuple[int, int] | None, version: str = "", said: str = ""
) -> str:
    """Show one article; `span` is highlighted unless `version`, the start of a sha256, names another version."""
    label = words(article.language)
    current = article.sha256.startswith(version)
    body, found = article_html(article, *(span if span and current else (None, None)))
    notice = ""
    if found:
        link = f'<a href="#quote">{plain(label.to_quote)}</a>'
        notice = f'<p class="notice" role="note">{plain(label.quoted)} {link}</p>'
    elif span:
        notice = f'<p class="notice" role="note">{plain(label.changed)}</p>'
    place = _place(article, body if found else "", label)
    head = f'<h1>{plain(article.title)}</h1><p class="meta">{_meta(article, label)}</p>{place}{notice}'
    language: Language = "es" if article.language == "es" else "en"
    main = f'<article>{head}<div class="article-body">{body}</div>{_based_on(article, label)}</article>'
    return _page(clinic, language, article.title, _said(said) + main)


def safety_page(clinic: Clinic, language: Language, notice: str = "") -> str:
    """Say what the chat does and cannot do, what it does in a crisis, what is kept, and who helps."""
    label = words(language)
    text = (STATIC / f"chat-safety.{language}.md").read_text(encoding="utf-8")
    urgent = [clinic.help_lines["emergency"], clinic.help_lines["crisis"]]
    others = [line for line in clinic.help_lines.values() if line not in urgent]
    filled = text.format(
        crisis="\n".join(_help_line(line, language) for line in urgent),
        other_lines="\n".join(_help_line(line, language) for line in others),
        privacy=privacy_sentence(clinic.retention, language),
        languages=" · ".join(WORDS[known].own_name for known in clinic.languages),
        phone=f"[{clinic.phone}]({tel(clinic.phone)})",
    )
    main = f"{_said(notice)}<h1>{plain(label.about_chat)}</h1>{reply_html(filled)}"
    return _page(clinic, language, label.about_chat, main)


def missing_page(clinic: Clinic, language: Language, notice: str = "") -> str:
    """Say that there is no such page, and where to go instead."""
    label = words(language)
    main = f'<h1>{plain(label.missing)}</h1><p class="lead">{plain(label.missing_help)}</p>'
    return _page(clinic, language, label.missing, _said(notice) + main)


def _said(notice: str) -> str:
    """Return the clinic's notice, if there is one."""
    return f'<p class="notice" role="note">{plain(notice)}</p>' if notice else ""


def bar_html(clinic: Clinic, language: Language) -> str:
    """Return the bar that stays on screen on every page: automated, not a person, and how to reach one."""
    label = words(language)
    crisis = clinic.help_lines["crisis"]
    links = [("call-emergency", tel(_number(clinic, "emergency")), label.emergency, _number(clinic, "emergency"))]
    links.append(("call-crisis", tel(_number(clinic, "crisis")), label.crisis, _number(clinic, "crisis")))
    if crisis.text:
        links.append(("text-crisis", tel(crisis.text).replace("tel:", "sms:"), label.crisis_text, crisis.text))
    links.append(("call-clinic", tel(clinic.phone), label.call_us, clinic.phone))
    shown = "".join(
        f'<li><a class="{kind}" href="{plain(address)}">{plain(text).replace("{number}", _unbroken(number))}</a></li>'
        for kind, address, text, number in links
    )
    said = f'<p><strong>{plain(label.automated)}</strong> <span class="not-advice">{plain(label.not_advice)}</span></p>'
    return f'<div lang="{language}" class="bar-{language}">{said}<ul>{shown}</ul></div>'


def _unbroken(number: str) -> str:
    return f'<span class="number">{plain(number)}</span>'


def _number(clinic: Clinic, line: str) -> str:
    # load_clinic refuses a clinic.toml without these numbers.
    return str(clinic.help_lines[line].call)


def _help_line(line: HelpLine, language: Language) -> str:
    label = words(language)
    ways = [f"[{label.call.format(number=line.call)}]({tel(line.call)})"] if line.call else []
    if line.text:
        keyword = line.keyword_es if language == "es" else line.keyword
        said = (label.text_keyword if keyword else label.text).format(keyword=keyword, number=line.text)
        ways.append(f"[{said}]({tel(line.text).replace('tel:', 'sms:')})")
    if line.chat:
        ways.append(f"[{line.chat}](https://{line.chat})")
    return f"- **{line.name}**: {', '.join(ways)}"


def _entry(article: Article) -> str:
    label = words(article.language)
    title = f'<h2><a href="/articles/{article.id}">{plain(article.title)}</a></h2>'
    return f'<li lang="{plain(article.language)}">{title}<p>{plain(article.summary)}</p>{_state(article, label)}</li>'


def _state(article: Article, label: Words) -> str:
    return f'<p class="meta">{plain(_sentence(review_state(article.reviewed_on, label)))}</p>'


def _meta(article: Article, label: Words) -> str:
    written = [label.written_on.format(date=_day(article.written_on))] if article.written_on else []
    return plain(" · ".join([*written, _sentence(review_state(article.reviewed_on, label))]))


def _place(article: Article, marked: str, label: Words) -> str:
    """Name the section of the quote, and link to the article's public page, at the quote if there is one."""
    parts = []
    before, found, _ = marked.partition('<mark id="quote">')
    headings = _HEADING.findall(before)
    if found and headings:
        parts.append(f"<span>{plain(label.section.format(name=_text(headings[-1])))}</span>")
    if article.url:
        quote = _text(" ".join(_MARKED.findall(marked)))
        address = f"{article.url}#:~:text={text_fragment(quote)}" if quote else article.url
        notice = f'<span class="visually-hidden"> ({plain(label.new_tab)})</span>'
        attributes = 'target="_blank" rel="noopener noreferrer"'
        parts.append(f'<a href="{plain(address)}" {attributes}>{plain(label.public_page)}{notice}</a>')
    return f'<p class="meta">{" · ".join(parts)}</p>' if parts else ""


def _text(rendered: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", rendered)).split())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day(day: date) -> str:
    return day.isoformat()


def _based_on(article: Article, label: Words) -> str:
    if not article.sources:
        return ""
    named = "".join(
        f"<li>{plain(source.name)}{f', {plain(source.date)}' if source.date else ''}</li>" for source in article.sources
    )
    return f'<section class="based-on"><h2>{plain(label.based_on)}</h2><ul>{named}</ul></section>'


def _page(clinic: Clinic, language: Language, title: str, main: str) -> str:
    label = words(language)
    links = [("/", label.chat), ("/articles", label.articles), ("/chat-safety", label.about_chat)]
    query = "?lang=es" if language == "es" else ""
    menu = "".join(f'<li><a href="{address}{query}">{plain(text)}</a></li>' for address, text in links)
    name = plain(clinic.name)
    body = f"""<a class="skip" href="#main">{plain(label.skip)}</a>
<header class="bar">{bar_html(clinic, language)}</header>
<nav aria-label="{name}"><ul><li class="clinic-name">{name}</li>{menu}</ul></nav>
<main id="main" tabindex="-1">{main}</main>"""
    return plain_document(clinic, language, title, body)
