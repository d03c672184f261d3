"""The interface's description (OpenAPI 3.0): its texts, its security scheme, and the shape of `case`.

Knows flask-smorest and the catalogue, from which the fields of `case` follow. Knows no route.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_smorest import Api

from records import case_file
from records.catalogue import Catalogue
from web.api import problems
from web.api.schemas import ProblemSchema

ABOUT = """供业务系统等程序使用：提交一件业务的扫描影像，读取识别、复核、推送与归档的结果；也可只提交影像，
得到资料种类与字段。

- 认证方式：请求头 `Authorization: Bearer gd_…`，令牌由系统管理员签发；不接受浏览器会话。
- 出错时一律返回 `application/problem+json`（RFC 9457）；`detail` 说明怎么办，`errors` 列出每一项。
- 重复提交同一件（内容相同）不会产生第二件：首次返回 201，重复返回 200。
- 时间为 ISO 8601，带时区；摘要为十六进制小写。
"""
CASE_EXAMPLE = {
    "transaction_number": "1260101000001",
    "item": "V-REG-01",
    "subject": {"plate_no": "沪A00001", "owner_name": "张三"},
    "channel": "counter",
    "accepted_at": "2026-01-01T09:30:00+08:00",
}


class Interface(Api):  # type: ignore[misc]
    """flask-smorest's Api with problem JSON for errors; it answers below its own prefix only."""

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask, catalogue: Catalogue) -> None:
        super().__init__(
            app,
            spec_kwargs={
                "title": "归档系统接口",
                "version": "v1",
                "openapi_version": "3.0.3",
                "info": {"description": ABOUT},
                "security": [{"token": []}],
            },
        )
        components = self.spec.components
        components.security_scheme(
            "token", {"type": "http", "scheme": "bearer", "description": "系统管理员签发的接口令牌，gd_ 开头"}
        )
        components.schema("Case", _case(catalogue))

    def _register_error_handlers(self) -> None:
        """Left to `web.api.problems`: smorest's handler would answer for the pages of people too."""

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            self._register_problem(status.name, problems.title_of(status) or status.phrase)
        self._register_problem(self.DEFAULT_ERROR_RESPONSE_NAME, "出错")

    def _register_pagination_header(self) -> None:
        """Not offered: lists go on by `next`, without counting all rows."""

    def _register_problem(self, name: str, title: str) -> None:
        content = {problems.MEDIA_TYPE: {"schema": self.ERROR_SCHEMA}}
        if name == HTTPStatus.NOT_MODIFIED.name:
            content = {}
        self.spec.components.response(name, {"description": title, "content": content}, lazy=True)


def _case(catalogue: Catalogue) -> dict[str, Any]:
    """The JSON schema of `case`, the content of case.json."""
    return {
        "type": "object",
        "description": "一件业务；出现未列出的键时整件拒收，并指出键名",
        "required": ["transaction_number", "item", "subject"],
        "additionalProperties": False,
        "properties": {
            "transaction_number": {
                "type": "string",
                "pattern": "^[0-9A-Za-z-]{1,32}$",
                "description": "业务流水号，不重复",
            },
            "item": {"type": "string", "description": "在办事项的代码，见 /catalogue/items"},
            "subject": {
                "type": "object",
                "description": "业务系统登记的主体信息，用于与识别结果比对",
                "additionalProperties": False,
                "properties": {
                    code: {"type": "string", "maxLength": 200, "description": field.name}
                    for code, field in catalogue.fields.items()
                },
            },
            "office": {"type": "string", "maxLength": 80, "description": "受理单位"},
            "channel": {
                "type": "string",
                "enum": list(case_file.CHANNELS),
                "default": "batch",
                "description": "受理渠道：counter 窗口件，立即识别；batch 按批识别",
            },
            "accepted_at": {
                "type": "string",
                "format": "date-time",
                "description": "受理时间；不带时区时按北京时间",
            },
        },
        "example": CASE_EXAMPLE,
    }
