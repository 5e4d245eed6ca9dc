"""What a cell of a seed may hold, each kind written in one way: dbt reads the same files."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, FiniteFloat

LIST_SEPARATOR = "|"


def _written_as(pattern: str, what: str) -> BeforeValidator:
    def check(value: object) -> object:
        if isinstance(value, str) and not re.fullmatch(pattern, value):
            raise ValueError(f"not {what}")
        return value

    return BeforeValidator(check)


def _reachable(value: float) -> float:
    if value <= 0:
        raise ValueError("not above 0: no yearly growth leads to 0 or below")
    return value


Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Codes = Annotated[str, Field(pattern=r"^[A-Z0-9]+(\|[A-Z0-9]+)*$")]
Text = Annotated[str, Field(min_length=1)]
Integer = Annotated[int, _written_as(r"-?[0-9]+", "a whole number such as 12")]
Number = Annotated[
    FiniteFloat, _written_as(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", "a number such as 1.5")
]
Day = Annotated[date, _written_as(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date as YYYY-MM-DD")]
Count = Annotated[Integer, Field(ge=0)]
Year = Annotated[Integer, Field(ge=1900, le=2200)]
Reachable = Annotated[Number, AfterValidator(_reachable)]
