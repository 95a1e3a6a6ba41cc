// SPDX-License-Identifier: Apache-2.0
//
// One process, one model, many callers: an open loop with Poisson arrivals at given rates, served
// by the scheduler, by the best static batches, and one at a time. All of them run in turns over
// the same arrivals, and the same lengths of sources and results.

#include "transept/model.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <deque>
#include <fmt/format.h>
#include <random>
#include <thread>

namespace {

using namespace transept;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

struct Arrival {
  double time; // in seconds from the start
  std::vector<Id> source;
  std::size_t newTokens;
};

/// What became of a request, in seconds from its arrival.
struct Outcome {
  double firstToken = 0, end = 0;
  std::vector<double> gaps = {}; // between tokens
};

/// Words of sentences of news: a log-normal fit of the lengths of WMT's newstest2014 in tokens,
/// mean 30, so that many are short and some long.
std::size_t drawLength(std::mt19937_64 &random) {
  std::lognormal_distribution<double> lengths(std::log(26.0), 0.55);
  return std::size_t(std::clamp(lengths(random), 4.0, 120.0));
}

std::vector<Arrival> drawArrivals(const Model &model, double rate, double seconds,
                                  std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> gaps(rate);
  std::uniform_int_distribution<Id> ids(4, Id(model.sourceVocabularySize() - 2));
  std::vector<Arrival> arrivals;
  for (double time = gaps(random); time < seconds; time += gaps(random)) {
    Arrival arrival{time, {}, drawLength(random)};
    for (std::size_t left = arrival.newTokens; left != 0; --left)
      arrival.source.push_back(ids(random));
    arrivals.push_back(std::move(arrival));
  }
  return arrivals;
}

/// A request on its way, and what is measured of it.
class Running {
public:
  Running(const Model &model, const Arrival &arrival, Clock::time_point due, unsigned beams,
          Outcome &outcome) {
    GenerateOptions options{.beams = beams};
    options.minimumNewTokens = options.maximumNewTokens = arrival.newTokens;
    options.onToken = [&outcome, due, last = 0.0](std::size_t, Id) mutable {
      double now = Seconds(Clock::now() - due).count();
      if (outcome.firstToken == 0)
        outcome.firstToken = now;
      else
        outcome.gaps.push_back(now - last);
      last = now;
      return true;
    };
    request.emplace(model.submit(arrival.source, options, [&outcome, due] {
      outcome.end = Seconds(Clock::now() - due).count();
    }));
  }
  void wait() { request->get(); }

private:
  std::optional<Request> request;
};

struct Policy {
  std::string name;
  std::size_t batch = 0; // 0: all share steps as they come; else so many together at most
  double patience = 0;   // seconds that a batch waits for more
};

/// Serves all arrivals at their times; returns when all have ended.
std::vector<Outcome> serve(const Model &model, const std::vector<Arrival> &arrivals,
                           const Policy &policy, unsigned beams) {
  std::vector<Outcome> outcomes(arrivals.size());
  Clock::time_point start = Clock::now();
  auto dueOf = [&](std::size_t index) {
    return start + std::chrono::duration_cast<Clock::duration>(Seconds(arrivals[index].time));
  };
  std::deque<Running> running;
  for (std::size_t next = 0; next < arrivals.size();) {
    std::this_thread::sleep_until(dueOf(next));
    if (policy.batch == 0) {
      running.emplace_back(model, arrivals[next], dueOf(next), beams, outcomes[next]);
      ++next;
      continue;
    }
    // A static batcher: what has come by the time that it is free, or has waited long enough.
    std::size_t end = next + 1;
    Clock::time_point limit =
        dueOf(next) + std::chrono::duration_cast<Clock::duration>(Seconds(policy.patience));
    while (end < arrivals.size() && end - next < policy.batch &&
           (dueOf(end) <= Clock::now() || dueOf(end) <= limit)) {
      std::this_thread::sleep_until(dueOf(end));
      ++end;
    }
    if (end < arrivals.size() && end - next < policy.batch)
      std::this_thread::sleep_until(limit);
    std::deque<Running> batch;
    for (; next != end; ++next)
      batch.emplace_back(model, arrivals[next], dueOf(next), beams, outcomes[next]);
    for (Running &each : batch)
      each.wait();
  }
  for (Running &each : running)
    each.wait();
  return outcomes;
}

double quantile(std::vector<double> values, double part) {
  if (values.empty())
    return 0;
  std::size_t index = std::min(values.size() - 1, std::size_t(part * double(values.size())));
  std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(index), values.end());
  return values[index];
}

void print(const Policy &policy, double rate, const std::vector<Outcome> &outcomes, double seconds,
           double sequencesPerStep) {
  std::vector<double> ends, firsts, gaps;
  double tokens = 0;
  for (const Outcome &each : outcomes) {
    ends.push_back(each.end * 1e3);
    firsts.push_back(each.firstToken * 1e3);
    for (double gap : each.gaps)
      gaps.push_back(gap * 1e3);
    tokens += double(each.gaps.size() + 1);
  }
  fmt::print(
      "{{\"policy\": \"{}\", \"rate\": {}, \"requests_a_second\": {:.1f}, \"tokens_a_second\": "
      "{:.0f}, \"p50\": {:.1f}, \"p95\": {:.1f}, \"p99\": {:.1f}, \"first_token_p95\": {:.1f}, "
      "\"gap_p50\": {:.2f}, \"gap_p99\": {:.2f}, \"sequences_a_step\": {:.1f}}}\n",
      policy.name, rate, double(outcomes.size()) / seconds, tokens / seconds, quantile(ends, 0.5),
      quantile(ends, 0.95), quantile(ends, 0.99), quantile(firsts, 0.95), quantile(gaps, 0.5),
      quantile(gaps, 0.99), sequencesPerStep);
  std::fflush(stdout);
}

} // namespace

int main(int count, char **arguments) {
  CLI::App app("Measures one model under the load of many callers.");
  std::string path;
  std::vector<double> rates{10, 20, 40, 80};
  double seconds = 10;
  unsigned threads = 0, beams = 1;
  std::vector<std::string> names{"scheduler", "8:5", "32:10", "alone"};
  app.add_option("LIBRARY", path, "a compiled model of text")->required();
  app.add_option("--rates", rates, "requests a second")->delimiter(',');
  app.add_option("--seconds", seconds, "of arrivals, at each rate");
  app.add_option("--threads", threads, "workers");
  app.add_option("--beams", beams, "of each request");
  app.add_option("--policies", names, "scheduler, alone, or SIZE:MILLISECONDS of static batches")
      ->delimiter(',');
  CLI11_PARSE(app, count, arguments);
  // Without a cache of sources: all are different.
  Model model = Model::open(path, {.threads = threads, .encoderCacheBytes = 0});
  for (double rate : rates) {
    std::vector<Arrival> arrivals = drawArrivals(model, rate, seconds, std::uint64_t(rate * 1000));
    for (const std::string &name : names) {
      Policy policy{name};
      if (name == "alone")
        policy.batch = 1;
      else if (std::size_t colon = name.find(':'); colon != std::string::npos)
        policy = {name, std::stoul(name), std::stod(name.substr(colon + 1)) / 1e3};
      Statistics before = model.statistics();
      Clock::time_point start = Clock::now();
      std::vector<Outcome> outcomes = serve(model, arrivals, policy, beams);
      double took = Seconds(Clock::now() - start).count();
      Statistics after = model.statistics();
      double steps = double(after.decode_steps - before.decode_steps);
      print(policy, rate, outcomes, took,
            double(after.decode_sequences - before.decode_sequences) / std::max(1.0, steps));
    }
  }
}
