"""The shapes that the REST interface takes and gives, each field with its meaning in Chinese."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from records.pages import PageMaterial
from records.submissions import DOORS
from web.api.door import LARGEST_ID

MOST_ROWS = 200
_BOX = "x0、y0、x1、y1：转正后的页面上的比例，0 至 1"


def meant(description: str, example: Any = None, **more: Any) -> dict[str, Any]:
    """Field options that carry a description; `example` shows in the OpenAPI document."""
    metadata = {"description": description} | ({} if example is None else {"example": example})
    return {"metadata": metadata, **more}


def after(description: str) -> fields.Integer:
    """The parameter that says behind which row a list goes on."""
    return fields.Integer(
        validate=validate.Range(1, LARGEST_ID, error="须为正整数"),
        error_messages={"invalid": "须为正整数"},
        **meant(description),
    )


def limit() -> fields.Integer:
    """The parameter that says how many rows are wanted at once."""
    return fields.Integer(
        load_default=50,
        validate=validate.Range(1, MOST_ROWS, error=f"须为 1 至 {MOST_ROWS}"),
        error_messages={"invalid": f"须为 1 至 {MOST_ROWS}"},
        **meant("一批最多几条"),
    )


class FaultSchema(Schema):
    detail = fields.String(required=True, **meant("一项错误：是什么，怎么办"))
    parameter = fields.String(**meant("出错的参数名；不针对参数时没有此项"))


class ProblemSchema(Schema):
    """RFC 9457."""

    type = fields.String(required=True, **meant("问题种类，稳定不变", "urn:guidang:problem:not-found"))
    title = fields.String(required=True, **meant("问题名称", "提交未被接收"))
    status = fields.Integer(required=True, **meant("HTTP 状态码", 422))
    detail = fields.String(required=True, **meant("发生了什么，下一步怎么办"))
    errors = fields.List(fields.Nested(FaultSchema), required=True, **meant("逐项错误，可为空"))


class ReceiptLinksSchema(Schema):
    record = fields.String(required=True, **meant("本件的地址", "/api/v1/records/1260101000001"))
    submission = fields.String(required=True, **meant("本次登记的地址", "/api/v1/submissions/1"))


class ReceiptSchema(Schema):
    submission_id = fields.Integer(required=True, **meant("收件登记号", 1))
    record_id = fields.Integer(required=True, **meant("件号", 1))
    transaction_number = fields.String(required=True, **meant("流水号", "1260101000001"))
    pages = fields.Integer(required=True, **meant("收到的影像页数（多页 TIFF、PDF 按页计）", 7))
    repeated = fields.Boolean(required=True, **meant("此前已收过完全相同的一件，没有新建", False))
    links = fields.Nested(ReceiptLinksSchema, required=True)


class SubmissionSchema(Schema):
    id = fields.Integer(required=True, **meant("收件登记号", 1))
    received_at = fields.AwareDateTime(required=True, **meant("收到时间"))
    door = fields.String(
        required=True, validate=validate.OneOf(list(DOORS)), **meant("、".join(DOORS.values()), "rest")
    )
    name = fields.String(required=True, **meant("流水号；读不出时为首个文件名", "1260101000001"))
    outcome = fields.String(
        required=True, validate=validate.OneOf(["accepted", "rejected"]), **meant("接收或拒收", "accepted")
    )
    repeated = fields.Boolean(required=True, **meant("是否为重复提交"))
    reason = fields.String(required=True, allow_none=True, **meant("拒收的全部原因；接收时为 null"))
    transaction_number = fields.String(required=True, allow_none=True, **meant("所成的件；拒收时为 null"))
    pages = fields.Integer(required=True, **meant("页数", 7))
    bytes = fields.Integer(required=True, **meant("影像字节数"))


class SubmissionsSchema(Schema):
    submissions = fields.List(fields.Nested(SubmissionSchema), required=True, **meant("由新到旧"))
    next = fields.String(required=True, allow_none=True, **meant("更早一批的地址；没有时为 null"))


class SubmissionsQuerySchema(Schema):
    error_messages = {"unknown": "没有这个参数；可用的是 outcome、after、limit"}  # noqa: RUF012

    outcome = fields.String(
        validate=validate.OneOf(["accepted", "rejected"], error="只能是 accepted 或 rejected"),
        **meant("只列接收的或拒收的"),
    )
    after = after("上一批最后一条的登记号，从其后（更早的）列起")
    limit = limit()


class LedgerSchema(Schema):
    received = fields.Integer(required=True, **meant("收到的提交数，恒等于接收加拒收", 32))
    accepted = fields.Integer(required=True, **meant("接收", 31))
    rejected = fields.Integer(required=True, **meant("拒收", 1))
    repeated = fields.Integer(required=True, **meant("接收中的重复提交", 1))
    pages = fields.Integer(required=True, **meant("接收的影像页数，重复的不计", 214))


GIVEN_BY_CASE = "模型原判的种类代码，仅在 predicted_code 系按本件所缺资料判定、与之不同时给出；否则为 null"


class MaterialFoundSchema(Schema):
    code = fields.String(required=True, **meant("资料种类代码：人工确认的，未确认时为识别的", "M-ID-01"))
    name = fields.String(required=True, **meant("资料种类名称"))
    predicted_code = fields.String(required=True, **meant("识别的资料种类代码", "M-ID-01"))
    confidence = fields.Float(required=True, **meant("模型对 predicted_code 的把握，0 至 1", 0.98))
    model_code = fields.String(required=True, allow_none=True, **meant(GIVEN_BY_CASE))
    model_confidence = fields.Float(
        required=True, allow_none=True, **meant("模型对 model_code 的把握，0 至 1；没有 model_code 时为 null")
    )
    confirmed = fields.Boolean(required=True, **meant("是否经人工确认"))
    region = fields.List(fields.Float(), required=True, **meant(_BOX))


def what_the_model_said(row: PageMaterial) -> dict[str, Any]:
    """The model's own answer, for a material whose type the case gave; else None for both."""
    code = row.predicted_code
    return {"model_code": code, "model_confidence": None if code is None else row.chances[code]}


