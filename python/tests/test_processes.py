"""Forks, threads, signals and memory: what happens around the calls."""
import io
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import npyfast
import pytest
from conftest import same

DATA = np.arange(200_000.).reshape(-1, 10)


def everything(folder, name):
    """Calls every function once, on data that is large enough for several threads."""
    base = os.path.join(folder, name)
    npyfast.save(base + ".npy", DATA)
    assert same(npyfast.load(base + ".npy"), DATA)
    npyfast.append(base + ".npy", DATA[:3])
    npyfast.savez(base + ".npz", DATA)
    npyfast.savez_compressed(base + ".npz", DATA, x=DATA[0])
    with npyfast.load(base + ".npz") as loaded:
        assert same(loaded["arr_0"], DATA) and same(loaded.lazy("arr_0")[5:9], DATA[5:9])
    small = DATA[:3000]
    for ending in (".txt", ".txt.gz"):
        npyfast.savetxt(base + ending, small)
        assert same(npyfast.loadtxt(base + ending), small)
    assert same(npyfast.genfromtxt(base + ".txt"), small)
    assert same(npyfast.batch([base + ".npy"] * 20)[7][:-3], DATA)
    memory = io.BytesIO()
    npyfast.savez_compressed(memory, DATA)
    memory.seek(0)
    assert same(npyfast.load(memory)["arr_0"], DATA)


def fork_and_wait(work, seconds=60):
    """Runs work in a forked process; its exit code, or `None` if it hangs."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forked_processes_go_on(tmp_path):
    everything(tmp_path, "parent")
    archive = npyfast.load(tmp_path / "parent.npz")
    lazy = npyfast.open_array(tmp_path / "parent.npy")
    for child in range(5):
        def work():
            everything(tmp_path, f"child{child}")
            assert same(archive["arr_0"], DATA) and same(lazy[1:3], DATA[1:3])
        assert fork_and_wait(work) == 0, child
    assert same(archive["arr_0"], DATA)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_processes_forked_while_threads_work(tmp_path):
    end = threading.Event()

    def keep_working(number):
        while not end.is_set():
            npyfast.savez_compressed(tmp_path / f"thread{number}.npz", DATA)
            npyfast.load(tmp_path / f"thread{number}.npz")["arr_0"]
            npyfast.savetxt(tmp_path / f"thread{number}.txt.gz", DATA[:1000])
    threads = [threading.Thread(target=keep_working, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        for child in range(5):
            assert fork_and_wait(lambda: everything(tmp_path, f"child{child}")) == 0, child
    finally:
        end.set()
        for thread in threads:
            thread.join()


def _in_worker(arguments):
    everything(*arguments)
    return True


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_multiprocessing(tmp_path, method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"there is no {method} here")
    everything(tmp_path, "parent")
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map_async(_in_worker, [(str(tmp_path), f"w{n}") for n in range(3)]).get(120) == [True] * 3


def test_threads(tmp_path):
    failures = []

    def work(number):
        try:
            everything(tmp_path, f"thread{number}")
        except BaseException as exception:
            failures.append(exception)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


INTERRUPTED = """
import os, signal, sys, threading, time
import numpy as np
from npyfast import _library
import npyfast
_library.LONG = 0
np.save("old.npz", np.arange(3)); os.replace("old.npz.npy", "a.npz")
data = np.random.default_rng(0).integers(0, 1000, 8_000_000)
threading.Timer(float(sys.argv[1]), os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    while True:
        npyfast.savez_compressed("a.npz", *[data] * 40, level="best")
except KeyboardInterrupt:
    print("interrupted", os.listdir("."), os.stat("a.npz").st_size)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's here")
def test_an_interrupt_ends_a_long_call_and_keeps_the_old_file(tmp_path):
    package = os.path.dirname(os.path.dirname(npyfast.__file__))
    environment = {**os.environ, "PYTHONPATH": package}
    began = time.monotonic()
    outcome = subprocess.run([sys.executable, "-c", INTERRUPTED, "1"], cwd=tmp_path, env=environment, capture_output=True,
                             text=True, timeout=120)
    assert outcome.stdout == f"interrupted ['a.npz'] {128 + 24}\n", outcome
    assert time.monotonic() - began < 60


LATE = """
import signal, threading, time, os
import numpy as np
import npyfast
data = np.random.default_rng(0).integers(-3, 4, 8_000_000).cumsum().astype("i4")
def handle(*_):
    global asked
    asked = time.process_time()
    raise KeyboardInterrupt
signal.signal(signal.SIGINT, handle)
threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    while True:
        npyfast.savez_compressed("a.npz", data, level="best")
except KeyboardInterrupt:
    print(time.process_time() - asked)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's here")
def test_the_slowest_compression_is_interrupted_soon(tmp_path):
    """Within a segment, which takes a second, and not behind it: by processor time, whatever else the machine does."""
    package = os.path.dirname(os.path.dirname(npyfast.__file__))
    outcome = subprocess.run([sys.executable, "-c", LATE], cwd=tmp_path, env={**os.environ, "PYTHONPATH": package}, capture_output=True,
                             text=True, timeout=120)
    assert float(outcome.stdout) < 0.5, outcome


MEMORY = """
import resource, sys
import numpy as np
import npyfast
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
for load in (npyfast.load, np.load):
    try:
        load("huge.npy")
    except MemoryError as error:
        print("MemoryError")
try:
    npyfast.open_array("huge.npy")[::1]
except MemoryError as error:
    print("MemoryError")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are Linux's here")
def test_memory_that_is_missing_is_an_error(tmp_path):
    with open(tmp_path / "huge.npy", "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (1 << 30,)})
        file.truncate(file.tell() + (8 << 30))
    package = os.path.dirname(os.path.dirname(npyfast.__file__))
    outcome = subprocess.run([sys.executable, "-c", textwrap.dedent(MEMORY)], cwd=tmp_path, capture_output=True, text=True,
                             env={**os.environ, "PYTHONPATH": package}, timeout=120)
    assert outcome.stdout == "MemoryError\n" * 3, outcome.stdout + outcome.stderr[-2000:]


SUBINTERPRETER = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
code = '''
try:
    import npyfast
except ImportError as error:
    print(error, flush=True)
'''
getattr(interpreters, "exec", getattr(interpreters, "run_string", None))(interpreters.create(), code)
import npyfast
print(npyfast.__name__)
"""


def test_subinterpreters_are_refused():
    """In words of the package's own, and the main interpreter is none the worse."""
    pytest.importorskip("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")
    package = os.path.dirname(os.path.dirname(npyfast.__file__))
    outcome = subprocess.run([sys.executable, "-c", SUBINTERPRETER], env={**os.environ, "PYTHONPATH": package}, capture_output=True,
                             text=True, timeout=60)
    assert outcome.stdout == "npyfast: cannot be used in a sub-interpreter; use threads or processes\nnpyfast\n", outcome


def test_a_thread_of_a_call_that_raises(monkeypatch):
    """As where gevent makes threads parts of the caller's, in which a signal's handler may raise."""
    from npyfast import _library

    def raises(task, error):
        raise TimeoutError("alarm")

    with pytest.raises(TimeoutError, match="alarm"):
        _library._interruptibly(raises)
