"""What recognition needs to know of the material types 资料种类: read from the catalogue's materials.yaml.

Knows codes, names, title keywords, fields and which validator a field has. Where the file lies is passed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

UNKNOWN = "M-OT-99"


class CatalogueUnreadable(ValueError):
    """materials.yaml is missing, or lacks what recognition needs; the message says what."""


@dataclass(frozen=True)
class Material:
    """One material type. `keywords` stand on the page; `names` are what it and its kinds are called."""

    code: str
    keywords: tuple[str, ...]
    names: tuple[str, ...]
    fields: tuple[str, ...]
    required: tuple[str, ...]


@dataclass(frozen=True)
class MaterialCatalogue:
    """All material types, the Chinese name of each field and the name of its validator, where it has one."""

    materials: tuple[Material, ...]
    field_names: Mapping[str, str]
    field_validators: Mapping[str, str]

    def __getitem__(self, code: str) -> Material:
        return next(material for material in self.materials if material.code == code)


def load(path: Path) -> MaterialCatalogue:
    """The catalogue in the file at `path`. Raises CatalogueUnreadable."""
    try:
        content = yaml.load(
            path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
        fields = content["field_dictionary"]
        return MaterialCatalogue(
            materials=tuple(_material(entry) for entry in content["materials"]),
            field_names={code: field["name"] for code, field in fields.items()},
            field_validators={
                code: field["validator"] for code, field in fields.items() if "validator" in field
            },
        )
    except OSError as error:
        raise CatalogueUnreadable(f"资料种类目录 {path} 读不到：{error.strerror}") from error
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise CatalogueUnreadable(f"资料种类目录 {path} 内容不完整：{error}") from error


def _material(entry: Mapping[str, Any]) -> Material:
    return Material(
        code=entry["code"],
        keywords=tuple(entry["title_keywords"]),
        names=(entry["name"], *entry["aliases"], *entry["subtypes"]),
        fields=tuple(field["code"] for field in entry["fields"]),
        required=tuple(field["code"] for field in entry["fields"] if field["required"]),
    )
