/* SPDX-License-Identifier: Apache-2.0
 *
 * The C API from strict C11, with the demo model, others and a classifier: ApiTest DEMO OTHER
 * CAPTIONS CLASSIFIER FORECASTER LISTENER. The demo's results are the recorded ones of its original
 * (examples/number-words/reference.json). */

#include "transept/transept.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void check(int condition, const char *what, int line) {
  if (condition)
    return;
  fprintf(stderr, "ApiTest.c:%d: %s\n", line, what);
  ++failures;
}
#define CHECK(condition) check(condition, #condition, __LINE__)

static transept_library *demo, *other;
static transept_error error;

static const int32_t source_ids[] = {799, 26, 10, 26, 6, 5, 35, 2, 66, 0};
static const int32_t output_ids[] = {801, 80, 46, 131, 9, 145, 105, 0};

static int fails_with(transept_status status, const char *text) {
  return error.status == status && strstr(error.text, text) != NULL;
}

static void null_arguments_are_errors(void) {
  CHECK(!transept_open(NULL, NULL, &error) &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "path is null"));
  CHECK(!transept_open_linked(NULL, NULL, &error) &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "model"));
  CHECK(!transept_translate(NULL, "nine", NULL, NULL, &error) &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "library is null"));
  CHECK(!transept_translate(demo, NULL, NULL, NULL, &error) &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "texts[0] is null"));
  CHECK(!transept_translate_all(demo, NULL, 2, NULL, NULL, &error) &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "texts is null"));
  CHECK(!transept_encode(demo, NULL, 3, &error) && error.status == TRANSEPT_INVALID_ARGUMENT);
  CHECK(!transept_detokenize(demo, NULL, 3, 0, &error) && error.status != TRANSEPT_OK);
  CHECK(!transept_translate(NULL, "nine", NULL, NULL, NULL)); /* nobody wants to know why */
  CHECK(transept_count(demo, NULL, NULL) == TRANSEPT_INVALID_ARGUMENT);
  CHECK(!transept_table(NULL) && !transept_text_at(NULL, 0, 0) &&
        !transept_sequence_at(NULL, 0, 0));
  transept_close(NULL);
  transept_release_texts(NULL);
  transept_release_encoded(NULL);
  transept_release_sequences(NULL);
  transept_release_pending(NULL);
  transept_cancel(NULL);
  CHECK(transept_wait(NULL, 0) == 0);
}

static void texts_are_those_of_the_original(void) {
  const char *texts[] = {">>de<< seven thousand seven hundred and fifty-two", ">>de<< nine"};
  transept_texts *results = transept_translate_all(demo, texts, 2, NULL, NULL, &error);
  CHECK(results && error.status == TRANSEPT_OK);
  CHECK(strcmp(transept_text_at(results, 0, 0)->text.data,
               "siebentausendsiebenhundertzweiundfünfzig") == 0);
  CHECK(strcmp(transept_text_at(results, 1, 0)->text.data, "neun") == 0);
  CHECK(!transept_text_at(results, 1, 1) && !transept_text_at(results, 2, 0));
  transept_release_texts(results);
  size_t count = 0;
  int32_t *ids = transept_tokenize(demo, texts[0], NULL, &count, &error);
  CHECK(count == 10 && memcmp(ids, source_ids, sizeof source_ids) == 0);
  free(ids);
}

static void ids_are_those_of_the_original(void) {
  transept_encoded *source = transept_encode(demo, source_ids, 10, &error);
  CHECK(transept_view_encoded(source).length == 10);
  CHECK(fabsf(transept_view_encoded(source).states[0] + 1.0970154f) < 1e-4f);
  const transept_encoded *sources[] = {source};
  transept_sequences *sequences = transept_generate(demo, sources, 1, NULL, &error);
  const transept_sequence *best = transept_sequence_at(sequences, 0, 0);
  CHECK(best->length == 8 && memcmp(best->ids, output_ids, sizeof output_ids) == 0);
  CHECK(!transept_sequence_at(sequences, 0, 1) && !transept_sequence_at(sequences, 1, 0));
  static float logits[802];
  CHECK(transept_score(demo, source, output_ids, 1, logits, &error) == TRANSEPT_OK);
  CHECK(fabsf(logits[1] - 0.1192312f) < 1e-4f);
  float scores[8], sum = 0;
  CHECK(transept_log_probabilities(demo, source, output_ids, 8, scores, &error) == TRANSEPT_OK);
  for (int i = 0; i < 8; ++i)
    sum += scores[i];
  CHECK(scores[0] == 0 && fabsf(sum - best->score) < 1e-4f);
  CHECK(transept_classify(demo, source, scores, NULL, &error) == TRANSEPT_UNSUPPORTED &&
        fails_with(TRANSEPT_UNSUPPORTED, "no labels to score"));
  CHECK(!transept_generate(other, sources, 1, NULL, &error) &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "sources[0] is from another model"));
  transept_release_sequences(sequences);
  transept_release_encoded(source);
}

