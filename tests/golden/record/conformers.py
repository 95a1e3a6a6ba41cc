# SPDX-License-Identifier: Apache-2.0
"""Small random checkpoints of models of speech whose encoder is a FastConformer, with what transformers 5.24 computes.

conformers.py FOLDER [NAME...], as record.py, whose parts it uses. What the original does in other ways than its fields
and its paper say is asserted here, so that a newer version that differs is noticed."""
import math
import pathlib
import wave

import numpy as np
import torch
import transformers

from record import SEARCHES, generator, letters, main, randomize

MELS = {"feature_size": 80, "sampling_rate": 16000, "hop_length": 160, "n_fft": 512, "win_length": 400, "preemphasis": 0.97,
        "padding_value": 0.0, "padding_side": "right", "return_attention_mask": True}
VERSION = "5.24.0"
CHIRP = pathlib.Path(__file__).resolve().parents[2] / "unit/media/features/references/chirp.wav"
# The first ones are those of the published vocabularies.
SPECIAL = ["<unk>", "<|nospeech|>", "<pad>", "<|endoftext|>", "<|startoftranscript|>", "<|pnc|>", "<|nopnc|>",
           "<|startofcontext|>", "<|itn|>", "<|noitn|>", "<|timestamp|>", "<|notimestamp|>", "<|diarize|>", "<|nodiarize|>",
           "<|emo:undefined|>", "<|en|>", "<|de|>", "<|fr|>"]
BLANK = len(SPECIAL)


def tokenizer():
    """That of single letters, with the tokens of prompts in front."""
    result = letters(96)
    pieces = SPECIAL + ["\u2581"] + [chr(ord("!") + index) for index in range(95 - len(SPECIAL))]
    result["model"]["vocab"] = {each: index for index, each in enumerate(pieces)}
    result["added_tokens"] = [{**result["added_tokens"][0], "id": index, "content": each}
                              for index, each in enumerate(SPECIAL)]
    return result


def chirp():
    with wave.open(str(CHIRP)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / np.float32(32768)


def prompted(recorder, name, inputs, prompt, arguments):
    """A transcript behind a prompt that begins as the class's processor writes it."""
    model, config = recorder.model, recorder.model.config
    options = {"pad_token_id": config.pad_token_id, "eos_token_id": config.eos_token_id, "max_length": 34,
               "no_repeat_ngram_size": 2, "num_beams": 1}
    settings = transformers.GenerationConfig(**options, decoder_start_token_id=config.decoder_start_token_id)
    ids = torch.tensor([[SPECIAL.index(each) if each in SPECIAL else BLANK for each in prompt]])
    find = lambda given: transformers.GenerationMixin.generate(model, **given, decoder_input_ids=ids, generation_config=settings)
    sequences = find(inputs)
    starts = [] if ids[0, 0] == config.decoder_start_token_id else [config.decoder_start_token_id]
    assert sequences[0].tolist()[:ids.shape[1] + len(starts)] == starts + ids[0].tolist()
    model.double()
    exact = find({key: value.double() for key, value in inputs.items()})
    model.float()
    assert torch.equal(sequences, exact), name
    recorder.case(name, "generate", inputs, {"sequences": sequences}, uses_generation_config_json=False,
                  generation_args={**options, **arguments})


def record_prompts(recorder, extractor):
    """The first sound is a file's, for tests of the whole way."""
    sound = extractor(chirp(), sampling_rate=16000, return_tensors="pt")
    features = sound["input_features"][:, :int(sound["attention_mask"].sum())]
    rest = ["<|noitn|>", "<|notimestamp|>", "<|nodiarize|>"]
    cases = {"chirp_de": ("<|de|>", "<|de|>", {"language": "de"})}
    if isinstance(recorder.model, transformers.CanaryForConditionalGeneration):
        start = ["<|startofcontext|>", "<|startoftranscript|>", "<|emo:undefined|>"]
        cases["chirp_en_to_fr"] = ("<|en|>", "<|fr|>", {"language": "en", "text_language": "fr"})
    else:
        start = ["\u2581", "<|startofcontext|>", "<|startoftranscript|>", "<|emo:undefined|>"]
        processor = transformers.CohereAsrProcessor.__new__(transformers.CohereAsrProcessor)
        processor.tokenizer = type("Names", (), {"convert_tokens_to_ids": staticmethod(list)})
        assert processor.get_decoder_prompt_ids("de") == start + ["<|de|>", "<|de|>", "<|pnc|>"] + rest
    for name, (spoken, written, arguments) in cases.items():
        prompted(recorder, name, {"input_features": features}, start + [spoken, written, "<|pnc|>"] + rest, arguments)


def frames(counts):
    """Sounds of so many frames, each by itself: the class hides the padding of batches (asserted below)."""
    def make(recorder):
        config = recorder.model.config.encoder_config
        return {f"b1_t{count}": {"input_features": torch.randn((1, count, config.num_mel_bins), generator=recorder.generator)}
                for count in counts}
    return make


def randomize_statistics(model, seed):
    """Those of the batch norms, and numbers that are made when a model begins to be trained."""
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm1d):
            module.running_mean.copy_(0.5 * torch.randn(module.running_mean.shape, generator=generator))
            module.running_var.copy_(0.2 + torch.rand(module.running_var.shape, generator=generator))
            module.num_batches_tracked.fill_(7)
    return model


