"""Text in an article that a reader does not see, or that speaks to a language model and not to a reader."""

import re
from collections.abc import Iterator

from corpus.article import Article
from corpus.findings import Finding, found_in

_HIDDEN = (
    ("an HTML comment", r"<!--"),
    ("characters without width", r"[\u200b-\u200d\u2060-\u2064\ufeff\u00ad\u180e]"),
    ("characters that turn the direction of text", r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]"),
    ("invisible tag characters", r"[\U000e0000-\U000e007f]"),
    ("HTML that hides text", r"<[^>]*\b(?:display\s*:\s*none|visibility\s*:\s*hidden"
     r"|font-size\s*:\s*[01](?:px|pt|em)?\b"
     r"|opacity\s*:\s*0(?![.\d]*[1-9])|aria-hidden|\shidden\b)[^>]*>"),
    ("text in the colour of the page", r"<[^>]*\bcolor\s*[:=]\s*[\"']?(?:white|#fff(?:fff)?\b|transparent"
     r"|rgba?\(\s*255\s*,\s*255\s*,\s*255)[^>]*>"),
    ("a script", r"<script\b|\bjavascript:"),
    ("a block of encoded text", r"\bdata:[\w/+.-]+;base64,|(?<![\w/+])(?=[A-Za-z0-9+/]*\d)(?=[A-Za-z0-9+/]*[A-Z])"
     r"(?=[A-Za-z0-9+/]*[a-z])[A-Za-z0-9+/]{40,}={0,2}(?![\w/])"),
)  # fmt: skip
_TO_A_MODEL = (
    r"\b(?:ignore|disregard|forget|override) (?:(?:all|any|the|your|of|these|those) ){0,3}"
    r"(?:(?:previous|prior|above|earlier|former|other|safety) )?(?:instructions?|rules|prompts?|guidelines"
    r"|text above)\b",
    r"\bsystem prompt\b|\byou are now (?:an?|in|the)\b|\bas an ai\b"
    r"|\blanguage model\b.{0,40}\b(?:must|should|say|answer)\b",
    r"\b(?:the |dear |note to (?:the )?)(?:ai|chatbot|assistant|model|bot|llm)\b[^.\n]{0,30}?"
    r"\b(?:must|should|shall|has to|always|never|please)\b",
    r"\b(?:do not|don't|never) (?:tell|show|reveal|mention)[^.\n]{0,30} (?:the )?(?:user|visitor|patient)s?\b",
    r"\b(?:respond|reply|answer) (?:only )?with (?:the (?:words?|text|phrase)|only|exactly|json)\b",
    r"<\|(?:im_start|im_end|system|user|assistant)\|>|\[/?INST\]|^\s*(?:system|assistant|developer)\s*:|</?system>",
    r"\bignora (?:todas )?(?:las |tus )?(?:instrucciones|reglas)\b|\bahora eres\b",
)
_SEEN = tuple((what, re.compile(pattern, re.IGNORECASE if "<" in pattern else 0)) for what, pattern in _HIDDEN)
_PROMPT_LIKE = re.compile("|".join(_TO_A_MODEL), re.IGNORECASE | re.MULTILINE)
_SHOWN = 60


def hidden_text(article: Article) -> Iterator[Finding]:
    """Find hidden text, and text that speaks to a model, in the whole file, its front matter too."""
    remedy = "Remove it: no reader sees it, and it may mislead."
    for what, pattern in _SEEN:
        for at in _first_on_each_line(pattern, article.text):
            yield found_in(article, "hidden", (f"holds hidden text: {what}", remedy), at, error=True)
    for at in _first_on_each_line(_PROMPT_LIKE, article.text):
        excerpt = " ".join(article.text[at : at + _SHOWN].split())
        told = (f"holds instruction-like text: '{excerpt}'", "Remove it, or say it to the reader in other words.")
        yield found_in(article, "prompt", told, at, error=True)


def _first_on_each_line(pattern: re.Pattern[str], text: str) -> list[int]:
    first: dict[int, int] = {}
    for match in pattern.finditer(text):
        first.setdefault(text.count("\n", 0, match.start()), match.start())
    return list(first.values())
