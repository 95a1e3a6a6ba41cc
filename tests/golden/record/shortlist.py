# SPDX-License-Identifier: Apache-2.0
"""A random shortlist in marian-dev's binary format (src/data/shortlist.h), with the checksum that it asks for.

shortlist.py FILE VOCABULARY_SIZE [FREQUENT] [BEST] [SEED]"""
import random
import struct
import sys

path, size = sys.argv[1], int(sys.argv[2])
frequent, best, seed = (int(each) for each in (sys.argv[3:6] or (8, 4, 5)))
draw = random.Random(seed)
lists = [sorted(draw.sample(range(size), draw.randint(0, best))) for _ in range(size)]
if sum(map(len, lists)) % 2:  # the checksum is of whole words of 64 bits
    lists[-1] = sorted({*lists[-1], next(id for id in range(size) if id not in lists[-1])})
offsets = [0]
for each in lists:
    offsets.append(offsets[-1] + len(each))
body = struct.pack(f"<4Q{len(offsets)}Q", frequent, best, len(offsets), offsets[-1], *offsets)
body += struct.pack(f"<{offsets[-1]}I", *(id for each in lists for id in each))
checksum = 0
for (value,) in struct.iter_unpack("<Q", body):
    checksum ^= (value + 0x9e3779b9 + (checksum << 6) + (checksum >> 2)) & (1 << 64) - 1
with open(path, "wb") as file:
    file.write(struct.pack("<2Q", 0xF11A48D5013417F5, checksum) + body)
