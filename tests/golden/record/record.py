# SPDX-License-Identifier: Apache-2.0
"""Small random checkpoints with what the original classes of Hugging Face transformers compute for them.

record.py FOLDER [NAME...] writes FOLDER/NAME for each (all of them where none is given); README.md says how to run
it. Every norm, bias and table is random too, so that one which is forgotten shows."""
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

BART = dict(vocab_size=96, d_model=32, encoder_layers=2, decoder_layers=3, encoder_attention_heads=4,
            decoder_attention_heads=2, encoder_ffn_dim=48, decoder_ffn_dim=40, max_position_embeddings=40)
T5 = dict(vocab_size=96, d_model=32, d_kv=12, d_ff=40, num_layers=2, num_decoder_layers=3, num_heads=4,
          relative_attention_num_buckets=16, relative_attention_max_distance=32)
WAVES = {"feature_extractor_type": "Wav2Vec2FeatureExtractor", "feature_size": 1, "sampling_rate": 16000,
         "padding_value": 0.0, "do_normalize": False, "padding_side": "right", "return_attention_mask": True}
LABELS = {0: "contradiction", 1: "neutral", 2: "entailment"}


def randomize(model, seed, mean_gain):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_gain = parameter.dim() == 1 and name.endswith("weight")
            parameter.copy_(mean_gain + 0.3 * noise if is_gain else 0.25 * noise)
    return model.eval()


class Recorder:
    """The cases of one checkpoint."""

    def __init__(self, model, seed, mean_gain=1):
        self.model, self.cases, self.tensors = randomize(model, seed, mean_gain), [], {}
        self.generator = torch.Generator().manual_seed(seed + 1)
        self.files = {}  # JSON beside those of the model

    def ids(self, *shape, first=3):
        config = self.model.config
        size = getattr(config, "encoder_vocab_size", None) or config.vocab_size
        return torch.randint(first, size, shape, generator=self.generator)

    def keep(self, case, group, **tensors):
        names = {}
        for name, tensor in tensors.items():
            names[name] = f"{case['name']}.{name}"
            self.tensors[names[name]] = tensor.detach().contiguous().clone()
        case.setdefault(group, {}).update(names)

    def case(self, name, kind, inputs, outputs, **more):
        case = {"name": name, "kind": kind}
        self.keep(case, "inputs", **inputs)
        case.update(more)
        self.keep(case, "outputs", **outputs)
        self.cases.append(case)

    def write(self, folder):
        # transformers writes shared tensors that a class does not announce into pytorch_model.bin alone.
        self.model.save_pretrained(folder, safe_serialization=not getattr(self.model.config, "share_decoder_input_output_embed", False))
        save_file(self.tensors, folder / "goldens.safetensors")
        for name, content in self.files.items():
            (folder / name).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        about = {"family": folder.name, "model_class": type(self.model).__name__,
                 "model_type": self.model.config.model_type,
                 "made_with": {"transformers": transformers.__version__, "torch": torch.__version__},
                 "made_by": f"tests/golden/record/{pathlib.Path(sys.argv[0]).name}", "cases": self.cases}
        (folder / "goldens.json").write_text(json.dumps(about, indent=1) + "\n")


def padded(recorder, lengths, end=None, last=None):
    """Ids of several lengths, with the end id of each where there is one, and their mask."""
    padding = recorder.model.config.pad_token_id
    ids = torch.full((len(lengths), max(lengths)), padding)
    for row, length in enumerate(lengths):
        ids[row, :length] = recorder.ids(length, first=4)
        if end is not None:
            ids[row, length - (1 if last is None else 2)] = end
        if last is not None:
            ids[row, length - 1] = last
    return ids, (torch.arange(max(lengths))[None] < torch.tensor(lengths)[:, None]).long()


