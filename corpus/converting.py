"""Convert a file (text, Markdown, HTML, Word, PDF) to a draft article: its title, and its text as Markdown."""

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from corpus.blocks import Block, settle_headings, shifted, write_markdown
from corpus.html_blocks import read_tree
from corpus.structuring import clean, find_headings, join_pages, number_headings, read_text

MIN_WORDS = 8
"""A web page or PDF with fewer words of text is a scan, or loads its text by script."""

MAX_UNPACKED = 200 * 1024 * 1024
"""Bytes a Word file may unpack to: more is no text, but a file made to fill the memory."""

_OLE = b"\xd0\xcf\x11\xe0"
"""How Word's files start if they are encrypted, or older than .docx."""


class ConversionError(Exception):
    """A file no article can be made of; the message says why and ends with the next step."""


@dataclass(frozen=True)
class Draft:
    """What a file says, before it is an article."""

    title: str
    """Empty where the file shows none."""
    body: str
    """Markdown, sections from `##`."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What else the file says for the front matter, such as `url`."""


def convert(ending: str, content: bytes) -> Draft:
    """Convert a file's bytes by its ending; raise `ConversionError` where that is not possible."""
    if not content.strip():
        raise ConversionError("the file is empty. Check that it was saved, then import it again.")
    try:
        draft = _CONVERTERS[ending](content)
    except ImportError as error:
        raise ConversionError(f"reading {ending} files needs: pip install 'clinic-chatbot[import]'") from error
    if not re.search(r"\w", draft.body):
        raise ConversionError("there is no text below the title. Add the article's text, then import it again.")
    return draft


