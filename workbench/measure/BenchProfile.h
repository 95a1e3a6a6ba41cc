// SPDX-License-Identifier: Apache-2.0
//
// `transept bench --profile`: runs chosen workloads and measures every launch.

#ifndef TRANSEPT_WORKBENCH_MEASURE_BENCHPROFILE_H
#define TRANSEPT_WORKBENCH_MEASURE_BENCHPROFILE_H

#include "workbench/measure/BenchModel.h"
#include "workbench/measure/ProfileReport.h"

#include <string>

namespace transept::workbench {

/// "COUNTxSIZE", both from 1 on.
struct WorkloadText {
  size_t count = 0, size = 0;
};

/// Throws CLI::ValidationError, naming the option, for anything else.
WorkloadText parseWorkload(const std::string &option, const std::string &text);

/// What a model is given, instead of random sources.
struct ProfileRequest {
  std::vector<std::vector<Id>> sources;
  GenerateOptions generation; // the model's own way where nothing is set
};

/// Measures encoding and generating for these sources together.
ProfileReport profileRequest(const BenchOptions &options, const ProfileRequest &request);

/// Measures encode and decode as the options say; of several rounds the fastest counts.
ProfileReport profileModel(const BenchOptions &options);

} // namespace transept::workbench

#endif
