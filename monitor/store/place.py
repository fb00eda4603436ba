"""SQLite needs a local disk: where a database file would lie."""

import re
from pathlib import Path

from monitor.errors import StoreError

MOUNTS = Path("/proc/self/mountinfo")

NETWORK = frozenset((
    "9p", "afs", "beegfs", "ceph", "cifs", "lustre", "ncpfs", "nfs", "nfs4", "prl_fs", "smb3",
    "smbfs", "vboxsf", "vmhgfs", "fuse.ceph-fuse", "fuse.curlftpfs", "fuse.davfs2",
    "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "fuse.vmhgfs-fuse",
))  # fmt: skip
"""File systems that other machines, or the host of a virtual one, share. Locks and the shared
memory of a write-ahead log do not hold there (https://sqlite.org/wal.html, "Overview")."""


def refuse_network(path: Path) -> None:
    """Raises StoreError for a SQLite file on a network file system. Makes nothing."""
    if not MOUNTS.exists():
        return
    mount, kind = mount_of(path, MOUNTS.read_text())
    if kind in NETWORK:
        raise StoreError(
            f"{path} would lie on {mount}, a network file system ({kind}), where SQLite's locks do "
            "not hold and the database would break; set data to a folder on a local disk, or "
            "database to PostgreSQL"
        )


def mount_of(path: Path, mountinfo: str) -> tuple[Path, str]:
    """The deepest mount that holds an absolute path, and the kind of its file system.

    mountinfo: as in proc(5): the fifth word is the mount, the first after ` - ` its kind. Of two
    on one another the later one is seen.
    """
    found = (Path("/"), "")
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        mount = Path(_unescaped(before.split()[4]))
        if path.is_relative_to(mount) and len(mount.parts) >= len(found[0].parts):
            found = (mount, after.split()[0])
    return found


def _unescaped(text: str) -> str:
    """Blanks and the like are written as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda digits: chr(int(digits[1], 8)), text)
