"""Add a question to a list of a section in an article's front matter: something is put in, nothing else moves."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import yaml

from chatbot.staff.written import FixRefusedError
from corpus.article import Article, same_question
from corpus.front_matter import FENCED, ContentError, read_fields

_ENDS = re.compile(r"\r\n|\r|\n")
_BY_HAND = "Its list of questions is written in a way that cannot be added to here. Add it in the editor."

Listing = Literal["questions", "unanswered"]
"""The list of what a section answers, or of what is near to it and no article answers."""


def require_unlisted(question: str, listing: Listing, articles: Iterable[Article]) -> None:
    """Refuse a question that some article has in the other list: both cannot be right."""
    for article in articles:
        others = article.unanswered if listing == "questions" else article.questions
        for heading, asked in others.items():
            if same_question(question) in map(same_question, asked):
                said = "not answered" if listing == "questions" else "answered"
                place = f"'{heading}' in {article.id}.md or {article.id}.questions.yaml"
                raise FixRefusedError(f"It is listed as {said} under {place}. Remove it there first.", question)


def with_question(text: str, heading: str, question: str, listing: Listing = "questions") -> str:
    """Return an article's text with one more question of a section; raise `FixRefusedError` where that is not safe."""
    fenced = FENCED.match(text)
    if fenced is None:
        raise FixRefusedError(f"The article has no front matter. {_BY_HAND}")
    before = read_fields(Path("article"), fenced.group(1)).get(listing) or {}
    asked = before.get(heading) or []
    if question.casefold() in (each.casefold() for each in asked):
        raise FixRefusedError("This section lists that question already. Edit the article, or choose another section.")
    place, added = _insertion(fenced.group(1), heading, question, listing)
    place += fenced.start(1)
    changed = text[:place] + added + text[place:]
    if not _adds(text, changed, listing, before | {heading: [*asked, question]}):
        raise FixRefusedError(_BY_HAND)
    return changed


def _insertion(source: str, heading: str, question: str, listing: Listing) -> tuple[int, str]:
    """Return where in the front matter to put what."""
    ends = _ENDS.search(source)
    root, end = yaml.compose(source, Loader=yaml.SafeLoader), ends.group() if ends else "\n"
    lists = _value(root, listing)
    if lists is None:
        return len(source), f"{listing}:{end}{_section('  ', heading, question, end)}"
    if isinstance(lists, yaml.ScalarNode) and not lists.value:
        return _next_line(source, lists), _section("  ", heading, question, end)
    items = _value(lists, heading)
    if isinstance(items, yaml.SequenceNode):
        line = f"{' ' * items.start_mark.column}- {_quoted(question)}{end}"
        return _in_list(source, items, line, _quoted(question))
    if items is not None or not isinstance(lists, yaml.MappingNode):
        raise FixRefusedError(_BY_HAND)
    section = _section(" " * lists.start_mark.column, heading, question, end)
    return _in_list(source, lists, section, f"{_quoted(heading)}: [{_quoted(question)}]")


def _value(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _in_list(source: str, node: yaml.CollectionNode, line: str, inline: str) -> tuple[int, str]:
    """Put a line below the last item, or between brackets one item more."""
    if not node.flow_style:
        return _next_line(source, _last(node)), line
    place = node.end_mark.index - 1
    needs_comma = bool(node.value) and not source[:place].rstrip().endswith(",")
    return place, f"{', ' if needs_comma else ''}{inline}"


def _last(node: yaml.Node) -> yaml.Node:
    """Return the leaf that ends a block: the block's own end lies behind the comments that follow it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        item = node.value[-1]
        node = item[1] if isinstance(item, tuple) else item
    return node


def _next_line(source: str, node: yaml.Node) -> int:
    """Return where the line after a node begins."""
    place = node.end_mark.index
    if place and source[place - 1] in "\r\n":
        return int(place)
    found = _ENDS.search(source, place)
    return found.end() if found else len(source)


def _section(indent: str, heading: str, question: str, end: str) -> str:
    return f"{indent}{_quoted(heading)}:{end}{indent}  - {_quoted(question)}{end}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _fields(text: str) -> dict[str, object]:
    fenced = FENCED.match(text)
    return read_fields(Path("article"), fenced.group(1)) if fenced else {}


def _adds(text: str, changed: str, listing: Listing, wanted: dict[str, list[str]]) -> bool:
    try:
        now = _fields(changed)
    except ContentError:
        return False
    return now.get(listing) == wanted and now | {listing: None} == _fields(text) | {listing: None}