class ReadingSchema(Schema):
    value = fields.String(required=True, **meant("值", "沪A00001"))
    confidence = fields.Float(required=True, **meant("置信度，0 至 1；人工录入为 1", 0.97))
    source = fields.String(required=True, **meant("来源：识别引擎及版本，或 person（人工）", "person"))
    box = fields.List(fields.Float(), required=True, allow_none=True, **meant(_BOX))


class PageSchema(Schema):
    id = fields.Integer(required=True, **meant("影像页号", 1))
    number = fields.Integer(required=True, **meant("在件内的页序", 1))
    format = fields.String(required=True, **meant("jpeg 或 png", "jpeg"))
    width = fields.Integer(required=True, **meant("宽，像素"))
    height = fields.Integer(required=True, **meant("高，像素"))
    dpi = fields.Float(required=True, allow_none=True, **meant("分辨率；未知时为 null"))
    size = fields.Integer(required=True, **meant("字节数"))
    sha256 = fields.String(required=True, **meant("影像的 SHA-256"))
    sm3 = fields.String(required=True, **meant("影像的 SM3"))
    source_name = fields.String(required=True, **meant("来源文件名"))
    source_page = fields.Integer(required=True, **meant("在来源文件中的页序"))
    added_at = fields.AwareDateTime(required=True, **meant("收到时间"))
    recognition = fields.String(
        required=True,
        validate=validate.OneOf(["pending", "done", "failed"]),
        **meant("尚未识别、已识别、无法识别；识别前资料与字段为空，不表示页上没有", "done"),
    )
    rotation = fields.Integer(
        required=True, allow_none=True, **meant("转正须顺时针转的度数；未识别时为 null")
    )
    materials = fields.List(fields.Nested(MaterialFoundSchema), required=True, **meant("页上的资料"))
    readings = fields.Dict(
        keys=fields.String(), values=fields.Nested(ReadingSchema), required=True, **meant("字段代码 → 值")
    )
    image = fields.String(required=True, **meant("影像的地址"))


class AlertSchema(Schema):
    id = fields.Integer(required=True)
    reason = fields.String(required=True, **meant("原因代码", "MISSING_MATERIAL"))
    title = fields.String(required=True, **meant("原因", "缺少资料"))
    text = fields.String(required=True, **meant("说明与办法"))
    page_id = fields.Integer(required=True, allow_none=True, **meant("所在影像页"))
    field = fields.String(required=True, allow_none=True, **meant("所在字段"))
    opened_at = fields.AwareDateTime(required=True, **meant("提出时间"))


class RejectionSchema(Schema):
    page_id = fields.Integer(required=True, **meant("影像页号"))
    material = fields.String(required=True, **meant("资料种类代码"))
    code = fields.String(required=True, allow_none=True, **meant("平台代码"))
    reason = fields.String(required=True, allow_none=True, **meant("平台的说法"))
    advice = fields.String(required=True, allow_none=True, **meant("怎么办"))


