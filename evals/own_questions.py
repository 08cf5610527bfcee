"""What confidence is worth on a clinic's own articles: their section questions are the labelled questions it has.

`chatbot index` runs this after a build. Each question in an article's front matter is asked twice, with no such
question in the index: once as it is (right if a sentence of its own section is chosen), and once with its section
taken away, so that the articles hardly answer it. Sentences of other sections may answer it too, so the risk is an
upper bound. `python -m evals.own_questions [--out FILE]` prints the figures.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from chatbot.bot import TOP_K
from chatbot.composing import Read, gather, read, select
from chatbot.config import Settings
from chatbot.quotable import Sources
from chatbot.retrieval import Query, Wording, understand, vocabulary_of
from corpus.article import load_articles
from corpus.clinic import load_clinic
from corpus.glossary import load_glossary
from evals.calibration import Decided, calibrate, report, write_calibration
from evals.question_sets import thinned
from index.passages import Passage
from index.reading import Reader
from index.searching import Hit, Index

AT_MOST = 150
"""Questions asked, evenly spread over the articles: about ten seconds on two quiet cores."""
TOO_FEW = 30
"""With fewer the intervals would span everything."""
FILE = "calibration.json"
"""In the index's folder, beside the versions."""
_BEYOND = 3
"""Passages of its own section a question may find at most; so many more are searched for."""


@dataclass(frozen=True)
class Asked:
    """A section's question, and where it belongs."""

    question: str
    article: str
    heading: str


def section_questions(passages: Iterable[Passage]) -> list[Asked]:
    """Return every question once, in the order of the articles."""
    found = [Asked(text, passage.article, passage.heading) for passage in passages for text in passage.questions]
    return list(dict.fromkeys(found))


def decide_all(asked: Sequence[Asked], bare: Index, sources: Sources, reader: Read) -> list[Decided]:
    """Ask every question with its section and without; `bare` is the index without questions."""
    found = []
    for each in asked:
        query = understand(each.question, [], sources.wording)
        hits = bare.search(query.search, TOP_K + _BEYOND)
        others = [hit for hit in hits if not _belongs(hit.passage, each)]
        read_once = _reading_once(reader)
        confidence, right = _decide(query, hits[:TOP_K], sources, read_once, each)
        without, _ = _decide(query, others[:TOP_K], sources, read_once, each)
        found += [Decided(confidence, right), Decided(without, right=False)]
    return found


def _decide(query: Query, hits: Sequence[Hit], sources: Sources, reader: Read, asked: Asked) -> tuple[float, bool]:
    gathered = read(query, gather(query, hits, sources), reader)
    if not gathered.ranked:
        return 0.0, False
    selection = select(gathered, sources)
    return selection.confidence, any(_belongs(candidate.passage, asked) for candidate in selection.chosen)


def _belongs(passage: Passage, asked: Asked) -> bool:
    return (passage.article, passage.heading) == (asked.article, asked.heading)


def _reading_once(reader: Read) -> Read:
    """Judge a sentence once though it is a candidate twice: reading takes nearly all of the time."""
    known: dict[str, float] = {}

    def scores(question: str, texts: Sequence[str]) -> list[float]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, map(float, reader(question, new)), strict=True) if new else ())
        return [known[text] for text in texts]

    return scores


def measure(settings: Settings, out: Path) -> list[str]:
    """Write the calibration for the index in use into `out`, unless it is there; return the figures as lines."""
    index = Index.open(settings.index_folder, embedder=settings.embedder, server=settings.index_server)
    try:
        asked = section_questions(index.passages)
        if _version_in(out) == index.manifest.version:
            return [f"{out} is of this index already"]
        if len(asked) < TOO_FEW:
            return [f"confidence not measured: {len(asked)} section questions in the articles, {TOO_FEW} needed"]
        started = perf_counter()
        bare = index.without_questions()
        decided = decide_all(thinned(asked, AT_MOST), bare, _sources(settings, bare), Reader().scores)
        measured = calibrate(decided)
        partial = out.with_name(f"{out.name}.partial")
        write_calibration(partial, measured, version=index.manifest.version, asked=len(decided) // 2, of=len(asked))
        partial.replace(out)
        took = f"{len(decided) // 2} of {len(asked)} section questions, each with its section and without"
        return [f"{took}; {perf_counter() - started:.0f} s", *report(measured), f"written to {out}"]
    finally:
        index.close()


def _sources(settings: Settings, index: Index) -> Sources:
    articles = load_articles(settings.articles)
    texts = {article.id: article.text for article in articles}
    wording = Wording(load_glossary(settings.glossary), vocabulary_of(articles), index.ordinary_words)
    return Sources(texts, index.lexical, wording, load_clinic(settings.clinic).name)


def _version_in(path: Path) -> str | None:
    """Return the index version a file was written for; None for no file, or one that cannot be read."""
    try:
        version: str | None = json.loads(path.read_text(encoding="utf-8")).get("version")
    except (OSError, ValueError, AttributeError):
        return None
    return version


def main() -> None:
    """Measure the index in use; `--brief` prints one line."""
    parser = argparse.ArgumentParser(prog="python -m evals.own_questions")
    parser.add_argument("--out", type=Path, help=f"file to write (by default {FILE} in the index's folder)")
    parser.add_argument("--brief", action="store_true")
    options = parser.parse_args()
    settings = Settings()
    lines = measure(settings, options.out or settings.index_folder / FILE)
    print(f"Confidence: {lines[0]}; {lines[-1]}" if options.brief and len(lines) > 1 else "\n".join(lines))


if __name__ == "__main__":
    main()
