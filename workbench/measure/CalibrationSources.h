// SPDX-License-Identifier: Apache-2.0
//
// The sources that `compile --calibrate` runs a model on.

#ifndef TRANSEPT_WORKBENCH_MEASURE_CALIBRATIONSOURCES_H
#define TRANSEPT_WORKBENCH_MEASURE_CALIBRATIONSOURCES_H

#include "workbench/goldens/GoldenSources.h"

#include <string>
#include <vector>

namespace transept::workbench {

struct CalibrationSources {
  std::vector<GoldenSource> used;
  /// Every eighth, to measure on; all, where there are fewer than eight.
  std::vector<GoldenSource> heldOut;
};

/// A directory of goldens: the sources of all its cases; another directory: its sounds or images.
/// A file: a text on each line, or ids where the model has no tokenizer; empty lines are left out,
/// the end of long texts is cut off. Throws InputError where there are none, and std::exception
/// where one cannot be read.
CalibrationSources readCalibrationSources(const Model &model, const std::string &path);

} // namespace transept::workbench

#endif
