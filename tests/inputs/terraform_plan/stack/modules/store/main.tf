variable "name" {}
variable "acl" {}
variable "kms_arn" {}

resource "aws_s3_bucket" "this" {
  count  = 1
  bucket = var.name
}

resource "aws_s3_bucket_acl" "this" {
  bucket = one(aws_s3_bucket.this[*].id)
  acl    = var.acl
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this[0].bucket
  rule {
    apply_server_side_encryption_by_default {
      kms_master_key_id = var.kms_arn
      sse_algorithm     = "aws:kms"
    }
  }
}

output "id" {
  value = aws_s3_bucket.this[0].id
}
