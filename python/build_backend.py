"""Builds the wheel: the shared library and the command, made by Swift and linked for every Linux with glibc 2.17 or later.

Two ways in: `make wheel` in a checkout, and `pip install` of the source distribution, which needs what a checkout needs: Swift 6.3
or later, a C compiler, and the development files of zlib. What is in the wheel needs glibc and nothing else: the libraries of bzip2,
LZMA, Zstandard and curl are loaded when a file needs them.
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

#: A glibc before 2.32 has no such variable, which libstdc++ looks at.
SHIM = "char __libc_single_threaded = 0;\n"
#: What SwiftPM makes of a program's `main`, so that tests can have one of their own.
MAIN = "int npy_main(int, char **);\nint main(int count, char **words) { return npy_main(count, words); }\n"


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
    status = subprocess.run([str(part) for part in command], **options).returncode
    if status:
        raise SystemExit(f"npyfast: {command[0]} ended with status {status}")


def require_linux():
    """Wheels are for Linux; elsewhere the package works with a library that Swift has built."""
    if sys.platform != "linux":
        raise SystemExit("npyfast: wheels are made on Linux only; elsewhere run 'swift build -c release --product NumPyIOC' in a "
                         "checkout, and set PYTHONPATH to its folder python and NPYFAST_LIBRARY to the library that was built")


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
    compiler = shutil.which("cc") or shutil.which("clang") or swift_root().parent / "bin" / "clang"
    path = subprocess.check_output([compiler, f"-print-file-name={name}"], text=True).strip()
    if os.sep not in path:
        raise SystemExit(f"npyfast: {name} is missing: install the development files of zlib and a C++ compiler")
    return path


def exported():
    """The functions of the interface for C; no other name of the library is seen from outside."""
    header = (ROOT / "Sources" / "CNumPyIO" / "include" / "numpyio.h").read_text()
    return re.findall(r"^(?:npyio_status|int32_t|void) (npyio_\w+)\(", header, re.M)


def link(objects, output, *, shared):
    """Links objects of Swift's for an old glibc, by the linker of Zig, which comes from PyPI."""
    swift = swift_root() / "swift_static" / "linux"
    shim = BUILD / "shim.c"
    shim.write_text(SHIM + ("" if shared else MAIN))
    # The command's options are read with a part of Foundation, which the library has no use for.
    left_out = "CFURL|CFXML|Distributed|Observation|" + ("Foundation" if shared else "Foundation[.INX]")
    libraries = sorted(path for path in swift.glob("*.a") if not re.search(left_out, path.name))
    options = ["-s", "-Wl,-z,defs", "-Wl,--gc-sections"]
    if shared:
        version = BUILD / "exports.map"
        version.write_text("{ global: " + " ".join(f"{name};" for name in exported()) + " local: *; };\n")
        options += ["-shared", "-Wl,-Bsymbolic", f"-Wl,--version-script={version}"]
    system = [static_library(name) for name in ("libz.a", "libstdc++.a", "libgcc.a")]
    run(sys.executable, "-m", "ziglang", "cc", "-target", f"{MACHINE}-linux-gnu.{GLIBC}", *options, "-o", output,
        swift / MACHINE / "swiftrt.o", *objects, shim, "-Wl,--start-group", *libraries, *system, "-Wl,--end-group", "-lunwind",
        "-lpthread", "-ldl", "-lm")


def build_binaries():
    """The shared library and the command, linked for the wheel."""
    swift_root()  # says what is missing
    library_list, command_list = compile_swift()
    library, command = BUILD / "libnumpyio.so", BUILD / "npy"
    link(object_files(library_list), library, shared=True)
    link(object_files(command_list), command, shared=False)
    return library, command


def metadata():
    about = project()
    lines = ["Metadata-Version: 2.1", f"Name: {about['name']}", f"Version: {about['version']}",
             f"Summary: {about['description']}", "Requires-Python: >=3.9", "License: Apache-2.0",
             "Requires-Dist: numpy>=1.24", "Provides-Extra: dask", 'Requires-Dist: dask[array]; extra == "dask"',
             "Description-Content-Type: text/markdown"]
    return "\n".join(lines) + "\n\n" + (HERE / "README.md").read_text()


def information():
    """The files that say what a wheel is."""
    return {"METADATA": metadata(), "WHEEL": f"Wheel-Version: 1.0\nGenerator: npyfast\nRoot-Is-Purelib: false\nTag: {TAG}\n"}


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    """PEP 517's hook: what the wheel will say of itself, for which nothing needs to be built."""
    about = project()
    name = f"{about['name']}-{about['version']}.dist-info"
    folder = pathlib.Path(metadata_directory) / name
    folder.mkdir()
    for part, text in information().items():
        (folder / part).write_text(text)
    return name


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
    require_linux()
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
    for part, text in information().items():
        wheel.add(f"{base}.dist-info/{part}", text.encode())
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
        about_it = BUILD / "PKG-INFO"
        BUILD.mkdir(exist_ok=True)
        about_it.write_text(metadata())
        archive.add(about_it, f"{base}/PKG-INFO", filter=plain)
    return name


def get_requires_for_build_wheel(config_settings=None):
    return []


def get_requires_for_build_sdist(config_settings=None):
    return []


def build_from_sources(target):
    """The source distribution, and the wheel that is built from it and nothing else."""
    sources = BUILD / "sources"
    shutil.rmtree(sources, ignore_errors=True)
    packed = target / build_sdist(target)
    with tarfile.open(packed) as archive:  # files keep their times: what has not changed is not compiled again
        archive.extractall(sources)
    (unpacked,) = sources.iterdir()
    run(sys.executable, unpacked / "build_backend.py", target, env={**os.environ, "NPYFAST_BUILD": str(BUILD)})


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "dist").resolve()
    target.mkdir(parents=True, exist_ok=True)
    BUILD.mkdir(exist_ok=True)
    if ROOT == HERE.parent:
        build_from_sources(target)
    else:
        print(target / build_wheel(target))