def classifier(model, seed, last=None):
    recorder = Recorder(model, seed)
    config = model.config
    for name, lengths in {"b1_s2": [2], "b1_s9": [9], "b1_s33": [33], "b4_pad": [5, 17, 3, 11]}.items():
        ids, mask = padded(recorder, lengths, config.eos_token_id, last)
        result = model(input_ids=ids, attention_mask=mask)
        recorder.case(name, "forward", {"input_ids": ids, "attention_mask": mask},
                      {"label_logits": result.logits,
                       "encoder_last_hidden_state": result.encoder_last_hidden_state})
    # Pairs have several end ids; the last one counts.
    ids = recorder.ids(2, 12, first=4)
    ids[:, [4, 5, 9 if last is None else 10]] = config.eos_token_id
    if last is None:
        ids[:, 10:] = config.pad_token_id
    else:
        ids[:, 11] = last
    mask = (ids != config.pad_token_id).long()
    result = model(input_ids=ids, attention_mask=mask)
    recorder.case("b2_pair", "forward", {"input_ids": ids, "attention_mask": mask},
                  {"label_logits": result.logits})
    return recorder


def encoder(model, seed):
    recorder = Recorder(model, seed)
    for name, lengths in {"b1_s1": [1], "b1_s7": [7], "b1_s40": [40], "b3_pad": [5, 17, 3]}.items():
        ids, mask = padded(recorder, lengths)
        states = model(input_ids=ids, attention_mask=mask).last_hidden_state
        recorder.case(name, "forward", {"input_ids": ids, "attention_mask": mask},
                      {"encoder_last_hidden_state": states})
    return recorder


def exact_sequences(model, inputs, settings):
    """What f64 arithmetic finds for each source alone, without its padding."""
    model.double()
    rows = []
    for row in range(next(iter(inputs.values())).shape[0]):
        own = {key: value[row:row + 1] for key, value in inputs.items()}
        if "attention_mask" in own:
            own = {key: value[:, own["attention_mask"][0] == 1] for key, value in own.items()}
        own = {key: value.double() if value.is_floating_point() else value for key, value in own.items()}
        rows.append(transformers.GenerationMixin.generate(model, **own, generation_config=settings)[0])
    model.float()
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=settings.pad_token_id)


SEARCHES = {"greedy": {"num_beams": 1}, "beam3": {"num_beams": 3}}


def generator(model, seed, sources, mean_gain=1, keeps_attention=False, searches=SEARCHES,
              use_cache=True):
    """Logits of given targets, and greedy and beam search whose ids no rounding changes."""
    recorder = Recorder(model, seed, mean_gain)
    config = model.config
    start = config.decoder_start_token_id
    for name, inputs in sources(recorder).items():
        batch = next(iter(inputs.values())).shape[0]
        targets = recorder.ids(batch, 6)
        targets[:, 0] = start
        result = model(**inputs, decoder_input_ids=targets, output_attentions=keeps_attention)
        weights = {f"cross_attentions.{layer}": each for layer, each in enumerate(result.cross_attentions or ())}
        recorder.case(f"fwd_{name}", "forward", {**inputs, "decoder_input_ids": targets},
                      {"logits": result.logits,
                       "encoder_last_hidden_state": result.encoder_last_hidden_state, **weights})
        options = dict(pad_token_id=config.pad_token_id, eos_token_id=config.eos_token_id,
                       decoder_start_token_id=start, max_length=12)
        for search, added in searches.items():
            settings = transformers.GenerationConfig(**{**options, **added}, use_cache=use_cache)
            sequences = transformers.GenerationMixin.generate(model, **inputs, generation_config=settings)
            # Without a cache, what a search writes of padding is hidden from it afterwards.
            is_padding = sequences == config.pad_token_id
            if not use_cache and bool((is_padding[:, :-1] & ~is_padding[:, 1:]).any()):
                continue
            if torch.equal(sequences, exact_sequences(model, inputs, settings)):
                recorder.case(f"{search}_{name}", "generate", inputs, {"sequences": sequences},
                              uses_generation_config_json=False, generation_args={**options, **added})
    return recorder


def texts(recorder, lengths_by_name={"b1_s1": [1], "b1_s9": [9], "b3_pad": [5, 17, 3]}):
    result = {}
    for name, lengths in lengths_by_name.items():
        ids, mask = padded(recorder, lengths)
        result[name] = {"input_ids": ids, "attention_mask": mask}
    return result


def sounds(recorder):
    config = recorder.model.config
    shape = (config.num_mel_bins, 2 * config.max_source_positions)
    return {name: {"input_features": torch.randn((batch, *shape), generator=recorder.generator)}
            for name, batch in {"b1": 1, "b2": 2}.items()}


def samples(recorder):
    """Of few samples there is one row, and 63 more leave it at that. Batches would be normalized with their padding."""
    return {f"b1_n{count}": {"input_values": 0.3 * torch.randn((1, count), generator=recorder.generator)}
            for count in (895, 958, 4321)}


