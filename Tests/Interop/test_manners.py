"""How the command behaves: errors, exit codes, streams, names, links, modes, progress, interruptions."""
import io
import json
import os
import pathlib
import pickle
import resource
import signal
import stat
import subprocess
import threading
import time
import zipfile

import numpy as np
import pytest

from conftest import COMMAND, run_npy
from terminal import Terminal


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("arr.npy", np.arange(24).reshape(2, 3, 4))
    np.savez("two.npz", weights=np.zeros(3), bias=np.zeros(2))
    pathlib.Path("table.csv").write_text("1,2\n3,4\n")
    pathlib.Path("inner").mkdir()
    return tmp_path


def shell(command):
    """A shell's command line, `npy` being the command under test; exit code, output, errors."""
    script = f'npy() {{ "{COMMAND}" "$@"; }}\n{command}'
    result = subprocess.run(["bash", "-c", script], capture_output=True, timeout=60)
    return result.returncode, result.stdout.decode(errors="replace"), result.stderr.decode(errors="replace")


def fails(*arguments, code=1):
    """The one line of an error."""
    result = run_npy(*arguments, check=False)
    lines = result.stderr.decode().splitlines()
    assert result.returncode == code, (arguments, result)
    assert result.stdout == b"" and len(lines) == 1 and lines[0].startswith("npy: "), (arguments, result)
    return lines[0].removeprefix("npy: ")


def test_errors_say_what_may_help(folder):
    assert fails("info", "ary.npy") == "ary.npy: there is no such file; did you mean arr.npy?"
    assert fails("info", "./inner/../arr.np") == (
        "./inner/../arr.np: there is no such file; did you mean ./inner/../arr.npy?")
    assert fails("info", "iner/x.npy") == "iner/x.npy: there is no folder iner; did you mean inner?"
    assert fails("show", "two.npz:wieghts") == "two.npz:wieghts: there is no such array; did you mean weights?"
    assert fails("convert", "two.npz", "one.npy") == "two.npz: holds 2 arrays; name one: two.npz:weights"
    assert fails("info", "") == "the name of the file is empty"
    assert fails("info", "inner") == "inner: this is a folder, not a file"
    assert fails("info", "arr.npy/x").endswith("arr.npy is a file, not a folder")
    assert fails("convert", "arr.npy", "none/x.npy") == "none/x.npy: there is no folder none"
    assert fails("convert", "arr.npy", "inner", "--to", "npy") == "inner: this is a folder, not a file"
    assert "did you mean 'info'?" in fails("inof", "arr.npy", code=64)
    assert "npy info arr.npy" in fails("arr.npy", code=64)
    assert "Did you mean '--json'?" in fails("info", "--jsn", "arr.npy", code=64)
    assert "npy info --help" in fails("info", code=64)
    assert "<destination>" in fails("convert", "arr.npy", code=64)
    assert fails("diff", "arr.npy", "none.npy", code=2) == "none.npy: there is no such file"


@pytest.mark.parametrize("command", ["info", "ls", "stats", "diff", "pickle", "sizes"])
def test_errors_as_json(folder, command):
    arguments = ["none.npy", "arr.npy"] if command == "diff" else ["none.npy"]
    result = run_npy(command, "--json", *arguments, check=False)
    error = json.loads(result.stdout)["error"]
    assert result.returncode == (2 if command == "diff" else 1) and result.stderr == b""
    assert list(error) == ["code", "message", "file", "member", "offset"]
    assert error["code"] == "not_found" and error["file"] == "none.npy"
    usage = run_npy(command, "--json", "--bogus", *arguments, check=False)
    assert usage.returncode == 64 and json.loads(usage.stdout)["error"]["code"] == "usage"


def test_errors_have_place(folder):
    data = pathlib.Path("arr.npy").read_bytes()
    pathlib.Path("cut.npy").write_bytes(data[:-5])
    error = json.loads(run_npy("info", "--json", "cut.npy", check=False).stdout)["error"]
    assert (error["code"], error["file"], error["offset"]) == ("truncated", "cut.npy", len(data) - 5)
    error = json.loads(run_npy("stats", "--json", "two.npz:x", check=False).stdout)["error"]
    assert (error["code"], error["file"], error["member"]) == ("not_found", "two.npz", "x")


