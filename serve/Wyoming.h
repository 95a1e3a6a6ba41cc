// SPDX-License-Identifier: Apache-2.0
//
// The Wyoming protocol of Home Assistant without a socket: events as bytes, and what follows from
// them. It describes the models of speech, takes a sound in pieces, and says what to transcribe.

#ifndef TRANSEPT_SERVE_WYOMING_H
#define TRANSEPT_SERVE_WYOMING_H

#include "serve/Service.h"

#include <nlohmann/json.hpp>

namespace transept::serve {

struct WyomingEvent {
  std::string type;
  nlohmann::ordered_json data = nlohmann::ordered_json::object();
  std::string payload = {};

  /// A line of JSON, the data as JSON, the payload.
  std::string bytes() const;
};

/// Events out of what a client sends, in pieces of any size.
class WyomingReader {
public:
  /// Largest line or data, and largest payload, of an event.
  WyomingReader(uint64_t mostText, uint64_t mostPayload)
      : mostText(mostText), mostPayload(mostPayload) {}

  void add(std::string_view piece);
  /// The next event that is there as a whole. Throws HttpError for what is none, or too large.
  std::optional<WyomingEvent> next();

private:
  struct Header {
    WyomingEvent event;
    uint64_t dataSize, payloadSize;
  };
  Header readHeader(std::string_view line) const;
  std::string_view left() const { return std::string_view(bytes).substr(used); }
  std::string_view take(uint64_t count);

  const uint64_t mostText, mostPayload;
  std::string bytes;
  size_t used = 0;              // of these
  std::optional<Header> header; // of an event whose rest is still to come
};

/// A sound that is there as a whole.
struct Utterance {
  ModelPointer served;
  std::string language; // empty: detected
  std::string samples;
  features::RawFormat format;
};

/// What one client has said so far.
class WyomingConversation {
public:
  explicit WyomingConversation(Service &service) : service(service) {}

  struct Step {
    std::string answer = {};                 // sent at once
    std::optional<Utterance> utterance = {}; // whose transcript is sent when it is there
  };
  /// Throws HttpError for what is wrong in an event; the conversation cannot go on then. Events of
  /// other services are left aside, as the protocol wants it.
  Step take(WyomingEvent event);

  /// Bytes of the sound that is being taken.
  uint64_t heldBytes() const { return utterance.samples.size(); }
  bool isTakingSound() const { return hasBegun; }

private:
  std::string describe() const;
  ModelPointer modelFor(const nlohmann::ordered_json &data) const;
  void begin(const nlohmann::ordered_json &data);
  void addChunk(const WyomingEvent &event);

  Service &service;
  Utterance utterance;
  bool hasBegun = false;
};

/// The events that answer an utterance. Throws as transcribing does.
std::string transcriptOf(const Utterance &utterance, const Call &call);

/// An event that says what was wrong.
std::string wyomingError(const Problem &problem);

} // namespace transept::serve

#endif
