# SPDX-License-Identifier: BSD-3-Clause
"""Recordings: stereo WAV of G.711, compared with what was captured on the wire."""
import collections
import struct

SILENCE = {"pcma": 0xD5, "pcmu": 0xFF}
PT = {"pcma": 8, "pcmu": 0}
AROUND = 2      # seconds before and after a talk in which its recorded packets may lie
EDGE = 0.15     # seconds at each end in which a packet may or may not belong to a recording


def read_wav(path):
    """(codec, left bytes, right bytes). The format tags of G.711 are 6 and 7."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("no WAV file")
    offset, codec, sound = 12, None, None
    while offset + 8 <= len(data):
        name, length = data[offset:offset + 4], struct.unpack_from("<I", data, offset + 4)[0]
        if name == b"fmt ":
            tag, channels, rate = struct.unpack_from("<HHI", data, offset + 8)
            if (channels, rate) != (2, 8000) or tag not in (6, 7):
                raise ValueError(f"format {tag}, {channels} channels, {rate} Hz")
            codec = {6: "pcma", 7: "pcmu"}[tag]
        elif name == b"data":
            sound = data[offset + 8:offset + 8 + length]
            if len(sound) != length:
                raise ValueError(f"data chunk says {length} bytes, {len(sound)} are there")
        offset += 8 + length + (length & 1)
    if codec is None or sound is None:
        raise ValueError("no fmt or no data chunk")
    return codec, sound[0::2], sound[1::2]


Channel = collections.namedtuple("Channel", "start verified missing altered foreign")


def compare(channel, codec, stream, begin, end):
    """Lays the captured packets over a recorded channel.

    stream: packets towards the engine, any payload types; begin, end: wall times of the talk.
    Channel.start: the wall time of sample 0, None when nothing fits; verified: packets found byte
    for byte; missing: packets of the talk where the recording has silence; altered: packets where
    it has something else; foreign: recorded samples that no packet carried.
    """
    quiet = SILENCE[codec]
    audio = [p for p in stream if p.pt == PT[codec] and begin - AROUND <= p.time <= end + AROUND]
    inside = [p for p in audio if begin + EDGE <= p.time <= end - EDGE]
    votes = collections.Counter()
    for p in inside[::max(1, len(inside) // 60)]:
        at = channel.find(p.payload) if len(set(p.payload)) > 16 else -1
        if at >= 0:
            votes[p.ssrc, (p.ts - at) & 0xFFFFFFFF] += 1
    if not votes:
        return Channel(None, 0, len(inside), 0, len(channel) - channel.count(quiet))
    (ssrc, base), _ = votes.most_common(1)[0]
    carried = bytearray(len(channel))
    verified = missing = altered = 0
    starts = []
    for p in audio:
        must = begin + EDGE <= p.time <= end - EDGE
        at = (p.ts - base) & 0xFFFFFFFF
        if p.ssrc != ssrc or at + len(p.payload) > len(channel):
            missing += must
            continue
        there = channel[at:at + len(p.payload)]
        carried[at:at + len(p.payload)] = b"\1" * len(p.payload)
        if there == p.payload:
            verified += 1
            starts.append(p.time - at / 8000)
        elif there.count(quiet) == len(there):
            missing += must
        else:
            altered += 1
    foreign = sum(1 for c, b in zip(carried, channel) if not c and b != quiet)
    starts.sort()
    return Channel(starts[len(starts) // 2] if starts else None, verified, missing, altered,
                   foreign)