def test_streams(folder):
    np.save("long.npy", np.arange(200_000))
    # A reader that has seen enough: quietly, with the code of a process that SIGPIPE ends.
    code, output, errors = shell("npy show --threshold 1000000 long.npy | head -1; exit ${PIPESTATUS[0]}")
    assert (code, errors) == (141, "") and output.startswith("[")
    for command in ("npy show arr.npy", "npy info --json arr.npy", "npy help", "npy --version"):
        code, _, errors = shell(f"{command} > /dev/full")
        assert code == 1 and errors == "npy: standard output: cannot write: No space left on device (byte 0)\n"
        code, _, errors = shell(f"{command} >&-")
        assert code == 1 and errors == "npy: standard output: cannot write: Bad file descriptor (byte 0)\n"
    code, _, errors = shell("npy show - <&-")
    assert code == 1 and errors == "npy: standard input: cannot read: Bad file descriptor (byte 0)\n"
    # With all streams closed, the file that is opened first does not become standard output.
    assert shell("npy convert arr.npy new.npy <&- >&- 2>&-")[0] == 0
    assert pathlib.Path("new.npy").read_bytes() == pathlib.Path("arr.npy").read_bytes()
    assert shell("npy demo -C tour >&-")[0] == 1
    assert shell("npy convert arr.npy /dev/full --to npy")[0] == 1
    for kind in ("npy", "npz", "pkl", "txt"):
        assert shell(f"npy convert 'arr.npy[0]' /dev/null --to {kind}")[0] == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_pipes(folder):
    os.mkfifo("pipe")
    data = pathlib.Path("arr.npy").read_bytes()
    writer = threading.Thread(target=lambda: pathlib.Path("pipe").write_bytes(data))
    writer.start()
    assert b"(2, 3, 4)" in run_npy("info", "pipe")
    writer.join()
    for arguments, kind in ((("convert", "arr.npy", "pipe", "--to", "npy"), "npy"), (("pack", "pipe", "arr.npy"), "npz")):
        received = []
        reader = threading.Thread(target=lambda: received.append(pathlib.Path("pipe").read_bytes()))
        reader.start()
        run_npy(*arguments)
        reader.join()
        pathlib.Path(f"received.{kind}").write_bytes(received[0])
    assert pathlib.Path("received.npy").read_bytes() == data
    with np.load("received.npz") as archive:
        assert np.array_equal(archive["arr"], np.load("arr.npy"))
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)


def test_links_modes_and_clobbering(folder):
    path = pathlib.Path
    np.save("other.npy", np.zeros(3))
    np.save("real.npy", np.ones(3))
    os.chmod("real.npy", 0o640)
    os.symlink("real.npy", "link.npy")
    os.symlink("missing.npy", "dangling.npy")
    os.symlink("../real.npy", "inner/up.npy")
    os.symlink("loop", "loop")
    os.link("real.npy", "twin.npy")
    twin = path("twin.npy").read_bytes()
    # The file that a link names is replaced, the link stays; a hard link keeps what it had.
    run_npy("convert", "arr.npy", "inner/up.npy")
    run_npy("convert", "other.npy", "link.npy")
    assert os.readlink("link.npy") == "real.npy"
    assert path("real.npy").read_bytes() == path("other.npy").read_bytes()
    assert stat.S_IMODE(os.stat("real.npy").st_mode) == 0o640
    assert path("twin.npy").read_bytes() == twin
    run_npy("convert", "other.npy", "dangling.npy")
    assert os.readlink("dangling.npy") == "missing.npy" and path("missing.npy").exists()
    assert "symbolic links" in fails("convert", "other.npy", "loop", "--to", "npy")
    # New files get the mode that the mask allows.
    old = os.umask(0o027)
    try:
        run_npy("convert", "other.npy", "masked.npy")
    finally:
        os.umask(old)
    assert stat.S_IMODE(os.stat("masked.npy").st_mode) == 0o640
    for arguments in (("convert", "-n", "other.npy", "real.npy"), ("pack", "--no-clobber", "two.npz", "other.npy")):
        before = path(arguments[-1] if arguments[0] == "convert" else "two.npz").read_bytes()
        assert "exists" in fails(*arguments)
        assert path(arguments[-1] if arguments[0] == "convert" else "two.npz").read_bytes() == before
    run_npy("convert", "-n", "other.npy", "fresh.npy")
    assert "choose one" in fails("pack", "--append", "-n", "two.npz", "other.npy", code=64)
    run_npy("unpack", "two.npz", "-C", "inner")
    assert "--force replaces it" in fails("unpack", "two.npz", "-C", "inner")
    run_npy("unpack", "--force", "two.npz", "-C", "inner")
    assert [name for name in os.listdir() if name.startswith(".")] == []


