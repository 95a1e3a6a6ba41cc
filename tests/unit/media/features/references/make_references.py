#!/usr/bin/python3
"""Makes every other file of this folder but README.md: what numpy and Pillow say about features."""

import ctypes
import io
import json
import pathlib
import struct
import wave
import zlib

import numpy as np
from PIL import Image, ImageOps

here = pathlib.Path(__file__).resolve().parent


def fnv(data):
    """FNV-1a of 64 bits, as text, because JSON's numbers are doubles to many readers."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


# Sounds -------------------------------------------------------------------------------------------

def make_sound():
    """0.4 s: a chirp from 100 Hz to 7 kHz, noise, a silent part in the middle."""
    time = np.arange(6400) / 16000
    random = np.random.default_rng(7)
    sound = 0.5 * np.sin(2 * np.pi * (100 * time + 8625 * time**2))
    sound += 0.02 * random.standard_normal(time.size)
    sound[3000:3700] = 0
    samples = np.clip(np.round(sound * 32768), -32768, 32767).astype("<i2")
    with wave.open(str(here / "chirp.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(samples.tobytes())
    return samples.astype(np.float32) / np.float32(32768)


def write_other_formats(samples):
    """The first quarter of the sound as FLAC, Ogg and MP3, by libsndfile."""
    class Info(ctypes.Structure):
        _fields_ = [("frames", ctypes.c_int64)] + [
            (name, ctypes.c_int) for name in
            ("samplerate", "channels", "format", "sections", "seekable")]
    library = ctypes.CDLL("libsndfile.so.1")
    library.sf_open.restype = ctypes.c_void_p
    library.sf_write_short.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    library.sf_close.argtypes = [ctypes.c_void_p]
    samples = (samples[:1600] * 32768).astype("<i2").copy()
    for name, format in [("flac", 0x170002), ("ogg", 0x200060), ("mp3", 0x230082)]:
        info = Info(samplerate=16000, channels=1, format=format)
        file = library.sf_open(str(here / f"chirp.{name}").encode(), 0x20, ctypes.byref(info))
        assert file, name
        library.sf_write_short(file, samples.ctypes.data, samples.size)
        library.sf_close(file)


def triangles(positions, corners):
    difference = np.diff(corners)
    slopes = corners[None, :] - positions[:, None]
    return np.maximum(0, np.minimum(-slopes[:, :-2] / difference[:-1],
                                    slopes[:, 2:] / difference[1:]))


def slaney_bank(mels):
    step = np.log(6.4) / 27
    top = 15 + np.log(8000 / 1000) / step
    points = np.linspace(0, top, mels + 2)
    corners = np.where(points < 15, 200 * points / 3, 1000 * np.exp(step * (points - 15)))
    bank = triangles(np.linspace(0, 8000, 201), corners)
    return bank * (2 / (corners[2:] - corners[:-2]))[None, :]


def kaldi_bank(mels):
    def mel(frequency):
        return 1127 * np.log(1 + np.asarray(frequency) / 700)
    bank = triangles(mel(31.25 * np.arange(256)), np.linspace(mel(20), mel(8000), mels + 2))
    return np.pad(bank, ((0, 1), (0, 0)))


def power_spectrum(frames, length):
    # Rounded to complex64, as transformers does.
    return np.abs(np.fft.rfft(frames, n=length, axis=1).astype(np.complex64), dtype=np.float64) ** 2


def frames_of(samples, length, hop):
    count = 1 + (samples.size - length) // hop
    return np.stack([samples[hop * index:hop * index + length] for index in range(count)])


def whisper(samples, mels):
    padded = np.pad(samples, 200, mode="reflect").astype(np.float64)
    window = np.hanning(401)[:-1]
    power = power_spectrum(frames_of(padded, 400, 160) * window, 400)
    logarithm = np.log10(np.maximum(1e-10, power @ slaney_bank(mels))).astype(np.float32)[:-1]
    return (np.maximum(logarithm, logarithm.max() - 8) + 4) / 4


def speech_to_text(samples, mels, means, variances):
    frames = frames_of((samples * 2**15).astype(np.float64), 400, 160)
    frames = frames - frames.mean(axis=1, keepdims=True)
    frames[:, 1:] -= 0.97 * frames[:, :-1].copy()
    frames[:, 0] *= 1 - 0.97
    power = power_spectrum(frames * np.power(np.hanning(400), 0.85), 512)
    features = np.log(np.maximum(1.192092955078125e-07, power @ kaldi_bank(mels)))
    features = features.astype(np.float32)
    if means:
        mean = features.mean(axis=0)
    deviation = features.std(axis=0)
    if means:
        features = features - mean
    if variances:
        features = features / deviation
    return features


def rows_of(features, rows):
    return {"rows": features.shape[0], "width": features.shape[1],
            "selected": {str(row): [float(f"{value:.8g}") for value in features[row]]
                         for row in rows}}


def sound_references():
    samples = make_sound()
    write_other_formats(samples)
    chunk = np.pad(samples, (0, 480000 - samples.size))
    return {
        "whisper_80_whole": rows_of(whisper(samples, 80), [0, 1, 11, 20, 39]),
        "whisper_80_chunk": rows_of(whisper(chunk, 80), [0, 19, 40, 41, 2999]),
        "whisper_128_chunk": rows_of(whisper(chunk, 128), [3, 2000]),
        "speech2text_80": rows_of(speech_to_text(samples, 80, True, True), [0, 10, 37]),
        "speech2text_20_means": rows_of(speech_to_text(samples, 20, True, False), [0, 20, 37]),
        "speech2text_80_raw": rows_of(speech_to_text(samples, 80, False, False), [0, 20, 37]),
    }


# Images -------------------------------------------------------------------------------------------

def random_image(width, height, seed=1):
    """Numerical Recipes' generator, one byte a step; the tests have the same."""
    state = seed
    values = bytearray()
    for _ in range(width * height * 3):
        state = (1664525 * state + 1013904223) % 2**32
        values.append(state >> 24)
    return Image.frombytes("RGB", (width, height), bytes(values))


