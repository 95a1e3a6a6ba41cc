// SPDX-License-Identifier: Apache-2.0
//
// `compile --weights auto`: the fastest type of weights that loses no more accuracy than allowed.

#ifndef TRANSEPT_COMPILER_SESSION_CHOOSEWEIGHTS_H
#define TRANSEPT_COMPILER_SESSION_CHOOSEWEIGHTS_H

#include <functional>
#include <string>
#include <vector>

namespace transept::session {

struct WeightSearch {
  std::string cpu; // what `--cpu` says; of several levels the best is measured
  std::string output;
  double allowedLoss = 0; // nats a token
  /// Whether the library that is taken becomes the output; otherwise only its type is wanted.
  bool keepsLibrary = true;
  /// Writes the library of these weights to a path.
  std::function<void(const std::string &weights, const std::string &library)> compile = {};
};

struct WeightChoice {
  struct Measured {
    std::string weights;
    double loss; // nats a token
  };
  std::string weights;
  std::vector<Measured> measured; // in the order of speed, up to the one that is taken
};

/// Compiles f32 and then type after type into a folder beside the output until one loses no more
/// than allowed, moves that one's files to the output's place and removes the folder. Says on
/// standard error what each loses. Throws std::exception where this machine cannot run the level.
WeightChoice chooseWeights(const WeightSearch &search);

} // namespace transept::session

#endif
