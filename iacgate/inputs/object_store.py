"""Files in an S3 bucket: ``s3://bucket/key`` → :class:`~iacgate.model.SourceFile`.

Room: ``inputs``. The network is used only here and only for a place the user names. ``boto3`` (the extra ``aws``) is
loaded then; it takes credentials, region and ``AWS_ENDPOINT_URL`` from where AWS tools always take them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iacgate.errors import CommandError
from iacgate.model import SourceFile

_CREDENTIALS = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where a role is given"
_HINTS = {
    "NoSuchKey": ("there is no such object", "list the bucket with: aws s3 ls {folder}"),
    "404": ("there is no such object", "list the bucket with: aws s3 ls {folder}"),
    "NoSuchBucket": ("there is no such bucket", "list yours with: aws s3 ls"),
    "AccessDenied": ("access is denied", "the credentials need s3:GetObject on it"),
    "403": ("access is denied", "the credentials need s3:GetObject on it"),
    "InvalidAccessKeyId": ("the access key is not known", _CREDENTIALS),
    "SignatureDoesNotMatch": ("the secret key does not fit the access key", _CREDENTIALS),
    "ExpiredToken": ("the credentials have expired", "log in again"),
    "PermanentRedirect": ("the bucket is in another region", "set AWS_REGION to the bucket's region"),
}


def open_s3(url: str) -> SourceFile:
    """The object at ``s3://bucket/key``, fetched once, now.

    Raises :class:`~iacgate.errors.CommandError` with a hint: no such place, no access, no credentials, no ``boto3``.
    """
    bucket, key = _split(url)
    data = _guarded(url, lambda: _fetch(bucket, key))
    return SourceFile(path=url, absolute="", read=lambda: data, named=True)


def _split(url: str) -> tuple[str, str]:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://") or not bucket or not key or key.endswith("/"):
        raise CommandError(f"{url}: expected the name of one object", "write s3://bucket/key")
    return bucket, key


def _fetch(bucket: str, key: str) -> bytes:
    import boto3

    data: bytes = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return data


def _guarded(url: str, fetch: Callable[[], bytes]) -> bytes:
    """What ``fetch`` gives; whatever AWS's library raises becomes a sentence for the user."""
    try:
        import boto3  # noqa: F401  (only to see whether it is there)
        import botocore.exceptions as aws
    except ImportError:
        message = f"{url}: reading from S3 needs boto3, which is not installed"
        raise CommandError(message, "pip install 'iacgate[aws]'") from None
    try:
        return fetch()
    except aws.ClientError as error:
        raise _refused(url, error.response.get("Error", {})) from None
    except (aws.NoCredentialsError, aws.PartialCredentialsError, aws.ProfileNotFound, aws.TokenRetrievalError):
        raise CommandError(f"{url}: no AWS credentials", _CREDENTIALS) from None
    except aws.ParamValidationError:
        raise CommandError(f"{url}: not a name that a bucket can have", "write s3://bucket/key") from None
    except (aws.BotoCoreError, OSError) as error:
        raise CommandError(f"{url}: cannot be fetched: {error}", "check the network and AWS_ENDPOINT_URL") from None


def _refused(url: str, error: dict[str, Any]) -> CommandError:
    """The answer of the service in words. Its own message is left out where we have one: it may name accounts."""
    code = str(error.get("Code", ""))
    message, hint = _HINTS.get(
        code, (f"S3 refuses with {code or 'an error'}", "check the bucket with: aws s3 ls {folder}")
    )
    return CommandError(f"{url}: {message}", hint.format(folder=url.rpartition("/")[0] + "/"))
