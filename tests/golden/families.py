"""The table of model families in docs/families.md, from what `transept verify` found in the golden tests.

families.py GOLDEN_FOLDER RESULTS PAGE: fails when the page has another table;
TRANSEPT_UPDATE_GOLDEN=1 writes it instead.
"""

import collections
import json
import os
import pathlib
import sys

BEGIN, END = "<!-- families: written by tests/golden/families.py -->\n", "<!-- end of families -->\n"
INPUTS = {
    "input_ids": "text",
    "input_features": "sound",
    "input_values": "sound",
    "pixel_values": "images",
    "decoder_states": "rows of numbers",
    "flattened_patches": "images",
    "context": "series",
    "patches": "series",
}
OUTPUTS = {
    "sequences": "text",
    "encoder_last_hidden_state": "states",
    "states": "states",
    "attention_weights": "attention weights",
    "cross_attentions.0": "attention weights",
    "label_logits": "labels",
    "quantiles": "forecasts",
}
# Tokenizers whose recorded texts the unit tests of media/ compare, by the family that ships them.
TOKENIZERS = {
    "bart": ["bart"],
    "blenderbot": ["blenderbot"],
    "blenderbot-small": ["blenderbot_small"],
    "vision-encoder-decoder (vit, bert)": ["bert_japanese"],
    "encoder-decoder": ["bert_cased", "bert_uncased"],
    "m2m_100": ["m2m_100", "nllb"],
    "marian": ["marian"],
    "mbart": ["mbart", "mbart50"],
    "mt5": ["mt5"],
    "pegasus": ["pegasus"],
    "speech_to_text": ["speech_to_text"],
    "t5": ["byt5", "t5", "t5_nonlegacy"],
    "vision-encoder-decoder (vit, gpt2)": ["gpt2"],
    "whisper": ["whisper"],
}


def family_of(config: dict) -> str:
    """model_type, with the two sides' where it is a pair."""
    kind = config["model_type"]
    if kind == "vision-encoder-decoder":
        kind += f" ({config['encoder']['model_type']}, {config['decoder']['model_type']})"
    if "chronos_config" in config:
        kind += " (Chronos-Bolt)"
    return kind


def table(folder: pathlib.Path, results: pathlib.Path) -> str:
    families = collections.defaultdict(
        lambda: {"inputs": set(), "outputs": set(), "passed": 0, "cases": 0, "sets": 0})
    for checkpoint in sorted((folder / "checkpoints").iterdir()):
        config = checkpoint / "config.json"
        family = families[family_of(json.loads(config.read_text())) if config.exists() else "marian (its own files)"]
        goldens = json.loads((checkpoint / "goldens.json").read_text())
        family["inputs"] |= {INPUTS[name] for case in goldens["cases"] for name in case["inputs"] if name in INPUTS}
        family["outputs"] |= {OUTPUTS[name] for case in goldens["cases"] for name in case["outputs"] if name in OUTPUTS}
        counts = [json.loads(file.read_text()) for file in results.glob(f"{checkpoint.name}.*.json")]
        if not counts:
            sys.exit(f"there is no result of {checkpoint.name}")
        # Each instruction set ran the same cases; the worst counts.
        family["passed"] += min(each["passed"] for each in counts)
        family["cases"] += len(goldens["cases"])
        family["sets"] += 1
    lines = ["| model type | reads | writes | recorded cases passed | checkpoints | tokenizers, recorded texts |",
             "| --- | --- | --- | --- | --- | --- |"]
    for name, family in sorted(families.items()):
        reads = ", ".join(sorted(family["inputs"]))
        writes = ", ".join(sorted(family["outputs"]))
        kinds = TOKENIZERS.get(name, [])
        texts = sum(len(json.loads((folder / "tokenizers" / kind / "tokenizer_goldens.json").read_text())["cases"])
                    for kind in kinds)
        tokenizers = f"{', '.join(kinds)}: {texts}" if kinds else "ids only here"
        lines.append(f"| {name} | {reads} | {writes} | {family['passed']} of {family['cases']} "
                     f"| {family['sets']} | {tokenizers} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    folder, results, page = map(pathlib.Path, sys.argv[1:])
    text = page.read_text()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    wanted = table(folder, results)
    if text[begin:end] == wanted:
        return
    if os.environ.get("TRANSEPT_UPDATE_GOLDEN"):
        page.write_text(text[:begin] + wanted + text[end:])
        return
    sys.exit(f"{page} has another table of families than the tests found; "
             f"TRANSEPT_UPDATE_GOLDEN=1 writes this:\n{wanted}")


main()
