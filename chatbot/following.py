"""Resolve a follow-up: the question in full, with what it leaves to the question before it.

The visitor's own questions are all there is to go by. A follow-up is one of four things, tried in this order: a
correction ("no, I meant the shot"), a question word ("why?"), a fragment ("and OCD?"), or a sentence that points back
("does it hurt?"). What none of them fits stands alone.
"""

import re
from dataclasses import dataclass

from chatbot.fragments import VERB_FIRST, WHICH, between, is_fragment, last_term, merged, subject, with_treatment
from chatbot.phrases import DEFINING, HEADS, bare, is_open, mentions, says_one_thing, treatment_mentions
from corpus.glossary import Glossary

_I = re.IGNORECASE
_NEW_TOPIC = re.compile(
    r"^\W*(?:(?:a )?(?:different|new|another|unrelated|separate|one more|next|last) (?:question|topic|thing)"
    r"|changing (?:the )?(?:subject|topic)|on another note|otra pregunta|otra cosa|cambiando de tema)\s*[:,.;–-]*\s+",
    _I,
)
_COURTESY = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|thanks|thank you|thx|great|good|cool|got it|i see|right|alright|hi|hello|gracias|hola|vale)\b"
    r"(?: so much| a lot)?[\s,.!]*)+(?=\w)",
    _I,
)
_LEAD = re.compile(
    r"^[\W_]*(?:(?:and|or|also|but|so|then|plus|well|hmm|y|e|o|pero|también)\b[\s,]*)*"
    r"(?:(?:w(?:h)?at|how) about|what of|same (?:thing )?(?:for|with)|qué tal|qué hay de|qué pasa con)?\s*",
    _I,
)
_CORRECTION = re.compile(
    r"^\W*(?:(?:no+|nope|nah|sorry|wait|oops|perdón|perdona)\b[\s,.!]*)*"
    r"(?:(?:i|we)\s*(?:['’]m|am|was|were)?\s*(?:mean|meant|asking about|talking about)|quise decir|quiero decir"
    r"|me refiero a|me refería a|hablo de)\s+",
    _I,
)
_NO = re.compile(r"^\W*no+\b[\s,.!]+", _I)
_NOT_THIS = re.compile(r"^\W*(?:no\W+)?not\s+[^,;]{1,40}[,;]\s*(?:but\s+)?(?=\w)", _I)
_OTHER = re.compile(r"\b(?:the )?other (?:one|treatment|drug|medicine|option|kind|way)\b|\b(?:la otra|el otro)\b", _I)
_ANIMATE = re.compile(
    r"\b(?:people|patients|adults|persons|women|men|kids|children|doctors|clinicians|staff|nurses|plans?|insurers?"
    r"|companies|someone|somebody|everyone|anyone|parents|veterans|friends|family)\b",
    _I,
)
_EXPLETIVE = re.compile(
    r"\bit(?:['’]s| is| was)?\s+(?:\w+\s+)?(?:that|to|if|when)\b|\b(?:is|was)\s+it\s+\w+\s+(?:to|that|if|for)\b"
    r"|\blike to\b",
    _I,
)
_THING = rf"(?:treatments?|drugs?|medicines?|medications?|meds?|therapy|one|ones|stuff|thing|{HEADS})"
_THIS = re.compile(
    rf"\b(?:(?:this|that|these|those)\s+{_THING}|the\s+(?:treatment|drug|medicine|medication)|it|this|that|these|those"
    r"|they|them|ello|eso|esto)\b(?P<is>['’]s)?",
    _I,
)
_ITS = re.compile(r"\b(?:its|their)\b", _I)
_CONJUNCTION = re.compile(r"\b(?:\w{4,}|know|say|so|now)\s+that\s+(?!\w+$)", _I)
_AFTERWARDS = re.compile(r"\b(?:afterwards?|right after)\b(?=\W*$)", _I)
_BOUNDARY = re.compile(r"[,;:?]|\b(?:and|or|but|if|when|because|so|since|y|pero|si|cuando|porque)\b", _I)
"""Where another clause begins: a pronoun never stands for a noun of its own clause."""
_MORE = re.compile(r"^\W*(?:(?:tell me |know |explain |say )?more|go on|anything else|what else|algo más|más)\W*$", _I)
_HOW = re.compile(r"^(?:how|who|why|cómo|quién|por qué)\b", _I)
_BRIDGING = re.compile(rf"\b(?:the|each|every|all|those|these|this|that)\s+(?:\w+\s+)?{HEADS}\b", _I)


@dataclass(frozen=True)
class Full:
    """A question in full."""

    text: str
    refers_back: bool
    """Something in it comes from the question before."""


def in_full(now: str, before: str, glossary: Glossary) -> Full:
    """Return `now` as it would be asked by itself, `before` being the question before it, in full; empty if none."""
    text = _COURTESY.sub("", now)
    if not before or _NEW_TOPIC.match(text):
        return Full(_NEW_TOPIC.sub("", text), refers_back=False)
    if _MORE.match(text):
        return Full(before, refers_back=True)
    corrected = _corrected(text)
    core = bare(_LEAD.sub("", corrected, count=1))
    led = core != bare(text)
    resolved = _resolved(core, bare(before), glossary, led=led)
    return Full(text, refers_back=False) if resolved == core else Full(_ended(resolved), refers_back=True)


