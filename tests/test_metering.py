"""Who is limited: addresses on the network, not programs of the machine, and not all visitors of a proxy at once."""

from typing import Any

from chatbot.metering import DailyHash, rate_limit


def question_from(client: str, *forwarded: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", address.encode()) for address in forwarded]
    return {"type": "http", "method": "POST", "path": "/api/ask", "headers": headers, "client": (client, 1)}


def test_an_address_on_the_network_is_limited() -> None:
    check = rate_limit(2, DailyHash())
    assert [check(question_from("203.0.113.7")) is None for _ in range(3)] == [True, True, False]
    assert check(question_from("203.0.113.8")) is None


def test_a_program_on_the_same_machine_is_not_limited() -> None:
    check = rate_limit(1, DailyHash())
    assert all(check(question_from("127.0.0.1")) is None for _ in range(5))


def test_behind_a_proxy_on_the_machine_each_visitor_has_a_limit_of_their_own() -> None:
    check = rate_limit(1, DailyHash())
    assert check(question_from("127.0.0.1", "203.0.113.7")) is None
    assert check(question_from("127.0.0.1", "203.0.113.8")) is None
    assert check(question_from("127.0.0.1", "203.0.113.7")) is not None


def test_a_header_sent_from_the_network_does_not_buy_a_new_limit() -> None:
    check = rate_limit(1, DailyHash())
    assert check(question_from("203.0.113.7", "198.51.100.1")) is None
    assert check(question_from("203.0.113.7", "198.51.100.2")) is not None
