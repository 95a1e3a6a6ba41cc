// SPDX-License-Identifier: Apache-2.0
//
// Forms as browsers, curl and libraries send them, and what is none.

#include "serve/Multipart.h"
#include "serve/Errors.h"

#include <gmock/gmock.h>

using namespace transept::serve;
using testing::HasSubstr;

namespace {

constexpr const char *kType = "multipart/form-data; boundary=b";

std::string problemOf(const std::string &body, const std::string &type = kType) {
  try {
    parseMultipart(body, type);
  } catch (const HttpError &error) {
    return error.what();
  }
  return "none";
}

} // namespace

TEST(Multipart, PartsKeepTheirBytes) {
  std::string content("\r\n--\r\n-b\0\xff\r\n--", 15);
  std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".wav\"\r\n"
      "Content-Type: audio/wav\r\n\r\n" +
      content + "\r\n--b\r\ncontent-disposition: form-data; name=model\r\n\r\n\r\n--b--\r\n";
  std::vector<FormPart> parts = parseMultipart(body, "Multipart/Form-Data; boundary=\"b\"");
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].name, "file");
  EXPECT_EQ(parts[0].fileName, "a \"b\".wav");
  EXPECT_EQ(parts[0].contentType, "audio/wav");
  EXPECT_EQ(parts[0].content, content);
  EXPECT_EQ(parts[1].name, "model");
  EXPECT_EQ(parts[1].content, "");
}

TEST(Multipart, AFormMayBeEmpty) {
  EXPECT_TRUE(parseMultipart("--b--", kType).empty());
}

TEST(Multipart, SaysWhatIsWrong) {
  const std::string head = "--b\r\nContent-Disposition: form-data; name=a\r\n";
  EXPECT_THAT(problemOf(""), HasSubstr("does not begin with its boundary"));
  EXPECT_THAT(problemOf("--bx"), HasSubstr("end of its line"));
  EXPECT_THAT(problemOf(head), HasSubstr("does not end within"));
  EXPECT_THAT(problemOf(head + "\r\nx"), HasSubstr("has no boundary behind it"));
  EXPECT_THAT(problemOf(head + "\r\nx\r\n--b--more"), HasSubstr("behind the last boundary"));
  EXPECT_THAT(problemOf("--b\r\n\r\nx\r\n--b--"), HasSubstr("has no name"));
  EXPECT_THAT(problemOf(head + "X: y\r\n\r\nx\r\n--b--"), HasSubstr("the header \"x\""));
  EXPECT_THAT(problemOf(head + "no colon\r\n\r\nx\r\n--b--"), HasSubstr("no colon"));
  EXPECT_THAT(problemOf("--b--", "multipart/form-data"), HasSubstr("boundary"));
  EXPECT_THAT(problemOf("--b--", "text/plain"), HasSubstr("must be multipart/form-data"));
  std::string many;
  for (int index = 0; index < 65; ++index)
    many += head + "\r\nx\r\n";
  EXPECT_THAT(problemOf(many + "--b--"), HasSubstr("more than 64 parts"));
  EXPECT_THAT(problemOf("--b\r\nContent-Type: " + std::string(5000, 'x') + "\r\n\r\n\r\n--b--"),
              HasSubstr("4096"));
}
