// SPDX-License-Identifier: Apache-2.0
//
// What Prometheus reads.

#include "serve/Metrics.h"

#include <gmock/gmock.h>

using namespace transept::serve;
using testing::HasSubstr;

TEST(Metrics, BucketsCountWhatIsAtMostTheirBound) {
  Metrics metrics;
  for (double seconds : {0.001, 0.005, 0.2, 100.0})
    metrics.answered("/a", 200, seconds);
  std::string text = metrics.text({}, {});
  EXPECT_THAT(text, HasSubstr("transept_request_seconds_bucket{route=\"/a\",le=\"0.005\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("transept_request_seconds_bucket{route=\"/a\",le=\"0.25\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("transept_request_seconds_bucket{route=\"/a\",le=\"60\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("transept_request_seconds_bucket{route=\"/a\",le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("transept_request_seconds_count{route=\"/a\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("transept_requests_total{route=\"/a\",status=\"200\"} 4\n"));
}
