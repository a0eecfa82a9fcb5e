"""A server of files over HTTP for tests: ranges, latency, a record of all requests, and faults.

    with RangeServer(files, latency=0.02) as server:
        run_npy("info", server.url("x.npy"))
        assert len(server.requests) <= 2
"""
import gzip
import http.server
import re
import threading
import time
import urllib.parse
import zlib


class Fault:
    """What goes wrong with some requests. `when` is called with the number of the request, from 0 on."""

    def __init__(self, kind, when=lambda number: True, **values):
        self.kind, self.when, self.values = kind, when, values


class RangeServer:
    """Serves a dictionary of names and bytes on a port of its own, until the end of `with`."""

    def __init__(self, files=None, latency=0.0, faults=(), ranges=True, suffixes=True, etags=True, if_match=True):
        self.files = dict(files or {})
        self.latency, self.faults = latency, list(faults)
        self.ranges, self.suffixes, self.etags, self.if_match = ranges, suffixes, etags, if_match
        self.requests = []  # (method, path, range, status, bytes sent, headers)
        self.redirects = {}  # path: URL
        self.required = {}  # header: value
        self.before = None  # Called with the number of each request before it is answered.
        self.active = self.most_active = 0
        self.lock = threading.Lock()

    def __enter__(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                outer.answer(self)

            do_HEAD = do_PUT = do_POST = do_DELETE = do_GET

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128  # With few, a connection that is not taken at once is tried again a second later.

            def handle_error(self, request, client_address):
                pass  # Clients that go away are part of the tests.

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def url(self, name):
        return f"http://127.0.0.1:{self.port}/{name}"

    def etag(self, data):
        return f'"{zlib.crc32(data):08x}-{len(data)}"'

    def reset(self):
        with self.lock:
            self.requests.clear()
            self.most_active = 0

    @property
    def bytes_sent(self):
        return sum(request[4] for request in self.requests)

    def answer(self, handler):
        with self.lock:
            number = len(self.requests)
            record = [handler.command, handler.path, handler.headers.get("Range"), 0, 0, dict(handler.headers.items())]
            self.requests.append(record)
            self.active += 1
            self.most_active = max(self.active, self.most_active)
        try:
            if self.before:
                self.before(number)
            time.sleep(self.latency)
            self.reply(handler, number, record)
        finally:
            with self.lock:
                self.active -= 1

    def reply(self, handler, number, record):
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length) if length else b""
        name = urllib.parse.unquote(handler.path.lstrip("/").split("?")[0])
        fault = next((fault for fault in self.faults if fault.when(number)), None)
        if name in self.redirects:
            return self.send(handler, record, 302, {"Location": self.redirects[name]})
        for header, value in self.required.items():
            if handler.headers.get(header) != value:
                return self.send(handler, record, 401, {})
        if handler.command == "PUT":
            return self.put(handler, record, name, body)
        if name not in self.files:
            return self.send(handler, record, 404, {}, b"no such file")
        data = self.files[name]
        if fault and fault.kind == "status":
            headers = {"Retry-After": str(fault.values["after"])} if "after" in fault.values else {}
            return self.send(handler, record, fault.values["status"], headers, b"not now")
        headers = {"Accept-Ranges": "bytes"} if self.ranges else {}
        if self.etags:
            headers["ETag"] = self.etag(data)
        if fault and fault.kind == "etag":
            headers["ETag"] = '"another"'
        if_match = handler.headers.get("If-Match")
        if self.if_match == "refused" and if_match:
            return self.send(handler, record, 412, headers)
        if self.if_match and if_match and self.etags and if_match != headers["ETag"]:
            return self.send(handler, record, 412, headers)
        wanted = handler.headers.get("Range")
        ranges = self.ranges and not (fault and fault.kind == "whole")
        match = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted or "") if ranges else None
        if not match:
            return self.send(handler, record, 200, headers, data, fault)
        if not match[1]:
            if not self.suffixes:
                return self.send(handler, record, 400, headers, b"no suffixes here")
            start, end = max(0, len(data) - int(match[2])), len(data)
        else:
            start, end = int(match[1]), min(len(data), int(match[2]) + 1 if match[2] else len(data))
        if start >= len(data):
            return self.send(handler, record, 416, headers | {"Content-Range": f"bytes */{len(data)}"})
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
        part = data[start:end]
        if fault and fault.kind == "wrong range":
            shift = fault.values.get("by", 1)
            headers["Content-Range"] = f"bytes {start + shift}-{end - 1}/{len(data)}"
            part = data[start + shift:end]
        if fault and fault.kind == "long":  # More than the part that the answer says it holds.
            part = data[:end - start + 1] if fault.values.get("all") else part + b"\0" * 8
        if fault and fault.kind == "encoded":
            headers["Content-Encoding"] = "gzip"
            part = gzip.compress(part)[:end - start]
        if fault and fault.kind == "far":  # More of the file than was asked for, and said so.
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            part = data[start:]
        if fault and fault.kind == "no content range":
            del headers["Content-Range"]
        if fault and fault.kind == "wrong total":
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(data) + 1}"
        return self.send(handler, record, 206, headers, part, fault)

    def put(self, handler, record, name, body):
        if handler.headers.get("If-None-Match") == "*" and name in self.files:
            return self.send(handler, record, 412, {})
        self.files[name] = body
        return self.send(handler, record, 201, {"ETag": self.etag(body)})

    def send(self, handler, record, status, headers, body=b"", fault=None):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        is_chunked = fault and fault.values.get("chunked")
        if is_chunked:
            handler.send_header("Transfer-Encoding", "chunked")
        else:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        record[3] = status
        if handler.command == "HEAD":
            return
        if fault and fault.kind == "cut":
            body = body[:fault.values.get("after", len(body) // 2)]
        if is_chunked:
            body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (
                body[at:at + 5000] for at in range(0, len(body), 5000))) + b"0\r\n\r\n"
        if fault and fault.kind == "slow":
            for position in range(0, len(body), 1 << 14):
                handler.wfile.write(body[position:position + (1 << 14)])
                time.sleep(fault.values.get("pause", 0.05))
        else:
            handler.wfile.write(body)
        record[4] = len(body)
        if fault and fault.kind == "cut":
            handler.wfile.flush()
            handler.close_connection = True
            handler.connection.close()
