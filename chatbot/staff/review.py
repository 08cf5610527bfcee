"""Tab: the review queue. A list on one side, one turn with everything to judge it by on the other."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from chatbot.live_bot import LiveBot
from chatbot.records.auditing import log_change
from chatbot.staff.accounts import Member
from chatbot.staff.desk import Desk
from chatbot.staff.item_fixing import ItemFixing
from chatbot.staff.judging import flag, judge, save_draft, unflag
from chatbot.staff.lists import (
    PAGE,
    Filters,
    RefusedError,
    counts,
    delete_view,
    how_many,
    lines,
    next_turn,
    save_view,
    saved_views,
)
from chatbot.staff.review_parts import FILTERS, Columns, Form, filter_values, line_choice, said, shown_item
from chatbot.staff.revising import Content
from chatbot.staff.verdicts import VERDICTS, agreement

if TYPE_CHECKING:
    import gradio as gr

TITLE = "Review"
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def build(desk: Desk) -> ItemFixing | None:
    """Lay the tab out inside the open `gr.Tab`; return its part that mends answers, where they can be mended."""
    tab = _Tab(desk)
    tab.wire()
    return tab.mending


def is_asked_for(request: "gr.Request") -> bool:
    """Tell whether the page's address names a list of turns, as `lists.address_of` writes it."""
    return any(name in request.query_params for name in FILTERS)


