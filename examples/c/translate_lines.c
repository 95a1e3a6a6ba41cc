/* SPDX-License-Identifier: Apache-2.0
 *
 * Translates the lines of standard input in batches, or one by one with each word written as soon
 * as it is certain. In C, with nothing but the C library and libtransept.a. */

#include <transept/transept.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { batch_size = 64, line_size = 4096 };

static volatile sig_atomic_t interrupted;

static void interrupt(int signal) {
  (void)signal;
  interrupted = 1;
}

/* Ctrl-C between two batches, or two words, ends the call. */
static int32_t check(void *context, uint64_t done, uint64_t total) {
  (void)context;
  fprintf(stderr, "%llu of %llu\n", (unsigned long long)done, (unsigned long long)total);
  return interrupted;
}

static int32_t write_part(void *context, uint64_t text, const char *part, uint64_t size) {
  (void)context;
  (void)text;
  fwrite(part, 1, size, stdout);
  fflush(stdout);
  return interrupted;
}

static int fail(const transept_error *error) {
  fprintf(stderr, "error %d: %s\n", (int)error->status, error->text);
  return 1;
}

/* Up to batch_size lines without their ends; returns how many. */
static size_t read_lines(char lines[batch_size][line_size]) {
  size_t count = 0;
  while (count < batch_size && fgets(lines[count], line_size, stdin)) {
    lines[count][strcspn(lines[count], "\n")] = '\0';
    ++count;
  }
  return count;
}

static int translate(const transept_library *library, char lines[batch_size][line_size],
                     size_t count) {
  const char *texts[batch_size];
  for (size_t index = 0; index < count; ++index)
    texts[index] = lines[index];
  transept_text_options options = transept_default_text_options();
  options.on_progress = check;
  options.skips_invalid = 1; /* a line that cannot be translated does not end the others */
  transept_error error;
  transept_texts *results = transept_translate_all(library, texts, count, &options, NULL, &error);
  if (!results)
    return fail(&error);
  for (size_t index = 0; index < count; ++index) {
    const transept_text_result *best = transept_text_at(results, index, 0);
    if (best->problem.data)
      fprintf(stderr, "%s\n", best->problem.data);
    printf("%s\n", best->text.data ? best->text.data : "");
  }
  transept_release_texts(results);
  return 0;
}

static int stream(const transept_library *library, const char *line) {
  transept_text_options options = transept_default_text_options();
  options.on_text = write_part;
  transept_error error;
  char *result = transept_translate(library, line, &options, NULL, &error);
  if (!result)
    return fail(&error);
  free(result); /* its parts have been written */
  printf("\n");
  return 0;
}

int main(int count, char **arguments) {
  int streams = count == 3 && strcmp(arguments[2], "--stream") == 0;
  if (count != 2 && !streams) {
    fprintf(stderr, "usage: translate_lines LIBRARY [--stream]\n");
    return 2;
  }
  transept_error error;
  transept_library *library = transept_open(arguments[1], NULL, &error);
  if (!library)
    return fail(&error);
  signal(SIGINT, interrupt);
  static char lines[batch_size][line_size];
  int status = 0;
  for (size_t read; status == 0 && (read = read_lines(lines)) != 0;) {
    if (!streams)
      status = translate(library, lines, read);
    for (size_t index = 0; streams && status == 0 && index < read; ++index)
      status = stream(library, lines[index]);
  }
  transept_close(library);
  return status;
}
