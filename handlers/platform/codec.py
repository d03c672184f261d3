"""The XML inside the platform's SOAP strings: what we write, and what we make of a reply.

Knows the platform's URL encoding: of single leaves in a request, of the whole reply or of its leaves in an
answer. Knows nothing of what the values mean, nor of SOAP.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote_plus, unquote_to_bytes

from lxml import etree

Encode = Literal["leaf", "none"]

_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
# XML 1.0 has no way to write these.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class ValueUnwritable(ValueError):
    """A value holds characters that XML cannot carry. `tag` is the leaf."""

    def __init__(self, tag: str) -> None:
        super().__init__(f"{tag}: characters that XML cannot carry")
        self.tag = tag


class ReplyUnreadable(ValueError):
    """The reply is not the XML that the platform answers with: cut off, or something else altogether."""


@dataclass(frozen=True)
class Answer:
    """A reply, decoded. `count` is rownum where given; `rows` are the body's elements, tag → text."""

    code: str
    message: str
    count: int | None = None
    receipt: str | None = None
    rows: tuple[Mapping[str, str], ...] = ()


def document(
    node: str,
    leaves: Iterable[tuple[str, str]],
    *,
    encode: Encode,
    verbatim: frozenset[str],
    declaration: str,
) -> str:
    """The request: <root><node><tag>value</tag>…</node></root>, after a declaration unless that is empty.

    Leaves in `verbatim` (images in base64) are never URL-encoded. Raises ValueUnwritable.
    """
    root = etree.Element("root")
    parent = etree.SubElement(root, node)
    for tag, value in leaves:
        if _UNWRITABLE.search(value):
            raise ValueUnwritable(tag)
        plain = encode == "none" or tag in verbatim
        etree.SubElement(parent, tag).text = value if plain else encode_leaf(value)
    head = f'<?xml version="1.0" encoding="{declaration}"?>' if declaration else ""
    return head + etree.tostring(root, encoding="unicode")


def encode_leaf(value: str) -> str:
    """URL-encodes a value that needs it: Chinese, or a sign that decoding would change.

    Plain ASCII stays as it is, so that a receiver that decodes and one that does not read the same.
    """
    return value if value.isascii() and not set(value) & {"%", "+"} else quote_plus(value)


def decode(text: str) -> Answer:
    """The reply in `text`, URL-encoded as a whole or by leaves. Raises ReplyUnreadable."""
    text = text.strip().removeprefix("\ufeff")
    whole = text[:3].upper() == "%3C"
    if whole:
        text = _unquote(text.replace("+", " "))
    root = parse(text)
    head = root.find("head")
    if head is None:
        raise ReplyUnreadable("no head in the reply")
    read = _text if whole else _decoded_text
    count = read(head.find("rownum")).strip()
    body = root.find("body")
    return Answer(
        code=read(head.find("code")).strip(),
        message=read(head.find("message")).strip(),
        count=int(count) if count.isascii() and count.isdigit() else None,
        receipt=read(head.find("keystr")).strip() or None,
        rows=tuple({str(leaf.tag): read(leaf) for leaf in row} for row in body) if body is not None else (),
    )


def parse(text: str) -> etree._Element:
    """The root element of a document whose declaration, if any, is not to be believed. Raises
    ReplyUnreadable.

    Declarations say GBK over UTF-8 bytes, so the text is stripped of it and parsed as UTF-8.
    """
    bare = _DECLARATION.sub("", text, count=1) if text.lstrip()[:5] == "<?xml" else text
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)
    try:
        root = etree.fromstring(bare.encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise ReplyUnreadable(f"not XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise ReplyUnreadable("a document type definition has no place in a reply")
    return root


def _text(element: etree._Element | None) -> str:
    return "" if element is None else element.text or ""


def _decoded_text(element: etree._Element | None) -> str:
    # Not unquote_plus: in a leaf that was never encoded, a plus is a plus (base64).
    return _unquote(_text(element))


def _unquote(text: str) -> str:
    if "%" not in text:
        return text
    octets = unquote_to_bytes(text)
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("gb18030", errors="replace")
