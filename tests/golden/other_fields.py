"""The same model with other fields in its files must give the recorded results.

other_fields.py TRANSEPT CHECKPOINTS FOLDER VARIANT: writes the variant's checkpoint, compiles it, and runs
`transept verify` on the cases that it is about.
"""

import dataclasses
import json
import pathlib
import shutil
import subprocess
import sys


@dataclasses.dataclass
class Variant:
    checkpoint: str
    config: dict = dataclasses.field(default_factory=dict)
    generation: dict = dataclasses.field(default_factory=dict)
    # Cases with these arguments count, and do not need them any more.
    arguments: dict = dataclasses.field(default_factory=dict)


VERSION_5 = {"tie_word_embeddings": True, "transformers_version": "5.2.0"}
VARIANTS = {
    "flan_t5_of_version_5": Variant("flan_t5", VERSION_5 | {"scale_decoder_outputs": False}),
    "mt5_of_version_5": Variant("mt5", VERSION_5),
    "t5_of_version_5": Variant("t5", VERSION_5 | {"scale_decoder_outputs": True}),
    "whisper_with_a_language": Variant("whisper", generation={"language": "french", "task": "translate"},
                                       arguments={"language": "fr", "task": "translate"}),
    "whisper_with_a_prompt": Variant("whisper", generation={"forced_decoder_ids": [[1, 352], [2, 357], [3, 361]]},
                                     arguments={"language": "en", "task": "transcribe"}),
    "whisper_with_a_prompt_in_its_config": Variant("whisper", {"forced_decoder_ids": [[1, 354], [2, 357]]},
                                                   arguments={"language": "de", "task": "transcribe"}),
    "whisper_that_detects": Variant("whisper", generation={"forced_decoder_ids": [[1, None], [2, 357]]},
                                    arguments={"task": "transcribe"}),
}

transept, checkpoints, folder, name = sys.argv[1:]
variant, folder = VARIANTS[name], pathlib.Path(folder) / name
shutil.rmtree(folder, ignore_errors=True)
shutil.copytree(pathlib.Path(checkpoints) / variant.checkpoint, folder)
for file, changes in ("config.json", variant.config), ("generation_config.json", variant.generation):
    (folder / file).write_text(json.dumps(json.loads((folder / file).read_text()) | changes))

goldens = json.loads((folder / "goldens.json").read_text())
if variant.arguments:
    names = {"language", "task"}
    goldens["cases"] = [case for case in goldens["cases"] if variant.arguments == {
        name: value for name, value in case.get("generation_args", {}).items() if name in names}]
    for case in goldens["cases"]:
        case["generation_args"] = {
            name: value for name, value in case["generation_args"].items() if name not in names}
if not goldens["cases"]:
    sys.exit("no case is left")
(folder / "goldens.json").write_text(json.dumps(goldens))
library = folder / "libmodel.so"
subprocess.run([transept, "compile", folder, "-o", library, "--name", "model"], check=True)
sys.exit(subprocess.run([transept, "verify", library, folder]).returncode)
