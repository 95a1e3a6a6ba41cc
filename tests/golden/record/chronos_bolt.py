# SPDX-License-Identifier: Apache-2.0
"""A small random Chronos-Bolt, with what its own package forecasts.

chronos_bolt.py FOLDER writes FOLDER/chronos_bolt; README.md says how to run it."""
import pathlib
import sys

import torch
from chronos.chronos_bolt import ChronosBoltModelForForecasting, ChronosBoltPipeline
from transformers import T5Config

from record import Recorder

QUANTILES = [0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 0.9]
HORIZON, CONTEXT, PATCH = 12, 96, 8


def config():
    return T5Config(d_model=32, d_kv=12, d_ff=40, num_layers=2, num_decoder_layers=3, num_heads=4,
                    relative_attention_num_buckets=16, relative_attention_max_distance=32, feed_forward_proj="relu",
                    decoder_start_token_id=0, is_encoder_decoder=True, dropout_rate=0.0,
                    architectures=["ChronosBoltModelForForecasting"], chronos_pipeline_class="ChronosBoltPipeline",
                    chronos_config=dict(context_length=CONTEXT, prediction_length=HORIZON, input_patch_size=PATCH,
                                        input_patch_stride=PATCH, quantiles=QUANTILES, use_reg_token=True))


def series(generator, length, level=0.0, spread=1.0):
    steps = torch.arange(length)
    return level + spread * (torch.sin(steps / 3) + 0.3 * torch.randn(length, generator=generator))


def contexts(generator):
    nan = float("nan")
    gaps = series(generator, 71, level=-40, spread=7)
    gaps[[3, 17, 18, 70]] = nan
    hole = series(generator, 90)  # three whole patches are missing within
    hole[30:60] = nan
    ends = series(generator, 64, spread=100)  # the first patches, and the last one
    ends[:20] = ends[50:] = nan
    constant = torch.full((1, 25), 3.5)
    missing = torch.full((1, 40), nan)
    batch = torch.full((3, 77), nan)
    for row, length in enumerate([77, 5, 32]):
        batch[row, 77 - length:] = series(generator, length, level=row)
    return {"one": torch.tensor([[7.25]]), "short": series(generator, 13)[None], "whole": series(generator, 48, 1000, 20)[None],
            "long": series(generator, 150)[None], "gaps": gaps[None], "hole": hole[None], "ends": ends[None],
            "constant": constant, "missing": missing, "batch": batch}


def chronos_bolt():
    recorder = Recorder(ChronosBoltModelForForecasting(config()), seed=14)
    model = recorder.model
    # Attention has no scale: trained queries are small, and random ones would look at one key each, another one after
    # any rounding.
    for name, weight in model.named_parameters():
        if name.endswith(".q.weight"):
            weight *= 12 ** -0.5
    pipeline = ChronosBoltPipeline(model)
    given = contexts(recorder.generator)
    for name, context in given.items():
        recorder.case(name, "forecast", {"context": context}, {"quantiles": pipeline.predict(context)})
    for name, horizon in {"short": 5, "hole": 30, "batch": 25, "long": 60}.items():
        recorder.case(f"{name}_h{horizon}", "forecast", {"context": given[name]},
                      {"quantiles": pipeline.predict(given[name], prediction_length=horizon)})
    for name in ("short", "whole", "hole", "ends", "missing"):
        rows, mask = patches(model, given[name])
        states, (place, scale), embedded, attention = model.encode(context=given[name])
        start = torch.zeros(1, 1, dtype=torch.long)
        numbers = model.output_patch_embedding(model.decode(embedded, attention, states))
        recorder.case(f"fwd_{name}", "forward",
                      {"patches": rows, "attention_mask": mask, "decoder_input_ids": start},
                      {"encoder_last_hidden_state": states, "logits": numbers})
    return recorder


def patches(model, context):
    """The rows that the encoder reads, and whether there is anything in each."""
    scaled, _ = model.instance_norm(context[..., -CONTEXT:])
    values, there = model.patch(scaled), torch.nan_to_num(model.patch((~torch.isnan(context[..., -CONTEXT:])).float()))
    rows = torch.cat([torch.where(there > 0, values, torch.zeros(())), there], dim=-1)
    return rows, (there.sum(dim=-1) > 0).long()


if __name__ == "__main__":
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[1]) / "chronos_bolt"
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        chronos_bolt().write(folder)
