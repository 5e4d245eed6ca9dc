"""The errors of the product, one small tree by what their reader must do.

SmedError
├── TryLater                 wait, then run the same command again
│   ├── SourceUnavailable    a source does not answer, or asks to be left alone
│   ├── StorageUnavailable   the storage that machines share does not answer
│   ├── HomeBusy             another writer works in this home
│   ├── SparkUnavailable     the Spark cluster does not answer
│   ├── ReleaseMoved         somebody published since this build began
│   ├── ClockBehind          the clock says an earlier day than what is published
│   └── OtherCode            a run goes on under other code than began it
├── MendSetup                change a setting, a seed, the machine or the code
│   ├── SettingInvalid       an unknown or malformed setting
│   ├── StorageRefused       the storage that machines share does not take our keys, bucket or clock
│   ├── PlanInvalid          a missing or malformed seed row
│   ├── HomeInvalid          the home cannot be used for this
│   ├── VersionDiffers       a newer version wrote what this one would misread
│   ├── NoSpace              the disk is full
│   ├── BuildFailed          dbt could not build the marts
│   ├── RebuildDiffers       a release built again from its inputs is not the same
│   └── CheckCouldNotRun     the gate could not look
└── SendBack                 the data is at fault: its owner must act
    ├── ResponseInvalid      a source answered, but not with what it owes
    ├── SeriesNotFound       a source no longer has a registered series
    ├── SubmissionInvalid    a form that nobody owes, or a file that cannot be taken in
    ├── RawAltered           a file changed after it was received
    ├── GateFailed           a critical check failed; nothing was published
    ├── ActRefused           who acts, or the state of what is acted on, does not allow it
    └── ReleaseDamaged       a published file is not what its manifest says
"""


class SmedError(Exception):
    """What happened, to which thing, and what to do next, in one line.

    ``what`` is a clause without a full stop, ``where`` names the file, row, series or address,
    ``next_step`` is an instruction to the reader.
    """

    def __init__(self, what: str, where: str = "", next_step: str = ""):
        super().__init__(what, where, next_step)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.next_step:
            text = f"{text}; {self.next_step}"
        return " ".join(text.split())


class TryLater(SmedError):
    """The same command may work later."""


class SourceUnavailable(TryLater):
    """A source does not answer; ``retry_after`` is its own wish in seconds, where it said one."""

    def __init__(
        self, what: str, where: str = "", next_step: str = "", retry_after: float | None = None
    ):
        super().__init__(what, where, next_step)
        self.retry_after = retry_after


class StorageUnavailable(TryLater):
    """The storage that machines share does not answer, or only with an error of its own."""


class HomeBusy(TryLater):
    """Another writer holds the home's lock."""


class SparkUnavailable(TryLater):
    """The Spark cluster that should build does not answer, or stopped answering."""


class ReleaseMoved(TryLater):
    """The published release is no longer the one that this build began from."""


class ClockBehind(TryLater):
    """The machine's clock says an earlier day than the published release is of."""


class OtherCode(TryLater):
    """A step runs under other code than the one that began its run; another worker may have it."""


class MendSetup(SmedError):
    """A setting, a seed, the machine or the code must change first."""


class SettingInvalid(MendSetup):
    """An unknown setting, or a value that it cannot take."""


class StorageRefused(MendSetup):
    """The storage that machines share refuses: its keys, rights, bucket, or this clock."""


class PlanInvalid(MendSetup):
    """A seed row that is missing, malformed or refers to nothing."""


class HomeInvalid(MendSetup):
    """The home cannot be written, or is of another kind than the command needs."""


class VersionDiffers(MendSetup):
    """A newer version of the product, or of Airflow, wrote what this one would misread."""


class NoSpace(MendSetup):
    """The disk is full."""


class BuildFailed(MendSetup):
    """dbt could not build the marts, or one of its tests failed."""


class RebuildDiffers(MendSetup):
    """A release built again from its pinned inputs is not the same."""


class CheckCouldNotRun(MendSetup):
    """The gate could not look at the data; that is never a pass."""


class SendBack(SmedError):
    """The data is at fault; its owner must act."""


class ResponseInvalid(SendBack):
    """A source answered with something else than it owes."""


class SeriesNotFound(SendBack):
    """A source does not know a registered series (any more)."""


class SubmissionInvalid(SendBack):
    """A form, party or period that nobody owes, or a file that cannot be taken in."""


class RawAltered(SendBack):
    """A file that is written once is not what its provenance says."""


class GateFailed(SendBack):
    """A critical check failed; the release before stays."""


class ActRefused(SendBack):
    """Who acts on a submission, or its state, does not allow it."""


class ReleaseDamaged(SendBack):
    """A published file is not what its manifest says."""


class BackupDamaged(SendBack):
    """A backup is not whole, or holds something else than a home."""
