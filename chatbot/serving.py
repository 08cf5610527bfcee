"""Serve everything from one process: the visitors' pages, their records, the staff side."""

from collections.abc import Callable

from chatbot.api import LOCAL_HOSTS, ServerOptions, create_app, serve
from chatbot.bot import Bot
from chatbot.config import Settings
from chatbot.records.database import Records
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.staff.accounts import set_admin_hash
from chatbot.staff.desk import Desk


def serve_all(settings: Settings, bot: Bot, place: tuple[str, int], on_ready: Callable[[str], None]) -> None:
    """Serve until interrupted, then close everything; raise `RecordsUnusableError` with the next step."""
    host, port = place
    options = ServerOptions((*LOCAL_HOSTS, *settings.host_names), settings.questions_per_minute)
    try:
        records = Records.open(settings.records)
        board = SwitchBoard(records)
        bot.switches = board
        set_admin_hash(records, settings.staff_password_hash)
        recorder = Recorder(records, bot)
        desk = Desk(bot, records, recorder, board)
        try:
            serve(create_app(bot, host=host, options=options, desk=desk), host, port, on_ready)
        finally:
            recorder.close()
            board.close()
            records.close()
    finally:
        bot.close()
