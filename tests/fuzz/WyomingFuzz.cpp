// SPDX-License-Identifier: Apache-2.0
//
// Whatever a client sends to the port of the Wyoming protocol, in pieces of any size: the same
// events, or the same refusal, as in one piece. The first byte of an input chooses the size.

#include "serve/Wyoming.h"

#include "transept/error.h"

#include <stdexcept>

using namespace transept::serve;

namespace {

Service &service() {
  static Service shared([] {
    Configuration configuration;
    configuration.models["model"] = {.library = HAND_WRITTEN_MODEL};
    configuration.threads = 1;
    return configuration;
  });
  return shared;
}

/// What is answered, to the first event that is refused.
std::string answersTo(std::string_view bytes, size_t pieceSize) {
  constexpr uint64_t kMostText = 1024, kMostPayload = 256;
  WyomingReader reader(kMostText, kMostPayload);
  WyomingConversation conversation(service());
  std::string answers;
  try {
    while (!bytes.empty()) {
      reader.add(bytes.substr(0, pieceSize));
      bytes.remove_prefix(std::min(pieceSize, bytes.size()));
      while (std::optional<WyomingEvent> event = reader.next())
        answers += conversation.take(std::move(*event)).answer;
    }
  } catch (const HttpError &error) {
    answers += error.what();
  } catch (const transept::Error &error) {
    answers += error.what();
  }
  return answers;
}

} // namespace

extern "C" void addFuzzSeeds(std::vector<std::string> &seeds) {
  seeds.push_back(
      "\x05{\"type\": \"describe\"}\n{\"type\": \"ping\", \"data\": {\"text\": \"a\"}}\n");
  seeds.push_back("\x01{\"type\": \"transcribe\", \"data_length\": 18}\n{\"language\": \"en\"} ");
  seeds.push_back(
      "\xff{\"type\": \"audio-start\", \"data\": {\"rate\": 16000, \"width\": 2, \"channels\": "
      "1}}\n{\"type\": \"audio-chunk\", \"payload_length\": 4}\nabcd{\"type\": \"audio-stop\"}\n");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  std::string_view bytes(reinterpret_cast<const char *>(data + 1), size - 1);
  std::string whole = answersTo(bytes, size), pieces = answersTo(bytes, size_t(data[0]) + 1);
  // A line that is too long is noticed earlier where it comes in pieces.
  if (whole != pieces && whole.find("an event's line has more") == whole.npos)
    throw std::logic_error("pieces make a difference");
  return 0;
}
