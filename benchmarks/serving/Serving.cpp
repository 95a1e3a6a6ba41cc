// SPDX-License-Identifier: Apache-2.0
//
// One process under the load of many callers: an open loop with arrivals at given rates, served by
// the scheduler, by static batches, and one at a time. All of them run in turns over the same
// requests (Workload.h). Prints an object of JSON for each rate, policy and kind of request.

#include "Workload.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <fmt/format.h>
#include <fstream>
#include <random>
#include <thread>

namespace {

using namespace transept;
using namespace transept::benchmarks;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// What became of a request, in seconds from its arrival.
struct Outcome {
  double firstToken = 0, end = 0;
  std::vector<double> gaps = {}; // between tokens
  bool isRefused = false;
};

/// A request on its way, and what is measured of it.
class Running {
public:
  Running(const Arrival &arrival, Clock::time_point due, Outcome &outcome) : outcome(outcome) {
    GenerateOptions options{.beams = int(arrival.beams)};
    options.minimumNewTokens = options.maximumNewTokens = int(arrival.newTokens);
    if (arrival.beams == 1)
      options.onToken = [&outcome, due, last = 0.0](std::size_t, Id) mutable {
        double now = Seconds(Clock::now() - due).count();
        if (outcome.firstToken == 0)
          outcome.firstToken = now;
        else
          outcome.gaps.push_back(now - last);
        last = now;
        return true;
      };
    SourceInput input{.ids = arrival.ids, .features = arrival.features};
    auto end = [&outcome, due] { outcome.end = Seconds(Clock::now() - due).count(); };
    try {
      request.emplace(arrival.model->submit(std::span(&input, 1), options, end));
    } catch (const Error &error) {
      if (error.code() != ErrorCode::Overloaded)
        throw;
      outcome.isRefused = true;
      end();
    }
  }
  void wait() {
    if (request)
      request->get();
  }

private:
  Outcome &outcome;
  std::optional<Request> request;
};

struct Policy {
  std::string name;
  std::size_t batch = 0; // 0: all share steps as they come; else so many together at most
  double patience = 0;   // seconds that a batch waits for more
};

Policy policyOf(const std::string &name) {
  if (name == "alone")
    return {name, 1};
  std::size_t colon = name.find(':');
  return colon == std::string::npos
             ? Policy{name}
             : Policy{name, std::stoul(name), std::stod(name.substr(colon + 1)) / 1e3};
}

/// Serves all arrivals at their times; returns when all have ended.
std::vector<Outcome> serve(const std::vector<Arrival> &arrivals, const Policy &policy) {
  std::vector<Outcome> outcomes(arrivals.size());
  Clock::time_point start = Clock::now();
  auto dueOf = [&](std::size_t index) {
    return start + std::chrono::duration_cast<Clock::duration>(Seconds(arrivals[index].time));
  };
  std::deque<Running> running;
  for (std::size_t next = 0; next < arrivals.size();) {
    std::this_thread::sleep_until(dueOf(next));
    if (policy.batch == 0) {
      running.emplace_back(arrivals[next], dueOf(next), outcomes[next]);
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
      batch.emplace_back(arrivals[next], dueOf(next), outcomes[next]);
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

/// Megabytes that the process has in memory.
double residentMegabytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  file >> size >> resident;
  return double(resident) * 4096 / 1e6;
}

struct Run {
  std::string workload;
  Policy policy;
  double rate, seconds, sequencesPerStep;
  const std::vector<Arrival> &arrivals;
  const std::vector<Outcome> &outcomes;
};

/// One kind of request of a run. Milliseconds.
void print(const Run &run, bool isSound) {
  std::vector<double> ends, firsts, gaps;
  double tokens = 0, refused = 0, slowestRefusal = 0;
  for (std::size_t index = 0; index < run.outcomes.size(); ++index) {
    const Outcome &each = run.outcomes[index];
    if (run.arrivals[index].isSound != isSound)
      continue;
    if (each.isRefused) {
      ++refused;
      slowestRefusal = std::max(slowestRefusal, each.end * 1e3);
      continue;
    }
    ends.push_back(each.end * 1e3);
    firsts.push_back(each.firstToken * 1e3);
    for (double gap : each.gaps)
      gaps.push_back(gap * 1e3);
    tokens += double(run.arrivals[index].newTokens);
  }
  if (ends.empty() && refused == 0)
    return;
  fmt::print(
      "{{\"workload\": \"{}\", \"kind\": \"{}\", \"policy\": \"{}\", \"rate\": {}, "
      "\"requests_a_second\": {:.2f}, \"tokens_a_second\": {:.0f}, \"p50\": {:.1f}, \"p95\": "
      "{:.1f}, \"p99\": {:.1f}, \"first_token_p95\": {:.1f}, \"gap_p50\": {:.2f}, \"gap_p99\": "
      "{:.2f}, \"sequences_a_step\": {:.1f}, \"refused\": {}, \"slowest_refusal\": {:.1f}, "
      "\"resident_megabytes\": {:.0f}}}\n",
      run.workload, isSound ? "sounds" : "texts", run.policy.name, run.rate,
      double(ends.size()) / run.seconds, tokens / run.seconds, quantile(ends, 0.5),
      quantile(ends, 0.95), quantile(ends, 0.99), quantile(firsts, 0.95), quantile(gaps, 0.5),
      quantile(gaps, 0.99), run.sequencesPerStep, refused, slowestRefusal, residentMegabytes());
  std::fflush(stdout);
}

struct Flags {
  std::string texts, sounds;
  std::vector<double> rates{10, 20, 40, 80};
  double seconds = 10;
  unsigned threads = 0;
  std::size_t mostRequests = 0;
  Workload workload;
  std::vector<std::string> policies{"scheduler", "8:5", "32:10", "alone"};

  void addTo(CLI::App &app) {
    app.add_option("LIBRARY", texts, "a compiled model of text");
    app.add_option("--sounds", sounds, "a compiled model of sounds");
    app.add_option("--workload", workload.name, "sentences, documents, sounds or mixed");
    app.add_option("--arrivals", workload.arrivals, "poisson or bursty");
    app.add_option("--rates", rates, "requests a second")->delimiter(',');
    app.add_option("--seconds", seconds, "of arrivals, at each rate");
    app.add_option("--threads", threads, "workers");
    app.add_option("--beams", workload.beams, "of each text");
    app.add_option("--most-requests", mostRequests, "that are on their way at once; 0: any number");
    app.add_option("--policies", policies,
                   "scheduler, alone, or SIZE:MILLISECONDS of static batches")
        ->delimiter(',');
  }
};

Statistics added(const Model *first, const Model *second) {
  Statistics sum{};
  for (const Model *each : {first, second})
    if (each) {
      sum.decode_steps += each->statistics().decode_steps;
      sum.decode_sequences += each->statistics().decode_sequences;
    }
  return sum;
}

void measure(const Flags &flags) {
  // Without a cache of sources: all are different, or as if they were.
  OpenOptions options{
      .threads = flags.threads, .encoderCacheBytes = 0, .maximumRequests = flags.mostRequests};
  std::optional<Model> texts, sounds;
  if (!flags.texts.empty())
    texts.emplace(Model::open(flags.texts, options));
  if (texts)
    options = {
        .encoderCacheBytes = 0, .maximumRequests = flags.mostRequests, .workers = texts->workers()};
  if (!flags.sounds.empty())
    sounds.emplace(Model::open(flags.sounds, options));
  std::vector<float> sound;
  if (sounds) {
    sound.resize(sounds->sourceFeatureCount() * sounds->sourceFeatureWidth());
    std::mt19937 random(1);
    std::normal_distribution<float> values;
    for (float &value : sound)
      value = values(random);
  }
  const Model *text = texts ? &*texts : nullptr, *speech = sounds ? &*sounds : nullptr;
  for (double rate : flags.rates) {
    std::vector<Arrival> arrivals = draw(flags.workload, text, speech, sound, rate, flags.seconds);
    for (const std::string &name : flags.policies) {
      Statistics before = added(text, speech);
      Clock::time_point start = Clock::now();
      std::vector<Outcome> outcomes = serve(arrivals, policyOf(name));
      Statistics after = added(text, speech);
      double steps = double(after.decode_steps - before.decode_steps);
      double sequences = double(after.decode_sequences - before.decode_sequences);
      Run run{.workload = flags.workload.name,
              .policy = policyOf(name),
              .rate = rate,
              .seconds = Seconds(Clock::now() - start).count(),
              .sequencesPerStep = sequences / std::max(1.0, steps),
              .arrivals = arrivals,
              .outcomes = outcomes};
      print(run, /*isSound=*/false);
      print(run, /*isSound=*/true);
    }
  }
}

} // namespace

int main(int count, char **arguments) {
  CLI::App app("Measures one process under the load of many callers.");
  Flags flags;
  flags.addTo(app);
  CLI11_PARSE(app, count, arguments);
  try {
    measure(flags);
  } catch (const std::exception &error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
