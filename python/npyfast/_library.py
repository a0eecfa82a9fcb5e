"""The shared library and its functions, as ``numpyio.h`` declares them: structures, types of arguments, errors."""

from __future__ import annotations

import _thread
import ctypes
import errno
import importlib
import os
import threading
import time
from ctypes import byref, c_char_p, c_int32, c_int64, c_void_p
from pathlib import Path
from typing import Any, Callable

from ._structures import Error, Info

INTERFACE_VERSION = 1

# The codes of errors, as the header numbers them.
(OK, IO, NOT_FOUND, PERMISSION_DENIED, ALREADY_EXISTS, EMPTY, TRUNCATED, WRONG_KIND, MALFORMED, CORRUPT, LIMIT_EXCEEDED,
 BAD_VALUE, UNSUPPORTED, AMBIGUOUS, BAD_ARGUMENT, CANCELLED, CLOSED_PIPE, OTHER) = range(18)

FORTRAN_ORDER, WRITABLE, OBJECTS, PYTHON2 = 2, 4, 16, 32


class ArrayFileError(ValueError):
    """What is wrong with a file, and where.

    Attributes: ``code`` (``"truncated"``, ``"corrupt"``, …), ``message``, ``file``, ``member`` of an archive, ``offset`` in
    bytes, ``line`` of a text; each ``None`` where it is not known.
    """

    def __init__(self, code: str, message: str, file: str | None = None, member: str | None = None,
                 offset: int | None = None, line: int | None = None, hint: str | None = None) -> None:
        self.code, self.message, self.file, self.member = code, message, file, member
        self.offset, self.line, self.hint = offset, line, hint
        super().__init__(code, message, file, member, offset, line, hint)

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, self.member) if part)
        text = f"{place}: {self.message}" if place else self.message
        where = [f"line {self.line}"] if self.line is not None else []
        where += [f"byte {self.offset}"] if self.offset is not None else []
        text += f" ({', '.join(where)})" if where else ""
        return f"{text}; {self.hint}" if self.hint else text


# The parameters of each function but for the task, which `call` adds where there is one, and the error.
_TASKED = {
    "npyio_load": [c_char_p, c_int32, c_void_p], "npyio_save": [c_void_p, c_char_p, c_int32],
    "npyio_save_bytes": [c_char_p, c_int64, c_char_p, c_int32],
    "npyio_write": [c_void_p, c_void_p], "npyio_append": [c_void_p, c_char_p], "npyio_file_read": [c_void_p],
    "npyio_file_slice": [c_void_p, c_void_p, c_int32], "npyio_file_take": [c_void_p, c_void_p, c_int64],
    "npyio_load_stacked": [c_void_p, c_int64, c_void_p], "npyio_archive_read": [c_void_p, c_int64],
    "npyio_archive_bytes": [c_void_p, c_int64], "npyio_archive_stacked": [c_void_p, c_void_p, c_int64],
    "npyio_archive_save": [c_char_p, c_void_p, c_void_p, c_int64, c_int32, c_int32],
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
    "npyio_file_open": [c_void_p, c_int64, c_void_p], "npyio_file_map": [c_void_p, c_int32],
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
    "npyio_tree_nodes", "npyio_tensors_list", "npyio_tensors_metadata", "npyio_tensors_save",
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


def _refuse_subinterpreters() -> None:
    """Structures of ctypes are shared by all interpreters of a process; only the first one's may use them."""
    for name in ("_interpreters", "_xxsubinterpreters"):  # the second until Python 3.12
        try:
            _interpreters = importlib.import_module(name)
        except ImportError:
            continue
        break
    else:
        return
    get_current, get_main = getattr(_interpreters, "get_current", None), getattr(_interpreters, "get_main", None)
    if get_current is None or get_main is None:
        return
    # What names an interpreter is a number, or begins with it.
    current, main = get_current(), get_main()
    if (current[0] if isinstance(current, tuple) else current) != (main[0] if isinstance(main, tuple) else main):
        raise ImportError("npyfast: cannot be used in a sub-interpreter; use threads or processes")


def _load() -> ctypes.CDLL:
    _refuse_subinterpreters()
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
    result.number = error.code  # type: ignore[attr-defined]
    library.npyio_error_clear(ctypes.addressof(error))
    return result


#: What stands for the system's errors if their own numbers are not known.
_ERRNO = {NOT_FOUND: errno.ENOENT, PERMISSION_DENIED: errno.EACCES, ALREADY_EXISTS: errno.EEXIST,
          CLOSED_PIPE: errno.EPIPE, IO: errno.EIO}


def _system_number(message: str) -> int | None:
    """The number of the system's error with whose words a message ends."""
    words = message.rpartition(": ")[2]
    return next((number for number in errno.errorcode if os.strerror(number) == words), None)


def as_system_error(error: ArrayFileError, path: str | None = None) -> BaseException:
    """The exception that Python has for what the system refused, or for memory that is missing; else the error itself."""
    number = getattr(error, "number", OTHER)
    if number == LIMIT_EXCEEDED and "of memory" in error.message:
        return MemoryError(str(error))
    if number == WRONG_KIND and path is not None and (os.path.isdir(path) or path.endswith("/")):
        # What no file can be made of the system says in two ways.
        reason = errno.EISDIR if os.path.isdir(os.path.dirname(path.rstrip("/")) or ".") else errno.ENOENT
        return OSError(reason, os.strerror(reason), path)
    general = _ERRNO.get(number)
    if general is None:
        return error
    code = _system_number(error.message)
    if code is not None:
        return OSError(code, os.strerror(code), path or error.file)
    if error.member is not None:  # one that is not in the archive
        return error
    return OSError(general, error.message if number == IO else os.strerror(general), path or error.file)


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
    own = frame()
    try:
        if function(*arguments, own.out_address, own.error_address):
            raise taken(own.error)
        return own.out.value  # type: ignore[return-value]
    finally:
        _local.frames.append(own)


def do(function: Callable[..., int], *arguments: Any) -> None:
    """Calls a function without a task that returns nothing but its status."""
    own = frame()
    try:
        if function(*arguments, own.error_address):
            raise taken(own.error)
    finally:
        _local.frames.append(own)


class _Job:
    """A call on a thread of its own, for which the caller waits whatever interrupts it: the call uses the caller's memory."""

    def __init__(self, call: Callable[[Any, Any], int]) -> None:
        self.call = call
        self.task = make(library.npyio_task_create, None, None)
        self.error = Error()
        self.status = 0
        self.is_asked = self.is_begun = self.is_finished = False
        self.done = _thread.allocate_lock()
        self.done.acquire()

    def work(self) -> None:
        self.is_begun = True
        self.status = self.call(self.task, byref(self.error))
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
    if interruption is not None:
        if job.status:
            library.npyio_error_clear(byref(job.error))
        raise interruption
    if job.status:
        raise taken(job.error)
