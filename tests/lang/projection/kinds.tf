resource "kubernetes_pod_v1" "all" {
  metadata {
    generate_name = "all-"
    labels        = { app = "all", number = 1 }
    annotations   = { "example.com/Some_Key" = true }
  }
  spec {
    active_deadline_seconds         = 60
    automount_service_account_token = false
    dns_policy                      = "None"
    dns_config {
      nameservers = ["192.0.2.53"]
      searches    = ["example.com"]
      option {
        name  = "ndots"
        value = 1
      }
    }
    enable_service_links = false
    host_aliases {
      ip        = "192.0.2.1"
      hostnames = ["a.example.com"]
    }
    host_ipc     = true
    host_network = "true"
    host_pid     = false
    hostname     = "all"
    image_pull_secrets {
      name = "registry"
    }
    node_name           = "one"
    node_selector       = { "kubernetes.io/os" = "linux" }
    priority_class_name = "high"
    readiness_gate {
      condition_type = "example.com/ready"
    }
    restart_policy     = "Never"
    runtime_class_name = "gvisor"
    scheduler_name     = "mine"
    os {
      name = "linux"
    }
    security_context {
      fs_group               = "2000"
      fs_group_change_policy = "OnRootMismatch"
      run_as_group           = 3000
      run_as_non_root        = true
      run_as_user            = "1000"
      supplemental_groups    = [1, 2]
      seccomp_profile {
        type              = "Localhost"
        localhost_profile = "profiles/one.json"
      }
      se_linux_options {
        level = "s0:c123,c456"
      }
      sysctl {
        name  = "kernel.shm_rmid_forced"
        value = "0"
      }
      windows_options {
        gmsa_credential_spec = "spec"
        host_process         = true
        run_as_username      = "ContainerUser"
      }
    }
    service_account_name             = "all"
    share_process_namespace          = true
    subdomain                        = "sub"
    termination_grace_period_seconds = 5
    toleration {
      key                = "dedicated"
      operator           = "Equal"
      value              = "gpu"
      effect             = "NoExecute"
      toleration_seconds = "30"
    }
    topology_spread_constraint {
      max_skew           = 1
      topology_key       = "zone"
      when_unsatisfiable = "DoNotSchedule"
      label_selector {
        match_labels = { app = "all" }
      }
    }
    affinity {
      node_affinity {
        required_during_scheduling_ignored_during_execution {
          node_selector_term {
            match_expressions {
              key      = "zone"
              operator = "In"
              values   = ["a"]
            }
            match_fields {
              key      = "metadata.name"
              operator = "In"
              values   = ["n"]
            }
          }
        }
        preferred_during_scheduling_ignored_during_execution {
          weight = 1
          preference {
            match_expressions {
              key      = "disk"
              operator = "Exists"
            }
          }
        }
      }
      pod_affinity {
        required_during_scheduling_ignored_during_execution {
          topology_key = "zone"
          label_selector {
            match_labels = { app = "db" }
          }
        }
      }
      pod_anti_affinity {
        preferred_during_scheduling_ignored_during_execution {
          weight = 100
          pod_affinity_term {
            topology_key = "zone"
            namespaces   = ["x"]
            namespace_selector {
              match_labels = { team = "x" }
            }
          }
        }
      }
    }
    init_container {
      name  = "init"
      image = "busybox:1"
    }
    container {
      name                       = "app"
      image                      = "example:1"
      image_pull_policy          = "Always"
      command                    = ["/app"]
      args                       = ["--x"]
      working_dir                = "/srv"
      stdin                      = true
      stdin_once                 = true
      tty                        = true
      termination_message_path   = "/dev/log"
      termination_message_policy = "File"
      env {
        name  = "A"
        value = "b"
      }
      env {
        name = "B"
        value_from {
          field_ref {
            api_version = "v1"
            field_path  = "metadata.name"
          }
        }
      }
      env {
        name = "C"
        value_from {
          resource_field_ref {
            container_name = "app"
            resource       = "limits.cpu"
            divisor        = "1m"
          }
        }
      }
      env {
        name = "D"
        value_from {
          config_map_key_ref {
            name     = "c"
            key      = "k"
            optional = true
          }
        }
      }
      env {
        name = "E"
        value_from {
          secret_key_ref {
            name = "s"
            key  = "k"
          }
        }
      }
      env_from {
        prefix = "P_"
        config_map_ref {
          name = "c"
        }
      }
      env_from {
        secret_ref {
          name     = "s"
          optional = false
        }
      }
      lifecycle {
        post_start {
          exec {
            command = ["true"]
          }
        }
        pre_stop {
          tcp_socket {
            port = "8080"
          }
        }
      }
      liveness_probe {
        initial_delay_seconds = 1
        period_seconds        = 2
        timeout_seconds       = 3
        success_threshold     = 1
        failure_threshold     = 5
        http_get {
          path   = "/live"
          port   = "http"
          scheme = "HTTPS"
          host   = "example.com"
          http_header {
            name  = "X-A"
            value = "b"
          }
        }
      }
      readiness_probe {
        grpc {
          port    = 9000
          service = "ready"
        }
      }
      startup_probe {
        exec {
          command = ["test"]
        }
      }
      port {
        name           = "http"
        container_port = 8080
        host_port      = 80
        host_ip        = "192.0.2.9"
        protocol       = "TCP"
      }
      resources {
        limits   = { cpu = 1, memory = "1Gi", "nvidia.com/gpu" = 1 }
        requests = { cpu = "10m" }
      }
      security_context {
        allow_privilege_escalation = false
        privileged                 = "false"
        read_only_root_filesystem  = true
        run_as_group               = "1"
        run_as_non_root            = true
        run_as_user                = "2"
        capabilities {
          add  = ["NET_ADMIN"]
          drop = ["ALL"]
        }
        seccomp_profile {
          type = "RuntimeDefault"
        }
        se_linux_options {
          type = "spc_t"
        }
      }
      volume_mount {
        name              = "data"
        mount_path        = "/data"
        sub_path          = "x"
        read_only         = true
        mount_propagation = "None"
      }
      volume_device {
        name        = "raw"
        device_path = "/dev/xvda"
      }
    }
    volume {
      name = "ebs"
      aws_elastic_block_store {
        volume_id = "vol-1"
        fs_type   = "ext4"
        partition = 1
        read_only = true
      }
    }
    volume {
      name = "azure"
      azure_disk {
        caching_mode  = "None"
        data_disk_uri = "https://example.com/disk"
        disk_name     = "d"
        fs_type       = "ext4"
        kind          = "Managed"
      }
    }
    volume {
      name = "azurefile"
      azure_file {
        secret_name = "s"
        share_name  = "x"
      }
    }
    volume {
      name = "ceph"
      ceph_fs {
        monitors    = ["192.0.2.4:6789"]
        secret_file = "/etc/ceph/secret"
        secret_ref {
          name = "ceph"
        }
      }
    }
    volume {
      name = "cinder"
      cinder {
        volume_id = "c"
      }
    }
    volume {
      name = "config"
      config_map {
        name         = "c"
        default_mode = "0644"
        optional     = true
        items {
          key  = "k"
          path = "p"
          mode = "0400"
        }
      }
    }
    volume {
      name = "csi"
      csi {
        driver            = "example.com"
        volume_attributes = { some_key = "v" }
        node_publish_secret_ref {
          name = "s"
        }
      }
    }
    volume {
      name = "down"
      downward_api {
        default_mode = "0600"
        items {
          path = "labels"
          field_ref {
            field_path = "metadata.labels"
          }
        }
      }
    }
    volume {
      name = "empty"
      empty_dir {
        medium     = "Memory"
        size_limit = "1Mi"
      }
    }
    volume {
      name = "bare"
      empty_dir {}
    }
    volume {
      name = "ephemeral"
      ephemeral {
        volume_claim_template {
          metadata {
            labels = { a = "b" }
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
    volume {
      name = "fc"
      fc {
        lun          = 1
        target_ww_ns = ["500a0982991b8dc5"]
      }
    }
    volume {
      name = "flex"
      flex_volume {
        driver  = "example.com/flex"
        options = { some_option = "v" }
        secret_ref {
          name = "s"
        }
      }
    }
    volume {
      name = "flocker"
      flocker {
        dataset_name = "n"
        dataset_uuid = "u"
      }
    }
    volume {
      name = "gce"
      gce_persistent_disk {
        pd_name = "p"
      }
    }
    volume {
      name = "git"
      git_repo {
        repository = "https://example.com/r.git"
        revision   = "main"
      }
    }
    volume {
      name = "gluster"
      glusterfs {
        endpoints_name = "e"
        path           = "p"
      }
    }
    volume {
      name = "host"
      host_path {
        path = "/var/log"
        type = "Directory"
      }
    }
    volume {
      name = "iscsi"
      iscsi {
        target_portal = "192.0.2.5"
        iqn           = "iqn.2001-04.com.example"
        lun           = 0
      }
    }
    volume {
      name = "nfs"
      nfs {
        server = "nfs.example.com"
        path   = "/"
      }
    }
    volume {
      name = "claim"
      persistent_volume_claim {
        claim_name = "c"
        read_only  = false
      }
    }
    volume {
      name = "photon"
      photon_persistent_disk {
        pd_id = "p"
      }
    }
    volume {
      name = "projected"
      projected {
        default_mode = "0440"
        sources {
          secret {
            name = "s"
            items {
              key  = "k"
              path = "p"
            }
          }
        }
        sources {
          service_account_token {
            path               = "token"
            expiration_seconds = 600
          }
        }
        sources {
          downward_api {
            items {
              path = "cpu"
              resource_field_ref {
                resource = "limits.cpu"
              }
            }
          }
        }
      }
    }
    volume {
      name = "rbd"
      rbd {
        ceph_monitors = ["192.0.2.6:6789"]
        rados_user    = "u"
        rbd_image     = "i"
        rbd_pool      = "p"
        keyring       = "/k"
        secret_ref {
          name = "s"
        }
      }
    }
    volume {
      name = "secret"
      secret {
        secret_name  = "s"
        default_mode = "0400"
      }
    }
    volume {
      name = "vsphere"
      vsphere_volume {
        volume_path = "[ds] v"
      }
    }
  }
}

resource "kubernetes_deployment_v1" "all" {
  metadata {
    name      = "all"
    namespace = "shop"
  }
  spec {
    min_ready_seconds         = 1
    paused                    = true
    progress_deadline_seconds = 60
    replicas                  = "2"
    revision_history_limit    = 3
    selector {
      match_labels = { app = "all" }
      match_expressions {
        key      = "tier"
        operator = "NotIn"
        values   = ["x"]
      }
    }
    strategy {
      type = "RollingUpdate"
      rolling_update {
        max_surge       = "25%"
        max_unavailable = "1"
      }
    }
    template {
      metadata {
        labels = { app = "all" }
      }
      spec {
        container {
          name  = "app"
          image = "example:1"
          security_context {}
        }
      }
    }
  }
  wait_for_rollout = false
  timeouts {
    create = "1m"
  }
}

resource "kubernetes_daemon_set_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    selector {
      match_labels = { app = "all" }
    }
    strategy {
      type = "RollingUpdate"
      rolling_update {
        max_unavailable = "10%"
      }
    }
    template {
      metadata {
        labels = { app = "all" }
      }
      spec {}
    }
  }
}

resource "kubernetes_stateful_set_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    pod_management_policy = "Parallel"
    service_name          = "all"
    selector {
      match_labels = { app = "all" }
    }
    persistent_volume_claim_retention_policy {
      when_deleted = "Delete"
    }
    template {
      metadata {}
      spec {}
    }
    update_strategy {
      type = "RollingUpdate"
      rolling_update {
        partition = 1
      }
    }
    volume_claim_template {
      metadata {
        name = "data"
      }
      spec {
        access_modes       = ["ReadWriteOnce"]
        storage_class_name = "fast"
      }
    }
  }
}

