"""Numbers in words -> digits, English."""

import re

_SMALL = dict(zip("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
                  "sixteen seventeen eighteen nineteen".split(), range(20), strict=True))  # fmt: skip
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_ONES = "|".join(word for word, value in _SMALL.items() if 0 < value < 10)
_WORDED = re.compile(
    rf"\b(?:({'|'.join(_TENS)})(?:[- ]({_ONES}))?|({'|'.join(_SMALL)}))\b(?! (?:of|another|who|more|that|is|or the)\b)"
)
_NOT_COUNTED = re.compile(r"\b(?:(?:no|any|every|some|each|which|this|that|neither|either|the) one|one or more)\b")
_SPELLED = (
    (re.compile(r"\bhalf an hour\b"), "30 minutes"),
    (re.compile(r"\ban hour and a half\b"), "90 minutes"),
    (re.compile(r"\ban? (?=(?:full )?(?:hour|minute)\b)"), "1 "),
    (re.compile(r"\ban? (?=(?:full )?(?:day|week|month|year) (?:before|after|ahead|ago|later)\b)"), "1 "),
    (re.compile(r"\ba couple of\b"), "2"),
    (re.compile(r"\ba dozen\b"), "12"),
    (re.compile(r"\bonce\b(?= (?:an?|per|every|each|\w+ly|in)\b)|\bone time\b"), "1 times"),
    (re.compile(r"\btwice\b"), "2 times"),
    (re.compile(r"\bhalf of (?=(?:the|all|people|patients|those)\b)"), "50% of "),
    (re.compile(r"\b(?:a|one) third of\b"), "33% of"),
    (re.compile(r"\b(?:a|one) quarter of\b"), "25% of"),
)


def in_digits(sentence: str) -> str:
    """Return a sentence in lower case with every number in digits: "half an hour" is "30 minutes"."""
    text = " ".join(sentence.lower().replace("’", "'").replace("\u00a0", " ").split())
    text = _NOT_COUNTED.sub(lambda match: "_" * len(match.group()), text)
    for pattern, spelled in _SPELLED:
        text = pattern.sub(spelled, text)
    return _WORDED.sub(_digits, text)


def _digits(match: re.Match[str]) -> str:
    tens, ones, small = match.groups()
    return str(_SMALL[small] if small else _TENS[tens] + (_SMALL[ones] if ones else 0))
