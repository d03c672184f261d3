"""Who gets in, what an error looks like, and whether the interface describes all that it offers."""

import re

import pytest
import sqlalchemy as sa

from records.base import now, open_engine
from records.people import ROLES, ApiToken, Person
from settings import Settings
from tests import servers
from tests.conftest import PASSWORD
from tests.web.api.conftest import NUMBER, form
from web.api.schemas import HealthSchema, ItemsSchema, MaterialsSchema, ProblemSchema
from web.app import create_app

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ANY = frozenset(ROLES)
READERS = frozenset({"program", "supervisor", "auditor"})
OPENS = {
    ("POST", "/submissions"): (frozenset({"program"}), 415),
    ("GET", "/submissions"): (READERS, 200),
    ("GET", "/submissions/1"): (READERS, 404),
    ("GET", "/ledger"): (READERS, 200),
    ("POST", "/classifications"): (frozenset({"program"}), 415),
    ("POST", "/classifications/batches"): (frozenset({"program"}), 415),
    ("GET", "/classifications"): (frozenset({"program"}), 200),
    ("GET", "/classifications/1"): (frozenset({"program"}), 404),
    ("GET", "/classifications/1/results"): (frozenset({"program"}), 404),
    ("GET", "/classifications/webhook-key"): (frozenset({"program"}), 404),
    ("GET", f"/records/{NUMBER}/findings"): (frozenset({"program"}), 404),
    ("GET", f"/records/{NUMBER}"): (frozenset({"program"}), 404),
    ("GET", f"/records/{NUMBER}/pages/1/image"): (frozenset({"program"}), 404),
    ("GET", "/catalogue/items"): (ANY, 200),
    ("GET", "/catalogue/materials"): (ANY, 200),
}


def test_each_door_opens_to_its_roles_only(call, token_for):
    for role in ROLES:
        token = token_for(role)
        for (method, path), (roles, status) in OPENS.items():
            response = call(path, method, as_token=token)
            assert response.status_code == (status if role in roles else 403), (role, method, path)


def test_no_wrong_revoked_or_idle_token_gets_in(call, token_for, sessions):
    revoked, dismissed = token_for("program"), token_for("auditor")
    with sessions.begin() as session:
        last = session.scalars(sa.select(ApiToken).order_by(ApiToken.id)).all()
        last[-2].revoked_at = now()
        session.scalars(sa.select(Person).where(Person.login == "by-token-auditor")).one().active = False
    for token in (None, "gd_wrong", "", "\u00e9", revoked, dismissed):
        for method, path in OPENS:
            response = call(path, method, as_token=token)
            assert response.status_code == 401, (token, path)
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
            ProblemSchema().load(response.json)
    assert call("/ledger", as_token=None, headers={"Authorization": "Basic Z2Q6Z2Q="}).status_code == 401


def test_a_signed_in_browser_does_not_get_in_by_its_cookie(app):
    with app.test_client() as client:
        page = client.get("/sign-in").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
        answer = client.post("/sign-in", data={"login": "clerk3", "password": PASSWORD, "csrf_token": token})
        assert answer.status_code == 303 and client.get("/intake").status_code == 200
        assert client.get("/api/v1/ledger").status_code == 401
        assert client.post("/api/v1/submissions", data=form()).status_code == 401


def test_errors_are_problems_below_the_prefix_and_pages_elsewhere(call, app):
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("DELETE", "/ledger", 405),
        ("PUT", "/submissions", 405),
    ):
        response = call(path, method)
        assert (response.status_code, response.mimetype) == (status, "application/problem+json")
        assert response.json["status"] == status and re.search(r"[\u4e00-\u9fff]", response.json["detail"])
    assert "POST" in call("/submissions", "PUT").headers["Allow"]
    assert app.test_client().get("/nothing").mimetype == "text/html"


def test_a_lost_database_says_so_and_shows_nothing_of_the_inside(call, settings, sessions):
    with sessions.begin() as session:
        session.execute(sa.text("alter table submissions rename to elsewhere"))
    response = call("/ledger")
    assert (response.status_code, response.json["type"]) == (503, "urn:guidang:problem:database-unavailable")
    assert "select" not in response.text.lower() and "submissions" not in response.text