class _Tab:
    """The tab's components and what each event does to them. The browser sends the turn with every change of it."""

    def __init__(self, desk: Desk) -> None:
        import gradio as gr

        self._desk = desk
        with gr.Row(elem_id="review"):
            with gr.Column(scale=2, min_width=320, elem_id="review-list"):
                self.columns = Columns(desk.bot)
            with gr.Column(scale=3, min_width=320, elem_id="review-item"):
                self.form = Form(desk.bot)
                bot = desk.bot
                self.mending = ItemFixing(desk, Content(bot, desk.records)) if isinstance(bot, LiveBot) else None
        self.filters = self.columns.filters
        self.shown = [*self.form.sections, *self.form.fields, self.form.flag, self.form.unflag, self.form.turn]
        self.listed = [self.columns.choice, self.columns.status, self.columns.page, self.columns.agreement]

    def wire(self) -> None:
        """Connect every component to what it does."""
        import gradio as gr

        columns, form = self.columns, self.form
        again = {"fn": self._listing(1), "inputs": self.filters, "outputs": self.listed, **_QUIET}
        for each in self.filters:
            (each.submit if isinstance(each, gr.Textbox) else each.input)(**again)
        columns.search.click(**again)
        for button, step in ((columns.earlier, -1), (columns.later, 1)):
            button.click(self._listing(step, turn_page=True), [columns.page, *self.filters], self.listed, **_QUIET)
        gr.on(
            [columns.by.input, columns.count.click],
            _with_request(self._counted),
            [columns.by, *self.filters],
            columns.numbers,
            **_QUIET,
        )
        inputs = [columns.by, columns.numbers, *self.filters]
        columns.numbers.input(_with_request(self._narrowed), inputs, self.filters, **_QUIET).then(**again)
        self._wire_views(again)
        chosen = columns.choice.input(
            _with_request(self._opened), [columns.choice], [*self.shown, form.message], **_QUIET
        )
        opened = [chosen]
        whole = [form.turn, *form.fields]
        for verdict, button in zip(VERDICTS, form.verdicts, strict=True):
            saved = button.click(
                self._judged(verdict), [*whole, *self.filters], [*self.shown, form.message],
                trigger_mode="once", **_QUIET,
            )  # fmt: skip
            opened.append(saved)
            saved.then(self._listing(0, turn_page=True), [columns.page, *self.filters], self.listed, **_QUIET)
        passed = form.following.click(
            _with_request(self._next), [form.turn, *self.filters], [*self.shown, form.message], **_QUIET
        )
        self._wire_mending([*opened, passed])
        for button, act in ((form.flag, flag), (form.unflag, unflag)):
            button.click(
                self._flagged(act), [form.turn], [form.sections[0], form.flag, form.unflag, form.message], **_QUIET
            )
        for field in form.fields:
            field.input(_with_request(self._drafted), whole, form.message, trigger_mode="always_last", **_QUIET)
        blocks = gr.context.Context.root_block
        if blocks:
            blocks.load(_with_request(self._from_address), self.filters, self.filters, **_QUIET).then(**again)
            blocks.load(_with_request(self._views), None, columns.view, **_QUIET)

    def _wire_mending(self, opened: list[Any]) -> None:
        if self.mending is None:
            return
        self.mending.wire(self.form.turn)
        for event in opened:
            event.then(self.mending.opening(), self.form.turn, self.mending.shown, **_QUIET)

    def _wire_views(self, again: dict[str, Any]) -> None:
        columns = self.columns
        columns.view.input(_with_request(self._view), [columns.view, *self.filters], self.filters, **_QUIET).then(
            **again
        )
        outputs = [columns.view, columns.message]
        columns.keep.click(_with_request(self._keep), [columns.name, *self.filters], outputs, **_QUIET)
        columns.drop.click(_with_request(self._drop), [columns.view], outputs, **_QUIET)

    # The list

    def _listing(self, step: int, *, turn_page: bool = False) -> Callable[..., list[Any]]:
        def listed(*given: Any, request: "gr.Request") -> list[Any]:
            import gradio as gr

            member = self._desk.member(request)
            page, given = (int(given[0]) + step, given[1:]) if turn_page else (1, given)
            try:
                filters = Filters(*filter_values(given))
            except RefusedError as refused:
                return [gr.update(), said(str(refused), alert=True), page, gr.update()]
            with self._desk.records.reading() as session:
                total = how_many(session, member, filters)
                page = max(1, min(page, -(-total // PAGE)))
                found = lines(session, member, filters, page)
                alike = agreement(session)
            first = (page - 1) * PAGE + 1
            status = f"{first} to {first + len(found) - 1} of {total}" if found else "Nothing here."
            kappa = "not known yet" if alike.kappa is None else f"{alike.kappa:.2f}"
            two = f"Two reviewers, blind: kappa {kappa}, n = {alike.n}, same verdict {alike.same}."
            return [gr.update(choices=list(map(line_choice, found)), value=None), said(status), page, said(two)]

        return _with_request(listed)

    def _from_address(self, *given: Any, request: "gr.Request") -> list[Any]:
        """Take the filters that a number's link names; what it names wrongly is left as it was."""
        self._desk.member(request)
        try:
            filters = Filters.of(dict(request.query_params)) if is_asked_for(request) else None
        except RefusedError:
            filters = None
        return [getattr(filters, name) for name in FILTERS] if filters else list(given)

    def _counted(self, by: str, *given: Any, request: "gr.Request") -> Any:
        import gradio as gr

        member = self._desk.member(request)
        try:
            filters = Filters(*filter_values(given))
        except RefusedError:
            return gr.update(choices=[], value=None)
        with self._desk.records.reading() as session:
            found = counts(session, member, filters, by)
        return gr.update(choices=[(f"{label}: {number}", label) for label, number in found.items()], value=None)

    def _narrowed(self, by: str, label: str | None, *given: Any, request: "gr.Request") -> list[Any]:
        self._desk.member(request)
        filters = Filters(*filter_values(given))
        narrowed = filters.narrowed(by, label) if label else filters
        return [getattr(narrowed, name) for name in FILTERS]

    def _views(self, request: "gr.Request") -> Any:
        import gradio as gr

        member = self._desk.member(request)
        with self._desk.records.reading() as session:
            return gr.update(choices=list(saved_views(session, member)))

    def _view(self, name: str | None, *given: Any, request: "gr.Request") -> list[Any]:
        member = self._desk.member(request)
        with self._desk.records.reading() as session:
            filters = saved_views(session, member).get(name or "", None)
        return [getattr(filters, each) for each in FILTERS] if filters else list(given)

    def _keep(self, name: str, *given: Any, request: "gr.Request") -> list[Any]:
        def keep(session: Session, member: Member) -> None:
            save_view(session, member, name, Filters(*filter_values(given)))
            log_change(session, member.name, "save view", name)

        return self._changed_views(keep, "Kept.", request)

    def _drop(self, name: str | None, request: "gr.Request") -> list[Any]:
        def drop(session: Session, member: Member) -> None:
            delete_view(session, member, name or "")
            log_change(session, member.name, "delete view", name or "")

        return self._changed_views(drop, "Deleted.", request)

    def _changed_views(self, change: Callable[[Session, Member], None], done: str, request: "gr.Request") -> list[Any]:
        import gradio as gr

        member = self._desk.member(request)
        try:
            with self._desk.records.writing() as session:
                change(session, member)
        except RefusedError as refused:
            return [gr.update(), said(str(refused), alert=True)]
        return [self._views(request), said(done)]

    # The turn

    def _opened(self, turn: str | None, request: "gr.Request") -> list[Any]:
        return self._show(turn, self._desk.member(request), "")

    def _show(self, turn: str | None, member: Member, done: str) -> list[Any]:
        try:
            return [*shown_item(self._desk, member, turn), said(done)]
        except RefusedError as refused:
            return [*shown_item(self._desk, member, None), said(str(refused), alert=True)]

    def _judged(self, verdict: str) -> Callable[..., list[Any]]:
        def judged(turn: str, *given: Any, request: "gr.Request") -> list[Any]:
            member, count = self._desk.member(request), len(self.form.fields)
            try:
                review = self.form.review(given[:count], verdict)
                with self._desk.records.writing() as session:
                    place = judge(session, member, turn, review)
            except RefusedError as refused:
                return [*_unchanged(len(self.shown)), said(str(refused), alert=True)]
            return self._after(turn, member, given[count:], f"Saved: {verdict} ({place} review).")

        return _with_request(judged)

    def _next(self, turn: str, *given: Any, request: "gr.Request") -> list[Any]:
        return self._after(turn, self._desk.member(request), given, "")

    def _after(self, turn: str, member: Member, given: tuple[Any, ...], done: str) -> list[Any]:
        try:
            with self._desk.records.reading() as session:
                following = next_turn(session, member, Filters(*filter_values(given)), after=turn)
        except RefusedError as refused:
            return self._show(None, member, f"{done} {refused}")
        return self._show(following, member, done if following else f"{done} Nothing is left in this list.")

    def _flagged(self, act: Callable[[Session, Member, str], None]) -> Callable[..., list[Any]]:
        def flagged(turn: str, request: "gr.Request") -> list[Any]:
            member = self._desk.member(request)
            try:
                with self._desk.records.writing() as session:
                    act(session, member, turn)
            except RefusedError as refused:
                return [*_unchanged(3), said(str(refused), alert=True)]
            shown = shown_item(self._desk, member, turn)
            return [shown[0], *shown[-3:-1], said("Sent on." if act is flag else "The flag is off.")]

        return _with_request(flagged)

    def _drafted(self, turn: str, *given: Any, request: "gr.Request") -> str:
        member = self._desk.member(request)
        if not turn:
            return ""
        try:
            with self._desk.records.writing() as session:
                save_draft(session, member, turn, self.form.review(given, ""))
        except RefusedError as refused:
            return said(str(refused), alert=True)
        return said("Draft kept.")


def _unchanged(count: int) -> list[Any]:
    import gradio as gr

    return [gr.update() for _ in range(count)]


def _with_request(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Put the request first: Gradio gives it by its place and its type, which has to be there when this runs."""
    import gradio as gr

    def called(request: gr.Request, *given: Any) -> Any:
        return handler(*given, request=request)

    return called
