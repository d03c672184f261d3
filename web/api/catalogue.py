"""The catalogue for programs: codes and names of items and materials, cached by the catalogue's version."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from records.people import ROLES
from web import access, context
from web.api import door
from web.api.schemas import ItemsSchema, MaterialsSchema

blueprint = door.blueprint("catalogue", "/catalogue", "目录")

_CACHED = "响应头 ETag 为目录版本；带 If-None-Match 再取，未变时返回 304。"


@blueprint.get("/items")
@access.token(*ROLES)
@blueprint.response(200, ItemsSchema, description="全部事项", headers={"ETag": "ETAG"})
@blueprint.alt_response(304, "NOT_MODIFIED")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.doc(operationId="listItems", summary="归档事项", description=f"事项代码与名称。{_CACHED}")
def items() -> AnyResponse:
    catalogue = context.current().catalogue
    return _cached(ItemsSchema().dump({"version": catalogue.version, "items": catalogue.items.values()}))


@blueprint.get("/materials")
@access.token(*ROLES)
@blueprint.response(200, MaterialsSchema, description="全部资料种类", headers={"ETag": "ETAG"})
@blueprint.alt_response(304, "NOT_MODIFIED")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.doc(operationId="listMaterials", summary="资料种类", description=f"资料种类代码与名称。{_CACHED}")
def materials() -> AnyResponse:
    catalogue = context.current().catalogue
    rows = catalogue.materials.values()
    return _cached(MaterialsSchema().dump({"version": catalogue.version, "materials": rows}))


def _cached(body: dict[str, Any]) -> AnyResponse:
    response = jsonify(body)
    response.set_etag(body["version"])
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)
