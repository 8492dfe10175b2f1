locals {
  ports   = [22, 443]
  by_name = { ssh = 22, web = 443 }
  office  = ["10.0.0.0/8"]
  world   = ["0.0.0.0/0"]
  rules = [
    { port = 443, cidrs = ["0.0.0.0/0"] },
    { port = 22, cidrs = ["10.0.0.0/8", "0.0.0.0/0"] },
  ]
  rules_by_name = {
    ssh = { cidrs = ["0.0.0.0/0"], port = 22 }
    web = { cidrs = ["10.0.0.0/8"], port = 443 }
  }
}

resource "aws_security_group" "list" {
  name = "list"

  dynamic "ingress" {
    for_each = local.ports
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

resource "aws_security_group" "map_of_scalars" {
  name = "map-of-scalars"

  dynamic "ingress" {
    for_each = local.by_name
    content {
      description = ingress.key
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

resource "aws_security_group" "set" {
  name = "set"

  dynamic "ingress" {
    for_each = toset(["22", "80"])
    iterator = port
    content {
      from_port   = tonumber(port.value)
      to_port     = tonumber(port.key)
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

resource "aws_security_group" "cidr_from_value" {
  name = "cidr-from-value"

  dynamic "ingress" {
    for_each = concat(local.office, local.world)
    content {
      from_port   = 22
      to_port     = 22
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
}

resource "aws_security_group" "list_of_objects" {
  name = "list-of-objects"

  dynamic "ingress" {
    for_each = local.rules
    content {
      from_port   = ingress.value.port
      to_port     = ingress.value.port
      protocol    = "tcp"
      cidr_blocks = ingress.value.cidrs
    }
  }
}

resource "aws_security_group" "map_of_objects" {
  name = "map-of-objects"

  dynamic "ingress" {
    for_each = local.rules_by_name
    content {
      from_port   = ingress.value.port
      to_port     = ingress.value["port"]
      protocol    = "tcp"
      cidr_blocks = ingress.value.cidrs
    }
  }
}

resource "aws_security_group" "both" {
  name = "both"

  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  dynamic "ingress" {
    for_each = [3389]
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
    }
  }

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "none" {
  name = "none"

  dynamic "ingress" {
    for_each = []
    content {
      from_port   = 22
      to_port     = 22
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

resource "aws_security_group" "concat" {
  name = "concat"

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = concat(local.office, local.world)
  }
}

resource "aws_security_group" "halves" {
  name = "halves"

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = concat(["0.0.0.0/1"], ["128.0.0.0/1"])
  }
}

resource "aws_security_group" "respelt" {
  name = "respelt"

  ingress {
    from_port        = 22
    to_port          = 22
    protocol         = "tcp"
    ipv6_cidr_blocks = ["0000:0000:0000:0000:0000:0000:0000:0000/0"]
  }
}

resource "aws_security_group" "after_self" {
  name = "after-self"

  ingress {
    from_port = 0
    to_port   = 0
    protocol  = "-1"
    self      = true
  }

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "absent" {
  count = false ? 1 : 0
  name  = "absent"

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "as_many_as" {
  count = length([for rule in local.rules : rule if contains(rule.cidrs, "0.0.0.0/0")])
  name  = "as-many-as-${count.index}"

  ingress {
    from_port   = local.rules[count.index].port
    to_port     = local.rules[count.index].port
    protocol    = "tcp"
    cidr_blocks = local.rules[count.index].cidrs
  }
}

resource "aws_security_group_rule" "by_key" {
  for_each          = { inside = "10.0.0.0/8", outside = "0.0.0.0/0" }
  type              = each.key == "inside" ? "egress" : "ingress"
  from_port         = 22
  to_port           = 22
  protocol          = "tcp"
  cidr_blocks       = [each.value]
  security_group_id = aws_security_group.list.id
}

resource "aws_cloudfront_distribution" "nested" {
  enabled = true

  dynamic "origin" {
    for_each = { app = ["one", "two"], static = [] }
    iterator = place
    content {
      origin_id   = place.key
      domain_name = "${place.key}.example.com"

      dynamic "custom_header" {
        for_each = place.value
        content {
          name  = "X-${place.key}-${custom_header.key}"
          value = custom_header.value
        }
      }
    }
  }
}
