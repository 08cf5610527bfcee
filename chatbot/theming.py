"""The clinic's colour as a style sheet, put over the one all pages share."""

from corpus.clinic import Theme
from corpus.colours import Scheme, mixed, text_on, tint


def theme_css(theme: Theme) -> str:
    """Return the variables that follow from the clinic's colour, for light and for dark screens."""
    light, dark = _variables(theme.accent, "light"), _variables(theme.accent_dark, "dark")
    on_dark = f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} --focus: #ffd479; }} }}"
    return f":root {{ {light} --focus: {theme.accent}; }}\n{on_dark}\n"


def _variables(accent: str, scheme: Scheme) -> str:
    # On light screens a pointer darkens the colour, on dark ones it lightens it: contrast only grows.
    deep = mixed(accent, "#000000", 0.74) if scheme == "light" else mixed(accent, "#ffffff", 0.6)
    values = {"accent": accent, "accent-deep": deep, "on-accent": text_on(accent), "tint": tint(accent, scheme)}
    return " ".join(f"--{name}: {value};" for name, value in values.items())
