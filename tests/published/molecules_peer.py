# SPDX-License-Identifier: Apache-2.0
"""Runs in the environment of ANNalog, and answers on standard output, in JSON, what it reads there:
the tokens of each molecule, what its own search makes of them, and how likely it finds molecules
that others made."""

import json
import pathlib
import sys

import torch
from annalog import SMILESModelHandler
from annalog.model_files import multi_gen_final


def search(handler, source):
    """Its beam search with one beam. Returns tokens and the sum of their log-probabilities."""
    (ids, score), = multi_gen_final.beam_search_decode(
        handler.model, source, handler.model.make_src_mask(source), handler.TRG, beam_width=1,
        max_len=handler.max_length, device=handler.device, use_masking=True) or [([], 0.0)]
    return {"ids": ids, "score": score}


def judge(handler, molecule, ids):
    """The sum of log-probabilities of the tokens, start and end among them."""
    text = "".join(handler.TRG.vocab.itos[id] for id in ids[1:-1])
    negative, _ = multi_gen_final.compute_nll(molecule, text, handler.SRC, handler.TRG,
                                              handler.model, handler.device)
    return {"text": text, "score": -negative}


def main():
    asked = json.load(sys.stdin)
    folder = pathlib.Path(multi_gen_final.__file__).parent.parent / "ckpt_and_vocab"
    vocabulary = str(folder / "stereo_experiment_vocab_ttf.pkl")
    handler = SMILESModelHandler(vocabulary, vocabulary, str(folder / "Lev_extended.pt"), "cpu")
    answers = []
    with torch.no_grad():
        for molecule, results in zip(asked["molecules"], asked["results"]):
            source = handler.SRC.process([handler.SRC.preprocess(molecule)])
            answers.append({"source": source[0].tolist(), "greedy": search(handler, source),
                            "judged": [judge(handler, molecule, ids) for ids in results]})
    print(json.dumps({"answers": answers, "version": f"torch {torch.__version__}"}))


main()
