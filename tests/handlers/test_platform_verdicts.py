"""What the platform says is told apart: done before, later, not allowed, or wrong papers with the field to
correct.
"""

import pytest

from handlers.platform import mapping, verdicts
from handlers.platform.codec import Answer

TAGS = mapping.load().write["vehicle"].names()


def judge(code: str, message: str) -> bool:
    return verdicts.judge(Answer(code, message), TAGS)


@pytest.mark.parametrize(
    "message", ["记录已存在", "影像重复上传", "该影像已上传", "数据重复", "流水号2240501000001的影像已存在"]
)
def test_a_second_writing_counts_as_done(message):
    assert judge("0", message) is True


def test_success_is_not_a_second_writing():
    assert judge("1", "记录已存在") is False


@pytest.mark.parametrize("code", [str(-number) for number in range(401, 417)])
def test_every_permission_code_opens_the_circuit(code):
    with pytest.raises(verdicts.PlatformPermission) as refused:
        judge(code, "")
    assert refused.value.code == code
    assert "系统管理员" in str(refused.value)


@pytest.mark.parametrize(
    "message",
    [
        "无权调用该接口",
        "IP地址不在授权范围",
        "授权中无此序列号",
        "接口序列号为空",
        "该接口已停用",
        "接口不存在",
    ],
)
def test_permission_is_known_by_its_words_where_the_number_is_another(message):
    with pytest.raises(verdicts.PlatformPermission):
        judge("0", message)


@pytest.mark.parametrize("message", ["缺少授权委托书", "检验有效期已过", "机动车已停用", "业务不存在"])
def test_words_about_papers_do_not_open_the_circuit(message):
    with pytest.raises(verdicts.PlatformRejected):
        judge("0", message)


@pytest.mark.parametrize("code", ["-1", "-20"])
def test_a_busy_platform_is_tried_again_after_a_look(code):
    with pytest.raises(verdicts.PlatformUnavailable) as lost:
        judge(code, "通讯超时")
    assert lost.value.uncertain


def test_a_spent_quota_waits_for_tomorrow_and_stored_nothing():
    with pytest.raises(verdicts.PlatformQuotaSpent) as spent:
        judge("0", "接口当日调用次数已达上限")
    assert isinstance(spent.value, verdicts.PlatformUnavailable) and not spent.value.uncertain


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("车辆识别代号与业务流水不一致", "vin"),
        ("车辆识别代号已存在", "vin"),
        ("必填项clsbdh不能为空", "vin"),
        ("号牌号码不正确", "plate_no"),
        ("hphm格式错误", "plate_no"),
        ("号牌种类与号牌号码不符", "plate_type"),
        ("机动车所有人与登记信息不符", "owner_name"),
        ("发动机号不一致", "engine_no"),
        ("身份证明号码校验失败", "id_number"),
        ("档案编号不存在", "file_no"),
        ("驾驶人姓名与登记不符", "person_name"),
        ("无此流水号", "lsh"),
        ("照片过大", "image"),
        ("未知原因", None),
    ],
)
def test_a_refusal_names_the_field_and_what_to_do(message, field):
    with pytest.raises(verdicts.PlatformRejected) as refused:
        judge("0", message)
    assert refused.value.field == field
    assert refused.value.reason == message
    assert "请" in refused.value.advice and message in str(refused.value)


@pytest.mark.parametrize("text", ["", "$E", "$E:系统异常", "-1", "$E -20"])
def test_a_reply_that_is_no_xml_is_tried_again(text):
    with pytest.raises(verdicts.PlatformUnavailable) as lost:
        verdicts.raise_system_error(text)
    assert lost.value.uncertain


@pytest.mark.parametrize("text", ["$E-411", "-408", "$E 无权调用该接口"])
def test_a_permission_error_in_a_reply_that_is_no_xml(text):
    with pytest.raises(verdicts.PlatformPermission):
        verdicts.raise_system_error(text)
