"""What a clinic says of itself (`clinic.toml`): name, phone, hours, languages, colours, embedding, help lines."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from corpus.colours import ENOUGH, Colour, Scheme, weakest_contrast
from corpus.front_matter import ContentError
from corpus.hours import Hours

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

    keep_text: Literal["redacted", "off"] = "redacted"
    """Whether questions and answers are kept, with personal details removed, so that staff can check answers."""
    keep_days: Annotated[int, Field(ge=1, le=365)] = 30
    """For how many days; then they are deleted."""


Origin = Annotated[
    str,
    StringConstraints(pattern=r"^(https://[a-z0-9-]+(\.[a-z0-9-]+)+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?$"),
]
"""Scheme, host and port as a browser names them; plain http only on this machine, to try it out."""


class Content(_Strict):
    """How the clinic keeps its articles."""

    review_months: Annotated[int, Field(ge=1, le=60)] = 12
    """Months after which a signed text must be reviewed again, unless its own date is earlier."""


class Site(_Strict):
    """Where the chat may be shown."""

    frame_ancestors: tuple[Origin, ...] = ()
    """Websites that may embed the chat, besides its own."""


class Theme(_Strict):
    """The colour of links, buttons and borders."""

    accent: Colour = "#0b5a63"
    accent_dark: Colour = "#86d1d9"
    """For visitors whose screen is set to dark."""


class Clinic(_Strict):
    """Everything the product says of the clinic that is not in an article."""

    name: str
    phone: Phone
    hours: Hours | None = None
    """When the phone is answered; without it nothing is said about hours."""
    website: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$")] | None = None
    languages: tuple[Literal["en", "es"], ...] = ("en",)
    retention: Retention = Retention()
    content: Content = Content()
    site: Site = Site()
    theme: Theme = Theme()
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
    _require_readable(path, clinic.theme)
    return clinic


def _require_readable(path: Path, theme: Theme) -> None:
    """Refuse a colour that could not be read on the pages."""
    schemes: tuple[tuple[str, str, Scheme, str], ...] = (
        ("theme.accent", theme.accent, "light", "darker"),
        ("theme.accent_dark", theme.accent_dark, "dark", "lighter"),
    )
    for field, colour, scheme, better in schemes:
        lowest = weakest_contrast(colour, scheme)
        if lowest < ENOUGH:
            problem = f"{colour} has a contrast of {lowest:.1f} where text needs {ENOUGH}"
            raise ContentError(path, field, problem, f"Choose a {better} colour.")


def _shipped() -> Path:
    return Path(__file__).parent / "clinic.toml"


def tel(phone: str) -> str:
    """Return the `tel:` link of a number: short codes as they are, US numbers with +1."""
    digits = phone.replace("-", "")
    if len(digits) <= 6:
        return f"tel:{digits}"
    return f"tel:+1{digits[-10:]}"
