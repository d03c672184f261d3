"""Archival packages as folders: written whole or not at all; any changed, missing or extra file is found."""

from __future__ import annotations

import io
import os
import random
import resource
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bagit
import pytest

from records import bags, fixity
from records.bags import PayloadFile

ROOT = Path(__file__).resolve().parents[2]
INFO = {
    "Bagging-Date": "2026-11-20",
    "External-Identifier": "0000-V-REG-01-1",
    "Source-Organization": "示例车管所",
}
LISTS = (bags.PAYLOAD_SHA256, bags.PAYLOAD_SM3, bags.TAGS_SHA256, bags.TAGS_SM3)


def payload() -> list[PayloadFile]:
    scans = random.Random(5)
    return [
        PayloadFile("data/metadata.xml", "<case>示例</case>".encode()),
        PayloadFile("data/content/03_application/M-SR-01_001.jpg", scans.randbytes(3000)),
        PayloadFile("data/content/03_application/M-SR-01_002.jpg", io.BytesIO(scans.randbytes(1_200_000))),
        PayloadFile("data/content/01_result/M-LC-01_001.jpg", scans.randbytes(1)),
        PayloadFile("data/twin/202611200001.pdf", b""),
        PayloadFile("data/log/process.xml", b"<process/>"),
    ]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One package, synced to disk once."""
    target = tmp_path_factory.mktemp("written") / "package"
    bags.write(target, payload(), INFO, {"notes/reader.txt": b"tag file\n"})
    return target


@pytest.fixture
def package(written: Path, tmp_path: Path) -> Path:
    """A copy to be tampered with."""
    return Path(shutil.copytree(written, tmp_path / "package"))


def files(package: Path) -> list[str]:
    return sorted(p.relative_to(package).as_posix() for p in package.rglob("*") if p.is_file())


def named(package: Path, **expected: str) -> dict[str, set[str]]:
    """Path → kinds of the problems found."""
    found: dict[str, set[str]] = {}
    for problem in fixity.verify(package, **expected).problems:
        assert problem.detail
        found.setdefault(problem.path, set()).add(problem.kind)
    return found


def rewrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def test_a_package_is_whole_and_says_what_it_holds(package: Path):
    found = fixity.verify(package)
    assert found.ok and found.problems == ()
    assert found.files == len(payload()) + 1
    assert found.bytes == sum(p.stat().st_size for p in (package / "data").rglob("*") if p.is_file())
    assert f"Payload-Oxum: {found.bytes}.{found.files}\n" in (package / "bag-info.txt").read_text()
    assert "Source-Organization: 示例车管所\n" in (package / "bag-info.txt").read_text()


def test_what_writing_returns_is_what_verifying_finds(tmp_path: Path):
    summary = bags.write(tmp_path / "package", payload(), INFO)
    found = fixity.verify(tmp_path / "package", summary.sha256, summary.sm3)
    assert found.ok
    assert bags.BagSummary(found.files, found.bytes, found.sha256, found.sm3) == summary


def test_a_stock_bagit_validator_accepts_it(package: Path):
    bag = bagit.Bag(str(package))
    assert bag.validate()
    assert set(bag.tagfile_entries()) == {*files(package)} - {bags.TAGS_SHA256} - {
        f for f in files(package) if f.startswith("data/")
    }


def test_the_commands_of_its_readme_prove_it(package: Path):
    text = (package / bags.README).read_text()
    commands = [
        line.strip() for line in text.splitlines() if line.startswith(("    sha256sum -", "    cksum -"))
    ]
    assert len(commands) == 4
    for command in commands:
        assert subprocess.run(command.split(), cwd=package, capture_output=True, check=True).stdout == b""
    rewrite(package / "data/metadata.xml", b"<case>another</case>")
    assert subprocess.run(commands[0].split(), cwd=package, capture_output=True, check=False).returncode
    assert subprocess.run(commands[2].split(), cwd=package, capture_output=True, check=False).returncode


def test_the_same_input_gives_the_same_package(tmp_path: Path):
    assert bags.write(tmp_path / "a", payload(), INFO) == bags.write(tmp_path / "b", payload(), INFO)


def test_sources_may_be_paths(tmp_path: Path):
    (tmp_path / "scan").write_bytes(b"scan")
    bags.write(tmp_path / "package", [PayloadFile("data/a.jpg", tmp_path / "scan")])
    assert (tmp_path / "package/data/a.jpg").read_bytes() == b"scan"


@pytest.mark.parametrize("seed", range(6))
def test_any_changed_byte_is_found_and_its_file_named(package: Path, seed: int):
    chance = random.Random(seed)
    for _ in range(40):
        name = chance.choice([f for f in files(package) if (package / f).stat().st_size])
        before = (package / name).read_bytes()
        at = chance.randrange(len(before))
        flipped = before[at] ^ (1 << chance.randrange(8))
        rewrite(package / name, before[:at] + bytes([flipped]) + before[at + 1 :])
        assert name in named(package), f"byte {at} of {name}: {before[at]} → {flipped}"
        rewrite(package / name, before)
    assert fixity.verify(package).ok


def test_each_byte_of_each_list_counts(package: Path):
    for name in LISTS:
        before = (package / name).read_bytes()
        for at in range(0, len(before), 19):
            rewrite(package / name, before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
            assert name in named(package), f"byte {at} of {name}"
        rewrite(package / name, before)


def test_any_missing_file_is_named(package: Path):
    for name in files(package):
        content = (package / name).read_bytes()
        (package / name).unlink()
        found = named(package)
        assert "missing" in found[name], name
        (package / name).write_bytes(content)
    assert fixity.verify(package).ok


@pytest.mark.parametrize(
    "name",
    [
        "extra.txt",
        "data/extra.jpg",
        "data/content/03_application/M-SR-01_003.jpg",
        "data/new/deeper/extra.jpg",
        "manifest-md5.txt",
        "fetch.txt",
        "Thumbs.db",
        ".hidden",
        "notes/二.txt",
        "data/a b\nc.jpg",
        os.fsdecode(b"data/\xff\xfe.jpg"),
        "data/..jpg",
    ],
)
def test_any_extra_file_is_named(package: Path, name: str):
    (package / name).parent.mkdir(parents=True, exist_ok=True)
    (package / name).write_bytes(b"extra")
    shown = name.encode("utf-8", "backslashreplace").decode()
    of_another_size = {bags.INFO: {"malformed"}} if name.startswith("data/") else {}
    assert named(package) == {shown: {"extra"}, **of_another_size}


def test_empty_folders_are_extra(package: Path):
    (package / "data/empty/deeper").mkdir(parents=True)
    (package / "...").mkdir()
    assert named(package) == {"data/empty/": {"extra"}, "data/empty/deeper/": {"extra"}, ".../": {"extra"}}


def test_links_are_never_followed(package: Path, tmp_path: Path):
    target = package / "data/metadata.xml"
    (tmp_path / "outside").write_bytes(target.read_bytes())
    target.unlink()
    target.symlink_to(tmp_path / "outside")
    (package / "link").symlink_to(tmp_path)
    (package / "notes/loop").symlink_to(package)
    found = named(package)
    assert found.keys() == {"data/metadata.xml", "link", "notes/loop", bags.INFO}
    assert found["data/metadata.xml"] == found["link"] == found["notes/loop"] == {"extra"}


def test_folders_nested_past_the_longest_path_are_said_to_be_unreadable(package: Path):
    here = os.getcwd()
    os.chdir(package)
    try:
        for _ in range(30):
            os.mkdir("deep" * 50)
            os.chdir("deep" * 50)
    finally:
        os.chdir(here)
    assert {"unreadable"} in named(package).values()
    subprocess.run(["rm", "-rf", str(package)], check=True)


def test_a_pipe_does_not_hang(package: Path):
    os.mkfifo(package / "data/pipe")
    assert named(package) == {"data/pipe": {"extra"}}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_cannot_be_read_is_named(package: Path):
    (package / "data/metadata.xml").chmod(0)
    (package / "data/log").chmod(0)
    found = named(package)
    (package / "data/log").chmod(0o755)
    assert found["data/metadata.xml"] == found["data/log/"] == {"unreadable"}


def test_swapped_files_are_both_named(package: Path):
    a, b = package / "data/metadata.xml", package / "data/log/process.xml"
    contents = a.read_bytes(), b.read_bytes()
    rewrite(a, contents[1])
    rewrite(b, contents[0])
    assert named(package) == {"data/metadata.xml": {"changed"}, "data/log/process.xml": {"changed"}}


def test_a_renamed_file_is_missing_and_extra(package: Path):
    (package / "data/metadata.xml").rename(package / "data/Metadata.xml")
    assert named(package) == {"data/metadata.xml": {"missing"}, "data/Metadata.xml": {"extra"}}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_cut_short_is_named(package: Path, name: str):
    content = (package / name).read_bytes()
    for end in [0, 1, 70, content.index(b"\n") + 1, content.rindex(b"\n", 0, -1) + 1, len(content) - 1]:
        rewrite(package / name, content[:end])
        assert name in named(package), f"cut at {end}"


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "line",
    [
        "{first}",
        "0" * 64 + "  data/../../outside\n",
        "0" * 64 + "  /etc/hostname\n",
        "0" * 64 + "  data/./metadata.xml\n",
        "0" * 64 + "  data\\metadata.xml\n",
        "0" * 64 + " *data/metadata.xml\n",
        "# comment\n",
        "\n",
        "0" * 64 + "  " + "a" * 5000 + "\n",
    ],
)
def test_a_strange_line_in_a_list_is_malformed(package: Path, name: str, line: str):
    content = (package / name).read_text()
    first = content[: content.index("\n") + 1]
    rewrite(package / name, (first + line.format(first=first) + content[len(first) :]).encode())
    assert "malformed" in named(package)[name]


def test_a_giant_list_is_not_loaded(package: Path):
    with (package / bags.PAYLOAD_SM3).open("r+b") as grown:
        grown.truncate(fixity.MAX_LIST_BYTES + 1)
    assert "malformed" in named(package)[bags.PAYLOAD_SM3]


def test_rewriting_everything_is_betrayed_by_the_digests_kept_elsewhere(package: Path, tmp_path: Path):
    before = fixity.verify(package)
    forged = [PayloadFile("data/metadata.xml", b"<case>forged</case>"), *payload()[1:]]
    bags.write(tmp_path / "forged", forged, INFO, {"notes/reader.txt": b"tag file\n"})
    assert fixity.verify(tmp_path / "forged").ok
    assert named(tmp_path / "forged", expected_sha256=before.sha256) == {bags.TAGS_SHA256: {"changed"}}
    assert named(tmp_path / "forged", expected_sm3=before.sm3) == {bags.TAGS_SM3: {"changed"}}
    assert fixity.verify(package, before.sha256.upper(), before.sm3).ok


def test_rewriting_one_chain_is_betrayed_by_the_other(package: Path, tmp_path: Path):
    forged = [PayloadFile("data/metadata.xml", b"<case>forged</case>"), *payload()[1:]]
    bags.write(tmp_path / "forged", forged, INFO, {"notes/reader.txt": b"tag file\n"})
    for name in (bags.PAYLOAD_SM3, bags.TAGS_SM3):
        rewrite(tmp_path / "forged" / name, (package / name).read_bytes())
    assert not fixity.verify(tmp_path / "forged").ok


def test_what_is_no_package_is_said_to_be_none(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    assert named(tmp_path / "nowhere")["."] == {"missing"}
    assert named(tmp_path / "file")["."] == {"missing"}
    (tmp_path / "empty").mkdir()
    assert {name for name, kinds in named(tmp_path / "empty").items() if kinds == {"missing"}} == set(LISTS)


def test_problems_are_bounded(package: Path):
    for number in range(fixity.MAX_PROBLEMS + 50):
        (package / f"extra{number}").touch()
    assert len(fixity.verify(package).problems) == fixity.MAX_PROBLEMS


@pytest.mark.parametrize(
    "path",
    [
        "metadata.xml",
        "data",
        "data/",
        "/data/a",
        "data/../a",
        "../data/a",
        "data//a",
        "data/./a",
        "data/a b",
        "data/照片.jpg",
        "data\\a",
        "data/a\n",
        "data/.hidden",
        "data/con.jpg",
        "data/" + "a" * 101,
        "data/metadata.XML",
        "data/README.txt",
    ],
)
def test_an_unsafe_path_is_refused(tmp_path: Path, path: str):
    with pytest.raises(bags.UnsafePath):
        bags.write(tmp_path / "package", [PayloadFile("data/metadata.xml", b""), PayloadFile(path, b"")])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["data/a.txt", "bagit.txt", "manifest-sm3.txt", "fetch.txt", "../a", "Bag-Info.txt"]
)
def test_a_tag_file_cannot_take_a_place_that_is_not_its_own(tmp_path: Path, name: str):
    with pytest.raises(bags.UnsafePath):
        bags.write(tmp_path / "package", payload(), tag_files={name: b""})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("info", [{"A b": "c"}, {"Label": "two\nlines"}, {"Label": ""}, {"Label": " x"}])
def test_bag_info_keeps_to_one_line_each(tmp_path: Path, info: dict[str, str]):
    with pytest.raises(bags.PackageNotWritten, match=r"bag-info\.txt"):
        bags.write(tmp_path / "package", payload(), info)
    assert list(tmp_path.iterdir()) == []


def test_a_package_is_never_overwritten(package: Path):
    before = fixity.verify(package)
    with pytest.raises(bags.PackageExists):
        bags.write(package, [PayloadFile("data/other", b"")])
    assert fixity.verify(package, before.sha256, before.sm3).ok


def test_a_source_that_was_altered_since_is_not_packed(tmp_path: Path):
    with pytest.raises(bags.SourceChanged, match="M-SR-01_001"):
        bags.write(tmp_path / "package", [PayloadFile("data/M-SR-01_001.jpg", b"altered", sha256="0" * 64)])
    assert list(tmp_path.iterdir()) == []


class _BrokenSource(io.RawIOBase):
    """An image store that fails after the first bytes."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, size: int = -1) -> bytes:
        self.reads += 1
        if self.reads > 1:
            raise OSError(5, "Input/output error")
        return b"half"


