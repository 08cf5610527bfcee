"""A few words that hang on the question before them, put in their place in it: "and OCD?", "why?", "the shot"."""

import re

from chatbot.aspects import Aspect, asked_of, aspect_in, in_spanish, is_of_visits
from chatbot.conversation import Language
from chatbot.phrases import (
    ASKING,
    DEFINING,
    HEADS,
    HELPING,
    Mention,
    bare,
    called,
    content_words,
    is_open,
    mentions,
    spanish_name,
    treatment_mentions,
    with_head,
)
from chatbot.safety.language import guess_language
from corpus.glossary import Glossary

_I = re.IGNORECASE
WH_CLAUSE = re.compile(rf"^(?P<wh>{ASKING}(?:\s+\S+){{0,4}}?)\s+(?P<rest>{HELPING}\b\s+.+)$", _I)
"""A question word, and from its verb on the question itself."""
WHICH = re.compile(rf"^(?:which|cuál)\b(?!\s+(?!(?:of|one|{HELPING})\b))|\b(?:which one|the two|either|both)\b", _I)
"""A choice between two things named before."""
VERB_FIRST = re.compile(rf"^{HELPING}\s+\S+", _I)
"""A question to be answered with yes or no."""
_TELLING = re.compile(
    r"^(?:tell|explain|describe|give|show)\b|^(?:what|who|which)\s+(?:if|happens?|helps?|gets?|works?|causes?|\w+s)\b\s+\w"
    r"|\b(?:i|we|he|she|they|people|patients|you)\s+(?:\w+\s+)?\w+",
    _I,
)
_FEW = 6
"""Words of a fragment at most: longer, it says enough by itself."""
_QUESTION_WORD = re.compile(
    rf"^(?:(?:since|until|till|for|from|by|at|with|to|after|before|desde|hasta|con|por|a|de)\s+)?{ASKING}\b", _I
)
_WHY = re.compile(r"^(?:why|how come|por qué)\b", _I)
_WHY_NOT = re.compile(r"^(?:why not|por qué no)$", _I)
_WHO = re.compile(r"^(?:by )?who(?:m)?$", _I)
_PASSIVE = re.compile(r"^(?:is|are)\s.*\b\w+(?:ed|en|wn|ne|pt|ade)$", _I)
_HOW_LONG = re.compile(r"^(?:for )?(?:how long|(?:the )?(?:duration|length)|cuánto (?:tiempo|dura)|(?:la )?duración)$", _I)
_HOW_MUCH = re.compile(r"^(?:how (?:long|often|much)|cada cuánto|cuánto(?: tiempo)?)$", _I)
_COUNTED = re.compile(rf"^how many(?=\s+{HELPING}\b|$)", _I)
_COUNTING = re.compile(r"^(?:how (?:many|much)|cuánt[oa]s)\b", _I)
_ASPECT_HEAD = re.compile(
    r"\b(?:costs?|price|risks?|dangers?|downsides?|side effects?|effects?|benefits?|dose|dosage|schedule|results?"
    r"|safety|success rate|efectos(?: secundarios)?|riesgos|costo|precio)$",
    _I,
)
_PLACE = (
    r"(?:in|on|at|with|without|for|of|to|from|after|before|during|while|under|over|about|against|by|near|en|con|sin|para"
    r"|después de|antes de|durante|de|por)"
)
_PLACED = re.compile(rf"^({_PLACE})\s+\S", _I)
_PEOPLE = r"(?:people|patients|adults|women|men|someone|you|i|we|they)"
_VERB_BEFORE = re.compile(rf"\b(?:can|could|do|did|will|would|may|might|to|{_PEOPLE})\s+$", _I)
"""After one of these a term is a verb: "can clash", "people drive"."""
_NO_NOUN_AFTER = re.compile(rf"\s+(?:{_PEOPLE}|with)\b", _I)
"""Before one of these it is none either: "pregnant people"."""
_TAG = re.compile(r",? (?:right|correct|isn['’]t it|is that (?:right|true)|like)$", _I)
_WAYS_TO_GIVE = frozenset("shot shots injection injections infusion infusions drip drips spray sprays".split())
_SPANISH_WHEN = ("antes", "después", "despues")
WHEN = re.compile(r"\b(?:before(?:hand)?|after(?:wards?)?|during|antes|despu[ée]s|durante)\b", _I)
"""A moment without what it is before or after."""
_INFINITIVE = re.compile(rf"\b(?:\w{{2,}}[aei]r|ir)(?:me|te|se|lo|la|los|las)?\b(?:\s+(?!{_PLACE}\b)\w+)*", _I)
_USE = {"drink": "use", "smoke": "use", "eat": "use", "drinking": "using", "smoking": "using", "beber": "usar", "fumar": "usar"}
_VERB_OF_ONE = re.compile(rf"\b(?P<verb>{'|'.join(_USE)})\s+(?:el\s+|la\s+)?$", _I)
"""What is done with one thing may not be done with another of its sort: people drink alcohol, but use weed."""
_COMPARING = re.compile(r"\b(?:differ(?:ence|ent)?s?|compared?|between|versus|vs|better|diferencias?|mejor|entre)\b", _I)
_ARTICLE = re.compile(r"(?:the|la|el)\s", _I)
_WITH: dict[Language, str] = {"en": "with", "es": "con"}
_OF: dict[Language, str] = {"en": "of", "es": "de"}
_GENERIC = re.compile(r"\b(?:(?:the|this|that) )?(?:treatments?|it|el tratamiento)\b", _I)


