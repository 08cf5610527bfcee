"""A few words that hang on the question before them, put in their place in it: "and OCD?", "why?", "the shot"."""

import re

from chatbot.aspects import Aspect, asked_of, aspect_in, in_spanish, is_of_visits
from chatbot.phrases import (
    ASKING,
    DEFINING,
    HEADS,
    HELPING,
    VERB_FIRST,
    WH_CLAUSE,
    Mention,
    bare,
    called,
    content_words,
    is_open,
    mentions,
    treatment_mentions,
    with_head,
)
from chatbot.safety.language import guess_language
from chatbot.topics import OF, PLACE, WITH, language_of, spoken_name, subject, topic_in, with_treatment
from corpus.glossary import Glossary

_I = re.IGNORECASE
WHICH = re.compile(rf"^(?:which|cuál)\b(?!\s+(?!(?:of|one|{HELPING})\b))|\b(?:which one|the two|either|both)\b", _I)
"""A choice between two things named before."""
_QUESTION_WORD = re.compile(
    rf"^(?:(?:since|until|till|for|from|by|at|with|to|after|before|desde|hasta|con|por|a|de)\s+)?{ASKING}\b", _I
)
_WHY = re.compile(r"^(?:why|how come|por qué)\b", _I)
_WHY_NOT = re.compile(r"^(?:why not|por qué no)$", _I)
_WHO = re.compile(r"^(?:by )?who(?:m)?$", _I)
_PASSIVE = re.compile(r"^(?:is|are)\s.*\b\w+(?:ed|en|wn|ne|pt|ade)$", _I)
_HOW_LONG = re.compile(
    r"^(?:for )?(?:how long|(?:the )?(?:duration|length)|cuánto (?:tiempo|dura)|(?:la )?duración)$", _I
)
_HOW_MUCH = re.compile(r"^(?:how (?:long|often|much)|cada cuánto|cuánto(?: tiempo)?)$", _I)
_COUNTING = re.compile(r"^(?:how (?:many|much)|cuánt[oa]s)\b", _I)
_ASPECT_HEAD = re.compile(
    r"\b(?:costs?|price|risks?|dangers?|downsides?|side effects?|effects?|benefits?|dose|dosage|schedule|results?"
    r"|safety|success rate|efectos(?: secundarios)?|riesgos|costo|precio)$",
    _I,
)
_PLACED = re.compile(rf"^({PLACE})\s+\S", _I)
_TAG = re.compile(r",? (?:right|correct|isn['’]t it|is that (?:right|true)|like)$", _I)
_WAYS_TO_GIVE = frozenset("shot shots injection injections infusion infusions drip drips spray sprays".split())
_SPANISH_WHEN = ("antes", "después", "despues")
WHEN = re.compile(r"\b(?:before(?:hand)?|after(?:wards?)?|during|antes|despu[ée]s|durante)\b", _I)
"""A moment without what it is before or after."""
_INFINITIVE = re.compile(rf"\b(?:\w{{2,}}[aei]r|ir)(?:me|te|se|lo|la|los|las)?\b(?:\s+(?!{PLACE}\b)\w+)*", _I)
_DOING = {"given": "gives", "done": "does", "taken": "takes", "made": "makes", "chosen": "chooses", "used": "uses"}
_USE = {"drink": "use", "smoke": "use", "drinking": "using", "smoking": "using", "beber": "usar", "fumar": "usar"}
_VERB_OF_ONE = re.compile(rf"\b(?P<verb>{'|'.join(_USE)})\s+(?:el\s+|la\s+)?$", _I)
"""What is done with one thing may not be done with another of its sort: people drink alcohol, but use weed."""
_COMPARING = re.compile(r"\b(?:differ(?:ence|ent)?s?|compared?|between|versus|vs|better|diferencias?|mejor)\b", _I)
_MOMENT = re.compile(
    r"^(?:(?:on|in|at|by|later)\s+)?(?:(?:the|that|this)\s+)?(?:(?:same|next|following|very next|first|last)\s+)?"
    r"(?:day|evening|night|morning|afternoon|week|weekend|month)(?:\s+(?:before|after(?:wards?)?|later|itself))?$"
    r"|^(?:an?|one|two|a few|\d+)\s+(?:hours?|days?|weeks?|months?)\s+(?:later|after(?:wards?)?|before)$"
    r"|^(?:tomorrow|tonight)$",
    _I,
)
"""When something is, beside what was asked: "the next day", "two weeks later"."""
_ARTICLE = re.compile(r"(?:the|la|el)\s", _I)
_GENERIC = re.compile(r"\b(?:(?:the|this|that) )?(?:treatments?|it|el tratamiento)\b", _I)


