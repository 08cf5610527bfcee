"""Fixed replies: one Markdown file per reply and language, every number in it filled in from `clinic.toml`."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from corpus.clinic import Clinic, tel
from corpus.front_matter import ContentError, Fields, read_document
from corpus.keeping import privacy_sentence

_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?:\.([a-z_]+))?\}")


@dataclass(frozen=True)
class Action:
    """Something a visitor can do with one tap."""

    kind: str
    """`call`, `text`, `chat`, or `say` (sends its label as the visitor's next message)."""
    label: str
    href: str
    """A `tel:`, `sms:` or `https:` link; empty for `say`."""


@dataclass(frozen=True)
class Reply:
    """One fixed text in one language, ready to show."""

    id: str
    language: str
    text: str
    """Markdown."""
    actions: tuple[Action, ...]
    reviewed_by: str | None
    reviewed_on: date | None


Replies = dict[tuple[str, str], Reply]
"""(reply id, language) -> reply."""


def load_replies(folder: Path, clinic: Clinic) -> Replies:
    """Load every `<id>.<language>.md` of `folder`, filled in; raise `ContentError` on the first that cannot be used.

    A text that gives the office hours is left out where `clinic.toml` has none.
    """
    paths = sorted(folder.glob("*.md"))
    replies = [load_reply(path, clinic) for path in paths if clinic.hours or "{hours}" not in path.read_text("utf-8")]
    if not replies:
        raise ContentError(folder, "replies", "no .md file in it", "Restore the folder replies/ from the project.")
    return {(reply.id, reply.language): reply for reply in replies}


def load_reply(path: Path, clinic: Clinic) -> Reply:
    """Load one reply. Its front matter: `actions` (such as `call:crisis`), `choices`, and the review fields."""
    document = read_document(path)
    fields = Fields(document)
    name, _, language = path.stem.rpartition(".")
    if not name or language not in {"en", "es"}:
        raise ContentError(path, "file name", "names no language", "Name it like crisis_self.en.md.")
    actions = [_action(fields, word, clinic, language) for word in fields.take_texts("actions")]
    choices = [Action("say", label, "") for label in fields.take_texts("choices")]
    reply = Reply(
        id=name,
        language=language,
        text=_fill(fields, document.text[document.body_start :].strip(), clinic, language),
        actions=(*actions, *choices),
        reviewed_by=fields.take("reviewed_by", str),
        reviewed_on=fields.take("reviewed_on", date),
    )
    fields.take("written_on", date)
    fields.finish()
    return reply


def call_clinic(clinic: Clinic, language: str) -> Action:
    """Return the action that calls the clinic."""
    return Action("call", f"{_VERBS['call'][language]} {clinic.phone}", tel(clinic.phone))


_SHORT_CODE = 6
_VERBS = {
    "call": {"en": "Call", "es": "Llamar al"},
    "text": {"en": "Text", "es": "Enviar mensaje al"},
    "chat": {"en": "Chat at", "es": "Chat en"},
}


def _action(fields: Fields, word: str, clinic: Clinic, language: str) -> Action:
    kind, _, line_id = word.partition(":")
    if word == "call:clinic":
        return call_clinic(clinic, language)
    line = clinic.help_lines.get(line_id)
    number = getattr(line, kind, None) if kind in _VERBS and line else None
    if number is None:
        remedy = "Write call:, text: or chat: and a help line."
        raise fields.error("actions", f"'{word}' is nothing clinic.toml offers", remedy)
    # A short code is known by its digits; of a long number people want to know whose it is.
    whose = "" if kind == "chat" or len(number) <= _SHORT_CODE else f"{line.name if line else ''}: "
    href = f"https://{number}" if kind == "chat" else tel(number).replace("tel:", "sms:" if kind == "text" else "tel:")
    return Action(kind, f"{whose}{_VERBS[kind][language]} {number}", href)


def _fill(fields: Fields, text: str, clinic: Clinic, language: str) -> str:
    own = {"clinic": clinic.name, "phone": clinic.phone, "privacy": privacy_sentence(clinic.retention, language)}
    if clinic.hours:
        own["hours"] = clinic.hours.in_words(language)

    def value(match: re.Match[str]) -> str:
        name, part = match.group(1), match.group(2) or "call"
        if name in own and match.group(2) is None:
            return own[name]
        found = getattr(clinic.help_lines.get(name), part, None)
        if not isinstance(found, str):
            remedy = (
                "Use {phone}, {clinic}, {hours}, {privacy}, or a help line's {name.call}, {name.text}, {name.chat}."
            )
            raise fields.error("body", f"{match.group(0)} is not in clinic.toml", remedy)
        return found

    return _PLACEHOLDER.sub(value, text)
