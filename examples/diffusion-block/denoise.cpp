// SPDX-License-Identifier: Apache-2.0
//
// Fifty denoising steps through one U-Net block, with the text's keys and values computed once, and
// again with them computed in every step as a runtime without staging has to.

#include "unet_block.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <vector>

namespace {

constexpr int stepCount = 50;
constexpr std::size_t textTokens = 77;

std::vector<float> waves(std::size_t count, double speed) {
  std::vector<float> numbers(count);
  for (std::size_t index = 0; index < count; ++index)
    numbers[index] = float(std::sin(speed * double(index)));
  return numbers;
}

/// One sampler step stands in for what lies between blocks in a real U-Net.
void denoise(std::vector<float> &image, const std::vector<float> &states) {
  for (std::size_t index = 0; index < image.size(); ++index)
    image[index] = 0.98f * image[index] + 0.02f * std::tanh(states[index]);
}

struct Run {
  std::vector<float> image;
  double milliseconds;
};

/// `isHoisted`: one source for all steps. Otherwise every step encodes the text again.
Run run(const transept::Model &model, std::size_t imageTokens, bool isHoisted) {
  std::vector<float> text = waves(textTokens * model.sourceFeatureWidth(), 0.37);
  std::vector<float> image = waves(imageTokens * model.targetFeatureWidth(), 0.11);
  auto start = std::chrono::steady_clock::now();
  std::optional<transept::Source> source = model.encodeFeatures(text);
  for (int step = 0; step < stepCount; ++step) {
    if (!isHoisted && step != 0) {
      source.reset(); // with no budget for unused sources, its keys and values are gone
      source = model.encodeFeatures(text);
    }
    denoise(image, model.transform(*source, image).states.values);
  }
  std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
  return {std::move(image), time.count()};
}

} // namespace

int main(int argumentCount, char **) try {
  transept::Model model = unet_block::open({.encoderCacheBytes = 0});
  for (std::size_t imageTokens : {std::size_t(64), std::size_t(256), std::size_t(1024)}) {
    Run hoisted = run(model, imageTokens, true), repeated = run(model, imageTokens, false);
    bool isSame = hoisted.image == repeated.image;
    std::printf("%4zu image tokens: %s", imageTokens, isSame ? "same images" : "DIFFERENT IMAGES");
    // Times are for people; the tests compare the rest.
    if (argumentCount > 1)
      std::printf(", %d steps in %.0f ms with the text hoisted, %.0f ms without (%.2fx)", stepCount,
                  hoisted.milliseconds, repeated.milliseconds,
                  repeated.milliseconds / hoisted.milliseconds);
    std::printf("\n");
    if (!isSame)
      return 1;
  }
} catch (const transept::Error &error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
