"""The HTML document of every page of ours that runs no script of Gradio's."""

from chatbot.conversation import Language
from chatbot.rendering import plain
from corpus.clinic import Clinic


def plain_document(clinic: Clinic, language: Language, title: str, body: str, *, side: str = "") -> str:
    """Return a whole plain page; `side` names a style sheet and a class of the body that only some have."""
    sheets = "\n".join(f'<link rel="stylesheet" href="/ui/{name}.css">' for name in ("site", "theme", side) if name)
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{plain(title)} · {plain(clinic.name)}</title>
<link rel="icon" href="/ui/icon.svg" type="image/svg+xml">
{sheets}
</head>
<body class="{f'plain-page {side}'.rstrip()}">
{body}
</body>
</html>
"""