def merged(core: str, before: str, glossary: Glossary) -> str:
    """Put a fragment where it belongs in the question before."""
    if WHEN.fullmatch(core):
        return _at_another_time(core, before, glossary)
    if not content_words(core) and not _QUESTION_WORD.match(core):
        return before
    if WHICH.search(core):
        return between(core, before, glossary)
    if (aspect := aspect_in(core)) and (whole := _of_topic(aspect, core, before, glossary)):
        return whole
    if _QUESTION_WORD.match(core):
        return _asked_anew(core, before, glossary)
    if treatment_mentions(core, glossary):
        return _of_another_treatment(core, before, glossary)
    return _alternative(core, before, glossary) or _aspect(core, before, glossary)


def _of_topic(aspect: Aspect, core: str, before: str, glossary: Glossary) -> str | None:
    """Ask of the topic what a word or two stand for; None where they belong into the question before."""
    if any(_in_place_of(mention, before, glossary) for mention in mentions(core, glossary)):
        return None
    if _is_yes_or_no(before) and _HOW_MUCH.match(core):
        return None
    language = language_of(core, before)
    about = list({each.name: each for each in treatment_mentions(before, glossary)}.values())
    thing = subject(before, glossary)
    of_a_thing = DEFINING.match(before) and bare(thing) not in {with_head(each, before) for each in about}
    if _HOW_LONG.match(core) and of_a_thing and thing and language == "en":
        return f"How long {'do' if ' effects' in thing or thing.endswith('s') else 'does'} {thing} last"
    if not about:
        return asked_of(aspect, thing, language) if thing and not is_of_visits(aspect) else None
    if is_of_visits(aspect):
        return asked_of(aspect, spoken_name(about[0], language, glossary), language)
    joined = " y " if language == "es" else " and "
    return asked_of(aspect, joined.join(called(each, language, glossary) for each in about[:2]), language)


def between(core: str, before: str, glossary: Glossary) -> str:
    """Name what "which one" chooses from."""
    names = list(dict.fromkeys(mention.name for mention in treatment_mentions(before, glossary)))
    return f"{core}, {' or '.join(names)}" if len(names) > 1 else f"{before}? {core}"


def _begun(question: str) -> str:
    """Return a yes-or-no question as it follows a question word; a name that opens it keeps its capital."""
    return f"{question[0].lower()}{question[1:]}" if VERB_FIRST.match(question) else question


def _is_yes_or_no(question: str) -> bool:
    """Tell whether a question wants yes or no: Spanish puts it as a statement, "la ketamina duele"."""
    statement = guess_language(question) == "es" and not _QUESTION_WORD.match(question) and len(question.split()) > 2
    return bool(VERB_FIRST.match(question)) or statement


def _at_another_time(core: str, before: str, glossary: Glossary) -> str:
    """Ask the same of "after", or add it: "can people eat before Spravato?", "and after?"."""
    word = {"beforehand": "before", "afterwards": "after", "afterward": "after"}.get(core.casefold(), core.casefold())
    if swapped := WHEN.search(before):
        return f"{before[: swapped.start()]}{word}{before[swapped.end() :]}"
    topic = topic_in(before, language_of(core, before), glossary)
    of = "de " if word in _SPANISH_WHEN else ""
    return f"{before} {word}" if topic in before else f"{before} {word} {of}{topic}"


