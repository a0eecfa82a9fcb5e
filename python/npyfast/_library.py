"""The shared library and its functions, as ``numpyio.h`` declares them: structures, types of arguments, errors."""

from __future__ import annotations

import _thread
import ctypes
import os
import threading
import time
from ctypes import byref, c_char_p, c_int32, c_int64, c_void_p
from pathlib import Path
from typing import Any, Callable

from ._errors import BAD_ARGUMENT as BAD_ARGUMENT
from ._errors import BAD_VALUE as BAD_VALUE
from ._errors import CANCELLED as CANCELLED
from ._errors import NOT_FOUND as NOT_FOUND
from ._errors import UNSUPPORTED as UNSUPPORTED
from ._errors import WRONG_KIND as WRONG_KIND
from ._errors import ArrayFileError as ArrayFileError
from ._errors import as_system_error as as_system_error
from ._structures import Error, Info

INTERFACE_VERSION = 1

FORTRAN_ORDER, WRITABLE, OBJECTS, PYTHON2 = 2, 4, 16, 32

# The parameters of each function but for the task, which `call` adds where there is one, and the error.
_TASKED = {
    "npyio_load": [c_char_p, c_int32, c_void_p], "npyio_save": [c_void_p, c_char_p, c_int32],
    "npyio_save_bytes": [c_char_p, c_int64, c_char_p, c_int32],
    "npyio_write": [c_void_p, c_void_p], "npyio_append": [c_void_p, c_char_p], "npyio_file_read": [c_void_p],
    "npyio_file_slice": [c_void_p, c_void_p, c_int32], "npyio_file_take": [c_void_p, c_void_p, c_int64],
    "npyio_load_stacked": [c_void_p, c_int64, c_void_p], "npyio_archive_read": [c_void_p, c_int64],
    "npyio_archive_bytes": [c_void_p, c_int64], "npyio_archive_stacked": [c_void_p, c_void_p, c_int64],
    "npyio_archive_save": [c_char_p, c_void_p, c_void_p, c_int64, c_int32, c_int32],
    "npyio_archive_encode": [c_char_p, c_int64, c_char_p, c_int64, c_int32, c_char_p, c_int32],
    "npyio_writer_add": [c_void_p, c_void_p, c_void_p, c_int64], "npyio_writer_close": [c_void_p],
    "npyio_loadtxt": [c_void_p, c_void_p], "npyio_genfromtxt": [c_void_p, c_void_p],
    "npyio_savetxt": [c_void_p, c_char_p, c_void_p, c_int32], "npyio_savetxt_sink": [c_void_p, c_void_p, c_void_p],
    "npyio_tree_read": [c_void_p, c_char_p], "npyio_tensors_read": [c_void_p, c_int64, c_int32],
    "npyio_tensors_save": [c_char_p, c_void_p, c_void_p, c_void_p, c_int64, c_void_p, c_int64, c_int32],
}
_PLAIN = {
    "npyio_array_info": [c_void_p, c_void_p], "npyio_file_info": [c_void_p, c_void_p],
    "npyio_header": [c_char_p, c_void_p, c_int32, c_int32, c_void_p, c_int64, c_void_p],
    "npyio_task_create": [c_void_p, c_void_p], "npyio_source_path": [c_char_p],
    "npyio_source_memory": [c_void_p, c_int64, c_void_p, c_void_p], "npyio_source_reader": [c_void_p],
    "npyio_file_open": [c_void_p, c_int64, c_void_p], "npyio_file_check": [c_void_p], "npyio_file_map": [c_void_p, c_int32],
    "npyio_archive_open": [c_void_p, c_void_p],
    "npyio_archive_members": [c_void_p, c_int32, c_void_p, c_void_p], "npyio_archive_file": [c_void_p, c_int64],
    "npyio_writer_create": [c_char_p, c_int32, c_int32], "npyio_writer_to_sink": [c_void_p, c_int32],
    "npyio_writer_append": [c_char_p, c_void_p, c_int64, c_int32],
    "npyio_writer_add_bytes": [c_void_p, c_char_p, c_void_p, c_int64],
    "npyio_deflate": [c_void_p, c_int64, c_int64, c_int32], "npyio_inflate": [c_void_p, c_int64, c_int64],
    "npyio_tree_nodes": [c_void_p, c_void_p], "npyio_tree_array": [c_void_p, c_int64],
    "npyio_tree_pickle": [c_void_p],
    "npyio_tensors_open": [c_char_p], "npyio_tensors_list": [c_void_p, c_void_p, c_void_p],
    "npyio_tensors_metadata": [c_void_p, c_void_p, c_void_p],
}
# Functions that return nothing but the status.
_WITHOUT_RESULT = {
    "npyio_save", "npyio_save_bytes", "npyio_write", "npyio_header", "npyio_append", "npyio_archive_save", "npyio_writer_add", "npyio_writer_close", "npyio_savetxt",
    "npyio_savetxt_sink", "npyio_array_info", "npyio_file_info", "npyio_archive_members", "npyio_writer_add_bytes",
    "npyio_file_check", "npyio_tree_nodes", "npyio_tensors_list", "npyio_tensors_metadata", "npyio_tensors_save",
}


