// SPDX-License-Identifier: Apache-2.0
//
// Models on the workers of another model, and on an executor of the program's own.

#include "ToyModel.h"

#include <filesystem>
#include <functional>
#include <gmock/gmock.h>
#include <thread>

namespace transept::tests {
namespace {

using testing::HasSubstr;

std::ptrdiff_t threadsOfThisProcess() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

std::vector<Id> source = {4, 3, 9};

std::vector<Id> expected(ToyModel &toy) {
  Model alone = toy.open();
  return alone.generate(alone.encode(source)).ids();
}

TEST(SharedWorkers, AreTheOnlyThreadsOfAllModels) {
  ToyModel first(1), second(2);
  std::vector<Id> firstIds = expected(first), secondIds = expected(second);
  // ThreadSanitizer adds a thread of its own beside the first one.
  std::thread([] {}).join();
  std::ptrdiff_t before = threadsOfThisProcess();
  Model a = first.open({.threads = 3});
  Model b = second.open({.workers = a.workers()});
  EXPECT_EQ(threadsOfThisProcess(), before + 2);
  EXPECT_EQ(b.statistics().workers, 3u);

  // Both at once, from threads of their own: they take turns.
  auto repeat = [](const Model &model, const std::vector<Id> &ids) {
    for (int count = 0; count < 30; ++count)
      EXPECT_EQ(model.generate(model.encode(source)).ids(), ids);
  };
  std::thread other(repeat, std::cref(b), std::cref(secondIds));
  repeat(a, firstIds);
  other.join();
}

TEST(SharedWorkers, CanBeUsedInPart) {
  ToyModel first(1), second(2);
  Model a = first.open({.threads = 4});
  Model b = second.open({.threads = 2, .workers = a.workers()});
  EXPECT_EQ(b.statistics().workers, 2u);
  EXPECT_EQ(b.generate(b.encode(source)).ids(), expected(second));
}

TEST(SharedWorkers, OutliveTheHandleOfTheModelTheyCameFrom) {
  ToyModel first(1), second(2), third(3);
  std::optional<Model> a = first.open({.threads = 2});
  std::optional<Model> b = second.open({.workers = a->workers()});
  a.reset();
  Model c = third.open({.workers = b->workers()}); // passed on
  b.reset();
  EXPECT_EQ(c.generate(c.encode(source)).ids(), expected(third));
}

TEST(SharedWorkers, AreNeverMoreThanThereAre) {
  ToyModel first(1), second(2);
  Model a = first.open({.threads = 2});
  try {
    second.open({.threads = 3, .workers = a.workers()});
    FAIL() << "expected an error";
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
    EXPECT_THAT(error.what(), HasSubstr("threads is 3, but workers has 2"));
  }
}

/// An executor that starts threads for every program, and can refuse.
struct OwnExecutor {
  std::atomic<int> runs{0};
  bool isClosed = false;

  static std::int32_t run(void *context, transept_worker_function function, void *argument,
                          std::uint32_t count) {
    auto &self = *static_cast<OwnExecutor *>(context);
    if (self.isClosed)
      return 7;
    ++self.runs;
    std::vector<std::thread> threads;
    for (std::uint32_t worker = 1; worker < count; ++worker)
      threads.emplace_back(function, argument, worker);
    function(argument, 0);
    for (std::thread &thread : threads)
      thread.join();
    return 0;
  }
};

TEST(Executor, RunsEveryProgramAndNoThreadIsStarted) {
  ToyModel toy(5);
  std::vector<Id> ids = expected(toy);
  OwnExecutor executor;
  std::ptrdiff_t before = threadsOfThisProcess();
  Model model = toy.open({.workers = {OwnExecutor::run, &executor, /*count=*/3}});
  EXPECT_EQ(threadsOfThisProcess(), before);
  EXPECT_EQ(model.generate(model.encode(source)).ids(), ids);
  EXPECT_EQ(executor.runs, int(model.statistics().invocations));
  EXPECT_GT(executor.runs, 1);
}

TEST(Executor, ThatRefusesFailsTheCallAndNothingElse) {
  ToyModel toy(5);
  std::vector<Id> ids = expected(toy);
  OwnExecutor executor{.isClosed = true};
  Model model = toy.open({.workers = {OwnExecutor::run, &executor, /*count=*/2}});
  try {
    model.encode(source);
    FAIL() << "expected an error";
  } catch (const Error &error) {
    EXPECT_THAT(error.what(), HasSubstr("the executor given at opening returned 7"));
  }
  EXPECT_EQ(model.statistics().encoder_entries, 0u);
  executor.isClosed = false;
  EXPECT_EQ(model.generate(model.encode(source)).ids(), ids);
}

/// An executor that does something else than it must.
struct WrongExecutor {
  std::function<std::int32_t(transept_worker_function, void *, std::uint32_t)> run;

