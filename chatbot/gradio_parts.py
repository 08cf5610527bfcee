"""Settings and parts of the pages that Gradio makes: nothing that a page of a clinic must not have."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gradio as gr

GRADIO_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
}
"""Set before its import: else it looks up its newest version, reports its use, keeps what is typed in the browser, and
the time of every event with its session in memory."""

MOUNT_OPTIONS: dict[str, Any] = {
    "footer_links": [],
    "run_history": False,
    "show_error": False,
    "max_file_size": "1kb",
    "ssr_mode": False,
    "enable_monitoring": False,
    "pwa": False,
    "mcp_server": False,
    "app_kwargs": {"openapi_url": None, "docs_url": None, "redoc_url": None},
}


def own_theme() -> "gr.themes.Base":
    """Return a theme that loads no letters from anywhere."""
    import gradio as gr

    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])


def html_place(name: str, value: str) -> "gr.Markdown":
    """Make a place for HTML of ours; it is clean already, and Gradio's own cleaning would take `role` away."""
    import gradio as gr

    return gr.Markdown(value, elem_id=name, sanitize_html=False, latex_delimiters=[])


def question_box(label: str) -> "gr.Textbox":
    """Make the box that a question is typed in."""
    import gradio as gr

    return gr.Textbox(
        label=label,
        lines=1,
        max_lines=6,
        submit_btn=False,
        elem_id="question",
        # Browsers' spelling services send what is typed to their makers.
        html_attributes=gr.InputHTMLAttributes(spellcheck=False, autocomplete="off", enterkeyhint="send"),
    )
