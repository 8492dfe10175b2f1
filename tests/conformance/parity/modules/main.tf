variable "buckets" {
  type = map(object({
    acl        = optional(string, "private")
    versioning = optional(bool, true)
    tags       = optional(map(string), {})
  }))
  default = {
    assets    = { acl = "public-read" }
    "data.eu" = { versioning = false, tags = { team = "data" } }
    logs      = {}
  }
}

provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "us"
  region = "us-east-1"
}

module "bucket" {
  source   = "./modules/bucket"
  for_each = var.buckets

  name       = "shop-${each.key}"
  acl        = each.value.acl
  versioning = each.value.versioning
  tags       = each.value.tags
}

module "replica" {
  source    = "./modules/bucket"
  providers = { aws = aws.us }

  name   = "shop-replica"
  key_id = aws_kms_key.main.arn
}

module "many" {
  source = "./modules/bucket"
  count  = 40
  name   = "many-${count.index}"
}

module "network" {
  source = "./modules/network"
}

module "wide_network" {
  source = "./modules/network"
  cidrs  = ["0.0.0.0/0"]
}

resource "aws_kms_key" "main" {
  description         = "for the replica"
  enable_key_rotation = true
}

resource "aws_s3_bucket_policy" "replica" {
  bucket = module.replica.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "*" }]
  })
}

resource "aws_s3_bucket_logging" "all" {
  for_each      = module.bucket
  bucket        = each.value.id
  target_bucket = module.bucket["logs"].id
  target_prefix = each.key
}

output "names" {
  value = { for key, one in module.bucket : key => one.name }
}
