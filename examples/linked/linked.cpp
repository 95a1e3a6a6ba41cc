// SPDX-License-Identifier: Apache-2.0
//
// Translates one sentence with a model that this program is linked with. The runtime takes and
// gives token ids; `transept generate --json` shows the ids of a text.

#include "number_words.h"

#include <cstdio>

int main() try {
  // ">>de<< seven thousand seven hundred and fifty-two"
  std::vector<transept::Id> ids = {799, 26, 10, 26, 6, 5, 35, 2, 66, 0};

  transept::Model model = number_words::open();
  transept::Source source = model.encode(ids); // runs the encoder once; all that follows shares it

  for (int beams : {1, 4}) {
    transept::Generation result = model.generate(source, {.beams = beams});
    std::printf("%d beam%s:", beams, beams == 1 ? "" : "s");
    for (transept::Id id : result.ids())
      std::printf(" %d", id);
    std::printf("\n");
  }
} catch (const transept::Error &error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
