// SPDX-License-Identifier: Apache-2.0
//
// Counts of what the server did, for /metrics in the text format of Prometheus.

#ifndef TRANSEPT_SERVE_METRICS_H
#define TRANSEPT_SERVE_METRICS_H

#include "serve/Models.h"

#include <array>
#include <map>
#include <mutex>
#include <string>

namespace transept::serve {

/// What is so now, beside what was counted.
struct Gauges {
  size_t waiting = 0, running = 0, connections = 0, bodyBytes = 0;
};

class Metrics {
public:
  void answered(const std::string &route, int status, double seconds);
  /// From the arrival of a request to the first part of a streamed answer.
  void firstToken(const std::string &route, double seconds);
  /// `reason` is a word: queue, bodies, key, timeout, ...
  void rejected(const std::string &reason);
  /// A request whose client left.
  void cancelled();
  void generated(const std::string &model, size_t tokens);

  std::string text(const Gauges &gauges, const std::vector<ModelPointer> &models) const;

private:
  static constexpr std::array kBounds = {0.005, 0.01, 0.025, 0.05, 0.1,  0.25, 0.5,
                                         1.0,   2.5,  5.0,   10.0, 30.0, 60.0};
  struct Histogram {
    std::array<uint64_t, kBounds.size() + 1> counts{};
    double sum = 0;
    void add(double seconds);
  };

  static void write(std::string &text, const char *name, const char *help,
                    const std::map<std::string, Histogram> &histograms);

  mutable std::mutex mutex;
  std::map<std::pair<std::string, int>, uint64_t> requests;
  std::map<std::string, Histogram> seconds, firstTokens;
  std::map<std::string, uint64_t> rejects, tokens;
  uint64_t cancels = 0;
};

} // namespace transept::serve

#endif
