// SPDX-License-Identifier: Apache-2.0
//
// The class Florence2Processor has these tables (transformers 5.24), no file of a checkpoint: first
// the tasks that stand alone, then those that take a text.

#include "compiler/frontend/families/Florence2Tasks.h"

namespace transept::frontend {

std::vector<PromptTask> florence2Tasks() {
  return {
      {"<OCR>", "What is the text in the image?"},
      {"<OCR_WITH_REGION>", "What is the text in the image, with regions?"},
      {"<CAPTION>", "What does the image describe?"},
      {"<DETAILED_CAPTION>", "Describe in detail what is shown in the image."},
      {"<MORE_DETAILED_CAPTION>", "Describe with a paragraph what is shown in the image."},
      {"<OD>", "Locate the objects with category name in the image."},
      {"<DENSE_REGION_CAPTION>", "Locate the objects in the image, with their descriptions."},
      {"<REGION_PROPOSAL>", "Locate the region proposals in the image."},
      {"<CAPTION_TO_PHRASE_GROUNDING>", "Locate the phrases in the caption: {input}"},
      {"<REFERRING_EXPRESSION_SEGMENTATION>", "Locate {input} in the image with mask"},
      {"<REGION_TO_SEGMENTATION>", "What is the polygon mask of region {input}"},
      {"<OPEN_VOCABULARY_DETECTION>", "Locate {input} in the image."},
      {"<REGION_TO_CATEGORY>", "What is the region {input}?"},
      {"<REGION_TO_DESCRIPTION>", "What does the region {input} describe?"},
      {"<REGION_TO_OCR>", "What text is in the region {input}?"},
  };
}

} // namespace transept::frontend
