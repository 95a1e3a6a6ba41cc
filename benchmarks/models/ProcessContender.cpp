// SPDX-License-Identifier: Apache-2.0
//
// A contender that is a program of its own, mostly one that drives a peer's Python module. It reads
// lines from its standard input and answers each with a line:
//
//   (at the start)              ready VERSION
//   encode ids COUNT LENGTH     SECONDS           (the line is followed by COUNT x LENGTH int32)
//   encode features COUNT SIZE  SECONDS           (likewise by float32)
//   generate BEAMS STEPS        SECONDS ID ID ... (of all sources, STEPS each)
//
// or "error MESSAGE". The seconds are its own: pipes and lists of Python do not count.

#include "benchmarks/models/Contender.h"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace transept::benchmarks {

namespace {

class ProcessContender : public Contender {
public:
  explicit ProcessContender(const std::vector<std::string> &command) : name(command.at(0)) {
    if (command.size() > 1)
      name += " " + command[1];
    std::signal(SIGPIPE, SIG_IGN); // a program that ended is an error of the next write
    start(command);
    std::istringstream line = answer();
    std::string word;
    if (!(line >> word) || word != "ready" || !std::getline(line >> std::ws, itsVersion))
      throw std::runtime_error(name + " said \"" + line.str() +
                               "\", but expects \"ready VERSION\"");
  }

  ~ProcessContender() override {
    std::fclose(requests); // it ends by itself where there is nothing more to read
    std::fclose(answers);
    waitpid(process, nullptr, 0);
  }

  double encode(const Sources &sources) override {
    sourceCount = sources.count();
    if (sources.features.empty())
      send("ids", sources.ids);
    else
      send("features", sources.features);
    return seconds(answer());
  }

  Generated generate(const Generate &request) override {
    std::fprintf(requests, "generate %zu %zu\n", request.beams, request.steps);
    std::istringstream line = answer();
    Generated result{.ids = std::vector<Ids>(sourceCount), .seconds = seconds(line)};
    for (Ids &ids : result.ids)
      for (int32_t id = 0; ids.size() < request.steps && line >> id;)
        ids.push_back(id);
    if (sourceCount && result.ids.back().size() != request.steps)
      throw std::runtime_error(name + " did not generate " + std::to_string(request.steps) +
                               " ids for each source");
    return result;
  }

  std::string version() const override { return itsVersion; }

private:
  void start(const std::vector<std::string> &command) {
    int in[2], out[2];
    // Closed in later children, which would keep this one from seeing the end of its input.
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
      throw std::runtime_error("cannot make a pipe for " + name);
    process = fork();
    if (process == 0) {
      dup2(in[0], STDIN_FILENO);
      dup2(out[1], STDOUT_FILENO);
      std::vector<char *> arguments;
      for (const std::string &argument : command)
        arguments.push_back(const_cast<char *>(argument.c_str()));
      arguments.push_back(nullptr);
      execvp(arguments[0], arguments.data());
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    requests = fdopen(in[1], "w");
    answers = fdopen(out[0], "r");
    if (process < 0)
      throw std::runtime_error("cannot start " + name);
  }

  template <typename Source> void send(const char *kind, const std::vector<Source> &sources) {
    std::fprintf(requests, "encode %s %zu %zu\n", kind, sources.size(), sources.front().size());
    for (const Source &source : sources)
      std::fwrite(source.data(), sizeof(source[0]), source.size(), requests);
  }

  std::istringstream answer() {
    std::fflush(requests);
    char *text = nullptr;
    size_t capacity = 0;
    ssize_t length = getline(&text, &capacity, answers);
    std::string line(text, length > 0 ? size_t(length) : 0);
    free(text);
    if (line.empty())
      throw std::runtime_error(name + " ended without an answer");
    line.pop_back();
    if (line.starts_with("error "))
      throw std::runtime_error(line.substr(6));
    return std::istringstream(line);
  }

  double seconds(std::istringstream &&line) const { return seconds(line); }
  double seconds(std::istringstream &line) const {
    double value = 0;
    if (!(line >> value))
      throw std::runtime_error(name + " said \"" + line.str() + "\", but expects seconds");
    return value;
  }

  std::string name, itsVersion;
  pid_t process = -1;
  FILE *requests = nullptr, *answers = nullptr;
  size_t sourceCount = 0;
};

} // namespace

std::unique_ptr<Contender> openProcess(const std::vector<std::string> &command) {
  return std::make_unique<ProcessContender>(command);
}

} // namespace transept::benchmarks
