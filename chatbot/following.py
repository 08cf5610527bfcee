"""Resolve a follow-up: the question in full, with what it leaves to the question before it.

The visitor's own questions are all there is to go by. A follow-up is one of four things, tried in this order: a
correction ("no, I meant the shot"), a question word ("why?"), a fragment ("and OCD?"), or a sentence that points back
("does it hurt?"). What none of them fits stands alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.aspects import aspect_in, is_of_visits
from chatbot.fragments import WHEN, WHICH, between, merged
from chatbot.openings import Opened, opened, without_thanks
from chatbot.phrases import (
    DEFINING,
    HEADS,
    VERB_FIRST,
    WH_CLAUSE,
    bare,
    content_words,
    is_fragment,
    is_open,
    mentions,
    says_one_thing,
    treatment_mentions,
)
from chatbot.safety.language import guess_language
from chatbot.shortening import in_english, shortened, without_slips
from chatbot.topics import language_of, last_term, subject, with_treatment
from corpus.glossary import Glossary

_I = re.IGNORECASE
_LEAD = re.compile(
    r"^[\W_]*(?:(?:and|or|also|but|so|then|plus|well|hmm|y|e|o|pero|también)\b[\s,]*)*"
    r"(?:(?:w(?:h)?at|how) about|what of|same (?:thing )?(?:for|with)|qué tal|qué hay de|qué pasa con)?\s*",
    _I,
)
_OTHER = re.compile(r"\b(?:the )?other (?:one|treatment|drug|medicine|option|kind|way)\b|\b(?:la otra|el otro)\b", _I)
_FIRST, _SECOND = r"(?:first|former|1st|primer[oa]?)", r"(?:second|latter|2nd|segund[oa])"
_NTH = re.compile(
    rf"\b(?:the|el|la)\s+(?:(?P<first>{_FIRST})|{_SECOND})(?:\s+(?:one|treatment|drug|medicine|option)\b|(?=\W*$))", _I
)
"""One of two treatments that were named."""
_OF_VISITS = frozenset(
    "session sessions visit visits appointment appointments dose doses sesión sesiones visita visitas".split()
)
_PLURAL = re.compile(r"^what are\b", _I)
_TAIL = re.compile(r"\b(?:for|with|about|to|of|against)\s+(?P<what>that|this|it|them|those)$", _I)
_CLITIC = re.compile(r"\b(?:lo|la|los|las)\s+(?!\w+(?:ción|dad|s)\b)\w+", _I)
_ANIMATE = re.compile(
    r"\b(?:people|patients|adults|persons|women|men|kids|children|doctors|clinicians|staff|nurses|plans?|insurers?"
    r"|companies|someone|somebody|everyone|anyone|parents|veterans|friends|family)\b",
    _I,
)
_EXPLETIVE = re.compile(
    r"\bit(?:['’]s| is| was)?\s+(?:\w+\s+)?(?:that|to|if|when)\b"
    r"|\b(?:is|was)\s+it\s+\w+\s+(?:to|that|if|for\s+(?:\w+\s+){1,3}to)\b"
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
_AFTERWARDS = re.compile(
    r"(?<!ever )(?<!years )(?<!days )\b(?:afterwards?|(?:right )?after|before(?:hand)?|antes|despu[ée]s)\b(?=\W*$)", _I
)
_BOUNDARY = re.compile(r"[,;:?]|\b(?:and|or|but|if|when|because|so|since|y|pero|si|cuando|porque)\b", _I)
"""Where another clause begins: a pronoun never stands for a noun of its own clause."""
_MORE = re.compile(r"^\W*(?:(?:tell me |know |explain |say )?more|go on|anything else|what else|algo más|más)\W*$", _I)
_HOW = re.compile(r"^(?:how|who|why|cómo|quién|por qué)\b", _I)
_FEW_OWN = 3
_BRIDGING = re.compile(rf"\b(?:the|each|every|all|those|these|this|that)\s+(?:\w+\s+)?{HEADS}\b", _I)


@dataclass(frozen=True)
class Full:
    """A question in full."""

    text: str
    refers_back: bool
    """Something in it comes from the question before."""


def in_full(now: str, before: str, glossary: Glossary, spoken: Sequence[str] = ()) -> Full:
    """Return `now` as it would be asked by itself.

    `before` is the question before it, in full, empty if none; `spoken` those before that, the last first.
    """
    opening = opened(now)
    if opening.new_topic:
        return Full(opening.text, refers_back=False)
    if not before:
        return Full(without_thanks(now), refers_back=False)
    now = without_slips(now)
    opening = opened(now)
    text, opening = _told_apart(without_thanks(now), opening, glossary)
    if opening.turned_to:
        before = f"What is {opening.turned_to}"
    if _MORE.match(text):
        return Full(before, refers_back=True)
    stripped = bare(_LEAD.sub("", text, count=1))
    core = shortened(stripped, glossary)
    if guess_language(text) == "es" and guess_language(before) == "en" and is_fragment(core):
        core = in_english(core, before, glossary)
    led = opening.corrects or stripped != bare(text)
    resolved = _resolved(core, _spoken_of(core, bare(before), spoken, glossary), glossary, led=led)
    if opening.unwanted and (changed := _instead(core, opening.unwanted, bare(before), glossary)):
        resolved = changed
    if resolved != stripped:
        resolved = _filled(resolved, [before, *spoken], glossary)
    return Full(text, refers_back=False) if resolved == stripped else Full(_ended(resolved), refers_back=True)


def is_follow_up(text: str, glossary: Glossary) -> bool:
    """Tell whether a message that may sound idle names something to ask about, and hangs on what was asked."""
    core = bare(_LEAD.sub("", opened(text).text, count=1))
    return is_fragment(core) and bool(mentions(core, glossary) or aspect_in(core) or _OTHER.search(core))


def _told_apart(text: str, opening: Opened, glossary: Glossary) -> tuple[str, Opened]:
    """Take an opening for one only where what follows fits: "No plan pays for it?" corrects nothing."""
    rest = bare(_LEAD.sub("", opening.text, count=1))
    if opening.turned_to:
        return (opening.text, opening) if mentions(opening.turned_to, glossary) else (text, Opened(text))
    if opening.unwanted and re.match(r"\W*no\s", text, _I) and not mentions(rest, glossary):
        return text, Opened(text)
    fits = is_fragment(rest) or WH_CLAUSE.match(rest) or VERB_FIRST.match(rest)
    return (opening.text, opening) if fits else (text, Opened(text))


def _spoken_of(core: str, before: str, spoken: Sequence[str], glossary: Glossary) -> str:
    """Return the earlier question a follow-up leans on: what is asked of visits is asked of the last treatment."""
    if WHICH.search(core) and not treatment_mentions(core, glossary):
        return _two_named(before, spoken, glossary)
    aspect = aspect_in(core)
    visits = is_of_visits(aspect) if aspect else bool(_OF_VISITS & set(content_words(core)))
    if not visits or treatment_mentions(core, glossary) or treatment_mentions(before, glossary):
        return before
    return next((bare(text) for text in spoken if treatment_mentions(text, glossary)), before)


def _two_named(before: str, spoken: Sequence[str], glossary: Glossary) -> str:
    """Return what "which one" chooses from: the question before, or both of the last two."""
    names = {mention.name for mention in treatment_mentions(before, glossary)}
    last = {mention.name for mention in treatment_mentions(spoken[0], glossary)} if spoken else set()
    return f"{before}, {bare(spoken[0])}" if len(names) == 1 and len(names | last) == 2 else before


def _instead(core: str, unwanted: str, before: str, glossary: Glossary) -> str | None:
    """Put what was meant in the place of what was not, where the question before has it word for word."""
    found = re.search(rf"(?<!\w){re.escape(bare(unwanted))}(?!\w)", before, _I)
    if found is None or treatment_mentions(core, glossary) or _OTHER.search(core) or not is_fragment(core):
        return None
    return f"{before[: found.start()]}{core}{before[found.end() :]}"


def _resolved(core: str, before: str, glossary: Glossary, *, led: bool) -> str:
    named = _OTHER.sub(lambda match: _other(before, glossary) or match.group(), core)
    named = _NTH.sub(lambda match: _nth(match, before, glossary) or match.group(), named)
    if WHEN.fullmatch(named):
        return merged(named, before, glossary)
    if (is_fragment(named) or aspect_in(named)) and not _points_back(named, glossary):
        return merged(named, before, glossary)
    pointing = _pointing(named, before, glossary)
    return _left_open(named, before, glossary, led=led) if pointing is None else pointing


def _nth(match: re.Match[str], before: str, glossary: Glossary) -> str:
    """Return the first or second of two treatments named, or nothing if there were not two."""
    names = list(dict.fromkeys(mention.name for mention in treatment_mentions(before, glossary)))
    return names[0 if match.group("first") else 1] if len(names) == 2 else ""


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
    if not about:
        return f"{before}? {core}"
    return _put(core, found, about)


def _filled(resolved: str, spoken: Sequence[str], glossary: Glossary) -> str:
    """Say what a second pronoun, at the end, stands for: "is ketamine approved for that"."""
    tail = _TAIL.search(resolved)
    if tail is None:
        return resolved
    named = (mention.text for text in spoken for mention in mentions(text, glossary) if mention.sort != "treatment")
    term = next(named, "")
    return f"{resolved[: tail.start('what')]}{term}" if term and term not in resolved else resolved


def _acts_itself(core: str, pronoun: re.Match[str]) -> bool:
    """Tell whether "they" are people of the same message: "can people stop when they want?"."""
    own = core[: pronoun.start()]
    return bool(_ANIMATE.search(own) and (pronoun.group().casefold() == "their" or _BOUNDARY.search(own)))


def _put(core: str, pronoun: re.Match[str], about: str) -> str:
    word = pronoun.group()
    if _ITS.fullmatch(word):
        about = f"{about}'s"
    elif _AFTERWARDS.fullmatch(word):
        before_it = word.startswith(("before", "antes"))
        spanish = word.startswith(("antes", "desp"))
        about = f"{word} de {about}" if spanish else f"{'before' if before_it else 'after'} {about}"
    elif pronoun.groupdict().get("is"):
        about = f"{about} is"
    return f"{core[: pronoun.start()]}{about}{core[pronoun.end() :]}"


def _topic_of(word: str, before: str, glossary: Glossary) -> str:
    """Return what the pronoun stands for: several things for "they", a treatment for "this drug"."""
    named = list(dict.fromkeys(mention.name for mention in treatment_mentions(before, glossary)))
    if len(named) > 1 and not DEFINING.match(before):
        return " and ".join(named) if word in {"they", "them", "these", "those", "their"} else ""
    # "It" is one thing: not the risks, but the treatment.
    if named and (re.search(rf"\s{_THING}$", word, _I) or (word in {"it", "this"} and _PLURAL.match(before))):
        return named[0]
    return subject(before, glossary)


def _left_open(core: str, before: str, glossary: Glossary, *, led: bool) -> str:
    """Add the treatment to a question that does not say of which it asks; one that stands alone stays as it is."""
    if treatment_mentions(core, glossary) or (DEFINING.match(core) and not is_open(core)):
        return core
    if language_of(core, before) == "es" and not mentions(core, glossary) and not DEFINING.match(core):
        return _left_open_in_spanish(core, before, glossary)
    yes_or_no = bool(VERB_FIRST.match(core))
    asks_how = bool(_HOW.match(core)) and not mentions(core, glossary)
    # "And how much sleep do adults need?" is a question of its own, unless a treatment is being spoken of.
    goes_on = led and (says_one_thing(core) or bool(treatment_mentions(before, glossary)))
    if goes_on or is_open(core) or (says_one_thing(core) and (yes_or_no or asks_how)):
        return with_treatment(core, before, glossary)
    if _BRIDGING.search(core) and not mentions(core, glossary):
        return with_treatment(core, before, glossary)
    return core


def _left_open_in_spanish(core: str, before: str, glossary: Glossary) -> str:
    """Add the treatment, which Spanish leaves to the verb: "¿cada cuánto se usa?", "¿me lo puedo llevar?"."""
    if treatment_mentions(before, glossary):
        few = len(content_words(core)) <= _FEW_OWN or bool(_CLITIC.search(core))
        return with_treatment(core, before, glossary) if few else core
    return with_treatment(core, before, glossary) if says_one_thing(core) else core


def _other(before: str, glossary: Glossary) -> str:
    """Return what "the other one" is, beside the treatment spoken of."""
    named = {mention.name for mention in treatment_mentions(before, glossary)}
    return next((each.other for each in glossary.treatments if named == {each.name}), "")


def _ended(text: str) -> str:
    opening = "¿" if guess_language(text) == "es" else ""
    return f"{opening}{text[0].upper()}{text[1:]}?" if text else text
