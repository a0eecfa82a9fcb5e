"""Builds the wheel: the shared library and the command, made by Swift and linked for every Linux with glibc 2.17 or later.

Two ways in: `make wheel` in a checkout, and `pip install` of the source distribution, which needs what a checkout needs: Swift 6.3
or later, a C compiler, and the development files of zlib, libdeflate, bzip2 and liblzma.
"""
import base64
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent if (HERE.parent / "Package.swift").exists() else HERE / "swift"
BUILD = pathlib.Path(os.environ.get("NPYFAST_BUILD", ROOT / ".build-wheel"))
GLIBC = "2.17"
MACHINE = platform.machine()
TAG = f"py3-none-manylinux2014_{MACHINE}"
#: What of the checkout the source distribution holds.
SOURCES = ["Package.swift", "Sources", "LICENSE"]

#: Static libraries of bzip2 are seldom made for shared ones. In the package, bzip2 is what Python's own module reads and writes.
NO_BZIP2 = """
#define NOT_CONFIGURED -9
int BZ2_bzCompressInit(void *s, int b, int v, int w) { (void)s; (void)b; (void)v; (void)w; return NOT_CONFIGURED; }
int BZ2_bzCompress(void *s, int a) { (void)s; (void)a; return NOT_CONFIGURED; }
int BZ2_bzCompressEnd(void *s) { (void)s; return NOT_CONFIGURED; }
int BZ2_bzDecompressInit(void *s, int v, int m) { (void)s; (void)v; (void)m; return NOT_CONFIGURED; }
int BZ2_bzDecompress(void *s) { (void)s; return NOT_CONFIGURED; }
int BZ2_bzDecompressEnd(void *s) { (void)s; return NOT_CONFIGURED; }
"""


def project():
    """Name, version and the rest of pyproject.toml's table."""
    try:
        import tomllib
    except ImportError:  # before Python 3.11
        text = (HERE / "pyproject.toml").read_text()
        return {key: re.search(rf'^{key} = "(.*)"', text, re.M).group(1) for key in ("name", "version", "description")}
    return tomllib.loads((HERE / "pyproject.toml").read_text())["project"]


def run(*command, **options):
    print("+", *(str(part) for part in command[:6]), "…" if len(command) > 6 else "", file=sys.stderr, flush=True)
    return subprocess.run([str(part) for part in command], check=True, **options)


def swift_root():
    """The folder of the toolchain, in which Swift's own libraries lie."""
    swift = os.environ.get("SWIFT", "swift")
    if shutil.which(swift) is None:
        raise SystemExit("npyfast is built by Swift 6.3 or later, which is not installed: see https://www.swift.org/install")
    version = subprocess.check_output([swift, "--version"], text=True, stderr=subprocess.STDOUT)
    found = re.search(r"Swift version (\d+)\.(\d+)", version)
    if found is None or tuple(map(int, found.groups())) < (6, 3):
        raise SystemExit(f"npyfast is built by Swift 6.3 or later; this is {version.splitlines()[0]}")
    info = subprocess.check_output([swift, "-print-target-info"], text=True)
    return pathlib.Path(re.search(r'"runtimeResourcePath": "([^"]+)"', info).group(1)).parent


def compile_swift():
    """The object files of the library and of the command."""
    swift = os.environ.get("SWIFT", "swift")
    lists = []
    for product in ("NumPyIOC", "npy"):
        run(swift, "build", "-c", "release", "--static-swift-stdlib", "--product", product, "--scratch-path", BUILD, cwd=ROOT,
            env={**os.environ, "NPY_WITHOUT_TESTS": "1"})
        lists.append(BUILD / "release" / f"{product}.product" / "Objects.LinkFileList")
    return lists


def object_files(listed):
    return [line.strip().strip("'\"") for line in listed.read_text().splitlines() if line.strip()]


def static_library(name):
    """A library of the system's, to be linked in."""
    path = subprocess.check_output(["cc", f"-print-file-name={name}"], text=True).strip()
    if os.sep not in path:
        raise SystemExit(f"npyfast: {name} is missing: install the development files of zlib, libdeflate, bzip2 and liblzma")
    return path


