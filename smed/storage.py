"""The storage that machines share: objects at one S3 address, by way of s3fs.

What is written once is written on the condition that nothing is there yet, and what is switched on
the condition that nobody switched it meanwhile: the storage decides, not a lock of ours. Beside
each object stands its sha256. Without SMED_STORAGE_URL nothing here imports anything.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import SecretStr

from smed.errors import SettingInvalid, SmedError, StorageRefused
from smed.files import disk_errors, sha256_of
from smed.settings import Settings
from smed.storage_errors import CONDITION_FAILED, NOT_THERE, URL, said, storage_error

AT_ONCE = 8
CHUNK = 2**20


@dataclass(frozen=True)
class Listed:
    """An object as the storage lists it; ``etag`` is the MD5 of its bytes on most storages."""

    bytes: int
    etag: str


@dataclass(frozen=True)
class Stored:
    """An object's bytes, its mark for conditional writes, and the sha256 that it came with."""

    data: bytes
    etag: str
    sha256: str | None

    @property
    def is_whole(self) -> bool:
        """Whether the bytes are still those that were sent."""
        return hashlib.sha256(self.data).hexdigest() == self.sha256


def open_storage(settings: Settings, attempts: int | None = None) -> "Storage | None":
    """The storage of the settings; None if there is none. It asks nothing yet.

    ``attempts`` is how often a request is tried that may heal (SMED_HTTP_ATTEMPTS).
    """
    if not settings.storage_url:
        return None
    files = _opened(
        settings.storage_endpoint,
        *(settings.storage_key, settings.storage_secret),
        *(settings.http_connect_seconds, settings.http_read_seconds),
        attempts or settings.http_attempts,
    )
    return Storage(files, settings.storage_url)