def images(recorder):
    config = recorder.model.config.encoder
    size = config.image_size
    shape = (config.num_channels, *([size, size] if isinstance(size, int) else size))
    return {name: {"pixel_values": torch.randn((batch, *shape), generator=recorder.generator)}
            for name, batch in {"b1": 1, "b3": 3}.items()}


def bart_classifier():
    # Of the size of the tokenizer in tests/golden/tokenizers/bart, so that it reads texts, too.
    config = transformers.BartConfig(**{**BART, "vocab_size": 561}, id2label=LABELS, label2id={v: k for k, v in LABELS.items()})
    return classifier(transformers.BartForSequenceClassification(config), 1)


def mbart_classifier():
    config = transformers.MBartConfig(**BART, num_labels=1, problem_type="regression", scale_embedding=True)
    return classifier(transformers.MBartForSequenceClassification(config), 2, last=90)


def t5_classifier():
    config = transformers.T5Config(**T5, num_labels=4, problem_type="multi_label_classification",
                                   decoder_start_token_id=0)
    return classifier(transformers.T5ForSequenceClassification(config), 3)


def t5_encoder():
    config = transformers.T5Config(**T5, feed_forward_proj="gated-gelu")
    return encoder(transformers.T5EncoderModel(config), 4)


def mt5_encoder():
    return encoder(transformers.MT5EncoderModel(transformers.MT5Config(**T5)), 5)


def umt5_encoder():
    return encoder(transformers.UMT5EncoderModel(transformers.UMT5Config(**T5)), 6)


def mvp():
    return generator(transformers.MvpForConditionalGeneration(transformers.MvpConfig(**BART)), 7, texts)


def indic_trans(**fields):
    """The original's file lies in huggingface_interface of github.com/AI4Bharat/IndicTrans2; PYTHONPATH names where."""
    from huggingface_interface.configuration_indictrans import IndicTransConfig
    from huggingface_interface.modeling_indictrans import IndicTransForConditionalGeneration
    sizes = dict(encoder_vocab_size=96, decoder_vocab_size=104, encoder_embed_dim=32, decoder_embed_dim=32,
                 max_source_positions=40, max_target_positions=30, encoder_layers=2, decoder_layers=3,
                 encoder_attention_heads=4, decoder_attention_heads=2, encoder_ffn_dim=48, decoder_ffn_dim=40)
    config = IndicTransConfig(**{**sizes, **fields}, auto_map={"AutoConfig": "configuration_indictrans.IndicTransConfig"})
    return generator(IndicTransForConditionalGeneration(config), 31, texts)


def indic_trans_pre_norm():
    return indic_trans(encoder_normalize_before=True, decoder_normalize_before=True, layernorm_embedding=True,
                       share_decoder_input_output_embed=True, activation_function="gelu")


def madlad():
    """The fields of google/madlad400-3b-mt, whose heads are wider together than the states."""
    config = transformers.T5Config(**T5, feed_forward_proj="gated-gelu", tie_word_embeddings=False,
                                   decoder_start_token_id=0)
    return generator(transformers.T5ForConditionalGeneration(config), 8, texts)


def whisper_large_v3():
    """128 mel bins and fewer layers in the decoder, as large-v3-turbo and the distilled models have."""
    config = transformers.WhisperConfig(
        vocab_size=96, num_mel_bins=128, d_model=32, encoder_layers=3, decoder_layers=1, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=40, decoder_ffn_dim=40, max_source_positions=20,
        max_target_positions=24, pad_token_id=1, bos_token_id=1, eos_token_id=2, decoder_start_token_id=3,
        suppress_tokens=[], begin_suppress_tokens=[])
    return generator(transformers.WhisperForConditionalGeneration(config), 9, sounds)


def manga_ocr():
    """A ViT and BERT as kha-white/manga-ocr-base joins them."""
    sizes = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=40)
    config = transformers.VisionEncoderDecoderConfig.from_encoder_decoder_configs(
        transformers.ViTConfig(**sizes, image_size=12, patch_size=4),
        transformers.BertConfig(**sizes, vocab_size=96, max_position_embeddings=24))
    config.decoder_start_token_id, config.eos_token_id, config.pad_token_id, config.vocab_size = 2, 3, 0, 96
    return generator(transformers.VisionEncoderDecoderModel(config), 10, images)


