"""Take a message apart: the questions in it, and the sentences that only tell a story."""

import re
from dataclasses import dataclass

from chatbot.aspects import aspects_apart
from chatbot.openings import without_thanks
from chatbot.phrases import ASKING, HELPING, content_words

MAX_QUESTIONS = 3
"""More are not answered at once: nobody reads an answer in seven parts."""

_SHORT = 25
"""Words of a message that is searched whole, if it asks one thing: its other sentences say what it is about."""
_KEPT = 60
"""Words that are kept of a long message in which no question is found: its end, where people come to the point."""
_I = re.IGNORECASE
_ABBREVIATED = re.compile(r"\b(?:dr|mr|mrs|ms|vs|e\.g|i\.e|etc|approx|no|st)\.$", _I)
_END = re.compile(r"(?<=[.?!…])[\"'”’)]*\s+|\s*\n+\s*|(?<=\w)\s+(?=¿)")
_NUMBERED = re.compile(r"(?:^|\s)(?:\(?\d{1,2}[.)]|[-•*])\s+(?=\w|¿)")
_SUBJECT = (
    r"(?:i|we|you|it|they|he|she|that|this|these|those|there|people|patients|someone|anyone|the|a|an|my|your|any"
    r"|\w*tamine?|spravato|insurance)"
)
_SPANISH_ASKING = r"(?:por qué|para qué|qué|cuál(?:es)?|cuánt[oa]s?|cómo|cuándo|dónde|quién(?:es)?)"
_OPENS = re.compile(
    rf"^(?:(?:and|or|also|but|so|plus|hi|hello|hey|ok(?:ay)?|well|y|pero|también|hola)\b[\s,]*)*(?:¿|{ASKING}\b|{HELPING}\s"
    r"|(?:(?:what|how) about|tell me|explain|describe)\b)",
    _I,
)
_REQUEST = re.compile(
    r"^.{0,40}?\b(?:(?:i|we)(?:['’]d| would| do|['’]m| am)?(?: just| really| also)?\s+"
    r"(?:(?:want(?:ed)?|need|like|love|trying)(?: to)? (?:know|understand|learn|find out|ask|hear)"
    r"|wonder(?:ing)?|curious|(?:don['’]?t|do not) (?:know|understand)|have a question)|my question is"
    r"|(?:can|could|would) (?:you|someone|anyone) (?:please )?(?:tell me|explain|say)|quiero saber|quisiera saber"
    r"|me gustaría saber|mi pregunta es)\b[\s,:]*(?:about\s+|is\s+)?(?=\w)",
    _I,
)
_ALSO = re.compile(r"^\W*(?:(?:and|also|y|what about|how about|qué hay de)\b\s*)+", _I)
_JOINT = re.compile(
    rf"[,;]?\s+(?:and|or|also|but|plus|y|pero)\s+(?:also\s+|then\s+|if so,?\s+|también\s+)?"
    rf"(?=(?:{ASKING}(?:\s+\S+){{0,3}}?\s+{HELPING}\s+\S|(?:what|how) about\s|{HELPING}\s+{_SUBJECT}\b"
    rf"|who\s+\w+s\b|{_SPANISH_ASKING}\s+\w+))"
    rf"|,\s+(?=(?:{ASKING}(?:\s+\S+){{0,3}}?\s+{HELPING}\s+{_SUBJECT}\b))",
    _I,
)
_HANGING = re.compile(rf"(?:\b(?:know|sure|see|unsure|of|about|both|when|if)|\b{ASKING})\s*$", _I)
_CHATTER = re.compile(
    r"^\W*(?:(?:ok|right|you know|know what i mean|does that make sense|how are you(?: doing| today)*|is that ok(?:ay)?"
    r"|(?:can|could|may) i ask(?: you)?(?: (?:a|some|something|one|another|questions?|thing))*|got a (?:minute|second)"
    r"|can you help(?: me)?(?: with (?:that|this))?|(?:is )?any(?:one|body) (?:there|here)|(?:a )?quick question"
    r"|questions?|hello|hi|hey|cómo está[s]?|verdad|no)\W*)+$",
    _I,
)


@dataclass(frozen=True)
class Part:
    """A question of a message, and what the message tells before it."""

    question: str
    story: tuple[str, ...] = ()
    """Sentences that ask nothing, nearest to the question first: they only say what "it" is."""


def take_apart(message: str) -> list[Part]:
    """Return the message's questions in order, at most one more than are answered; if it asks nothing, all of it."""
    sentences = _sentences(message)
    asked = [number for number, sentence in enumerate(sentences) if _asks(sentence)]
    parts = [
        Part(question, tuple(_story(sentences, asked, number)))
        for number in asked
        for question in _separate(_request_off(sentences[number]))
    ]
    if listed := aspects_apart(_ALSO.sub("", without_thanks(message))):
        parts = [Part(f"{each}?") for each in listed]
    if len(parts) > 1 or (parts and len(message.split()) > _SHORT):
        return parts[: MAX_QUESTIONS + 1]
    kept = message if len(message.split()) <= _KEPT else " ".join(message.split()[-_KEPT:])
    return [Part(kept.strip())]


def _sentences(message: str) -> list[str]:
    pieces: list[str] = []
    for line in _NUMBERED.split(message):
        for piece in _END.split(line):
            if pieces and _ABBREVIATED.search(pieces[-1]):
                pieces[-1] = f"{pieces[-1]} {piece}"
            elif piece and piece.strip():
                pieces.append(piece.strip())
    return pieces


def _asks(sentence: str) -> bool:
    if _CHATTER.match(sentence):
        return False
    return sentence.endswith("?") or bool(_OPENS.match(sentence) or _REQUEST.match(sentence))


def _request_off(sentence: str) -> str:
    """Cut "I would like to know" from before what is asked, if something is."""
    rest = _REQUEST.sub("", sentence, count=1)
    return rest if content_words(rest) else sentence


def _separate(sentence: str) -> list[str]:
    """Part two questions that a conjunction joins; one word asked in two ways stays one."""
    questions: list[str] = []
    start = 0
    for joint in _JOINT.finditer(sentence):
        before = sentence[start : joint.start()]
        if _OPENS.match(before) and _is_whole(before) and not _HANGING.search(before):
            questions.append(f"{before.strip(' ,;')}?")
            start = joint.end()
    return [*questions, sentence[start:].strip()]


def _is_whole(question: str) -> bool:
    """Tell whether a question before "and" can stand by itself; in Spanish two words may: "¿cuánto cuesta?"."""
    words = question.split()
    return len(words) > 2 or (len(words) == 2 and bool(re.match(rf"¿?{_SPANISH_ASKING}\b", words[0], _I)))


def _story(sentences: list[str], asked: list[int], number: int) -> list[str]:
    told = [place for place in range(len(sentences)) if place not in asked]
    return [sentences[place] for place in sorted(told, key=lambda place: (place > number, abs(place - number)))]
