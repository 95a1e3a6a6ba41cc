// SPDX-License-Identifier: Apache-2.0
//
// Writes the module from a pass instrumentation.

#include "compiler/pipeline/IRDump.h"

#include "compiler/pipeline/ReadableIR.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

namespace transept {

using namespace mlir;

namespace {

class IRDump : public PassInstrumentation {
public:
  IRDump(const std::string &directory, int &count) : directory(directory), count(count) {}

  void runBeforePass(Pass *, Operation *op) override {
    if (count == 0 && isa<ModuleOp>(op))
      write("input", op);
  }
  void runAfterPass(Pass *pass, Operation *op) override {
    // Adaptors have no argument: they only run other passes.
    if (isa<ModuleOp>(op) && !pass->getArgument().empty())
      write(pass->getArgument(), op);
  }

private:
  void write(StringRef name, Operation *op) {
    std::error_code error = llvm::sys::fs::create_directories(directory);
    std::string number = std::to_string(count++);
    std::string path = (llvm::Twine(directory) + "/" + (number.size() < 2 ? "0" : "") + number +
                        "-" + name + ".mlir")
                           .str();
    if (!error) {
      llvm::raw_fd_ostream stream(path, error);
      if (!error)
        op->print(stream, readableIR());
    }
    if (error)
      op->emitError("cannot write ") << path << ": " << error.message();
  }

  std::string directory;
  int &count;
};

} // namespace

void addIRDump(PassManager &passes, const std::string &directory, int &count) {
  passes.addInstrumentation(std::make_unique<IRDump>(directory, count));
}

} // namespace transept
