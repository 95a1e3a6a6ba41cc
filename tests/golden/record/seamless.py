# SPDX-License-Identifier: Apache-2.0
"""Small random checkpoints of SeamlessM4T from speech to text, with what transformers 4.44.2 computes.

seamless.py FOLDER [NAME...], as record.py, whose parts it uses. What the original does in other ways than its fields
say is asserted here, so that a newer version that differs is noticed. Of 5.24, sdpa attention computes the same; eager
adds masks of chunks to the scores as numbers, so that all rows see all others."""
import torch
import transformers

from conformers import chirp, close, randomize_statistics
from record import SEARCHES, generator, letters, main, randomize

VERSION = "4.44.2"
EXTRACTOR = {"feature_extractor_type": "SeamlessM4TFeatureExtractor", "feature_size": 80, "num_mel_bins": 80,
             "sampling_rate": 16000, "stride": 2, "padding_value": 0.0, "padding_side": "right", "return_attention_mask": True}
SIZES = dict(vocab_size=96, hidden_size=40, speech_encoder_layers=2, speech_encoder_attention_heads=4,
             speech_encoder_intermediate_size=56, speech_encoder_layerdrop=0.0, conv_depthwise_kernel_size=5,
             feature_projection_input_dim=160, decoder_layers=2, decoder_attention_heads=4, decoder_ffn_dim=48,
             max_position_embeddings=64, encoder_layers=1, encoder_ffn_dim=8, t2u_encoder_layers=1, t2u_decoder_layers=1)


def with_its_numbers(model):
    """4.44.2 makes masks of the least f64 in the default type, which newer versions of torch refuse where that is f32."""
    for name, numbers in (("double", torch.float64), ("float", torch.float32)):
        def change(convert=getattr(model, name), numbers=numbers):
            torch.set_default_dtype(numbers)
            return convert()
        setattr(model, name, change)
    return model


def rows(counts, width):
    """Sounds of so many rows, each by itself: of batches the adapter reads the padding (asserted below)."""
    def make(recorder):
        for module in recorder.model.speech_encoder.adapter.modules():  # else attention behind them is of one key
            if isinstance(module, torch.nn.Conv1d):
                module.weight /= 2 * module.kernel_size[0] ** 0.5
        return {f"b1_t{count}": {"input_features": torch.randn((1, count, width), generator=recorder.generator)}
                for count in counts}
    return make


def chunks(config, count):
    """Whether row i sees row j: those of its chunk and of so many before it."""
    chunk = torch.arange(count) // config.speech_encoder_chunk_size
    near = chunk[None] <= chunk[:, None]
    return near if config.speech_encoder_left_chunk_num < 0 else near & (chunk[None] >= chunk[:, None] - config.speech_encoder_left_chunk_num)


def check_attention(layer, states, config, visible):
    """Distances are the key's position minus the query's, cut off, and one table of all heads says what they add."""
    attention, count = layer.self_attn, states.shape[1]
    heads, width = attention.num_heads, attention.head_size
    query, key, value = (each(states[0]).view(count, heads, width)
                         for each in (attention.linear_q, attention.linear_k, attention.linear_v))
    distance = torch.arange(count)[None] - torch.arange(count)[:, None]
    cut = distance.clamp(-config.left_max_position_embeddings, config.right_max_position_embeddings)
    table = attention.distance_embedding(cut + config.left_max_position_embeddings)
    scores = (torch.einsum("ihd,jhd->hij", query, key) + torch.einsum("ihd,ijd->hij", query, table)) / width ** 0.5
    mixed = torch.einsum("hij,jhd->ihd", scores.masked_fill(~visible, -torch.inf).softmax(-1), value)
    mask = torch.zeros(visible.shape).masked_fill(~visible, torch.finfo(torch.float32).min)[None, None]
    close(attention(states, attention_mask=mask)[0][0], attention.linear_out(mixed.flatten(-2)), "attention")


def check_traps(model):
    config, speech = model.config, model.speech_encoder
    states = torch.randn((1, 23, config.hidden_size), generator=torch.Generator().manual_seed(98))
    sound = torch.randn((1, 37, config.feature_projection_input_dim), generator=torch.Generator().manual_seed(99))
    if config.model_type == "seamless_m4t_v2" and config.position_embeddings_type:
        visible = chunks(config, 23)
        check_attention(speech.encoder.layers[0], states, config, visible)
        assert torch.equal(speech.encoder._apply_chunk_attention(None, states)[0, 0] == 0, visible)
    # Padding is hidden in the layers, but not from the convolutions of the adapter, so that the last rows differ.
    whole = speech(sound).last_hidden_state
    mask = torch.ones((1, 40), dtype=torch.long)
    mask[:, 37:] = 0
    batch = speech(torch.nn.functional.pad(sound, (0, 0, 0, 3)), attention_mask=mask).last_hidden_state
    encoded = speech.encoder(speech.feature_projection(torch.nn.functional.pad(sound, (0, 0, 0, 3))), attention_mask=mask)
    alone = speech.encoder(speech.feature_projection(sound))
    close(encoded.last_hidden_state[0, :37], alone.last_hidden_state[0], "layers")
    assert not torch.allclose(batch[0, whole.shape[1] - 1], whole[0, -1]), "the adapter hides padding"
    # The norms of the layers have PyTorch's epsilon, those of the features and of the whole another.
    assert speech.encoder.layers[0].final_layer_norm.eps == 1e-5 and speech.inner_layer_norm.eps == 1e-5
    assert speech.encoder.layer_norm.eps == speech.feature_projection.layer_norm.eps == config.layer_norm_eps


