"""A follow-up brought down to what it adds: without slips of the keyboard, and without "just", "too" or "the … one"."""

import re

from chatbot.aspects import aspect_in
from chatbot.phrases import HELPING, bare, content_words, is_fragment, mentions, treatment_mentions
from chatbot.topics import topic_in
from corpus.glossary import Glossary

_I = re.IGNORECASE
_CHOICE = re.compile(r"^(?:(?:yes|yeah|yep|just|only|maybe|probably|i think|solo|sólo|sí|si)\b[\s,]*)+", _I)
_ONE_WITH = re.compile(
    r"^(?:the|that)\s+(?:one|kind|treatment|drug)\s+(?:with|that uses|using|for|of)\s+(?:the\s+)?", _I
)
_ONE = re.compile(r"^(?:the\s+)?(?P<which>.{2,40}?)\s+(?:ones?|version|kind)$", _I)
_ALSO = re.compile(
    r"[,\s]+(?:too|as well|también|tambien|then|(?:can|is|does|do|would|will|has)\s+(?:that|it|they)(?: too)?)$", _I
)
_SHORT_VERB = re.compile(
    rf"^{HELPING}\s+(?P<of>\S+(?:\s+\S+){{0,2}}?)"
    r"(?:\s+(?:have|do|has|need|cause)\s+(?:one|any|it|that|this|so|them))?$",
    _I,
)
"""A verb that stands for all of the question before: "does ketamine?"."""
_SPANISH_QUESTION = re.compile(r"\b(?:qué|cuál(?:es)?|cuánt[oa]s?|cómo|cuándo|dónde|quién(?:es)?)\b", _I)
_SMALL_WORDS = tuple(
    (re.compile(rf"^{spanish}\s+(?:(?:el|la|los|las)\s+)?", _I), english)
    for spanish, english in (
        ("después de(?:l)?", "after "), ("antes de(?:l)?", "before "), ("durante", "during "), ("sin", "without "),
        ("con", "with "), ("para", "for "), ("en", "in "), ("(?:el|la|los|las)", ""),
    )
)  # fmt: skip
_SLIPS = {
    slip: word
    for word, slips in {
        "how": "hwo hw ohw hou", "what": "waht wat wht whta", "when": "wen whne wehn", "why": "wy whi",
        "which": "wich whcih whihc", "where": "wher whre", "and": "adn nad", "about": "abuot abot baout abt",
        "long": "lng logn", "often": "offen offten oftn oftne", "many": "mnay meny", "much": "mcuh", "does": "deos",
        "the": "teh hte", "with": "wiht wtih", "meant": "ment maent", "mean": "meen", "other": "ohter othr",
        "one": "oen", "cost": "cots", "qué": "ke", "cuánto": "kuanto",
    }.items()
    for slip in slips.split()
}
"""Question words as they are mistyped, where a follow-up hangs on them; none is a word of its own."""
_SLIP = re.compile(r"(?<![\w’'])(?:" + "|".join(map(re.escape, _SLIPS)) + r")(?![\w’'])", _I)


def without_slips(text: str) -> str:
    """Put question words right that were mistyped."""
    return _SLIP.sub(lambda slip: _SLIPS[slip.group().casefold()], text)


def shortened(core: str, glossary: Glossary) -> str:
    """Cut what says no more than that the question is the same: "yes, just the ketamine one", "does ketamine too?"."""
    short = _ALSO.sub("", core)
    if is_fragment(short):
        core = short
    chosen = _CHOICE.sub("", core)
    if treatment_mentions(chosen, glossary) and is_fragment(chosen):
        core = chosen
    if (one := _ONE.match(core)) and mentions(one.group("which"), glossary):
        return one.group("which")
    verb = _SHORT_VERB.match(core)
    named = treatment_mentions(verb.group("of"), glossary) if verb else []
    if verb and named and len(content_words(verb.group("of"))) == len(content_words(named[0].text)):
        return verb.group("of")
    return _ONE_WITH.sub("", core)


def in_english(core: str, before: str, glossary: Glossary) -> str:
    """Put a Spanish fragment into English, as the question is that it belongs to: "con el TOC" -> "with OCD"."""
    if _SPANISH_QUESTION.search(core) or aspect_in(core) or treatment_mentions(core, glossary):
        return core
    named = mentions(core, glossary)
    if not named:
        # What cannot be put into English stays a question of its own, of the same treatment.
        topic = topic_in(bare(before), "es", glossary)
        return f"{core} con {topic}" if topic else core
    for mention in reversed(named):
        core = f"{core[: mention.start]}{mention.name}{core[mention.end :]}"
    for pattern, english in _SMALL_WORDS:
        core = pattern.sub(english, core)
    return core
