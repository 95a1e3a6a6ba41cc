# SPDX-License-Identifier: Apache-2.0
"""The encoders of the other architectures (recorded.py) in ONNX Runtime, as torch.onnx exports the original classes, in
f32: milliseconds of the best run. Run by hand, because it needs torch, transformers 5.24, onnx and onnxruntime:

exports.py FOLDER [--models NAME,...] [--threads 1] [--seconds 2]

An export has one length, which is the best case for it, and gives the encoder's states; what Transept calls encode makes
the keys and values of the cross-attention of them as well."""
import argparse
import json
import pathlib
import time

import onnxruntime
import torch
import transformers

SHAPES = pathlib.Path(__file__).resolve().parent / "shapes"
LENGTHS = {"t5gemma-270m": [16, 64, 256, 512], "moonshine-base": [16000, 48000, 160000, 480000],
           "canary-180m": [100, 300, 1000, 3000], "donut-base": [4800], "led-base": [64, 512]}


class Encoder(torch.nn.Module):
    """One tensor in, the last states out."""

    def __init__(self, model):
        super().__init__()
        self.encoder = model.get_encoder() if hasattr(model, "get_encoder") else model.encoder

    def forward(self, source):
        return self.encoder(source, return_dict=True).last_hidden_state


def source_of(name, config, length):
    generator = torch.Generator().manual_seed(1)
    if name == "moonshine-base":
        return torch.randn((1, length), generator=generator)
    if name == "canary-180m":
        return torch.randn((1, length, config.encoder_config.num_mel_bins), generator=generator)
    if name == "donut-base":
        return torch.randn((1, 3, *config.encoder.image_size), generator=generator)
    return torch.randint(3, 1000, (1, length), generator=generator)


def exported(folder, name, length):
    """The file, made where it is missing."""
    fields = json.loads((SHAPES / f"{name}.json").read_text())["config"]
    config = transformers.AutoConfig.for_model(**fields)
    source = source_of(name, config, length)
    path = folder / f"{name}.{length}.onnx"
    if not path.exists():
        model = getattr(transformers, fields["architectures"][0])._from_config(config).eval()
        model.set_attn_implementation("eager")
        torch.onnx.export(Encoder(model), (source,), str(path), input_names=["source"], output_names=["states"],
                          dynamo=True, optimize=True, external_data=True)
    return path, source.numpy()


def milliseconds(path, source, threads, seconds):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    best, end = float("inf"), time.monotonic() + seconds
    session.run(None, {"source": source})
    while time.monotonic() < end or best == float("inf"):
        start = time.perf_counter()
        session.run(None, {"source": source})
        best = min(best, time.perf_counter() - start)
    return best * 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--models", type=lambda text: text.split(","), default=list(LENGTHS))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--export-only", action="store_true")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.models:
        for length in LENGTHS[name]:
            try:
                with torch.no_grad():
                    path, source = exported(arguments.folder, name, length)
            except Exception as problem:  # whatever an exporter says
                print(f"{name}, {length}: not exported: {type(problem).__name__}: {str(problem)[:200]}", flush=True)
                continue
            if not arguments.export_only:
                best = milliseconds(path, source, arguments.threads, arguments.seconds)
                print(f"{name}, 1 x {length}, {arguments.threads} thread(s): {best:.2f} ms", flush=True)


if __name__ == "__main__":
    main()
