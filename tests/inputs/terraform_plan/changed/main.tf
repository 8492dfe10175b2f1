resource "aws_security_group" "web" {
  name        = "web"
  description = "web"
  ingress {
    description = "rdp"
    from_port   = 3389
    to_port     = 3389
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    description = "ssh"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_s3_bucket" "logs" { bucket = "logs-b" }
resource "aws_s3_bucket" "data" { bucket = "data-b" }
resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
resource "aws_ebs_volume" "v" {
  availability_zone = "eu-west-1a"
  size              = 10
  encrypted         = true
}
moved {
  from = aws_sqs_queue.old
  to   = aws_sqs_queue.jobs
}
resource "aws_sqs_queue" "jobs" { name = "q" }
resource "aws_ebs_volume" "fresh" {
  availability_zone = "eu-west-1a"
  size              = 10
  encrypted         = false
}
