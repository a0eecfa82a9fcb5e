"""Archives written and read by CPython's zipfile and by NumPy, for the tests of ZipArchives.

Usage: zip_oracle.py COMMAND FOLDER [ARGUMENT...]; each command is a function below.
"""

import io
import os
import struct
import sys
import zipfile
import zlib

import numpy as np


class Unseekable:
    """What a pipe looks like to zipfile."""

    def __init__(self, file):
        self.file = file

    def write(self, data):
        return self.file.write(data)

    def read(self, count=-1):
        raise OSError("a pipe's writing end")  # NumPy takes what can be read for a file

    def flush(self):
        self.file.flush()


def arrays():
    random = np.random.default_rng(7)
    return {
        "plain": np.arange(10),
        "with space": random.random((3, 4)),
        "a/b/c": np.zeros((0, 3)),
        "été": np.array(5),
        "漢字": random.integers(0, 255, 5000).astype("u1"),
        "e\u0301": np.ones(3, "f4"),
        "arr_0": np.array(["x", "yz"]),
        "../up": np.arange(7)[::2],
    }


def savez(folder):
    """Archives of NumPy and, beside them, each member's bytes in a file named by its number."""
    for name, content in [("empty", {}), ("one", {"x": np.arange(3)}), ("all", arrays())]:
        np.savez(f"{folder}/{name}.npz", **content)
        np.savez_compressed(f"{folder}/{name}-deflated.npz", **content)
        with open(f"{folder}/{name}-stream.npz", "wb") as file:
            np.savez(Unseekable(file), **content)
        with zipfile.ZipFile(f"{folder}/{name}.npz") as archive:
            with open(f"{folder}/{name}.names", "wb") as file:
                file.write("\n".join(archive.namelist()).encode())
            for number, info in enumerate(archive.infolist()):
                with open(f"{folder}/{name}.{number}", "wb") as file:
                    file.write(archive.read(info))
    with zipfile.ZipFile(f"{folder}/commented.zip", "w") as archive:
        archive.comment = "gr\u00fc\u00dfe".encode()
        with archive.open(zipfile.ZipInfo("x"), "w", force_zip64=True) as file:
            file.write(b"data")


def many(folder, count):
    """An archive with many members."""
    with zipfile.ZipFile(f"{folder}/many.npz", "w") as archive:
        for number in range(int(count)):
            with archive.open(zipfile.ZipInfo(f"{number}.npy"), "w", force_zip64=True) as file:
                file.write(str(number).encode())