def _resolved(core: str, before: str, glossary: Glossary, *, led: bool) -> str:
    named = _OTHER.sub(lambda match: _other(before, glossary) or match.group(), core)
    if is_fragment(named) and not _points_back(named, glossary):
        return merged(named, before, glossary)
    pointing = _pointing(named, before, glossary)
    return _left_open(named, before, glossary, led=led) if pointing is None else pointing


def _corrected(text: str) -> str:
    for pattern in (_CORRECTION, _NOT_THIS):
        if pattern.match(text):
            return pattern.sub("", text, count=1)
    rest = _NO.sub("", text, count=1)
    return rest if rest != text and is_fragment(bare(rest)) else text


def _points_back(core: str, glossary: Glossary) -> bool:
    found = _pointer(core)
    return bool(found) and not (found and _is_bound(core, found.start(), glossary))


def _pointer(core: str) -> re.Match[str] | None:
    return _AFTERWARDS.search(core) or _THIS.search(core) or _ITS.search(core)


def _is_bound(core: str, position: int, glossary: Glossary) -> bool:
    """Tell whether a pronoun stands for something the same message named, in a clause before its own."""
    other_clause = [boundary.start() for boundary in _BOUNDARY.finditer(core[:position])]
    named = any(mention.end <= other_clause[-1] for mention in mentions(core, glossary)) if other_clause else False
    return named or bool(_EXPLETIVE.search(core)) or bool(_CONJUNCTION.search(core[: position + 6]))


def _pointing(core: str, before: str, glossary: Glossary) -> str | None:
    """Put what a pronoun stands for in its place; None if nothing points back."""
    if WHICH.search(core) and not treatment_mentions(core, glossary):
        return between(core, before, glossary)
    found = _pointer(core)
    if found is None or _is_bound(core, found.start(), glossary):
        return None
    word = found.group().casefold()
    acting = _ANIMATE.search(before)
    if word in {"they", "them", "their"} and not DEFINING.match(before):
        if _acts_itself(core, found):
            return None
        if acting and word != "them":
            return with_treatment(_put(core, found, acting.group()), before, glossary)
    about = last_term(before, glossary) if DEFINING.match(core) else _topic_of(word, before, glossary)
    return _put(core, found, about) if about else f"{before}? {core}"


def _acts_itself(core: str, pronoun: re.Match[str]) -> bool:
    """Tell whether "they" are people of the same message: "can people stop when they want?"."""
    own = core[: pronoun.start()]
    return bool(_ANIMATE.search(own) and (pronoun.group().casefold() == "their" or _BOUNDARY.search(own)))


def _put(core: str, pronoun: re.Match[str], about: str) -> str:
    word = pronoun.group()
    if _ITS.fullmatch(word):
        about = f"{about}'s"
    elif _AFTERWARDS.fullmatch(word):
        about = f"after {about}"
    elif pronoun.groupdict().get("is"):
        about = f"{about} is"
    return f"{core[: pronoun.start()]}{about}{core[pronoun.end() :]}"


def _topic_of(word: str, before: str, glossary: Glossary) -> str:
    """Return what the pronoun stands for: several things for "they", a treatment for "this drug"."""
    named = list(dict.fromkeys(mention.name for mention in treatment_mentions(before, glossary)))
    if len(named) > 1 and not DEFINING.match(before):
        return " and ".join(named) if word in {"they", "them", "these", "those", "their"} else ""
    if named and re.search(rf"\s{_THING}$", word, _I):
        return named[0]
    return subject(before, glossary)


def _left_open(core: str, before: str, glossary: Glossary, *, led: bool) -> str:
    """Add the treatment to a question that does not say of which it asks; one that stands alone stays as it is."""
    if treatment_mentions(core, glossary) or (DEFINING.match(core) and not is_open(core)):
        return core
    yes_or_no = bool(VERB_FIRST.match(core))
    asks_how = bool(_HOW.match(core)) and not mentions(core, glossary)
    # "And how much sleep do adults need?" is a question of its own, unless a treatment is being spoken of.
    goes_on = led and (says_one_thing(core) or bool(treatment_mentions(before, glossary)))
    if goes_on or is_open(core) or (says_one_thing(core) and (yes_or_no or asks_how)):
        return with_treatment(core, before, glossary)
    if _BRIDGING.search(core) and not mentions(core, glossary):
        return with_treatment(core, before, glossary)
    return core


def _other(before: str, glossary: Glossary) -> str:
    """Return what "the other one" is, beside the treatment spoken of."""
    named = {mention.name for mention in treatment_mentions(before, glossary)}
    return next((each.other for each in glossary.treatments if named == {each.name}), "")


def _ended(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}?" if text else text
