"""marian_files.py CHECK TRANSEPT CHECKPOINTS FOLDER: what holds of Marian's own files.

same_library: a model's .npz, also in column-major order, and its .bin of f32 give the same library, byte for byte.
engine: the library FOLDER writes what Firefox's engine wrote (record/bergamot.mjs), which multiplies bytes and ends at
twice the source, of sentences whose words no such rounding changes; also with a shortlist (record/shortlist.py).
searches: the library FOLDER writes the same with guesses that are taken back, and with beams beside other sentences and
on several threads.
hostile: files that are cut short, of other types or contradict themselves end with one error and exit status 1."""

import ast
import pathlib
import shutil
import struct
import subprocess
import sys
import zipfile

check, transept, checkpoints, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])


def arrays(path):
    """The members of an .npz: name, type, shape, bytes."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            size = struct.unpack_from("<H", data, 8)[0]
            header = ast.literal_eval(data[10:10 + size].decode())
            yield name[:-4], header["descr"], header["shape"], data[10 + size:]


def binary(items):
    items = [(name, {"<f4": 0x0404, "|i1": 0x0101}[kind], shape, content) for name, kind, shape, content in items]
    data = struct.pack("<QQ", 1, len(items))
    for name, kind, shape, content in items:
        data += struct.pack("<QQQQ", len(name) + 1, kind, len(shape), len(content))
    data += b"".join(name.encode() + b"\0" for name, *_ in items)
    data += b"".join(struct.pack(f"<{len(shape)}i", *shape) for _, _, shape, _ in items)
    gap = -(len(data) + 8) % 256
    return data + struct.pack("<Q", gap) + bytes(gap) + b"".join(content for *_, content in items)


def column_major(items, path):
    with zipfile.ZipFile(path, "w") as archive:
        for name, kind, shape, content in items:
            size = len(content) // max(1, shape[0] * (shape[1] if len(shape) == 2 else 1))
            if len(shape) == 2:
                content = b"".join(content[(row * shape[1] + column) * size:][:size]
                                   for column in range(shape[1]) for row in range(shape[0]))
            header = f"{{'shape': {shape}, 'fortran_order': {len(shape) == 2}, 'descr': '{kind}', }}".encode()
            header += b" " * (-(len(header) + 11) % 64) + b"\n"
            archive.writestr(name + ".npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content)


def compiled(name, write):
    model, result = folder / "model", folder / name
    shutil.rmtree(model, ignore_errors=True)
    model.mkdir()
    result.mkdir()
    write(model)
    # The path of the checkpoint and the file name of the library are part of it.
    subprocess.run([transept, "compile", model, "-o", result / "libmodel.so"], check=True)
    return (result / "libmodel.so").read_bytes()


def same_library():
    stored = checkpoints / "marian_ssru" / "model.npz"
    items = list(arrays(stored))
    original = compiled("npz", lambda model: shutil.copy(stored, model))
    for name, write in {"binary": lambda model: (model / "model.bin").write_bytes(binary(items)),
                        "column_major": lambda model: column_major(items, model / "model.npz")}.items():
        if compiled(name, write) != original:
            sys.exit(f"{name}: the library is another one")


def damaged():
    archive = (checkpoints / "marian_ssru" / "model.npz").read_bytes()
    data = (checkpoints / "marian_ssru_bytes" / "model.intgemm.bin").read_bytes()
    for share in (1, 3, 7):
        yield f"cut{share}.npz", archive[:len(archive) * share // 8]
        yield f"cut{share}.bin", data[:len(data) * share // 8]
    yield "order.npz", archive.replace(b"'fortran_order': False", b"'fortran_order': Maybe")
    yield "type.npz", archive.replace(b"'<f4'", b"'<O4'")
    yield "shape.npz", archive.replace(b"(32, 32)", b"(32, 33)")
    yield "negative.npz", archive.replace(b"(1, 32)", b"(1,-32)")
    yield "options.npz", archive.replace(b"special:model.yml", b"special:other.yml")
    yield "yaml.npz", archive.replace(b"dec-cell: ssru", b"dec-cell: {a:}")
    yield "many.bin", data[:8] + struct.pack("<Q", 1 << 60) + data[16:]
    yield "type.bin", data.replace(struct.pack("<Q", 0x4101), struct.pack("<Q", 0x5101))
    yield "rank.bin", data[:32] + struct.pack("<Q", 1 << 40) + data[40:]
    yield "size.bin", data[:40] + struct.pack("<Q", 1 << 63) + data[48:]
    yield "name.bin", data[:16] + struct.pack("<Q", 0) + data[24:]


def hostile():
    count = 0
    for name, content in damaged():
        path = folder / name
        path.write_bytes(content)
        result = subprocess.run([transept, "describe", path], capture_output=True, text=True, timeout=60)
        # Warnings about the folder may come before the error.
        errors = [line for line in result.stderr.splitlines() if not line.startswith("warning: ")]
        if result.returncode != 1 or len(errors) != 1 or not errors[0].startswith("error: "):
            sys.exit(f"{name}: status {result.returncode}, {result.stderr!r}")
        count += 1
    print(f"{count} files end as they should")


def generated(lines, *flags):
    result = subprocess.run([transept, "generate", folder, "--max-new-tokens", "60", *flags], check=True,
                            capture_output=True, text=True, input="".join(line + "\n" for line in lines))
    return result.stdout.splitlines()


def engine():
    model = checkpoints / "marian_ssru_bytes"
    sources = (model / "sources.txt").read_text().splitlines()
    for name, flags in (("bergamot", []), ("bergamot_shortlist", ["--shortlist"])):
        expected = (model / f"{name}.txt").read_text().splitlines()
        for ours, theirs in zip(generated(sources, *flags), expected, strict=True):
            if not ours.startswith(theirs):
                sys.exit(f"{name}: {ours!r} does not begin with {theirs!r}")


def shortlists():
    """A folder's shortlist is found, or named; a damaged one is an error."""
    model = folder / "model"
    shutil.copytree(checkpoints / "marian_ssru_bytes", model)

    def described():
        done = subprocess.run([transept, "describe", model], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    if '"file": "lex.s2t.bin"' not in described()[1]:
        sys.exit("the shortlist is not found")
    shutil.copy(model / "lex.s2t.bin", model / "lex.t2s.bin")
    if "lex.s2t.bin and lex.t2s.bin could be the shortlist" not in described()[2]:
        sys.exit(f"no warning of two shortlists: {described()[2]}")
    (model / "decoder.yml").write_text("shortlist:\n  - old/lex.t2s.bin\n  - false\n")
    if '"file": "lex.t2s.bin"' not in described()[1]:
        sys.exit("what decoder.yml names is not taken")
    content = (model / "lex.t2s.bin").read_bytes()
    (model / "lex.t2s.bin").write_bytes(content[:-4])
    done = subprocess.run([transept, "compile", model, "-o", folder / "lib.so"], capture_output=True, text=True)
    wanted = f"lex.t2s.bin: the shortlist has {len(content) - 4} bytes, but its header says"
    if done.returncode != 1 or wanted not in done.stderr:
        sys.exit(f"a damaged shortlist gives {done.returncode}: {done.stderr}")


def searches():
    lines = ["without warranties of any kind", "you may not use it", "for any purpose of this License", "entity and"]
    if generated(lines, "--lookup", "6") != generated(lines):
        sys.exit("guesses change results")
    together = generated(lines, "--beams", "4", "--threads", "3")
    if together != [generated([line], "--beams", "4", "--threads", "1")[0] for line in lines]:
        sys.exit("beams depend on what is beside them")


if check in ("engine", "searches"):
    {"engine": engine, "searches": searches}[check]()
    sys.exit()
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
{"same_library": same_library, "hostile": hostile, "shortlists": shortlists}[check]()
