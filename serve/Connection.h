// SPDX-License-Identifier: Apache-2.0
//
// What the server knows of a connection, whatever it speaks.

#ifndef TRANSEPT_SERVE_CONNECTION_H
#define TRANSEPT_SERVE_CONNECTION_H

namespace transept::serve {

/// All on the thread of the server.
class Connection {
public:
  virtual ~Connection() = default;
  virtual void start() = 0;
  virtual void closeIfIdle() = 0;
  /// Asks what runs to stop, and closes the connection.
  virtual void giveUp() = 0;
};

} // namespace transept::serve

#endif
