// SPDX-License-Identifier: Apache-2.0
//
// A call becomes a request of the route that answers the same over REST.

#include "serve/GrpcServer.h"

#include "generated/inference.grpc.pb.h"
#include "serve/Bodies.h"
#include "serve/InferMessages.h"
#include "serve/Log.h"
#include "serve/RequestId.h"

#include "base/Error.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>

namespace transept::serve {

namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

grpc::StatusCode codeOf(int status) {
  switch (status) {
  case 400:
    return grpc::StatusCode::INVALID_ARGUMENT;
  case 401:
    return grpc::StatusCode::UNAUTHENTICATED;
  case 404:
    return grpc::StatusCode::NOT_FOUND;
  case 429:
    return grpc::StatusCode::RESOURCE_EXHAUSTED;
  case 499:
    return grpc::StatusCode::CANCELLED;
  case 501:
    return grpc::StatusCode::UNIMPLEMENTED;
  case 503:
    return grpc::StatusCode::UNAVAILABLE;
  case 504:
    return grpc::StatusCode::DEADLINE_EXCEEDED;
  default:
    return grpc::StatusCode::INTERNAL;
  }
}

HttpRequest requestFor(const Context &context, const char *method, const std::string &path) {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.id = makeRequestId();
  request.client = context.peer();
  auto key = context.client_metadata().find("authorization");
  if (key != context.client_metadata().end())
    request.authorization = std::string(key->second.data(), key->second.size());
  return request;
}

/// Hands the route's answer to `take`, or its error to the client.
template <typename Take> grpc::Status statusOf(const HttpResponse &response, Take take) {
  Json answer = Json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  if (answer.is_object() && answer.contains("error"))
    return {codeOf(response.status), answer["error"].get<std::string>()};
  take(answer);
  return grpc::Status::OK;
}

/// Nobody takes parts of an answer.
class Whole : public Exchange {
public:
  void beginStream(const std::string &) override {}
  void write(std::string_view) override {}
  bool isStreaming() const override { return false; }
  std::stop_token stop() const override { return source.get_token(); }

  std::stop_source source;
};

/// One inference; it deletes itself when gRPC is done with it.
class InferCall final : public Reactor {
public:
  InferCall(Service &service, const Context &context, const inference::ModelInferRequest &given,
            inference::ModelInferResponse &response)
      : service(service), given(given), response(response),
        request(requestFor(context, "POST", "/v2/models/" + given.model_name() + "/infer")) {}

  void start(RequestPool &pool) {
    std::variant<Admission, HttpResponse> accepted = service.admit(request);
    if (auto *refused = std::get_if<HttpResponse>(&accepted))
      return finish(*refused);
    admission = std::get<Admission>(std::move(accepted));
    if (!pool.add(admission.caller.number, admission.caller.weight, [this] { run(); })) {
      service.metrics.rejected("queue");
      finish(problemResponse(ErrorForm::Sentence,
                             {429, "as many requests wait as may; try again later"}));
    }
  }

  void OnCancel() override { exchange.source.request_stop(); }
  void OnDone() override { delete this; }

private:
  /// On a thread of the pool.
  void run() {
    HttpResponse answer;
    try {
      request.body = dump(bodyOf(given));
      request.contentType = "application/json";
      answer = service.answer(admission, request, exchange);
    } catch (const std::exception &error) {
      answer = problemResponse(ErrorForm::Sentence, problemOf(error));
    }
    finish(answer);
  }

  void finish(const HttpResponse &answer) {
    double seconds = std::chrono::duration<double>(Clock::now() - request.arrival).count();
    if (answer.status == 499)
      service.metrics.cancelled();
    service.metrics.answered("grpc", answer.status, seconds);
    logEvent("info", "request",
             {{"id", request.id},
              {"client", request.client},
              {"path", "ModelInfer " + given.model_name()},
              {"status", answer.status},
              {"seconds", seconds}});
    Finish(statusOf(answer, [this](const Json &json) {
      fill(response, json, given.raw_input_contents_size() != 0);
    }));
  }

