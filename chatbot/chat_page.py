"""The embeddable chat's document: one template, the same with and without JavaScript.

A conversation is carried as the visitor's own earlier questions, in hidden fields of the page's form. The server keeps
nothing of it: there is nothing to expire or to leak, a restart loses neither the thread nor the fact that somebody was
in danger, and any number of servers can answer. A visitor could forge what he asked himself, but never an answer.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from urllib.parse import parse_qsl

from chatbot.bot import Bot
from chatbot.conversation import Answer, Language, Question
from chatbot.page_parts import (
    announcements,
    crisis_strip,
    notice_html,
    opening_html,
    pinned_bar,
    skip_link,
    source_panel,
    style_links,
    topics_html,
)
from chatbot.rendering import plain
from chatbot.suggesting import Starters
from chatbot.turns import guide_html, offers, prompt_of, recent, visitor_html
from chatbot.wording import words

FOLDER = Path(__file__).parent / "embed"
"""The template, script and style sheet of the chat, the widget, and a page to try it on."""
_MOST_FIELDS = 64
_CONVERSATION = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Sent:
    """What a visitor's form says: the message, and all there is of the conversation before it."""

    language: Language = "en"
    chosen: bool = False
    """Whether the visitor chose the language; otherwise each question's own is guessed."""
    earlier: tuple[str, ...] = ()
    crisis: bool = False
    """Whether danger was spoken of before: the help line stays pinned until the chat is cleared."""
    turns: int = 0
    question: str = ""
    """What is typed in the box."""
    say: str = ""
    """The choice that was tapped instead."""
    conversation: str = ""
    """What tells this conversation from others as long as its page is open."""
    switch: str = ""
    """The language to show the page in, if that was all that was asked."""
    clear: bool = False

    def asked(self) -> Question:
        """Return the message as a question with what was asked before."""
        language = self.language if self.chosen else None
        return Question(self.say or self.question, self.earlier, language, self.conversation)


@dataclass(frozen=True)
class Turn:
    """An answer as the page shows it, with what to offer next."""

    html: str
    kept: bool
    """Whether the message was read: one that is empty or too long stays in the box and out of the history."""
    crisis: bool


def read_form(body: bytes) -> Sent:
    """Read a form as a browser sends it; what is missing or odd gets its default."""
    pairs = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, errors="replace")[-_MOST_FIELDS:]
    last = dict(pairs)
    turns, conversation = last.get("turns", ""), last.get("conversation", "")
    return Sent(
        language="es" if last.get("language") == "es" else "en",
        chosen=last.get("chosen") == "1",
        earlier=recent([value for name, value in pairs if name == "earlier"]),
        crisis=last.get("crisis") == "1",
        turns=int(turns) if re.fullmatch(r"[0-9]{1,4}", turns) else 0,
        question=last.get("question", ""),
        say=last.get("say", ""),
        conversation=conversation if _CONVERSATION.fullmatch(conversation) else "",
        switch=last.get("switch", ""),
        clear="clear" in last,
    )


def choices_html(answer: Answer, follow_ups: Sequence[str]) -> str:
    """Return the buttons that say something with one tap, under what they answer."""
    labels = offers(answer, follow_ups)
    if not labels:
        return ""
    prompt = plain(prompt_of(answer))
    buttons = "".join(_say(label) for label in labels)
    language = plain(answer.language)
    return (
        f'<div class="choices" role="group" aria-label="{prompt}" lang="{language}">'
        f'<p aria-hidden="true">{prompt}</p>{buttons}</div>'
    )


def message_html(answer: Answer, sent: Sent, follow_ups: Sequence[str]) -> str:
    """Return an answer with what can be said next."""
    return guide_html(answer, sent.language) + choices_html(answer, follow_ups)


