// SPDX-License-Identifier: Apache-2.0
//
// Whatever a client sends to a route: an answer that is not the server's own fault, and JSON where
// it is an error. The first byte of an input chooses the route.

#include "serve/Routes.h"

#include <nlohmann/json.hpp>

using namespace transept::serve;

namespace {

/// A client that takes everything.
class Taker final : public Exchange {
public:
  void beginStream(const std::string &) override { streaming = true; }
  void write(std::string_view part) override { bytes += part.size(); }
  bool isStreaming() const override { return streaming; }
  std::stop_token stop() const override { return {}; }

private:
  bool streaming = false;
  size_t bytes = 0;
};

Service &service() {
  static Service shared([] {
    Configuration configuration;
    configuration.models["model"] = {.library = HAND_WRITTEN_MODEL};
    configuration.threads = 1;
    return configuration;
  });
  return shared;
}

const char *typeFor(const Route &route, uint8_t choice) {
  if (route.body == Route::Body::Sound)
    return "multipart/form-data; boundary=b";
  return choice & 64 ? "application/x-www-form-urlencoded" : "application/json";
}

std::string pathOf(const Route &route) {
  std::string path = route.path;
  size_t place = path.find("{}");
  return place == path.npos ? path : path.replace(place, 2, "model");
}

} // namespace

extern "C" void addFuzzSeeds(std::vector<std::string> &seeds) {
  const char *bodies[] = {
      R"({"id":"1","inputs":[
           {"name":"ids","datatype":"INT64","shape":[2,2],"data":[[1,2],[3,1]]},
           {"name":"mask","datatype":"BOOL","shape":[2,2],"data":[true,true,true,false]}],
         "outputs":[{"name":"ids"}],
         "parameters":{"num_beams":2,"max_new_tokens":4,"eos_token_id":[1],"bad_words_ids":[[1,2]],
                       "sequence_bias":[[[1],0.5]],"early_stopping":"never"}})",
      R"({"text_input":"a","parameters":{"do_sample":true,"temperature":0.5,"seed":3}})",
      R"({"q":["a","b"],"source":"auto","target":"de","format":"text","alternatives":1})",
      "q=a%20b&source=en&target=de&api_key=",
      ("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nmodel\r\n--b\r\n"
       "Content-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nRIFF\r\n--b--\r\n")};
  for (uint8_t route = 0; route < uint8_t(allRoutes().size()); ++route)
    for (const char *body : bodies)
      seeds.push_back(char(route | (*body == 'q' ? 64 : 0)) + std::string(body));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  const Route &route = allRoutes()[(data[0] & 63) % allRoutes().size()];
  HttpRequest request;
  request.method = route.method;
  request.path = pathOf(route);
  request.contentType = typeFor(route, data[0]);
  request.body.assign(reinterpret_cast<const char *>(data + 1), size - 1);
  auto admission = std::get<Admission>(service().admit(request));
  Taker taker;
  HttpResponse response = service().answer(admission, request, taker);
  if (response.status == 500)
    throw std::logic_error("the server blames itself: " + response.body);
  if (response.status >= 400 && !nlohmann::json::parse(response.body).contains("error"))
    throw std::logic_error("an error is not written as one: " + response.body);
  return 0;
}