def spoken(recorder):
    """A file's sound, and what is said of it in a language."""
    extractor = transformers.SeamlessM4TFeatureExtractor(**{key: EXTRACTOR[key] for key in ("feature_size", "num_mel_bins", "sampling_rate", "stride")})
    sound = extractor(chirp(), sampling_rate=16000, return_tensors="pt")
    assert bool(sound["attention_mask"].all()), "the last row is hidden"
    model, config = recorder.model, recorder.model.config
    options = {"pad_token_id": config.pad_token_id, "eos_token_id": config.eos_token_id, "max_length": 24, "no_repeat_ngram_size": 2,
               "num_beams": 1}
    settings = transformers.GenerationConfig(**options, decoder_start_token_id=config.decoder_start_token_id)
    inputs = {"input_features": sound["input_features"]}
    ids = torch.tensor([[LANGUAGES["deu"]]])
    find = lambda given: transformers.GenerationMixin.generate(model, **given, decoder_input_ids=ids, generation_config=settings)
    sequences = find(inputs)
    model.double()
    exact = find({key: value.double() for key, value in inputs.items()})
    model.float()
    assert torch.equal(sequences, exact) and sequences[0, :2].tolist() == [config.decoder_start_token_id, LANGUAGES["deu"]]
    recorder.case("chirp_deu", "generate", inputs, {"sequences": sequences}, uses_generation_config_json=False,
                  generation_args={**options, "tgt_lang": "deu"})


LANGUAGES = {"eng": 91, "fra": 92, "deu": 93, "cmn": 94}


def recorded(model, seed, counts):
    assert transformers.__version__ == VERSION, f"found transformers {transformers.__version__}, these are of {VERSION}"
    check_traps(randomize_statistics(randomize(model, seed, 1), seed))
    options = {"max_length": 24, "no_repeat_ngram_size": 2}
    model.generation_config = transformers.GenerationConfig(
        pad_token_id=0, bos_token_id=2, eos_token_id=3, decoder_start_token_id=3, max_length=24)
    recorder = generator(with_its_numbers(model), seed, rows(counts, model.config.feature_projection_input_dim), keeps_attention=True,
                         searches={name: {**search, **options} for name, search in SEARCHES.items()})
    spoken(recorder)
    # With a cache, the decoder counts padding among what it wrote, and without one it does not.
    searched = [name for name in recorder.tensors if name.endswith("sequences")]
    assert not any((recorder.tensors[name] == 0).any() for name in searched), "padding is written"
    model.generation_config.text_decoder_lang_to_code_id = LANGUAGES
    recorder.files = {"tokenizer.json": letters(96), "preprocessor_config.json": EXTRACTOR}
    return recorder


def seamless_m4t_v2_speech():
    """As published but for the chunks, which are short here; two layers of the adapter, whose strides overlap."""
    config = transformers.SeamlessM4Tv2Config(
        **SIZES, left_max_position_embeddings=6, right_max_position_embeddings=3, speech_encoder_chunk_size=7,
        speech_encoder_left_chunk_num=1, num_adapter_layers=2, adaptor_kernel_size=5, adaptor_stride=4)
    return recorded(transformers.SeamlessM4Tv2ForSpeechToText(config), 41, [1, 7, 60])


def seamless_m4t_v2_speech_whole():
    """All rows see all others, without what distances say; another activation, and windows that overlap by a row."""
    config = transformers.SeamlessM4Tv2Config(
        **{**SIZES, "hidden_size": 32, "conv_depthwise_kernel_size": 9}, speech_encoder_hidden_act="gelu", position_embeddings_type=None,
        speech_encoder_chunk_size=None, adaptor_kernel_size=3, adaptor_stride=2, layer_norm_eps=1e-3)
    return recorded(transformers.SeamlessM4Tv2ForSpeechToText(config), 44, [1, 5, 31])


def seamless_m4t_speech():
    """The first version, as published: sinusoids of distances, and a norm over batches in the convolutions."""
    config = transformers.SeamlessM4TConfig(**SIZES, num_adapter_layers=1, adaptor_kernel_size=8, adaptor_stride=8)
    return recorded(transformers.SeamlessM4TForSpeechToText(config), 43, [1, 9, 60])


RECORDERS = {each.__name__: each for each in (seamless_m4t_v2_speech, seamless_m4t_v2_speech_whole, seamless_m4t_speech)}


if __name__ == "__main__":
    main(RECORDERS)