def nougat():
    """Three stages, grids that windows fill, and sides of different widths. transformers 4.57, whose searches end a
    token later behind images."""
    config = transformers.VisionEncoderDecoderConfig.from_encoder_decoder_configs(
        transformers.DonutSwinConfig(image_size=[32, 48], patch_size=2, embed_dim=16, depths=[2, 3, 2], num_heads=[2, 4, 4],
                                     window_size=4, mlp_ratio=2.0),
        transformers.MBartConfig(**{**BART, "d_model": 40, "encoder_layers": 3, "decoder_attention_heads": 4},
                                 scale_embedding=True))
    config.decoder_start_token_id, config.eos_token_id, config.pad_token_id, config.vocab_size = 0, 2, 1, 96
    return generator(transformers.VisionEncoderDecoderModel(config), 12, images, searches={})


def gemma_side(**sizes):
    """Caps are low, and windows short, so that both change every case."""
    return dict(vocab_size=96, num_hidden_layers=3, attn_logit_softcapping=2.0, final_logit_softcapping=4.0,
                max_position_embeddings=64, attn_implementation="eager", **sizes)


def t5gemma():
    """Groups of key heads, heads that are not hidden / heads wide, and windows by layer. transformers 4.57."""
    encoder = gemma_side(hidden_size=40, intermediate_size=56, num_attention_heads=4, num_key_value_heads=2, head_dim=12,
                         query_pre_attn_scalar=20, sliding_window=5)
    decoder = gemma_side(hidden_size=32, intermediate_size=48, num_attention_heads=6, num_key_value_heads=2, head_dim=16,
                         query_pre_attn_scalar=24, sliding_window=4, rope_theta=500.0)
    config = transformers.T5GemmaConfig(encoder=encoder, decoder=decoder, vocab_size=96, decoder_start_token_id=2,
                                        attn_implementation="eager")
    # Random models repeat themselves; the searches may not. With a cache, transformers 4.57.1 lets layers with a window
    # forget the source but for its last keys, and finds other ids than from all states.
    options = {"max_length": 24, "no_repeat_ngram_size": 2}
    lengths = {"b1_s1": [1], "b1_s9": [9], "b1_s17": [17], "b1_s35": [35], "b3_pad": [5, 17, 3]}
    return generator(transformers.T5GemmaForConditionalGeneration(config), 11, lambda each: texts(each, lengths),
                     mean_gain=0, keeps_attention=True, use_cache=False,
                     searches={name: {**search, **options} for name, search in SEARCHES.items()})


def moonshine():
    """A part of each head is turned, and head sizes are not those of vectors. transformers 4.57."""
    config = transformers.MoonshineConfig(
        vocab_size=96, hidden_size=40, intermediate_size=56, encoder_num_hidden_layers=2, decoder_num_hidden_layers=3,
        encoder_num_attention_heads=4, decoder_num_attention_heads=4, partial_rotary_factor=0.62, rope_theta=100.0,
        pad_token_id=0, attn_implementation="eager")
    options = {"max_length": 24, "no_repeat_ngram_size": 2}
    recorder = generator(transformers.MoonshineForConditionalGeneration(config), 12, samples, keeps_attention=True,
                         searches={name: {**search, **options} for name, search in SEARCHES.items()})
    recorder.files = {"tokenizer.json": letters(96), "preprocessor_config.json": WAVES}
    return recorder


def frames(recorder):
    """Of one frame there is one row; the last frames fill no four."""
    return {f"b1_n{count}": {"input_values": 0.3 * torch.randn((1, 80 * count), generator=recorder.generator)}
            for count in (1, 6, 67)}