def test_two_writers_without_clobbering(folder):
    """Of many that may not replace a file, one makes it."""
    processes = [
        subprocess.Popen([COMMAND, "convert", "-n", "arr.npy", "made.npy"], stderr=subprocess.PIPE) for _ in range(8)]
    codes = sorted(process.wait() for process in processes)
    for process in processes:
        process.stderr.close()
    assert codes == [0] + [1] * 7
    assert pathlib.Path("made.npy").read_bytes() == pathlib.Path("arr.npy").read_bytes()
    assert [name for name in os.listdir() if name.startswith(".")] == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="becoming another user needs root")
def test_permissions(folder):
    os.chmod(folder, 0o755)
    pathlib.Path("secret.npy").write_bytes(pathlib.Path("arr.npy").read_bytes())
    os.chmod("secret.npy", 0o600)

    def as_nobody(*arguments):
        result = subprocess.run([COMMAND, *arguments], capture_output=True, user=65534, group=65534, extra_groups=[])
        assert result.returncode == 1 and result.stderr.count(b"\n") == 1
        return result.stderr.decode()

    try:
        assert as_nobody("info", "secret.npy") == "npy: secret.npy: cannot open the file: Permission denied\n"
    except PermissionError:
        pytest.skip("the command itself may not be run by another user")
    assert "Permission denied" in as_nobody("convert", "arr.npy", "new.npy")
    assert "Permission denied" in as_nobody("unpack", "two.npz", "-C", "new")
    # A file that its mode protects is not replaced by way of its folder, as np.save would not.
    os.mkdir("shared")
    os.chmod("shared", 0o777)
    pathlib.Path("shared/kept.npy").write_bytes(b"kept")
    os.chown("shared/kept.npy", 65534, 65534)
    os.chmod("shared/kept.npy", 0o444)
    assert "write-protected" in as_nobody("convert", "two.npz:bias", "shared/kept.npy")
    assert pathlib.Path("shared/kept.npy").read_bytes() == b"kept" and os.listdir("shared") == ["kept.npy"]
    # Who replaces another's file leaves it to its owner.
    os.chown("arr.npy", 1234, 5678)
    run_npy("convert", "two.npz:bias", "arr.npy")
    status = os.stat("arr.npy")
    assert (status.st_uid, status.st_gid) == (1234, 5678)


def test_names_do_not_reach_the_terminal(folder):
    evil = "e\x1b]0;title\x07\n\u202e.npy"
    np.save(evil, np.zeros(2, dtype=[("f\x1b[31m", "<i4")]))
    np.savez("evil.npz", **{evil[:-4]: np.zeros(3)})
    pathlib.Path("evil.pkl").write_bytes(b"\x80\x04}\x8c\x06k\x1b[31m\x8c\x05\x1b[2J\ns.")
    address = "evil.npz:" + evil[:-4]
    for arguments in (
        ("info", evil), ("ls", evil, "evil.npz", "evil.pkl"), ("info", "evil.npz"), ("check", evil, "evil.npz", "evil.pkl"),
        ("diff", "evil.npz", "two.npz"), ("info", "evil.pkl"), ("show", "evil.pkl"), ("info", address),
        ("show", "evil.npz:x"), ("stats", evil), ("sizes", address), ("unpack", "evil.npz", "-C", "inner"), ("show", evil + "x"),
        ("\x1b[31m",), ("info", "--\x1b[31m"), ("show", "--dtype", "\x1b[31m", "table.csv"), ("pack", "x.npz", evil + "x"),
        ("convert", evil, "x\x1b.\x07"), ("show", "evil.pkl:\x1b[31m"), ("info", "--json", evil), ("pickle", "evil.pkl"),
        ("convert", "table.csv", "y.npy", "--usecols", "\x1b"),
    ):
        result = run_npy(*arguments, check=False)
        text = result.stdout + result.stderr
        assert not set(text) & (set(range(32)) - {10} | {127}), (arguments, text)
        assert "\u202e" not in text.decode() or "--json" in arguments, (arguments, text)
        assert result.stderr.count(b"\n") <= 1
    error = fails("info", b"bad\xff.npy".decode(errors="surrogateescape"))
    assert "UTF-8" in error


