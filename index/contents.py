"""The passages of an index on disk, and which row of its vectors belongs to which."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from corpus.article import Article
from index.passages import Passage, Sentence, cut, keys


@dataclass(frozen=True)
class Contents:
    """Passages in order of their articles. The vectors' rows follow the passages, key by key."""

    passages: tuple[Passage, ...]
    keyed: tuple[tuple[int | None, ...], ...]
    """For each passage its rows, in order: the number of the sentence, or None for a question or the whole passage."""

    def first_rows(self) -> list[int]:
        """Return each passage's first row, and after the last the number of all rows."""
        return [0, *accumulate(map(len, self.keyed))]

    def first_unanswered(self) -> list[int]:
        """Return where each passage's unanswered questions begin among all of them, and after the last their number."""
        return [0, *accumulate(len(passage.unanswered) for passage in self.passages)]

    def listed(self) -> list[tuple[int, int]]:
        """Return the row and the passage's number of each listed question, headings among them."""
        # A passage's last row is the passage itself; before that its questions stand, the heading's last.
        return [
            (after - 1 - len(passage.asked_as) + at, number)
            for number, (passage, after) in enumerate(zip(self.passages, self.first_rows()[1:], strict=True))
            for at in range(len(passage.asked_as))
        ]

    def tells_unanswered(self) -> bool:
        """Whether enough questions without an answer are listed that a question far from them all is likely answered.

        Enough is one a passage on average: fewer would make any question look unlike them.
        """
        return len(self.passages) <= self.first_unanswered()[-1]

    def article_rows(self, starts: Sequence[int]) -> dict[str, range]:
        """Return the rows of each article, whose passages' rows begin at `starts`."""
        rows: dict[str, range] = {}
        for number, passage in enumerate(self.passages):
            first = rows[passage.article].start if passage.article in rows else starts[number]
            rows[passage.article] = range(first, starts[number + 1])
        return rows


def gather(articles: Iterable[Article]) -> Contents:
    """Cut all articles."""
    passages = tuple(passage for article in articles for passage in cut(article))
    return Contents(passages, tuple(tuple(key.sentence for key in keys(passage)) for passage in passages))


def row_texts(contents: Contents) -> list[str]:
    """Return the text to embed for each row."""
    return [key.text for passage in contents.passages for key in keys(passage)]


def unanswered_texts(contents: Contents) -> list[str]:
    """Return the questions without an answer, in the order of `first_unanswered`."""
    return [text for passage in contents.passages for text in passage.unanswered]


def search_texts(contents: Contents) -> list[str]:
    """Return for each passage the text that is searched by words: headings, sentences and questions."""
    return [
        " ".join(key.text for key in keys(passage) if key.sentence is None) for passage in contents.passages
    ]  # fmt: skip


def write_contents(path: Path, contents: Contents) -> None:
    """Write everything as JSON."""
    path.write_text(json.dumps(asdict(contents), ensure_ascii=False), encoding="utf-8")


def read_contents(path: Path) -> Contents:
    """Read what `write_contents` wrote."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    return Contents(
        tuple(_passage(fields) for fields in stored["passages"]),
        tuple(tuple(numbers) for numbers in stored["keyed"]),
    )


def _passage(fields: dict[str, Any]) -> Passage:
    lists: Sequence[str] = ("heading_path", "questions", "unanswered")
    tuples: dict[str, tuple[Any, ...]] = {name: tuple(fields[name]) for name in lists}
    tuples["heading_spans"] = tuple(tuple(span) for span in fields["heading_spans"])
    return Passage(**{**fields, **tuples, "sentences": tuple(_sentence(stored) for stored in fields["sentences"])})


def _sentence(fields: dict[str, Any]) -> Sentence:
    lead_in = fields["lead_in"]
    return Sentence(**{**fields, "lead_in": None if lead_in is None else tuple(lead_in)})
