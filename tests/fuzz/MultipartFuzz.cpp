// SPDX-License-Identifier: Apache-2.0
//
// Whatever a client sends as a form: either a refusal, or parts that lie inside of the body.

#include "serve/Errors.h"
#include "serve/Multipart.h"

#include <stdexcept>
#include <string>

using namespace transept::serve;

extern "C" void addFuzzSeeds(std::vector<std::string> &seeds) {
  const std::string disposition =
      "Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"";
  seeds.push_back("--b\r\n" + disposition +
                  "\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n--\r\n--b\r\n" +
                  "content-disposition: form-data; name=model\r\n\r\nsounds\r\n--b--\r\n");
  seeds.push_back("--b\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n"
                  "Content-Transfer-Encoding: binary\r\n\r\n\r\n--b--");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view body(reinterpret_cast<const char *>(data), size);
  for (const char *type :
       {"multipart/form-data; boundary=b", "multipart/form-data; boundary=\"--\""})
    try {
      for (const FormPart &part : parseMultipart(body, type)) {
        bool isInside = part.content.data() >= body.data() &&
                        part.content.data() + part.content.size() <= body.data() + body.size();
        if (!isInside || part.name.empty())
          throw std::logic_error("a part is not inside of the body, or has no name");
      }
    } catch (const HttpError &) {
    }
  try {
    parseMultipart("", std::string(body));
  } catch (const HttpError &) {
  }
  return 0;
}
