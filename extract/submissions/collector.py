"""Gathers what is found in one file, all of it, without growing beyond bounds."""

from extract.submissions.findings import BLOCKING, FILE, Finding, finding


class Collector:
    """The findings of one file; ``stops_file`` is true once one of them holds back all of it."""

    def __init__(self, file_name: str, most: int):
        self.file_name = file_name
        self.most = most
        self.stops_file = False
        self.count = 0
        self._kept: list[Finding] = []

    def add(self, rule_code: str, *, value: object = "", expected: object = "", **place) -> None:
        """Keeps a finding, or only counts it once there are too many."""
        place["expected"] = str(expected)
        self.count += 1
        if self.count <= self.most:
            found = finding(rule_code, self.file_name, value=value, **place)
            self._kept.append(found)
            self.stops_file |= found.severity == BLOCKING and found.scope == FILE

    def all(self) -> tuple[Finding, ...]:
        """What was found; a last finding says how many more there are, and stops the file."""
        more = self.count - len(self._kept)
        if not more:
            return tuple(self._kept)
        self.stops_file = True
        return (*self._kept, finding("file.findings.many", self.file_name, value=more))