def test_one_caller_cannot_knock_without_end(call, app):
    client = app.test_client()
    answers = (
        client.get("/api/v1/ledger") for _ in range(2500)
    )  # two minutes' worth: one may end on the way
    limited = next((answer for answer in answers if answer.status_code == 429), None)
    assert limited is not None and int(limited.headers["Retry-After"]) > 0
    ProblemSchema().load(limited.json)
    assert call("/ledger").status_code == 200


def test_the_catalogue_is_cached_by_its_version(call):
    for path, schema, key, code in (
        ("/catalogue/items", ItemsSchema, "items", "V-REG-01"),
        ("/catalogue/materials", MaterialsSchema, "materials", "M-ID-01"),
    ):
        response = call(path)
        schema().load(response.json)
        assert code in {each["code"] for each in response.json[key]}
        assert response.get_etag()[0] == response.json["version"]
        again = call(path, headers={"If-None-Match": response.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_health_needs_no_token_and_counts_the_queues(settings, app, sessions, token_for):
    with servers.redis() as url:
        served = create_app(Settings(home=settings.home, database_url=settings.database_url, redis_url=url))
        client = served.test_client()
        idle = client.get("/api/v1/health")
        HealthSchema().load(idle.json)
        assert (idle.status_code, idle.json["status"], sum(idle.json["queues"].values())) == (200, "ok", 0)
        bearer = {"Authorization": f"Bearer {token_for('program')}"}
        assert client.post("/api/v1/submissions", data=form(), headers=bearer).status_code == 201
        busy = client.get("/api/v1/health").json
        assert sum(busy["queues"].values()) == 1
    away = client.get("/api/v1/health")
    assert away.status_code == 503
    assert away.json["checks"] == {"database": True, "migrations": True, "redis": False}


def test_health_tells_a_database_behind_the_code(tmp_path, database_url):
    behind = f"sqlite:///{tmp_path / 'behind.db'}"
    open_engine(behind).connect().close()
    app = create_app(Settings(home=tmp_path, database_url=behind), enqueue=lambda runs: None)
    response = app.test_client().get("/api/v1/health")
    assert response.status_code == 503
    assert response.json["checks"]["database"] and not response.json["checks"]["migrations"]


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from references(each)


def test_the_description_holds_every_route_and_every_reference_resolves(app):
    response = app.test_client().get("/api/v1/openapi.json")
    document = response.json
    assert document["openapi"].startswith("3.")
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")]
    offered = {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule), method.lower())
        for rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {
        (path, verb) for path, entry in document["paths"].items() for verb in entry if verb != "parameters"
    }
    assert offered == described and len(rules) >= 9
    for reference in references(document):
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    for path, entry in document["paths"].items():
        declared = {each["name"] for each in entry.get("parameters", [])}
        assert declared == set(re.findall(r"{(\w+)}", path))


def test_the_description_speaks_of_every_operation_field_and_error(app):
    document = app.test_client().get("/api/v1/openapi.json").json
    chinese = re.compile(r"[\u4e00-\u9fff]")
    operations = [
        (path, verb, each)
        for path, entry in document["paths"].items()
        for verb, each in entry.items()
        if verb != "parameters"
    ]
    assert len({each["operationId"] for _, _, each in operations}) == len(operations)
    for path, verb, each in operations:
        assert chinese.search(each["summary"]) and chinese.search(each["description"]), path
        public = path.endswith(("/health", "/openapi.json"))
        assert (
            ("401" not in each["responses"] and each["security"] == [])
            if public
            else "401" in each["responses"]
        )
        if verb == "post":
            assert {"413", "422", "507"} <= set(each["responses"])
    for name, answer in document["components"]["responses"].items():
        if name != "NOT_MODIFIED":
            assert answer["content"]["application/problem+json"]["schema"] == {
                "$ref": "#/components/schemas/Problem"
            }
    case = document["components"]["schemas"]["Case"]
    assert (
        set(case["required"]) <= set(case["properties"])
        and "vin" in case["properties"]["subject"]["properties"]
    )
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