  Service &service;
  const inference::ModelInferRequest &given;
  inference::ModelInferResponse &response;
  HttpRequest request;
  Admission admission;
  Whole exchange;
};

class Calls final : public inference::GRPCInferenceService::CallbackService {
public:
  Calls(serve::Service &service, RequestPool &pool) : service(service), pool(pool) {}

  Reactor *ServerLive(Context *context, const inference::ServerLiveRequest *,
                      inference::ServerLiveResponse *response) override {
    return ask(context, "/v2/health/live",
               [=](const Json &answer) { response->set_live(answer["live"].get<bool>()); });
  }

  Reactor *ServerReady(Context *context, const inference::ServerReadyRequest *,
                       inference::ServerReadyResponse *response) override {
    return ask(context, "/v2/health/ready",
               [=](const Json &answer) { response->set_ready(answer["ready"].get<bool>()); });
  }

  Reactor *ModelReady(Context *context, const inference::ModelReadyRequest *request,
                      inference::ModelReadyResponse *response) override {
    return ask(context, "/v2/models/" + request->name() + "/ready",
               [=](const Json &answer) { response->set_ready(answer["ready"].get<bool>()); });
  }

  Reactor *ServerMetadata(Context *context, const inference::ServerMetadataRequest *,
                          inference::ServerMetadataResponse *response) override {
    return ask(context, "/v2", [=](const Json &answer) {
      response->set_name(answer["name"].get<std::string>());
      response->set_version(answer["version"].get<std::string>());
    });
  }

  Reactor *ModelMetadata(Context *context, const inference::ModelMetadataRequest *request,
                         inference::ModelMetadataResponse *response) override {
    return ask(context, "/v2/models/" + request->name(),
               [=](const Json &answer) { fill(*response, answer); });
  }

  Reactor *ModelInfer(Context *context, const inference::ModelInferRequest *request,
                      inference::ModelInferResponse *response) override {
    auto *call = new InferCall(service, *context, *request, *response);
    call->start(pool);
    return call;
  }

private:
  /// What is answered at once.
  template <typename Take> Reactor *ask(Context *context, const std::string &path, Take take) {
    HttpRequest request = requestFor(*context, "GET", path);
    std::variant<Admission, HttpResponse> accepted = service.admit(request);
    Whole exchange;
    HttpResponse answer = std::holds_alternative<HttpResponse>(accepted)
                              ? std::get<HttpResponse>(accepted)
                              : service.answer(std::get<Admission>(accepted), request, exchange);
    Reactor *reactor = context->DefaultReactor();
    reactor->Finish(statusOf(answer, take));
    return reactor;
  }

  serve::Service &service;
  RequestPool &pool;
};

} // namespace

struct GrpcServer::Parts {
  Calls calls;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
};

GrpcServer::GrpcServer(Service &service, RequestPool &pool, uint16_t port)
    : parts(new Parts{.calls = Calls(service, pool), .server = nullptr}) {
  const Limits &limits = service.limits;
  grpc::ServerBuilder builder;
  bool isIpv6 = service.address.find(':') != std::string::npos;
  builder.AddListeningPort(
      fmt::format("{}:{}", isIpv6 ? "[" + service.address + "]" : service.address, port),
      grpc::InsecureServerCredentials(), &parts->port);
  builder.SetMaxReceiveMessageSize(int(std::min<uint64_t>(limits.bodyBytes, INT32_MAX)));
  grpc::ResourceQuota quota("transept-serve");
  builder.SetResourceQuota(quota.Resize(limits.allBodyBytes));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, int(limits.headerBytes));
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.RegisterService(&parts->calls);
  parts->server = builder.BuildAndStart();
  if (!parts->server || parts->port == 0)
    throw InputError(fmt::format("cannot listen at {} port {} for gRPC", service.address, port));
}

GrpcServer::~GrpcServer() {
  drain(0);
}

int GrpcServer::port() const {
  return parts->port;
}

void GrpcServer::drain(uint64_t seconds) {
  parts->server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(seconds));
}

} // namespace transept::serve
