// SPDX-License-Identifier: Apache-2.0
//
// What a model has to compute and to read, counted from its description: the least that any
// implementation needs, so that a measured time can be compared with the machine's limits.

#ifndef TRANSEPT_COMPILER_DRIVER_MODELCOSTS_H
#define TRANSEPT_COMPILER_DRIVER_MODELCOSTS_H

#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace transept::driver {

struct ModelCosts {
  /// Multiply-adds count as two. Encoding includes the cross-attention keys and values.
  double encodePerToken = 0, encodePerTokenAndKey = 0;
  double decodePerToken = 0, decodePerTokenAndKey = 0; // keys of self and cross attention alike
  /// Weights that one decode step reads, whatever the number of its rows.
  double decodeBytes = 0;
  /// How features become rows of the encoder; empty for models that read ids.
  struct Convolution {
    double kernelSize = 1, stride = 1, padding = 0;
    double perRow = 0; // of its result
  };
  std::vector<Convolution> convolutions;

  /// `length` counts tokens, or the encoder's positions.
  double encode(double sources, double length) const {
    return sources * length * (encodePerToken + encodePerTokenAndKey * length);
  }
  /// What comes before that where the source is so many rows of features.
  double convolve(double sources, double rows) const;
};

/// `description` as in the manifest; weights of 4 bytes.
ModelCosts costsOf(const nlohmann::ordered_json &description);

} // namespace transept::driver

#endif
