// SPDX-License-Identifier: Apache-2.0
//
// The Open Inference Protocol over gRPC. gRPC has threads of its own; what a model does runs on
// those of the pool, as requests of HTTP do.

#ifndef TRANSEPT_SERVE_GRPCSERVER_H
#define TRANSEPT_SERVE_GRPCSERVER_H

#include "serve/RequestPool.h"
#include "serve/Service.h"

#include <memory>

namespace transept::serve {

class GrpcServer {
public:
  /// Listens at the service's address. Throws InputError where it cannot.
  GrpcServer(Service &service, RequestPool &pool, uint16_t port);
  ~GrpcServer();

  int port() const;
  /// Takes nothing new, and returns when all calls have ended; those that have not after `seconds`
  /// are cancelled.
  void drain(uint64_t seconds);

private:
  struct Parts;
  std::unique_ptr<Parts> parts;
};

} // namespace transept::serve

#endif