static void count_ended(void *context) {
  ++*(int *)context;
}

static void a_request_gives_what_generate_gives(void) {
  transept_source_input input = {.ids = source_ids, .length = 10};
  int ended = 0;
  transept_pending *request = transept_submit(demo, &input, 1, NULL, count_ended, &ended, &error);
  CHECK(request && transept_wait(request, UINT64_MAX) == 1);
  CHECK(transept_view_pending(request).state == TRANSEPT_REQUEST_ENDED);
  transept_sequences *sequences = transept_take(request, &error);
  const transept_sequence *best = transept_sequence_at(sequences, 0, 0);
  CHECK(best->length == 8 && memcmp(best->ids, output_ids, sizeof output_ids) == 0);
  transept_release_sequences(sequences);
  transept_release_pending(request);
  CHECK(ended == 1);
  const int32_t wrong = 1 << 20;
  input.ids = &wrong;
  input.length = 1;
  CHECK(!transept_submit(demo, &input, 1, NULL, NULL, NULL, &error) &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "sources[0].ids[0] is 1048576"));
  CHECK(!transept_take(NULL, &error) && fails_with(TRANSEPT_INVALID_ARGUMENT, "request is null"));
}

static void tokens_have_places(void) {
  transept_text_options options = transept_default_text_options();
  options.token_offsets = 1, options.alignment = 1;
  const char *text = ">>de<< nine";
  transept_texts *results = transept_translate_all(demo, &text, 1, &options, NULL, &error);
  const transept_token_places *places = transept_places_at(results, 0, 0, 0);
  CHECK(places && places->source_length == 3 && places->source[1].begin == 7 &&
        places->source[1].end == 11);
  CHECK(places->target[1].begin == 0 && places->target[1].end == 4 && places->weights[0] == 0);
  CHECK(fabsf(places->weights[3] + places->weights[4] + places->weights[5] - 1) < 1e-5f);
  CHECK(!transept_places_at(results, 0, 0, 1) && !transept_places_at(results, 0, 1, 0) &&
        !transept_places_at(results, 1, 0, 0) && !transept_places_at(NULL, 0, 0, 0));
  transept_release_texts(results);
}

static void images_are_described(const char *file) {
  static uint8_t pixels[2 * 48 * 40 * 3];
  for (size_t at = 0; at < sizeof pixels; ++at)
    pixels[at] = (uint8_t)(at * at / 7);
  transept_image images[] = {{pixels, 48, 40}, {pixels + sizeof pixels / 2, 48, 40}};
  transept_library *captions = transept_open(file, NULL, &error);
  transept_texts *results = transept_describe_all(captions, images, 2, NULL, NULL, &error);
  CHECK(results && transept_text_at(results, 1, 0) && !transept_text_at(results, 2, 0));
  char *second = transept_describe(captions, images + 1, NULL, NULL, &error);
  CHECK(second && strcmp(second, transept_text_at(results, 1, 0)->text.data) == 0);
  transept_encoded *source = transept_encode_image(captions, images, NULL, &error);
  CHECK(source && transept_view_encoded(source).length > 16 - 1);
  CHECK(!transept_describe(demo, images, NULL, NULL, &error) &&
        fails_with(TRANSEPT_UNSUPPORTED, "number_words takes no images"));
  transept_text_options asked = {.structure_size = sizeof asked, .image_prompt = "What is this?"};
  CHECK(!transept_describe(captions, images, &asked, NULL, &error) &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "captions reads none beside an image"));
  CHECK(!transept_encode_image(captions, images, "What is this?", &error) &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "captions reads none beside an image"));
  images[0].width = 0;
  CHECK(!transept_describe_all(captions, images, 2, NULL, NULL, &error) &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "images[0]: image: 0 x 48 pixels"));
  CHECK(!transept_encode_image(captions, images, NULL, &error) &&
        !transept_describe(captions, NULL, NULL, NULL, &error));
  free(second);
  transept_release_encoded(source);
  transept_release_texts(results);
  transept_close(captions);
}

static int32_t stop(void *context, uint64_t text, const char *part, uint64_t size) {
  (void)text, (void)part, (void)size;
  return ++*(int *)context;
}

