"""What every tab of the staff page works with, and the one place where a role is asked for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatbot.bot import Bot
from chatbot.records.database import Records
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.staff.accounts import Member, Role

if TYPE_CHECKING:
    import gradio as gr


class NotAllowedError(Exception):
    """Somebody's role does not cover what they tried; the message ends with whom to ask."""


@dataclass(frozen=True)
class Desk:
    """The bot, its records and switches."""

    bot: Bot
    records: Records
    recorder: Recorder
    switches: SwitchBoard

    def member(self, request: "gr.Request", role: Role = "reviewer") -> Member:
        """Return who sent an event; raise `NotAllowedError` unless their role is `role` or more.

        Every handler that shows or changes anything calls this first: a browser can send any event of the page.
        """
        # The gate has asked the database with this very request.
        member = request.request.scope.get("staff") if request.request else None
        if not isinstance(member, Member):
            raise NotAllowedError("You are not logged in. Open /staff/login.")
        if not member.may(role):
            raise NotAllowedError(f"This needs the role {role}; yours is {member.role}. Ask an admin.")
        return member
