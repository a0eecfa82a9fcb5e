"""Credentials of S3 from wherever botocore finds them, with botocore as the oracle and the services of AWS played here.

The key that a service gives tells who asked for it and with what, so that equal keys mean equal requests.
"""
import hashlib
import hmac
import json
import os
import sys
import urllib.parse

import numpy as np
import pytest
from range_server import RangeServer
from test_remote import npy_bytes
from test_s3 import environment, npy

LASTING = "2099-01-01T00:00:00Z"


class Services(RangeServer):
    """STS, the portal of logins, and the metadata of containers and instances."""

    def reply(self, handler, number, record):
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        path, _, query = handler.path.partition("?")
        if handler.command == "POST" and path == "/":
            return self.send(handler, record, *self.token_service(handler, body))
        if path.endswith("/federation/credentials"):
            return self.send(handler, record, *self.portal(handler, urllib.parse.parse_qs(query)))
        if path == "/latest/api/token" and handler.command == "PUT":
            return self.send(handler, record, 200, {"X-aws-ec2-metadata-token-ttl-seconds": "21600"}, b"imds-token")
        if path.startswith("/latest/meta-data/iam/security-credentials/"):
            role = path.rpartition("/")[2]
            if handler.headers.get("x-aws-ec2-metadata-token") != "imds-token":
                return self.send(handler, record, 401, {})
            return self.send(handler, record, 200, {}, self.metadata("INSTANCE", "i/t==") if role else b"reader")
        if path == "/container":
            return self.send(
                handler, record, 200, {}, self.metadata("CONTAINER-" + handler.headers.get("Authorization", "nobody"), "c/t"))
        return self.send(handler, record, 404, {}, b"no such thing")

    @staticmethod
    def metadata(key, token):
        return json.dumps({"Code": "Success", "AccessKeyId": key, "SecretAccessKey": "s" + key, "Token": token,
                           "Expiration": LASTING, "Extra": {"AccessKeyId": "no"}, "List": [1, "}"]}).encode()

    def token_service(self, handler, body):
        form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        asked = handler.headers.get("Authorization")
        if form["Action"] == "AssumeRoleWithWebIdentity":
            caller = form["WebIdentityToken"]
            assert asked is None
        else:
            caller = asked.split("Credential=")[1].split("/")[0]
            if not self.is_signed(handler, body, "s" + caller):
                return 403, {}, b"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>"
        session = form["RoleSessionName"]
        session = "*" if session.startswith(("botocore-session-", "npy-")) else session
        if form["RoleArn"].endswith("forbidden"):
            return 403, {}, (b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you &amp; them</Message></Error>"
                             b"</ErrorResponse>")
        key = ".".join([form["RoleArn"].rpartition("/")[2], caller, session, form.get("ExternalId", ""),
                        form.get("DurationSeconds", ""), form["Version"]])
        assert set(form) <= {"Action", "Version", "RoleArn", "RoleSessionName", "ExternalId", "DurationSeconds",
                             "WebIdentityToken"}
        name = form["Action"]
        return 200, {"Content-Type": "text/xml"}, (
            f"<{name}Response xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><{name}Result><Credentials>"
            f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s{key}</SecretAccessKey><SessionToken>t&amp;{key}</SessionToken>"
            f"<Expiration>{LASTING}</Expiration></Credentials></{name}Result></{name}Response>").encode()

    @staticmethod
    def is_signed(handler, body, secret):
        """Whether the signature (version 4) is that of the secret."""
        fields = dict(part.strip().split("=", 1) for part in handler.headers["Authorization"].partition(" ")[2].split(","))
        key, date, region, service, _ = fields["Credential"].split("/")
        assert service == "sts"
        names = fields["SignedHeaders"].split(";")
        lines = [f"{name}:{' '.join(handler.headers[name].split())}" for name in names]
        canonical = "\n".join(["POST", "/", "", *lines, "", ";".join(names), hashlib.sha256(body).hexdigest()])
        text = "\n".join(["AWS4-HMAC-SHA256", handler.headers["x-amz-date"], f"{date}/{region}/{service}/aws4_request",
                          hashlib.sha256(canonical.encode()).hexdigest()])
        made = ("AWS4" + secret).encode()
        for part in [date, region, service, "aws4_request", text]:
            made = hmac.digest(made, part.encode(), "sha256")
        return made.hex() == fields["Signature"]

    def portal(self, handler, query):
        token = handler.headers.get("x-amz-sso_bearer_token")
        if token != "login/token==":
            return 401, {}, b'{"message":"Session token not found or invalid","__type":"UnauthorizedException"}'
        key = f"LOGIN.{query['role_name'][0]}.{query['account_id'][0]}"
        return 200, {"Content-Type": "application/json"}, json.dumps({"roleCredentials": {
            "accessKeyId": key, "secretAccessKey": "s" + key, "sessionToken": "t" + key, "expiration": 4070908800000}}).encode()