resource "kubernetes_replication_controller_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    replicas = 1
    selector = { app = "all" }
    template {
      metadata {
        labels = { app = "all" }
      }
      spec {}
    }
  }
}

resource "kubernetes_job_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    backoff_limit              = 1
    completions                = 2
    parallelism                = 3
    manual_selector            = false
    ttl_seconds_after_finished = "10"
    pod_failure_policy {
      rule {
        action = "FailJob"
        on_exit_codes {
          operator = "In"
          values   = [1]
        }
      }
      rule {
        action = "Ignore"
        on_pod_condition {
          type   = "DisruptionTarget"
          status = "True"
        }
      }
    }
    template {
      metadata {}
      spec {}
    }
  }
  wait_for_completion = true
}

resource "kubernetes_cron_job" "old" {
  metadata {
    name = "old"
  }
  spec {
    schedule = "* * * * *"
    job_template {
      metadata {}
      spec {
        template {
          metadata {}
          spec {}
        }
      }
    }
  }
}

resource "kubernetes_cron_job_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    concurrency_policy            = "Forbid"
    failed_jobs_history_limit     = 5
    schedule                      = "* * * * *"
    timezone                      = "Etc/UTC"
    starting_deadline_seconds     = 10
    successful_jobs_history_limit = 6
    suspend                       = true
    job_template {
      metadata {
        labels = { a = "b" }
      }
      spec {
        backoff_limit = 2
        template {
          metadata {}
          spec {
            restart_policy = "OnFailure"
          }
        }
      }
    }
  }
}

