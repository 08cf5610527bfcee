"""A turn as HTML: the conversation, the answer, why it is what it is, and the article with the quote marked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chatbot.conversation import Citation
from chatbot.records.tables import ScoreRow, TurnRow
from chatbot.rendering import answer_html, article_html, plain, reply_html
from chatbot.staff.item import Given, Item
from chatbot.staff.labels import REASON_LABELS
from chatbot.staff.verdicts import REASONS_WHY
from chatbot.tracing import stored_trace_lines
from corpus.article import Article

_HEADING = re.compile(r"<(/?)h[2-6]\b")
_STAGES = {
    "first": "Nobody has judged it yet.",
    "second": "One person has judged it; a second one does so without sight of the first.",
    "settle": "Two people disagree. An editor settles it.",
    "done": "Judged.",
}


def head_html(item: Item) -> str:
    """Say what this turn is and why it is here."""
    turn, queue = item.turn, item.queue
    reason = REASON_LABELS.get(queue.reason, queue.reason) if queue else "not in the queue"
    flagged = '<p class="flagged" role="note">Sent on to the clinical lead.</p>' if _is_flagged(item) else ""
    facts = (
        ("Day", turn.day.isoformat()), ("Route", f"{turn.route}, by rule {turn.rule}"), ("Outcome", turn.outcome),
        ("Sure", f"{turn.confidence:.2f}"), ("Language", turn.language), ("Here because", reason),
        ("Took", turn.latency_bucket), ("Made up for show", "yes" if turn.demo else ""),
    )  # fmt: skip
    said = "".join(f"<li>{_rating(score)}</li>" for score in item.ratings)
    ratings = f"<p>Visitors and machines said:</p><ul>{said}</ul>" if said else ""
    return f"<h2>{plain(turn.question or 'No text is kept of this question.')}</h2>{flagged}{_facts(facts)}{ratings}"


def conversation_html(item: Item) -> str:
    """Show every kept turn of the conversation, this one marked."""
    if item.answer is None:
        return "<p>No text is kept: this installation keeps numbers only.</p>"
    turns = "".join(_turn(turn, now=turn.id == item.turn.id, item=item) for turn in item.conversation)
    return f'<ol class="conversation">{turns}</ol>'


def passages_html(item: Item) -> str:
    """Show what was found, with its scores."""
    rows = "".join(_passage(number, each) for number, each in enumerate(item.turn.passages or (), 1))
    if not rows:
        return "<p>Nothing was searched: a fixed reply answers this.</p>"
    columns = ("Place", "Passage", "Score", "Meaning", "Words", "Listed")
    names = "".join(f'<th scope="col">{name}</th>' for name in columns)
    return f'<div class="wide"><table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table></div>'


def trace_html(item: Item) -> str:
    """Show step by step why the answer is what it is."""
    if not item.turn.trace:
        return "<p>No trace is kept of this turn.</p>"
    lines = plain("\n".join(stored_trace_lines(item.turn.trace)))
    return f'<pre class="trace" tabindex="0">{_in_one_line(lines)}</pre>'


def articles_html(item: Item, articles: Mapping[str, Article]) -> str:
    """Show each quoted article with the quoted sentences marked."""
    citations = item.answer.citations if item.answer else ()
    if not citations:
        return "<p>No article is quoted.</p>"
    return "".join(_quoted(citation, articles.get(citation.article)) for citation in citations)


def given_html(given: Sequence[Given]) -> str:
    """Show the reviews that the reader may see."""
    return "".join(f'<div class="given">{_review(each)}</div>' for each in given)


def stage_text(item: Item) -> str:
    """Say what this turn waits for, and what the reader's verdict would be."""
    what = {
        "second": " Yours is the second review: you see the first when yours is saved.",
        "final": " Yours settles it.",
    }
    return _STAGES[item.stage] + (what.get(item.round or "", "") if item.round else " Only an editor can change that.")


def _is_flagged(item: Item) -> bool:
    return bool(item.queue and item.queue.state == "escalated")


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    shown = "".join(f"<div><dt>{name}</dt><dd>{plain(value)}</dd></div>" for name, value in facts if value)
    return f'<dl class="facts">{shown}</dl>'


def _rating(score: ScoreRow) -> str:
    said = ("helped" if score.value else "did not help") if score.name == "helpful" else f"{score.name} {score.value:g}"
    return plain(f"{score.source}: {said}{f' ({score.reason})' if score.reason else ''}")


def _turn(turn: TurnRow, *, now: bool, item: Item) -> str:
    asked = f'<p class="asked"><strong>Asked:</strong> {plain(turn.question or "")}</p>'
    if now and item.answer:
        return f'<li class="this" aria-current="true">{asked}{answer_html(item.answer)}</li>'
    text = reply_html(str((turn.answer or {}).get("text", "")))
    return f'<li>{asked}<div class="answered">{text}</div></li>'


def _passage(number: int, kept: Mapping[str, Any]) -> str:
    title = plain(" › ".join(dict.fromkeys(str(kept[name]) for name in ("title", "heading") if kept.get(name))))
    said = _one_line(str(kept.get("text", "")))
    text = f"<details><summary>{title or plain(str(kept['article']))}</summary><p>{said}</p></details>"
    scores = "".join(
        f"<td>{kept[name]:.3f}</td>" if name in kept else "<td></td>" for name in ("score", "dense", "lexical", "asked")
    )
    return f"<tr><td>{number}</td><td>{text}</td>{scores}</tr>"


def _quoted(citation: Citation, article: Article | None) -> str:
    name = f"<h3>[{citation.number}] {plain(citation.title)}</h3>"
    quote = f"<blockquote>{_one_line(citation.quote)}</blockquote>"
    if article is None:
        return f"{name}<p>This article is no longer there. It said:</p>{quote}"
    start, end = citation.start, citation.end
    if article.text[start:end] != citation.quote:
        # An edit above the quote moves it.
        start = article.text.find(citation.quote)
        end = start + len(citation.quote)
    body, marked = article_html(article, *((start, end) if start >= 0 else (None, None)))
    note = "" if marked else f"<p>The article has changed since. It said:</p>{quote}"
    # Several articles stand in one page: what is a place in one of them must not be there twice.
    body = _HEADING.sub(r"<\1h4", body.replace(' id="', ' data-place="'))
    return f'{name}{note}<div class="article-body" tabindex="0">{_in_one_line(body)}</div>'


def _review(each: Given) -> str:
    review = each.review
    why = f": {REASONS_WHY[review.reason]}" if review.reason else ""
    scores = ", ".join("–" if score is None else str(score) for score in review.sentences)
    parts = [
        f"<p><strong>{each.round.capitalize()} review, by {plain(each.author or 'somebody who has left')}: "
        f"{review.verdict}</strong>{plain(why)}</p>",
        f"<p>Sentences: {scores}</p>" if scores else "",
        f"<p>Note: {_one_line(review.note)}</p>" if review.note else "",
        f"<p>Should have been: {_one_line(review.corrected)}</p>" if review.corrected else "",
        f"<p>Right passage: {plain(review.passage)}</p>" if review.passage else "",
    ]
    return "".join(parts)


def _one_line(text: str) -> str:
    return plain(" ".join(text.split()))


def _in_one_line(html: str) -> str:
    """Keep line ends as references: the page reads our HTML as Markdown, which an empty line would end."""
    return html.replace("\n", "&#10;")