def _find() -> str:
    chosen = os.environ.get("NPYFAST_LIBRARY")
    if chosen:
        return chosen
    beside = Path(__file__).with_name("libnumpyio.so")
    if beside.exists():
        return str(beside)
    raise ImportError(
        f"npyfast: the shared library is missing ({beside}); install a wheel, or name a built library in NPYFAST_LIBRARY")


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(_find())
    version = library.npyio_interface_version()
    if version < INTERFACE_VERSION:
        raise ImportError(f"npyfast: the shared library has version {version} of the interface, not {INTERFACE_VERSION}")
    for name, parameters in [*_TASKED.items(), *_PLAIN.items()]:
        function = getattr(library, name)
        task = [c_void_p] if name in _TASKED else []
        out = [] if name in _WITHOUT_RESULT else [c_void_p]
        if name == "npyio_genfromtxt":
            out = [c_void_p, c_void_p]
        function.argtypes = [*parameters, *task, *out, c_void_p]
        function.restype = c_int32
    library.npyio_free.argtypes = [c_void_p]
    library.npyio_free.restype = None
    library.npyio_error_clear.argtypes = [c_void_p]
    library.npyio_error_clear.restype = None
    library.npyio_task_cancel.argtypes = [c_void_p]
    library.npyio_task_cancel.restype = None
    return library


library = _load()
free = library.npyio_free


class Handle:
    """A handle that is freed when nobody uses it any more, be it a call under way on another thread: that holds its arguments.

    :param held: What it reads from, which is closed after it.
    """

    __slots__ = ("_as_parameter_", "_held")

    def __init__(self, number: int, held: Any = None) -> None:
        self._as_parameter_ = number
        self._held = held

    def __del__(self, _free: Any = free) -> None:
        _free(self._as_parameter_)
        if self._held is not None:
            self._held.close()


class Frame:
    """The structures that one call fills in."""

    __slots__ = ("error", "error_address", "info", "info_address", "out", "out_address")

    def __init__(self) -> None:
        self.error, self.out, self.info = Error(), c_void_p(), Info()
        self.error_address, self.out_address, self.info_address = map(ctypes.addressof, (self.error, self.out, self.info))


class _PerThread(threading.local):
    """The frames of a thread that no call of its has.

    One is not enough: between a call and the reading of what it has filled in, a handler of a signal or a finalizer may call.
    """

    def __init__(self) -> None:
        self.frames: list[Frame] = []


_local = _PerThread()


def frame() -> Frame:
    """A frame for one call, to be given back with `give_back`."""
    try:
        return _local.frames.pop()
    except IndexError:
        return Frame()


def give_back(frame: Frame) -> None:
    _local.frames.append(frame)


def taken(error: Error) -> ArrayFileError:
    """The exception for an error that a call has filled in, which is emptied."""
    def text(value: bytes | None) -> str | None:
        return None if value is None else value.decode("utf-8", "replace")

    def number(value: int) -> int | None:
        return None if value < 0 else value

    result = ArrayFileError(text(error.name) or "other", text(error.message) or "", text(error.file),
                            text(error.member), number(error.offset), number(error.line), text(error.hint))
    result.number = error.code
    library.npyio_error_clear(ctypes.addressof(error))
    return result


