"""Who may open which page: every view declares it, and what declares nothing opens for nobody.

Knows roles, the signed-in person and programs' tokens. Whose tasks a person may claim is decided by groups,
in `workflows.user_tasks`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_babel import gettext
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from records import people
from records.people import ROLES, Actor, Person
from web.database import reading_engine

ANYONE_SIGNED_IN = frozenset(ROLES) - {"program"}

_View = TypeVar("_View", bound=Callable[..., Any])


class NotAllowed(Exception):
    """The person's role does not open this page."""


@dataclass(frozen=True)
class Access:
    """What a view declares: open to the public, to people of these roles, or to programs' tokens of them."""

    roles: frozenset[str] = frozenset()
    public: bool = False
    by_token: bool = False


PUBLIC = Access(public=True)
# Endpoints that libraries add and that can carry no declaration of ours.
OF_LIBRARIES = {"static": PUBLIC}


def public(view: _View) -> _View:
    return _declare(view, PUBLIC)


def signed_in(view: _View) -> _View:
    return _declare(view, Access(ANYONE_SIGNED_IN))


def roles(*names: str) -> Callable[[_View], _View]:
    return lambda view: _declare(view, Access(frozenset(names)))


def token(*names: str) -> Callable[[_View], _View]:
    """For programs: `Authorization: Bearer …`, no cookie and so no CSRF token."""
    return lambda view: _declare(view, Access(frozenset(names), by_token=True))


def _declare(view: _View, access: Access) -> _View:
    view.access = access  # type: ignore[attr-defined]
    return view


def declared(app: Flask, endpoint: str) -> Access | None:
    """The declaration of an endpoint: on the view function, or on the class of a method view."""
    view = app.view_functions[endpoint]
    found = getattr(view, "access", None) or getattr(getattr(view, "view_class", None), "access", None)
    return found or OF_LIBRARIES.get(endpoint)


class SignedIn(UserMixin):
    """A signed-in person, as Flask-Login wants them: `actor` says who acts, from which address."""

    def __init__(self, person: Person, address: str) -> None:
        self.id = person.id
        self.login = person.login
        self.actor = person.actor(address)


def init_app(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = "strong"
    manager.user_loader(_load)
    app.before_request(_guard)


def _load(person_id: str) -> SignedIn | None:
    """In a session of its own: who acts is known before any transaction of the request begins."""
    with Session(reading_engine()) as session:
        person = session.get(Person, int(person_id))
        return SignedIn(person, address()) if person is not None and person.active else None


def address() -> str:
    return request.remote_addr or "-"


def actor() -> Actor:
    """Who acts in this request."""
    if "actor" in g:
        found: Actor = g.actor
        return found
    if not current_user.is_authenticated:
        abort(401)
    signed: Actor = current_user.actor
    return signed


def _guard() -> Response | None:
    if request.endpoint is None:
        return None  # no such page: the router answers 404
    access = declared(current_app, request.endpoint)
    if access is None:
        abort(403)
    if access.public:
        return None
    if access.by_token:
        _sign_in_program()
    elif not current_user.is_authenticated:
        return _to_sign_in()
    if not actor().may(*access.roles):
        raise NotAllowed(gettext("您的角色（%(roles)s）不能打开这一页", roles=role_names(actor())))
    return None


def _to_sign_in() -> Response:
    """A page comes back to where it was after signing in; a fragment says so in its place."""
    if request.headers.get("HX-Request"):
        abort(401)
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("session.sign_in", next=back), 302)


def _sign_in_program() -> None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    with Session(reading_engine()) as session:
        person = people.by_token(session, secret.strip()) if scheme.lower() == "bearer" and secret else None
        if person is None:
            abort(401)
        g.actor = person.actor(address())


def role_names(who: Actor) -> str:
    return "、".join(ROLES[role] for role in sorted(who.roles) if role in ROLES)


def may_see_images(who: Actor) -> bool:
    return who.may("clerk", "supervisor", "auditor")
