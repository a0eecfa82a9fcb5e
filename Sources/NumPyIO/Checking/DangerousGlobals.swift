internal import ByteIO
internal import PythonPickle

/// The names that no pickle of data has, or that are known to be misused: calling them runs code, reads or writes files,
/// or uses the network.
enum DangerousGlobals {
  /// Whether a name that is not known to make data is dangerous, and not merely unknown.
  static func contains(_ global: PickleGlobal) -> Bool {
    let module = global.module
    let package = module.prefix { $0 != "." }
    if standardLibrary.contains(package) || packages.contains(package) { return true }
    // `torch.serialization` and `os.system`: a name with dots reaches through a module to what that one has imported.
    if global.name.contains("."),
      libraries.contains(package) || global.name.split(separator: ".").contains(where: isSystem)
    {
      return true
    }
    if functions.contains(global.name[...]), libraries.contains(package) { return true }
    return modules.contains { module == $0 || (module.hasPrefix($0) && module.dropFirst($0.count).first == ".") }
  }

  /// Whether a name is that of a module of Python's, which a module of another library may have imported.
  static func isModule(_ name: String) -> Bool { standardLibrary.contains(name[...]) }

  private static func isSystem(_ part: Substring) -> Bool {
    ["os", "sys", "subprocess", "posix", "builtins"].contains(part)
  }

  private static func words(_ text: String) -> Set<Substring> { Set(text.split(whereSeparator: \.isWhitespace)) }

  /// The libraries whose own types are known, so that anything else in them is suspicious.
  private static let libraries = words(
    "numpy pandas sklearn scipy joblib torch torchvision torchaudio keras tensorflow")

  /// Functions of these libraries that load another file, or run what they are given.
  private static let functions = words(
    """
    load loads open read_pickle to_pickle eval exec query memmap fromfile save savez savetxt loadtxt genfromtxt system
    load_library load_model load_weights runstring run download download_url_to_file load_state_dict_from_url compile_file
    execWrapper DataSource read_csv read_json read_html read_excel read_parquet read_sql read_hdf read_table read_fwf
    load_module import_module call_method open_memmap read_array write_array savez_compressed fromregex fromtextfile
    openfile load_npz save_npz dump _dump from_file get_handle ExcelFile ExcelWriter HDFStore JsonReader StataReader
    read_clipboard read_feather read_gbq read_iceberg read_orc read_sas read_spss read_sql_query read_sql_table
    read_stata read_xml Memory MemorizedResult
    """)

  /// Other packages all of which reach the network or the system, or carry functions as code.
  private static let packages = words(
    """
    aiohttp cloudpickle dill fabric fsspec git gevent httpx invoke IPython jupyter_client nose paramiko pexpect pip plumbum
    psutil ptyprocess pyautogui pycurl pyperclip pytest _pytest requests setuptools pkg_resources s3fs sh smbclient
    urllib3 websocket websockets win32api win32com wget yaml
    """)

  /// Modules of known libraries that run what they are given. Names in them that are known to make data are asked first.
  private static let modules = [
    "numpy.f2py", "numpy.testing", "numpy.distutils", "numpy.ctypeslib", "numpy.lib.npyio", "numpy.lib._npyio_impl",
    "numpy.lib._datasource", "numpy.lib.format", "numpy.lib._format_impl", "numpy.lib.utils", "numpy.lib._utils_impl",
    "numpy.compat", "numpy._pytesttester", "numpy.core._internal", "numpy._core._internal", "pandas.core.computation",
    "pandas.io", "pandas.util", "pandas.compat", "pandas.testing", "pandas._testing", "scipy.io",
    "scipy.sparse._matrix_io", "scipy._lib", "scipy.weave", "scipy.datasets", "joblib.externals", "joblib.memory",
    "joblib.parallel", "joblib.numpy_pickle", "joblib.func_inspect", "joblib.disk", "joblib._store_backends",
    "joblib._memmapping_reducer", "joblib._parallel_backends", "joblib.backports", "joblib.compressor",
    "joblib.numpy_pickle_compat", "joblib.numpy_pickle_utils", "joblib.pool", "joblib.hashing", "joblib.executor",
    "sklearn.datasets", "sklearn.externals", "sklearn.utils._testing", "sklearn.utils._joblib", "sklearn.utils.fixes",
    "torch.hub", "torch.jit", "torch.utils", "torch.package", "torch.distributed", "torch._dynamo", "torch._inductor",
    "torch.fx", "torch.multiprocessing", "torch.testing", "torch.onnx", "torch._C", "torch._export", "torch.export",
    "torch._functorch", "torch._lazy", "torch.backends", "torch.serialization", "torch.ops", "torch.classes",
    "torch.compiler", "torch.profiler", "torch.cuda", "torch.storage", "tensorflow.python", "keras.src.saving",
    "keras.saving",
  ]

