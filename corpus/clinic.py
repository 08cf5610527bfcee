"""What a clinic says of itself (`clinic.toml`): name, phone, languages, help lines, retention."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from corpus.front_matter import ContentError

Phone = Annotated[str, StringConstraints(pattern=r"^([0-9]{3,6}|(1-)?[0-9]{3}-[0-9]{3}-[0-9]{4})$")]
"""A short code, or a US number written with hyphens."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HelpLine(_Strict):
    """A number a fixed reply may print."""

    name: str
    call: Phone | None = None
    text: Phone | None = None
    keyword: str | None = None
    """What to text, in English."""
    keyword_es: str | None = None
    chat: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+(?:/[a-z0-9/-]*)?$")] | None = None
    """A web address without its https://."""
    checked_on: date
    source: str
    """Where the number was checked on that day."""


class Retention(_Strict):
    """What is kept of a conversation."""

    keep_text: Literal["off"]
    """Only "off" for now: nothing is stored, so nothing else would be true."""
    keep_days: Annotated[int, "days"] = 30


class Clinic(_Strict):
    """Everything the product says of the clinic that is not in an article."""

    name: str
    phone: Phone
    website: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$")] | None = None
    languages: tuple[Literal["en", "es"], ...] = ("en",)
    retention: Retention
    help_lines: dict[str, HelpLine]


NEEDED_LINES = ("emergency", "crisis")
"""Help lines without which the product does not start."""


def load_clinic(path: Path) -> Clinic:
    """Read and validate `clinic.toml`; raise `ContentError` naming the field and the remedy."""
    try:
        clinic = Clinic.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ContentError(path, "file", "not found", "Set CHATBOT_CLINIC to the path of a clinic.toml.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(path, "file", f"not valid TOML ({error})", "Mend that line.") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        unknown = first["type"] == "extra_forbidden"
        remedy = "Check its spelling, or remove the line." if unknown else f"Compare with {_shipped()}."
        raise ContentError(path, field, first["msg"], remedy) from error
    for name in NEEDED_LINES:
        if name not in clinic.help_lines or clinic.help_lines[name].call is None:
            remedy = "Patients in danger need this number: add it."
            raise ContentError(path, f"help_lines.{name}.call", "missing", remedy)
    return clinic


def _shipped() -> Path:
    return Path(__file__).parent / "clinic.toml"


def tel(phone: str) -> str:
    """Return the `tel:` link of a number: short codes as they are, US numbers with +1."""
    digits = phone.replace("-", "")
    if len(digits) <= 6:
        return f"tel:{digits}"
    return f"tel:+1{digits[-10:]}"