def test_a_name_that_is_not_utf_8_hides_no_other(folder):
    bad = b"bad\xff.npy".decode(errors="surrogateescape")
    for command in ("ls", "info", "check"):
        result = run_npy(command, "arr.npy", bad, "two.npz", check=False)
        assert result.returncode == 1 and result.stderr.count(b"UTF-8") == 1, result
        assert b"arr.npy" in result.stdout and b"two.npz" in result.stdout, result
    # What says how to read, or what to change, is not left out.
    assert "UTF-8" in fails("ls", "arr.npy", "--delimiter", b"\xff".decode(errors="surrogateescape"))
    assert "UTF-8" in fails("rm", "two.npz", bad)


def test_suggestions_are_near(folder):
    assert "Did you mean" not in fails("info", "--nope", "arr.npy", code=64)
    assert "Did you mean '--repr'?" in fails("show", "--rper", "arr.npy", code=64)


def test_names_that_unpack_refuses_are_warned_of(folder):
    np.save("x.npy", np.arange(3))
    for name in ("../evil", "/abs", "a/../b"):
        for arguments in (["pack", "w.npz", f"{name}=x.npy"], ["mv", "w.npz", name, "../other"]):
            result = run_npy(*arguments, check=False)
            assert result.returncode == 0 and b"warning: the name" in result.stderr, result
        with np.load("w.npz") as found:
            assert found.files == ["../other"]
    assert run_npy("pack", "v.npz", "a/b=x.npy", check=False).stderr == b""


def test_many_arguments(folder):
    # Processor time, which does not depend on what else the machine does; it once grew with the square of the number.
    def spent():
        return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])

    started = spent()
    count = 60_000
    output = run_npy("ls", *["arr.npy"] * count)
    assert output.count(b"\n") == count
    assert spent() - started < 30
    result = run_npy("check", "--json", *["arr.npy"] * 500, "none.npy", check=False)
    assert result.returncode == 1 and len(json.loads(result.stdout)) == 501
    assert "unexpected" in fails("show", *["arr.npy"] * 500, code=64)


# MARK: Progress


@pytest.fixture
def large(folder, monkeypatch):
    """A file that takes one core more than half a second to write as text."""
    monkeypatch.setenv("NPY_THREADS", "1")
    np.save("large.npy", np.zeros(5_000_000).reshape(-1, 4) + 0.1)
    return folder


# More digits than the fast way writes: seconds on any machine.
SLOW = ("convert", "large.npy", "out.txt", "--fmt", "%.20e")


def test_progress_on_terminals(large):
    terminal = Terminal([COMMAND, *SLOW], only_errors=True)
    assert terminal.wait() == 0
    lines = terminal.output.split(b"\r")
    assert any(b" MB of 40.0 MB" in line and b"/s" in line and b" left" in line for line in lines), terminal.output
    assert b"out.txt" in terminal.output
    # What is left at the end is an empty line.
    assert lines[-1] == b"\x1b[K"
    for arguments, environment in (([*SLOW, "--quiet"], {}), (SLOW, {"TERM": "dumb"})):
        quiet = Terminal([COMMAND, *arguments], environment=environment)
        assert quiet.wait() == 0 and quiet.output == b""
    assert run_npy(*SLOW, check=False).stderr == b""


def test_short_work_shows_nothing(folder):
    terminal = Terminal([COMMAND, "convert", "arr.npy", "out.npy"])
    assert terminal.wait() == 0 and terminal.output == b""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    "arguments", [SLOW, ("convert", "large.npy", "out.npz", "--compress=zlib"), ("pack", "--append", "out.npz", "large.npy")])
