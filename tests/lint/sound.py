#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# sound.py FILE: a WAV file of four seconds for the guide about speech: stereo at 44.1 kHz.
import array
import math
import sys
import wave

RATE = 44100
with wave.open(sys.argv[1], "wb") as file:
    file.setnchannels(2)
    file.setsampwidth(2)
    file.setframerate(RATE)
    samples = array.array("h")
    for index in range(4 * RATE):
        time = index / RATE
        samples += array.array("h", [int(9000 * math.sin(900 * time * (1 + time)))] * 2)
    file.writeframes(samples.tobytes())