resource "kubernetes_config_map_v1" "all" {
  metadata {
    name = "all"
  }
  data        = { some_key = "v", number = 1 }
  binary_data = { "a.bin" = "aGk=" }
  immutable   = true
}

resource "kubernetes_secret_v1" "all" {
  metadata {
    name = "all"
  }
  data                           = { some_key = "v" }
  binary_data                    = { "a.bin" = "aGk=" }
  type                           = "kubernetes.io/basic-auth"
  wait_for_service_account_token = false
}

resource "kubernetes_service_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    allocate_load_balancer_node_ports = false
    cluster_ip                        = "None"
    cluster_ips                       = ["192.0.2.1"]
    external_ips                      = ["192.0.2.2"]
    external_name                     = "example.com"
    external_traffic_policy           = "Local"
    health_check_node_port            = 30000
    internal_traffic_policy           = "Local"
    ip_families                       = ["IPv4"]
    ip_family_policy                  = "SingleStack"
    load_balancer_class               = "c"
    load_balancer_ip                  = "192.0.2.3"
    load_balancer_source_ranges       = ["10.0.0.0/8"]
    publish_not_ready_addresses       = true
    selector                          = { some_label = "x" }
    session_affinity                  = "ClientIP"
    session_affinity_config {
      client_ip {
        timeout_seconds = 60
      }
    }
    type = "LoadBalancer"
    port {
      app_protocol = "http"
      name         = "http"
      node_port    = 30080
      port         = 80
      protocol     = "TCP"
      target_port  = "8080"
    }
  }
  wait_for_load_balancer = false
}