class PushesSchema(Schema):
    sent = fields.Integer(required=True, **meant("推送的页数，恒等于以下三项之和", 7))
    accepted = fields.Integer(required=True, **meant("平台已接受", 7))
    rejected = fields.Integer(required=True, **meant("平台退回", 0))
    pending = fields.Integer(required=True, **meant("尚无结果", 0))
    rejections = fields.List(fields.Nested(RejectionSchema), required=True, **meant("被退回的页"))


class PackageSchema(Schema):
    name = fields.String(required=True, **meant("归档包名"))
    version = fields.Integer(required=True, **meant("版次", 1))
    sha256 = fields.String(required=True, **meant("归档包清单的 SHA-256"))
    sm3 = fields.String(required=True, **meant("归档包清单的 SM3"))
    files = fields.Integer(required=True, **meant("文件数"))
    pages = fields.Integer(required=True, **meant("影像页数"))
    bytes = fields.Integer(required=True, **meant("字节数"))
    created_at = fields.AwareDateTime(required=True, **meant("生成时间"))


class DossierSchema(Schema):
    kind = fields.String(required=True, **meant("vehicle（机动车）或 driver（驾驶人）", "vehicle"))
    number = fields.String(required=True, **meant("车辆识别代号或号牌，身份证号或档案编号"))


class RecordSchema(Schema):
    id = fields.Integer(required=True, **meant("件号", 1))
    transaction_number = fields.String(required=True, **meant("流水号", "1260101000001"))
    item = fields.String(required=True, **meant("事项代码", "V-REG-01"))
    item_name = fields.String(required=True, **meant("事项名称"))
    subject = fields.Dict(keys=fields.String(), required=True, **meant("业务系统登记的主体信息，不遮蔽"))
    office = fields.String(required=True, allow_none=True, **meant("受理单位"))
    channel = fields.String(required=True, **meant("受理渠道", "counter"))
    accepted_at = fields.AwareDateTime(required=True, allow_none=True, **meant("受理时间"))
    received_at = fields.AwareDateTime(required=True, **meant("收到影像的时间"))
    catalogue_version = fields.String(required=True, **meant("收件时的目录版本"))
    status = fields.String(
        required=True,
        validate=validate.OneOf(["running", "completed", "cancelled"]),
        **meant("办理中、已办结、已撤销", "running"),
    )
    stage = fields.String(required=True, **meant("所在环节", "人工复核"))
    outcome = fields.String(required=True, allow_none=True, **meant("办结的结果；办理中为 null"))
    ended_at = fields.AwareDateTime(required=True, allow_none=True, **meant("办结时间"))
    dossiers = fields.List(fields.Nested(DossierSchema), required=True, **meant("所属档案"))
    alerts = fields.List(fields.Nested(AlertSchema), required=True, **meant("未了结的预警"))
    pages = fields.List(fields.Nested(PageSchema), required=True, **meant("现行的影像页，按页序"))
    pushes = fields.Nested(PushesSchema, required=True)
    packages = fields.List(fields.Nested(PackageSchema), required=True, **meant("归档包，由先到后"))


class ItemSchema(Schema):
    code = fields.String(required=True, **meant("事项代码", "V-REG-01"))
    name = fields.String(required=True, **meant("事项名称", "机动车注册登记"))
    dossier = fields.String(required=True, **meant("归入哪类档案：vehicle、driver 或 other", "vehicle"))
    active = fields.Boolean(required=True, **meant("是否受理"))


class ItemsSchema(Schema):
    version = fields.String(required=True, **meant("目录版本"))
    items = fields.List(fields.Nested(ItemSchema), required=True)


class MaterialSchema(Schema):
    code = fields.String(required=True, **meant("资料种类代码", "M-ID-01"))
    name = fields.String(required=True, **meant("资料种类名称", "居民身份证明"))


class MaterialsSchema(Schema):
    version = fields.String(required=True, **meant("目录版本"))
    materials = fields.List(fields.Nested(MaterialSchema), required=True)


class ChecksSchema(Schema):
    database = fields.Boolean(required=True, **meant("数据库可用"))
    migrations = fields.Boolean(required=True, **meant("数据库结构最新"))
    redis = fields.Boolean(required=True, **meant("Redis 可用"))


class HealthSchema(Schema):
    status = fields.String(
        required=True, validate=validate.OneOf(["ok", "failing"]), **meant("总的状况", "ok")
    )
    checks = fields.Nested(ChecksSchema, required=True)
    queues = fields.Dict(
        keys=fields.String(), values=fields.Integer(), required=True, **meant("各队列待办数")
    )
