// SPDX-License-Identifier: Apache-2.0
//
// One write a line. A log that nobody reads must not end the server: errors are left aside.

#include "serve/Log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <unistd.h>

namespace transept::serve {

void logEvent(const char *level, const char *event, const nlohmann::ordered_json &facts) {
  using namespace std::chrono;
  auto now = system_clock::now();
  auto milliseconds = duration_cast<std::chrono::milliseconds>(now.time_since_epoch()) % 1000;
  nlohmann::ordered_json line = {
      {"time", fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(system_clock::to_time_t(now)),
                           milliseconds.count())},
      {"level", level},
      {"event", event}};
  line.update(facts);
  std::string text =
      line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

} // namespace transept::serve
