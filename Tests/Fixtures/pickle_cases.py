#!/usr/bin/env python3
"""Prints pickles of values that the C pickler made, a line each: protocol, hexadecimal bytes.

    pickle_cases.py [SEED [COUNT]]

Only values made here are pickled; nothing is loaded.
"""
import collections
import datetime
import decimal
import fractions
import pathlib
import pickle
import random
import sys
import uuid

rng = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
count = int(sys.argv[2]) if len(sys.argv) > 2 else 150


class Plain:
    pass


class Slotted:
    __slots__ = ("a", "b")


class Reduced:
    def __reduce__(self):
        return (Reduced, (), {"x": 1}, iter([1, 2, 3]), iter([("k", 1), ("l", [2])]))

    def append(self, item):
        pass

    def __setitem__(self, key, value):
        pass


class WithSetter:
    def __reduce__(self):
        return (WithSetter, (), {"x": 1}, None, None, set_state)


class Keyworded:
    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __getnewargs_ex__(self):
        return (1, "two"), {"three": 3}


class ListLike(list):
    pass


class DictLike(dict):
    pass


class Outer:
    class Inner:
        pass


def set_state(obj, state):
    pass


pool = ["shared string", b"shared bytes", ("shared", 1), [1, 2], {"k": "v"}, "é", "x", 1 + 2j, frozenset([1])]


def scalar():
    kind = rng.randrange(14)
    if kind == 0:
        return None
    if kind == 1:
        return rng.random() < 0.5
    if kind == 2:
        return rng.choice([0, 1, 255, 256, 65535, 65536, -1, 2**31 - 1, -2**31, 2**31, -2**31 - 1, 2**63, -2**63, 2**64])
    if kind == 3:
        return rng.randrange(-10**9, 10**9)
    if kind == 4:
        n = rng.choice([8, 16, 64, 65, 127, 128, 255 * 8 - 1, 255 * 8, 2100])
        return rng.choice([1, -1]) * (rng.getrandbits(n) | 1 << (n - 1) if rng.random() < 0.7 else 1 << (n - 1))
    if kind == 5:
        return rng.choice([0.0, -0.0, 1.5, 1e300, 1e-300, 5e-324, float("inf"), float("-inf"), 0.1, 1e16, 123456789.0])
    if kind == 6:
        return rng.random() * 10 ** rng.randrange(-20, 20)
    if kind == 7:
        return "".join(chr(rng.choice([65, 97, 48, 10, 13, 0, 26, 92, 39, 34, 127, 233, 255, 256, 8364, 0xD800, 0xDFFF, 0x1F600]))
                       for _ in range(rng.choice([2, 3, 5, 50, 300])))
    if kind == 8:
        return bytes(rng.randrange(256) for _ in range(rng.choice([0, 1, 2, 10, 255, 256, 300])))
    if kind == 9:
        return bytearray(rng.randrange(256) for _ in range(rng.choice([0, 1, 10, 300])))
    if kind == 10:
        return complex(rng.random(), rng.choice([0.0, -1.5]))
    if kind == 11:
        return rng.choice([len, int, dict, collections.OrderedDict, Outer, Outer.Inner, set_state, range(3), slice(1, None, 2)])
    return rng.choice(pool)


def hashable(depth):
    value = scalar()
    try:
        hash(value)
    except TypeError:
        value = "a key"
    if depth > 0 and rng.random() < 0.2:
        value = tuple(hashable(depth - 1) for _ in range(rng.randrange(5)))
    return value


made = []


def nested(depth):
    if depth == 0 or rng.random() < 0.35:
        return scalar()
    kind = rng.randrange(13)
    n = rng.choice([0, 1, 2, 3, 4, 5, 8])
    if kind <= 2:
        value = [nested(depth - 1) for _ in range(n)]
    elif kind == 3:
        value = tuple(nested(depth - 1) for _ in range(n))
    elif kind <= 5:
        value = {hashable(2): nested(depth - 1) for _ in range(n)}
    elif kind == 6:
        value = {hashable(1) for _ in range(n)}
    elif kind == 7:
        value = frozenset(hashable(1) for _ in range(n))
    elif kind == 8:
        value = rng.choice([Plain, Keyworded, ListLike, DictLike, WithSetter, Reduced])()
        if isinstance(value, list):
            value.extend(nested(depth - 1) for _ in range(n))
        if isinstance(value, dict):
            value.update((hashable(1), nested(depth - 1)) for _ in range(n))
        value.__dict__.update(("f%d" % i, nested(depth - 1)) for i in range(n))
    elif kind == 9:
        value = rng.choice([
            datetime.datetime(2020, 2, 3, 4, 5, 6, 7), datetime.date(1999, 12, 31), datetime.timedelta(1, 2, 3),
            datetime.time(1, 2), datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc),
            decimal.Decimal("1.50"), fractions.Fraction(3, 7), uuid.UUID(int=5), pathlib.PurePosixPath("a/b"),
            collections.Counter("abca"), collections.deque([1, 2, 3]), collections.deque([1], 5),
            collections.defaultdict(list, {"a": [1]}), collections.OrderedDict(a=1, b=[2])])
    elif kind == 10:
        value = []
        value.append((value, {"self": value}))
    elif kind == 11 and made:
        return rng.choice(made)
    else:
        value = list(range(rng.choice([999, 1000, 1001, 2000, 2001]))) if rng.random() < 0.1 else [scalar()] * 3
        if rng.random() < 0.1:
            value = dict.fromkeys(range(rng.choice([999, 1000, 1001, 2000])))
        elif rng.random() < 0.1:
            value = set(range(rng.choice([999, 1000, 1001, 2000])))
    made.append(value)
    return value


def fixed():
    big = "x" * 70000
    yield big
    yield [big, big, b"y" * 65536, bytearray(65536), "end"]
    yield [b"y" * 65535, "z" * 65535, "t"] * 2
    yield [["item %d" % i, i, float(i)] for i in range(9000)]
    yield {i: str(i) for i in range(20000)}
    t = ([],)
    t[0].append(t)
    yield t
    u = ([], 1, 2, 3, 4)
    u[0].append(u)
    yield u
    p = Plain()
    f = frozenset([p])
    p.f = f
    yield f
    d = {}
    d["d"] = d
    yield d
    yield [collections.OrderedDict((i, i) for i in range(1000)), ListLike(range(1001)), ListLike(range(1000))]
    s = Slotted()
    s.a = 1
    yield [s, s]
    yield {"array": [1.5], "description": "A million random integers"}
    # Objects are keys by what they are, not by what they look like.
    yield {Plain(): 1, Plain(): 2}
    yield {(Plain(), 1): 1, (Plain(), 1): 2, "n": {frozenset([Plain()]): 0, frozenset([Plain()]): 0}}
    yield {float("nan"): 1, complex(float("nan"), 0): 2, 1: 3, complex(1, 0.5): 4}
    yield [{Plain(), Plain()}, {1, 1.5, "1", b"1", (1,), (1.5,), None}, {Reduced(): Reduced(), Reduced(): 0}]


def emit(value):
    for protocol in range(6):
        try:
            data = pickle.dumps(value, protocol)
        except (pickle.PicklingError, TypeError):
            continue
        print(protocol, data.hex())


for value in fixed():
    emit(value)
for _ in range(count):
    made.clear()
    emit(nested(4))
