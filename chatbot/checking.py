"""The last look before anything is shown, independent of the composer: each cited slice is cut out of its file anew."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from chatbot.claims import forbidden_claims
from chatbot.conversation import ACUTE, Answer, Citation
from index.markdown_text import plain, plain_list

_MARKER = re.compile(r"\[(\d+)\]")


def problems(answer: Answer, files: Mapping[str, Path], fixed: Sequence[str], disclaimers: Iterable[str]) -> list[str]:
    """Return what is wrong with an answer, in words for staff; empty if it may be shown.

    `files` maps article ids to their stored files, read again here. `fixed` are the fixed texts this answer is allowed
    to hold beside its cited sentences.
    """
    return [
        *(problem for citation in answer.citations for problem in _cited(citation, files)),
        *_sentences(answer),
        *_stray_words(answer, fixed),
        *(f"claim: {claim.rule}" for claim in forbidden_claims([s.text for s in answer.sentences], cited=True)),
        *([] if answer.disclaimer in set(disclaimers) else ["the disclaimer is missing or changed"]),
        *(["an acute message got an article"] if answer.route in ACUTE and answer.citations else []),
    ]


def _cited(citation: Citation, files: Mapping[str, Path]) -> list[str]:
    where = f"citation {citation.number}"
    if citation.article not in files:
        return [f"{where}: names no article"]
    stored = files[citation.article].read_bytes()
    found = []
    if hashlib.sha256(stored).hexdigest() != citation.sha256:
        found.append(f"{where}: the article has changed since it was indexed")
    slice_ = stored.decode("utf-8")[citation.start : citation.end] if 0 <= citation.start < citation.end else ""
    if not slice_ or slice_ != citation.quote:
        found.append(f"{where}: the quote is not what stands there")
    return found


def _sentences(answer: Answer) -> list[str]:
    quotes = {citation.number: citation.quote for citation in answer.citations}
    found = []
    for sentence in answer.sentences:
        quote = quotes.get(sentence.citation)
        if quote is None or sentence.text not in {plain(quote), plain_list(quote)}:
            found.append(f"sentence '{sentence.text[:60]}' is not its citation's")
    shown = {int(number) for number in _MARKER.findall(answer.text)} if answer.sentences else set()
    if answer.sentences and not shown == set(quotes) == {sentence.citation for sentence in answer.sentences}:
        found.append("markers, sentences and citations do not match")
    if answer.outcome == "answered" and not answer.sentences:
        found.append("it answers without a sentence")
    return found


def _stray_words(answer: Answer, fixed: Sequence[str]) -> list[str]:
    """Find words that are neither a cited sentence's nor a fixed text's."""
    rest = _letters(_MARKER.sub(" ", answer.text) if answer.sentences else answer.text)
    for known in [*fixed, *(sentence.text for sentence in answer.sentences)]:
        rest = rest.replace(_letters(known), "\n", 1)
    stray = rest.replace("\n", "")
    return [f"words from nowhere: '{stray[:60]}'"] if stray else []


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