# opening it costs a fifth of a second, and each step asks for it
@lru_cache(maxsize=8)
def _opened(
    endpoint: str,
    key: SecretStr | None,
    secret: SecretStr | None,
    connect_seconds: float,
    read_seconds: float,
    attempts: int,
):
    """The file system of s3fs."""
    try:
        import s3fs
        from botocore.handlers import add_expect_header
    except ImportError as error:
        raise SettingInvalid(
            "what reads it is not installed", URL, "install it: pip install smed[storage]"
        ) from error
    config = {
        "connect_timeout": connect_seconds,
        "read_timeout": read_seconds,
        "retries": {"total_max_attempts": attempts, "mode": "standard"},
    }
    if endpoint:
        # of a server that is not Amazon's the bucket is rarely a host name
        config["s3"] = {"addressing_style": "path"}
    files = s3fs.S3FileSystem(
        key=key.get_secret_value() if key else None,
        secret=secret.get_secret_value() if secret else None,
        endpoint_url=endpoint or None,
        config_kwargs=config,
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    # botocore tries again; twice would be too often
    files.retries = 1
    _connect(files)
    # a storage that never says "100 Continue" would be waited for without end
    files.s3.meta.events.unregister("before-call.s3", add_expect_header)
    return files


def _connect(files) -> None:
    """Reads the keys; nothing is asked yet."""
    try:
        files.connect()
    # half a pair of keys, a profile that is not there, a file of AWS that cannot be read
    except Exception as error:
        raise storage_error(error, URL) from error


class Storage:
    """The objects below one address, by their names from there on.

    Every method raises StorageUnavailable for what may heal and StorageRefused for what will not.
    """

    def __init__(self, files, url: str):
        self._files = files
        self.url = url.rstrip("/")
        self._bucket, _, prefix = self.url.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""

    def address(self, name: str) -> str:
        """Where an object lies, for people."""
        return f"{self.url}/{name}"

    def _place(self, name: str) -> dict:
        return {"Bucket": self._bucket, "Key": self._prefix + name}

    def list(self, under: str) -> dict[str, Listed]:
        """Every object whose name begins so."""
        found, more = {}, {}
        while more is not None:
            given = {"Bucket": self._bucket, "Prefix": self._prefix + under, **more}
            answer = self._ask(under, lambda given=given: self._call("list_objects_v2", **given))
            for row in answer.get("Contents", ()):
                name = row["Key"].removeprefix(self._prefix)
                found[name] = Listed(row["Size"], row["ETag"].strip('"'))
            token = answer.get("NextContinuationToken")
            more = {"ContinuationToken": token} if token else None
        return found

    def read(self, name: str) -> Stored | None:
        """An object; None if there is none."""
        parts: list[bytes] = []
        answer = self._get(name, parts.append)
        if answer is None:
            return None
        return Stored(b"".join(parts), answer["ETag"], answer["Metadata"].get("sha256"))

    def read_facts(self, name: str, keys: tuple[str, ...]) -> dict | None:
        """A JSON object with these keys; None if there is none, StorageRefused if it is another."""
        stored = self.read(name)
        try:
            facts = json.loads(stored.data) if stored else None
            return facts and {key: facts[key] for key in keys}
        except (ValueError, TypeError, KeyError) as error:
            raise StorageRefused(
                f"is not what was written there ({error})",
                self.address(name),
                "put an earlier version of the object back",
            ) from error

    def sha256(self, name: str) -> str | None:
        """The sha256 of an object's bytes as they are read back; None if there is none."""
        digest = hashlib.sha256()
        return digest.hexdigest() if self._get(name, digest.update) else None

    def download(self, name: str, path: Path) -> str | None:
        """Writes an object's bytes to a new file; their sha256, None if there is none."""
        digest = hashlib.sha256()
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:

                def keep(part: bytes) -> None:
                    digest.update(part)
                    with disk_errors(path):
                        file.write(part)

                answer = self._get(name, keep)
        return digest.hexdigest() if answer else None

    def _get(self, name: str, sink: Callable[[bytes], object]) -> dict | None:
        from fsspec.asyn import sync

        async def get() -> dict:
            answer = await self._files._call_s3("get_object", **self._place(name))
            async with answer["Body"] as body:
                async for part in body.iter_chunks(CHUNK):
                    sink(part)
            return answer

        return self._ask(name, lambda: sync(self._files.loop, get))

    def put(self, name: str, data: bytes, etag: str | None) -> str | None:
        """Writes an object if its mark is still ``etag`` (None: if there is none); its new mark.

        None if somebody else wrote it meanwhile. What this very call wrote before its answer was
        lost counts as written.
        """
        given = {
            **self._place(name),
            "Body": data,
            "Metadata": {"sha256": hashlib.sha256(data).hexdigest()},
            **({"IfMatch": etag} if etag else {"IfNoneMatch": "*"}),
        }
        if answer := self._ask(name, lambda: self._call("put_object", **given)):
            return answer["ETag"]
        there = self.read(name)
        return there.etag if there and there.data == data else None

    def create(self, name: str, path: Path) -> bool:
        """Keeps a file's bytes for ever; False if other bytes are there."""
        sha256 = sha256_of(path)
        place = f"{self._bucket}/{self._prefix}{name}"
        given = {"mode": "create", "Metadata": {"sha256": sha256}}
        if self._ask(name, lambda: self._files.put_file(str(path), place, **given) or True):
            return True
        return self.sha256(name) == sha256

    def remove(self, names: Iterable[str]) -> None:
        """Removes objects; what is gone already is no error."""
        self.each(
            lambda name: self._ask(name, lambda: self._call("delete_object", **self._place(name))),
            names,
        )

    def each(self, work: Callable, names: Iterable) -> list:
        """What ``work`` returns of each, several at the same time; the first error ends it."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                return list(pool.map(work, names))
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _call(self, method: str, **given) -> dict:
        return self._files.call_s3(method, **given)

    def _ask(self, name: str, work: Callable):
        """What ``work`` returns; None if the object is not there or the condition does not hold."""
        try:
            return work()
        except SmedError:
            raise
        except Exception as error:
            if said(error).get("Code") in NOT_THERE | CONDITION_FAILED:
                return None
            raise storage_error(error, self.address(name)) from None


def is_inside(name: str) -> bool:
    """Whether a name stays below the folder that it is put under."""
    parts = name.split("/")
    return not set(parts) & {"", ".", ".."} and "\\" not in name and "\0" not in name
