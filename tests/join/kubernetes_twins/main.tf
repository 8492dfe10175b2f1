resource "kubernetes_namespace" "shop" {
  metadata {
    name   = "shop"
    labels = { team = "shop" }
  }
}

resource "kubernetes_namespace_v1" "bare" {
  metadata {
    name = "bare"
  }
}

resource "kubernetes_network_policy_v1" "deny" {
  metadata {
    name      = "deny"
    namespace = kubernetes_namespace.shop.metadata[0].name
  }
  spec {
    pod_selector {}
    policy_types = ["Ingress"]
  }
}

resource "kubernetes_network_policy" "open" {
  metadata {
    name      = "open"
    namespace = "bare"
  }
  spec {
    pod_selector {
      match_labels = { app = "web" }
    }
    ingress {
      from {
        ip_block {
          cidr = "0.0.0.0/0"
        }
      }
      ports {
        port     = "8080"
        protocol = "TCP"
      }
    }
    policy_types = ["Ingress"]
  }
}

resource "kubernetes_resource_quota" "shop" {
  metadata {
    name      = "all"
    namespace = "shop"
  }
  spec {
    hard = { pods = 10 }
  }
}

resource "kubernetes_limit_range" "shop" {
  metadata {
    name      = "all"
    namespace = "shop"
  }
  spec {
    limit {
      type            = "Container"
      default         = { memory = "64Mi" }
      default_request = { cpu = "50m" }
    }
  }
}

resource "kubernetes_deployment" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace.shop.metadata[0].name
  }
  spec {
    replicas = 3
    selector {
      match_labels = { app = "web" }
    }
    template {
      metadata {
        labels = { app = "web" }
      }
      spec {
        automount_service_account_token = false
        host_network                    = true
        security_context {
          run_as_non_root = true
          seccomp_profile {
            type = "RuntimeDefault"
          }
        }
        container {
          name  = "app"
          image = "registry.example.com/web:1.2"
          port {
            container_port = 8080
            host_port      = 80
          }
          env {
            name = "TOKEN"
            value_from {
              secret_key_ref {
                name = "web"
                key  = "token"
              }
            }
          }
          env_from {
            config_map_ref {
              name = "web"
            }
          }
          security_context {
            allow_privilege_escalation = false
            read_only_root_filesystem  = true
            run_as_user                = "1000"
            capabilities {
              drop = ["ALL"]
              add  = ["NET_BIND_SERVICE"]
            }
          }
          resources {
            limits   = { cpu = "1", memory = "64Mi" }
            requests = { cpu = "100m", memory = "64Mi" }
          }
          liveness_probe {
            http_get {
              path = "/"
              port = 8080
            }
          }
          volume_mount {
            name       = "data"
            mount_path = "/data"
            read_only  = true
          }
        }
        volume {
          name = "data"
          host_path {
            path = "/var/run/docker.sock"
          }
        }
      }
    }
  }
}

resource "kubernetes_pod_disruption_budget_v1" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
  spec {
    min_available = "1"
    selector {
      match_labels = { app = "web" }
    }
  }
}

resource "kubernetes_stateful_set_v1" "db" {
  metadata {
    name      = "db"
    namespace = "bare"
  }
  spec {
    service_name = "db"
    replicas     = "2"
    selector {
      match_labels = { app = "db" }
    }
    template {
      metadata {
        labels = { app = "db" }
      }
      spec {
        host_pid = true
        host_ipc = true
        init_container {
          name  = "prepare"
          image = "busybox"
          security_context {
            privileged  = true
            run_as_user = "0"
          }
        }
        container {
          name  = "db"
          image = "postgres:latest"
          env {
            name  = "PGPASSWORD"
            value = "hunter2-Zq81x"
          }
          security_context {
            capabilities {
              add = ["SYS_ADMIN"]
            }
          }
        }
      }
    }
    volume_claim_template {
      metadata {
        name = "data"
      }
      spec {
        access_modes = ["ReadWriteOnce"]
        resources {
          requests = { storage = "1Gi" }
        }
      }
    }
  }
}