static void a_callback_cancels(void) {
  int calls = 0;
  transept_text_options options = transept_default_text_options();
  options.on_text = stop, options.on_text_context = &calls;
  const char *text = ">>de<< the train leaves on Monday at half past seven";
  CHECK(!transept_translate(demo, text, &options, NULL, &error));
  CHECK(error.status == TRANSEPT_CANCELLED && calls == 1);
}

static void refused_texts_are_errors(void) {
  transept_text_options options = transept_default_text_options();
  options.skips_invalid = 1;
  static char text[4000];
  for (size_t at = 0; at + 5 < sizeof text; at += 5)
    memcpy(text + at, "nine ", 5);
  CHECK(!transept_translate(demo, text, &options, NULL, &error) && error.text[0] != '\0');
  CHECK(error.status == TRANSEPT_INVALID_ARGUMENT);
}

/* A text that does not fit ends with a whole character. */
static void long_messages_are_cut_between_characters(void) {
  for (size_t before = 0; before < 3; ++before) {
    static char path[4000];
    memset(path, 'x', before);
    for (size_t at = before; at + 3 < sizeof path; at += 3)
      memcpy(path + at, "\xe2\x82\xac", 4);
    CHECK(!transept_open(path, NULL, &error) && error.status == TRANSEPT_LIBRARY);
    size_t length = strlen(error.text);
    CHECK(length < sizeof error.text && length + 3 >= sizeof error.text);
    CHECK(memcmp(error.text + length - 3, "\xe2\x82\xac", 3) == 0);
  }
}

static void models_share_threads(void) {
  transept_statistics mine, shared;
  CHECK(transept_count(demo, &mine, &error) == TRANSEPT_OK);
  CHECK(transept_count(other, &shared, &error) == TRANSEPT_OK && mine.workers == shared.workers);
  transept_open_options options = transept_default_open_options();
  options.threads = (uint32_t)mine.workers + 1;
  CHECK(!transept_open_sharing("unused.so", demo, &options, &error) &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "threads is"));
}

static void labels_have_the_scores_of_the_original(const char *path) {
  transept_library *reviews = transept_open(path, NULL, &error);
  const transept_classifier *labels = transept_table(reviews)->classifier;
  CHECK(labels->label_count == 3 && strcmp(labels->labels[2], "entailment") == 0);
  transept_tokenize_options options = {0};
  options.structure_size = sizeof options, options.pair = "It is a boat.";
  size_t count = 0;
  int32_t *ids = transept_tokenize(reviews, "Hello world", &options, &count, &error);
  transept_encoded *source = transept_encode(reviews, ids, count, &error);
  float scores[3], logits[3];
  CHECK(transept_classify(reviews, source, scores, logits, &error) == TRANSEPT_OK);
  CHECK(fabsf(scores[2] - 0.3117f) < 1e-4f && fabsf(logits[2] - 0.4421f) < 1e-4f);
  CHECK(transept_classify(reviews, source, NULL, logits, &error) == TRANSEPT_OK);
  CHECK(transept_classify(reviews, source, scores, NULL, &error) == TRANSEPT_OK);
  free(ids);
  transept_release_encoded(source);
  transept_close(reviews);
}

static void labels_of_ones_own_are_scored_by_entailment(const char *path) {
  transept_library *reviews = transept_open(path, NULL, &error);
  const char *topics[] = {"sport", "politics", "a boat"};
  float scores[3], logits[3], alone;
  CHECK(transept_classify_as(reviews, "Hello world", topics, 3, NULL, scores, logits, &error) ==
        TRANSEPT_OK);
  CHECK(fabsf(scores[0] + scores[1] + scores[2] - 1) < 1e-6f && fabsf(scores[2] - 0.3647f) < 1e-4f);
  transept_zero_shot_options options = {0};
  options.are_independent = 1;
  CHECK(transept_classify_as(reviews, "Hello world", topics + 2, 1, &options, &alone, NULL,
                             &error) == TRANSEPT_OK);
  CHECK(alone > 0 && alone < 1 && fabsf(alone - scores[2]) > 1e-4f);
  CHECK(transept_classify_as(reviews, "Hello world", topics, 0, NULL, scores, NULL, &error) ==
        TRANSEPT_INVALID_ARGUMENT);
  options.hypothesis = "nothing";
  CHECK(transept_classify_as(reviews, "Hello world", topics, 3, &options, scores, NULL, &error) ==
            TRANSEPT_INVALID_ARGUMENT &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "hypothesis is"));
  CHECK(transept_classify_as(demo, "Hello world", topics, 3, NULL, scores, NULL, &error) ==
            TRANSEPT_INVALID_ARGUMENT &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "entail"));
  transept_close(reviews);
}