def resize_references():
    cases = []
    for width, height, to_width, to_height in [
            (23, 17, 10, 8), (23, 17, 40, 31), (23, 17, 23, 5), (23, 17, 7, 17), (23, 17, 5, 40),
            (1, 1, 4, 3), (300, 2, 3, 7), (2, 3, 2, 3), (640, 480, 384, 384), (97, 331, 224, 224)]:
        for number, name in [(2, "bilinear"), (3, "bicubic")]:
            image = random_image(width, height).resize((to_width, to_height), resample=number)
            case = {"from": [width, height], "to": [to_width, to_height], "filter": name,
                    "hash": fnv(image.tobytes())}
            if to_width * to_height < 100:
                case["pixels"] = list(image.tobytes())
            cases.append(case)
    return cases


def smooth_image(width=16, height=12):
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack([x * 255 // (width - 1), y * 255 // (height - 1),
                                     (x * 7 + y * 13) % 256], axis=2).astype(np.uint8))


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def raw_png(width, height, depth, color, rows, interlaced=0, declared=None):
    """A PNG from packed rows without filter bytes; what Pillow cannot write."""
    shown = declared or (width, height)
    header = struct.pack(">IIBBBBB", *shown, depth, color, 0, 0, interlaced)
    data = b"".join(b"\0" + row for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) +
            chunk(b"IEND", b""))


def interlaced_png(image):
    pixels = np.asarray(image)
    rows = []
    for y, x, step_y, step_x in [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4),
                                 (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]:
        rows += [row.tobytes() for row in pixels[y::step_y, x::step_x] if row.size]
    return raw_png(image.width, image.height, 8, 2, rows, interlaced=1)