def _asked_anew(core: str, before: str, glossary: Glossary) -> str:
    """Ask the question before with another question word: "how many times?" after "how is it given?"."""
    clause = WH_CLAUSE.match(before)
    begun = _begun(before) if _is_yes_or_no(before) else ""
    if _WHY_NOT.match(core) and begun:
        return _denied(begun)
    if _WHO.match(core) and clause and _PASSIVE.match(clause.group("rest")):
        return _by_whom(clause.group("rest"))
    if _WHY.match(core) and (is_open(core) or _WHY.fullmatch(core)):
        measure = re.match(r"how (long|many|often|much|fast)\b", before, _I)
        so = f" so {measure.group(1)}" if measure else ""
        rest = clause.group("rest") if clause else begun or before
        return f"{core} {_TAG.sub('', rest)}{so}"
    if not (is_open(core) or _QUESTION_WORD.fullmatch(core)):
        return with_treatment(core, before, glossary)
    if DEFINING.match(before) and not _WHY.match(core):
        return _of_the_thing(core, before, glossary)
    if clause:
        return f"{core} {clause.group('rest')}"
    if begun and not _COUNTING.match(core):
        return f"{core} {begun}"
    return with_treatment(core, before, glossary)


def _of_the_thing(core: str, before: str, glossary: Glossary) -> str:
    """Ask of what the question before asked the meaning of: "¿cuánto duran?" after "what are the side effects …"."""
    thing = subject(before, glossary)
    if language_of(core, before) == "en" or not thing:
        return with_treatment(core, before, glossary)
    about = treatment_mentions(thing, glossary)
    name = called(about[0], "es", glossary) if about else ""
    if guess_language(before) != "es":
        thing = in_spanish(thing, name) or name or thing
    return f"{core} {thing}"


def _by_whom(passive: str) -> str:
    """Ask who does it: "who gives ketamine" for "is ketamine given"."""
    _, *thing, participle = passive.split()
    doing = _DOING.get(participle.casefold())
    return f"who {doing} {' '.join(thing)}" if doing else f"who {passive} by"


def _denied(question: str) -> str:
    """Ask why what a yes-or-no question asks about is not so."""
    verb, _, rest = question.partition(" ")
    if guess_language(question) == "es":
        return f"por qué no {question}"
    negated = {"can": "can't", "will": "won't"}.get(verb, verb if "n't" in verb or "n’t" in verb else f"{verb}n't")
    return f"why {negated} {rest}"


def _of_another_treatment(core: str, before: str, glossary: Glossary) -> str:
    """Ask the question before of the treatment that the fragment names, and of its other terms too."""
    new = treatment_mentions(core, glossary)[0]
    spoken = " ".join(content_words(core))
    own = " ".join(content_words(" ".join(with_head(mention, core) for mention in mentions(core, glossary))))
    if len(spoken.split()) > len(own.split()) and not _PLACED.match(core):
        return core
    changed = before
    for other in mentions(core, glossary):
        if other.sort != "treatment":
            changed = _in_place_of(other, changed, glossary) or changed
    return _asked_of(new, core, changed, glossary)


def _asked_of(new: Mention, core: str, before: str, glossary: Glossary) -> str:
    """Ask the question before of the treatment that the fragment names."""
    language = guess_language(before) or language_of(core, before)
    name = called(new, language, glossary)
    if new.text.casefold() in {word for each in glossary.treatments for word in each.words} and language == "en":
        name += with_head(new, core)[len(new.text) :]
    if _COMPARING.search(before) and len({mention.name for mention in treatment_mentions(before, glossary)}) > 1:
        return f"{'Qué es' if language == 'es' else 'What is'} {name}"
    if aspect := aspect_in(before):
        return asked_of(aspect, spoken_name(new, language, glossary) if is_of_visits(aspect) else name, language)
    if old := treatment_mentions(before, glossary):
        return _replaced(before, old, name)
    if re.search(r"\b(?:before|after|during)$", before, _I):
        return f"{before} {name}"
    if generic := _GENERIC.search(before):
        return f"{before[: generic.start()]}{name}{before[generic.end() :]}"
    return f"{before} {core}" if _PLACED.match(core) else f"{before} {WITH[language]} {name}"


