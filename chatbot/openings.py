"""What a follow-up opens with before it comes to the point: thanks, a change of topic, a correction."""

import re
from dataclasses import dataclass

_I = re.IGNORECASE
_THANKS = (
    r"(?:ok(?:ay|ey)?|(?:many |muchas |mil )?(?:thanks|gracias)|thank you|thank u|thx|tysm|ty|got it|gotcha|i see"
    r"|i understand|understood|(?:that |it )?makes sense|(?:that|this|it)(?:['’]?s| is| was)? (?:really |very |so )?"
    r"(?:helps|helpful|good to know|interesting|clear)|(?:good|nice) to know|fair enough|alright|all right"
    r"|hi|hello|hey|hola|vale|perfecto|entiendo|entendido|ya veo|de acuerdo|está bien|muy bien|qué bien)"
)
"""Words that can only be thanks or a greeting."""
_PRAISE = (
    r"(?:(?:oh|ah|wow|hmm+|great|good|cool|nice|perfect|awesome|wonderful|excellent|amazing|interesting|right|sure|really"
    r"|yes|yeah|yep|yup|bueno|claro|genial|excelente|sí|si|ya|oye|qué interesante|very helpful|super)\b ?)+"
)
"""The same where a mark follows, else perhaps the beginning of a sentence."""
_MUCH = r"(?: (?:so much|a lot|very much|again|for (?:that|this|the info(?:rmation)?)|por (?:todo|eso|la ayuda)))*"
_REMARK = r"(?:(?:that|it)(?:['’]s| is| was) (?:(?:so|very|really|quite|pretty|a bit|kind of) )?\w+[.!]+\s*)"
_COURTESY = re.compile(
    rf"^\W*(?:{_THANKS}\b{_MUCH}[\s,.!…]*|{_PRAISE}(?:[,.!…?]+\s*|(?=(?:and|so|but|what|how|y|pero)\b)|(?={_THANKS}\b))"
    rf"|{_REMARK})+(?=[\w¿])",
    _I,
)
_NEW_TOPIC = re.compile(
    r"^\W*(?:(?:a )?(?:different|new|another|unrelated|separate|one more|next|last) (?:question|topic|thing)"
    r"|changing (?:the )?(?:subject|topic)|on another note|otra pregunta|otra cosa|cambiando de tema)\s*[:,.;–-]*\s+",
    _I,
)
_TURNING_TO = re.compile(
    r"^\W*(?:(?:so|and|but|now|y|pero)\s+)?(?:(?:(?:let['’]?s )?(?:go(?:ing)?|get(?:ting)?|come|coming) )?back to"
    r"|returning to|as for|regarding|with regard to|concerning|volviendo a|regresando a|en cuanto a|respecto a)\s+"
    r"(?P<topic>[^,.;:?!]{2,40}?)(?:\s+(?:again|then|now))?\s*[,.;:–-]+\s*(?=[\w¿])",
    _I,
)
_SORRY = (
    r"(?:no+(?=\s*[,.!;:]|\s+(?:no+|sorry|wait|not|that)\b)|nope|nah|sorry|wait|oops|whoops|actually|hold on"
    r"|my (?:bad|mistake)|not that(?: one)?|i misspoke"
    r"|(?:that(?:['’]?s| is| was)? )?not (?:what i (?:asked|meant|said)|it|that)"
    r"|(?:the )?wrong (?:one|drug|treatment|thing)"
    r"|perdón|perdona|disculpa|lo siento|eso no|no era eso|mejor dicho)"
)
_MEANT = (
    r"(?:(?:i|we)(?:['’]?m| am| was| were)?\s*(?:actually |really )?(?:mean(?:t)?|asking (?:about|for)|talking about"
    r"|asked (?:about|for)|thinking of|(?:wanted|meant) to (?:say|ask(?: about)?|write|know about))"
    r"|quise decir|quiero decir|quería decir|me refiero a|me refería a|hablo de|hablaba de|pregunto por|preguntaba por"
    r"|digo)"
)
_SORRIES = re.compile(rf"^\W*(?:{_SORRY}\b[\s,.!;:]*)+(?=[\w¿])", _I)
_MEANING = re.compile(rf"^\W*(?:(?:{_SORRY}|no)\b[\s,.!;:]*)*{_MEANT}\s+(?=[\w¿])", _I)
_MEANT_LAST = re.compile(rf"[\s,]+(?:{_MEANT}|instead|rather|en cambio|por favor|please)\W*$", _I)
_NOT_THIS = re.compile(
    rf"^\W*(?:{_SORRY}[\s,.!;:]+)*?(?:not|no)\s+(?!(?:i|we|quise|quiero|me)\b)(?P<unwanted>[^,;.]{{1,40}}?)"
    rf"(?:\s*[,;.]|\s+but|\s+sino)\s*(?:but\s+|sino\s+)?(?:{_MEANT}\s+)?(?P<wanted>[\w¿].*)$",
    _I,
)
_THIS_NOT = re.compile(
    r"^(?P<wanted>[^,;.?]{2,40}?)(?:,?\s+not|,\s+no|\s+(?:instead|rather) (?:of|than)|\s+en vez de)\s+"
    r"(?P<unwanted>[^,;.?]{2,40})\W*$",
    _I,
)


@dataclass(frozen=True)
class Opened:
    """A follow-up without its opening."""

    text: str
    new_topic: bool = False
    """It was announced that the question is about something else."""
    turned_to: str = ""
    """What the visitor says they come back to."""
    corrects: bool = False
    """It takes the place of what was asked before."""
    unwanted: str = ""
    """What it says was not meant."""


def without_thanks(text: str) -> str:
    """Cut greetings, thanks and "I see" from before what is asked."""
    return _COURTESY.sub("", text)


def opened(text: str) -> Opened:
    """Take the opening off, and keep what it says of the question."""
    text = without_thanks(text)
    if _NEW_TOPIC.match(text):
        return Opened(_NEW_TOPIC.sub("", text), new_topic=True)
    if turning := _TURNING_TO.match(text):
        return Opened(text[turning.end() :], turned_to=turning.group("topic"))
    return _corrected(text)


def _corrected(text: str) -> Opened:
    if contrast := _NOT_THIS.match(text):
        return Opened(contrast.group("wanted"), corrects=True, unwanted=contrast.group("unwanted"))
    rest = _MEANING.sub("", text, count=1)
    meant = rest != text
    rest = _SORRIES.sub("", rest, count=1)
    last = _MEANT_LAST.sub("", rest)
    if not meant and last == rest == text:
        return Opened(text)
    if contrast := _THIS_NOT.match(last):
        return Opened(contrast.group("wanted"), corrects=True, unwanted=contrast.group("unwanted"))
    return Opened(last, corrects=True)
