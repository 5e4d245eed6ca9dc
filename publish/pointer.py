"""The pointer: the one object of the shared storage that says which release readers see.

Grain: one object, ``published.json``. It is written only over the pointer that was read before, or
where there is none, so of several who switch it at the same time one does. ``switch`` counts the
switches: no pointer is ever the same as one before it.
"""

import json
from dataclasses import asdict, dataclass, field, replace

from smed import home
from smed.errors import ReleaseDamaged, ReleaseMoved
from smed.files import json_bytes
from smed.storage import Storage

POINTER = "published.json"


@dataclass(frozen=True)
class Pointer:
    """What readers follow; ``releases`` are the kept ones: number -> sha256 of its manifest.

    ``held`` is who holds publishing since when, as in a home; ``etag`` is the storage's mark.
    """

    release: int
    manifest_sha256: str
    switch: int
    switched_at: str
    releases: dict[str, str]
    previous: int | None = None
    held: dict | None = None
    etag: str = field(default="", compare=False)

    def to_bytes(self) -> bytes:
        """The object."""
        facts = asdict(self)
        del facts["etag"]
        return json_bytes(facts)


def read_pointer(storage: Storage) -> Pointer | None:
    """What readers follow now; None before the first release.

    ReleaseDamaged if the object is no pointer.
    """
    stored = storage.read(POINTER)
    if stored is None:
        return None
    try:
        pointer = Pointer(**json.loads(stored.data), etag=stored.etag)
        if pointer.releases[str(pointer.release)] != pointer.manifest_sha256:
            raise ValueError("it names two manifests of one release")
        return pointer
    except (ValueError, TypeError, KeyError) as error:
        raise ReleaseDamaged(
            f"is no pointer to a release ({error})",
            storage.address(POINTER),
            "put an earlier version of the object back, or remove it: the next `smed refresh` of a"
            " home that holds the release writes it anew",
        ) from error


def switch(
    storage: Storage,
    before: Pointer | None,
    release: int,
    releases: dict[str, str],
    held: dict | None = None,
) -> Pointer:
    """Lets readers see another release; ReleaseMoved if the pointer is no longer ``before``."""
    after = Pointer(
        release=release,
        manifest_sha256=releases[str(release)],
        switch=before.switch + 1 if before else 1,
        switched_at=home.now().isoformat(),
        releases=releases,
        previous=before.release if before else None,
        held=held,
    )
    etag = storage.put(POINTER, after.to_bytes(), before.etag if before else None)
    if etag is None:
        raise moved(storage, read_pointer(storage))
    return replace(after, etag=etag)


def moved(storage: Storage, now: Pointer | None) -> ReleaseMoved:
    """The error of who comes second."""
    shown = f"to release {now.release}" if now else "away"
    return ReleaseMoved(
        f"another machine switched it meanwhile, {shown}",
        storage.address(POINTER),
        "run the command again",
    )
