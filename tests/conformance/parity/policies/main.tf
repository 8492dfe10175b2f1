resource "aws_s3_bucket" "logs" {
  bucket_prefix = "logs-"
}

resource "aws_kms_key" "main" {
  description = "main"
}

data "aws_partition" "here" {}

data "aws_caller_identity" "me" {}

# a policy as JSON text
resource "aws_iam_policy" "text" {
  name   = "text"
  policy = "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}}"
}

# known as a whole
resource "aws_iam_policy" "encoded" {
  name = "encoded"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::reports/*" }]
  })
}

# one name is not known, the statement is
resource "aws_iam_policy" "encoded_hole" {
  name = "encoded-hole"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = ["*", "${aws_s3_bucket.logs.arn}/*"] }]
  })
}

resource "aws_iam_role_policy" "heredoc" {
  name   = "heredoc"
  role   = "reader"
  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "${aws_s3_bucket.logs.arn}/*"},
        {"Effect": "Allow", "Action": "*", "Resource": "*"}
      ]
    }
  JSON
}

resource "aws_iam_policy" "from_file" {
  name   = "from-file"
  policy = file("${path.module}/reader.json")
}

resource "aws_iam_policy" "from_template" {
  name   = "from-template"
  policy = templatefile("${path.module}/writer.json.tftpl", { bucket = aws_s3_bucket.logs.arn, actions = ["s3:PutObject", "s3:*"] })
}

resource "aws_iam_policy" "from_known_template" {
  name   = "from-known-template"
  policy = templatefile("${path.module}/writer.json.tftpl", { bucket = "arn:aws:s3:::reports", actions = ["s3:PutObject"] })
}

data "aws_iam_policy_document" "known" {
  policy_id = "known"

  statement {
    sid       = "Read"
    actions   = ["s3:GetObject", "s3:ListBucket"]
    resources = ["arn:aws:s3:::reports/&{aws:username}/*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = ["o-1234567890"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceVpc"
      values   = ["vpc-1", "vpc-2"]
    }
  }

  statement {
    effect      = "Deny"
    not_actions = ["iam:Get*"]
    resources   = ["*"]

    not_principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::123456789012:root"]
    }
  }
}

data "aws_iam_policy_document" "hole" {
  statement {
    sid       = "Write"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

data "aws_iam_policy_document" "layered" {
  source_policy_documents = [data.aws_iam_policy_document.known.json, data.aws_iam_policy_document.hole.json]

  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.main.arn]
  }

  override_policy_documents = [data.aws_iam_policy_document.override.json]
}

data "aws_iam_policy_document" "override" {
  statement {
    sid       = "Write"
    actions   = ["s3:PutObject"]
    resources = ["arn:aws:s3:::reports/*"]
  }
}

data "aws_iam_policy_document" "old_forms" {
  source_json   = data.aws_iam_policy_document.known.json
  override_json = data.aws_iam_policy_document.override.json
}

resource "aws_s3_bucket_policy" "known" {
  bucket = "reports"
  policy = data.aws_iam_policy_document.known.json
}

resource "aws_s3_bucket_policy" "hole" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.hole.json
}

resource "aws_s3_bucket_policy" "layered" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.layered.json
}

resource "aws_iam_role_policy" "old_forms" {
  name   = "old-forms"
  role   = "reader"
  policy = data.aws_iam_policy_document.old_forms.json
}

locals {
  statements = [for name in ["a", "b"] : { Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::${name}/*" }]
}

resource "aws_sns_topic_policy" "public" {
  arn = "arn:aws:sns:eu-west-1:123456789012:orders"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.statements, [{ Effect = "Allow", Principal = "*", Action = "sns:Publish", Resource = "*" }])
  })
}

resource "aws_kms_key" "shared" {
  description = "shared"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:${data.aws_partition.here.partition}:iam::${data.aws_caller_identity.me.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "azurerm_role_definition" "owner" {
  name  = "everything"
  scope = "/subscriptions/00000000-0000-0000-0000-000000000000"

  permissions {
    actions     = ["*"]
    not_actions = []
  }

  assignable_scopes = ["/subscriptions/00000000-0000-0000-0000-000000000000"]
}

resource "azurerm_role_definition" "reader" {
  name  = "reader"
  scope = "/subscriptions/00000000-0000-0000-0000-000000000000"

  permissions {
    actions      = ["Microsoft.Compute/*/read"]
    data_actions = ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"]
  }
}

resource "google_storage_bucket" "assets" {
  name     = "assets"
  location = "EU"
}

resource "google_storage_bucket_iam_binding" "public" {
  bucket  = google_storage_bucket.assets.name
  role    = "roles/storage.objectViewer"
  members = ["allUsers", "user:jo@example.com"]
}

resource "google_storage_bucket_iam_member" "one" {
  bucket = google_storage_bucket.assets.name
  role   = "roles/storage.admin"
  member = "allAuthenticatedUsers"
}

resource "google_storage_bucket_iam_policy" "encoded" {
  bucket = google_storage_bucket.assets.name
  policy_data = jsonencode({
    bindings = [{ role = "roles/storage.objectViewer", members = ["allUsers"] }]
  })
}
