// SPDX-License-Identifier: Apache-2.0
//
// The other end of ProcessContender.cpp's protocol, so that the programs of two builds can be
// measured side by side.

#include "benchmarks/models/Contender.h"

#include <cstdio>
#include <iostream>
#include <stdexcept>

namespace transept::benchmarks {

namespace {

template <typename T> std::vector<std::vector<T>> readRows(size_t count, size_t length) {
  std::vector<std::vector<T>> rows(count, std::vector<T>(length));
  for (std::vector<T> &row : rows)
    if (!std::cin.read(reinterpret_cast<char *>(row.data()), std::streamsize(length * sizeof(T))))
      throw std::runtime_error("the input ends within the sources");
  return rows;
}

Sources readSources() {
  std::string kind;
  size_t count = 0, length = 0;
  if (!(std::cin >> kind >> count >> length) || (kind != "ids" && kind != "features"))
    throw std::runtime_error("found \"encode " + kind +
                             "\", but expects \"encode ids|features COUNT LENGTH\"");
  std::cin.ignore(1); // the line's end
  if (kind == "ids")
    return {.ids = readRows<int32_t>(count, length)};
  return {.features = readRows<float>(count, length)};
}

} // namespace

void serveContender(Contender &contender) {
  std::printf("ready Transept\n");
  std::fflush(stdout);
  for (std::string word; std::cin >> word;) {
    if (word == "encode") {
      std::printf("%.9f", contender.encode(readSources()));
    } else if (word == "generate") {
      Generate request;
      std::cin >> request.beams >> request.steps;
      Generated result = contender.generate(request);
      std::printf("%.9f", result.seconds);
      for (const Ids &ids : result.ids)
        for (int32_t id : ids)
          std::printf(" %d", id);
    } else {
      throw std::runtime_error("found \"" + word + "\", but expects encode or generate");
    }
    std::printf("\n");
    std::fflush(stdout);
  }
}

} // namespace transept::benchmarks
