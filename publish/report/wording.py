"""How a language says numbers, dates, codes and texts; the catalogues are Babel's."""

from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from publish.report.labels import LABELS, N_

LOCALES = Path(__file__).parent / "locale"
CATALOGUE = Path("LC_MESSAGES") / "messages.po"
SOURCE_LANGUAGE = "en"
LANGUAGES = (SOURCE_LANGUAGE, *sorted(path.name for path in LOCALES.iterdir() if path.is_dir()))
THIN_SPACE = "\u202f"
MINUS = "\u2212"
DASH = "\u2013"


@cache
def translations_of(language: str) -> NullTranslations:
    """The catalogue of a language; the texts themselves for the one they are written in."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    with (LOCALES / language / CATALOGUE).open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


class Words:
    """What templates ask for to say something in ``language``.

    ``units`` and ``countries`` are the rows of the plan's tables.
    """

    def __init__(self, language: str, units: list[dict], countries: list[dict]) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self.texts = translations_of(language)
        self.decimal = self.locale.number_symbols["latn"]["decimal"]
        self._units = {unit["unit_code"]: unit for unit in units}
        self._countries = {row["country_code"]: self._country(row) for row in countries}
        self._dates: dict[date, str] = {}

    def __call__(self, text: str, **values) -> str:
        """A text in the language, with its named gaps filled."""
        said = self.texts.gettext(text)
        return said % values if values else said

    def many(self, one: str, several: str, number: int, **values) -> str:
        """A text that hangs on a number, which fills its gap ``n``."""
        return self.texts.ngettext(one, several, number) % {"n": number, **values}

    def label(self, kind: str, code: str | None) -> str:
        """The words for a code of a closed list; a code that is new is shown as it is."""
        if code is None:
            return DASH
        known = LABELS[kind].get(code)
        return self(known) if known else code.replace("_", " ")

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with thin spaces between thousands; a dash for none."""
        if value is None:
            return DASH
        return self._localised(f"{value:,.{digits}f}")

    def signed(self, value: float | None, digits: int = 1) -> str:
        """A number that always has its sign, but zero."""
        if value is None:
            return DASH
        rounded = round(value, digits)
        return self._localised(f"{rounded:+,.{digits}f}" if rounded else f"{0:.{digits}f}")

    def percent(self, value: float | None, digits: int = 0) -> str:
        """A share of 100 with its sign."""
        return DASH if value is None else f"{self.number(value, digits)}\u00a0%"

    def digits(self, unit: str | None) -> int:
        """How many decimals figures of a unit have."""
        row = self._units.get(unit)
        return (row["display_digits"] or 0) if row else 1

    def value(self, value: float | None, unit: str | None) -> str:
        """A figure with the digits of its unit, which is said elsewhere."""
        return self.number(value, self.digits(unit))

    def found(self, text: str | None) -> str:
        """What a check found: a number as a number is said, all else as it is."""
        try:
            value = float(text)
        except (TypeError, ValueError):
            return text or DASH
        return self.number(value, 0 if value.is_integer() else 2)

    def unit(self, code: str | None) -> str:
        """The name of a unit."""
        row = self._units.get(code)
        return row["unit_name"] if row else (code or DASH)

    def date(self, day: date | datetime | str | None) -> str:
        """A day, with the month in words."""
        if day is None:
            return DASH
        if isinstance(day, str):
            day = date.fromisoformat(day[:10])
        if isinstance(day, datetime):
            day = day.date()
        if day not in self._dates:
            self._dates[day] = format_date(day, "d MMMM y", locale=self.locale)
        return self._dates[day]

    def country(self, code: str | None) -> str:
        """A member state's name; the code of what is none, as of a group."""
        return self._countries.get(code, code or DASH)

    def countries(self, codes: str | None) -> str:
        """The names for codes that are separated by a bar."""
        return self.listed([self.country(code) for code in codes.split("|")]) if codes else DASH

    def listed(self, names: list[str]) -> str:
        """Names with commas, the last with a word."""
        if len(names) < 2:
            return "".join(names)
        text = N_("%(first)s and %(last)s")
        return self(text, first=", ".join(names[:-1]), last=names[-1])

    def _country(self, row: dict) -> str:
        """The plan's name in its own language, else the one that the language has."""
        own = self.locale.territories.get(row["iso2_code"])
        if self.language == SOURCE_LANGUAGE or not own:
            return row["country_name"]
        return own.split(" (")[0]

    def _localised(self, said: str) -> str:
        said = said.replace(",", THIN_SPACE).replace(".", self.decimal)
        return said.replace("-", MINUS)
