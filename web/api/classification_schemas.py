"""The shapes of classification: what a program asks for and what it is told of a page, each field with its meaning."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from records import webhooks
from web.api.door import LARGEST_ID
from web.api.schemas import MOST_ROWS, after, limit, meant

_BOX = "x0、y0、x1、y1：比例，0 至 1"
_DEPTHS = ("type", "key", "all")
_DEPTH = "识别到哪一步：type 只判种类，key 并读该种类的必读字段，all 读全部；归入一件时须为 all"
_NUMBER = validate.Regexp(r"^[0-9A-Za-z-]{1,32}$", error="须为 1 至 32 位的流水号")
MOST_WAIT_S = 30


def _depth() -> fields.String:
    return fields.String(
        validate=validate.OneOf(_DEPTHS, error="只能是 type、key 或 all"),
        **meant(f"{_DEPTH}；默认 key，给出流水号时默认 all"),
    )


def _webhook() -> fields.String:
    return fields.String(
        validate=validate.Length(1, webhooks.MOST_CHARACTERS, error="须为 1 至 500 个字符"),
        **meant("全部完成后回调的地址，须在系统管理员的允许名单内"),
    )


class OneImageQuerySchema(Schema):
    error_messages = {"unknown": "没有这个参数；可用的是 depth、wait、transaction_number、page"}  # noqa: RUF012

    depth = _depth()
    wait = fields.Float(
        load_default=10.0,
        validate=validate.Range(0, MOST_WAIT_S, error=f"须为 0 至 {MOST_WAIT_S}"),
        error_messages={"invalid": f"须为 0 至 {MOST_WAIT_S}"},
        **meant(f"最多等几秒；0 至 {MOST_WAIT_S}，0 为不等"),
    )
    transaction_number = fields.String(validate=_NUMBER, **meant("结果归入这一件，影像须是它的一页"))
    page = fields.Integer(
        validate=validate.Range(1, LARGEST_ID, error="须为正整数"),
        error_messages={"invalid": "须为正整数"},
        **meant("是该件的第几页；不给时按影像内容查找"),
    )


class BatchQuerySchema(Schema):
    error_messages = {"unknown": "没有这个参数；可用的是 depth、transaction_number、webhook_url"}  # noqa: RUF012

    depth = _depth()
    transaction_number = fields.String(validate=_NUMBER, **meant("结果归入这一件，每幅影像须是它的一页"))
    webhook_url = _webhook()


class ReferencesSchema(Schema):
    """Pages that are in the archive already."""

    error_messages = {"unknown": "没有这个键；可用的是 transaction_number、pages、depth、webhook_url"}  # noqa: RUF012

    transaction_number = fields.String(required=True, validate=_NUMBER, **meant("哪一件", "1260101000001"))
    pages = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, LARGEST_ID, error="须为正整数")),
        validate=validate.Length(1, error="至少一页"),
        **meant("第几页；不给时为全部现行的影像页", [1, 2]),
    )
    depth = _depth()
    webhook_url = _webhook()


class ResultsQuerySchema(Schema):
    error_messages = {"unknown": "没有这个参数；可用的是 after、limit"}  # noqa: RUF012

    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, LARGEST_ID, error="须为不小于 0 的整数"),
        error_messages={"invalid": "须为不小于 0 的整数"},
        **meant("上一批最后一页的页序，从其后列起"),
    )
    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(1, MOST_ROWS, error=f"须为 1 至 {MOST_ROWS}"),
        error_messages={"invalid": f"须为 1 至 {MOST_ROWS}"},
        **meant("一批最多几页"),
    )


class ClassificationsQuerySchema(Schema):
    error_messages = {"unknown": "没有这个参数；可用的是 webhook、after、limit"}  # noqa: RUF012

    webhook = fields.String(
        validate=validate.OneOf(
            ["waiting", "due", "delivered", "dead"], error="只能是 waiting、due、delivered 或 dead"
        ),
        **meant("只列回调为此状态的；dead 为多次未送达、不再尝试"),
    )
    after = after("上一批最后一条的编号，从其后（更早的）列起")
    limit = limit()


class AlternativeSchema(Schema):
    code = fields.String(required=True, **meant("资料种类代码", "M-IP-04"))
    name = fields.String(required=True, **meant("资料种类名称"))
    confidence = fields.Float(required=True, **meant("把握，0 至 1", 0.02))


class FoundMaterialSchema(Schema):
    code = fields.String(required=True, **meant("资料种类代码；M-OT-99 为无法归类", "M-ID-01"))
    name = fields.String(required=True, **meant("资料种类名称", "居民身份证明"))
    confidence = fields.Float(required=True, **meant("把握，0 至 1", 0.98))
    alternatives = fields.List(
        fields.Nested(AlternativeSchema),
        required=True,
        allow_none=True,
        **meant("模型以为还可能是的种类，可能的在前；较早的结果没有记录，为 null"),
    )
    region = fields.List(fields.Float(), required=True, **meant(f"在转正的页面上的范围；{_BOX}"))


class FoundFieldSchema(Schema):
    code = fields.String(required=True, **meant("字段代码", "plate_no"))
    name = fields.String(required=True, **meant("字段名称", "号牌号码"))
    value = fields.String(required=True, **meant("读出的值，未经修补"))
    confidence = fields.Float(required=True, **meant("把握，0 至 1", 0.97))
    box = fields.List(fields.Float(), required=True, **meant(f"在转正的页面上的位置；{_BOX}"))
    valid = fields.Boolean(required=True, allow_none=True, **meant("是否通过校验；没有校验规则时为 null"))
    suggestion = fields.String(
        required=True, allow_none=True, **meant("可能的正确写法，供人核对；没有时为 null")
    )


class FoundFaultSchema(Schema):
    kind = fields.String(
        required=True,
        **meant(
            "blank 空白、blurred 模糊、dark 曝光不当、cut 内容不全、skewed 歪斜、turned 方向不正、low_dpi 分辨率低"
        ),
    )
    measure = fields.Float(required=True, **meant("程度：歪斜为度，分辨率为 dpi，其余只供比较"))
    box = fields.List(fields.Float(), required=True, **meant(f"在收到的（未转正的）页面上的位置；{_BOX}"))


def _found(kind: type[Schema], description: str) -> Any:
    return fields.List(
        fields.Nested(kind), required=True, allow_none=True, **meant(f"{description}；完成前及失败时为 null")
    )


class PageResultSchema(Schema):
    number = fields.Integer(required=True, **meant("在本次请求中的页序，从 1 起", 1))
    name = fields.String(required=True, **meant("来源文件名"))
    sha256 = fields.String(required=True, **meant("影像的 SHA-256"))
    page_id = fields.Integer(required=True, allow_none=True, **meant("归入的影像页号；不属于任何件时为 null"))
    status = fields.String(
        required=True,
        validate=validate.OneOf(["queued", "running", "done", "failed"]),
        **meant("等待、识别中、完成、失败；失败不等于页上没有内容", "done"),
    )
    error = fields.String(required=True, allow_none=True, **meant("失败的原因与办法；其他情形为 null"))
    version = fields.String(required=True, allow_none=True, **meant("识别程序及模型的版本"))
    stage = fields.String(
        required=True, allow_none=True, **meant("由哪一级判定种类：thumbnail、title 或 page")
    )
    rotation = fields.Integer(required=True, allow_none=True, **meant("转正须顺时针转的度数"))
    materials = _found(FoundMaterialSchema, "页上的资料，首项为主")
    faults = _found(FoundFaultSchema, "影像质量问题，空为没有")
    fields_ = fields.List(
        fields.Nested(FoundFieldSchema),
        required=True,
        allow_none=True,
        data_key="fields",
        attribute="fields",
        **meant("读出的字段；完成前及失败时为 null"),
    )
    seconds = fields.Float(required=True, allow_none=True, **meant("识别用时，秒", 0.8))
    kept = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(["stored", "already_read", "checked", "superseded"]),
        **meant(
            "归入该件的情况：stored 已存入；already_read 同版本已识别过；checked 已由人核对或办结，不覆盖；"
            "superseded 该页已被新的扫描替换。不归入时为 null"
        ),
    )


class AttemptSchema(Schema):
    number = fields.Integer(required=True, **meant("第几次", 1))
    at = fields.AwareDateTime(required=True, **meant("时间"))
    http_status = fields.Integer(
        required=True, allow_none=True, **meant("对方答复的状态码；没有答复时为 null", 200)
    )
    error = fields.String(required=True, allow_none=True, **meant("未送达的原因；送达时为 null"))
    seconds = fields.Float(required=True, allow_none=True, **meant("用时，秒"))


class WebhookSchema(Schema):
    url = fields.String(required=True, **meant("回调地址"))
    status = fields.String(
        required=True,
        validate=validate.OneOf(["waiting", "due", "delivered", "dead"]),
        **meant(
            "waiting 等待识别完成，due 待发送或待重试，delivered 已送达，dead 多次未送达、不再尝试",
            "delivered",
        ),
    )
    next_at = fields.AwareDateTime(required=True, allow_none=True, **meant("下次尝试的时间"))
    attempts = fields.List(fields.Nested(AttemptSchema), required=True, **meant("每次尝试，由先到后"))


class ClassificationLinksSchema(Schema):
    self = fields.String(required=True, **meant("本次请求的地址", "/api/v1/classifications/1"))
    results = fields.String(required=True, **meant("各页结果的地址", "/api/v1/classifications/1/results"))


class ClassificationSchema(Schema):
    id = fields.Integer(required=True, **meant("请求编号", 1))
    status = fields.String(
        required=True,
        validate=validate.OneOf(["open", "done"]),
        **meant("open 未完成，done 各页都有结果或失败"),
    )
    depth = fields.String(required=True, validate=validate.OneOf(_DEPTHS), **meant(_DEPTH))
    record_id = fields.Integer(required=True, allow_none=True, **meant("归入的件号；不归入时为 null"))
    pages = fields.Integer(required=True, **meant("页数", 1))
    finished = fields.Integer(required=True, **meant("已有结果或失败的页数", 1))
    failed = fields.Integer(required=True, **meant("其中失败的页数", 0))
    created_at = fields.AwareDateTime(required=True, **meant("提交时间"))
    finished_at = fields.AwareDateTime(required=True, allow_none=True, **meant("全部完成的时间"))
    result = fields.Nested(
        PageResultSchema, required=True, allow_none=True, **meant("单页请求的结果；批量请求为 null")
    )
    webhook = fields.Nested(WebhookSchema, required=True, allow_none=True, **meant("回调；没有要求时为 null"))
    links = fields.Nested(ClassificationLinksSchema, required=True)


class ClassificationsSchema(Schema):
    classifications = fields.List(fields.Nested(ClassificationSchema), required=True, **meant("由新到旧"))
    next = fields.String(required=True, allow_none=True, **meant("更早一批的地址；没有时为 null"))


class ResultsSchema(Schema):
    results = fields.List(fields.Nested(PageResultSchema), required=True, **meant("按页序"))
    next = fields.String(required=True, allow_none=True, **meant("后一批的地址；没有时为 null"))


class WebhookKeySchema(Schema):
    key = fields.String(required=True, **meant("本账号回调签名的密钥（HMAC-SHA256）；请妥善保管"))
