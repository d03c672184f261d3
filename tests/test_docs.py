"""What the documents state and the code decides: settings, commands, tables, links between documents."""

import re
from pathlib import Path

import click
import pytest

import guidang
from records import schema
from records.base import Base
from settings import ROOT, TABLE
from workflows import models

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
LINK = re.compile(r"\]\(([^)#\s]+)")


def shown(default):
    """A default as the table shows it: folders from the project's root, nothing where there is none."""
    if isinstance(default, bool):
        return str(int(default))
    if isinstance(default, Path):
        return "" if default == Path() else default.relative_to(ROOT).as_posix()
    return f"{default:g}" if isinstance(default, float) else str(default)


def commands(group, path="guidang"):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


def test_the_table_of_settings_is_the_table_in_the_code():
    cells = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in OPERATIONS.splitlines()
        if line.startswith("| `GUIDANG_")
    ]
    expected = [[name, shown(default), doc.replace("`", "")] for name, default, doc in TABLE]
    assert [[name, default, doc.replace("`", "")] for name, default, doc in cells] == expected


@pytest.mark.parametrize("command", sorted(commands(guidang.main)))
def test_every_command_is_in_the_operations_manual(command):
    assert f"`{command}" in OPERATIONS


def test_every_table_of_the_database_is_in_the_architecture():
    loaded = {module.__name__ for module in schema.TABLES} | {models.__name__}
    assert {"records.pages", "workflows.models"} <= loaded
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert [name for name in Base.metadata.tables if f"`{name}`" not in text] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(document):
    targets = [each for each in LINK.findall(document.read_text("utf-8")) if "://" not in each]
    assert [each for each in targets if not (document.parent / each).exists()] == []
