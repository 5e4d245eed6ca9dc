"""Texts made fit for a mail or a chat: no secret, no person, nothing that acts."""

import re
import unicodedata

LONGEST = 400  # of one text in a message; a cell of a hostile file may be a novel
HIDDEN = "(hidden)"
# one after the other: credentials go before what is left of them could pass for an address
_PATTERNS = (
    (re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/@]*@", re.IGNORECASE), r"\1"),
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s?#]*)[?#]\S*", re.IGNORECASE), r"\1"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (
        re.compile(
            r"(\b[\w-]*(?:password|passwd|secret|token|api[_-]?key))(\s*[=:]\s*)\S+", re.IGNORECASE
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), HIDDEN),
    (re.compile(r"\+\d[\d ().-]{7,}\d"), HIDDEN),
    # a chat takes @name for a call to people, and <...> for its own commands
    (re.compile(r"<(?=[!@#/?a-zA-Z])"), "\u2039"),
    (re.compile(r"@(?=\w)"), "\uff20"),
    # many read Markdown even in plain text: no pictures, no links under other names, no code
    (re.compile(r"\]\("), "] ("),
    (re.compile("`"), "'"),
)
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
# what a webhook's address carries instead of a password
_TOKEN = re.compile(r"(?<=/)(?=[\w-]*\d)[\w-]{20,}(?=/|$)")
# marks, signs and letters have a shape; what has none is dropped or a space
_SHAPELESS = ("Cf", "Cs", "Co", "Cn")


def inert(text: object, with_links: bool = False) -> str:
    """A text on one line that no mail program, chat or terminal takes for anything else.

    Passwords, tokens, queries of addresses, mail addresses and telephone numbers are taken out;
    marks that change the direction of a line, and other characters without a shape, too. Addresses
    can be clicked on only ``with_links``: a sender's text must not lead anybody anywhere.
    """
    plain = unicodedata.normalize("NFC", "" if text is None else str(text))
    shown = "".join(_shape(character) for character in plain)
    for pattern, instead in _PATTERNS:
        shown = pattern.sub(instead, shown)
    shown = _ADDRESS.sub(lambda found: _TOKEN.sub(HIDDEN, found.group()), shown)
    if not with_links:
        shown = shown.replace("://", ": //")
    shown = " ".join(shown.split())
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "\u2026"


def _shape(character: str) -> str:
    kind = unicodedata.category(character)
    if kind.startswith("Z") or kind == "Cc":
        return " "
    return "" if kind in _SHAPELESS else character


def counted(number: int, thing: str) -> str:
    """``1 row``, ``2 rows``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