def as_processed(model):
    """Without a mask the encoder ignores its windows, and the decoder adds positions to the encoder's own states."""
    def with_mask(module, arguments, options):
        options = dict(options)
        values = options.get("input_values", arguments[0] if arguments else None)
        if options.get("attention_mask") is None:
            options["attention_mask"] = torch.ones(values.shape, dtype=torch.long)
        return arguments, options

    def with_own_states(module, arguments, options):
        return arguments, {**options, "encoder_hidden_states": options["encoder_hidden_states"].clone()}

    sound = 0.3 * torch.randn((1, 80 * 67))
    states = model.model.encoder(sound, attention_mask=torch.ones(sound.shape, dtype=torch.long)).last_hidden_state
    assert not torch.allclose(states, model.model.encoder(sound).last_hidden_state), "windows need no mask"
    before = states.clone()
    model.model.decoder(input_ids=torch.ones((1, 1), dtype=torch.long), encoder_hidden_states=states)
    assert not torch.equal(states, before), "the decoder leaves the states alone"
    # A frame that is not full is masked, so that it is silence; it still makes a row.
    for count in (80 * 66 + 1, 80 * 65 + 79, 80 * 64 + 40):
        whole, padded = count // 80 * 80, -(-count // 80) * 80
        part, silent = sound[:, :padded].clone(), sound[:, :padded].clone()
        part[:, count:], silent[:, whole:] = 0, 0
        mask = (torch.arange(padded)[None] < count).long()
        original = model.model.encoder(part, attention_mask=mask)
        assert bool(original.attention_mask.all()), "rows are masked"
        ours = model.model.encoder(silent, attention_mask=torch.ones_like(mask)).last_hidden_state
        assert torch.equal(original.last_hidden_state, ours), count
    model.model.encoder.register_forward_pre_hook(with_mask, with_kwargs=True)
    model.model.decoder.register_forward_pre_hook(with_own_states, with_kwargs=True)
    return model


def moonshine_streaming():
    """Windows that see no row behind, groups of key heads and biases in the encoder alone, and sides of different widths.
    transformers 5.24."""
    encoder = dict(hidden_size=40, intermediate_size=56, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2,
                   head_dim=12, attention_bias=True, sliding_windows=[[4, 3], [3, 0], [16, 4], [1, 2]])
    config = transformers.MoonshineStreamingConfig(
        encoder_config=encoder, vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=3,
        num_attention_heads=4, num_key_value_heads=4, head_dim=10, max_position_embeddings=24, decoder_start_token_id=1,
        rope_parameters={"rope_type": "default", "rope_theta": 100.0, "partial_rotary_factor": 0.8})
    model = transformers.MoonshineStreamingForConditionalGeneration(config)
    model.set_attn_implementation("eager")
    as_processed(randomize(model, 14, 1))
    options = {"max_length": 24, "no_repeat_ngram_size": 2}
    recorder = generator(model, 14, frames, keeps_attention=True,
                         searches={name: {**search, **options} for name, search in SEARCHES.items()})
    recorder.files = {"tokenizer.json": letters(96), "preprocessor_config.json": WAVES}
    return recorder


