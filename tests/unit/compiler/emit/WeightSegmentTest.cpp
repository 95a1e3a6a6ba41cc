// SPDX-License-Identifier: Apache-2.0
//
// Weights of any size behind a linked library: a synthetic segment of more than 2 GiB, sparse on
// disk, read through the loader.

#include "compiler/emit/weights/WeightSegment.h"
#include "base/OutputFile.h"
#include "compiler/emit/link/LinkLibrary.h"
#include "compiler/emit/link/ObjectFile.h"
#include "compiler/emit/table/ModelTable.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

#include <dlfcn.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace transept::emit {
namespace {

constexpr int64_t kSize = (int64_t(5) << 29) + 4096; // 2.5 GiB and a page

/// Object code of a function `weights` that returns the address that stands in a table.
std::string objectWithTable() {
  llvm::LLVMContext context;
  llvm::Module code("test", context);
  code.setTargetTriple(llvm::Triple("x86_64-unknown-linux-gnu"));
  addWeightsMark(code, kSize);
  auto *pointer = llvm::PointerType::get(context, 0);
  auto *table = new llvm::GlobalVariable(code, pointer, true, llvm::GlobalValue::InternalLinkage,
                                         code.getNamedGlobal(kWeightsMark), "table");
  // The runtime is not called, but an archive member that nobody names would not be linked.
  auto *function = llvm::Function::Create(llvm::FunctionType::get(pointer, false),
                                          llvm::GlobalValue::ExternalLinkage, "weights", code);
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "", function));
  auto *load = builder.CreateLoad(pointer, table);
  load->setVolatile(true);
  builder.CreateRet(load);
  std::string error;
  return emitMachineCode(code, *targets::targetFor("x86-64-v3", error), MachineCode::Object);
}

std::string linked(const std::string &soname) {
  return linkLibrary({.architecture = *targets::hostArchitecture(),
                      .objects = {objectWithTable()},
                      .exportedSymbol = "weights",
                      .soname = soname});
}

TEST(WeightSegment, HoldsMoreThanTwoGibibytes) {
  std::string path = ::testing::TempDir() + "transept-segment-" + std::to_string(getpid()) + ".so";
  writeOutputFile(path, linked("segment.so"));
  std::string first = "first bytes", last = "last bytes";
  addWeightSegment(path, kSize, [&](const SegmentWriter &write) {
    write(0, first.data(), int64_t(first.size()));
    write(kSize - int64_t(last.size()), last.data(), int64_t(last.size()));
  });
  EXPECT_GT(std::filesystem::file_size(path), uint64_t(kSize));

  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_TRUE(library) << dlerror();
  auto *weights = reinterpret_cast<const char *(*)()>(dlsym(library, "weights"))();
  EXPECT_EQ(std::string(weights, first.size()), first);
  EXPECT_EQ(std::string(weights + kSize - last.size(), last.size()), last);
  EXPECT_EQ(weights[kSize / 2], 0);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(weights) % 4096, 0u);
  dlclose(library);
  std::filesystem::remove(path);
}

TEST(WeightSegment, RefusesBytesOutsideOfIt) {
  std::string path = ::testing::TempDir() + "transept-outside-" + std::to_string(getpid()) + ".so";
  writeOutputFile(path, linked("outside.so"));
  auto writeBehind = [](const SegmentWriter &write) { write(4095, "ab", 2); };
  EXPECT_THROW(addWeightSegment(path, 4096, writeBehind), std::runtime_error);
  std::filesystem::remove(path);
}

TEST(WeightSegment, RefusesOtherFilesByName) {
  std::string path = ::testing::TempDir() + "transept-other-" + std::to_string(getpid());
  std::ofstream(path) << "not a library";
  try {
    addWeightSegment(path, 4096, [](const SegmentWriter &) {});
    FAIL() << "expected an error";
  } catch (const std::runtime_error &error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(path));
  }
  std::filesystem::remove(path);
}

} // namespace
} // namespace transept::emit
