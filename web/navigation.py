"""Where a person can go: the links of the top bar by role, and safe ways back."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, url_for
from flask_babel import lazy_gettext as _
from flask_login import current_user

from records.people import Actor
from web import access


@dataclass(frozen=True)
class Link:
    endpoint: str
    title: object


LINKS = (
    Link("inbox.show", _("收件箱")),
    Link("cases.search", _("办件查询")),
    Link("intake.show", _("收件登记")),
    Link("pushing.show", _("推送台账")),
    Link("supervision.show", _("班组看板")),
    Link("promise.show", _("识别承诺")),
    Link("learning.show", _("识别模型")),
    Link("incidents.show", _("异常处理")),
    Link("processes.listing", _("流程")),
)


def links(app: Flask, who: Actor) -> list[Link]:
    """The links that open for this person: read from what the views declare, so the two cannot differ."""
    return [link for link in LINKS if _opens(app, link.endpoint, who)]


def _opens(app: Flask, endpoint: str, who: Actor) -> bool:
    declared = access.declared(app, endpoint)
    return declared is not None and who.may(*declared.roles)


def home(app: Flask, who: Actor) -> str:
    """The first page after signing in."""
    found = links(app, who)
    return url_for(found[0].endpoint if found else "session.nothing_to_do")


def local(path: str | None) -> str:
    """`path` when it stays on this server, else the start page: no redirect leads elsewhere."""
    if path and path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path:
        return path
    return url_for("session.start")


def init_app(app: Flask) -> None:
    @app.context_processor
    def _shared() -> dict[str, object]:
        who = current_user.actor if current_user.is_authenticated else None
        return {
            "who": who,
            "links": links(app, who) if who else [],
            "role_names": access.role_names,
            "may_see_images": who is not None and access.may_see_images(who),
        }