resource "kubernetes_service_account_v1" "all" {
  metadata {
    name = "all"
  }
  image_pull_secret {
    name = "registry"
  }
  secret {
    name = "token"
  }
}

resource "kubernetes_default_service_account_v1" "all" {
  metadata {
    namespace = "shop"
  }
  automount_service_account_token = false
}

resource "kubernetes_namespace_v1" "all" {
  metadata {
    name = "all"
  }
  wait_for_default_service_account = true
}

resource "kubernetes_endpoints_v1" "all" {
  metadata {
    name = "all"
  }
  subset {
    address {
      ip        = "192.0.2.1"
      node_name = "n"
    }
    not_ready_address {
      ip = "192.0.2.2"
    }
    port {
      port = 80
    }
  }
}

resource "kubernetes_endpoint_slice_v1" "all" {
  metadata {
    name = "all"
  }
  address_type = "IPv4"
  endpoint {
    addresses = ["192.0.2.1"]
    condition {
      ready = true
    }
    target_ref {
      name = "p"
    }
  }
  port {
    port         = "80"
    app_protocol = "http"
  }
}

resource "kubernetes_network_policy_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    pod_selector {}
    policy_types = ["Ingress", "Egress"]
    ingress {}
    ingress {
      from {
        ip_block {
          cidr   = "10.0.0.0/8"
          except = ["10.1.0.0/16"]
        }
      }
      from {
        namespace_selector {}
        pod_selector {
          match_labels = { app = "x" }
        }
      }
      ports {
        port     = "http"
        protocol = "TCP"
      }
    }
    egress {
      to {
        namespace_selector {
          match_expressions {
            key      = "team"
            operator = "Exists"
          }
        }
      }
      ports {
        port     = "8000"
        end_port = 9000
      }
    }
  }
}

