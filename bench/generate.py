"""Inputs for the benchmarks: realistic in shape and size, the same bytes on every run, nothing random.

Each function writes below a folder and returns what to scan.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: service-{n}
  namespace: team-{team}
  labels:
    app.kubernetes.io/name: service-{n}
    app.kubernetes.io/part-of: platform
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app.kubernetes.io/name: service-{n}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: service-{n}
    spec:
      serviceAccountName: service-{n}
      containers:
        - name: app
          image: registry.example.com/team-{team}/service-{n}:1.{n}.0
          ports:
            - containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: "info"
            - name: REGION
              valueFrom:
                configMapKeyRef: {{name: region, key: name}}
          securityContext:
            allowPrivilegeEscalation: {escalation}
            readOnlyRootFilesystem: true
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
---
apiVersion: v1
kind: Service
metadata:
  name: service-{n}
  namespace: team-{team}
spec:
  selector:
    app.kubernetes.io/name: service-{n}
  ports:
    - port: 80
      targetPort: 8080
"""

TERRAFORM_FILE = """\
variable "name_{n}" {{
  type        = string
  description = "Name of part {n}"
  default     = "part-{n}"
}}

locals {{
  tags_{n} = merge(var.tags, {{
    part  = var.name_{n}
    owner = "team-{team}"
  }})
}}

resource "aws_s3_bucket" "data_{n}" {{
  bucket = "${{var.prefix}}-${{var.name_{n}}}-data"
  tags   = local.tags_{n}
}}

resource "aws_s3_bucket_public_access_block" "data_{n}" {{
  bucket                  = aws_s3_bucket.data_{n}.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}}

resource "aws_s3_bucket_versioning" "data_{n}" {{
  bucket = aws_s3_bucket.data_{n}.id
  versioning_configuration {{
    status = "Enabled"
  }}
}}

resource "aws_security_group" "service_{n}" {{
  name        = "${{var.prefix}}-{n}"
  description = "Service {n}"
  vpc_id      = var.vpc_id

  ingress {{
    description = "HTTPS"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }}

  egress {{
    description = "anywhere"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }}

  tags = local.tags_{n}
}}

resource "aws_iam_role" "service_{n}" {{
  name = "${{var.prefix}}-{n}"
  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = {{ Service = "ecs-tasks.amazonaws.com" }}
    }}]
  }})
  tags = local.tags_{n}
}}

output "bucket_{n}" {{
  value = aws_s3_bucket.data_{n}.arn
}}
"""

TERRAFORM_COMMON = """\
variable "prefix" {
  type    = string
  default = "bench"
}

variable "vpc_id" {
  type = string
}

variable "tags" {
  type    = map(string)
  default = { application = "bench" }
}
"""

DOCKERFILE = """\
FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
EXPOSE 8080
CMD ["python", "-m", "app"]
"""

CHAIN = """\
locals {{
  names = [for n in range({count}) : format("bucket-%04d", n)]
}}

resource "aws_s3_bucket" "this" {{
  for_each = toset(local.names)
  bucket   = each.key
}}

resource "aws_s3_bucket_public_access_block" "this" {{
  for_each                = aws_s3_bucket.this
  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}}
"""


def kubernetes_tree(folder: Path, files: int = 303) -> Path:
    """Manifests of a platform: a Deployment and its Service in each file, about 48 lines."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(files):
        text = MANIFEST.format(n=n, team=n % 12, replicas=1 + n % 4, escalation="true" if n % 5 == 0 else "false")
        (folder / f"service-{n:05}.yaml").write_text(text)
    return folder


def terraform_tree(folder: Path, files: int = 305) -> Path:
    """One root module of many files, about 72 lines each."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "common.tf").write_text(TERRAFORM_COMMON)
    for n in range(files):
        (folder / f"part_{n:05}.tf").write_text(TERRAFORM_FILE.format(n=n, team=n % 12))
    return folder