def close(actual, expected, what):
    assert torch.allclose(actual, expected, rtol=1e-4, atol=1e-5), (what, (actual - expected).abs().max())


def check_attention(layer, states):
    """Distances are the query's position minus the key's; sine and cosine of each wave are neighbours."""
    attention, count = layer.self_attn, states.shape[1]
    heads, width = attention.bias_u.shape
    waves = 10000.0 ** (-torch.arange(0, states.shape[2], 2) / states.shape[2])
    angles = (torch.arange(count)[:, None] - torch.arange(count)[None])[..., None] * waves
    distances = attention.relative_k_proj(torch.stack([angles.sin(), angles.cos()], -1).flatten(-2))
    query, key, value = (each(states[0]).view(count, heads, width)
                         for each in (attention.q_proj, attention.k_proj, attention.v_proj))
    scores = (torch.einsum("ihd,jhd->hij", query + attention.bias_u, key)
              + torch.einsum("ihd,ijhd->hij", query + attention.bias_v, distances.view(count, count, heads, width)))
    mixed = torch.einsum("hij,jhd->ihd", (scores / math.sqrt(width)).softmax(-1), value)
    order = torch.arange(count - 1, -count, -1)[:, None] * waves  # descending
    given = torch.stack([order.sin(), order.cos()], -1).flatten(-2)[None]
    close(attention(states, given)[0][0], attention.o_proj(mixed.flatten(-2)), "attention")


def check_convolution(module, states):
    """The second half of the first product is the gate, and the batch's norm is that of training."""
    inner = module.pointwise_conv1(states.transpose(1, 2))
    width = states.shape[2]
    inner = module.depthwise_conv(inner[:, :width] * inner[:, width:].sigmoid())
    norm = module.norm
    factor = norm.weight / torch.sqrt(norm.running_var + 1e-5)
    inner = (inner - norm.running_mean[:, None]) * factor[:, None] + norm.bias[:, None]
    close(module(states), module.pointwise_conv2(module.activation(inner)).transpose(1, 2), "convolution")