PROGRAM = """
import json, sys
print(json.dumps({"Version": 1, "AccessKeyId": ".".join(sys.argv[1:]), "SecretAccessKey": "s" + ".".join(sys.argv[1:]), "SessionToken": "program/t",
                  "Expiration": "2099-01-01T00:00:00+00:00"}))
"""


def program(*words):
    return f"credential_process = {sys.executable} '{{home}}/program files/give.py' " + " ".join(words) + "\n"


KEYS = "aws_access_key_id = {0}\naws_secret_access_key = s{0}\n"
SOURCE = "[source]\n" + KEYS.format("SOURCE")
ROLE = "role_arn = arn:aws:iam::123456789012:role/{0}\n"
LOGIN = "sso_account_id = 123456789012\nsso_role_name = Read Only\n"
SESSION = "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n"
OLD_LOGIN = LOGIN + "sso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n"
# What the files and the environment say, each its own way to credentials.
CASES = {
    "role": dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = source\n", credentials=SOURCE),
    "role, all options": dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = source\nexternal_id = x:y=z+1\n"
                              "role_session_name = me@here\nduration_seconds = 3600\nregion = eu-north-1\n", credentials=SOURCE),
    "role in the file of credentials": dict(credentials="[p]\n" + ROLE.format("b") + "source_profile = source\n" + SOURCE),
    "chain of roles": dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = q\n[profile q]\n" + ROLE.format("b")
                           + "source_profile = source\n", credentials=SOURCE),
    "role of itself": dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = p\n", credentials="[p]\n" + KEYS.format("P")),
    "role by keys of another with a role": dict(
        config="[profile p]\n" + ROLE.format("a") + "source_profile = q\n[profile q]\n" + ROLE.format("b")
        + "source_profile = source\n" + KEYS.format("Q"), credentials=SOURCE),
    "role by the instance": dict(config="[profile p]\n" + ROLE.format("a") + "credential_source = Ec2InstanceMetadata\n", instance=True),
    "role by the container": dict(config="[profile p]\n" + ROLE.format("a") + "credential_source = EcsContainer\n", container=True),
    "role by a program": dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = q\n[profile q]\n" + program("a")),
    "role by a login": dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = q\n[profile q]\nsso_session = corp\n"
                            + LOGIN + SESSION, login="corp"),
    "role by a web identity": dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = q\n[profile q]\n"
                                   + ROLE.format("w") + "web_identity_token_file = {home}/identity\n"),
    "web identity": dict(config="[profile p]\n" + ROLE.format("w") + "web_identity_token_file = {home}/identity\n"
                         "role_session_name = pod\n"),
    "web identity of the environment": dict(env={
        "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/identity", "AWS_ROLE_ARN": "arn:aws:iam::1:role/env", "AWS_ROLE_SESSION_NAME": "s+1"},
        profile=None),
    "web identity over keys of the profile": dict(env={
        "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/identity", "AWS_ROLE_ARN": "arn:aws:iam::1:role/env"},
        credentials="[p]\n" + KEYS.format("P")),
    "program": dict(config="[profile p]\n" + program("one", "'two words'", '"a\\"b"', "c\\ d", '""', "e'f'g")),
    "keys over a program": dict(config="[profile p]\n" + program("no"), credentials="[p]\n" + KEYS.format("P")),
    "program over settings' keys": dict(config="[profile p]\n" + program("yes") + KEYS.format("P")),
    "login": dict(config="[profile p]\nsso_session = corp\n" + LOGIN + SESSION, login="corp"),
    "login of the old kind": dict(config="[profile p]\n" + OLD_LOGIN, login="https://corp.awsapps.com/start"),
    "login over keys": dict(config="[profile p]\nsso_session = corp\n" + LOGIN + SESSION, login="corp",
                            credentials="[p]\n" + KEYS.format("P")),
    "session without a role": dict(config="[profile p]\nsso_session = corp\n" + SESSION, credentials="[p]\n" + KEYS.format("P")),
    "container": dict(container=True, profile=None),
    "container with a token": dict(container=True, env={"AWS_CONTAINER_AUTHORIZATION_TOKEN": "let-me-in"}, profile=None),
    "container with a token in a file": dict(container=True, env={"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/identity"},
                                             profile=None),
    "instance": dict(instance=True, profile=None),
    "keys over the container": dict(container=True, credentials="[p]\n" + KEYS.format("P")),
    "environment over a role": dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = source\n", credentials=SOURCE,
                                    env={"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"}),
    "role by the environment": dict(config="[profile p]\n" + ROLE.format("a") + "credential_source = Environment\n",
                                    env={"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "sENV"}),
    "old name of the token": dict(env={"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SECURITY_TOKEN": "old",
                                       "AWS_SESSION_TOKEN": "new"}, profile=None),
    "old name of the token in a file": dict(credentials="[p]\n" + KEYS.format("P") + "aws_security_token = old\n"),
}
# What cannot be, in one line each; botocore refuses these too.
WRONG = {
    "role of nobody": (dict(config="[profile p]\n" + ROLE.format("a")), "neither source_profile"),
    "role of two": (dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = source\ncredential_source = Environment\n",
                         credentials=SOURCE), "both"),
    "no such source": (dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = nix\n"), "neither file"),
    "a source without any": (dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = q\n[profile q]\nregion = x\n"),
                             "no credentials"),
    "circle": (dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = q\n[profile q]\n" + ROLE.format("b")
                    + "source_profile = p\n"), "comes back"),
    "circle of one": (dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = p\n"), "comes back"),
    "unknown source": (dict(config="[profile p]\n" + ROLE.format("a") + "credential_source = Moon\n"), "Moon"),
    "forbidden": (dict(config="[profile p]\n" + ROLE.format("forbidden") + "source_profile = source\n", credentials=SOURCE),
                  "AccessDenied, not you"),
    "wrong secret": (dict(config="[profile p]\n" + ROLE.format("a") + "source_profile = source\n",
                          credentials="[source]\naws_access_key_id = A\naws_secret_access_key = wrong\n"), "SignatureDoesNotMatch"),
    "web identity without a role": (dict(config="[profile p]\nweb_identity_token_file = {home}/identity\n"), "needs a role"),
    "web identity without its file": (dict(config="[profile p]\n" + ROLE.format("w") + "web_identity_token_file = {home}/nix\n"), "nix"),
    "program that fails": (dict(config="[profile p]\ncredential_process = /bin/sh -c 'exit 3'\n"), "status 3"),
    "program that is none": (dict(config="[profile p]\ncredential_process = /no/such/program\n"), "/no/such/program"),
    "program without sense": (dict(config="[profile p]\ncredential_process = echo s3cr3t\n"), "no object of JSON"),
    "program of another version": (dict(config="[profile p]\ncredential_process = echo '{{\"Version\": 2}}'\n"), "version 2"),
    "program without a key": (dict(config="[profile p]\ncredential_process = echo '{{\"Version\": 1}}'\n"), "no credentials"),
    "program with open quotation": (dict(config="[profile p]\ncredential_process = echo 'x\n"), "quotation"),
    "login that has ended": (dict(config="[profile p]\n" + OLD_LOGIN, login="https://corp.awsapps.com/start", ends="2020-01-01T00:00:00Z"),
                             "has ended"),
    "login that is missing": (dict(config="[profile p]\nsso_session = corp\n" + LOGIN + SESSION), "is missing"),
    "login that is refused": (dict(config="[profile p]\nsso_session = corp\n" + LOGIN + SESSION, login="corp", token="old"), "any more"),
    "login without its session": (dict(config="[profile p]\nsso_session = corp\n" + LOGIN, login="corp"), "[sso-session corp]"),
    "login without a region": (dict(config="[profile p]\n" + LOGIN + "sso_start_url = x\n"), "sso_region"),
    "login against its session": (dict(config="[profile p]\nsso_session = corp\nsso_region = x\n" + LOGIN + SESSION, login="corp"),
                                  "sso_region"),
    "half a key": (dict(credentials="[p]\naws_access_key_id = A\n"), "aws_secret_access_key"),
    "half a key in the environment": (dict(env={"AWS_ACCESS_KEY_ID": "A"}, profile=None), "AWS_SECRET_ACCESS_KEY"),
    "container that is far": (dict(env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.org/x"}, profile=None), "AWS_CONTAINER"),
    "container without sense": (dict(container="nix", profile=None), "404"),
}


@pytest.fixture(scope="module")
def services():
    with Services() as services, RangeServer(
            {"bucket/x.npy": npy_bytes(np.arange(3)), "bucket/large.npy": npy_bytes(np.arange(20_000))}) as store:
        yield services, store


def prepared(tmp_path, services, config=None, credentials=None, env={}, instance=False, container=None, login=None,
             token="login/token==", ends=LASTING, profile="p"):
    """A home folder with these files; the environment."""
    services, store = services
    folder = tmp_path / ".aws"
    folder.mkdir()
    for name, text in (("config", config), ("credentials", credentials)):
        if text is not None:
            (folder / name).write_text(text.format(home=tmp_path))
    (tmp_path / "identity").write_text("web.identity-token")
    (tmp_path / "program files").mkdir()
    (tmp_path / "program files" / "give.py").write_text(PROGRAM)
    if login is not None:
        (folder / "sso" / "cache").mkdir(parents=True)
        name = hashlib.sha1(login.encode()).hexdigest() + ".json"
        (folder / "sso" / "cache" / name).write_text(json.dumps({
            "startUrl": "https://corp.awsapps.com/start", "region": "eu-west-1", "accessToken": token, "expiresAt": ends}))
    base = f"http://127.0.0.1:{services.port}"
    variables = {
        "AWS_DEFAULT_REGION": "eu-central-1", "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{store.port}", "AWS_ENDPOINT_URL": base,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": base, "AWS_EC2_METADATA_DISABLED": "false" if instance else "true"}
    if profile:
        variables["AWS_PROFILE"] = profile
    if container:
        variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"{base}/{'container' if container is True else container}"
    return environment(tmp_path, **variables, **{name: value.format(home=tmp_path) for name, value in env.items()})


LOADERS = []  # Of botocore's models, which are large.


def botocores(env, monkeypatch):
    """The key, the token and the secret that botocore finds."""
    credentials = pytest.importorskip("botocore.credentials", reason="botocore is not installed")
    import botocore.session
    import botocore.tokens
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    cache = os.path.join(env["HOME"], ".aws", "sso", "cache")
    monkeypatch.setattr(credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR", cache)
    monkeypatch.setattr(botocore.tokens.SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", cache)
    session = botocore.session.get_session()
    if LOADERS:
        session.register_component("data_loader", LOADERS[0])
    else:
        LOADERS.append(session.get_component("data_loader"))
    found = session.get_credentials()
    if found is None:
        return None
    frozen = found.get_frozen_credentials()
    return frozen.access_key, frozen.token


@pytest.mark.parametrize("name", CASES)
def test_found_where_botocore_finds_them(tmp_path, services, monkeypatch, name):
    env = prepared(tmp_path, services, **CASES[name])
    services[1].reset()
    npy("show", "s3://bucket/x.npy", env=env)
    headers = services[1].requests[0][5]
    found = headers["Authorization"].split("Credential=")[1].split("/")[0], headers.get("x-amz-security-token")
    assert found == botocores(env, monkeypatch)


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_told_in_one_line(tmp_path, services, monkeypatch, name):
    case, words = WRONG[name]
    env = prepared(tmp_path, services, **case)
    result = npy("show", "s3://bucket/x.npy", env=env, check=False)
    error = result.stderr.decode()
    assert result.returncode == 1 and words in error and "s3cr3t" not in error, error
    assert len(error.strip().splitlines()) == (2 if name == "program that is none" else 1), error  # The shell says so too.
    with pytest.raises(Exception):
        botocores(env, monkeypatch)
        pytest.fail("botocore accepts it")


@pytest.mark.parametrize(("config", "words"), [
    (ROLE.format("a") + "source_profile = source\nmfa_serial = arn:aws:iam::1:mfa/me\n", "second factor"),
    ("login_session = arn:aws:iam::1:user/me\n", "aws login"),
])
def test_what_is_not_done_here(tmp_path, services, config, words):
    env = prepared(tmp_path, services, config="[profile p]\n" + config, credentials=SOURCE)
    error = npy("show", "s3://bucket/x.npy", env=env, check=False).stderr.decode()
    assert words in error and "export-credentials" in error


@pytest.mark.parametrize(("config", "ignored"), [
    ("[profile p]\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = {store}\nsts =\n  endpoint_url = {far}\n", False),
    ("[profile p]\nendpoint_url = {store}\n", False),
    ("[profile p]\nendpoint_url = {far}\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = {store}\n", False),
])
def test_servers_of_the_profile(tmp_path, services, config, ignored):
    env = prepared(tmp_path, services, credentials="[p]\n" + KEYS.format("P"))
    (tmp_path / ".aws" / "config").write_text(
        config.format(store=f"http://127.0.0.1:{services[1].port}", far="http://127.0.0.1:9"))
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"):
        del env[name]
    services[1].reset()
    npy("show", "s3://bucket/x.npy", env=env)
    assert len(services[1].requests) == 1


def test_credentials_that_end_are_asked_for_again(tmp_path, services):
    """Those of a program that are about to end are not kept: each of the two requests has new ones."""
    env = prepared(tmp_path, services, config="[profile p]\n" + program("x"))
    script = tmp_path / "program files" / "give.py"
    count = tmp_path / "count"
    script.write_text(
        f"open({str(count)!r}, 'a').write('x')\n" + PROGRAM.replace("2099-01-01T00:00:00+00:00", "2020-01-01T00:00:00+01:00"))
    npy("stats", "s3://bucket/large.npy", env=env)
    assert len(count.read_text()) > 1
    script.write_text(f"open({str(count)!r}, 'a').write('x')\n" + PROGRAM)
    count.write_text("")
    npy("stats", "s3://bucket/large.npy", env=env)
    assert len(count.read_text()) == 1