/* The original's numbers for this series. */
static void series_go_on_as_the_original_says(const char *path) {
  const float series[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, NAN, 7};
  const float first[] = {-1.8068f, 1.1809f, 2.5766f, 5.0299f, 11.8170f, 6.3495f, 1.3125f};
  const uint64_t offsets[] = {0, 15, 16};
  float quantiles[7 * 12], both[2 * 7 * 12];
  transept_library *library = transept_open(path, NULL, &error);
  CHECK(library != NULL);
  if (!library)
    return;
  const transept_forecaster *forecaster = transept_table(library)->forecaster;
  CHECK(forecaster && forecaster->quantile_count == 7 && forecaster->horizon == 12);
  CHECK(transept_forecast(library, series, 15, 0, quantiles, &error) == TRANSEPT_OK);
  for (int index = 0; index < 7; ++index)
    CHECK(fabsf(quantiles[index * 12] - first[index]) < 2e-3f);
  float more[16];
  memcpy(more, series, sizeof(series));
  more[15] = 2;
  CHECK(transept_forecast_all(library, more, offsets, 2, 12, both, &error) == TRANSEPT_OK);
  CHECK(memcmp(both, quantiles, sizeof(quantiles)) == 0);
  CHECK(transept_forecast(library, series, 0, 0, quantiles, &error) != TRANSEPT_OK &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "1 value or more"));
  CHECK(transept_forecast(demo, series, 15, 0, quantiles, &error) == TRANSEPT_UNSUPPORTED);
  CHECK(transept_forecast(NULL, series, 15, 0, quantiles, &error) == TRANSEPT_INVALID_ARGUMENT);
  transept_close(library);
}

/* The listener's prompt names what is spoken and what the text is to be in. */
static void texts_of_sounds_are_in_a_language(const char *path) {
  static float samples[6400];
  for (int i = 0; i < 6400; ++i)
    samples[i] = 0.3f * sinf(0.0003f * (float)i * (float)i);
  transept_pcm pcm = {samples, 6400, 16000, 1};
  transept_library *listener = transept_open(path, NULL, &error);
  CHECK(listener != NULL);
  transept_transcribe_options options = transept_default_transcribe_options();
  options.language = "en";
  transept_speech *english = transept_transcribe(listener, &pcm, &options, NULL, &error);
  options.text_language = "fr";
  transept_speech *french = transept_transcribe(listener, &pcm, &options, NULL, &error);
  CHECK(english && french && strcmp(transept_speech_language(french), "en") == 0);
  const transept_segment *left = transept_segment_at(english, 0);
  const transept_segment *right = transept_segment_at(french, 0);
  /* Random models may say the same behind another prompt, but not as surely. */
  CHECK(left && right && left->average_log_probability != right->average_log_probability);
  transept_release_speech(english);
  transept_release_speech(french);
  options.text_language = "xx";
  CHECK(!transept_transcribe(listener, &pcm, &options, NULL, &error) &&
        fails_with(TRANSEPT_INVALID_ARGUMENT, "textLanguage is xx"));
  transept_close(listener);
}

int main(int count, char **arguments) {
  if (count != 7)
    return 2;
  demo = transept_open(arguments[1], NULL, &error);
  other = demo ? transept_open_sharing(arguments[2], demo, NULL, &error) : NULL;
  if (!other) {
    fprintf(stderr, "%s\n", error.text);
    return 2;
  }
  null_arguments_are_errors();
  texts_are_those_of_the_original();
  ids_are_those_of_the_original();
  a_request_gives_what_generate_gives();
  tokens_have_places();
  images_are_described(arguments[3]);
  labels_have_the_scores_of_the_original(arguments[4]);
  labels_of_ones_own_are_scored_by_entailment(arguments[4]);
  series_go_on_as_the_original_says(arguments[5]);
  texts_of_sounds_are_in_a_language(arguments[6]);
  a_callback_cancels();
  refused_texts_are_errors();
  long_messages_are_cut_between_characters();
  models_share_threads();
  CHECK(!transept_language_name(other, 0)); /* it has no tokenizer */
  transept_close(demo);
  int32_t ids[] = {5, 6};
  transept_encoded *source = transept_encode(other, ids, 2, &error);
  CHECK(source != NULL); /* the threads of the first are still there */
  transept_close(other);
  CHECK(transept_view_encoded(source).length == 2);
  transept_release_encoded(source);
  return failures != 0;
}