resource "kubernetes_ingress" "old" {
  metadata {
    name = "old"
  }
  spec {
    backend {
      service_name = "s"
      service_port = "80"
    }
    rule {
      host = "example.com"
      http {
        path {
          path = "/"
          backend {
            service_name = "s"
            service_port = "http"
          }
        }
      }
    }
    tls {
      hosts       = ["example.com"]
      secret_name = "tls"
    }
  }
}

resource "kubernetes_ingress_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    ingress_class_name = "nginx"
    default_backend {
      service {
        name = "s"
        port {
          number = 80
        }
      }
    }
    rule {
      host = "example.com"
      http {
        path {
          path      = "/"
          path_type = "Prefix"
          backend {
            resource {
              api_group = "example.com"
              kind      = "Bucket"
              name      = "b"
            }
          }
        }
      }
    }
    tls {
      hosts       = ["example.com"]
      secret_name = "tls"
    }
  }
}

resource "kubernetes_ingress_class_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    controller = "example.com/c"
    parameters {
      api_group = "example.com"
      kind      = "Params"
      name      = "p"
    }
  }
}

resource "kubernetes_role_v1" "all" {
  metadata {
    name = "all"
  }
  rule {
    api_groups     = [""]
    resources      = ["pods"]
    resource_names = ["p"]
    verbs          = ["get"]
  }
}

resource "kubernetes_cluster_role_v1" "all" {
  metadata {
    name = "all"
  }
  aggregation_rule {
    cluster_role_selectors {
      match_labels = { aggregate = "true" }
    }
  }
  rule {
    non_resource_urls = ["/metrics"]
    verbs             = ["get"]
  }
}

resource "kubernetes_role_binding_v1" "all" {
  metadata {
    name = "all"
  }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Role"
    name      = "all"
  }
  subject {
    kind = "ServiceAccount"
    name = "all"
  }
}

resource "kubernetes_cluster_role_binding_v1" "all" {
  metadata {
    name = "all"
  }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = "all"
  }
  subject {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Group"
    name      = "system:masters"
    namespace = ""
  }
}

resource "kubernetes_persistent_volume_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    access_modes                     = ["ReadWriteOnce"]
    capacity                         = { storage = "1Gi" }
    mount_options                    = ["ro"]
    persistent_volume_reclaim_policy = "Retain"
    storage_class_name               = "fast"
    volume_mode                      = "Filesystem"
    claim_ref {
      name      = "c"
      namespace = "shop"
    }
    node_affinity {
      required {
        node_selector_term {
          match_expressions {
            key      = "zone"
            operator = "In"
            values   = ["a"]
          }
        }
      }
    }
    persistent_volume_source {
      csi {
        driver            = "ebs.csi.aws.com"
        volume_handle     = "vol-1"
        fs_type           = "ext4"
        read_only         = true
        volume_attributes = { some_key = "v" }
        node_stage_secret_ref {
          name      = "s"
          namespace = "shop"
        }
      }
    }
  }
}

