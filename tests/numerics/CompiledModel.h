// SPDX-License-Identifier: Apache-2.0
//
// A description, or a function of the graph dialect, compiled to a real library with random
// weights, beside the interpreter's answers.

#ifndef TRANSEPT_TESTS_NUMERICS_COMPILEDMODEL_H
#define TRANSEPT_TESTS_NUMERICS_COMPILEDMODEL_H

#include "compiler/frontend/description/Description.h"
#include "dialects/Transept/interpreter/RunModel.h"
#include "transept/model.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

namespace transept::testing {

/// Which passes run between the staged form and the plan.
enum class Fusion {
  All,
  /// Only what every library needs: norms, residuals, activations get launches of their own.
  Least
};

/// What a library is compiled for.
struct CompileFor {
  std::string cpu;
  std::string weights = "f32";
  Fusion fusion = Fusion::All;
};

/// Processors to generate code for that this machine can run.
std::vector<std::string> runnableProcessors();

/// Whether this machine can run code for `cpu`.
bool canRun(const std::string &cpu);

/// A name that test parameters may have.
std::string withoutHyphens(std::string name);

/// Tests of a processor and a number type of weights; skipped where the machine cannot run them.
class ProcessorAndType : public ::testing::TestWithParam<std::tuple<std::string, std::string>> {
protected:
  void SetUp() override {
    if (!canRun(cpu))
      GTEST_SKIP() << "this machine cannot run code for " << cpu;
  }
  /// Weights and, on some processors, keys in bf16 round what the interpreter does not.
  double tolerance() const;
  /// Compiles an encoder given as text: the states of sources, ids or rows of features made of
  /// them, are those of the interpreter, with the same bits alone and over other threads.
  void expectStatesOfInterpreter(const std::string &text, const Sequences &sources, uint64_t seed,
                                 Fusion fusion = Fusion::All) const;
  std::string cpu = std::get<0>(GetParam()), weights = std::get<1>(GetParam());
};
std::string nameOf(const ::testing::TestParamInfo<ProcessorAndType::ParamType> &info);

/// The path of a new library in the test's temporary folder. Throws std::runtime_error.
std::string compileWithRandomWeights(const frontend::Description &description,
                                     const std::string &cpu, Fusion fusion, uint64_t seed);

std::string compileWithRandomWeights(const frontend::Description &description,
                                     const CompileFor &how, uint64_t seed);

/// What the interpreter says of the description's graph as imported.
ModelOutputs interpret(const frontend::Description &description, uint64_t seed,
                       const Sequences &sources, const Sequences &targets);

/// The same for a function given as text.
std::string compileWithRandomWeights(const std::string &text, const std::string &cpu, Fusion fusion,
                                     uint64_t seed);
std::string compileWithRandomWeights(const std::string &text, const CompileFor &how, uint64_t seed);
ModelOutputs interpret(const std::string &text, uint64_t seed, const Sequences &sources,
                       const Sequences &targets);

/// f32 sums of n terms err by about sqrt(n) * 2^-24 each; through the depth of these models this
/// stays below 2e-5 of the largest magnitude, a tenth of what golden tests allow.
inline constexpr double kTolerance = 2e-5;

/// A test failure unless all numbers are within `tolerance` of the largest expected magnitude.
void expectClose(std::span<const double> expected, std::span<const float> actual, const char *what,
                 double tolerance = kTolerance);

void append(std::vector<float> &to, std::span<const float> from);
/// The encoder's states of the sources, encoded together, one behind the other; for a model of
/// features these are rows made of the ids.
std::vector<float> statesOf(const Model &model, const Sequences &sources);

/// `count` sequences of random ids below `vocabularySize`, of the given lengths.
Sequences randomSequences(const std::vector<int64_t> &lengths, int64_t vocabularySize,
                          uint64_t seed);

} // namespace transept::testing

#endif
