// SPDX-License-Identifier: Apache-2.0
//
// Writes the module from a pass instrumentation.

#include "compiler/pipeline/IRDump.h"

#include "base/Error.h"
#include "base/OutputFile.h"
#include "compiler/pipeline/ReadableIR.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/Support/raw_ostream.h"

namespace transept {

using namespace mlir;

namespace {

class IRDump : public PassInstrumentation {
public:
  IRDump(const std::string &directory, IRDumpState &state) : directory(directory), state(state) {}

  void runBeforePass(Pass *, Operation *op) override {
    if (state.count == 0 && isa<ModuleOp>(op))
      write("input", op);
  }
  void runAfterPass(Pass *pass, Operation *op) override {
    // Adaptors have no argument: they only run other passes.
    if (isa<ModuleOp>(op) && !pass->getArgument().empty())
      write(pass->getArgument(), op);
  }

private:
  void write(StringRef name, Operation *op) {
    if (!state.failure.empty())
      return;
    std::string number = std::to_string(state.count++);
    std::string path = (llvm::Twine(directory) + "/" + (number.size() < 2 ? "0" : "") + number +
                        "-" + name + ".mlir")
                           .str();
    std::string text;
    llvm::raw_string_ostream stream(text);
    op->print(stream, readableIR());
    try {
      createFolder(directory);
      writeOutputFile(path, text);
    } catch (const InputError &failure) {
      state.failure = failure.what();
    }
  }

  std::string directory;
  IRDumpState &state;
};

} // namespace

void addIRDump(PassManager &passes, const std::string &directory, IRDumpState &state) {
  passes.addInstrumentation(std::make_unique<IRDump>(directory, state));
}

} // namespace transept
