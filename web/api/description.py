"""The interface describes itself: OpenAPI as JSON. No page with scripts: programs and their tools read it."""

from __future__ import annotations

from flask import Response, current_app, request
from flask_smorest import current_api
from werkzeug.wrappers import Response as AnyResponse

from web import access
from web.api import door

blueprint = door.blueprint("description", "", "接口说明")


@blueprint.get("/openapi.json")
@access.public
@blueprint.response(200, {"type": "object"}, description="OpenAPI 3.0 文档")
@blueprint.doc(
    operationId="getDescription", summary="接口说明", description="本文档。不需要令牌。", security=[]
)
def show() -> AnyResponse:
    response = Response(current_app.json.dumps(current_api.spec.to_dict()), mimetype="application/json")
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)
