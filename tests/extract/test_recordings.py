"""The recorded vintages are those that were recorded, or the file that is not is named."""

import shutil

import pytest

from extract.recordings import RECORDED, read_recordings
from smed.errors import RawAltered


@pytest.fixture
def copied(tmp_path):
    """A copy of the recorded figures that a test may damage."""
    return shutil.copytree(RECORDED, tmp_path / "recorded")


def test_every_vintage_has_values_and_a_title(recordings):
    assert all(vintage.values and vintage.title for vintage in recordings.vintages)
    assert recordings.dates == tuple(sorted(recordings.dates))


def test_every_file_of_figures_is_a_row_of_the_list(recordings):
    files = {path.relative_to(RECORDED).with_suffix("") for path in RECORDED.glob("*/*.csv")}
    listed = {f"{vintage.series}/{vintage.vintage_date}" for vintage in recordings.vintages}
    assert {str(path) for path in files} == listed


def test_a_changed_figure_is_refused_with_the_name_of_its_file(copied):
    path = copied / "SP.POP.TOTL" / "2025-04-01.csv"
    path.write_text(path.read_text().replace("392332", "392333"))
    with pytest.raises(RawAltered, match=r"2025-04-01\.csv.*put back the file"):
        read_recordings(copied)


def test_a_missing_file_is_refused(copied):
    (copied / "SP.POP.TOTL" / "2025-04-01.csv").unlink()
    with pytest.raises(RawAltered, match=r"2025-04-01\.csv.*cannot be read"):
        read_recordings(copied)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("series,", "code,", 1),
        lambda text: text.replace("\n", ",surplus\n", 3),
        lambda text: text + '"',
        lambda text: text.encode("utf-16"),
    ],
    ids=["renamed column", "surplus field", "open quote", "other encoding"],
)
@pytest.mark.parametrize("name", ["vintages.csv", "countries.csv"])
def test_a_list_that_cannot_be_understood_is_refused(copied, name, damage):
    path = copied / name
    damaged = damage(path.read_text().replace("id,", "series,", 1))
    path.write_bytes(damaged if isinstance(damaged, bytes) else damaged.encode())
    with pytest.raises(RawAltered, match=name):
        read_recordings(copied)