def test_interruption(large, arguments, number):
    target = pathlib.Path(next(name for name in arguments if name.startswith("out.")))
    if target.suffix == ".npz":
        np.savez(target, x=np.arange(9))
    else:
        target.write_text("1\n")
    old = target.read_bytes()
    process = subprocess.Popen([COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # Wait for the temporary, or the archive's growth.
    end = time.monotonic() + 20
    while not any(name.startswith(".out.") for name in os.listdir()) and target.stat().st_size == len(old):
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.002)
    process.send_signal(number)
    output, errors = process.communicate(timeout=20)
    # It ends by the signal, which a shell tells as 128 and its number, and at which a script's loop ends.
    assert process.returncode == -number, (output, errors)
    assert (output, errors) == (b"", b"")
    assert target.read_bytes() == old
    assert [name for name in os.listdir() if name.startswith(".")] == []


def test_interruption_from_the_keyboard(large):
    terminal = Terminal(["bash", "-c", f'"{COMMAND}" convert large.npy out.txt --fmt %.20e; echo "code $?"'], only_errors=False)
    terminal.read_until(b"writing out.txt")
    terminal.type("\x03")
    terminal.wait()
    assert not pathlib.Path("out.txt").exists()
    assert [name for name in os.listdir() if name.startswith(".")] == []
    # One that waits for input ends at once.
    waiting = Terminal([COMMAND, "show", "-"])
    waiting.read(0.3)
    started = time.monotonic()
    waiting.type("\x03")
    assert waiting.wait() == -signal.SIGINT
    assert time.monotonic() - started < 1


def test_ignored_signals_stay_ignored(large):
    def prepare():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        # What is blocked from the start is none of ours either.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, signal.SIGUSR1, signal.SIGWINCH})

    process = subprocess.Popen([COMMAND, *SLOW], preexec_fn=prepare, stderr=subprocess.PIPE)
    time.sleep(0.2)
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGWINCH):
        process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 0 and pathlib.Path("out.txt").exists()


def test_temporary_folders_go(folder):
    """The folder that `sizes` writes to is removed, also when it is interrupted."""
    np.save("middle.npy", np.random.RandomState(0).rand(3_000_000))
    temporary = folder / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen([COMMAND, "sizes", "middle.npy"], env=environment, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while not os.listdir(temporary):
        assert time.monotonic() < end
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == -signal.SIGINT
    assert os.listdir(temporary) == []
    subprocess.run([COMMAND, "sizes", "arr.npy"], env=environment, check=True, stdout=subprocess.DEVNULL)
    assert os.listdir(temporary) == []


# MARK: Help


def test_help(folder):
    names = [line.split()[0].decode() for line in run_npy("--help").split(b"SUBCOMMANDS:")[1].splitlines()
             if line.startswith(b"  ") and line[2:3] != b" "]
    names = [name for name in names if name != "See"]
    assert {"info", "ls", "show", "convert", "pack", "unpack", "stats", "diff", "check", "pickle", "sizes", "demo"} <= set(names)
    assert run_npy() == run_npy("--help")
    for name in names:
        text = run_npy(name, "--help")
        assert b"EXAMPLES" in text and f"npy {name}".encode() in text, name
        assert run_npy("help", name) == text
    assert run_npy("--version").count(b".") == 2
    for line in run_npy("--help").decode().splitlines():
        assert len(line) <= 80


def test_manuals(folder):
    """Every page is there, and mandoc and man find no fault with it."""
    import shutil
    import sys

    script = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "make-manuals"
    subprocess.run([sys.executable, script, COMMAND, "man"], check=True)
    pages = sorted(pathlib.Path("man").iterdir())
    assert {"npy.1", "npy-info.1", "npy-convert.1", "npy-demo.1"} <= {page.name for page in pages}
    for page in pages:
        text = page.read_text()
        for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "SEE ALSO"):
            assert f".Sh {section}" in text, (page, section)
    if shutil.which("mandoc"):
        result = subprocess.run(["mandoc", "-Tlint", *pages], capture_output=True, text=True)
        faults = [line for line in result.stdout.splitlines() if "referenced manual not found" not in line]
        assert faults == []
    if shutil.which("man"):
        for page in pages:
            result = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True)
            assert result.returncode == 0 and result.stderr == "", (page, result.stderr)


