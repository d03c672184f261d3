"""Model directories: beside the program or made from the wheel, whole or not at all; a wrong one is named at once."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest
import yaml

from ocr import models
from ocr.models import ModelDirectories, ModelsMissing
from ocr.paddle import EngineUnavailable, PaddleReader


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> ModelDirectories:
    return models.prepare(tmp_path_factory.mktemp("models"))


def test_prepared_directories_are_what_paddleocr_reads(prepared: ModelDirectories) -> None:
    assert models.common_engine(prepared) == "onnxruntime"
    assert models.model_name(prepared.detection) == "PP-OCRv6_tiny_det"
    for directory in (prepared.recognition, prepared.quick):
        assert directory is not None
        config = yaml.safe_load((directory / "inference.yml").read_text(encoding="utf-8"))
        characters = config["PostProcess"]["character_dict"]
        assert len(characters) > 6000
        assert {"沪", "车", "0", "X"} <= set(characters)


def test_packaged_networks_are_the_published_ones() -> None:
    notice = (models.PACKAGED / "NOTICE").read_text(encoding="utf-8")
    networks = sorted(models.PACKAGED.glob("*/inference.onnx"))
    assert len(networks) == 2
    for network in networks:
        digest = hashlib.sha256(network.read_bytes()).hexdigest()
        assert f"{digest}  {network.relative_to(models.PACKAGED)}" in notice


def test_attribution_lies_beside_the_models(prepared: ModelDirectories) -> None:
    for folder in (prepared.detection.parent, prepared.recognition.parent):
        assert "Apache License, Version 2.0" in (folder / "NOTICE").read_text(encoding="utf-8")
        assert "Apache License" in (folder / "LICENSE").read_text(encoding="utf-8")


def test_a_second_preparation_changes_nothing(prepared: ModelDirectories) -> None:
    network = prepared.recognition / "inference.onnx"
    before = network.stat().st_mtime_ns, network.stat().st_ino
    started = time.perf_counter()
    assert models.prepare(prepared.recognition.parent) == prepared
    assert time.perf_counter() - started < 0.5
    assert (network.stat().st_mtime_ns, network.stat().st_ino) == before


def test_a_damaged_directory_is_made_anew(tmp_path: Path) -> None:
    made = models.prepare(tmp_path)
    network = made.recognition / "inference.onnx"
    whole = network.read_bytes()
    network.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    models.prepare(tmp_path)
    assert network.read_bytes() == whole
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [made.recognition.name]


def _directory(path: Path, *names: str) -> Path:
    path.mkdir(parents=True)
    for name in names:
        (path / name).write_text("Global: {model_name: tiny}\n")
    return path


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        ((), "inference.yml"),
        (("inference.yml",), "inference.onnx"),
        (("inference.yml", "inference.json"), "inference.pdiparams"),
        (("inference.yml", "inference.pdiparams"), "inference.json"),
    ],
)
def test_the_error_names_directory_file_and_setting(
    tmp_path: Path, files: tuple[str, ...], missing: str
) -> None:
    directory = _directory(tmp_path / "mine", *files)
    with pytest.raises(ModelsMissing) as caught:
        models.detect_engine(directory, models.DETECTION_SETTING)
    for part in (str(directory), missing, models.DETECTION_SETTING):
        assert part in str(caught.value)


def test_a_reader_fails_before_it_loads_anything(tmp_path: Path, prepared: ModelDirectories) -> None:
    started = time.perf_counter()
    with pytest.raises(ModelsMissing, match=models.RECOGNITION_SETTING):
        PaddleReader(ModelDirectories(prepared.detection, tmp_path / "nowhere"))
    assert time.perf_counter() - started < 0.1


def test_directories_of_two_formats_do_not_go_together(tmp_path: Path, prepared: ModelDirectories) -> None:
    native = _directory(tmp_path / "native", "inference.yml", "inference.json", "inference.pdiparams")
    for wrong in (
        ModelDirectories(prepared.detection, native),
        ModelDirectories(prepared.detection, prepared.recognition, native),
    ):
        with pytest.raises(ModelsMissing, match="格式不同"):
            PaddleReader(wrong)


def test_onnx_models_refuse_a_gpu(prepared: ModelDirectories) -> None:
    with pytest.raises(EngineUnavailable, match="gpu:0"):
        PaddleReader(prepared, device="gpu:0")