def chat_document(bot: Bot, sent: Sent, starters: Starters, turn: Turn | None = None) -> str:
    """Return the whole page: empty, or after `turn` for a browser without JavaScript."""
    clinic, label, language = bot.clinic, words(sent.language), sent.language
    began = turn is not None or bool(sent.earlier)
    after = _after(sent, turn)
    values = {
        "language": language,
        "hosts": plain(" ".join(clinic.site.frame_ancestors)),
        "title": f"{plain(clinic.name)} · {plain(label.title)}",
        "styles": style_links("answers", "chat"),
        "skip": skip_link(clinic),
        "bar": pinned_bar(clinic, crisis_strip(clinic, bot.replies, shown=after.crisis))
        + notice_html(clinic, bot.switches()),
        "announcements": announcements(clinic, bot.replies),
        "heading": f"<span>{plain(clinic.name)}</span> {plain(label.title)}",
        "other": _other_language(bot, language),
        "opened": "" if began else " open",
        "about": plain(label.about_page),
        "opening": opening_html(bot.replies, language),
        "suggestions_hidden": " hidden" if began else "",
        "suggestions": _suggestions(starters, language),
        "conversation": plain(label.conversation),
        "messages": _messages(sent, turn),
        "sent": hidden_fields(after),
        "label": f'<label for="question">{plain(label.question_label)}</label>{_tools(language)}',
        "draft": plain(_draft(sent, turn)),
        "send": f'<button type="submit">{plain(label.send)}</button>',
        "tip": f'<p id="question-help">{plain(label.question_help)}</p>',
        "panel": source_panel(clinic),
    }
    return Template((FOLDER / "chat.html").read_text(encoding="utf-8")).substitute(values)


def hidden_fields(sent: Sent) -> str:
    """Return the conversation so far as fields of the form."""
    fixed = {
        "language": sent.language,
        "chosen": str(int(sent.chosen)),
        "crisis": str(int(sent.crisis)),
        "turns": str(sent.turns),
        "conversation": sent.conversation or secrets.token_hex(8),
    }
    pairs = [*fixed.items(), *(("earlier", text) for text in sent.earlier)]
    return "".join(f'<input type="hidden" name="{name}" value="{plain(value)}">' for name, value in pairs)


def _after(sent: Sent, turn: Turn | None) -> Sent:
    if turn is None:
        return sent
    earlier = recent((*sent.earlier, sent.asked().text)) if turn.kept else sent.earlier
    crisis = sent.crisis or turn.crisis
    return Sent(sent.language, sent.chosen, earlier, crisis, sent.turns + 1, conversation=sent.conversation)


def _draft(sent: Sent, turn: Turn | None) -> str:
    """Return what stays in the box: all of it unless it was this that was answered."""
    return "" if turn and turn.kept and not sent.say else sent.question


def _messages(sent: Sent, turn: Turn | None) -> str:
    label = words(sent.language)
    items = "".join(f"<li>{plain(text)}</li>" for text in sent.earlier)
    before = f"<li><details><summary>{plain(label.asked_before)}</summary><ol>{items}</ol></details></li>"
    shown = [before] if items else []
    if turn and turn.kept:
        shown.append(f"<li>{visitor_html(sent.asked().text, sent.language)}</li>")
    if turn:
        shown.append(f'<li id="latest">{turn.html}</li>')
    return "".join(shown)


def _other_language(bot: Bot, language: Language) -> str:
    others = [other for other in bot.clinic.languages if other != language]
    return "".join(
        f'<button form="ask" name="switch" value="{other}" lang="{other}">{plain(words(other).own_name)}</button>'
        for other in others
    )


def _suggestions(starters: Starters, language: Language) -> str:
    label = words(language)
    first = "".join(_say(text) for text in starters.first)
    group = f'<div class="choices" role="group" aria-labelledby="suggestions-title">{first}</div>'
    shown = f'<p id="suggestions-title">{plain(label.suggestions)}</p>{group}' if first else ""
    return shown + topics_html(starters, language, _say)


def _say(text: str) -> str:
    return f'<button form="ask" name="say" value="{plain(text)}">{plain(text)}</button>'


def _tools(language: Language) -> str:
    label = words(language)
    printing = f'<button type="button" id="print" class="quiet scripted-only">{plain(label.print)}</button>'
    clearing = f'<button name="clear" value="1" class="quiet">{plain(label.clear)}</button>'
    said = f'data-cleared="{plain(label.cleared)}" data-looking="{plain(label.looking)}" data-you="{plain(label.you)}"'
    return f'<span id="page-tools" {said}>{printing}{clearing}</span>'
