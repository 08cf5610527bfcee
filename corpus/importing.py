"""Import files and folders: write each document as an article, and say what stands in the way of the others."""

import re
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from corpus.article import load_article
from corpus.converting import ENDINGS, ConversionError, Draft, convert
from corpus.front_matter import ContentError, read_document

MAX_SIZE = 20 * 1024 * 1024
"""Bytes a file may have: the text of a long book has about one twentieth."""

_CARRIED = ("title", "summary", "topics", "language", "url", "sources", "written_on", "questions")
"""Front matter taken over from a Markdown file that was no article. Never who reviewed it: that was another text."""


@dataclass(frozen=True)
class Imported:
    """What became of one input file."""

    source: Path
    article: Path | None
    """None where nothing was written."""
    problem: str
    """Empty if it went well; else what stood in the way, ending with the next step."""


def import_files(paths: Sequence[Path], folder: Path, *, force: bool = False) -> Iterator[Imported]:
    """Write each file, and each known file inside the folders among `paths`, as an article into `folder`.

    A file that cannot be imported yields its problem, and the others go on. An article that exists is replaced only
    with `force`, and then only once the new one is complete.
    """
    written: dict[Path, Path] = {}
    for source in _sources(paths, folder):
        try:
            _require_usable(source)
            target = folder / f"{_slug(source)}.md"
            _require_free(target, written, force=force)
            _write(target, _article(source, target.stem))
        except ConversionError as error:
            yield Imported(source, None, str(error))
        except ContentError as error:
            yield Imported(source, None, str(error).removeprefix(f"{error.path}: "))
        except OSError as error:
            said = f"{error.strerror or error} ({error.filename or source})"
            yield Imported(source, None, f"{said}. Check that file or folder and its permissions.")
        except RecursionError:
            yield Imported(source, None, "it is nested too deeply. Save only the text in a new file, and import that.")
        else:
            written[target] = source
            yield Imported(source, target, "")


def _sources(paths: Sequence[Path], folder: Path) -> Iterator[Path]:
    """Yield each file once: those named, and those inside the folders named, in order."""
    seen: set[Path] = set()
    for path in paths:
        for source in (_inside(path, folder) or [path]) if path.is_dir() else [path]:
            if source.resolve() not in seen:
                seen.add(source.resolve())
                yield source


def _inside(directory: Path, folder: Path) -> list[Path]:
    """Return the files of a folder that can be imported, without hidden ones and the articles already in `folder`."""
    return sorted(
        path
        for path in directory.rglob("*")
        if path.suffix.lower() in ENDINGS
        and path.is_file()
        and not any(part.startswith((".", "~$")) for part in path.relative_to(directory).parts)
        and not (path.suffix == ".md" and path.parent.resolve() == folder.resolve())
    )


def _require_usable(source: Path) -> None:
    known = ", ".join(ENDINGS)
    if source.is_dir():
        raise ConversionError(f"the folder holds no file that can be imported. Put one of these into it: {known}.")
    if not source.exists():
        raise ConversionError("there is no such file. Check the path.")
    if source.suffix.lower() not in ENDINGS:
        raise ConversionError(f"'{source.suffix}' files cannot be imported. Save it as one of these: {known}.")
    if not source.is_file():
        raise ConversionError("it is not a file. Check the path.")
    if (size := source.stat().st_size) > MAX_SIZE:
        said = f"it has {size / 1024**2:.0f} MB, and {MAX_SIZE // 1024**2} MB is the most that can be imported"
        raise ConversionError(f"{said}. Save only the text in a new file, or split it, and import that.")


def _slug(source: Path) -> str:
    ascii_name = unicodedata.normalize("NFKD", source.stem.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")
    if not slug:
        raise ConversionError("its name holds no Latin letter or digit for an id. Rename it, and import it again.")
    return slug


def _require_free(target: Path, written: dict[Path, Path], *, force: bool) -> None:
    if target in written:
        raise ConversionError(f"its article would replace the one made from {written[target]}. Rename one of them.")
    if target.exists() and not force:
        raise ConversionError(f"{target} exists; use --force to replace it.")


def _article(source: Path, name: str) -> bytes:
    """Return the bytes of the article; a Markdown file that is one already is kept as it is."""
    content = source.read_bytes()
    if source.suffix.lower() != ".md" or not re.match(rb"(?:\xef\xbb\xbf)?---[ \t]*[\r\n]", content):
        return _composed(source, name, convert(source.suffix.lower(), content), {})
    document = read_document(source)
    if "id" not in document.fields:
        body = document.text[document.body_start :]
        return _composed(source, name, convert(".md", body.encode()), document.fields)
    if document.fields["id"] != name:
        said = f"its front matter says id '{document.fields['id']}', but its name makes it '{name}'"
        raise ConversionError(f"{said}. Change one of the two, and import it again.")
    return content


def _composed(source: Path, name: str, draft: Draft, given: dict[str, Any]) -> bytes:
    """Put front matter before a draft's body; `given` is what the file had there, which goes before what was found."""
    carried = {field: given[field] for field in _CARRIED if given.get(field) is not None}
    body = draft.body
    if draft.title and carried.get("title", draft.title) != draft.title:
        body = f"## {draft.title}\n\n{body}"
    fields = {
        "id": name,
        "title": draft.title or _title(source),
        "summary": "",
        "topics": [],
        **draft.fields,
        "sources": [{"name": source.name}],
        "written_on": None,
        "reviewed_by": None,
        "reviewed_on": None,
        "review_due": None,
    } | carried
    front_matter = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=sys.maxsize)
    return f"---\n{front_matter}---\n\n{body}\n".encode()


def _title(source: Path) -> str:
    words = re.sub(r"[\s_-]+", " ", source.stem).strip()
    return words[:1].upper() + words[1:]


def _write(target: Path, content: bytes) -> None:
    """Write the article beside its place, check that it loads, and only then move it there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".import-") as unfinished:
        article = Path(unfinished) / target.name
        article.write_bytes(content)
        load_article(article)
        article.replace(target)
