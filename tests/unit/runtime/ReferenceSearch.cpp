// SPDX-License-Identifier: Apache-2.0
//
// The dense reference. Deliberately slow and plain; names follow transformers 4.44.

#include "ReferenceSearch.h"

#include <cmath>
#include <map>
#include <numeric>
#include <sstream>

namespace transept::tests {
namespace {

using Scores = std::vector<float>;
constexpr float minusInfinity = -INFINITY;

std::map<std::vector<Id>, std::vector<Id>> getNgrams(int size, const std::vector<Id> &ids) {
  std::map<std::vector<Id>, std::vector<Id>> ngrams;
  for (int at = 0; at + size <= int(ids.size()); ++at)
    ngrams[std::vector(ids.begin() + at, ids.begin() + at + size - 1)].push_back(
        ids[std::size_t(at + size - 1)]);
  return ngrams;
}

void banGenerated(Scores &scores, std::map<std::vector<Id>, std::vector<Id>> ngrams, int size,
                  const std::vector<Id> &ids) {
  int start = int(ids.size()) + 1 - size;
  if (start < 0)
    return;
  for (Id id : ngrams[std::vector(ids.begin() + start, ids.end())])
    scores[std::size_t(id)] = minusInfinity;
}

/// SequenceBiasLogitsProcessor: the biases of single ids first.
void addBiases(Scores &scores, const std::vector<Id> &ids, const ReferenceOptions &options) {
  Scores sums(scores.size());
  for (const SequenceBias &each : options.biases)
    if (each.ids.size() == 1)
      sums[std::size_t(each.ids[0])] = each.bias;
  for (const SequenceBias &each : options.biases) {
    auto prefix = std::ptrdiff_t(each.ids.size()) - 1;
    if (prefix > 0 && each.ids.size() <= ids.size() &&
        std::equal(each.ids.begin(), each.ids.end() - 1, ids.end() - prefix))
      sums[std::size_t(each.ids.back())] += each.bias;
  }
  for (std::size_t id = 0; id < scores.size(); ++id)
    scores[id] += sums[id];
}

/// RepetitionPenaltyLogitsProcessor and, with the inverse, that of the source.
void penalize(Scores &scores, const std::vector<Id> &ids, float penalty) {
  Scores before = scores;
  for (Id id : ids) {
    float score = before[std::size_t(id)];
    scores[std::size_t(id)] = score < 0 ? score * penalty : score / penalty;
  }
}

/// PrefixConstrainedLogitsProcessor.
void keepAllowed(Scores &scores, const std::vector<Id> &allowed) {
  for (std::size_t id = 0; id < scores.size(); ++id)
    if (std::count(allowed.begin(), allowed.end(), Id(id)) == 0)
      scores[id] = minusInfinity;
}

/// ExponentialDecayLengthPenalty, except that what is banned stays so, where theirs is NaN.
void decay(Scores &scores, int length, const ReferenceOptions &options) {
  int beyond = length - int(options.prompt.size()) - options.decay.start;
  if (beyond <= 0)
    return;
  Scores before = scores;
  auto growth = float(std::pow(double(options.decay.factor), beyond) - 1);
  for (Id id : options.ends)
    if (float score = before[std::size_t(id)]; score != minusInfinity)
      scores[std::size_t(id)] = score + std::abs(score) * growth;
}

void force(Scores &scores, Id id) {
  std::fill(scores.begin(), scores.end(), minusInfinity);
  scores[std::size_t(id)] = 0;
}

/// WhisperTimeStampLogitsProcessor.__call__ for one row.
void applyTimestampRules(Scores &scores, const std::vector<Id> &ids,
                         const ReferenceOptions &options) {
  auto fill = [&](Id first, Id last) {
    for (Id id = first; id < last && id < Id(scores.size()); ++id)
      scores[std::size_t(id)] = minusInfinity;
  };
  Id begin = options.firstTimestamp, vocabulary = Id(scores.size());
  scores[std::size_t(begin - 1)] = minusInfinity;
  std::vector<Id> sampled(ids.begin() + std::ptrdiff_t(options.prompt.size()), ids.end());
  bool lastWasTimestamp = sampled.size() >= 1 && sampled[sampled.size() - 1] >= begin;
  bool penultimateWasTimestamp = sampled.size() < 2 || sampled[sampled.size() - 2] >= begin;
  if (lastWasTimestamp) {
    if (penultimateWasTimestamp)
      fill(begin, vocabulary);
    else
      fill(0, options.ends[0]);
  }
  std::vector<Id> timestamps;
  for (Id id : sampled)
    if (id >= begin)
      timestamps.push_back(id);
  if (!timestamps.empty())
    fill(begin,
         lastWasTimestamp && !penultimateWasTimestamp ? timestamps.back() : timestamps.back() + 1);
  if (sampled.empty()) {
    fill(0, begin);
    if (options.maximumInitialTimestamp != -1)
      fill(begin + options.maximumInitialTimestamp + 1, vocabulary);
  }
  double sum = 0;
  float bestText = minusInfinity;
  for (Id id = 0; id != vocabulary; ++id)
    if (id < begin)
      bestText = std::max(bestText, scores[std::size_t(id)]);
    else
      sum += std::exp(double(scores[std::size_t(id)]));
  if (std::log(sum) > double(bestText))
    fill(0, begin);
}

/// LogitNormalization; a row without any finite score stays.
void renormalize(Scores &scores) {
  float best = *std::max_element(scores.begin(), scores.end());
  if (best == minusInfinity)
    return;
  double sum = 0;
  for (float score : scores)
    sum += std::exp(double(score) - double(best));
  for (float &score : scores)
    score = float(double(score) - double(best) - std::log(sum));
}

/// About one id in `rarity`, by a number made of what is there; never none.
std::vector<Id> allowedBy(unsigned seed, std::span<const Id> ids, Id vocabulary, unsigned rarity) {
  unsigned state = seed;
  for (Id id : ids)
    state = state * 1664525u + unsigned(id) + 1013904223u;
  std::vector<Id> allowed;
  for (Id id = vocabulary - 1; id >= 0; --id) {
    state = state * 1664525u + 1013904223u;
    if ((state >> 16) % rarity == 0)
      allowed.insert(allowed.end(), 2, id); // repeated, and falling
  }
  if (allowed.empty())
    allowed.push_back(Id(state % unsigned(vocabulary)));
  return allowed;
}

struct Hypothesis {
  double score;
  std::vector<Id> ids;
  bool ended;
};

class BeamHypotheses {
public:
  BeamHypotheses(const ReferenceOptions &options)
      : options(options),
        capacity(std::max(1, int(std::round(float(options.beams) * options.patience)))) {}

