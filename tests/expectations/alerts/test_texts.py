"""No text of a message carries a secret, a person or a command."""

import pytest

from expectations.alerts.texts import LONGEST, inert


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("70,5 instead of 1 < 2", "70,5 instead of 1 < 2"),
        ("https://user:pa55@host/path?key=abc#x", "https://host/path"),
        ("at https://hooks.chat.test/services/T00000000000000000001/x", None),
        ("password = hunter2, next", "password = (hidden) next"),
        ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer (hidden)"),
        ("SMTP_PASSWORD:geheim", "SMTP_PASSWORD:(hidden)"),
        ("ask siti@example.org today", "ask (hidden) today"),
        ("call +673 222 1234 now", "call (hidden) now"),
        (
            "@channel <!here> <@U1> <script>",
            "\uff20channel \u2039!here> \u2039\uff20U1> \u2039script>",
        ),
        ("![x](https://a.test/y) `rm`", "![x] (https://a.test/y) 'rm'"),
        ("a\r\nBcc: x\x00\x1b[31m", "a Bcc: x [31m"),
        ("txt\u202excod.\u2066exe\u200b", "txtxcod.exe"),
        ("Lao PDR \u0e97\u0ebb\u0e94", "Lao PDR \u0e97\u0ebb\u0e94"),
        (None, ""),
        (70.5, "70.5"),
    ],
)
def test_what_acts_or_must_not_be_told_is_taken_out(text, shown):
    if shown is None:
        assert inert(text, with_links=True) == "at https://hooks.chat.test/services/(hidden)/x"
    else:
        assert inert(text, with_links=True) == shown


def test_an_address_in_a_senders_text_leads_nowhere():
    assert inert("see https://evil.test/login") == "see https: //evil.test/login"


def test_a_novel_in_a_cell_is_cut():
    assert inert("x" * 5000) == "x" * (LONGEST - 1) + "\u2026"


def test_a_text_that_is_inert_stays_as_it_is():
    once = inert("<b>@all</b> mailto://u:p@h/x?y=z token=abc a@b.cd")
    assert inert(once) == once