resource "kubernetes_persistent_volume_claim_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    access_modes       = ["ReadWriteMany"]
    storage_class_name = "fast"
    volume_name        = "v"
    resources {
      requests = { storage = "1Gi" }
    }
    selector {
      match_labels = { a = "b" }
    }
  }
  wait_until_bound = false
}

resource "kubernetes_storage_class_v1" "all" {
  metadata {
    name = "all"
  }
  storage_provisioner    = "ebs.csi.aws.com"
  parameters             = { encrypted = true, "csi.storage.k8s.io/fstype" = "ext4" }
  reclaim_policy         = "Delete"
  volume_binding_mode    = "WaitForFirstConsumer"
  allow_volume_expansion = true
  mount_options          = ["discard"]
  allowed_topologies {
    match_label_expressions {
      key    = "zone"
      values = ["a"]
    }
  }
}

resource "kubernetes_csi_driver" "old" {
  metadata {
    name = "old"
  }
  spec {
    attach_required = true
  }
}

resource "kubernetes_csi_driver_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    attach_required        = true
    pod_info_on_mount      = false
    volume_lifecycle_modes = ["Ephemeral"]
  }
}

resource "kubernetes_limit_range_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    limit {
      type                    = "Pod"
      default                 = { cpu = 1 }
      default_request         = { cpu = "10m" }
      max                     = { "nvidia.com/gpu" = 1 }
      min                     = { cpu = "1m" }
      max_limit_request_ratio = { cpu = 4 }
    }
  }
}

resource "kubernetes_resource_quota_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    hard   = { "requests.cpu" = 1 }
    scopes = ["BestEffort"]
    scope_selector {
      match_expression {
        operator   = "In"
        scope_name = "PriorityClass"
        values     = ["high"]
      }
    }
  }
}

resource "kubernetes_pod_disruption_budget" "old" {
  metadata {
    name = "old"
  }
  spec {
    max_unavailable = "20%"
    selector {
      match_labels = { app = "all" }
    }
  }
}

resource "kubernetes_pod_disruption_budget_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    min_available = "1"
    selector {
      match_labels = { app = "all" }
    }
  }
}

resource "kubernetes_horizontal_pod_autoscaler_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    max_replicas                      = 3
    min_replicas                      = 1
    target_cpu_utilization_percentage = 80
    scale_target_ref {
      api_version = "apps/v1"
      kind        = "Deployment"
      name        = "all"
    }
  }
}

resource "kubernetes_horizontal_pod_autoscaler_v2beta2" "old" {
  metadata {
    name = "old"
  }
  spec {
    max_replicas = 3
    scale_target_ref {
      kind = "Deployment"
      name = "all"
    }
  }
}

resource "kubernetes_horizontal_pod_autoscaler_v2" "all" {
  metadata {
    name = "all"
  }
  spec {
    max_replicas = 3
    scale_target_ref {
      kind = "Deployment"
      name = "all"
    }
    behavior {
      scale_down {
        select_policy                = "Min"
        stabilization_window_seconds = 300
        policy {
          type           = "Pods"
          value          = 1
          period_seconds = 60
        }
      }
    }
    metric {
      type = "Resource"
      resource {
        name = "cpu"
        target {
          type                = "Utilization"
          average_utilization = 50
        }
      }
    }
    metric {
      type = "Object"
      object {
        described_object {
          api_version = "v1"
          kind        = "Service"
          name        = "s"
        }
        metric {
          name = "requests"
          selector {
            match_labels = { a = "b" }
          }
        }
        target {
          type  = "Value"
          value = "10k"
        }
      }
    }
  }
}

