"""People: accounts, the groups whose work they may claim, the roles that open doors, and programs' tokens.

Knows passwords (argon2) and tokens (kept as digests). Knows nothing of sessions, cookies or user tasks.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from records import audit
from records.base import Base, BigId, Moment, now

ROLES = {
    "clerk": "业务岗",
    "supervisor": "班组长",
    "auditor": "审计员",
    "process_admin": "流程管理员",
    "system_admin": "系统管理员",
    "security_admin": "安全管理员",
    "program": "接口程序",
}
# Level 3 of GB/T 22239 keeps these three in separate hands.
SEPARATE_HANDS = frozenset({"auditor", "system_admin", "security_admin"})
MAX_FAILURES = 5
LOCK_FOR = dt.timedelta(minutes=30)

_hasher = PasswordHasher()


def _hash_of_no_password() -> str:
    """As costly to verify as any; drawn, because computing it cost every process 0.2 s and 64 MB at its start."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (_hasher.salt_len, _hasher.hash_len)
    )
    return f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}${salt}${digest}"


# Verified against when no such account exists, so that the answer takes as long either way.
_DECOY = _hash_of_no_password()


class AccountExists(ValueError):
    """The sign-in name is taken."""


class RolesConflict(ValueError):
    """Two of the three separate hands (auditor, system and security administrator) on one account."""


class SignInRefused(Exception):
    """Wrong name or password, a disabled account, or too many failures; the message may reach the screen."""


@dataclass(frozen=True)
class Actor:
    """Who acts, as the audit trail names them: a person or program at an address, or the system itself."""

    id: int | None
    name: str
    address: str = "-"
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def may(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor(None, "系统")

memberships = sa.Table(
    "memberships",
    Base.metadata,
    sa.Column("person_id", BigId, sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("group_id", BigId, sa.ForeignKey("groups.id"), primary_key=True),
)


class Group(Base):
    """A candidate group: a lane of the diagrams (采集岗, 复核岗, …)."""

    __tablename__ = "groups"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40), unique=True)


class Person(Base):
    """An account. `roles` open pages; `groups` say whose work may be claimed."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    login: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    roles: Mapped[list[str]] = mapped_column(sa.JSON)
    groups: Mapped[list[Group]] = relationship(secondary=memberships, order_by=Group.id)
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)

    def actor(self, address: str) -> Actor:
        return Actor(
            self.id, self.name, address, frozenset(self.roles), frozenset(group.name for group in self.groups)
        )


class ApiToken(Base):
    """A program's key to the REST interface; only its digest is kept."""

    __tablename__ = "api_tokens"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    person: Mapped[Person] = relationship()
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    label: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(Moment)


def add_group(session: Session, name: str) -> Group:
    """The group of that name, made when missing."""
    group = session.scalars(sa.select(Group).where(Group.name == name)).one_or_none()
    if group is None:
        group = Group(name=name)
        session.add(group)
        session.flush()
    return group


def add_person(
    session: Session,
    user: Actor,
    *,
    login: str,
    name: str,
    password: str,
    roles: Collection[str],
    groups: Iterable[str] = (),
) -> Person:
    """A new account. Raises AccountExists, RolesConflict, or ValueError for an unknown role."""
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"没有这样的角色：{'、'.join(sorted(unknown))}")
    if len(SEPARATE_HANDS & set(roles)) > 1:
        raise RolesConflict("审计员、系统管理员、安全管理员须由三个不同的账号担任，请分别开户")
    if session.scalars(sa.select(Person.id).where(Person.login == login)).first() is not None:
        raise AccountExists(f"登录名 {login} 已被使用，请换一个")
    person = Person(login=login, name=name, password_hash=_hasher.hash(password), roles=sorted(roles))
    person.groups = [add_group(session, group) for group in groups]
    session.add(person)
    session.flush()
    audit.record(
        session,
        user,
        "person.added",
        ("person", person.id),
        {"login": login, "roles": person.roles, "groups": list(groups)},
    )
    return person


def sign_in(session: Session, login: str, password: str, address: str) -> Person:
    """The person whose password this is; the attempt is audited either way.

    Raises SignInRefused after counting the failure: commit the session on both outcomes."""
    # Locked, so that guesses made at the same time are all counted.
    person = session.scalars(sa.select(Person).where(Person.login == login).with_for_update()).one_or_none()
    visitor = Actor(person.id if person else None, login[:40], address)
    locked = person is not None and person.locked_until is not None and person.locked_until > now()
    if not _password_matches(person, password) or person is None or not person.active or locked:
        if person is not None and not locked:
            _count_failure(person)
        audit.record(session, visitor, "person.sign_in_refused", ("person", person.id if person else 0), {})
        if locked:
            raise SignInRefused("连续输错次数过多，账号已锁定 30 分钟，请稍后再试或联系系统管理员")
        raise SignInRefused("登录名或密码不正确，请检查后重新输入")
    person.failures, person.locked_until = 0, None
    audit.record(session, person.actor(address), "person.signed_in", ("person", person.id), {})
    return person


def _password_matches(person: Person | None, password: str) -> bool:
    try:
        _hasher.verify(person.password_hash if person else _DECOY, password)
    except VerifyMismatchError:
        return False
    return person is not None


def _count_failure(person: Person) -> None:
    person.failures += 1
    if person.failures >= MAX_FAILURES:
        person.failures, person.locked_until = 0, now() + LOCK_FOR


def issue_token(session: Session, user: Actor, person: Person, label: str) -> str:
    """A new key for `person`, shown once; the database keeps its digest only."""
    token = "gd_" + secrets.token_urlsafe(32)
    session.add(ApiToken(person=person, digest=_digest(token), label=label))
    audit.record(session, user, "person.token_issued", ("person", person.id), {"label": label})
    return token


def by_token(session: Session, token: str) -> Person | None:
    """The active person whose key this is, or None."""
    statement = (
        sa.select(Person)
        .join(ApiToken)
        .where(ApiToken.digest == _digest(token), ApiToken.revoked_at.is_(None), Person.active)
    )
    return session.scalars(statement).one_or_none()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
