provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias      = "backup"
  region     = var.region
  secret_key = "provider-constant-hunter2"
}

variable "region" {
  default = "eu-central-1"
}

variable "password" {
  default   = "variable-hunter2"
  sensitive = true
}

locals {
  hidden = aws_s3_bucket.logs.id
}

resource "aws_kms_key" "main" {
  enable_key_rotation = true
}

resource "aws_s3_bucket" "logs" {
  bucket = "team-logs"
  tags   = { team = "platform" }
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = local.hidden
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_logging" "each" {
  for_each      = module.store
  bucket        = each.value.id
  target_bucket = aws_s3_bucket.logs.id
}

resource "aws_s3_bucket" "pair" {
  count  = 2
  bucket = "pair-${count.index}"
}

resource "aws_s3_bucket_acl" "pair" {
  count  = 2
  bucket = aws_s3_bucket.pair[count.index].id
  acl    = "private"
}

resource "aws_s3_bucket_acl" "either" {
  bucket = var.region == "x" ? aws_s3_bucket.pair[0].id : element(aws_s3_bucket.pair[*].id, 1)
  acl    = "private"
}

module "store" {
  source   = "./modules/store"
  for_each = { "a.b" = "public-read", plain = "private" }
  name     = each.key
  acl      = each.value
  kms_arn  = aws_kms_key.main.arn
}

data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Base"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.logs.arn}/&{aws:username}"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

data "aws_iam_policy_document" "full" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  statement {
    sid         = "Tls"
    effect      = "Deny"
    not_actions = ["s3:List*"]
    resources   = [aws_s3_bucket.logs.arn]
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.full.json
}

resource "aws_security_group" "web" {
  name = "web"
  ingress {
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["10.0.0.0/8"]
  }
  ingress {
    from_port       = 443
    to_port         = 443
    security_groups = [aws_security_group.lb.id]
  }
  dynamic "egress" {
    for_each = toset([aws_kms_key.main.arn])
    content {
      description = egress.value
    }
  }
}

resource "aws_security_group" "lb" {
  name = "lb"
}

resource "aws_db_instance" "main" {
  identifier = "main"
  kms_key_id = aws_kms_key.main.arn
  password   = var.password
  user_data  = "prefix-${var.password}"
}

output "password" {
  value     = var.password
  sensitive = true
}
