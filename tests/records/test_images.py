"""The image store: written once, proved on reading, nothing half-kept whatever happens while writing."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import fsspec
import pytest

from records import images
from records.images import ImageStore

ROOT = Path(images.__file__).parents[1]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ImageStore:
    url = str(tmp_path / "images") if request.param == "folder" else f"memory://{tmp_path.name}/images"
    return ImageStore(url)


def test_what_is_put_is_got_back(store: ImageStore) -> None:
    stored = store.put(b"a page")
    digest = sha256(b"a page")
    assert (stored.sha256, stored.size, stored.key) == (digest, 6, f"{digest[:2]}/{digest[2:4]}/{digest}")
    assert store.get(digest) == b"a page"
    assert store.exists(digest) and not store.exists(sha256(b"another"))
    assert store.place_of(digest).endswith(stored.key)
    with store.open(digest) as stream:
        assert stream.read() == b"a page"


def test_both_digests_are_the_standards_own() -> None:
    # GB/T 32905-2016, appendix A.1; FIPS 180-4
    assert images.digests(b"abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    )


def test_the_same_content_twice_is_one_image(store: ImageStore, tmp_path: Path) -> None:
    first = store.put(b"same")
    assert store.put(b"same") == first
    assert len(files(tmp_path)) <= 1


def test_the_second_put_does_not_touch_the_file(tmp_path: Path) -> None:
    store = ImageStore(str(tmp_path))
    place = Path(store.place_of(store.put(b"same").sha256))
    before = place.stat()
    store.put(b"same")
    after = place.stat()
    assert (before.st_ino, before.st_mtime_ns, before.st_ctime_ns) == (
        after.st_ino,
        after.st_mtime_ns,
        after.st_ctime_ns,
    )


def test_a_missing_image_and_a_wrong_name(store: ImageStore) -> None:
    with pytest.raises(images.ImageMissing, match=sha256(b"never")):
        store.get(sha256(b"never"))
    with pytest.raises(images.ImageMissing):
        store.open(sha256(b"never"))
    for name in ("../../etc/passwd", "A" * 64, "", sha256(b"x") + "\n"):
        with pytest.raises(ValueError, match="SHA-256"):
            store.get(name)


def test_a_changed_image_is_named_and_never_handed_out(tmp_path: Path) -> None:
    store = ImageStore(str(tmp_path))
    digest = store.put(b"genuine").sha256
    place = Path(store.place_of(digest))
    place.chmod(0o640)
    place.write_bytes(b"altered")
    with pytest.raises(images.ImageCorrupted, match=digest):
        store.get(digest)
    with pytest.raises(images.ImageCorrupted, match=digest):
        store.put(b"genuine")
    assert place.read_bytes() == b"altered"


def test_images_are_read_only_and_closed_to_others(tmp_path: Path) -> None:
    store = ImageStore(str(tmp_path / "images"))
    place = Path(store.place_of(store.put(b"a page").sha256))
    assert stat.S_IMODE(place.stat().st_mode) == 0o440
    for folder in (place.parent, place.parent.parent, tmp_path / "images" / images.INCOMING):
        assert stat.S_IMODE(folder.stat().st_mode) & 0o027 == 0


def test_many_at_once_with_the_same_and_with_different_content(tmp_path: Path) -> None:
    store = ImageStore(str(tmp_path))
    contents = [f"page {number % 20}".encode() for number in range(200)]
    with ThreadPoolExecutor(16) as pool:
        stored = list(pool.map(store.put, contents))
    assert len(files(tmp_path)) == len({one.sha256 for one in stored}) == 20
    assert all(store.get(one.sha256) == content for one, content in zip(stored, contents, strict=True))


def test_sweep_removes_old_leftovers_only(store: ImageStore, tmp_path: Path) -> None:
    kept = store.put(b"kept").sha256
    assert store.sweep(timedelta(0)) == 0
    if (tmp_path / "images").exists():
        incoming = tmp_path / "images" / images.INCOMING
        (incoming / "old").write_bytes(b"half")
        (incoming / "new").write_bytes(b"half")
        os.utime(incoming / "old", (time.time() - 7200,) * 2)
        assert store.sweep(timedelta(hours=1)) == 1
        assert [path.name for path in incoming.iterdir()] == ["new"]
    assert store.get(kept) == b"kept"


def test_sweeping_a_store_that_is_not_there_yet(tmp_path: Path) -> None:
    assert ImageStore(str(tmp_path / "none")).sweep(timedelta(0)) == 0


# --- Faults ---


def run(code: str, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )  # type: ignore[call-overload,no-any-return]


FILL = """
import resource, sys
from records import images
store = images.ImageStore(sys.argv[1])
store.put(b"small")
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    store.put(b"x" * 300_000)
except images.StorageFull as error:
    print(error)
