// SPDX-License-Identifier: Apache-2.0
//
// One connection that speaks the Wyoming protocol, of which the first sound is transcribed.

#ifndef TRANSEPT_SERVE_WYOMINGSESSION_H
#define TRANSEPT_SERVE_WYOMINGSESSION_H

#include "serve/Server.h"
#include "serve/Wyoming.h"

#include <memory>

namespace transept::serve {

class WyomingSession final : public Connection,
                             public Exchange,
                             public std::enable_shared_from_this<WyomingSession> {
public:
  WyomingSession(boost::asio::ip::tcp::socket socket, Server &server);

  // On the thread of the server.
  void start() override;
  void closeIfIdle() override;
  void giveUp() override;

  // On the thread of the pool. Transcripts are sent as a whole.
  void beginStream(const std::string &) override {}
  void write(std::string_view) override {}
  bool isStreaming() const override { return false; }
  std::stop_token stop() const override { return stopSource.get_token(); }

private:
  void read();
  void take();
  bool reserve();
  void dispatch(Utterance utterance);
  void run(const Utterance &utterance);
  void finish(int status, const std::string &answer);
  void refuse(const Problem &problem);
  void send(std::string text);
  void sendNext();
  void endSending();
  void setDeadline(uint64_t seconds);
  void close();

  Server &server;
  boost::asio::ip::tcp::socket socket;
  boost::asio::steady_timer deadline;
  WyomingReader reader;
  WyomingConversation conversation;
  HttpRequest request; // what the log and the schedule know of the sound
  std::stop_source stopSource;
  std::string piece, outgoing, sending;
  uint64_t reservedBytes = 0;
  /// `isEnding`: what is still to be sent is the last; what comes is left aside.
  bool isRunning = false, isEnding = false, isClosed = false;
};

} // namespace transept::serve

#endif