def link(objects, output, *, shared):
    """Links objects of Swift's for an old glibc, by the linker of Zig, which comes from PyPI."""
    swift = swift_root() / "swift_static" / "linux"
    shim = BUILD / "shim.c"
    # A glibc before 2.32 has no such variable, which libstdc++ looks at.
    shim.write_text("char __libc_single_threaded = 0;\n" + (NO_BZIP2 if shared else ""))
    libraries = sorted(path for path in swift.glob("*.a") if not re.search("Foundation|CFURL|CFXML|Distributed|Observation", path.name))
    options = ["-s", "-Wl,-z,defs", "-Wl,--gc-sections"]
    if shared:
        version = BUILD / "exports.map"
        version.write_text("{ global: npyio_*; local: *; };\n")
        options += ["-shared", "-Wl,-Bsymbolic", f"-Wl,--version-script={version}"]
    system = [static_library(name) for name in ("libdeflate.a", "libz.a", "liblzma.a", "libstdc++.a")]
    system += [] if shared else [static_library("libbz2.a")]
    run(sys.executable, "-m", "ziglang", "cc", "-target", f"{MACHINE}-linux-gnu.{GLIBC}", *options, "-o", output,
        swift / MACHINE / "swiftrt.o", *objects, shim, "-Wl,--start-group", *libraries, *system, "-Wl,--end-group", "-lunwind",
        "-lpthread", "-ldl", "-lm")


def build_binaries():
    """The shared library and the command, linked for the wheel."""
    library_list, command_list = compile_swift()
    library, command = BUILD / "libnumpyio.so", BUILD / "npy"
    link(object_files(library_list), library, shared=True)
    link(object_files(command_list), command, shared=False)
    return library, command


def metadata():
    about = project()
    lines = ["Metadata-Version: 2.1", f"Name: {about['name']}", f"Version: {about['version']}",
             f"Summary: {about['description']}", "Requires-Python: >=3.9", "License: Apache-2.0",
             "Requires-Dist: numpy>=1.23", "Provides-Extra: dask", 'Requires-Dist: dask[array]; extra == "dask"',
             "Description-Content-Type: text/markdown"]
    return "\n".join(lines) + "\n\n" + (HERE / "README.md").read_text()


class Wheel:
    """A wheel file that is being written."""

    def __init__(self, path):
        self.archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
        self.record = []

    def add(self, name, data, *, executable=False):
        entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = (0o100755 if executable else 0o100644) << 16
        self.archive.writestr(entry, data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        self.record.append(f"{name},sha256={digest},{len(data)}")

    def close(self, name):
        self.archive.writestr(name, "\n".join([*self.record, f"{name},,"]) + "\n")
        self.archive.close()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """PEP 517's hook: builds everything and returns the wheel's name."""
    library, command = build_binaries()
    about = project()
    base = f"{about['name']}-{about['version']}"
    name = f"{base}-{TAG}.whl"
    wheel = Wheel(pathlib.Path(wheel_directory) / name)
    for path in sorted((HERE / "npyfast").rglob("*")):
        if path.suffix in (".py", ".typed") or path.name == "py.typed":
            wheel.add(path.relative_to(HERE).as_posix(), path.read_bytes())
    wheel.add("npyfast/libnumpyio.so", library.read_bytes(), executable=True)
    wheel.add("npyfast/numpyio.h", (ROOT / "Sources" / "CNumPyIO" / "include" / "numpyio.h").read_bytes())
    wheel.add(f"{base}.data/scripts/npy", command.read_bytes(), executable=True)
    license_file = ROOT / "LICENSE"
    wheel.add(f"{base}.dist-info/LICENSE", license_file.read_bytes())
    wheel.add(f"{base}.dist-info/METADATA", metadata().encode())
    wheel.add(f"{base}.dist-info/WHEEL",
              f"Wheel-Version: 1.0\nGenerator: npyfast\nRoot-Is-Purelib: false\nTag: {TAG}\n".encode())
    wheel.close(f"{base}.dist-info/RECORD")
    return name


def build_sdist(sdist_directory, config_settings=None):
    """PEP 517's hook: the package, and the Swift sources that it is built from."""
    about = project()
    base = f"{about['name']}-{about['version']}"
    name = f"{base}.tar.gz"

    def plain(entry):
        if "__pycache__" in entry.name or entry.name.endswith(".pyc"):
            return None
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    with tarfile.open(pathlib.Path(sdist_directory) / name, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for part in ("pyproject.toml", "build_backend.py", "README.md", "npyfast"):
            archive.add(HERE / part, f"{base}/{part}", filter=plain)
        for part in SOURCES:
            archive.add(ROOT / part, f"{base}/swift/{part}", filter=plain)
        information = BUILD / "PKG-INFO"
        BUILD.mkdir(exist_ok=True)
        information.write_text(metadata())
        archive.add(information, f"{base}/PKG-INFO", filter=plain)
    return name


def get_requires_for_build_wheel(config_settings=None):
    return []


def get_requires_for_build_sdist(config_settings=None):
    return []


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "dist")
    target.mkdir(parents=True, exist_ok=True)
    BUILD.mkdir(exist_ok=True)
    for built in (build_sdist(target), build_wheel(target)):
        print(target / built)