def check_traps(model):
    encoder = model.model.encoder
    config = encoder.config
    generator = torch.Generator().manual_seed(99)
    states = torch.randn((1, 13, config.hidden_size), generator=generator)
    check_attention(encoder.layers[0], states)
    check_convolution(encoder.layers[0].conv, states)
    # Positions go on behind max_position_embeddings; batches, padded by zeros, give what each sound alone gives.
    factor, bins = config.subsampling_factor, config.num_mel_bins
    long = torch.randn((1, factor * (config.max_position_embeddings + 2), bins), generator=generator)
    assert encoder(long).last_hidden_state.shape[1] > config.max_position_embeddings
    counts, sound = [61, 100, 2 * factor + 1], torch.randn((3, 100, bins), generator=generator)
    mask = torch.arange(100)[None] < torch.tensor(counts)[:, None]
    sound *= mask[..., None]
    batch = encoder(sound, attention_mask=mask)
    for row, count in enumerate(counts):
        alone = encoder(sound[row:row + 1, :count]).last_hidden_state[0]
        close(batch.last_hidden_state[row, :len(alone)], alone, "batch")
        assert int(batch.attention_mask[row].sum()) == len(alone) == -(-count // factor), count
    # attention_bias is of the encoder's products as well, and of the decoder's attention alone.
    assert (encoder.layers[0].feed_forward1.linear1.bias is not None) == config.attention_bias
    assert model.model.decoder.layers[0].mlp.fc1.bias is not None and model.proj_out.bias is not None
    assert encoder.input_scale == (math.sqrt(config.hidden_size) if config.scale_input else 1.0)


def recorded(model, seed, counts):
    assert transformers.__version__ == VERSION, f"found transformers {transformers.__version__}, these are of {VERSION}"
    model.set_attn_implementation("eager")
    check_traps(randomize_statistics(randomize(model, seed, 1), seed))
    options = {"max_length": 24, "no_repeat_ngram_size": 2}
    recorder = generator(model, seed, frames(counts), keeps_attention=True,
                         searches={name: {**search, **options} for name, search in SEARCHES.items()})
    is_of_cohere = isinstance(model, transformers.CohereAsrForConditionalGeneration)
    kind = transformers.CohereAsrFeatureExtractor if is_of_cohere else transformers.ParakeetFeatureExtractor
    fields = {**MELS, "feature_size": model.config.encoder_config.num_mel_bins}
    record_prompts(recorder, kind(**fields))
    recorder.files = {"tokenizer.json": tokenizer(),
                      "preprocessor_config.json": {**fields, "feature_extractor_type": kind.__name__}}
    return recorder


def encoder_fields(**fields):
    return {**dict(hidden_size=40, intermediate_size=56, num_hidden_layers=2, num_attention_heads=4, conv_kernel_size=9,
                   subsampling_factor=8, subsampling_conv_channels=6, num_mel_bins=80, max_position_embeddings=20), **fields}


def cohere_asr():
    """As published: no scale, biases everywhere, one table for words and head, sides of different widths."""
    config = transformers.CohereAsrConfig(
        encoder_config=encoder_fields(scale_input=False), vocab_size=96, hidden_size=32, intermediate_size=48,
        num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=40, pad_token_id=2, eos_token_id=3, bos_token_id=4,
        decoder_start_token_id=BLANK, tie_word_embeddings=True)
    return recorded(transformers.CohereAsrForConditionalGeneration(config), 21, [1, 17, 150])


def cohere_asr_plain():
    """No biases, a scale, heads of widths of their own, a short kernel and few halvings."""
    encoder = encoder_fields(hidden_size=24, num_attention_heads=2, head_dim=16, conv_kernel_size=5, subsampling_factor=4,
                             subsampling_conv_channels=5, num_mel_bins=128, attention_bias=False, convolution_bias=False,
                             scale_input=True, hidden_act="gelu")
    config = transformers.CohereAsrConfig(
        encoder_config=encoder, vocab_size=96, hidden_size=24, intermediate_size=40, num_hidden_layers=3,
        num_attention_heads=4, num_key_value_heads=2, head_dim=10, max_position_embeddings=40, pad_token_id=2, eos_token_id=3,
        bos_token_id=4, decoder_start_token_id=4, attention_bias=False, hidden_act="gelu", tie_word_embeddings=False)
    return recorded(transformers.CohereAsrForConditionalGeneration(config), 22, [1, 6, 75])


def canary_positions(model):
    """The decoder's table is sines and then cosines, all divided by the root of the width."""
    table = model.model.decoder.pos_emb(torch.arange(9))
    width = table.shape[1]
    angles = torch.arange(9)[:, None] * 10000.0 ** (-torch.arange(0, width, 2) / width)
    close(table, torch.cat([angles.sin(), angles.cos()], -1) / math.sqrt(width), "positions")
    assert not any("pos_emb" in name for name in model.state_dict()), "the table is stored"
    return model


def canary():
    """As published: one width, heads of it, no scale, one table for words and head."""
    decoder = dict(vocab_size=96, hidden_size=40, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4,
                   num_key_value_heads=4, head_dim=10, max_position_embeddings=40)
    config = transformers.CanaryConfig(
        encoder_config=encoder_fields(scale_input=False, num_mel_bins=128), decoder_config=decoder, vocab_size=96,
        decoder_start_token_id=7)
    return recorded(canary_positions(transformers.CanaryForConditionalGeneration(config)), 23, [1, 19, 121])


def canary_plain():
    """A scale, no biases in the encoder, a decoder of another shape with groups of key heads, a table of the head alone."""
    encoder = encoder_fields(hidden_size=32, num_attention_heads=4, conv_kernel_size=13, subsampling_factor=2,
                             subsampling_conv_channels=4, scale_input=True, attention_bias=False, convolution_bias=False)
    decoder = dict(vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
                   num_key_value_heads=2, head_dim=12, max_position_embeddings=40, hidden_act="silu", attention_bias=False)
    config = transformers.CanaryConfig(encoder_config=encoder, decoder_config=decoder, vocab_size=96,
                                       decoder_start_token_id=7, tie_word_embeddings=False)
    return recorded(canary_positions(transformers.CanaryForConditionalGeneration(config)), 24, [1, 8, 51])


RECORDERS = {each.__name__: each for each in (cohere_asr, cohere_asr_plain, canary, canary_plain)}


if __name__ == "__main__":
    main(RECORDERS)
