# SPDX-License-Identifier: BSD-3-Clause
"""What went over a link: SIP dialogs as tshark reads them, and RTP packets.

Shares nothing with the product; the checker and the smoke tests judge it by this.
"""
import collections
import socket
import struct
import subprocess

FIELDS = ["frame.time_epoch", "ip.src", "udp.srcport", "ip.dst", "udp.dstport", "sip.Method",
          "sip.Status-Code", "sip.CSeq.method", "sip.Call-ID", "sip.from.user", "sip.to.user",
          "sip.r-uri.user", "sdp.connection_info.address", "sdp.media.port", "sip.CSeq.seq"]

Sip = collections.namedtuple("Sip", "time src sport dst dport method status cseq_method call_id "
                                    "from_user to_user ruri_user sdp_ip sdp_port cseq")
Rtp = collections.namedtuple("Rtp", "time src sport dst dport pt seq ts ssrc marker payload size")


def sip_messages(path):
    """All SIP of a capture, in order, fragments reassembled."""
    command = ["tshark", "-r", path, "-Y", "sip", "-T", "fields", "-E", "occurrence=f",
               "-o", "ip.defragment:TRUE"]
    for field in FIELDS:
        command += ["-e", field]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL).stdout
    for line in text.splitlines():
        v = line.split("\t")
        yield Sip(float(v[0]), v[1], int(v[2]), v[3], int(v[4]), v[5], int(v[6] or 0), v[7], v[8],
                  v[9], v[10], v[11], v[12], int(v[13] or 0), int(v[14] or 0))


class Dialog:
    """An INVITE and what followed. Times are those of the first copy of each message."""

    def __init__(self, invite):
        self.invite = invite
        self.call_id = invite.call_id
        self.offer = (invite.sdp_ip, invite.sdp_port)
        self.answer = None
        self.final = None       # the last final response to the INVITE
        self.ringing = None
        self.cancel = None
        self.bye = None         # the first BYE

    @property
    def user(self):
        """Whom it rang; baresip appends its own mark to the user of its contact."""
        return self.invite.ruri_user.split("-0x")[0]

    @property
    def answered(self):
        return self.final is not None and self.final.status == 200

    @property
    def end(self):
        last = self.bye or self.final
        return last.time if last else None


def dialogs(path):
    """{Call-ID: Dialog} in order of time."""
    found = {}
    for m in sip_messages(path):
        d = found.get(m.call_id)
        if m.method == "INVITE" and d is None:
            found[m.call_id] = Dialog(m)
        elif d is None:
            continue
        elif m.method == "CANCEL":
            d.cancel = d.cancel or m
        elif m.method == "BYE":
            d.bye = d.bye or m
        elif m.cseq_method == "INVITE" and m.cseq == d.invite.cseq:
            if 180 <= m.status < 200:
                d.ringing = d.ringing or m
            elif m.status >= 200 and d.final is None:
                d.final = m
                if m.sdp_port:
                    d.answer = (m.sdp_ip, m.sdp_port)
    return found


def packets(path):
    """(time, link-layer protocol, IP bytes) of every frame; pcap, either byte order, µs or ns."""
    with open(path, "rb") as file:
        data = file.read()
    magic = data[:4]
    order = "<" if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    unit = 1e-9 if b"\x3c" in magic else 1e-6
    offset = 24
    head = struct.Struct(order + "IIII")
    while offset + 16 <= len(data):
        sec, sub, captured, _ = head.unpack_from(data, offset)
        frame = data[offset + 16:offset + 16 + captured]
        offset += 16 + captured
        if len(frame) >= 14:
            yield sec + sub * unit, frame[12:14], frame[14:]


def udp(path):
    """(time, src, sport, dst, dport, payload, IP length) of each unfragmented IPv4/UDP packet."""
    names = {}
    for time, proto, ip in packets(path):
        if proto != b"\x08\x00" or len(ip) < 28 or ip[9] != 17 or ip[6] & 0x3F or ip[7]:
            continue
        total = struct.unpack_from("!H", ip, 2)[0]
        ihl = (ip[0] & 15) * 4
        sport, dport, length = struct.unpack_from("!HHH", ip, ihl)
        src, dst = (names.get(a) or names.setdefault(a, socket.inet_ntoa(a))
                    for a in (ip[12:16], ip[16:20]))
        yield time, src, sport, dst, dport, ip[ihl + 8:ihl + length], total


def rtp(path, low, high):
    """RTP on even ports of low..high at either end, in order of capture."""
    head = struct.Struct("!BBHII")
    for time, src, sport, dst, dport, data, size in udp(path):
        if not (low <= dport <= high or low <= sport <= high) or len(data) < 12:
            continue
        ours = dport if low <= dport <= high else sport
        # RFC 5761: these second octets are RTCP's on a shared port.
        if ours & 1 or data[0] >> 6 != 2 or 192 <= data[1] <= 223:
            continue
        first, second, seq, ts, ssrc = head.unpack_from(data)
        start = 12 + (first & 15) * 4
        yield Rtp(time, src, sport, dst, dport, second & 127, seq, ts, ssrc, second >> 7,
                  data[start:], size)


def events(stream, pt=101):
    """RFC 4733 events of a stream: (digit, time of its first packet, samples it lasted)."""
    found = {}
    for p in stream:
        if p.pt == pt and len(p.payload) >= 4:
            code, _, length = struct.unpack_from("!BBH", p.payload)
            digit, time, longest = found.get((p.ssrc, p.ts), (None, p.time, 0))
            found[(p.ssrc, p.ts)] = ("0123456789*#ABCD!"[min(code, 16)], time,
                                     max(longest, length))
    return sorted(found.values(), key=lambda e: e[1])