def save(image, format, **options):
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def image_files():
    smooth = smooth_image()
    alpha = smooth.copy()
    alpha.putalpha(smooth.convert("L"))
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        "rgb.png": save(smooth, "PNG"),
        "rgba.png": save(alpha, "PNG"),
        "gray.png": save(smooth.convert("L"), "PNG"),
        "gray_alpha.png": save(alpha.convert("LA"), "PNG"),
        "one_bit.png": save(smooth.convert("1"), "PNG"),
        "palette.png": save(smooth.quantize(20), "PNG"),
        "palette_4_bits.png": save(smooth.quantize(5), "PNG", bits=4),
        "palette_transparent.png": save(smooth.quantize(20), "PNG",
                                        transparency=bytes(range(0, 200, 10))),
        "gray_transparent.png": save(smooth.convert("L"), "PNG", transparency=17),
        "rgb_16_bits.png": raw_png(16, 12, 16, 2, [
            np.stack([row, row[::-1]], axis=2).tobytes() for row in np.asarray(smooth)]),
        "interlaced.png": interlaced_png(smooth),
        "orientation_6.png": save(smooth, "PNG", exif=exif),
        "rgb.jpg": save(smooth, "JPEG", quality=90),
        "full_color.jpg": save(smooth, "JPEG", quality=95, subsampling=0),
        "gray.jpg": save(smooth.convert("L"), "JPEG"),
        "progressive.jpg": save(smooth, "JPEG", progressive=True),
        "cmyk.jpg": save(smooth.convert("CMYK"), "JPEG", quality=95),
        "orientation_6.jpg": save(smooth, "JPEG", exif=exif),
    }


def decode_references():
    cases = {}
    for name, data in image_files().items():
        (here / name).write_bytes(data)
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        cases[name] = {"width": image.width, "height": image.height,
                       "pixels": list(image.tobytes())}
    gray = np.asarray(smooth_image().convert("L"))
    deep = [np.stack([row, row[::-1]], axis=1).tobytes() for row in gray]
    (here / "gray_16_bits.png").write_bytes(raw_png(16, 12, 16, 0, deep))
    # A thousand million pixels in a hundred bytes.
    (here / "huge.png").write_bytes(raw_png(1, 1, 8, 2, [b"\0\0\0"], declared=(40000, 30000)))
    return cases


def orientation_references():
    image = smooth_image(5, 3)
    methods = {2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM,
               5: Image.TRANSPOSE, 6: Image.ROTATE_270, 7: Image.TRANSVERSE, 8: Image.ROTATE_90}
    return {"image": list(image.tobytes()), "width": 5, "height": 3,
            "turned": {str(number): list(image.transpose(method).tobytes())
                       for number, method in methods.items()}}