resource "kubernetes_priority_class_v1" "all" {
  metadata {
    name = "all"
  }
  description       = "d"
  global_default    = true
  preemption_policy = "Never"
  value             = 100
}

resource "kubernetes_runtime_class_v1" "all" {
  metadata {
    name = "all"
  }
  handler = "runsc"
}

resource "kubernetes_pod_security_policy_v1beta1" "all" {
  metadata {
    name = "all"
  }
  spec {
    allowed_capabilities       = ["NET_ADMIN"]
    allowed_unsafe_sysctls     = ["kernel.*"]
    default_add_capabilities   = ["CHOWN"]
    required_drop_capabilities = ["ALL"]
    host_ipc                   = true
    host_network               = true
    host_pid                   = true
    privileged                 = true
    read_only_root_filesystem  = false
    volumes                    = ["*"]
    allowed_flex_volumes {
      driver = "d"
    }
    allowed_host_paths {
      path_prefix = "/"
      read_only   = true
    }
    fs_group {
      rule = "MustRunAs"
      range {
        min = 1
        max = 2
      }
    }
    host_ports {
      min = 1
      max = 2
    }
    run_as_user {
      rule = "RunAsAny"
    }
    se_linux {
      rule = "MustRunAs"
      se_linux_options {
        level = "s0"
      }
    }
    supplemental_groups {
      rule = "RunAsAny"
    }
  }
}

resource "kubernetes_mutating_webhook_configuration" "old" {
  metadata {
    name = "old"
  }
  webhook {
    name = "w.example.com"
  }
}

resource "kubernetes_mutating_webhook_configuration_v1" "all" {
  metadata {
    name = "all"
  }
  webhook {
    name                      = "w.example.com"
    admission_review_versions = ["v1"]
    failure_policy            = "Ignore"
    match_policy              = "Exact"
    reinvocation_policy       = "Never"
    side_effects              = "None"
    timeout_seconds           = 5
    client_config {
      ca_bundle = "x"
      service {
        name      = "s"
        namespace = "shop"
        path      = "/"
        port      = 443
      }
    }
    namespace_selector {
      match_labels = { a = "b" }
    }
    object_selector {}
    rule {
      api_groups   = ["*"]
      api_versions = ["*"]
      operations   = ["*"]
      resources    = ["*"]
      scope        = "Namespaced"
    }
  }
}

resource "kubernetes_validating_webhook_configuration" "old" {
  metadata {
    name = "old"
  }
  webhook {
    name = "w.example.com"
  }
}

resource "kubernetes_validating_webhook_configuration_v1" "all" {
  metadata {
    name = "all"
  }
  webhook {
    name = "w.example.com"
    client_config {
      url = "https://example.com"
    }
  }
}

resource "kubernetes_api_service_v1" "all" {
  metadata {
    name = "v1.example.com"
  }
  spec {
    group                    = "example.com"
    group_priority_minimum   = 1
    insecure_skip_tls_verify = true
    version                  = "v1"
    version_priority         = 2
    service {
      name      = "s"
      namespace = "shop"
    }
  }
}

resource "kubernetes_certificate_signing_request" "old" {
  metadata {
    name = "old"
  }
  spec {
    request = "r"
    usages  = ["client auth"]
  }
  auto_approve = true
}

resource "kubernetes_certificate_signing_request_v1" "all" {
  metadata {
    name = "all"
  }
  spec {
    request     = "r"
    signer_name = "kubernetes.io/kube-apiserver-client"
    usages      = ["client auth"]
  }
}

resource "kubernetes_manifest" "all" {
  manifest = {
    apiVersion = "example.com/v1"
    kind       = "Widget"
    metadata   = { name = "all", namespace = "shop" }
    spec       = { some_key = "as written", number = 1 }
  }
  field_manager {
    force_conflicts = true
  }
}

resource "kubectl_manifest" "all" {
  override_namespace = "other"
  yaml_body          = <<-YAML
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: all
      namespace: shop
    data:
      some_key: v
  YAML
}
