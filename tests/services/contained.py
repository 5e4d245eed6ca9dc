"""Runs a command as a container of the compose file would: ``contained.py SPECIFICATION``.

Started in new namespaces (mounts, processes, host name), it gives the command the image's paths, a
root file system that cannot be written to, the container's user and no capability. The
specification is JSON: hostname, files (source, target that is there), mounts (source, target,
is_writable), reachable (folders that stay where they are), tmpfs (as the compose file has it),
user, group, environment, folder, command.
"""

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path


def _mount(*arguments: str, handles: tuple[int, ...] = ()) -> None:
    subprocess.run(["mount", "--no-canonicalize", *arguments], check=True, pass_fds=handles)


def _open(path: str) -> int:
    # a handle still shows the folder when something else lies over its path
    return os.open(path, os.O_PATH)


def _make_room(target: Path) -> None:
    """Lets ``target`` be there as a folder; what it lies in is covered if it must be made."""
    if not target.is_dir():
        parent = target.parent
        if not os.path.ismount(parent):
            _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(parent))
        target.mkdir()


def _bind(handle: int, target: Path, is_writable: bool) -> None:
    _make_room(target)
    _mount("--bind", f"/proc/self/fd/{handle}", str(target), handles=(handle,))
    if not is_writable:
        _mount("-o", "remount,ro,bind", str(target))


def _make_reachable(handle: int, path: Path) -> None:
    """Shows a folder at its path although folders above it are closed to others."""
    closed = [
        p for p in reversed(path.parents) if p.exists() and not p.stat().st_mode & stat.S_IXOTH
    ]
    if closed:
        _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(closed[0]))
    if not path.exists():
        path.mkdir(parents=True)
        _mount("--bind", f"/proc/self/fd/{handle}", str(path), handles=(handle,))


def main(given: dict) -> None:
    """Becomes the command."""
    mounts = [(_open(source), Path(target), w) for source, target, w in given["mounts"]]
    reachable = [(_open(path), Path(path)) for path in given["reachable"]]
    files = [(_open(source), target) for source, target in given["files"]]
    for target, _, options in (text.partition(":") for text in given["tmpfs"]):
        # as Docker does, unless the file says otherwise
        _mount("-t", "tmpfs", "-o", f"noexec,nosuid,nodev,{options}", "tmpfs", target)
    for handle, target, is_writable in mounts:
        _bind(handle, target, is_writable)
    for handle, path in reachable:
        _make_reachable(handle, path)
    for handle, target in files:
        _mount("--bind", f"/proc/self/fd/{handle}", target, handles=(handle,))
    _mount("-o", "remount,ro,bind", "/")
    socket.sethostname(given["hostname"])
    os.chdir(given["folder"])
    as_user = ("setpriv", f"--reuid={given['user']}", f"--regid={given['group']}", "--clear-groups")
    denied = ("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all")
    os.execvpe("setpriv", (*as_user, *denied, *given["command"]), given["environment"])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
