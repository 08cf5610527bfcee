"""What a question is about, for a follow-up to be asked of: its treatment, or else what it names or defines."""

import re

from chatbot.conversation import Language
from chatbot.phrases import (
    DEFINING,
    HELPING,
    Mention,
    bare,
    called,
    is_fragment,
    mentions,
    spanish_name,
    treatment_mentions,
    with_head,
)
from chatbot.safety.language import guess_language
from corpus.glossary import Glossary

_I = re.IGNORECASE
PLACE = (
    r"(?:in|on|at|with|without|for|of|to|from|after|before|during|while|under|over|about|against|by|near|en|con|sin|para"
    r"|después de|antes de|durante|de|por)"
)
_PEOPLE = r"(?:people|patients|adults|women|men|someone|you|i|we|they)"
_VERB_BEFORE = re.compile(rf"\b(?:can|could|do|did|will|would|may|might|to|{_PEOPLE})\s+$", _I)
"""After one of these a term is a verb: "can clash", "people drive"."""
_NO_NOUN_AFTER = re.compile(rf"\s+(?:{_PEOPLE}|with)\b", _I)
"""Before one of these it is none either: "pregnant people"."""
_COUNTED = re.compile(rf"^how many(?=\s+{HELPING}\b|$)", _I)
WITH: dict[Language, str] = {"en": "with", "es": "con"}
OF: dict[Language, str] = {"en": "of", "es": "de"}


def language_of(core: str, before: str) -> Language:
    """Return the language a follow-up is in; a word or two may show none, then it is that of the question before."""
    return guess_language(core) or guess_language(before) or "en"


def topic_in(before: str, language: Language, glossary: Glossary) -> str:
    """Return the treatment a question asks about, or what else it is about, for a follow-up in `language`."""
    about = treatment_mentions(before, glossary)
    if not about:
        return subject(before, glossary)
    if language == (guess_language(before) or language) and language == "en":
        return with_head(about[0], before)
    return called(about[0], language, glossary)


def spoken_name(mention: Mention, language: Language, glossary: Glossary) -> str:
    """Return the name of the treatment itself, whatever word it was mentioned by."""
    return spanish_name(mention.name, glossary) if language == "es" else mention.name


def with_treatment(core: str, before: str, glossary: Glossary) -> str:
    """Add of which treatment a question asks, that of the question before; without one, what that was about."""
    if treatment_mentions(core, glossary):
        return core
    language = language_of(core, before)
    topic = topic_in(before, language, glossary)
    if not topic or topic in core:
        return core if topic else f"{before}? {core}"
    counted = _COUNTED.match(core)
    return f"{counted.group()} {topic}{core[counted.end() :]}" if counted else f"{core} {WITH[language]} {topic}"


def subject(question: str, glossary: Glossary) -> str:
    """Return what a question is about, for "it" to stand for: what it asks the meaning of, else what it names first."""
    asked = bare(question)
    if defined := DEFINING.match(asked):
        thing = re.sub(r"^(?:an?|un|una)\s+", "", defined.group("thing") or defined.group("word"), flags=_I)
        if not re.match(rf"(?:{PLACE}|going|allowed|able)\b", thing, _I):
            return re.sub(r"\s+(?:for|like|used for|about|made of)$", "", thing, flags=_I)
    named = [mention for mention in mentions(asked, glossary) if _is_noun(mention, asked)]
    if named:
        return with_head(named[0], asked)
    return asked if is_fragment(asked) else ""


def last_term(question: str, glossary: Glossary) -> str:
    """Return the last term a question names: what "what does that mean?" asks of."""
    terms = [mention.text for mention in mentions(question, glossary) if mention.sort != "treatment"]
    return terms[-1] if terms else subject(question, glossary)


def _is_noun(mention: Mention, text: str) -> bool:
    if mention.sort == "treatment":
        return True
    verb = _VERB_BEFORE.search(text[: mention.start]) or mention.text.casefold().endswith(" with")
    return not verb and not _NO_NOUN_AFTER.match(text, mention.end)
