"""Articles: one Markdown file each, with front matter, loaded and validated.

Long lists of questions may stand beside an article `x.md` in `x.questions.yaml`, instead of in its front matter.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corpus.front_matter import ContentError, Document, Fields, read_document, read_fields

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
QUESTIONS = ".questions.yaml"


@dataclass(frozen=True)
class Source:
    """Where an article's statements come from."""

    name: str
    date: str | None
    """As the source states it: a year, a month and year, or a full date."""


@dataclass(frozen=True)
class Article:
    """One article of the clinic, exactly as stored."""

    id: str
    title: str
    summary: str
    topics: tuple[str, ...]
    language: str
    url: str | None
    """The article's public page, if the clinic publishes it."""
    sources: tuple[Source, ...]
    written_on: date | None
    reviewed_by: str | None
    """None until a clinician signs; visitors are told so."""
    reviewed_on: date | None
    review_due: date | None
    questions: Mapping[str, tuple[str, ...]]
    """Section heading -> ways people ask what it answers; used for retrieval only, never shown."""
    unanswered: Mapping[str, tuple[str, ...]]
    """Section heading -> questions near to it that no article answers; used to decide, never shown."""
    path: Path
    text: str
    """The whole file decoded as UTF-8, line ends untouched; offsets count into it."""
    body_start: int
    sha256: str
    """Of the file's bytes."""
    fingerprint: str
    """The same, and of the questions beside it: what an index was built from."""


def load_article(path: Path) -> Article:
    """Read one article; raise `ContentError` naming file, field and remedy where it is not usable."""
    document = read_document(path)
    fields = Fields(document)
    beside = _beside(path)
    article = Article(
        id=_article_id(fields, path),
        title=fields.take("title", str, required=True),
        summary=fields.take("summary", str) or "",
        topics=fields.take_texts("topics"),
        language=fields.take("language", str) or "en",
        url=_url(fields),
        sources=tuple(_source(fields, value) for value in fields.take("sources", list) or []),
        written_on=fields.take("written_on", date),
        reviewed_by=fields.take("reviewed_by", str),
        reviewed_on=fields.take("reviewed_on", date),
        review_due=fields.take("review_due", date),
        questions=_questions("questions", fields, beside),
        unanswered=_questions("unanswered", fields, beside),
        path=path,
        text=document.text,
        body_start=document.body_start,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        fingerprint=fingerprint(path),
    )
    fields.finish()
    beside.finish()
    _require_body(document)
    return article


def fingerprint(path: Path) -> str:
    """Return the sha256 of an article's file, or of it and the questions beside it if there are any."""
    content = path.read_bytes()
    questions = questions_file(path)
    if questions.is_file():
        content += b"\0" + questions.read_bytes()
    return hashlib.sha256(content).hexdigest()


def questions_file(path: Path) -> Path:
    """Return where an article's questions may stand beside its file."""
    return path.with_name(path.stem + QUESTIONS)


def same_question(text: str) -> str:
    """Return what two questions have in common that differ only in capitals and marks at their ends."""
    return text.casefold().strip(" ?¿.!")


def load_articles(folder: Path) -> list[Article]:
    """Load every `*.md` of `folder`, in order of id; two files with one id, or none at all, are errors.

    So are questions beside no article.
    """
    if not folder.is_dir():
        raise ContentError(folder, "folder", "not found", "Set CHATBOT_ARTICLES to a folder of articles.")
    articles: dict[str, Article] = {}
    for path in sorted(folder.glob("*.md")):
        article = load_article(path)
        if article.id in articles:
            raise ContentError(path, "id", f"'{article.id}' is taken by {articles[article.id].path}", "Rename one.")
        articles[article.id] = article
    if not articles:
        raise ContentError(folder, "articles", "no .md file in it", "Add one, or run 'chatbot import FILE'.")
    for path in sorted(folder.glob(f"*{QUESTIONS}")):
        if (name := path.name.removesuffix(QUESTIONS)) not in articles:
            raise ContentError(path, "file", f"no article {name}.md beside it", "Rename it, or remove it.")
    return sorted(articles.values(), key=lambda article: article.id)


def _article_id(fields: Fields, path: Path) -> str:
    name: str = fields.take("id", str, required=True)
    if not ID.match(name):
        raise fields.error("id", f"'{name}' is not a slug", "Use lower-case letters, digits and single hyphens.")
    if path.stem != name:
        raise fields.error("id", f"'{name}' is not the file's name", f"Name the file {name}.md, or change the id.")
    return name


def _url(fields: Fields) -> str | None:
    url: str | None = fields.take("url", str)
    if url is not None and not re.match(r"https?://[^\s/]+", url):
        raise fields.error("url", f"'{url}' is not a web address", "Write it with https:// in front.")
    return url


def _source(fields: Fields, value: Any) -> Source:
    if isinstance(value, str) and value.strip():
        return Source(value, None)
    if isinstance(value, dict) and isinstance(value.get("name"), str) and set(value) <= {"name", "date"}:
        return Source(value["name"], None if value.get("date") is None else str(value["date"]))
    raise fields.error("sources", f"{value!r} has no name", "Write 'name: …' with an optional 'date: …'.")


def _beside(path: Path) -> Fields:
    """Return the fields of the file of questions beside an article; none if there is no such file."""
    file = questions_file(path)
    try:
        text = file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        text = ""
    except UnicodeDecodeError as error:
        raise ContentError(file, "encoding", f"byte {error.start} is not UTF-8", "Save the file as UTF-8.") from error
    return Fields(Document(file, text, read_fields(file, text), 0))


def _questions(name: str, *places: Fields) -> dict[str, tuple[str, ...]]:
    """Return the questions under each heading, those of all places together, each once."""
    found: dict[str, tuple[str, ...]] = {}
    for fields in places:
        for heading, asked in (fields.take(name, dict) or {}).items():
            texts = isinstance(asked, list) and all(isinstance(text, str) and text.strip() for text in asked)
            if not (isinstance(heading, str) and texts):
                raise fields.error(name, f"under '{heading}' is no list of questions", "Write one '- …' line each.")
            found[heading] = tuple(dict.fromkeys((*found.get(heading, ()), *asked)))
    return found


def _require_body(document: Document) -> None:
    if not document.text[document.body_start :].strip():
        raise ContentError(document.path, "body", "empty", "Write the article below the front matter.")