# ---------------------------------------------------------------------------------------------------------------------
# Calls that take long are made on a thread of their own, so that Ctrl-C, or any handler of a signal that raises, ends the
# wait: the task is cancelled, and the exception goes on once the call has tidied up.

#: From this many bytes on, a call may take long enough that somebody wants to interrupt it.
LONG = 16 << 20


def run(function: Callable[..., int], *arguments: Any, size: int = 0) -> None:
    """Calls a function that takes a task and returns nothing but its status."""
    if size < LONG or threading.current_thread() is not threading.main_thread():
        do(function, *arguments, None)
    else:
        _interruptibly(lambda task, error: function(*arguments, task, error))


def get(function: Callable[..., int], *arguments: Any, size: int = 0) -> int:
    """Calls a function that takes a task and returns a handle."""
    if size < LONG or threading.current_thread() is not threading.main_thread():
        return make(function, *arguments, None)
    out = c_void_p()
    _interruptibly(lambda task, error: function(*arguments, task, byref(out), error))
    return out.value  # type: ignore[return-value]


def make(function: Callable[..., int], *arguments: Any) -> int:
    """Calls a function without a task that returns a handle."""
    frames = _local.frames
    own = frames.pop() if frames else Frame()
    try:
        if function(*arguments, own.out_address, own.error_address):
            raise taken(own.error)
        return own.out.value  # type: ignore[return-value]
    finally:
        frames.append(own)


def do(function: Callable[..., int], *arguments: Any) -> None:
    """Calls a function without a task that returns nothing but its status."""
    frames = _local.frames
    own = frames.pop() if frames else Frame()
    try:
        if function(*arguments, own.error_address):
            raise taken(own.error)
    finally:
        frames.append(own)


class _Job:
    """A call on a thread of its own, for which the caller waits whatever interrupts it: the call uses the caller's memory."""

    def __init__(self, call: Callable[[Any, Any], int]) -> None:
        self.call = call
        self.task = make(library.npyio_task_create, None, None)
        self.error = Error()
        self.status = 0
        self.exception: BaseException | None = None
        self.is_asked = self.is_begun = self.is_finished = False
        self.done = _thread.allocate_lock()
        self.done.acquire()

    def work(self) -> None:
        self.is_begun = True
        try:
            self.status = self.call(self.task, byref(self.error))
        except BaseException as exception:  # a signal's handler, where threads are made to be parts of one
            self.exception = exception
        finally:
            self.is_finished = True
            self.done.release()

    def wait(self) -> None:
        """Begins the call and returns when it has ended; what interrupts the wait cancels it."""
        while not self.is_finished:
            # `Thread.join` must not be interrupted: before Python 3.13 it then takes the thread for finished.
            if self.is_asked and self.has_begun():
                self.done.acquire()
            elif self.is_asked:
                return
            else:
                self.is_asked = True
                try:
                    _thread.start_new_thread(self.work, ())
                except RuntimeError:  # no more threads, or the interpreter is ending
                    self.work()

    def has_begun(self) -> bool:
        """Whether the thread runs; one that was interrupted while it was started does so soon, or never."""
        for _ in range(1000):
            if self.is_begun:
                return True
            time.sleep(0.001)
        return False


def _interruptibly(call: Callable[[Any, Any], int]) -> None:
    job = _Job(call)
    interruption: BaseException | None = None
    while True:
        try:
            try:
                job.wait()
                break
            except BaseException as exception:  # KeyboardInterrupt, or what a handler of a signal raises
                interruption = interruption or exception
                library.npyio_task_cancel(job.task)
        except BaseException as exception:  # another one meanwhile
            interruption = interruption or exception
            library.npyio_task_cancel(job.task)
    free(job.task)
    interruption = interruption or job.exception
    if interruption is not None:
        if job.status:
            library.npyio_error_clear(byref(job.error))
        raise interruption
    if job.status:
        raise taken(job.error)
