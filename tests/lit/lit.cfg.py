# SPDX-License-Identifier: Apache-2.0
#
# The lit suite. With TRANSEPT_LIT_ROUNDTRIP=1 in the environment, every run of transept-opt also
# checks that what it prints, as text and as bytecode, parses to the same again.
import os

import lit.formats
from lit.llvm import llvm_config
from lit.llvm.subst import ToolSubst

config.name = "transept"
config.test_format = lit.formats.ShTest(not llvm_config.use_lit_shell)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.transept_binary_dir, "tests", "lit")

roundtrip = os.environ.get("TRANSEPT_LIT_ROUNDTRIP") == "1"
commands_dir = os.path.join(config.transept_binary_dir, "commands")
llvm_config.add_tool_substitutions(
    [
        ToolSubst("transept-opt", extra_args=["--verify-roundtrip"] if roundtrip else []),
        ToolSubst("transept-lsp-server"),
        # Not `-` alone: `transept-opt` and the dialect's ops begin like it.
        ToolSubst("%transept", command=os.path.join(commands_dir, "transept"), unresolved="ignore"),
    ],
    [commands_dir],
)
llvm_config.add_tool_substitutions(["FileCheck", "not", "count", "split-file"],
                                   config.llvm_tools_dir)
