"""The committed bundles are those that the lockfile builds: their checksums, and what may not be missing."""

import hashlib
import json

from tests.web.conftest import root

VENDOR = root() / "web" / "static" / "vendor"


def test_the_bundles_are_the_built_ones():
    for line in (VENDOR / "checksums.txt").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, (
            f"{name}: run npm run build"
        )


def test_every_dependency_is_pinned_and_its_licence_is_here():
    wanted = json.loads((VENDOR / "package.json").read_text())["dependencies"]
    locked = json.loads((VENDOR / "package-lock.json").read_text())["packages"]
    licences = (VENDOR / "LICENSES.txt").read_text()
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
        assert f"{name} {version}" in licences


def test_nothing_inline_in_the_templates():
    for template in (root() / "web" / "templates").rglob("*.html"):
        text = template.read_text()
        assert " style=" not in text, template
        assert "<style" not in text, template
        assert " on" not in text.replace(" on ", " ").partition("<body")[0], template
        assert not [tag for tag in text.split("<script")[1:] if "src=" not in tag.split(">")[0]], template
