"""An API on a real socket that answers as the World Bank's did on a recorded day, but for lies."""

import json
import re
from collections.abc import Callable
from urllib.parse import unquote

from werkzeug import Request, Response

from extract.replay import Refusal, Stage

Lie = Callable[[Request, object], Response]


def answer(body: bytes | str, status: int = 200, **headers: str) -> Lie:
    """A lie that sends fixed bytes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request, truth: Response(
        body, status, {"Content-Type": "application/json", **named}
    )


def altered(change: Callable[[object], object]) -> Lie:
    """A lie that changes the JSON of the truth; ``change`` may work in place."""

    def lie(request: Request, truth: object) -> Response:
        changed = change(truth)
        return Response(json.dumps(truth if changed is None else changed))

    return lie


def cell(page: dict, economy: str, time: str) -> dict:
    """The row of one cell in a page of data."""
    wanted = {("Country", economy), ("Time", time)}
    for row in page["source"]["data"]:
        if wanted <= {(v["concept"], v["id"]) for v in row["variable"]}:
            return row
    raise LookupError(f"no row {economy} {time}")


class LyingApi:
    """Answers truly unless a lie is told about an address; ``asked`` are the paths, in order."""

    def __init__(self, recordings, day: str):
        self.recordings = recordings
        self.day = day
        self.asked: list[str] = []
        self._lies: list[tuple[str, list[Lie], bool]] = []

    def tell(self, pattern: str, *lies: Lie, forever: bool = False) -> None:
        """Tells the lies one after the other to addresses that match; the last one forever."""
        self._lies.append((pattern, list(lies), forever))

    def truth(self, path: str, query: dict[str, str]) -> object:
        """What the API would have said."""
        segments = [unquote(segment) for segment in path.strip("/").split("/")][2:]
        try:
            return Stage(self.recordings, self.day).answer(segments, query)
        except Refusal as refusal:
            return refusal.answer

    def __call__(self, request: Request) -> Response:
        path = request.path
        self.asked.append(path)
        truth = self.truth(path, dict(request.args))
        for pattern, lies, forever in self._lies:
            if lies and re.search(pattern, path):
                lie = lies[0] if forever and len(lies) == 1 else lies.pop(0)
                return lie(request, truth)
        return Response(json.dumps(truth))

    def asked_like(self, pattern: str) -> int:
        """How many requests went to addresses that match."""
        return sum(bool(re.search(pattern, path)) for path in self.asked)