class Sparse(io.RawIOBase):
    """A file that leaves long runs of zeros out."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.end = 0

    def seekable(self):
        return True

    def writable(self):
        return True

    def tell(self):
        return self.file.tell()

    def seek(self, offset, whence=0):
        return self.file.seek(offset, whence)

    def write(self, data):
        if len(data) == 1 << 20:
            self.file.seek(len(data), 1)
        else:
            self.file.write(data)
        return len(data)

    def flush(self):
        self.file.flush()

    def close(self):
        self.file.close()


def large(folder):
    """Members above 2 GiB and 4 GiB, and one behind them: `large.npz`; prints their checksums."""
    file = Sparse(f"{folder}/large.npz")
    block = bytes(1 << 20)
    with zipfile.ZipFile(file, "w") as archive:
        for name, blocks in [("a.npy", 2048), ("b.npy", 4097), ("c.npy", 1)]:
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                for _ in range(blocks):
                    member.write(block)
        print(*[info.CRC for info in archive.infolist()])
    file.close()


def same(folder, left, right):
    """Compares two sparse files by their data."""

    def pieces(path):
        with open(path, "rb") as file:
            position, size = 0, os.fstat(file.fileno()).st_size
            while position < size:
                try:
                    start = os.lseek(file.fileno(), position, os.SEEK_DATA)
                except OSError:
                    break
                stop = os.lseek(file.fileno(), start, os.SEEK_HOLE)
                while start < stop:
                    data = os.pread(file.fileno(), min(4096 - start % 4096, stop - start), start)
                    if data.strip(b"\0"):
                        yield start, data
                    start += len(data)
                position = stop
            yield size, b""

    a, b = list(pieces(f"{folder}/{left}")), list(pieces(f"{folder}/{right}"))
    print("same" if a == b else f"differ: {len(a)} {len(b)} {[x for x in zip(a, b) if x[0] != x[1]][:1]}")


def kinds(folder):
    """Archives of every kind that zipfile writes, and some that it only reads."""
    data = b"some data " * 50
    for method in [0, 8, 12, 14]:
        with zipfile.ZipFile(f"{folder}/method{method}.zip", "w", method) as archive:
            archive.writestr("x.bin", data)
    for zip64 in [False, True]:
        with open(f"{folder}/stream{int(zip64)}.zip", "wb") as file:
            with zipfile.ZipFile(Unseekable(file), "w", 8) as archive:
                with archive.open("x.bin", "w", force_zip64=zip64) as member:
                    member.write(data)
    with zipfile.ZipFile(f"{folder}/comment.zip", "w") as archive:
        archive.writestr("x.bin", data)
        archive.comment = b"c" * 65535
    with zipfile.ZipFile(f"{folder}/plain.zip", "w") as archive:
        archive.writestr("x.bin", data)
    plain = open(f"{folder}/plain.zip", "rb").read()
    open(f"{folder}/prepended.zip", "wb").write(b"#!/bin/sh\nexit\n" * 100 + plain)
    open(f"{folder}/trailing.zip", "wb").write(plain + b"\0" * 60000)
    with zipfile.ZipFile(f"{folder}/nested.zip", "w") as archive:
        archive.writestr("y.zip", plain)
        archive.writestr("x.bin", data)
        archive.writestr("z.zip", plain)
    with zipfile.ZipFile(f"{folder}/folder.zip", "w") as archive:
        archive.mkdir("d")
        archive.writestr("d/x.bin", data)
    raw = bytearray(plain)
    at = raw.index(b"x.bin"), raw.rindex(b"x.bin")
    for place in at:
        raw[place:place + 5] = b"\x82\x9a.\xe1\xff"
    open(f"{folder}/cp437.zip", "wb").write(raw)
    # A member in the old encoding whose true name is in Info-ZIP's Unicode field.
    name = b"\x81.npy"
    true = "\u6f22.npy".encode()
    extra = struct.pack("<HHBL", 0x7075, 5 + len(true), 1, zlib.crc32(name)) + true
    crc = zlib.crc32(data)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, crc, 500, 500, len(name), 0) + name + data
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, crc, 500, 500, len(name), len(extra), 0, 0, 0, 0, 0)
    entry += name + extra
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(entry), len(local), 0)
    open(f"{folder}/unicode.zip", "wb").write(local + entry + end)


def describe(folder, path):
    """What zipfile reads: a line per member, tab-separated, names in hexadecimal."""
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            try:
                data = archive.read(info)
                checksum = zlib.crc32(data)
            except Exception as error:
                checksum = type(error).__name__
            print(
                info.orig_filename.encode().hex() or "-", info.compress_type, info.compress_size, info.file_size,
                info.CRC, checksum, sep="\t")


def check(folder, path, expected):
    """Whether zipfile and NumPy read a whole archive with these names, separated by commas."""
    with zipfile.ZipFile(path) as archive:
        bad = archive.testzip()
        assert bad is None, bad
        names = archive.namelist()
        assert names == [name for name in expected.split(",") if name], names
    with np.load(path) as archive:
        for name in archive.files:
            archive[name]
    print("good")


def replay(folder, path, log, old, new):
    """Applies a log of writes piece by piece, at each of which a killed process may stop, and reads the file after
    each: it must be the old or the new archive, and the old one until the last write."""
    content = open(path, "rb").read()
    operations, position = [], 0
    raw = open(log, "rb").read()
    while position < len(raw):
        offset, count = struct.unpack_from("<QQ", raw, position)
        operations.append((offset, raw[position + 16:position + 16 + count]))
        position += 16 + count
    scratch = f"{folder}/scratch.npz"
    with open(scratch, "wb") as file:
        file.write(content)
    # Writes of many pages are stopped at few of them.
    states = 0
    for number, (offset, data) in enumerate(operations):
        start = 0
        pages = (len(data) + offset % 4096) // 4096
        while start < len(data):
            stop = min(len(data), start + 4096 * max(1, pages // 40) - (offset + start) % 4096)
            fd = os.open(scratch, os.O_WRONLY)
            os.pwrite(fd, data[start:stop], offset + start)
            os.close(fd)
            start = stop
            states += 1
            is_last = number == len(operations) - 1
            with zipfile.ZipFile(scratch) as archive:
                names = archive.namelist()
                wanted = [old, new] if is_last else [old]
                assert ",".join(names) in wanted, (number, len(operations), offset, start, len(data), names)
                assert archive.testzip() is None, (number, offset, start)
    with zipfile.ZipFile(scratch) as archive:
        assert ",".join(archive.namelist()) == new, archive.namelist()
    print("whole", states)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
