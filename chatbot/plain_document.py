"""The HTML document of every page of ours that runs no script of Gradio's."""

from collections.abc import Sequence

from chatbot.conversation import Language
from chatbot.rendering import plain
from corpus.clinic import Clinic


def plain_document(clinic: Clinic, language: Language, title: str, body: str, *, sides: Sequence[str] = ()) -> str:
    """Return a whole plain page; `sides` are style sheets that only some have, and classes of the body."""
    sheets = "\n".join(f'<link rel="stylesheet" href="/ui/{name}.css">' for name in ("site", "theme", *sides))
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{plain(title)} · {plain(clinic.name)}</title>
<link rel="icon" href="/ui/icon.svg" type="image/svg+xml">
{sheets}
</head>
<body class="{" ".join(("plain-page", *sides))}">
{body}
</body>
</html>
"""
