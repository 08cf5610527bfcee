"""A visitor's conversation as a page shows it: one line of HTML a message, kept on the server and nowhere else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chatbot.asking import MAX_CHARACTERS
from chatbot.conversation import Answer, Language, Question
from chatbot.rendering import answer_html, is_urgent, plain
from chatbot.wording import REASONS, Words, words

SAY_BUTTONS = 4
HISTORY_READ = 20
"""Earlier messages a question is read with."""
HISTORY_CHARACTERS = 10_000
"""In all of them together: each is read again with every question, so a longer history could keep the server busy."""
_LONGEST_SHOWN = 1000
"""Characters of a visitor's own message that are shown back; all of it is read."""
_BLOCKS_KEPT = 80


@dataclass(frozen=True)
class Conversation:
    """One visitor's conversation; it lives in the server's memory and never comes back from a browser."""

    language: Language = "en"
    chosen: bool = False
    """Whether the visitor chose the language; otherwise each question's own is guessed."""
    asked: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    """One line of HTML a message."""
    turns: int = 0
    offered: tuple[str, ...] = ()
    """Labels of the last answer's `say` actions."""
    id: str = ""
    """What tells it from others as long as its page is open; drawn with its first message."""
    prompt: str = ""
    """HTML that says what those are for: the question asked in bold, if one was."""

    def question(self, text: str) -> Question:
        """Return the visitor's next question with what was asked before."""
        return Question(text, self.asked, self.language if self.chosen else None, self.id)

    def markdown(self, *extra: str) -> str:
        """Return the conversation as Markdown whose every block is one message."""
        return "\n\n".join([*self.blocks, *extra])

    def with_turn(self, text: str, answer: Answer, follow_ups: Sequence[str] = ()) -> "Conversation":
        """Add a question and its answer; an empty or endless message leaves only its answer."""
        readable = is_readable(text)
        said = (visitor_html(text, self.language),) if readable else ()
        # The same question twice has the same answer's id, and each needs its own places to jump to.
        shown = guide_html(replace(answer, id=f"{answer.id}-{self.turns}"), self.language)
        blocks = (*self.blocks, *said, shown)[-_BLOCKS_KEPT:]
        offered = offers(answer, follow_ups)
        asked = recent((*self.asked, text)) if readable else self.asked
        prompt = f'<p lang="{plain(answer.language)}">{plain(prompt_of(answer))}</p>' if offered else ""
        return replace(self, asked=asked, blocks=blocks, turns=self.turns + 1, offered=offered, prompt=prompt)


def encodable(text: str) -> str:
    """Replace halves of characters, which no reply could carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def is_readable(text: str) -> bool:
    """Tell whether a message is neither empty nor longer than what is read."""
    return bool(text.strip()) and len(text) <= MAX_CHARACTERS


def offers(answer: Answer, follow_ups: Sequence[str]) -> tuple[str, ...]:
    """Return what a visitor can say next with one tap: the reply's own choices, else questions of the same article."""
    own = [action.label for action in answer.actions if action.kind == "say"]
    return tuple(own or follow_ups)[:SAY_BUTTONS]


def prompt_of(answer: Answer) -> str:
    """Return what those choices are for: the question asked in bold, if one was."""
    asked = re.findall(r"\*\*([^*\n]+\?)\*\*", answer.text)
    if asked and is_urgent(answer):
        return str(asked[-1])
    label = words(answer.language)
    return label.follow_ups if answer.outcome == "answered" else label.suggestions


def recent(history: Sequence[str]) -> tuple[str, ...]:
    """Return the last of a conversation's messages, as many as are read with the next: the very last in any case."""
    kept: list[str] = []
    for text in reversed(history[-HISTORY_READ:]):
        if kept and sum(map(len, kept)) + len(text) > HISTORY_CHARACTERS:
            break
        kept.append(text)
    return tuple(reversed(kept))


def visitor_html(text: str, language: Language) -> str:
    """Show what the visitor wrote, as text and nothing else."""
    shown = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
    lines = "<br>".join(plain(line) for line in shown.splitlines())
    return f'<div class="message visitor"><p class="speaker">{plain(words(language).you)}</p><p>{lines}</p></div>'


def looking_html(language: Language) -> str:
    """Show that an answer is on its way."""
    return f'<div class="message looking"><p>{plain(words(language).looking)}</p></div>'


def restarted_html(language: Language) -> str:
    """Say, where a conversation goes on, that nothing is known of what was said before."""
    said = plain(words(language).restarted)
    return f'<div class="message restarted" role="note" lang="{language}"><p>{said}</p></div>'


def guide_html(answer: Answer, language: Language) -> str:
    """Show an answer; one about danger, or a failure, is announced at once and has nothing to be rated."""
    kind = f'{answer.route} urgent" role="alert' if is_urgent(answer) else answer.route
    label = words(language)
    tools = "" if is_urgent(answer) else _tools(answer.id, label)
    speaker = f'<p class="speaker">{plain(label.guide)}</p>'
    return f'<div class="message guide {kind}">{speaker}{answer_html(answer)}{tools}</div>'


def _tools(name: str, label: Words) -> str:
    """Return the buttons under an answer; they need script and are hidden without."""
    rating = "".join(
        f'<button type="button" class="tool" data-do="{does}" aria-pressed="false">{plain(text)}</button>'
        for does, text in (("helpful", label.helpful), ("unhelpful", label.unhelpful))
    )
    reasons = "".join(
        f'<button type="button" class="tool" data-do="reason" data-reason="{code}" aria-pressed="false">'
        f"{plain(getattr(label, f'reason_{code}'))}</button>"
        for code in REASONS
    )
    said = f'data-copied="{plain(label.copied)}" data-not-copied="{plain(label.not_copied)}"'
    return (
        f'<div class="tools" data-answer="{plain(name)}" data-thanks="{plain(label.thanks)}" {said}>'
        f'<button type="button" class="tool" data-do="copy">{plain(label.copy)}</button>'
        f'<span class="rating" role="group" aria-label="{plain(label.helpful_question)}">'
        f'<span aria-hidden="true">{plain(label.helpful_question)}</span>{rating}</span>'
        f'<div class="reasons" role="group" aria-label="{plain(label.reason_question)}" hidden>'
        f'<span aria-hidden="true">{plain(label.reason_question)}</span>{reasons}</div>'
        '<p class="said" role="status"></p></div>'
    )
