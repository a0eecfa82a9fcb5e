"""https, the certificates that are trusted, and proxies: by the usual variables, on servers of this machine."""
import os
import shutil
import ssl
import subprocess

import numpy as np
import pytest
from conftest import COMMAND
from range_server import RangeServer
from test_remote import npy_bytes, shown

VARIABLES = ["SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE", "http_proxy", "https_proxy",
             "all_proxy", "no_proxy"]
ARRAY = np.arange(5)


def show(address, **variables):
    """The command with these variables of their kind, and no others."""
    others = {name: value for name, value in os.environ.items() if name not in VARIABLES and name.lower() not in VARIABLES}
    result = subprocess.run([COMMAND, "show", address], capture_output=True, timeout=60, env=others | variables)
    assert result.returncode == 0 or (result.returncode == 1 and result.stderr.count(b"\n") == 1), result
    return result


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out",
                    folder / "c.pem", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, capture_output=True)
    return folder


@pytest.fixture
def secure(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "c.pem", certificate / "key.pem")
    with RangeServer({"x.npy": npy_bytes(ARRAY)}) as server:
        server.server.socket = context.wrap_socket(server.server.socket, server_side=True)
        server.base = f"https://localhost:{server.port}/"
        yield server


def test_certificates(secure, certificate):
    result = show(secure.base + "x.npy")
    assert result.returncode == 1 and b"SSL_CERT_FILE" in result.stderr and secure.requests == []
    for name in ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE"]:
        assert show(secure.base + "x.npy", **{name: str(certificate / "c.pem")}).stdout == shown(ARRAY), name
    # The certificate is for a name.
    result = show(secure.base.replace("localhost", "127.0.0.1") + "x.npy", SSL_CERT_FILE=str(certificate / "c.pem"))
    assert result.returncode == 1 and b"certificate" in result.stderr


def test_nothing_leads_out_of_https(secure, certificate):
    with RangeServer({"x.npy": npy_bytes(ARRAY)}) as plain:
        secure.redirects = {"down.npy": plain.url("x.npy?signature=SECRET"), "file.npy": "file:///etc/passwd",
                            "same.npy": secure.base + "x.npy"}
        trusted = {"SSL_CERT_FILE": str(certificate / "c.pem")}
        for name, words in [("down.npy", b"not encrypted"), ("file.npy", b"not one of HTTP")]:
            result = show(secure.base + name, **trusted)
            assert result.returncode == 1 and words in result.stderr and b"SECRET" not in result.stderr
        assert plain.requests == []
        assert show(secure.base + "same.npy", **trusted).stdout == shown(ARRAY)


def test_proxies(secure):
    with RangeServer({"http://example.invalid/x.npy": npy_bytes(ARRAY), "x.npy": npy_bytes(ARRAY)}) as proxy:
        address = proxy.url("")
        assert show("http://example.invalid/x.npy", http_proxy=address).stdout == shown(ARRAY)
        assert [request[1] for request in proxy.requests] == ["http://example.invalid/x.npy"]
        nowhere = {"http_proxy": "http://127.0.0.1:9", "all_proxy": "http://127.0.0.1:9"}
        assert show(proxy.url("x.npy"), **nowhere).returncode == 1
        assert show(proxy.url("x.npy"), no_proxy="127.0.0.1", **nowhere).stdout == shown(ARRAY)
        # A proxy for https is asked for a tunnel, and told no more than the host.
        proxy.reset()
        paths = []
        proxy.server.RequestHandlerClass.do_CONNECT = lambda handler: (paths.append(handler.path), handler.send_error(403))
        result = show("https://example.invalid/x.npy?signature=SECRET", https_proxy=address, NPY_TIMEOUT="2")
        assert result.returncode == 1 and b"SECRET" not in result.stderr
        # A refusal is one: it is not asked again.
        assert paths == ["example.invalid:443"] and proxy.requests == [] and b"refuses" in result.stderr
