"""Which values each assertion takes: empty where a value can be used, else what to write."""

import re
from collections.abc import Callable, Sequence
from typing import Any

Shape = Callable[[Any], str]
DEFAULT_K = 5
"""Passages among which `retrieves` looks where it says nothing else."""


def is_text(value: Any) -> str:
    """Allow a text."""
    return "" if isinstance(value, str) and value.strip() else "write a text in quotes"


def is_texts(value: Any) -> str:
    """Allow a list of texts."""
    fits = isinstance(value, list) and value and not any(is_text(each) for each in value)
    return "" if fits else 'write a list of texts, such as ["one", "another"]'


def is_pattern(value: Any) -> str:
    """Allow a regular expression."""
    if is_text(value):
        return is_text(value)
    try:
        re.compile(value)
    except re.error as error:
        return f"correct the regular expression: {error}"
    return ""


def is_bool(value: Any) -> str:
    """Allow true and false."""
    return "" if isinstance(value, bool) else "write true or false"


def is_true(value: Any) -> str:
    """Allow only true: the opposite is never demanded."""
    return "" if value is True else "write true, or leave the assertion out"


def is_number(value: Any) -> str:
    """Allow a number above 0."""
    fits = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return "" if fits else "write a number above 0"


def one_of(names: Sequence[str]) -> Shape:
    """Allow one of these names."""
    return lambda value: "" if value in names else f"write one of {', '.join(names)}"


def is_flags(value: Any) -> str:
    """Allow a list of flags, an empty one too."""
    return "" if value == [] else is_texts(value)


def is_lines(value: Any) -> str:
    """Allow true, or a list of help lines."""
    return "" if value is True or not is_texts(value) else "write true, or a list of help lines of clinic.toml"


_PLACE = '{article: its-id, heading: "Its heading"}'


def is_place(value: Any, extra: frozenset[str] = frozenset()) -> str:
    """Allow a place in the articles; `extra` names what else may stand beside it."""
    known = {"article", "heading"} | extra
    fits = isinstance(value, dict) and "article" in value and value.keys() <= known
    texts = fits and all(isinstance(value[name], str) for name in value.keys() - extra)
    return "" if texts else f"write {_PLACE}; the heading can be left out"


def is_found_place(value: Any) -> str:
    """Allow a place and how many passages to look among."""
    k = value.get("k", DEFAULT_K) if isinstance(value, dict) else 0
    if not (isinstance(k, int) and k >= 1):
        return "write k as a whole number from 1 on"
    return is_place(value, frozenset({"k"}))


def is_places(value: Any) -> str:
    """Allow a place, or a list of places any of which will do."""
    return next(filter(None, map(is_place, value)), "") if isinstance(value, list) and value else is_place(value)
