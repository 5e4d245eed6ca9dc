"""Texts made fit for a mail or a chat: no secret, no person, nothing that acts."""

import re
import unicodedata

LONGEST = 400  # of one text in a message; a cell of a hostile file may be a novel
_CREDENTIALS = re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/@]*@", re.IGNORECASE)
_QUERY = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s?#]*)[?#]\S*", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_MENTION = re.compile(r"@(?=\w)")
_MARKUP = re.compile(r"<(?=[!@#/a-zA-Z])")


def inert(text: object) -> str:
    """A text on one line that no mail program, chat or terminal takes for anything else.

    Credentials and queries in addresses and mail addresses are taken out; marks that change the
    direction of a line, and other characters without a shape, too.
    """
    plain = unicodedata.normalize("NFC", "" if text is None else str(text))
    shown = "".join(_shape(character) for character in plain)
    for pattern, instead in (
        (_CREDENTIALS, r"\1"),
        (_QUERY, r"\1"),
        (_ADDRESS, "(address)"),
        (_MENTION, "\uff20"),
        (_MARKUP, "\u2039"),
    ):
        shown = pattern.sub(instead, shown)
    shown = " ".join(shown.split())
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "\u2026"


def _shape(character: str) -> str:
    kind = unicodedata.category(character)
    if kind.startswith("Z") or kind == "Cc":
        return " "
    return "" if kind in ("Cf", "Cs", "Co", "Cn") else character
