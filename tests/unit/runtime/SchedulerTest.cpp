// SPDX-License-Identifier: Apache-2.0
//
// Calls and requests that share steps: what they give, how they stand beside each other, and that
// each keeps its own errors, stops and limits.

#include "CountedRows.h"
#include "ErrorOf.h"
#include "Random.h"
#include "ToyModel.h"

#include <future>
#include <gtest/gtest.h>
#include <latch>
#include <thread>

namespace transept::tests {
namespace {

using namespace std::chrono_literals;

/// A call that leads, and is held in the callback of its first token: what comes meanwhile waits.
class HeldCall {
public:
  HeldCall(const Model &model, std::vector<Id> ids)
      : thread([this, model, ids = std::move(ids)] {
          GenerateOptions options{.maximumLength = 4, .suppressed = std::vector<Id>{2}};
          options.onToken = [&](std::size_t, Id) {
            if (!isHeld.exchange(true)) {
              held.count_down();
              released.wait();
            }
            return true;
          };
          model.generate(model.encode(ids), options);
        }) {
    held.wait();
  }
  void release() { released.count_down(); }
  ~HeldCall() { thread.join(); }

private:
  std::atomic<bool> isHeld{false};
  std::latch held{1}, released{1};
  std::thread thread;
};

void waitUntilEncoded(const Request &request) {
  while (request.progress() == RequestState::Encoding)
    std::this_thread::sleep_for(100us);
}

struct Job {
  std::vector<Id> ids;
  GenerateOptions options;
};

/// Of any kind of search, some of which look at whole rows or at many candidates.
Job randomJob(Random &random) {
  Job job{random.ids(1 + random.upTo(12), 23), {}};
  GenerateOptions &options = job.options;
  options.maximumLength = 4 + random.upTo(40);
  options.seed = random.upTo(1000);
  switch (random.upTo(5)) {
  case 0:
    break;
  case 1:
    options.beams = 2 + random.upTo(3);
    break;
  case 2:
    options.sample = true;
    options.topK = random.upTo(1) * 5;
    options.returnCount = 1 + random.upTo(3);
    break;
  case 3:
    options.tokenScores = TokenScores::Normalized;
    options.repetitionPenalty = 1.5f;
    break;
  case 4:
    options.beams = 3;
    options.renormalize = true;
    break;
  default:
    options.beams = 4;
    options.beamGroups = 2;
    options.diversityPenalty = 0.3f;
  }
  return job;
}

void expectEqual(const Generation &left, const Generation &right, const std::string &what) {
  ASSERT_EQ(left.sequences.size(), right.sequences.size()) << what;
  for (std::size_t rank = 0; rank < left.sequences.size(); ++rank) {
    EXPECT_EQ(left.sequences[rank].ids, right.sequences[rank].ids) << what;
    EXPECT_EQ(left.sequences[rank].score, right.sequences[rank].score) << what;
    EXPECT_EQ(left.sequences[rank].tokenScores, right.sequences[rank].tokenScores) << what;
  }
}

TEST(Scheduler, GivesWhatEachCallGivesAlone) {
  Random random(7);
  ToyModel toy(3, 23, 1);
  Model alone = toy.open();
  std::vector<Job> jobs;
  std::vector<Generation> expected;
  for (int index = 0; index < 240; ++index) {
    jobs.push_back(randomJob(random));
    expected.push_back(alone.generate(alone.encode(jobs.back().ids), jobs.back().options));
  }
  Model model = toy.open({.threads = 2});
  std::vector<std::thread> threads;
  std::atomic<std::size_t> next{0};
  for (int thread = 0; thread < 6; ++thread)
    threads.emplace_back([&, thread] {
      std::vector<std::pair<std::size_t, Request>> requests;
      for (std::size_t index; (index = next++) < jobs.size();) {
        const Job &job = jobs[index];
        if (thread % 2 == 0) {
          expectEqual(model.generate(model.encode(job.ids), job.options), expected[index],
                      "call " + std::to_string(index));
          continue;
        }
        requests.emplace_back(index, model.submit(job.ids, job.options));
        if (requests.size() < 5)
          continue;
        for (auto &[number, request] : requests)
          expectEqual(request.get().front(), expected[number], "request " + std::to_string(number));
        requests.clear();
      }
      for (auto &[number, request] : requests)
        expectEqual(request.get().front(), expected[number], "request " + std::to_string(number));
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
  EXPECT_EQ(model.statistics().encoder_referenced_entries, 0u);
}

TEST(Scheduler, AdvancesAllThatWaitInOneStep) {
  ToyModel toy(5);
  Model model = toy.open();
  GenerateOptions options{.maximumLength = 20, .suppressed = std::vector<Id>{2}};
  HeldCall first(model, {4});
  std::vector<Request> requests;
  for (Id id = 5; id < 21; ++id)
    requests.push_back(model.submit(std::vector<Id>{id}, options));
  for (const Request &request : requests)
    waitUntilEncoded(request);
  int before = toy.parameters.decodeCalls;
  first.release();
  for (Request &request : requests)
    EXPECT_EQ(request.get().front().ids().size(), 20u);
  EXPECT_LE(toy.parameters.decodeCalls - before, 20);
}

TEST(Scheduler, StepsHaveNoMoreRowsThanACallOfDecodeTakes) {
  ToyModel toy(5);
  CountedRows counted(toy);
  Model model = toy.open();
  std::vector<std::vector<Id>> ids;
  for (Id id = 3; id < 23; ++id)
    ids.push_back({id});
  std::vector<Source> sources = model.encodeBatch(ids);
  GenerateOptions greedy{.maximumNewTokens = 3};
  greedy.prompt = Random(2).ids(100, 23);
  GenerateOptions sampled = greedy, beams = greedy, alternatives = greedy;
  sampled.sample = true;
  beams.beams = 2;
  alternatives.alternatives = true;
  alternatives.returnCount = 2;
  for (GenerateOptions options : {greedy, sampled, beams, alternatives}) {
    CountedRows::clear();
    model.generateBatch(sources, options);
    // One more source joins while there is room for a row.
    EXPECT_GT(CountedRows::mostRowsOfACall(), 400);
    EXPECT_LE(CountedRows::mostRowsOfACall(), 511 + 101);
    // A longer beginning is fed piece by piece.
    options.prompt = Random(2).ids(1301, 23);
    CountedRows::clear();
    model.generate(sources[0], options);
    EXPECT_EQ(CountedRows::mostRowsOfACall(), 512);
  }
}

TEST(Scheduler, ErrorsConcernOneCallOnly) {
  ToyModel toy(5);
  toy.parameters.badSource = 7;
  toy.parameters.badLength = 3;
  Model model = toy.open();
  GenerateOptions options{.maximumLength = 12, .suppressed = std::vector<Id>{2}};
  HeldCall first(model, {4});
  Request good = model.submit(std::vector<Id>{5}, options);
  Request bad = model.submit(std::vector<Id>{7}, options);
  options.onToken = [](std::size_t, Id) -> bool { throw std::out_of_range("no more"); };
  Request thrower = model.submit(std::vector<Id>{6}, options);
  for (const Request *request : {&good, &bad, &thrower})
    waitUntilEncoded(*request);
  first.release();
  EXPECT_EQ(good.get().front().ids().size(), 12u);
  EXPECT_NE(errorOf([&] { bad.get(); }).find("are not numbers"), std::string::npos);
  EXPECT_THROW(thrower.get(), std::out_of_range);
}

TEST(Scheduler, RefusesWhatIsWrongAtOnce) {
  ToyModel toy;
  Model model = toy.open();
  EXPECT_EQ(errorOf([&] { model.submit(std::vector<Id>{99}); }),
            "sources[0].ids[0] is 99, but must be 0 to 22");
  EXPECT_EQ(errorOf([&] { model.submit(std::vector<Id>{4}, {.beams = 0}); }),
            errorOf([&] { model.generate(model.encode({4}), {.beams = 0}); }));
  GenerateOptions options;
  options.schedule.weight = 0;
  EXPECT_EQ(errorOf([&] { model.submit(std::vector<Id>{4}, options); }),
            "weight is 0, but must be a number above 0");
  options.schedule = {.deadline = -1us};
  EXPECT_EQ(errorOf([&] { model.submit(std::vector<Id>{4}, options); }),
            "deadline is -1 microseconds, but must be 0 or more");
}

TEST(Scheduler, CancelsOneOfMany) {
  ToyModel toy(5);
  Model model = toy.open();
  GenerateOptions options{.maximumLength = 200, .suppressed = std::vector<Id>{2}};
  HeldCall first(model, {4});
  Request kept = model.submit(std::vector<Id>{5}, options);
  Request cancelled = model.submit(std::vector<Id>{6}, options);
  options.keepPartial = true;
  Request partial = model.submit(std::vector<Id>{8}, options);
  for (const Request *request : {&kept, &cancelled, &partial})
    waitUntilEncoded(*request);
  cancelled.cancel();
  partial.cancel();
  first.release();
  EXPECT_EQ(errorOf([&] { cancelled.get(); }), "the request was cancelled");
  EXPECT_EQ(partial.get().front().best().finishReason, FinishReason::Cancelled);
  EXPECT_EQ(kept.get().front().ids().size(), 200u);
  EXPECT_EQ(kept.progress(), RequestState::Ended);
}

TEST(Scheduler, EndsWhatCannotMeetItsDeadline) {
  ToyModel toy(5);
  Model model = toy.open();
  GenerateOptions options{.maximumLength = 100, .suppressed = std::vector<Id>{2}};
  HeldCall first(model, {4});
  Request kept = model.submit(std::vector<Id>{5}, options);
  options.schedule.deadline = 2ms;
  Request late = model.submit(std::vector<Id>{6}, options);
  std::this_thread::sleep_for(5ms);
  first.release();
  try {
    late.get();
    ADD_FAILURE() << "no error";
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::DeadlineExceeded) << error.what();
  }
  EXPECT_EQ(kept.get().front().ids().size(), 100u);
}

TEST(Scheduler, RefusesRequestsBeyondTheirNumber) {
  ToyModel toy(5);
  Model model = toy.open({.threads = 1, .maximumRequests = 2});
  {
    HeldCall first(model, {4});
    Request second = model.submit(std::vector<Id>{5});
    Request third = model.submit(std::vector<Id>{6});
    try {
      model.submit(std::vector<Id>{7});
      ADD_FAILURE() << "no error";
    } catch (const Error &error) {
      EXPECT_EQ(error.code(), ErrorCode::Overloaded);
      EXPECT_STREQ(error.what(), "2 requests are on their way, and at most 2 may be");
    }
    first.release();
  }
  EXPECT_FALSE(model.submit(std::vector<Id>{7}).get().empty());
}

TEST(Scheduler, ASmallCallerDoesNotWaitForALargeOne) {
  ToyModel toy(5);
  Model model = toy.open();
  GenerateOptions options{.beams = 2, .maximumLength = 10, .suppressed = std::vector<Id>{2}};
  HeldCall first(model, {4});
  std::vector<std::vector<Id>> many;
  for (int index = 0; index < 1500; ++index)
    many.push_back({Id(3 + index % 20), Id(3 + index / 20 % 20), Id(3 + index / 400)});
  std::vector<SourceInput> inputs(many.begin(), many.end());
  Request large = model.submit(inputs, options);
  waitUntilEncoded(large);
  Request small = model.submit(std::vector<Id>{5}, options);
  waitUntilEncoded(small);
  first.release();
  small.get();
  EXPECT_NE(large.progress(), RequestState::Ended);
  EXPECT_EQ(large.get().size(), 1500u);
}

TEST(Scheduler, PriorityOrdersTheCallsOfOneCaller) {
  ToyModel toy(5);
  Model model = toy.open({.threads = 1, .selfCacheBytes = 0});
  std::mutex mutex;
  std::vector<int> order;
  std::vector<Request> requests;
  {
    HeldCall first(model, {4});
    for (int priority : {0, 1, 5, 3}) {
      // Too many sequences to share a step with another one.
      GenerateOptions options{.maximumLength = 5, .sample = true};
      options.returnCount = 200;
      options.schedule = {.caller = 9, .priority = priority};
      requests.push_back(model.submit(std::vector<Id>{5}, options, [&, priority] {
        std::lock_guard guard(mutex);
        order.push_back(priority);
      }));
    }
    for (const Request &request : requests)
      waitUntilEncoded(request);
    first.release();
  }
  for (Request &request : requests)
    request.get();
  std::lock_guard guard(mutex);
  EXPECT_EQ(order, (std::vector<int>{5, 3, 1, 0}));
}

TEST(Scheduler, ACallWaitsForPagesThatItMayNeed) {
  ToyModel toy(5);
  std::uint64_t pageBytes = toy.open().statistics().self_page_bytes;
  // One source of 40 tokens may come to three pages and one that is copied.
  Model model = toy.open({.threads = 2, .selfCacheBytes = 4 * pageBytes});
  GenerateOptions options{.maximumLength = 40, .suppressed = std::vector<Id>{2}};
  std::vector<Request> requests;
  for (Id id = 4; id < 20; ++id)
    requests.push_back(model.submit(std::vector<Id>{id}, options));
  for (Request &request : requests)
    EXPECT_EQ(request.get().front().ids().size(), 40u);
  options.maximumLength = 60;
  EXPECT_EQ(errorOf([&] { model.submit(std::vector<Id>{5}, options); }),
            "sources[0] may come to 5 pages of the self cache, of " + std::to_string(pageBytes) +
                " bytes each (1 sequences of at most 60 tokens), but its limit allows 4");
}

TEST(Scheduler, PagesOfACallThatWasStoppedAreThoseOfTheNext) {
  ToyModel toy(5);
  std::uint64_t pageBytes = toy.open().statistics().self_page_bytes;
  Model model = toy.open({.threads = 1, .selfCacheBytes = 5 * pageBytes});
  std::latch held{1}, released{1};
  int tokens = 0;
  GenerateOptions options{.maximumLength = 60, .suppressed = std::vector<Id>{2}};
  GenerateOptions holding = options;
  holding.onToken = [&](std::size_t, Id) {
    if (++tokens == 52) {
      held.count_down();
      released.wait();
    }
    return true;
  };
  // It has four of the pages, and the next one needs two at once.
  Request stopped = model.submit(std::vector<Id>{4}, holding);
  held.wait();
  options.prompt = std::vector<Id>(20, 5);
  Request next = model.submit(std::vector<Id>{6}, options);
  waitUntilEncoded(next);
  stopped.cancel();
  released.count_down();
  EXPECT_EQ(errorOf([&] { stopped.get(); }), "the request was cancelled");
  EXPECT_EQ(next.get().front().ids().size(), 60u);
}

TEST(Scheduler, TellsHowManyComeBefore) {
  ToyModel toy(5);
  Model model = toy.open();
  GenerateOptions options{.maximumLength = 5, .sample = true};
  options.returnCount = 200;
  std::atomic<bool> isReleased = false;
  GenerateOptions holding{.maximumLength = 1000, .suppressed = std::vector<Id>{2}};
  holding.onToken = [&](std::size_t, Id) {
    std::this_thread::sleep_for(1ms);
    return !isReleased;
  };
  holding.keepPartial = true;
  // It runs all the time; two more of 200 samples each do not fit beside each other.
  Request running = model.submit(std::vector<Id>{4}, holding);
  waitUntilEncoded(running);
  std::vector<Request> requests;
  for (Id id = 5; id < 12; ++id)
    requests.push_back(model.submit(std::vector<Id>{id}, options));
  std::size_t most = 0;
  while (requests.back().progress() != RequestState::Ended)
    most = std::max(most, requests.back().ahead());
  isReleased = true;
  EXPECT_GE(most, 1u);
  EXPECT_LE(most, 6u);
}

TEST(Scheduler, ClosingAModelEndsItsRequests) {
  ToyModel toy(5);
  GenerateOptions options{.maximumLength = 2000, .suppressed = std::vector<Id>{2}};
  std::atomic<int> ended = 0;
  {
    Model model = toy.open();
    std::vector<Request> requests;
    for (Id id = 4; id < 20; ++id)
      requests.push_back(model.submit(std::vector<Id>{id}, options, [&] { ++ended; }));
  }
  EXPECT_EQ(ended, 16);
}

TEST(Scheduler, TheEndCanBeHeardWithTheResults) {
  ToyModel toy(5);
  Model model = toy.open();
  std::mutex mutex;
  std::optional<Request> request;
  std::promise<std::vector<Id>> heard;
  {
    std::lock_guard guard(mutex);
    request = model.submit(std::vector<Id>{4}, {.maximumLength = 9}, [&] {
      std::lock_guard waitsForTheRequest(mutex);
      heard.set_value(request->get().front().ids());
      request.reset();
    });
  }
  EXPECT_EQ(heard.get_future().get(),
            model.generate(model.encode({4}), {.maximumLength = 9}).ids());
}

TEST(Scheduler, OneOfTheCallersGoesOnWhenTheLeaderIsDone) {
  ToyModel toy(5);
  Model model = toy.open({.threads = 2});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([&, thread] {
      for (std::size_t round = 0; round < 30; ++round) {
        GenerateOptions options{.maximumLength = 3 + (round * 7 + std::size_t(thread) * 3) % 17,
                                .suppressed = std::vector<Id>{2}};
        Id id = Id(3 + (thread * 5 + int(round)) % 20);
        EXPECT_EQ(model.generate(model.encode({id}), options).ids().size(), *options.maximumLength);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
}

} // namespace
} // namespace transept::tests
