"""Archives that lie, each with the error that opening (or reading a member of) it must give.

Usage: zip_hostile.py make FOLDER; writes the archives and a table: file, when, code.
"""

import io
import struct
import sys
import zipfile
import zlib

DATA = b"0123456789" * 20
table = []


class Member:
    """A member whose two headers can each be told to lie."""

    def __init__(self, name=b"x.npy", data=DATA, method=0):
        self.name, self.data, self.method = name, data, method
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        self.raw = data if method == 0 else packer.compress(data) + packer.flush()
        self.both = dict(flags=0, crc=zlib.crc32(data), compressed=len(self.raw), size=len(data), method=method)
        self.local, self.central = {}, {}

    def header(self):
        values = {"name": self.name, "extra": b"", **self.both, **self.local}
        return struct.pack(
            "<4s5H3L2H", b"PK\3\4", 20, values["flags"], values["method"], 0, 33, values["crc"],
            values["compressed"], values["size"], len(values["name"]), len(values["extra"]),
        ) + values["name"] + values["extra"]

    def entry(self, offset):
        values = {"name": self.name, "extra": b"", "offset": offset, "disk": 0, **self.both, **self.central}
        return struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 20, 20, values["flags"], values["method"], 0, 33, values["crc"],
            values["compressed"], values["size"], len(values["name"]), len(values["extra"]), 0, values["disk"], 0, 0,
            values["offset"],
        ) + values["name"] + values["extra"]


def build(*members, comment=b"", count=None, size=None, offset=None, after=b"", disk=0, before_end=b""):
    body, directory = b"", b""
    for member in members:
        directory += member.entry(len(body))
        body += member.header() + member.raw + getattr(member, "descriptor", b"")
    count = len(members) if count is None else count
    return body + directory + before_end + struct.pack(
        "<4s4H2LH", b"PK\5\6", disk, disk, count, count, len(directory) if size is None else size,
        len(body) if offset is None else offset, len(comment)) + comment + after


def zip64(member, *, directory_size=None, offset=None, count=1, claimed=None, record_size=44, ecd=(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)):
    body = member.header() + member.raw
    directory = member.entry(0)
    start = len(body) + len(directory)
    record = struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", record_size, 45, 45, 0, 0, count, count,
        len(directory) if directory_size is None else directory_size, len(body) if offset is None else offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start if claimed is None else claimed, 1)
    return body + directory + record + locator + struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, ecd[0], ecd[0], ecd[1], ecd[2], 0)


def field(*numbers):
    return struct.pack(f"<HH{len(numbers)}Q", 1, 8 * len(numbers), *numbers)


def member(local=None, central=None, both=None, **arguments):
    made = Member(**arguments)
    made.both.update(both or {})
    made.local.update(local or {})
    made.central.update(central or {})
    return made


