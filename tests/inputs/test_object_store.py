"""Plans in S3, read over HTTP from a server that speaks S3."""

from __future__ import annotations

import builtins
import urllib.request

import pytest

from iacgate.errors import CommandError
from iacgate.inputs.object_store import open_s3

boto3 = pytest.importorskip("boto3")
server = pytest.importorskip("moto.server")


@pytest.fixture(scope="module")
def endpoint():
    running = server.ThreadedMotoServer(port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def store(endpoint, monkeypatch):
    """A bucket with one plan; the environment points every client at the server."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    client = boto3.client("s3")
    client.create_bucket(Bucket="plans")
    client.put_object(Bucket="plans", Key="prod/plan.json", Body=b'{"format_version": "1.2"}')
    yield client
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST"))


def test_an_object_is_a_source_file(store):
    source = open_s3("s3://plans/prod/plan.json")
    assert (source.path, source.absolute, source.named) == ("s3://plans/prod/plan.json", "", True)
    assert source.read() == b'{"format_version": "1.2"}'
    assert source.head(5) == b'{"for'


@pytest.mark.parametrize(
    ("url", "message", "hint"),
    [
        ("s3://plans/prod/none.json", "no such object", "aws s3 ls s3://plans/prod/"),
        ("s3://nowhere-at-all/plan.json", "no such bucket", "aws s3 ls"),
        ("s3://plans", "one object", "s3://bucket/key"),
        ("s3://plans/", "one object", "s3://bucket/key"),
        ("s3:///plan.json", "one object", "s3://bucket/key"),
        ("s3://no bucket/plan.json", "can have", "s3://bucket/key"),
    ],
)
def test_what_is_not_there_is_said_with_the_url_and_a_hint(store, url, message, hint):
    with pytest.raises(CommandError) as caught:
        open_s3(url)
    assert url in caught.value.message
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_no_credentials(store, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with pytest.raises(CommandError, match="no AWS credentials"):
        open_s3("s3://plans/prod/plan.json")


def test_a_server_that_does_not_answer(store, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(CommandError, match="cannot be fetched"):
        open_s3("s3://plans/prod/plan.json")


def test_access_denied_is_said(store, monkeypatch):
    from botocore.exceptions import ClientError

    from iacgate.inputs import object_store

    def refuse(bucket, key):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "account 1234 may not"}}, "GetObject")

    monkeypatch.setattr(object_store, "_fetch", refuse)
    with pytest.raises(CommandError, match="access is denied") as caught:
        open_s3("s3://plans/prod/plan.json")
    assert "s3:GetObject" in caught.value.hint
    assert "1234" not in str(caught.value)


def test_without_boto3_the_extra_is_named(monkeypatch):
    load = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name.partition(".")[0] in {"boto3", "botocore"}:
            raise ImportError(name)
        return load(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(CommandError, match="boto3") as caught:
        open_s3("s3://plans/prod/plan.json")
    assert "iacgate[aws]" in caught.value.hint
