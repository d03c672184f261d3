"""What goes over the wire comes back as it was, whatever the platform's spelling of the day."""

import string
from urllib.parse import quote, quote_plus, unquote_plus
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.platform import codec

CHARACTERS = "沪张三李·号牌０ａ（）,。" + string.ascii_letters + string.digits + string.punctuation + " "
TEXT = st.text(alphabet=CHARACTERS, max_size=40)
BASE64 = "ab+/CD+=="


def read_back(request: str, decode: bool) -> str:
    """The value leaf as the platform would read it, decoding leaves or not."""
    value = codec.parse(request).findtext("vehpara/hphm") or ""
    return unquote_plus(value) if decode else value


@given(TEXT)
def test_a_leaf_is_read_back_by_a_platform_that_decodes(value):
    request = codec.document(
        "vehpara", [("hphm", value)], encode="leaf", verbatim=frozenset(), declaration="GBK"
    )
    assert read_back(request, decode=True) == value


@given(TEXT)
def test_an_unencoded_request_is_read_back_by_a_platform_that_does_not(value):
    request = codec.document(
        "vehpara", [("hphm", value)], encode="none", verbatim=frozenset(), declaration=""
    )
    assert read_back(request, decode=False) == value


def test_chinese_is_encoded_by_leaf_and_plain_values_and_images_stay_as_they_are():
    leaves = [("hphm", "沪A12345"), ("hpzl", "02"), ("cjsj", "2024-05-01 08:00:00"), ("zp", BASE64)]
    request = codec.document(
        "vehpara", leaves, encode="leaf", verbatim=frozenset({"zp"}), declaration="UTF-8"
    )
    assert request == (
        '<?xml version="1.0" encoding="UTF-8"?><root><vehpara><hphm>%E6%B2%AAA12345</hphm><hpzl>02</hpzl>'
        f"<cjsj>2024-05-01 08:00:00</cjsj><zp>{BASE64}</zp></vehpara></root>"
    )


@pytest.mark.parametrize("value", ["\x00", "a\x0bb", "\ud83d", "\ufffe"])
def test_a_value_that_xml_cannot_carry_is_refused_by_its_tag(value):
    with pytest.raises(codec.ValueUnwritable) as refused:
        codec.document("vehpara", [("syr", value)], encode="leaf", verbatim=frozenset(), declaration="")
    assert refused.value.tag == "syr"


def reply(value: str, declaration: str = "") -> str:
    return (
        f"{declaration}<root><head><code>1</code><message>数据下载成功！</message><rownum>1</rownum></head>"
        f'<body><veh id="0"><hphm>{value}</hphm><zp>{BASE64}</zp></veh></body></root>'
    )


DECLARED_GBK = '<?xml version="1.0" encoding="GBK"?>'


@given(TEXT, st.sampled_from(["", DECLARED_GBK]))
def test_a_reply_encoded_as_a_whole(value, declaration):
    answer = codec.decode(quote_plus(reply(escape(value), declaration)))
    assert (answer.code, answer.count) == ("1", 1)
    assert answer.rows == ({"hphm": value, "zp": BASE64},)


@given(TEXT, st.sampled_from(["", DECLARED_GBK]))
def test_a_reply_encoded_by_leaf(value, declaration):
    answer = codec.decode(reply(quote(value, safe=""), declaration))
    assert answer.rows == ({"hphm": value, "zp": BASE64},)


@given(st.text(alphabet=CHARACTERS.replace("%", ""), max_size=40))
def test_a_reply_not_encoded_at_all(value):
    assert codec.decode(reply(escape(value), DECLARED_GBK)).rows == ({"hphm": value, "zp": BASE64},)


def test_a_reply_percent_encoded_from_gbk_is_read_all_the_same():
    assert codec.decode(quote_plus(reply("沪A12345").encode("gbk"))).rows[0]["hphm"] == "沪A12345"


@pytest.mark.parametrize(
    "text", ["", "<root/>", "<html><body>出错了</body></html>", "%3Croot%3E%3Chead%3E", "$E"]
)
def test_what_is_no_reply_is_not_taken_for_one(text):
    with pytest.raises(codec.ReplyUnreadable):
        codec.decode(text)


def test_entities_are_refused_before_they_grow(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("inside")
    for declared in (f'<!ENTITY a SYSTEM "{secret.as_uri()}">', '<!ENTITY a "aaaa">'):
        text = f"<!DOCTYPE root [{declared}]><root><head><code>1</code><message>&a;</message></head></root>"
        with pytest.raises(codec.ReplyUnreadable):
            codec.decode(text)
