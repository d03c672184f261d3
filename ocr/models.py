"""Where the models that find and read text lie, in the directory layout that PaddleOCR reads.

Knows the PP-OCRv6 tiny models beside this module, how to make a directory of the PP-OCRv6 small recognition model that
the rapidocr wheel carries, and how to tell at once that a directory is not usable. Loads no engine. Nothing is ever
downloaded.
"""

from __future__ import annotations

import filecmp
import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

Engine = Literal["onnxruntime", "paddle_static"]

PACKAGED = Path(__file__).parent / "reading_models"

DETECTION_SETTING = "GUIDANG_DETECTION_MODEL"
RECOGNITION_SETTING = "GUIDANG_RECOGNITION_MODEL"
QUICK_SETTING = "GUIDANG_QUICK_MODEL"

_NOTICE = """\
Models in this folder

PP-OCRv6_small_rec: text recognition model of the PaddleOCR project. Copyright Baidu and/or the applicable
PaddleOCR rights holders. Licensed under the Apache License, Version 2.0.

Converted from an official PaddleOCR model to ONNX and packaged for use with RapidOCR {version} (Copyright
RapidOCR Authors, Apache License, Version 2.0), from whose wheel they were copied, unchanged. The
inference.yml beside each model was written by Guidang. The licence and RapidOCR's record of the models are in
this folder.
"""


class ModelsMissing(RuntimeError):
    """A model directory lacks a file; the message names the directory, the file and the setting to change."""


@dataclass(frozen=True)
class ModelDirectories:
    """One directory for text detection, one for text recognition, and where wanted one for a quicker recognition model
    that is asked first; all in the same format."""

    detection: Path
    recognition: Path
    quick: Path | None = None


def detect_engine(directory: Path, setting: str) -> Engine:
    """The engine that the directory's files are for.

    Raises ModelsMissing, naming `setting`. Takes no time.
    """
    if not directory.is_dir():
        raise ModelsMissing(f"模型目录 {directory} 不存在。请改正设置 {setting}，或留空以使用随附模型")
    if not (directory / "inference.yml").is_file():
        raise ModelsMissing(
            f"模型目录 {directory} 缺少 inference.yml。请改正设置 {setting}，或留空以使用随附模型"
        )
    if (directory / "inference.onnx").is_file():
        return "onnxruntime"
    has_network = any((directory / f"inference.{kind}").is_file() for kind in ("json", "pdmodel"))
    if has_network and (directory / "inference.pdiparams").is_file():
        return "paddle_static"
    missing = (
        "inference.pdiparams" if has_network else "inference.onnx（或 inference.json 与 inference.pdiparams）"
    )
    raise ModelsMissing(f"模型目录 {directory} 缺少 {missing}。请改正设置 {setting}，或留空以使用随附模型")


def common_engine(models: ModelDirectories) -> Engine:
    """The engine of all directories. Raises ModelsMissing where one is unusable or two differ."""
    detection = detect_engine(models.detection, DETECTION_SETTING)
    others = {RECOGNITION_SETTING: models.recognition, QUICK_SETTING: models.quick}
    for setting, directory in others.items():
        if directory is None:
            continue
        engine = detect_engine(directory, setting)
        if engine != detection:
            raise ModelsMissing(
                f"检测模型（{models.detection}，{detection}）与识别模型（{directory}，{engine}）格式不同。"
                f"请让 {DETECTION_SETTING} 与 {setting} 指向同一格式的模型"
            )
    return detection


def model_name(directory: Path) -> str:
    """The model's name in its inference.yml. Raises ModelsMissing where the file does not give one."""
    try:
        config = yaml.load((directory / "inference.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)
        return str(config["Global"]["model_name"])
    except (yaml.YAMLError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise ModelsMissing(f"模型目录 {directory} 的 inference.yml 没有写明 Global.model_name") from error


def prepare(target: Path) -> ModelDirectories:
    """The packaged models. The directory of the one that comes from a wheel lies under `target`; it is made where
    missing or altered, else left alone.

    Safe to call from several processes at once: a directory appears whole or not at all. About 0.05 s when there.
    """
    network = _wheel_models() / "PP-OCRv6_rec_small.onnx"
    target.mkdir(parents=True, exist_ok=True)
    _write_notice(target)
    return ModelDirectories(
        detection=PACKAGED / "PP-OCRv6_tiny_det",
        recognition=_prepare_one(target / "PP-OCRv6_small_rec", network),
        quick=PACKAGED / "PP-OCRv6_tiny_rec",
    )


def _wheel_models() -> Path:
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        raise ModelsMissing(
            "没有安装随附识别模型的 rapidocr 软件包。请运行 make setup，"
            f"或用 {DETECTION_SETTING} 与 {RECOGNITION_SETTING} 指定模型目录"
        )
    return Path(spec.submodule_search_locations[0]) / "models"


def _prepare_one(directory: Path, network: Path) -> Path:
    if _is_whole(directory, network):
        return directory
    if not network.is_file():
        raise ModelsMissing(f"rapidocr 软件包缺少 {network.name}。请重新运行 make setup")
    made = Path(tempfile.mkdtemp(dir=directory.parent, prefix=".making-"))
    try:
        shutil.copyfile(network, made / "inference.onnx")
        text = yaml.safe_dump(
            _recognition_config(made / "inference.onnx"), allow_unicode=True, sort_keys=False
        )
        (made / "inference.yml").write_text(text, encoding="utf-8")
        made.chmod(0o755)
        _put_in_place(made, directory, network)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return directory


def _put_in_place(made: Path, directory: Path, network: Path) -> None:
    if directory.exists() and not _is_whole(directory, network):
        broken = Path(tempfile.mkdtemp(dir=directory.parent, prefix=".broken-"))
        os.replace(directory, broken)
        shutil.rmtree(broken)
    try:
        os.rename(made, directory)
    except OSError:
        # Another process was quicker; its copy serves, if whole.
        if not _is_whole(directory, network):
            raise


def _is_whole(directory: Path, network: Path) -> bool:
    copy = directory / "inference.onnx"
    if not copy.is_file() or not (directory / "inference.yml").is_file():
        return False
    return filecmp.cmp(network, copy, shallow=False)


def _write_notice(target: Path) -> None:
    package = importlib.metadata.distribution("rapidocr")
    (target / "NOTICE").write_text(_NOTICE.format(version=package.version), encoding="utf-8")
    for file in package.files or ():
        if file.parent.name == "licenses" and not (target / file.name).exists():
            shutil.copyfile(Path(str(file.locate())), target / file.name)


def _recognition_config(network: Path) -> dict[str, Any]:
    return {
        "Global": {"model_name": "PP-OCRv6_small_rec"},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"RecResizeImg": {"image_shape": [3, 48, 320]}},
                {"KeepKeys": {"keep_keys": ["image"]}},
            ]
        },
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": _characters(network)},
    }


def _characters(network: Path) -> str | list[str]:
    """The alphabet, which the packaged recognition model carries in its own metadata. PaddleX takes it as one text too;
    to parse a list of 18,000 takes it 0.4 s at every start."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(network), providers=["CPUExecutionProvider"])
    characters = session.get_modelmeta().custom_metadata_map["character"].split("\n")
    signs = characters[:-1] if characters[-1] == "" else characters
    return "".join(signs) if all(len(sign) == 1 for sign in signs) else signs
