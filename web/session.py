"""Signing in and out. Accounts, passwords and locks are `records.people`'s."""

from __future__ import annotations

import flask
from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from records import audit, people
from records.people import Actor, SignInRefused
from web import access, navigation, throttle
from web.access import SignedIn, actor, address
from web.database import change

blueprint = Blueprint("session", __name__)


@blueprint.get("/")
@access.signed_in
def start() -> Response:
    return redirect(navigation.home(current_app, actor()))


@blueprint.get("/sign-in")
@access.public
def sign_in() -> str | Response:
    if current_user.is_authenticated:
        return redirect(url_for("session.start"))
    return render_template("sign_in.html", refused=None, login="", back=request.args.get("next", ""))


@blueprint.post("/sign-in")
@access.public
@throttle.limiter.limit(throttle.SIGN_IN)
def enter() -> str | Response | tuple[str, int]:
    login = request.form.get("login", "").strip()
    back = request.form.get("back", "")
    with change() as session:
        try:
            person = people.sign_in(session, login, request.form.get("password", ""), address())
            refused = None
            if people_only(person.actor(address())):
                signed = SignedIn(person, address())
            else:
                refused = gettext("接口账号只能通过接口使用，不能登录网页")
        except SignInRefused as error:  # the failure is counted: commit either way
            refused = str(error)
    if refused:
        return render_template("sign_in.html", refused=refused, login=login, back=back), 401
    language = flask.session.get("language")
    flask.session.clear()
    flask.session.permanent = True
    if language:
        flask.session["language"] = language
    login_user(signed)
    return redirect(navigation.local(back), 303)


def people_only(who: Actor) -> bool:
    """Whether the account belongs to a person: programs come by token."""
    return who.may(*access.ANYONE_SIGNED_IN)


@blueprint.post("/sign-out")
@access.signed_in
def leave() -> Response:
    who = actor()
    with change() as session:
        audit.record(session, who, "person.signed_out", ("person", who.id or 0), {})
    logout_user()
    flask.session.clear()
    return redirect(url_for("session.sign_in"), 303)


@blueprint.get("/nothing-to-do")
@access.signed_in
def nothing_to_do() -> str:
    return render_template("nothing_to_do.html")