  static std::int32_t call(void *context, transept_worker_function function, void *argument,
                           std::uint32_t count) {
    return static_cast<WrongExecutor *>(context)->run(function, argument, count);
  }
};

std::int32_t runRightly(transept_worker_function function, void *argument, std::uint32_t count) {
  OwnExecutor right;
  return OwnExecutor::run(&right, function, argument, count);
}

/// Encodes (a program without barriers) on `count` workers of a wrong executor. Nothing may stay of
/// it, and with a right executor the model works as if nothing had been.
std::string encodingError(const decltype(WrongExecutor::run) &wrong, std::uint32_t count) {
  ToyModel toy(5);
  std::vector<Id> ids = expected(toy);
  WrongExecutor executor{wrong};
  Model model = toy.open({.workers = {WrongExecutor::call, &executor, count}});
  std::string message = "no error";
  try {
    model.encode(source);
  } catch (const Error &error) {
    message = error.what();
  }
  EXPECT_EQ(model.statistics().encoder_entries, 0u);
  executor.run = runRightly;
  EXPECT_EQ(model.generate(model.encode(source)).ids(), ids);
  return message;
}

TEST(Executor, ThatReturnsBeforeAllHaveRunFailsTheCall) {
  auto nothing = [](transept_worker_function, void *, std::uint32_t) { return 0; };
  EXPECT_THAT(encodingError(nothing, 1),
              HasSubstr("returned 0 for a program of 1 workers after 0 of them had run"));
  EXPECT_THAT(encodingError(nothing, 3), HasSubstr("after 0 of them had run"));
  auto first = [](transept_worker_function function, void *argument, std::uint32_t) {
    function(argument, 0);
    return 0;
  };
  EXPECT_THAT(encodingError(first, 3), HasSubstr("after 1 of them had run"));
}

TEST(Executor, ThatCallsWorkersTwiceOrWrongOnesFailsTheCall) {
  auto twice = [](transept_worker_function function, void *argument, std::uint32_t count) {
    runRightly(function, argument, count);
    function(argument, 1);
    function(argument, count);
    return 0;
  };
  EXPECT_THAT(encodingError(twice, 2), HasSubstr("2 calls for workers that there are not, or"));
}

/// The other workers may wait at a barrier for the one that was meant.
TEST(Executor, ThatCallsOneWorkerInPlaceOfAnotherFailsTheCallWithoutAHang) {
  auto first = [](transept_worker_function function, void *argument, std::uint32_t) {
    std::thread other([=] { function(argument, 0); });
    function(argument, 0);
    other.join();
    return 0;
  };
  ToyModel toy(5);
  WrongExecutor executor{first};
  Model model = toy.open({.workers = {WrongExecutor::call, &executor, 2}});
  EXPECT_THAT(encodingError(first, 2), HasSubstr("1 calls for workers"));
  executor.run = runRightly;
  Source encoded = model.encode(source);
  executor.run = first;
  EXPECT_THROW(model.generate(encoded), Error);
  executor.run = runRightly;
  EXPECT_EQ(model.generate(encoded).ids(), expected(toy));
}

TEST(Executor, ThatCallsTooLateChangesNothing) {
  transept_worker_function late = nullptr;
  void *lateArgument = nullptr;
  auto keep = [&](transept_worker_function function, void *argument, std::uint32_t) {
    late = function;
    lateArgument = argument;
    return 0;
  };
  ToyModel toy(5);
  WrongExecutor executor{keep};
  Model model = toy.open({.workers = {WrongExecutor::call, &executor, /*count=*/1}});
  EXPECT_THROW(model.encode(source), Error);
  int calls = toy.parameters.encodeCalls;
  late(lateArgument, 0);
  EXPECT_EQ(toy.parameters.encodeCalls, calls);
}

TEST(Executor, ThatReturnsWhileItsThreadsWorkIsWaitedFor) {
  ToyModel toy(5);
  std::vector<Id> ids = expected(toy);
  std::vector<std::thread> threads;
  std::atomic<std::uint32_t> begun{0};
  WrongExecutor executor{
      [&](transept_worker_function function, void *argument, std::uint32_t count) {
        begun = 0;
        for (std::uint32_t worker = 0; worker < count; ++worker)
          threads.emplace_back([&begun, function, argument, worker] {
            ++begun;
            function(argument, worker);
          });
        while (begun != count)
          std::this_thread::yield();
        return 0;
      }};
  toy.parameters.encodeDelayMicroseconds = 3000;
  Model model = toy.open({.workers = {WrongExecutor::call, &executor, /*count=*/1}});
  // Either it was seen to work and waited for, or it came too late and the call failed.
  try {
    EXPECT_EQ(model.generate(model.encode(source)).ids(), ids);
  } catch (const Error &error) {
    EXPECT_THAT(error.what(), HasSubstr("of them had run"));
  }
  for (std::thread &thread : threads)
    thread.join();
}

TEST(Executor, ThatThrowsFailsTheCall) {
  auto throws = [](transept_worker_function, void *, std::uint32_t) -> std::int32_t {
    throw std::runtime_error("the pool is closed");
  };
  EXPECT_THAT(encodingError(throws, 2),
              HasSubstr("given at opening threw an exception (the pool is closed)"));
  auto throwsNumber = [](transept_worker_function, void *, std::uint32_t) -> std::int32_t {
    throw 7;
  };
  EXPECT_THAT(encodingError(throwsNumber, 1), HasSubstr("given at opening threw an exception"));
}

TEST(SharedWorkers, SurviveAFunctionThatThrows) {
  ToyModel toy(5);
  Model model = toy.open({.threads = 3});
  Workers workers = model.workers();
  auto throws = [](void *, std::uint32_t worker) {
    if (worker != 0)
      throw std::runtime_error("worker");
  };
  EXPECT_EQ(workers.executor(workers.context, throws, nullptr, 3), TRANSEPT_INTERNAL);
  EXPECT_EQ(workers.executor(workers.context, throws, nullptr, 9), TRANSEPT_INVALID_ARGUMENT);
  EXPECT_EQ(model.generate(model.encode(source)).ids(), expected(toy));
}

} // namespace
} // namespace transept::tests
