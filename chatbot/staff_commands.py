"""Commands for the staff side: `chatbot staff-user`, `chatbot demo-data`."""

import getpass
import sys
from typing import Annotated

import typer


def staff_user(
    name: Annotated[str, typer.Argument(help="Small letters, digits, dots and hyphens.")],
    role: Annotated[str, typer.Option(help="reviewer, editor or admin.")] = "reviewer",
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input, for scripts.")] = False,
) -> None:
    """Make a member of staff, or give one a new password and role; asks for the password twice."""
    from chatbot.config import Settings
    from chatbot.records.database import Records
    from chatbot.staff.accounts import set_user
    from chatbot.staff.passwords import PasswordRefusedError

    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass(f"Password for {name}: ")
        if getpass.getpass("Once more: ") != password:
            raise PasswordRefusedError("The two passwords differ. Run the command again.")
    records = Records.open(Settings().records)
    try:
        new = set_user(records, name, role, password)
    finally:
        records.close()
    changed = "" if new else ", with a new password, and logged out everywhere"
    typer.echo(f"{name}: {role}{changed}. Log in at /staff/login.")


def demo_data(
    database: Annotated[str, typer.Option(help="Address of the database; demo.sqlite3 in CHATBOT_HOME if empty.")] = "",
    conversations: Annotated[int, typer.Option(min=1, max=5000, help="How many.")] = 400,
) -> None:
    """Fill a separate database with made-up, reviewed traffic, so that the staff page can be seen at once."""
    from chatbot.bot import Bot
    from chatbot.config import Settings
    from chatbot.records.database import Records
    from chatbot.staff.demo_data import make_demo

    settings = Settings()
    address = database or f"sqlite:///{settings.home / 'demo.sqlite3'}"
    bot = Bot.open(settings)
    records = Records.open(address)
    try:
        made = make_demo(records, bot, conversations)
    finally:
        records.close()
        bot.close()
    typer.echo(
        f"{made.conversations} conversations, {made.turns} of their answers still kept, {made.reviews} reviews, "
        f"all made up.\nMake an account and look at them:\n"
        f"  CHATBOT_TRANSCRIPTS={address} chatbot staff-user NAME --role admin\n"
        f"  CHATBOT_TRANSCRIPTS={address} chatbot serve   # then open /staff/"
    )
