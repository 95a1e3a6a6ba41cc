// SPDX-License-Identifier: Apache-2.0
//
// Models in a process that was forked: errors at once, where the threads and the owners of locks
// would be missing.

#include "ToyModel.h"

#include "transept/observe.h"
#include "transept/profile.h"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace transept::tests {
namespace {

using testing::HasSubstr;

/// What `call` returns in a child process. One that hangs is ended by an alarm, and returns
/// nothing.
template <typename Call> std::string inChild(Call &&call) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  ::pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    std::string text = call();
    bool isWritten = ::write(ends[1], text.data(), text.size()) == ::ssize_t(text.size());
    ::_exit(isWritten ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[256];
  for (::ssize_t count; (count = ::read(ends[0], buffer, sizeof(buffer))) > 0;)
    text.append(buffer, std::size_t(count));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
  return text;
}

class Forked : public testing::TestWithParam<unsigned> {};

TEST_P(Forked, ModelsOfTheParentAreErrors) {
  ToyModel toy;
  Model model = toy.open({.threads = GetParam()});
  Source source = model.encode({4, 5});
  Decoder decoder = source.decode();
  std::vector<Id> target{1, 4};
  std::vector<std::function<void()>> calls{
      [&] { model.encode({4, 5}); },
      [&] { model.encode({9}); },
      [&] { model.generate(source); },
      [&] { model.generate(source, {.beams = 3}); },
      [&] { model.logits(source, target); },
      [&] { (void)source.decode(); },
      [&] { decoder.append(1); },
      [&] { (void)decoder.fork(); },
      [&] { model.statistics(); },
      [&] { model.workers(); },
      [&] { (void)Profiler(model).decode(); },
      [&] {
        Observer observer(model, [](const Observation &) {});
        model.encode({9});
      },
  };
  for (std::size_t index = 0; index < calls.size(); ++index) {
    std::string answer = inChild([&]() -> std::string {
      try {
        calls[index]();
      } catch (const Error &error) {
        return error.code() == ErrorCode::Unsupported ? error.what() : "another kind of error";
      }
      return "no error";
    });
    EXPECT_THAT(answer, HasSubstr("was opened before fork()")) << "call " << index;
  }
  EXPECT_EQ(model.generate(source).ids(), model.generate(model.encode({4, 5})).ids());
}

TEST_P(Forked, HandlesOfTheParentCanBeGivenUp) {
  ToyModel toy;
  std::optional<Model> model = toy.open({.threads = GetParam()});
  std::optional<Source> source = model->encode({4, 5}), copy = source;
  std::optional<Decoder> decoder = source->decode();
  std::string answer = inChild([&] {
    std::string ids = std::to_string(source->ids()[1]); // memory is there
    decoder.reset();
    source.reset();
    copy.reset();
    model.reset();
    return "given up " + ids;
  });
  EXPECT_EQ(answer, "given up 5");
}

TEST_P(Forked, OpensModelsOfItsOwn) {
  ToyModel toy;
  Model model = toy.open({.threads = GetParam()});
  std::vector<Id> expected = model.generate(model.encode({4, 5})).ids();
  Workers workers = model.workers();
  std::string answer = inChild([&]() -> std::string {
    Model own = toy.open({.threads = 1});
    bool isSame = own.generate(own.encode({4, 5})).ids() == expected;
    try {
      toy.open({.workers = workers}).encode({4, 5});
    } catch (const Error &error) {
      return (isSame ? "same, but " : "different, and ") + std::string(error.what());
    }
    return "no error";
  });
  EXPECT_THAT(answer, HasSubstr("same, but the executor given at opening returned 2"));
}

TEST_P(Forked, WhileOtherThreadsOfTheParentHoldLocks) {
  ToyModel toy;
  Model model = toy.open({.threads = GetParam()});
  Source source = model.encode({4, 5});
  std::atomic<bool> isOver{false};
  std::thread other([&] {
    while (!isOver)
      model.generate(model.encode({4, 5, 6}), {.beams = 2});
  });
  for (int count = 0; count < 20; ++count)
    EXPECT_THAT(inChild([&]() -> std::string {
                  try {
                    model.generate(source);
                  } catch (const Error &error) {
                    return error.what();
                  }
                  return "no error";
                }),
                HasSubstr("was opened before fork()"));
  isOver = true;
  other.join();
}

INSTANTIATE_TEST_SUITE_P(Threads, Forked, testing::Values(1u, 3u));

} // namespace
} // namespace transept::tests