  void add(const std::vector<Id> &ids, double sum, int length, bool ended) {
    double score = sum / std::pow(double(length), double(options.lengthPenalty));
    if (int(beams.size()) < capacity || score > worst) {
      beams.push_back({score, ids, ended});
      if (int(beams.size()) > capacity) {
        std::vector<std::pair<double, std::size_t>> sorted;
        for (std::size_t index = 0; index < beams.size(); ++index)
          sorted.push_back({beams[index].score, index});
        std::sort(sorted.begin(), sorted.end());
        beams.erase(beams.begin() + std::ptrdiff_t(sorted[0].second));
        worst = sorted[1].first;
      } else {
        worst = std::min(score, worst);
      }
    }
  }

  bool isDone(double best, int length, int maximum) const {
    if (int(beams.size()) < capacity)
      return false;
    double penalty = options.lengthPenalty;
    if (options.earlyStopping == EarlyStopping::AtOnce)
      return true;
    if (options.earlyStopping == EarlyStopping::WhenUnlikely || penalty <= 0)
      return worst >= best / std::pow(double(length), penalty);
    return worst >= best / std::pow(double(maximum), penalty);
  }

  const ReferenceOptions &options;
  int capacity;
  std::vector<Hypothesis> beams;
  double worst = 1e9;
};

std::vector<Sequence> greedy(const ToyModel &model, const std::vector<Id> &source,
                             const ReferenceOptions &options, int maximumLength) {
  std::vector<Id> ids = options.prompt;
  FinishReason reason = FinishReason::Length;
  while (int(ids.size()) < maximumLength && reason == FinishReason::Length) {
    Scores scores = model.logits(source, ids);
    processScores(scores, ids, source, options, maximumLength);
    auto best = std::max_element(scores.begin(), scores.end());
    bool isForced = (options.forcedBeginning >= 0 && ids.size() == 1) ||
                    (options.forcedEnd >= 0 && int(ids.size()) == maximumLength - 1);
    if (options.allowed && *best == minusInfinity && !isForced)
      throw Error(ErrorCode::InvalidArgument, "there is no token to choose");
    ids.push_back(Id(best - scores.begin()));
    if (std::count(options.ends.begin(), options.ends.end(), ids.back()) != 0)
      reason = FinishReason::End;
  }
  return {{ids, 0, reason}};
}

/// CTranslate2's BiasedDecoder: (1 - bias) * probabilities + bias of the prefix's next token.
void drawToPrefix(Scores &scores, const std::vector<Id> &ids, const ReferenceOptions &options) {
  const std::vector<Id> &prefix = options.softPrompt;
  if (options.prefixBias == 0 || ids.size() >= prefix.size() ||
      !std::equal(ids.begin(), ids.end(), prefix.begin()) ||
      scores[std::size_t(prefix[ids.size()])] == minusInfinity)
    return;
  double bias = double(options.prefixBias);
  for (std::size_t id = 0; id < scores.size(); ++id)
    scores[id] = float(Id(id) == prefix[ids.size()]
                           ? std::log((1 - bias) * std::exp(double(scores[id])) + bias)
                           : double(scores[id]) + std::log1p(-bias));
}

struct Flat {
  float sum, processed;
  int beam;
  Id id;
};

} // namespace

void processScores(Scores &scores, const std::vector<Id> &ids, const std::vector<Id> &source,
                   const ReferenceOptions &options, int maximumLength, std::size_t beam) {
  int length = int(ids.size()), promptLength = int(options.prompt.size());
  addBiases(scores, ids, options);
  // torch.gather and scatter take as many rows as the index has: one, with one source.
  if (options.encoderRepetitionPenalty != 1 && beam == 0)
    penalize(scores, source, 1 / options.encoderRepetitionPenalty);
  if (options.repetitionPenalty != 1)
    penalize(scores, ids, options.repetitionPenalty);
  if (options.noRepeatNgramSize > 0)
    banGenerated(scores, getNgrams(options.noRepeatNgramSize, ids), options.noRepeatNgramSize, ids);
  if (options.encoderNoRepeatNgramSize > 0)
    banGenerated(scores, getNgrams(options.encoderNoRepeatNgramSize, source),
                 options.encoderNoRepeatNgramSize, ids);
  for (const std::vector<Id> &word : options.badWords) {
    if (word.size() == 1 && std::count(options.ends.begin(), options.ends.end(), word[0]) != 0)
      continue;
    if (word.size() > 1 && word.size() > ids.size())
      continue;
    if (std::equal(word.begin(), word.end() - 1, ids.end() - std::ptrdiff_t(word.size() - 1)))
      scores[std::size_t(word.back())] = minusInfinity;
  }
  int minimumLength = options.minimumLength;
  if (options.minimumNewTokens >= 0)
    minimumLength = options.minimumNewTokens + promptLength;
  if (length < minimumLength)
    for (Id id : options.ends)
      scores[std::size_t(id)] = minusInfinity;
  if (options.allowed)
    keepAllowed(scores, options.allowed(ids));
  if (options.forcedBeginning >= 0 && length == 1)
    force(scores, options.forcedBeginning);
  if (options.forcedEnd >= 0 && length == maximumLength - 1)
    force(scores, options.forcedEnd);
  decay(scores, length, options);
  for (Id id : options.suppressed)
    scores[std::size_t(id)] = minusInfinity;
  int beginIndex =
      promptLength > 1 || options.forcedBeginning < 0 ? promptLength : promptLength + 1;
  if (length == beginIndex)
    for (Id id : options.beginningSuppressed)
      scores[std::size_t(id)] = minusInfinity;
  if (options.firstTimestamp != -1)
    applyTimestampRules(scores, ids, options);
}

std::vector<Sequence> referenceSearch(const ToyModel &model, std::span<const Id> sourceIds,
                                      const ReferenceOptions &options) {
  std::vector<Id> source(sourceIds.begin(), sourceIds.end());
  int promptLength = int(options.prompt.size());
  int maximumLength = options.maximumNewTokens >= 0 ? promptLength + options.maximumNewTokens
                                                    : options.maximumLength;
  if (options.beams == 1)
    return greedy(model, source, options, maximumLength);

  auto beams = std::size_t(options.beams);
  std::vector<std::vector<Id>> inputs(beams, options.prompt);
  std::vector<float> beamScores(beams, -1e9f);
  beamScores[0] = 0;
  BeamHypotheses hypotheses(options);
  bool done = false;
  while (!done) {
    std::vector<Flat> flat;
    for (std::size_t beam = 0; beam < beams; ++beam) {
      Scores scores = model.logits(source, inputs[beam]);
      double sum = 0;
      for (float score : scores)
        sum += std::exp(double(score));
      auto logSumExp = float(std::log(sum));
      for (float &score : scores)
        score -= logSumExp;
      processScores(scores, inputs[beam], source, options, maximumLength, beam);
      if (options.renormalize)
        renormalize(scores);
      drawToPrefix(scores, inputs[beam], options);
      for (std::size_t id = 0; id < scores.size(); ++id)
        flat.push_back({scores[id] + beamScores[beam], scores[id], int(beam), Id(id)});
    }
    // Ties: lower beam, then (where the float sum rounded a difference away) the better token.
    std::stable_sort(flat.begin(), flat.end(), [](const Flat &left, const Flat &right) {
      if (left.sum != right.sum)
        return left.sum > right.sum;
      if (left.beam != right.beam)
        return left.beam < right.beam;
      return std::isinf(left.sum) ? left.id < right.id : left.processed > right.processed;
    });
    flat.resize(std::max<std::size_t>(2, 1 + options.ends.size()) * beams);

    int length = int(inputs[0].size()) + 1;
    std::vector<Flat> next;
    for (std::size_t rank = 0; rank < flat.size() && next.size() != beams; ++rank) {
      const Flat &item = flat[rank];
      bool isEnd = std::count(options.ends.begin(), options.ends.end(), item.id) != 0;
      if (!isEnd)
        next.push_back(item);
      else if (rank < beams)
        hypotheses.add(inputs[std::size_t(item.beam)], item.sum, length - promptLength, true);
    }
    done = hypotheses.isDone(flat[0].sum, length - promptLength, maximumLength - promptLength);
    if (done)
      break;
    std::vector<std::vector<Id>> newInputs;
    for (std::size_t beam = 0; beam < beams; ++beam) {
      newInputs.push_back(inputs[std::size_t(next[beam].beam)]);
      newInputs.back().push_back(next[beam].id);
      beamScores[beam] = next[beam].sum;
    }
    inputs = newInputs;
    if (length >= maximumLength)
      break;
  }
  if (!done)
    for (std::size_t beam = 0; beam < beams; ++beam)
      hypotheses.add(inputs[beam], beamScores[beam], int(inputs[beam].size()) - promptLength,
                     false);
  std::stable_sort(hypotheses.beams.begin(), hypotheses.beams.end(),
                   [](const Hypothesis &a, const Hypothesis &b) { return a.score < b.score; });
  std::vector<Sequence> result;
  for (int index = 0; index < options.returnCount; ++index) {
    Hypothesis best = hypotheses.beams.back();
    hypotheses.beams.pop_back();
    if (best.ended)
      best.ids.push_back(options.ends[0]);
    result.push_back(
        {best.ids, float(best.score), best.ended ? FinishReason::End : FinishReason::Length});
  }
  return result;
}

void ReferenceOptions::addRandomRules(Random &random, unsigned seed, int vocabulary) {
  if (random.oneIn(2))
    encoderRepetitionPenalty = random.oneIn(2) ? 1.5f : 0.7f;
  if (random.oneIn(2))
    decay = {random.upTo(5), random.oneIn(2) ? 1.3f : 0.8f};
  if (random.oneIn(2))
    for (Id id = Id(random.upTo(3)); id < vocabulary; id += 1 + random.upTo(5)) {
      biases.push_back({{id}, float(random.upTo(20)) - 10});
      for (int count = random.upTo(2); count > 0; --count)
        biases.push_back(
            {{Id(random.upTo(vocabulary - 1)), Id(count), id}, float(random.upTo(9)) / 3});
    }
  if (random.oneIn(2)) {
    unsigned rarity = random.oneIn(2) ? 2u : unsigned(vocabulary) / 3;
    allowed = [=](std::span<const Id> ids) { return allowedBy(seed, ids, vocabulary, rarity); };
  }
}

GenerateOptions ReferenceOptions::forRuntime() const {
  GenerateOptions result;
  result.ignoreModelDefaults = true;
  result.beams = beams;
  result.returnCount = returnCount;
  result.maximumLength = maximumLength;
  result.maximumNewTokens = maximumNewTokens;
  result.minimumLength = minimumLength;
  result.minimumNewTokens = minimumNewTokens;
  result.noRepeatNgramSize = noRepeatNgramSize;
  result.encoderNoRepeatNgramSize = encoderNoRepeatNgramSize;
  result.earlyStopping = earlyStopping;
  result.lengthPenalty = lengthPenalty;
  result.repetitionPenalty = repetitionPenalty;
  result.encoderRepetitionPenalty = encoderRepetitionPenalty;
  result.exponentialDecay = decay;
  result.sequenceBiases = biases;
  if (allowed)
    result.allowedIds = [allowed = allowed](const TokenPrefix &prefix) {
      return allowed(prefix.ids);
    };
  result.renormalize = renormalize;
  result.forcedBeginning = forcedBeginning;
  result.forcedEnd = forcedEnd;
  result.ends = ends;
  result.suppressed = suppressed;
  result.beginningSuppressed = beginningSuppressed;
  result.badWords = badWords;
  if (firstTimestamp != -1)
    result.timestamps = true;
  result.patience = patience;
  result.prefixBias = prefixBias;
  result.prompt = softPrompt.empty() ? prompt : softPrompt;
  if (!softPrompt.empty())
    result.decoderStart = softPrompt.front();
  return result;
}

std::string ReferenceOptions::describe() const {
  std::ostringstream text;
  text << "beams " << beams << " return " << returnCount << " max " << maximumLength << " maxNew "
       << maximumNewTokens << " min " << minimumLength << " minNew " << minimumNewTokens
       << " ngram " << noRepeatNgramSize << " encoderNgram " << encoderNoRepeatNgramSize
       << " early " << int(earlyStopping) << " lengthPenalty " << lengthPenalty << " repetition "
       << repetitionPenalty << " forced " << forcedBeginning << " " << forcedEnd << " ends "
       << ends.size() << " suppressed " << suppressed.size() << " begin "
       << beginningSuppressed.size() << " bad " << badWords.size() << " prompt " << prompt.size()
       << " timestamps " << firstTimestamp << " " << maximumInitialTimestamp << " renormalize "
       << renormalize << " encoderRepetition " << encoderRepetitionPenalty << " decay "
       << decay.start << " " << decay.factor << " biases " << biases.size() << " allowed "
       << bool(allowed) << " patience " << patience << " prefixBias " << prefixBias;
  return text.str();
}

} // namespace transept::tests