def _replaced(text: str, old: list[Mention], name: str) -> str:
    """Put another treatment in the place of those named, and drop what is then named twice."""
    first, *further = old
    for mention in reversed(further):
        text = re.sub(r"\s*(?:\b(?:and|or|y|o|with)\b|,)?\s*$", "", text[: mention.start]) + text[mention.end :]
    head = re.compile(rf"\s+{HEADS}\b", _I).match(text, first.end)
    headed = re.search(rf"\b{HEADS}$", name, _I)
    start = text[: first.start]
    if (not headed and not head) or _ARTICLE.match(name):
        start = re.sub(r"\b(?:the|an?|el|la|los|las|una?)\s+$", "", start, flags=_I)
    if not headed and head and head.group().strip().casefold() in _WAYS_TO_GIVE:
        # "Spravato" stands for "the ketamine shot", but "a Spravato visit" for "a ketamine visit".
        start, end = re.sub(r"\b(?:the|an?)\s+$", "", start, flags=_I), head.end()
    else:
        end = head.end() if head and headed else first.end
    return f"{start}{name}{text[end:]}"


def _in_place_of(new: Mention, before: str, glossary: Glossary) -> str | None:
    """Put a term in the place of one of the same sort: OCD for anxiety, weed for alcohol."""
    for old in mentions(before, glossary):
        if old.sort == new.sort != "treatment" and old.name != new.name:
            verb = _VERB_OF_ONE.search(before[: old.start])
            start = f"{before[: verb.start()]}{_USE[verb.group('verb').casefold()]} " if verb else before[: old.start]
            return f"{start}{new.text}{before[old.end :]}"
    return None


def _alternative(core: str, before: str, glossary: Glossary) -> str | None:
    """Replace the part of the question before that the fragment is another case of."""
    if _ASPECT_HEAD.search(core):
        return None
    if _MOMENT.match(core) and not DEFINING.match(before):
        return f"{before} {core}"
    for mention in mentions(core, glossary):
        if changed := _in_place_of(mention, before, glossary):
            return changed
    if placed := _PLACED.match(core):
        same = list(re.finditer(rf"\b{placed.group(1)}\b", before, _I))
        any_ = same or list(re.finditer(rf"\b{PLACE}\b", before, _I))
        return f"{before[: any_[-1].start()]}{core}" if any_ else f"{before} {core}"
    verbs = list(_INFINITIVE.finditer(before)) if guess_language(before) == "es" else []
    if verbs and _INFINITIVE.match(core):
        return f"{before[: verbs[-1].start()]}{core}{before[verbs[-1].end() :]}"
    doing = list(re.finditer(r"\b\w{2,}ing\b", before, _I))
    if re.match(r"\w+ing\b", core, _I) and doing:
        return f"{before[: doing[-1].start()]}{core}"
    return _last_noun_replaced(core, before, glossary)


def _last_noun_replaced(core: str, before: str, glossary: Glossary) -> str | None:
    """Replace the last noun of a yes-or-no question: "older people" for "children"."""
    if not VERB_FIRST.match(before):
        return None
    words = before.split()
    last = list(re.finditer(rf"\b{PLACE}\s+(?:the\s+)?", before, _I))
    named = [mention.start for mention in mentions(before, glossary) if mention.end == len(before)]
    start = last[-1].end() if last else named[0] if named else len(before) - len(words[-1])
    if treatment_mentions(before[start:], glossary) or len(words) < 3:
        return None
    return f"{before[:start]}{core}"


def _aspect(core: str, before: str, glossary: Glossary) -> str:
    """Ask the fragment of what the question before was about: "risks?" after "what is ketamine?"."""
    topic = topic_in(before, language_of(core, before), glossary)
    if not topic or topic in core:
        return core if topic else f"{before}? {core}"
    joint = OF if _ASPECT_HEAD.search(core) else WITH
    return f"{core} {joint[language_of(core, before)]} {topic}"