def terraform_resources(folder: Path, resources: int = 2000) -> Path:
    """One file for every five resources: the same shapes as the tree, counted by resource."""
    return terraform_tree(folder, files=resources // 5)


def chained_buckets(folder: Path, count: int = 1000) -> Path:
    """Buckets by for_each, and an access block for each by for_each over the buckets."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "main.tf").write_text(CHAIN.format(count=count))
    return folder


def single_files(folder: Path) -> dict[str, Path]:
    """One small file of each kind, in a repository of their own: a module's callers are looked for all over its own."""
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    files = {
        "Kubernetes": (folder / "deployment.yaml", MANIFEST.format(n=1, team=1, replicas=2, escalation="false")),
        "Terraform": (folder / "tf" / "main.tf", TERRAFORM_FILE.format(n=1, team=1) + TERRAFORM_COMMON),
        "Dockerfile": (folder / "Dockerfile", DOCKERFILE),
        "plan": (folder / "plan.json", json.dumps(_plan(8))),
    }
    for path, text in files.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {kind: path for kind, (path, _) in files.items()}


def plan_file(path: Path, resources: int = 2000) -> Path:
    """A plan of this many resources, about 1.35 kB each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_plan(resources)))
    return path


def _plan(resources: int) -> dict[str, Any]:
    changes: list[dict[str, Any]] = []
    planned: list[dict[str, Any]] = []
    configured: list[dict[str, Any]] = []
    for n in range(resources):
        change, values, expressions = _planned(n)
        head = {key: change[key] for key in ("address", "mode", "type", "name", "provider_name")}
        changes.append(change)
        planned.append({**head, "schema_version": 0, "values": values, "sensitive_values": {}})
        configured.append({**{k: head[k] for k in ("address", "mode", "type", "name")}, "provider_config_key": "aws",
                           "expressions": expressions, "schema_version": 0})  # fmt: skip
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws"}},
            "root_module": {"resources": configured},
        },
        "applyable": True,
        "complete": True,
        "errored": False,
    }


def _planned(n: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    kind, values, unknown, expressions = _SHAPES[n % len(_SHAPES)](n)
    name = f"part_{n}"
    change = {
        "address": f"{kind}.{name}",
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": ["create"],
            "before": None,
            "after": values,
            "after_unknown": unknown,
            "before_sensitive": False,
            "after_sensitive": {},
        },
    }
    return change, values, expressions


def _bucket(n: int) -> tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]:
    values = {"bucket": f"bench-{n}", "force_destroy": False, "tags": {"part": str(n), "owner": f"team-{n % 12}"}}
    unknown = dict.fromkeys(("id", "arn", "region", "hosted_zone_id", "bucket_domain_name", "tags_all"), True)
    return (
        "aws_s3_bucket",
        values,
        unknown,
        {"bucket": {"references": ["var.prefix"]}, "tags": {"references": ["var.tags"]}},
    )


def _access_block(n: int) -> tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]:
    flags = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    bucket = f"aws_s3_bucket.part_{n - 1}"
    expressions: dict[str, Any] = {flag: {"constant_value": True} for flag in flags}
    expressions["bucket"] = {"references": [f"{bucket}.id", bucket]}
    return "aws_s3_bucket_public_access_block", dict.fromkeys(flags, True), {"id": True, "bucket": True}, expressions


def _group(n: int) -> tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]:
    rule = {"description": "HTTPS", "from_port": 443, "to_port": 443, "protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"],
            "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": [], "self": False}  # fmt: skip
    anywhere = {
        **rule,
        "description": "anywhere",
        "from_port": 0,
        "to_port": 0,
        "protocol": "-1",
        "cidr_blocks": ["0.0.0.0/0"],
    }
    values = {"name": f"bench-{n}", "description": f"Service {n}", "ingress": [rule], "egress": [anywhere],
              "revoke_rules_on_delete": False, "timeouts": None, "tags": {"part": str(n)}}  # fmt: skip
    expressions = {"vpc_id": {"references": ["var.vpc_id"]}, "name": {"constant_value": f"bench-{n}"}}
    return "aws_security_group", values, {"id": True, "arn": True, "owner_id": True, "tags_all": True}, expressions


def _role(n: int) -> tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]:
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
             "Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}  # fmt: skip
    values = {"name": f"bench-{n}", "assume_role_policy": json.dumps(trust), "max_session_duration": 3600, "path": "/",
              "force_detach_policies": False, "permissions_boundary": None, "tags": {"part": str(n)}}  # fmt: skip
    unknown = {"id": True, "arn": True, "create_date": True, "unique_id": True, "tags_all": True}
    return "aws_iam_role", values, unknown, {"assume_role_policy": {}}


_SHAPES = (_bucket, _access_block, _group, _role)
