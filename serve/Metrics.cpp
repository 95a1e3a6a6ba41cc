// SPDX-License-Identifier: Apache-2.0
//
// Labels are names of routes and models and words of ours: nothing that a client sends is one.

#include "serve/Metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace transept::serve {

namespace {

void head(std::string &text, const char *name, const char *type, const char *help) {
  fmt::format_to(std::back_inserter(text), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

template <typename... Values>
void line(std::string &text, fmt::format_string<Values...> format, Values &&...values) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Values>(values)...);
  text += '\n';
}

void gauge(std::string &text, const char *name, const char *help, size_t value) {
  head(text, name, "gauge", help);
  line(text, "{} {}", name, value);
}

struct ModelFact {
  const char *name, *type, *help;
  uint64_t transept_statistics::*field;
};

constexpr ModelFact kModelFacts[] = {
    {"transept_encoder_cache_hits_total", "counter", "Sources found in the encoder cache.",
     &transept_statistics::encoder_hits},
    {"transept_encoder_cache_misses_total", "counter", "Sources that had to be encoded.",
     &transept_statistics::encoder_misses},
    {"transept_encoder_cache_evictions_total", "counter", "Entries dropped to keep the budget.",
     &transept_statistics::encoder_evictions},
    {"transept_encoder_cache_bytes", "gauge", "Bytes of the encoder cache.",
     &transept_statistics::encoder_bytes},
    {"transept_self_cache_pages", "gauge", "Pages of self-attention caches in use.",
     &transept_statistics::self_pages_in_use},
    {"transept_invocations_total", "counter", "Programs run: encodes and steps.",
     &transept_statistics::invocations},
    {"transept_decode_steps_total", "counter", "Steps that all requests of a model share.",
     &transept_statistics::decode_steps},
    {"transept_decode_sequences_total", "counter",
     "Sequences that these steps advanced; by steps, how full these were.",
     &transept_statistics::decode_sequences},
    {"transept_workers", "gauge", "Threads that work on a model's steps.",
     &transept_statistics::workers},
};

} // namespace

void Metrics::Histogram::add(double seconds) {
  auto place = std::ranges::lower_bound(kBounds, seconds) - kBounds.begin();
  ++counts[size_t(place)];
  sum += seconds;
}

void Metrics::answered(const std::string &route, int status, double taken) {
  std::lock_guard lock(mutex);
  ++requests[{route, status}];
  seconds[route].add(taken);
}

void Metrics::firstToken(const std::string &route, double taken) {
  std::lock_guard lock(mutex);
  firstTokens[route].add(taken);
}

void Metrics::rejected(const std::string &reason) {
  std::lock_guard lock(mutex);
  ++rejects[reason];
}

void Metrics::cancelled() {
  std::lock_guard lock(mutex);
  ++cancels;
}

void Metrics::generated(const std::string &model, size_t count) {
  std::lock_guard lock(mutex);
  tokens[model] += count;
}

void Metrics::write(std::string &text, const char *name, const char *help,
                    const std::map<std::string, Histogram> &histograms) {
  head(text, name, "histogram", help);
  for (const auto &[route, histogram] : histograms) {
    uint64_t count = 0;
    for (size_t index = 0; index < kBounds.size(); ++index) {
      count += histogram.counts[index];
      line(text, "{}_bucket{{route=\"{}\",le=\"{}\"}} {}", name, route, kBounds[index], count);
    }
    count += histogram.counts.back();
    line(text, "{}_bucket{{route=\"{}\",le=\"+Inf\"}} {}", name, route, count);
    line(text, "{}_sum{{route=\"{}\"}} {}", name, route, histogram.sum);
    line(text, "{}_count{{route=\"{}\"}} {}", name, route, count);
  }
}

std::string Metrics::text(const Gauges &gauges, const std::vector<ModelPointer> &models) const {
  std::string text;
  gauge(text, "transept_queue_length", "Requests that wait for a thread.", gauges.waiting);
  gauge(text, "transept_running", "Requests that run.", gauges.running);
  gauge(text, "transept_connections", "Open connections.", gauges.connections);
  gauge(text, "transept_body_bytes", "Bytes reserved for bodies of requests.", gauges.bodyBytes);
  for (const ModelFact &fact : kModelFacts) {
    head(text, fact.name, fact.type, fact.help);
    for (const ModelPointer &each : models)
      line(text, "{}{{model=\"{}\"}} {}", fact.name, each->name,
           each->model.statistics().*fact.field);
  }
  std::lock_guard lock(mutex);
  head(text, "transept_requests_total", "counter", "Answers by route and status.");
  for (const auto &[key, count] : requests)
    line(text, "transept_requests_total{{route=\"{}\",status=\"{}\"}} {}", key.first, key.second,
         count);
  head(text, "transept_rejected_total", "counter", "Requests that were refused before they ran.");
  for (const auto &[reason, count] : rejects)
    line(text, "transept_rejected_total{{reason=\"{}\"}} {}", reason, count);
  head(text, "transept_cancelled_total", "counter", "Requests whose client left before the end.");
  line(text, "transept_cancelled_total {}", cancels);
  head(text, "transept_tokens_total", "counter", "Tokens generated.");
  for (const auto &[model, count] : tokens)
    line(text, "transept_tokens_total{{model=\"{}\"}} {}", model, count);
  write(text, "transept_request_seconds", "From a request's header to the end of its answer.",
        seconds);
  write(text, "transept_first_token_seconds",
        "From a request's header to the first part of a streamed answer.", firstTokens);
  return text;
}

} // namespace transept::serve