def letters(count):
    """A tokenizer in the form of Llama's, whose pieces are single letters."""
    special = ["<unk>", "<s>", "</s>"]
    pieces = special + ["\u2581"] + [chr(ord("!") + index) for index in range(count - 4)]
    blank = {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}
    return {"version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [{"id": index, "content": each, "single_word": False, "lstrip": False, "rstrip": False,
                              "normalized": False, "special": True} for index, each in enumerate(special)],
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"}, blank]},
            "pre_tokenizer": None, "post_processor": None,
            "decoder": {"type": "Sequence", "decoders": [
                {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "}, {"type": "ByteFallback"},
                {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
            "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": False,
                      "vocab": {each: index for index, each in enumerate(pieces)}, "merges": []}}


def gemma3_side(**sizes):
    """Five layers see windows, of another speed of turning than the sixth, which sees all."""
    return dict(vocab_size=96, hidden_size=32, num_hidden_layers=6, max_position_embeddings=64, sliding_window=5,
                rope_parameters={"sliding_attention": {"rope_type": "default", "rope_theta": 50.0},
                                 "full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500.0}},
                **sizes)


def t5gemma2():
    """One softmax over both sides' keys; the vision tower is there and of no use. transformers 5.24."""
    text = gemma3_side(intermediate_size=56, num_attention_heads=4, num_key_value_heads=2, head_dim=12,
                       query_pre_attn_scalar=20)
    vision = dict(model_type="siglip_vision_model", hidden_size=8, intermediate_size=8, num_hidden_layers=1,
                  num_attention_heads=2, image_size=8, patch_size=4)
    decoder = gemma3_side(intermediate_size=48, num_attention_heads=4, num_key_value_heads=2, head_dim=12,
                          query_pre_attn_scalar=24, final_logit_softcapping=4.0)
    # The row behind images would stand for an id that no text has.
    encoder = dict(text_config=text, vision_config=vision, mm_tokens_per_image=1, eoi_token_index=1000)
    config = transformers.T5Gemma2Config(encoder=encoder, decoder=decoder, decoder_start_token_id=2)
    model = transformers.T5Gemma2ForConditionalGeneration(config)
    model.set_attn_implementation("eager")
    options = {"max_length": 24, "no_repeat_ngram_size": 2}
    lengths = {"b1_s1": [1], "b1_s9": [9], "b1_s35": [35], "b3_pad": [5, 17, 3]}
    for side in (config.encoder.text_config, config.decoder):  # traps: windows are whole, and of five layers of six
        assert side.layer_types == 5 * ["sliding_attention"] + ["full_attention"], side.layer_types
    return generator(model, 13, lambda each: texts(each, lengths), mean_gain=0, keeps_attention=True, use_cache=False,
                     searches={name: {**search, **options} for name, search in SEARCHES.items()})


def florence2():
    """Tiles that do not fill their grid, two layers in a stage, groups of channels of odd sizes. transformers 5.24."""
    vision = dict(depths=[1, 2], patch_size=[7, 3], patch_stride=[4, 2], patch_padding=[3, 1], patch_prenorm=[False, True],
                  embed_dim=[16, 24], num_heads=[2, 4], num_groups=[4, 8], window_size=3, mlp_ratio=1.5, projection_dim=32,
                  max_position_embeddings=6, max_temporal_embeddings=3)
    text = transformers.BartConfig(**BART, decoder_start_token_id=2).to_dict()
    config = transformers.Florence2Config(vision_config=vision, text_config=text, image_token_id=95)
    model = transformers.Florence2ForConditionalGeneration(config)
    model.set_attn_implementation("eager")
    for key in ("vocab_size", "decoder_start_token_id", "pad_token_id", "eos_token_id"):
        setattr(config, key, getattr(config.text_config, key))
    size, rows = (24, 32), 13  # 3 by 4 places, and their mean

    def prompted(recorder):
        """The class puts rows of the image where its token is."""
        result = {}
        for name, (batch, length) in {"b1_s3": (1, 3), "b1_s11": (1, 11), "b2_s5": (2, 5)}.items():
            ids = recorder.ids(batch, length, first=4) % 90
            result[name] = {"pixel_values": torch.randn((batch, 3, *size), generator=recorder.generator),
                            "input_ids": torch.cat([torch.full((batch, rows), config.image_token_id), ids], 1)}
        return result

    # transformers 5 takes what a call leaves open from the model's configuration.
    options = {"max_length": 24, "no_repeat_ngram_size": 2, "forced_eos_token_id": 2}
    recorder = generator(model, 15, prompted, keeps_attention=True,
                         searches={name: {**search, **options} for name, search in SEARCHES.items()})
    for case in recorder.cases:
        name = case["inputs"]["input_ids"]
        recorder.tensors[name] = recorder.tensors[name][:, rows:].clone()
    for key in ("vocab_size", "decoder_start_token_id", "pad_token_id", "eos_token_id"):
        delattr(config, key)
    recorder.files = {"preprocessor_config.json": {
        "image_processor_type": "CLIPImageProcessor", "do_resize": True, "resample": 3,
        "size": {"height": size[0], "width": size[1]}, "do_center_crop": False, "do_rescale": True,
        "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.485, 0.456, 0.406],
        "image_std": [0.229, 0.224, 0.225], "image_seq_length": rows}}
    return recorder


RECORDERS = {each.__name__: each for each in (bart_classifier, mbart_classifier, t5_classifier, t5_encoder, mt5_encoder,
                                              umt5_encoder, mvp, madlad, whisper_large_v3, manga_ocr,
                                              nougat, t5gemma, moonshine, moonshine_streaming, t5gemma2, florence2, indic_trans,
                                              indic_trans_pre_norm)}


def main(recorders):
    """Writes those that the command line names, or all, into folders of their names."""
    torch.set_num_threads(1)
    target, *names = sys.argv[1:]
    for name in names or recorders:
        folder = pathlib.Path(target) / name
        folder.mkdir(parents=True, exist_ok=True)
        with torch.no_grad():
            recorders[name]().write(folder)


if __name__ == "__main__":
    main(RECORDERS)