def test_a_source_that_cannot_be_read_leaves_nothing(tmp_path: Path):
    broken: Any = _BrokenSource()
    with pytest.raises(bags.PackageNotWritten, match=r"data/b\.jpg.*影像库"):
        bags.write(tmp_path / "package", [PayloadFile("data/a.jpg", b"a"), PayloadFile("data/b.jpg", broken)])
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_caller_passes_and_leaves_nothing(tmp_path: Path):
    def pages() -> Iterator[PayloadFile]:
        yield PayloadFile("data/a.jpg", b"a")
        raise LookupError("no such page")

    with pytest.raises(LookupError):
        bags.write(tmp_path / "package", pages())
    assert list(tmp_path.iterdir()) == []


def test_a_failing_disk_leaves_nothing(tmp_path: Path):
    """The kernel refuses to write past a limit in the middle of the second file."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_100_000, usual[1]))
    try:
        with pytest.raises(bags.PackageNotWritten, match="没有留下残缺文件"):
            bags.write(tmp_path / "package", payload())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        signal.signal(signal.SIGXFSZ, ignored)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_leaves_no_package_and_the_next_cleans_up(tmp_path: Path):
    script = """
import os, signal, sys
from pathlib import Path
from records.bags import PayloadFile, write
def pages():
    yield PayloadFile("data/left.jpg", b"left")
    os.kill(os.getpid(), signal.SIGKILL)
write(Path(sys.argv[1]), pages())
"""
    died = subprocess.run([sys.executable, "-c", script, str(tmp_path / "package")], cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    assert [p.name for p in tmp_path.iterdir()] == [".package.partial"]
    assert (tmp_path / ".package.partial/data/left.jpg").read_bytes() == b"left"
    bags.write(tmp_path / "package", payload(), INFO)
    assert [p.name for p in tmp_path.iterdir()] == ["package"]
    assert fixity.verify(tmp_path / "package").ok


def test_two_writers_of_one_package_do_not_mix(tmp_path: Path):
    def pages() -> Iterator[PayloadFile]:
        yield PayloadFile("data/first.jpg", b"first")
        with pytest.raises(bags.PackageBusy):
            bags.write(tmp_path / "package", [PayloadFile("data/second.jpg", b"second")])

    bags.write(tmp_path / "package", pages())
    assert fixity.verify(tmp_path / "package").ok
    assert (tmp_path / "package/data/first.jpg").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["package"]


def test_files_are_kept_read_only(package: Path):
    assert {stat.S_IMODE((package / name).stat().st_mode) & 0o222 for name in files(package)} == {0}