def decoded(content: bytes, encoding: str = "utf-8-sig") -> str:
    """Return the bytes' text; raise `ConversionError` where they are no text in that encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    try:
        text = content.decode(encoding)
    except (UnicodeError, LookupError) as error:
        name = encoding.removesuffix("-sig").upper()
        raise ConversionError(f"it is not {name} text ({error}). Save it as UTF-8, then import it again.") from error
    if "\0" in text:
        raise ConversionError("it holds binary content, not text. Save it as UTF-8 text, then import it again.")
    return text


def _from_text(content: bytes) -> Draft:
    return _draft(read_text(decoded(content)))


def _from_markdown(content: bytes) -> Draft:
    title, body = settle_headings(re.sub(r"\r\n?", "\n", decoded(content)))
    return Draft(title, body)


def _from_word(content: bytes) -> Draft:
    import mammoth

    if content.startswith(_OLE):
        raise ConversionError(
            "it is protected by a password, or in Word's old format. Open it in Word, save it as .docx without a"
            " password, and import that."
        )
    with _reading("Word file"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise ConversionError("its content is too large. Save only the text in a new file, and import that.")
        html = mammoth.convert_to_html(
            io.BytesIO(content),
            style_map="p[style-name='Title'] => h1:fresh",
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(lambda _image: {}),
        ).value
        root = ElementTree.fromstring(f"<body>{html}</body>")
    return _draft(_structured(read_tree(root)))


def _from_html(content: bytes) -> Draft:
    with _quiet("trafilatura", "htmldate", "courlan", "justext"):
        import trafilatura
        from trafilatura.metadata import extract_title
        from trafilatura.settings import use_config

        text = decoded(content, _declared_encoding(content))
        config = use_config()
        config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")  # else it takes a short page's menus for its text
        with _reading("web page"):
            tree = trafilatura.load_html(text)
            main = trafilatura.extract(text, output_format="txt", include_comments=False, config=config) or ""
            title = clean(extract_title(tree) or "") if tree is not None else ""
    blocks = _main_blocks(tree, main) if tree is not None and main else []
    _require_words(
        " ".join(block.plain for block in blocks),
        "no main text was found in the page. Open it in a browser, copy the article's text into a .txt file, and"
        " import that.",
    )
    return _draft(_structured(blocks), title, _page_fields(tree))


def _declared_encoding(content: bytes) -> str:
    declared = re.search(rb"(?i)<meta[^>]+charset=[\"']?([\w-]+)", content[:4096])
    name = declared.group(1).decode().lower() if declared else "utf-8"
    # Browsers read these names so, and pages count on it.
    return {"utf-8": "utf-8-sig", "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252"}.get(name, name)


def _main_blocks(tree: Any, main: str) -> list[Block]:
    """Return everything in the part of the page where trafilatura found the main text.

    Its own result is not used: it leaves out lists, tables and the questions of folding lists, and nobody would see
    that they are missing.
    """
    kept = [_squeezed(line) for line in main.split("\n") if line.strip()]
    part = _main_part(tree, kept[:: 1 + len(kept) // 200])  # a sample is enough to find the place
    blocks = read_tree(part)
    if part.tag in {"body", "html"}:  # no part of its own: menus and footers stand beside it
        shown = "\n".join(kept)
        found = [i for i, block in enumerate(blocks) if (text := _squeezed(block.plain)) and text in shown]
        blocks = blocks[found[0] : found[-1] + 1] if found else []
    return blocks


def _main_part(tree: Any, kept: Sequence[str]) -> Any:
    """Return the smallest part that holds nine tenths of the text; an article or main element is not taken apart."""

    def held(element: Any) -> int:
        text = _squeezed("".join(element.itertext()))
        return sum(len(line) for line in kept if line in text)

    body = tree.find("body")
    path = [tree if body is None else body]
    while path[-1].tag != "article":
        inner = [e for e in path[-1] if e.tag in _PARTS and 10 * held(e) >= 9 * sum(map(len, kept))]
        if not inner:
            break
        path.append(inner[0])
    whole = [e for e in path if e.tag in {"article", "main"} or e.get("role") == "main"]
    return (whole or path)[-1]


_PARTS = {"article", "center", "div", "main", "section", "table", "tbody", "td", "tr"}


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _page_fields(tree: Any) -> dict[str, str]:
    links = [link.get("href", "") for link in tree.iter("link") if link.get("rel", "").lower() == "canonical"]
    language = tree.get("lang", "").lower()[:2]
    fields = {"url": links[0]} if links and re.fullmatch(r"https?://[^\s/]\S*", links[0]) else {}
    return fields | ({"language": language} if language.isalpha() and language != "en" else {})


def _from_pdf(content: bytes) -> Draft:
    with _quiet("pypdf"):
        import pypdf
        from pypdf.errors import DependencyError

        protected = "it is protected by a password. Save a copy without one, and import that."
        with _reading("PDF", {DependencyError: protected}):  # which is a cipher that needs one more library
            reader = pypdf.PdfReader(io.BytesIO(content))
            if reader.is_encrypted and not reader.decrypt(""):
                raise ConversionError(protected)
            pages = [page.extract_text() for page in reader.pages]
    text = join_pages(pages)
    scan = "it holds no readable text: perhaps it is a scan. Run text recognition (OCR) on it, and import the result."
    _require_words(text, scan)
    return _draft(read_text(text))


def _structured(blocks: Sequence[Block]) -> list[Block]:
    """Find the headings of a document whose author marked none but the title."""
    marked = any(block.kind == "heading" for block in blocks[1:])
    return number_headings(blocks) if marked else find_headings(blocks)


def _draft(blocks: Sequence[Block], title: str = "", fields: Mapping[str, Any] | None = None) -> Draft:
    """Take the title out of the blocks: their only heading of level 1, or one at their start."""
    headings = [i for i, block in enumerate(blocks) if block.kind == "heading"]
    highest = [i for i in headings if blocks[i].level == 1]
    repeated = bool(headings) and blocks[headings[0]].text == title
    if len(highest) == 1 or repeated or (highest and highest[0] == headings[0] < 3):
        place = headings[0] if repeated else highest[0]
        title = blocks[place].text
        blocks = [*blocks[:place], *blocks[place + 1 :]]
    return Draft(title, write_markdown(shifted(blocks)), fields or {})


def _require_words(text: str, problem: str) -> None:
    if len(re.findall(r"[^\W\d_]{2,}", text)) < MIN_WORDS:
        raise ConversionError(problem)


@contextmanager
def _reading(kind: str, known: Mapping[type[Exception], str] | None = None) -> Iterator[None]:
    """Turn what a library raises into a `ConversionError`; `known` says what some of its errors mean."""
    try:
        yield
    except ConversionError:
        raise
    # mammoth and trafilatura have no error class of their own, and pypdf says that broken files "might cause other
    # Exceptions" than its own (AssertionError, AttributeError, TypeError were seen). One file must not stop the others.
    except Exception as error:
        said = f"{type(error).__name__}: {error}".removesuffix(": ")
        problem = f"it is not a whole {kind} ({said}). Open it, save it anew, and import that."
        raise ConversionError((known or {}).get(type(error), problem)) from error


@contextmanager
def _quiet(*names: str) -> Iterator[None]:
    """Keep libraries from printing what they make of a file: what matters becomes a `ConversionError`."""
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


_CONVERTERS: dict[str, Callable[[bytes], Draft]] = {
    ".txt": _from_text,
    ".md": _from_markdown,
    ".html": _from_html,
    ".htm": _from_html,
    ".docx": _from_word,
    ".pdf": _from_pdf,
}

ENDINGS = tuple(_CONVERTERS)
"""Of the files that can be converted."""