def is_fragment(text: str) -> bool:
    """Tell whether a text is no sentence: a noun, a question word, a few words that hang on what was asked."""
    if len(text.split()) > _FEW:
        return False
    return not (WH_CLAUSE.match(text) or VERB_FIRST.match(text) or _TELLING.search(text))


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


def language_of(core: str, before: str) -> Language:
    """Return the language a follow-up is in; a word or two may show none, then it is that of the question before."""
    return guess_language(core) or guess_language(before) or "en"


def _of_topic(aspect: Aspect, core: str, before: str, glossary: Glossary) -> str | None:
    """Ask of the topic what a word or two stand for; None where they belong into the question before."""
    if any(_in_place_of(mention, before, glossary) for mention in mentions(core, glossary)):
        return None
    if _is_yes_or_no(before) and _HOW_MUCH.match(core):
        return None
    language = language_of(core, before)
    about = list({each.name: each for each in treatment_mentions(before, glossary)}.values())
    thing = subject(before, glossary)
    if _HOW_LONG.match(core) and thing and bare(thing) not in {with_head(each, before) for each in about}:
        if DEFINING.match(before) and language == "en":
            return f"How long {'do' if thing.endswith('s') or ' effects' in thing else 'does'} {thing} last"
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
    return f"{before} {word} {'de ' if word in _SPANISH_WHEN else ''}{topic}" if topic not in before else f"{before} {word}"


def _asked_anew(core: str, before: str, glossary: Glossary) -> str:
    """Ask the question before with another question word: "how many times?" after "how is it given?"."""
    clause = WH_CLAUSE.match(before)
    begun = (f"{before[0].lower()}{before[1:]}" if VERB_FIRST.match(before) else before) if _is_yes_or_no(before) else ""
    if _WHY_NOT.match(core) and begun:
        return _denied(begun)
    if _WHO.match(core) and clause and _PASSIVE.match(clause.group("rest")):
        return f"who {clause.group('rest')} by"
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
    old = treatment_mentions(changed, glossary)
    language = guess_language(before) or language_of(core, before)
    name = called(new, language, glossary)
    if new.text.casefold() in {word for each in glossary.treatments for word in each.words} and language == "en":
        name += with_head(new, core)[len(new.text) :]
    if _COMPARING.search(before) and len({mention.name for mention in treatment_mentions(before, glossary)}) > 1:
        return f"{'Qué es' if language == 'es' else 'What is'} {name}"
    if aspect := aspect_in(before):
        return asked_of(aspect, spoken_name(new, language, glossary) if is_of_visits(aspect) else name, language)
    if old:
        return _replaced(changed, old, name)
    if re.search(r"\b(?:before|after|during)$", changed, _I):
        return f"{changed} {name}"
    if generic := _GENERIC.search(changed):
        return f"{changed[: generic.start()]}{name}{changed[generic.end() :]}"
    return f"{changed} {core}" if _PLACED.match(core) else f"{changed} {_WITH[language]} {name}"


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
    for mention in mentions(core, glossary):
        if changed := _in_place_of(mention, before, glossary):
            return changed
    if placed := _PLACED.match(core):
        same = list(re.finditer(rf"\b{placed.group(1)}\b", before, _I))
        any_ = same or list(re.finditer(rf"\b{_PLACE}\b", before, _I))
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
    last = list(re.finditer(rf"\b{_PLACE}\s+(?:the\s+)?", before, _I))
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
    joint = _OF if _ASPECT_HEAD.search(core) else _WITH
    return f"{core} {joint[language_of(core, before)]} {topic}"


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
    return f"{counted.group()} {topic}{core[counted.end() :]}" if counted else f"{core} {_WITH[language]} {topic}"


def subject(question: str, glossary: Glossary) -> str:
    """Return what a question is about, for "it" to stand for: what it asks the meaning of, else what it names first."""
    asked = bare(question)
    if defined := DEFINING.match(asked):
        thing = re.sub(r"^(?:an?|un|una)\s+", "", defined.group("thing") or defined.group("word"), flags=_I)
        if not re.match(rf"(?:{_PLACE}|going|allowed|able)\b", thing, _I):
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