  /// Python's standard library, with what it had in Python 2.
  private static let standardLibrary = words(
    """
    __builtin__ __future__ _abc _aix_support _android_support _apple_support _ast _asyncio _bisect _blake2
    _bootsubprocess _bz2 _codecs _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections
    _collections_abc _colorize _compat_pickle _compression _contextvars _crypt _csv _ctypes _curses _curses_panel
    _datetime _dbm _decimal _elementtree _frozen_importlib _frozen_importlib_external _functools _gdbm _hashlib
    _heapq _imp _interpreters _io _ios_support _json _locale _lsprof _lzma _markupbase _md5 _msi _multibytecodec
    _multiprocessing _opcode _operator _osx_support _overlapped _pickle _posixshmem _posixsubprocess _py_abc
    _pydecimal _pyio _pyrepl _queue _random _scproxy _sha1 _sha256 _sha3 _sha512 _signal _sitebuiltins _socket
    _sqlite3 _sre _ssl _stat _statistics _string _strptime _struct _symtable _testcapi _testinternalcapi _thread
    _threading_local _tkinter _tokenize _tracemalloc _typing _uuid _warnings _weakref _weakrefset _winapi _winreg
    _xxsubinterpreters _zoneinfo abc aifc annotationlib antigravity anydbm argparse array ast asynchat asyncio
    asyncore atexit audioop base64 BaseHTTPServer Bastille bdb binascii bisect builtins bz2 calendar ce cgi
    CGIHTTPServer cgitb chunk cmath cmd code codecs codeop collections colorsys commands compileall concurrent
    ConfigParser configparser contextlib contextvars Cookie cookielib copy copy_reg copyreg cPickle cProfile crypt
    cStringIO csv ctypes curses dataclasses datetime dbhash dbm decimal difflib dis distutils doctest
    DocXMLRPCServer dumbdbm dummy_thread email encodings ensurepip enum errno exceptions faulthandler fcntl filecmp
    fileinput fnmatch fractions ftplib functools gc gdbm genericpath getopt getpass gettext glob graphlib grp gzip
    hashlib heapq hmac html HTMLParser http httplib idlelib ihooks imaplib imghdr imp importlib imputil inspect io
    ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetools
    mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode
    operator optparse os os2 ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib popen2
    poplib posix posixfile posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat Queue
    queue quopri random re readline reprlib resource rexec rfc822 rlcompleter runpy sched secrets select selectors
    shelve shlex shutil signal SimpleHTTPServer SimpleXMLRPCServer site smtpd smtplib sndhdr socket SocketServer
    socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string StringIO stringprep
    struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios test textwrap
    this thread threading time timeit Tkinter tkinter token tokenize tomllib trace traceback tracemalloc tty turtle
    turtledemo types typing unicodedata unittest urllib urllib2 urlparse UserDict UserList UserString uu uuid venv
    warnings wave weakref webbrowser whichdb winreg winsound wsgiref xdrlib xml xmlrpc xmlrpclib zipapp zipfile
    zipimport zlib zoneinfo
    """)
}
