# SPDX-License-Identifier: Apache-2.0
"""Who is measured beside Transept, and in which forms: items of the driver's list of contenders
(models/Contenders.h), with the files that they read."""

import pathlib
import sys

import environment
import machine

PROGRAMS = pathlib.Path(__file__).resolve().parent / "peers"
# Wide tables name them so.
SHORT_NAMES = {"ONNX Runtime": "ORT", "CTranslate2": "CT2", "OpenVINO": "OpenVINO"}


# Types that are measured in turns with each other. All at once, a model has copies in more programs
# than memory holds.
GROUPS = (("f32", "bf16"), ("int8", "int4"))


def items(shape, folder, threads, kinds, has_onnx_library, skip):
    """Peers of one model in some types, with `threads` threads each."""
    found = []
    if not environment.version("onnx"):
        skip("ONNX Runtime and OpenVINO: their files need the Python package onnx")
    else:
        if environment.version("onnxruntime") or has_onnx_library:
            found += _onnx_runtime(shape, folder, kinds, has_onnx_library)
        else:
            skip("ONNX Runtime: no Python package onnxruntime, and no ONNXRUNTIME_ROOT")
        if environment.version("openvino"):
            found += _openvino(shape, folder, kinds)
        else:
            skip("OpenVINO: no Python package openvino")
    if environment.version("ctranslate2"):
        found += _ctranslate2(shape, folder, kinds, threads)
    else:
        skip("CTranslate2: no Python package ctranslate2")
    return found


def _command(program, *arguments):
    return {"command": [sys.executable, str(PROGRAMS / program), *map(str, arguments),
                        "--threads", "{threads}"]}


def _onnx_runtime(shape, folder, kinds, has_library):
    import onnx_models
    for kind in (kind for kind in onnx_models.TYPES if kind in kinds):
        for form in onnx_models.FORMS:
            onnx_models.write_models(shape, kind, form, folder / f"onnx-{kind}-{form}")
        pairs = [(form, form) for form in onnx_models.FORMS]
        # Apart, each phase is measured in both forms; together they are a third.
        pairs += [("plain", "fused")] if shape.family != "whisper" else []
        for encoder, steps in pairs:
            item = {"program": "ONNX Runtime", "type": kind, "form": encoder}
            if encoder != steps:
                item |= {"form": f"{encoder}, then {steps}", "phases": ["end to end"]}
            paths = [str(folder / f"onnx-{kind}-{form}") for form in (encoder, steps)]
            if has_library:
                yield item | {"encoder": paths[0], "steps": paths[1]}
            else:
                yield item | _command("onnxruntime_peer.py", "--encoder", paths[0],
                                      "--steps", paths[1])


def _openvino(shape, folder, kinds):
    import onnx_models
    has_bf16 = {"avx512_bf16", "amx_bf16"} & set(machine.instructions())
    for kind in ("f32", "bf16", "int8"):
        if kind not in kinds or (kind == "bf16" and not has_bf16):
            continue
        stored = "int8-weights" if kind == "int8" else "f32"
        files = folder / f"onnx-{stored}-plain"
        onnx_models.write_models(shape, stored, "plain", files)
        yield {"program": "OpenVINO", "type": kind} | _command(
            "openvino_peer.py", "--model", files, "--type", kind)


def _ctranslate2(shape, folder, kinds, threads):
    sys.path.append(str(PROGRAMS))
    import ctranslate2_models
    for kind in (kind for kind in ctranslate2_models.QUANTIZATIONS if kind in kinds):
        model = folder / f"ctranslate2-{kind}"
        ctranslate2_models.write_model(shape, kind, model)
        sound = ["--sound", shape.decoder_start] if shape.family == "whisper" else []
        item = {"program": "CTranslate2", "type": kind}
        yield item | _command("ctranslate2_peer.py", "--model", model, *sound)
        if threads > 1 and not sound:
            # One thread each for several parts of a batch.
            yield item | {"form": f"{threads} workers", "phases": ["end to end"]} | _command(
                "ctranslate2_peer.py", "--model", model, "--workers", threads)