def make(folder):
    def case(name, content, when, code):
        with open(f"{folder}/{name}.npz", "wb") as file:
            file.write(content)
        table.append(f"{name}.npz {when} {code}")

    m = member
    case("good", build(m()), "fine", "-")
    case("good_deflated", build(m(method=8)), "fine", "-")
    case("good_zip64", zip64(m()), "fine", "-")
    case("names", build(m(name=b"../../etc/passwd"), m(name=b"/abs"), m(name=b"a\nb\x1b[2J"), m(name=b"C:\\x")), "fine", "-")
    case("duplicate", build(m(), m()), "name", "ambiguous")
    # Checksums and lengths.
    case("crc", build(m(both=dict(crc=1))), "read", "corrupt")
    flipped = bytearray(build(m()))
    flipped[60] ^= 1
    case("flipped", bytes(flipped), "read", "corrupt")
    good = build(m(), m(name=b"y.npy"))
    case("cut_end", good[:-1], "open", "truncated")
    case("cut_half", good[:len(good) // 2], "open", "truncated")
    case("cut_front", good[10:], "open", "malformed")
    # Members over each other: each entry points to the same bytes, or into another member.
    kernel = m(data=b"\0" * 100_000_000, method=8)
    shared = kernel.header() + kernel.raw
    entries = b"".join(m(data=b"", name=b"%05d" % i, both=kernel.both).entry(0) for i in range(200))
    case("overlap_same", shared + entries + struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, 200, 200, len(entries), len(shared), 0), "open", "malformed")
    # Quoted as in Fifield's construction: each member's data begins with the next one's header.
    inner = m(name=b"b.npy")
    body = inner.header() + inner.raw
    outer = m(name=b"a.npy", data=body)
    first = outer.header()
    entries = outer.entry(0) + inner.entry(len(first))
    case("overlap_nested", first + body + entries + struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, len(entries), len(first) + len(body), 0), "open", "malformed")
    case("into_directory", build(m(central=dict(compressed=250, size=250), local=dict(compressed=250, size=250))), "open", "malformed")
    case("into_directory_by_extra", build(m(local=dict(extra=b"")), m(name=b"z")).replace(
        struct.pack("<HH", 1, 0) + b"z", struct.pack("<HH", 1, 150) + b"z", 1), "read", "malformed")
    # Sizes that cannot be.
    case("ratio", build(m(method=8, both=dict(size=1 << 31))), "read", "limit_exceeded")
    case("ratio_zip64", build(m(method=8, central=dict(size=0xFFFFFFFF, extra=field(1 << 40)), local=dict(size=0xFFFFFFFF))), "read", "limit_exceeded")
    case("size_63", build(m(method=8, central=dict(size=0xFFFFFFFF, extra=field(1 << 63)))), "open", "limit_exceeded")
    case("total", build(*[m(name=b"%d" % i, method=8, central=dict(size=0xFFFFFFFF, extra=field((1 << 63) - 1))) for i in range(2)]), "open", "limit_exceeded")
    case("stored_sizes", build(m(both=dict(size=100_000))), "read", "malformed")
    # Header against directory.
    for key, value in [("name", b"y.npy"), ("name", b"x.np"), ("method", 8), ("crc", 5), ("size", 7), ("compressed", 7), ("flags", 1), ("flags", 8)]:
        case(f"local_{key}_{len(table)}", build(m(local={key: value})), "any" if value == b"x.np" else "read", "malformed")
    case("no_header", build(m(central=dict(offset=1))), "open", "malformed")
    case("no_header_shorter", build(m(), m(name=b"y", data=b"", central=dict(offset=20, name=b""))), "any", "malformed")
    case("offset_far", build(m(central=dict(offset=1 << 31))), "open", "malformed")
    # Zip64's fields.
    case("zip64_missing", build(m(central=dict(size=0xFFFFFFFF, compressed=0xFFFFFFFF))), "open", "malformed")
    case("zip64_short", build(m(central=dict(size=0xFFFFFFFF, compressed=0xFFFFFFFF, extra=field(200)))), "open", "malformed")
    case("zip64_contradicts", build(m(central=dict(extra=field(1 << 40, 1 << 40)))), "open", "malformed")
    case("zip64_twice", build(m(central=dict(size=0xFFFFFFFF, extra=field(200) + field(100)))), "open", "malformed")
    case("zip64_offset", build(m(central=dict(offset=0xFFFFFFFF, extra=field(1 << 62)))), "open", "malformed")
    case("zip64_offset_wraps", build(m(central=dict(offset=0xFFFFFFFF, extra=field((1 << 64) - 1)))), "open", "limit_exceeded")
    case("zip64_local_lies", build(m(local=dict(size=0xFFFFFFFF, compressed=0xFFFFFFFF, extra=field(9, 9)))), "read", "malformed")
    case("zip64_local_contradicts", build(m(local=dict(extra=field(9, 9)))), "read", "malformed")
    case("extra_cut", build(m(central=dict(extra=struct.pack("<HH", 1, 500)))), "open", "malformed")
    # End records.
    case("count_low", build(m(), m(name=b"y"), count=1), "open", "malformed")
    case("count_high", build(m(), count=2), "open", "malformed")
    case("count_huge", build(m(), count=65535), "open", "malformed")
    case("size_low", build(m(), m(name=b"y"), size=46 + 5, count=1), "open", "malformed")
    case("size_huge", build(m(), size=1 << 31), "open", "malformed")
    case("offset_huge", build(m(), offset=1 << 31), "open", "malformed")
    case("disks", build(m(), disk=1), "open", "unsupported")
    case("member_disk", build(m(central=dict(disk=1))), "open", "unsupported")
    case("zip64_count", zip64(m(), count=1 << 60), "open", "malformed")
    case("zip64_size", zip64(m(), directory_size=1 << 60), "open", "malformed")
    case("zip64_size_wraps", zip64(m(), directory_size=(1 << 64) - 1), "open", "malformed")
    case("zip64_end_offset", zip64(m(), offset=(1 << 64) - 1), "open", "malformed")
    case("zip64_locator", zip64(m(), claimed=1 << 60), "open", "malformed")
    case("zip64_record", zip64(m(), record_size=1 << 40), "open", "malformed")
    case("zip64_end_contradicts", zip64(m(), ecd=(2, 0xFFFFFFFF, 0xFFFFFFFF)), "open", "malformed")
    case("comment_lies", build(m())[:-2] + struct.pack("<H", 500), "open", "truncated")
    # An end record within the comment of another: readers would see different members.
    plain, inner = m(), m(name=b"evil.npy")
    outer = build(plain, comment=b"\0" * (len(inner.entry(0)) + 22))
    fake_entry = inner.entry(0)
    fake = fake_entry + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(fake_entry), len(outer) - len(fake_entry) - 22, 0)
    case("comment_record", outer[:len(outer) - len(fake)] + fake, "open", "ambiguous")
    empty = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0)
    case("comment_empty_record", build(plain, comment=empty), "open", "ambiguous")
    case("comment_harmless", build(plain, comment=b"the signature PK\5\6 is mentioned, and no more than mentioned"), "fine", "-")
    # Encryption and methods.
    case("encrypted", build(m(both=dict(flags=1))), "read", "unsupported")
    case("strong", build(m(both=dict(flags=0x41))), "read", "unsupported")
    case("patched", build(m(both=dict(flags=0x20))), "read", "unsupported")
    for method in [1, 6, 9, 93, 99, 65535]:
        case(f"method_{method}", build(m(both=dict(method=method))), "read", "unsupported")
    # Data descriptors.
    stream = m(both=dict(flags=8), local=dict(crc=0, size=0, compressed=0))
    stream.descriptor = struct.pack("<4s3L", b"PK\7\x08", *[stream.both[k] for k in ("crc", "compressed", "size")])
    case("descriptor", build(stream), "fine", "-")
    stream.descriptor = stream.descriptor[4:]
    case("descriptor_unsigned", build(stream), "fine", "-")
    stream.descriptor = struct.pack("<4s3L", b"PK\7\x08", 1, 2, 3)
    case("descriptor_lies", build(stream), "descriptor", "malformed")
    stream.descriptor = b""
    case("descriptor_missing", build(stream), "descriptor", "malformed")
    lying = m(both=dict(flags=8), local=dict(crc=7))
    case("descriptor_header_lies", build(lying), "read", "malformed")
    # Names.
    case("utf8_broken", build(m(name=b"\xff\xfe.npy", both=dict(flags=0x800))), "open", "malformed")
    with open(f"{folder}/table", "w") as file:
        file.write("\n".join(table))


if __name__ == "__main__":
    make(sys.argv[2])
