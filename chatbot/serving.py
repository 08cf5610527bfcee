"""Serve everything from one process: the visitors' pages, their records, the staff side."""

import logging
from collections.abc import Callable

from chatbot.api import LOCAL_HOSTS, ServerOptions, create_app, serve
from chatbot.bot import Bot
from chatbot.config import Settings
from chatbot.live_bot import LiveBot
from chatbot.records.database import Records
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.staff.accounts import set_admin_hash
from chatbot.staff.desk import Desk
from chatbot.staff.revising import Content, finish_interrupted
from chatbot.staff.written import FixRefusedError


def serve_all(settings: Settings, bot: Bot, place: tuple[str, int], on_ready: Callable[[str], None]) -> None:
    """Serve until interrupted, then close everything; raise `RecordsUnusableError` with the next step."""
    host, port = place
    live = LiveBot(settings, bot)
    options = ServerOptions((*LOCAL_HOSTS, *settings.host_names), settings.questions_per_minute)
    try:
        records = Records.open(settings.records)
        board = SwitchBoard(records)
        live.switches = board
        set_admin_hash(records, settings.staff_password_hash)
        recorder = Recorder(records, live)
        desk = Desk(live, records, recorder, board)
        _finish(Content(live, records))
        try:
            serve(create_app(live, host=host, options=options, desk=desk), host, port, on_ready)
        finally:
            recorder.close()
            board.close()
            records.close()
    finally:
        live.close()


def _finish(content: Content) -> None:
    """Finish a change of an article that was interrupted; where that fails, visitors are served as before."""
    try:
        finish_interrupted(content)
    except FixRefusedError:
        logging.getLogger(__name__).exception("an interrupted change of an article could not be finished")
