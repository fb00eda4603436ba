"""On which file system a path lies, by what Linux says of its mounts."""

from pathlib import Path

import pytest

from monitor.store.place import NETWORK, mount_of, refuse_network

MOUNTS = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 27 0:35 / /srv rw,relatime shared:9 - nfs4 nas:/srv rw,vers=4.2
41 40 254:1 / /srv/local rw,relatime - ext4 /dev/vdb rw
42 27 0:36 / /mnt/two\\040words rw - cifs //nas/share rw
43 27 0:37 / /mnt/far rw - fuse.sshfs me@far: rw
44 27 254:2 / /over rw - ext4 /dev/vdc rw
45 44 0:38 / /over rw - 9p host rw
"""


@pytest.mark.parametrize(
    ("path", "mount", "kind"),
    [
        ("/var/lib/plumbline/plumbline.db", "/", "ext4"),
        ("/srv/plumbline/plumbline.db", "/srv", "nfs4"),
        ("/srv/local/plumbline.db", "/srv/local", "ext4"),
        ("/srv/locality/plumbline.db", "/srv", "nfs4"),
        ("/mnt/two words/plumbline.db", "/mnt/two words", "cifs"),
        ("/mnt/far/plumbline.db", "/mnt/far", "fuse.sshfs"),
        ("/over/plumbline.db", "/over", "9p"),
    ],
)
def test_the_deepest_and_latest_mount_counts(path: str, mount: str, kind: str) -> None:
    assert mount_of(Path(path), MOUNTS) == (Path(mount), kind)


def test_every_network_file_system_named_by_its_mount_is_refused() -> None:
    kinds = {kind for _, kind in (mount_of(Path(p), MOUNTS) for p in ("/srv", "/over", "/"))}
    assert kinds & NETWORK == {"nfs4", "9p"}


def test_a_local_folder_is_taken_also_before_it_is_made(tmp_path: Path) -> None:
    refuse_network(tmp_path / "not" / "yet" / "plumbline.db")
