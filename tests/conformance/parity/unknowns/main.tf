resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_kms_key" "main" {
  description = "main"
}

resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = aws_vpc.main.id

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.main.cidr_block]
  }

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["${aws_vpc.main.id}/32"]
  }
}

variable "name" {
  default = "shop"
}

variable "password" {
  default   = "correct-horse"
  sensitive = true
}

resource "aws_db_instance" "main" {
  identifier        = "${var.name}-db"
  engine            = "postgres"
  password          = var.password
  storage_encrypted = true
  kms_key_id        = aws_kms_key.main.arn
  tags              = { Key = aws_kms_key.main.arn, Name = var.name, Nothing = null }
}

resource "aws_instance" "list" {
  count     = 2
  ami       = "ami-1"
  user_data = templatefile("${path.module}/user-data.tftpl", { db = aws_db_instance.main.address, index = count.index })

  root_block_device {
    encrypted  = true
    kms_key_id = try(aws_kms_key.main.arn, null)
  }

  tags = merge({ Name = "web-${count.index}" }, { Vpc = aws_vpc.main.id })
}

resource "terraform_data" "values" {
  input = {
    keys    = keys({ a = aws_vpc.main.id, b = 1 })
    length  = length([aws_vpc.main.id, "x"])
    joined  = join(",", ["a", "b"])
    half    = "vpc/${aws_vpc.main.id}/x"
    looked  = lookup({ a = aws_vpc.main.id, b = "k" }, "b", "d")
    list    = [for at in range(3) : "${var.name}-${at}"]
    nothing = null
    number  = 3.5
    whole   = 3.0
    text    = format("%05d|%s", 42, "x")
    many    = { for at, one in ["a", "b"] : one => at }
  }
}

resource "aws_s3_bucket" "by_name" {
  for_each = toset(["a", "b"])
  bucket   = "${var.name}-${each.key}"
  tags     = { Key = each.key == "a" ? aws_kms_key.main.arn : "none" }
}

resource "aws_s3_bucket_public_access_block" "by_name" {
  for_each                = aws_s3_bucket.by_name
  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = each.key == "a"
}

resource "aws_ebs_volume" "optional" {
  availability_zone = "eu-west-1a"
  size              = 10
  encrypted         = true
  kms_key_id        = false ? aws_kms_key.main.arn : null
}

resource "aws_security_group_rule" "some" {
  count             = 2
  type              = "ingress"
  from_port         = 22
  to_port           = 22
  protocol          = "tcp"
  cidr_blocks       = [count.index == 0 ? "10.0.0.0/8" : "0.0.0.0/0"]
  security_group_id = aws_security_group.main.id
}
