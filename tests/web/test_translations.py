"""The English catalogue knows every text of the screens, and the compiled file is the one that the texts make."""

import gettext
import io

from babel.messages import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.web.conftest import root

WEB = root() / "web"
CATALOGUE = WEB / "translations" / "en" / "LC_MESSAGES"
KEYWORDS = {**extract.DEFAULT_KEYWORDS, "lazy_gettext": None}


def spoken():
    """Every text that the code and the templates mark for translation."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    found = extract.extract_from_dir(WEB, methods, {"**": {"encoding": "utf-8"}}, KEYWORDS)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


def translations():
    with (CATALOGUE / "messages.po").open("rb") as stream:
        return read_po(stream, locale="en")


def test_every_text_is_translated_and_none_is_left_over():
    known = {
        each.id if isinstance(each.id, str) else each.id[0]: each.string for each in translations() if each.id
    }
    assert spoken() == set(known)
    assert all(text if isinstance(text, str) else all(text) for text in known.values())


def test_placeholders_survive_translation():
    broken = [each.id for each in translations() if each.id and list(each.check())]
    assert broken == []


def test_the_compiled_catalogue_is_current():
    compiled = io.BytesIO()
    write_mo(compiled, translations())
    compiled.seek(0)
    made = gettext.GNUTranslations(compiled)
    with (CATALOGUE / "messages.mo").open("rb") as stream:
        kept = gettext.GNUTranslations(stream)
    messages = [each.id for each in translations() if each.id and isinstance(each.id, str)]
    assert {text: kept.gettext(text) for text in messages} == {text: made.gettext(text) for text in messages}