resource "kubernetes_daemon_set_v1" "agent" {
  metadata {
    name      = "agent"
    namespace = "bare"
  }
  spec {
    selector {
      match_labels = { app = "agent" }
    }
    template {
      metadata {
        labels      = { app = "agent" }
        annotations = { "container.apparmor.security.beta.kubernetes.io/agent" = "unconfined" }
      }
      spec {
        service_account_name = "agent"
        dynamic "container" {
          for_each = { agent = true, quiet = false }
          content {
            name  = container.key
            image = "registry.example.com/${container.key}@sha256:0000000000000000000000000000000000000000000000000000000000000000"
            security_context {
              privileged = container.value
            }
          }
        }
      }
    }
  }
}

resource "kubernetes_service_account" "agent" {
  metadata {
    name      = "agent"
    namespace = "bare"
  }
  automount_service_account_token = false
}

resource "kubernetes_cron_job_v1" "sweep" {
  metadata {
    name      = "sweep"
    namespace = "bare"
  }
  spec {
    schedule = "0 3 * * *"
    job_template {
      metadata {}
      spec {
        template {
          metadata {}
          spec {
            container {
              name  = "sweep"
              image = "registry.example.com/sweep"
            }
            restart_policy = "Never"
          }
        }
      }
    }
  }
}

resource "kubernetes_pod" "loose" {
  metadata {
    name = "loose"
  }
  spec {
    container {
      name  = "app"
      image = "registry.example.com/app:3"
      security_context {
        run_as_non_root = false
        seccomp_profile {
          type = "Unconfined"
        }
      }
    }
  }
}

resource "kubernetes_service" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
  spec {
    selector     = { app = "web" }
    type         = "LoadBalancer"
    external_ips = ["192.0.2.1"]
    port {
      port        = 80
      target_port = 8080
      node_port   = 30080
    }
  }
}

resource "kubernetes_ingress_v1" "web" {
  metadata {
    name        = "web"
    namespace   = "shop"
    annotations = { "nginx.ingress.kubernetes.io/server-snippet" = "return 200;" }
  }
  spec {
    rule {
      host = "shop.example.com"
      http {
        path {
          path = "/"
          backend {
            service {
              name = "web"
              port {
                number = 80
              }
            }
          }
        }
      }
    }
  }
}

resource "kubernetes_config_map" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
  data = {
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq3Zb1mN2tXo5Zk\n-----END RSA PRIVATE KEY-----\n"
  }
}

resource "kubernetes_cluster_role" "all" {
  metadata {
    name = "all"
  }
  rule {
    api_groups = ["*"]
    resources  = ["*"]
    verbs      = ["*"]
  }
}

resource "kubernetes_role" "reader" {
  metadata {
    name      = "reader"
    namespace = "shop"
  }
  rule {
    api_groups = [""]
    resources  = ["secrets", "pods/exec"]
    verbs      = ["get", "list", "create"]
  }
}

resource "kubernetes_cluster_role_binding" "admins" {
  metadata {
    name = "admins"
  }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = "cluster-admin"
  }
  subject {
    kind      = "ServiceAccount"
    name      = "agent"
    namespace = "bare"
  }
}

resource "kubernetes_manifest" "job" {
  manifest = {
    apiVersion = "batch/v1"
    kind       = "Job"
    metadata   = { name = "once", namespace = "shop" }
    spec = {
      template = {
        spec = {
          hostNetwork   = true
          restartPolicy = "Never"
          containers    = [{ name = "once", image = "registry.example.com/once:1", securityContext = { privileged = true } }]
        }
      }
    }
  }
}

resource "kubectl_manifest" "tail" {
  yaml_body = <<-YAML
    apiVersion: v1
    kind: Pod
    metadata:
      name: tail
      namespace: shop
    spec:
      hostPID: true
      containers:
        - name: tail
          image: registry.example.com/tail:1
  YAML
}
