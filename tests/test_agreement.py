"""What drifts apart unless something holds it: models and migrations, diagrams, operations and handlers, rooms."""

import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from handlers.rereading import review
from handlers.table import HANDLERS
from records.base import Base
from workflows import definitions, engine, operations

ROOT = Path(__file__).resolve().parent.parent


def test_diagrams_operations_and_handlers_name_the_same(models):
    offered = set(operations.load(ROOT / "bpmn" / "operations.json"))
    called = set()
    for key, files in definitions.read_bundles(ROOT / "bpmn").items():
        called |= engine.parse(key, files, models.functions).operations
    files = review.bundle(ROOT / "bpmn")
    called |= engine.parse(review.PROCESS, files, models.functions, validate=True).operations
    assert offered == set(HANDLERS) == called


def test_every_operation_goes_to_a_queue_that_a_worker_serves():
    for operation in operations.load(ROOT / "bpmn" / "operations.json").values():
        assert operation.queue in operations.QUEUES
        assert operation.timeout_s > 0 and operation.max_attempts > 0


def test_the_migrated_database_is_what_the_models_say(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "user_module_prefix": "base."}
        )
        differences = compare_metadata(context, Base.metadata)
        if connection.dialect.name == "sqlite":  # Alembic cannot compare an index over expressions there
            differences = [each for each in differences if each[1].name != "ix_user_tasks_open"]
        assert differences == []


def test_the_rooms_import_only_whom_they_may():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_importing_what_a_worker_needs_loads_no_flask_and_the_web_loads_no_models():
    code = "import sys, {}; print(','.join(m for m in ({}) if m in sys.modules))"
    for module, unwanted in (
        ("handlers.worker", "'flask', 'paddleocr', 'onnxruntime', 'zeep'"),
        ("web.app", "'handlers', 'ocr', 'paddleocr', 'onnxruntime', 'zeep'"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code.format(module, unwanted)], cwd=ROOT, capture_output=True, text=True
        )
        assert done.stdout.strip() == "", (module, done.stdout, done.stderr)