def test_wrong_values_of_options_are_told_in_a_line(folder):
    refusal = run_npy("show", "--from", "bad", "a.npy", check=False)
    assert refusal.returncode == 64
    assert b"one of the following: npy, npz, " in refusal.stderr and b";" not in refusal.stderr


def test_warnings_are_said_once_and_in_a_line(tmp_path):
    with open(tmp_path / "several.npy", "wb") as file:
        for value in range(3):
            np.save(file, np.arange(value + 1))
    result = run_npy("show", f"{tmp_path}/several.npy[0]", check=False)
    assert result.returncode == 0 and result.stderr.count(b"warning: ") == 1
    (tmp_path / "r.txt").write_text("1 2 3\n4 5\n6 7 8\n")
    result = run_npy("show", "--genfromtxt", "--skip-invalid", tmp_path / "r.txt", check=False)
    assert b"detected ! Line #2 (got 2" in result.stderr


def test_arrays_that_follow_in_a_stream_are_told(tmp_path):
    two = io.BytesIO()
    for value in (3, 4):
        np.save(two, np.arange(float(value)))
    for command in (["show", "-"], ["stats", "-"], ["plot", "--json", "-"], ["convert", "-", str(tmp_path / "o.csv")], ["sizes", "-"]):
        result = run_npy(*command, stdin=two.getvalue(), check=False)
        assert result.returncode == 0 and result.stderr.count(b"holds more arrays after the first") == 1, (command, result.stderr)
        result = run_npy(*command, stdin=two.getvalue()[:len(two.getvalue()) // 2 - 4], check=False)
        assert result.returncode == 0 and b"more arrays" not in result.stderr, (command, result.stderr)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_by_its_name_is_written_to_and_not_replaced(tmp_path, name):
    np.save(tmp_path / "a.npy", np.arange(4))
    log = tmp_path / "log"
    with open(log, "wb") as out:
        out.write(b"before ")
        out.flush()
        arguments = [COMMAND, "convert", tmp_path / "a.npy", name, "--to", "csv", "--fmt", "%d"]
        assert subprocess.run(arguments, stdout=out, timeout=60).returncode == 0
        assert os.fstat(out.fileno()).st_ino == log.stat().st_ino
    assert log.read_bytes() == b"before 0\n1\n2\n3\n"


@pytest.mark.parametrize("address", ["s3://bucket/out", "https://host/out", "gs://bucket/out", "file:///tmp/out"])
def test_addresses_are_no_folders(tmp_path, monkeypatch, address):
    monkeypatch.chdir(tmp_path)
    np.save("a.npy", np.arange(4))
    np.savez("z.npz", a=np.arange(4))
    for command in (["split", "a.npy", address], ["unpack", "z.npz", "-C", address], ["stack", address, "a.npy", "a.npy"],
                    ["demo", "-C", address], ["plot", "a.npy", "-o", address + ".png"]):
        result = run_npy(*command, check=False)
        assert result.returncode == 1 and b"this is an address" in result.stderr, (command, result.stderr)
    assert sorted(os.listdir()) == ["a.npy", "z.npz"]


def test_stacks_without_clobbering(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(4))
    folder = tmp_path / "stack"
    folder.mkdir()
    for name in ("1.npy", "info"):
        (folder / name).write_text("precious")
        for command in (["split", "-n", tmp_path / "a.npy", folder, "--parts", "2"], ["stack", "-n", folder, tmp_path / "a.npy", tmp_path / "a.npy"]):
            result = run_npy(*command, check=False)
            assert result.returncode == 1 and b"exists" in result.stderr
        assert os.listdir(folder) == [name] and (folder / name).read_text() == "precious"
        (folder / name).unlink()
    run_npy("split", "-n", tmp_path / "a.npy", folder, "--parts", "3")
    assert [len(np.load(folder / f"{part}.npy")) for part in range(3)] == [len(part) for part in np.array_split(np.arange(4), 3)]
    assert run_npy("split", tmp_path / "a.npy", folder, "--parts", "5", check=False).returncode == 64


def test_fields_that_are_not_there(tmp_path):
    records = np.array([(1, 2.5)], [("a", "i2"), ("b", "f4")])
    np.save(tmp_path / "r.npy", records)
    np.savez(tmp_path / "r.npz", w=records)
    (tmp_path / "r.pkl").write_bytes(pickle.dumps({"w": records}))
    for address in ("r.npy:q", "r.npz:w.q", "r.pkl:w.q"):
        result = run_npy("show", f"{tmp_path}/{address}", check=False)
        assert result.returncode == 1 and b"no field 'q'; there are a, b" in result.stderr, (address, result.stderr)


def test_nested_objects_are_printed_within_bounds(tmp_path):
    """A kilobyte that stands for a billion repetitions."""
    value = np.empty(2, object)
    value[:] = [1, 2]
    for _ in range(40):
        outer = np.empty(2, object)
        outer[0] = outer[1] = value
        value = outer
    np.save(tmp_path / "n.npy", value)
    assert len(run_npy("show", tmp_path / "n.npy", timeout=20)) < 1 << 22
    nested = "x"
    for _ in range(40):
        nested = (nested, nested)
    (tmp_path / "t.pkl").write_bytes(pickle.dumps(nested))
    assert run_npy("convert", tmp_path / "t.pkl", tmp_path / "o.npz", check=False, timeout=20).returncode == 1


def test_a_folder_without_files_is_told(tmp_path):
    result = run_npy("check", tmp_path, check=False)
    assert result.returncode == 0 and b"there are no files in" in result.stderr


def test_a_pickle_in_a_zip_archive(tmp_path):
    """As pandas compresses them."""
    with zipfile.ZipFile(tmp_path / "p.pkl.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p.pkl", pickle.dumps({"a": np.arange(3), "b": "text"}))
    assert run_npy("show", f"{tmp_path}/p.pkl.zip:a") == b"[0 1 2]\n"
    assert run_npy("show", f"{tmp_path}/p.pkl.zip:b") == b"'text'\n"
    assert run_npy("check", tmp_path / "p.pkl.zip", check=False).returncode == 0


def test_a_moment_that_is_none_equals_no_other(tmp_path):
    for kind in ("M8[s]", ">M8[D]", "m8[ms]"):
        array = np.array([1, "NaT", 3], kind)
        np.save(tmp_path / "a.npy", array)
        np.save(tmp_path / "b.npy", array.astype(array.dtype.newbyteorder()))
        for option, same in ([], np.array_equal(array, array)), (["--equal-nan"], np.array_equal(array, array, equal_nan=True)):
            result = run_npy("diff", *option, tmp_path / "a.npy", tmp_path / "b.npy", check=False)
            assert (result.returncode == 0) == same, (kind, option, result.stdout)
        assert b"[1]" in run_npy("diff", tmp_path / "a.npy", tmp_path / "b.npy", check=False).stdout


def test_bounds_of_slices_are_cut_as_python_cuts_them(tmp_path):
    array = np.arange(12).reshape(3, 4)
    np.save(tmp_path / "a.npy", array)
    most = 10 ** 20
    for text, part in [(f":{most}", array[:most]), (f"-{most}:2", array[-most:2]), (f"::{most}", array[::most])]:
        run_npy("convert", f"{tmp_path}/a.npy[{text}]", tmp_path / "o.npy")
        assert np.array_equal(np.load(tmp_path / "o.npy"), part)
    assert run_npy("show", f"{tmp_path}/a.npy[{most}]", check=False).returncode == 1
    assert b"one slice" in run_npy("show", f"{tmp_path}/a.npy[0][1]", check=False).stderr


def test_references_to_two_arrays_of_one_name(tmp_path):
    (tmp_path / "b").mkdir()
    np.save(tmp_path / "a.npy", np.arange(3))
    np.save(tmp_path / "b" / "a.npy", np.arange(4))
    refusal = run_npy("refs", tmp_path / "a.npy", tmp_path / "b" / "a.npy", check=False)
    assert refusal.returncode == 1 and b"another array is called 'a'" in refusal.stderr
