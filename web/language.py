"""Languages of the screens: Chinese is the source, English the catalogue beside it (web/translations/en)."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, request, session
from flask_babel import Babel
from werkzeug.wrappers import Response

from web import access, navigation

LANGUAGES = {"zh": "中文", "en": "English"}

blueprint = Blueprint("language", __name__)


def chosen() -> str:
    found: str = session.get("language", "zh")
    return found if found in LANGUAGES else "zh"


def init_app(app: Flask) -> None:
    Babel(app, default_locale="zh", default_timezone="Asia/Shanghai", locale_selector=chosen)
    app.jinja_env.globals["language"] = chosen
    app.jinja_env.globals["languages"] = LANGUAGES
    app.register_blueprint(blueprint)


@blueprint.post("/language")
@access.public
def choose() -> Response:
    if request.form.get("language") in LANGUAGES:
        session["language"] = request.form["language"]
    return redirect(navigation.local(request.form.get("back")), 303)
