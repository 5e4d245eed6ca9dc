"""A reader somewhere else: follows the pointer again and again, as docs/storage.md tells it to.

Every read must find one release whole: each file by the hash in the manifest, the manifest by that
in the pointer. It ends when the pointer names the last run.
"""

import hashlib
import json
import os
import sys

from tests.smed.s3_server import KEY, SECRET


def main() -> None:
    """Reads from a bucket until a release's run has that name; says how much it read."""
    import s3fs

    url, endpoint, last_run = sys.argv[1:]
    files = s3fs.S3FileSystem(
        key=KEY, secret=SECRET, endpoint_url=endpoint, use_listings_cache=False
    )
    reads, seen, switch, run = 0, set(), 0, ""
    print("begin", flush=True)
    while run != last_run:
        pointer = json.loads(files.cat_file(f"{url}/published.json"))
        folder = f"{url}/releases/{pointer['release']}"
        data = files.cat_file(f"{folder}/manifest.json")
        assert hashlib.sha256(data).hexdigest() == pointer["manifest_sha256"], "another manifest"
        manifest = json.loads(data)
        for name, facts in manifest["files"].items():
            found = hashlib.sha256(files.cat_file(f"{folder}/{name}")).hexdigest()
            assert found == facts["sha256"], f"torn: {name} of {pointer['release']}"
        assert pointer["switch"] >= switch, "backward"
        switch, run, reads = pointer["switch"], manifest["run_id"], reads + 1
        seen.add(pointer["release"])
        if os.getppid() == 1:
            sys.exit("nobody waits for this reader any more")
    print(f"read {reads} times, saw {len(seen)} releases")


if __name__ == "__main__":
    main()
