# SPDX-License-Identifier: Apache-2.0
"""Runs in the environment of ANNalog, and answers on standard output, in JSON, what it reads there:
the tokens of each molecule and what its own search makes of them; or, given results for each, how
likely it finds those."""

import json
import pathlib
import sys

import torch
from annalog import SMILESModelHandler
from annalog.model_files import multi_gen_final


def search(handler, molecule):
    """Its beam search with one beam: tokens and the sum of their log-probabilities."""
    source = handler.SRC.process([handler.SRC.preprocess(molecule)])
    (ids, score), = multi_gen_final.beam_search_decode(
        handler.model, source, handler.model.make_src_mask(source), handler.TRG, beam_width=1,
        max_len=handler.max_length, device=handler.device, use_masking=True)
    return {"source": source[0].tolist(), "ids": ids, "score": score}


def score(handler, molecule, ids):
    """The sum of log-probabilities of tokens that begin with the start and end with the end."""
    text = "".join(handler.TRG.vocab.itos[id] for id in ids[1:-1])
    negative, _ = multi_gen_final.compute_nll(molecule, text, handler.SRC, handler.TRG,
                                              handler.model, handler.device)
    return -negative


def main():
    asked = json.load(sys.stdin)
    folder = pathlib.Path(multi_gen_final.__file__).parent.parent / "ckpt_and_vocab"
    vocabulary = str(folder / "stereo_experiment_vocab_ttf.pkl")
    handler = SMILESModelHandler(vocabulary, vocabulary, str(folder / "Lev_extended.pt"), "cpu")
    answer = {"version": f"torch {torch.__version__}"}
    with torch.no_grad():
        if asked["results"] is None:
            answer["greedy"] = {molecule: search(handler, molecule)
                                for molecule in asked["molecules"]}
        else:
            answer["scores"] = [
                [score(handler, molecule, ids) for ids in results]
                for molecule, results in zip(asked["molecules"], asked["results"])]
    print(json.dumps(answer))


main()
