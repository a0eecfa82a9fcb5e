"""Pictures read by independent means: PNG by zlib and the specification's filters, sixels by their grammar."""
import re
import struct
import zlib

import numpy as np

# Three of the 256 colours of matplotlib's viridis, as published (CC0): the first, the middle and the last.
VIRIDIS = {0: (0x44, 0x01, 0x54), 128: (0x21, 0x91, 0x8C), 255: (0xFD, 0xE7, 0x25)}


def png_parts(data):
    """The chunks of a PNG, its size, and its rows with their filters; every rule that it breaks fails."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = [], 8
    while place < len(data):
        (length,), name = struct.unpack(">I", data[place:place + 4]), data[place + 4:place + 8]
        content = data[place + 8:place + 8 + length]
        (crc,) = struct.unpack(">I", data[place + 8 + length:place + 12 + length])
        assert crc == zlib.crc32(name + content), name
        chunks.append((name, content))
        place += 12 + length
    assert chunks[0][0] == b"IHDR" and chunks[-1] == (b"IEND", b"")
    width, height, depth, kind, deflate, filters, interlace = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (depth, deflate, filters, interlace) == (8, 0, 0, 0)
    step = {2: 3, 3: 1, 6: 4}[kind]
    rows = zlib.decompress(b"".join(content for name, content in chunks if name == b"IDAT"))
    assert len(rows) == height * (width * step + 1)
    assert kind != 3 or len(dict(chunks)[b"PLTE"]) % 3 == 0
    return chunks, width, height, kind, step, rows


def decode_png(data):
    """The dots of a PNG as (height, width, channels), palettes resolved."""
    chunks, width, height, kind, step, rows = png_parts(data)
    size = width * step
    picture = np.zeros((height, size), np.uint8)
    above = np.zeros(size, np.uint8)
    for y in range(height):
        kind_of_filter, line = rows[y * (size + 1)], rows[y * (size + 1) + 1:(y + 1) * (size + 1)]
        picture[y] = above = unfiltered(kind_of_filter, line, above, step)
    if kind == 3:
        palette = np.frombuffer(dict(chunks)[b"PLTE"], np.uint8).reshape(-1, 3)
        return palette[picture]
    return picture.reshape(height, width, step)


def unfiltered(kind, line, above, step):
    line = np.frombuffer(line, np.uint8)
    if kind == 0:
        return line.copy()
    if kind == 2:
        return line + above
    if kind == 1:
        return np.cumsum(line.reshape(-1, step), axis=0, dtype=np.uint8).reshape(-1)
    row = np.zeros(len(line) + step, int)
    up = np.concatenate([np.zeros(step, int), above])
    for i, byte in enumerate(line.tolist()):
        left, top, corner = row[i], up[i + step], up[i]
        if kind == 3:
            guess = (left + top) // 2
        else:
            assert kind == 4
            estimate = left + top - corner
            guess = min((abs(estimate - v), n, v) for n, v in enumerate((left, top, corner)))[2]
        row[i + step] = (byte + guess) & 255
    return row[step:].astype(np.uint8)


def decode_kitty(data):
    """The PNG within kitty's escape sequences."""
    import base64
    parts = re.findall(rb"\x1b_G([^;]*);([^\x1b]*)\x1b\\", data)
    keys = [dict(pair.split(b"=") for pair in head.split(b",")) for head, _ in parts]
    assert keys[0][b"a"] == b"T" and keys[0][b"f"] == b"100"
    assert [k[b"m"] for k in keys] == [b"1"] * (len(keys) - 1) + [b"0"]
    assert all(len(payload) <= 4096 for _, payload in parts)
    return base64.b64decode(b"".join(payload for _, payload in parts), validate=True)


def decode_sixel(data):
    """The dots of a sixel picture; -1 where none is set."""
    body = re.fullmatch(rb"\x1bP0;1;0q(.*)\x1b\\\n?", data, re.S).group(1).decode()
    width, height = map(int, re.match(r'"1;1;(\d+);(\d+)', body).groups())
    picture = np.full(((height + 5) // 6 * 6, width, 3), -1)
    colors, color, x, top = {}, None, 0, 0
    for token in re.findall(r'"[\d;]+|#\d+(?:;\d+)*|!\d+[?-~]|[?-~$-]', body):
        if token[0] == '"':
            continue
        if token[0] == "#":
            numbers = [int(n) for n in token[1:].split(";")]
            if len(numbers) > 1:
                assert numbers[1] == 2
                colors[numbers[0]] = [round(n * 255 / 100) for n in numbers[2:]]
            color = colors[numbers[0]]
        elif token == "$":
            x = 0
        elif token == "-":
            x, top = 0, top + 6
        else:
            count, letter = (int(token[1:-1]), token[-1]) if token[0] == "!" else (1, token)
            for row in range(6):
                if ord(letter) - 63 >> row & 1:
                    picture[top + row, x:x + count] = color
            x += count
    return picture[:height]