def center_crop(array, height, width):
    """What transformers.image_transforms.center_crop does, by way of numpy."""
    def place(size, target):
        if size >= target:
            begin = (size - target) // 2
            return slice(begin, begin + target), (0, 0)
        before = -((size - target) // 2)
        return slice(None), (before, target - size - before)
    rows, row_padding = place(array.shape[0], height)
    columns, column_padding = place(array.shape[1], width)
    return np.pad(array[rows, columns], (row_padding, column_padding, (0, 0)))


def donut(image, config):
    """DonutImageProcessor of transformers 4.44: the shorter side is made fit, then the longer one,
    and there are borders around it."""
    height, width = config["size"]["height"], config["size"]["width"]
    across = (width - height) * (image.width - image.height) < 0
    if config.get("do_align_long_axis") and across:
        image = Image.fromarray(np.rot90(np.asarray(image), 3))
    side = min(height, width)
    if image.width <= image.height:
        size = (side, int(side * image.height / image.width))
    else:
        size = (int(side * image.width / image.height), side)
    image = image.resize(size, resample=config.get("resample", 2))
    high, wide = min(image.height, height), min(image.width, width)
    if (high, wide) != (image.height, image.width):
        if image.height > image.width:
            wide = int(image.width * high / image.height)
        elif image.width > image.height:
            high = int(image.height * wide / image.width)
        image = image.resize((wide, high), resample=3, reducing_gap=2.0)
    top, left = (height - image.height) // 2, (width - image.width) // 2
    return np.pad(np.asarray(image), ((top, height - image.height - top),
                                      (left, width - image.width - left), (0, 0)))


DONUT = [({"image_processor_type": "DonutImageProcessor", "size": {"height": height, "width": width},
           **more}, patch, size)
         for height, width, more, patch, size in [
             (64, 48, {"do_align_long_axis": False}, 4, (97, 53)),
             (64, 48, {"do_align_long_axis": True}, 4, (97, 53)),
             (48, 64, {"do_align_long_axis": True, "do_thumbnail": True, "do_pad": True}, 16, (53, 97)),
             (40, 60, {"resample": 3, "image_mean": [0.485, 0.456, 0.406],
                       "image_std": [0.229, 0.224, 0.225]}, 4, (31, 90)),
             (64, 64, {}, 8, (40, 40)), (24, 32, {}, 4, (30, 100))]]


def pixel_references():
    cases = []
    for config, patch, size in DONUT:
        cases.append(pixel_case(config, patch, donut(random_image(*size), config), size))
    for config, patch in [
            ({"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 48}}, 8),
            ({"feature_extractor_type": "ViTFeatureExtractor", "size": 64, "resample": 3,
              "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}, 16),
            ({"image_processor_type": "DeiTImageProcessor", "size": 40, "crop_size": 32}, 4),
            ({"image_processor_type": "DeiTImageProcessor", "size": {"height": 27, "width": 45},
              "crop_size": {"height": 40, "width": 30}}, 10),
            ({"image_processor_type": "DeiTImageProcessor", "do_center_crop": False,
              "do_normalize": False, "size": 32, "resample": 2, "rescale_factor": 0.004}, 8)]:
        image = random_image(97, 53)
        is_deit = "DeiT" in str(config)
        size = config["size"]
        height, width = (size, size) if isinstance(size, int) else (size["height"], size["width"])
        image = image.resize((width, height), resample=config.get("resample", 3 if is_deit else 2))
        array = np.asarray(image)
        if is_deit and config.get("do_center_crop", True):
            crop = config["crop_size"]
            array = center_crop(array, *((crop, crop) if isinstance(crop, int) else crop.values()))
        cases.append(pixel_case(config, patch, array, (97, 53)))
    return cases


def pixel_case(config, patch, array, size):
    array = (array * config.get("rescale_factor", 1 / 255)).astype(np.float32)
    if config.get("do_normalize", True):
        mean = np.array(config.get("image_mean", [0.5] * 3), dtype=np.float32)
        deviation = np.array(config.get("image_std", [0.5] * 3), dtype=np.float32)
        array = (array - mean) / deviation
    pixels = np.ascontiguousarray(array.transpose(2, 0, 1))
    down, across = array.shape[0] // patch, array.shape[1] // patch
    patches = pixels.reshape(3, down, patch, across, patch).transpose(1, 3, 0, 2, 4)
    patches = np.ascontiguousarray(patches).reshape(down * across, -1)
    return {"config": config, "patch": patch, "image": size, "rows": patches.shape[0],
            "width": patches.shape[1],
            "first": [float(f"{value:.9g}") for value in patches[0][:12]],
            "pixels_hash": fnv(pixels.tobytes()), "patches_hash": fnv(patches.tobytes())}


def write(name, value):
    text = json.dumps(value, separators=(",", ":")).replace('},"', '},\n"').replace("},{", "},\n{")
    (here / name).write_text(text + "\n")


write("sounds.json", sound_references())
write("images.json", {"resize": resize_references(), "decode": decode_references(),
                      "orientation": orientation_references(), "pixels": pixel_references()})