store.put(b"small too")
"""


def test_a_write_that_no_longer_fits_leaves_nothing(tmp_path: Path) -> None:
    done = run(FILL, str(tmp_path))
    assert "空间不足" in done.stdout and "扩容" in done.stdout, done.stderr
    assert sorted(path.name for path in files(tmp_path)) == sorted([sha256(b"small"), sha256(b"small too")])


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """The real thing: a file system of 256 KiB, in a mount namespace of its own where that is allowed."""
    script = f'mount -t tmpfs -o size=256k none {tmp_path} && exec {sys.executable} -c "$0" {tmp_path}'
    code = """
import os, sys
from records import images
store = images.ImageStore(sys.argv[1])
kept = []
try:
    for number in range(100):
        kept.append(store.put(os.urandom(20_000)).sha256)
except images.StorageFull as error:
    print(error)
for digest in kept:
    store.get(digest)
found = [name for _, _, names in os.walk(sys.argv[1]) for name in names]
print("kept", len(kept) > 0 and sorted(found) == sorted(kept))
"""
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, code]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("no unshare on this machine")
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip("this machine does not let a test mount; the file-size limit above covers the handling")
    assert "空间不足" in done.stdout and "kept True" in done.stdout, done.stdout + done.stderr


READ_ONLY = """
import os, sys
import fsspec.implementations.local, fsspec.implementations.dirfs  # root's own folders close below
from records import images
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    images.ImageStore(sys.argv[1]).put(b"page")
except images.StorageReadOnly as error:
    print(error)
"""


def test_a_folder_that_may_not_be_written() -> None:
    # Below the file system's root: no ordinary user may make a folder there, and root becomes one.
    done = run(READ_ONLY, "/guidang-images-of-a-test")
    assert "不可写" in done.stdout and "权限" in done.stdout, done.stderr
    assert not Path("/guidang-images-of-a-test").exists()


def test_a_store_whose_place_is_taken_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "images").write_bytes(b"")
    with pytest.raises(images.StorageFailed, match="请联系系统管理员"):
        ImageStore(str(tmp_path / "images")).put(b"page")


def keep_putting(root: str, acknowledge: int) -> None:
    store = ImageStore(root)
    generator = random.Random(os.getpid())
    while True:
        stored = store.put(generator.randbytes(generator.randrange(1, 200_000)))
        os.write(acknowledge, stored.sha256.encode())


def test_kill_9_while_putting_loses_nothing_and_leaves_nothing_half(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    generator = random.Random(1)
    for _ in range(25):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            try:
                keep_putting(str(tmp_path), writer)
            finally:
                os._exit(1)
        os.close(writer)
        time.sleep(generator.uniform(0.005, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reader, "rb") as stream:
            told = stream.read().decode()
        acknowledged += [told[start : start + 64] for start in range(0, len(told) - 63, 64)]
    store = ImageStore(str(tmp_path))
    assert len(acknowledged) > 25
    for digest in acknowledged:
        store.get(digest)
    final = [path for path in files(tmp_path) if path.parent.name != images.INCOMING]
    assert all(sha256(path.read_bytes()) == path.name for path in final)
    store.sweep(timedelta(0))
    assert files(tmp_path) == final


def test_a_remote_put_leaves_only_the_image(tmp_path: Path) -> None:
    ImageStore(f"memory://{tmp_path.name}/images").put(b"one")
    (inside,) = fsspec.filesystem("memory").find(f"/{tmp_path.name}/images")
    assert inside.endswith(images.key_of(sha256(b"one")))
