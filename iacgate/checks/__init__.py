"""Python checks that native rules name with ``check:``; the only place for rule logic in Python.

``MODULES`` names the module of every check: a rule's check is imported when the rule first has something to judge.
"""

from __future__ import annotations

from typing import Any

from iacgate.sdk import CheckSpec, find_check

MODULES: dict[str, str] = {
    "aws-backup-missing": "aws_use",
    "aws-chain-missing": "aws_links",
    "aws-default-group-closed": "aws_links",
    "aws-iam-statement": "aws_iam",
    "aws-network-acl-open": "aws_network_acl",
    "aws-nothing-attached": "aws_use",
    "aws-s3-acl-open": "aws_s3",
    "azure-custom-owner-role": "azure_roles",
    "google-public-members": "google_members",
    "iam-privilege-escalation": "iam",
    "reached-resource": "reached",
    "terraform-secret-in-source": "terraform_secrets",
    "terraform-token-in-source": "terraform_secrets",
    "user-data-secret": "user_data",
}
"""Check name → module of this package."""


def load_check(name: str) -> CheckSpec[Any] | None:
    """The check of that name, ``None`` when there is none."""
    from importlib import import_module

    module = MODULES.get(name)
    return find_check(import_module(f"iacgate.checks.{module}"), name) if module is not None else None
