"""The schema of Terraform's Kubernetes provider, as far as its names and shapes differ from those of Kubernetes.

Facts only, no code: read by :mod:`iacgate.lang.projection.shapes`. Source: the provider's documentation of each
resource (``hashicorp/kubernetes``, versions 2 and 3) and the API reference of Kubernetes.

An attribute is called as in Kubernetes but in snake case, so that only exceptions are written down. A field reads
``name`` + mark + ``>its_name_in_kubernetes`` + ``=default``; the marks:

=========  ==========================================================================================================
``:Shape``  a block that may stand once: an object (``{}`` for a shape without exceptions)
``*Shape``  a block that may be repeated: a list of objects
``^Shape``  a block whose members belong to the object around it
``{}``      a map: its keys are data and stay as they are, its values are text
``#``       a whole number, which the provider may take as text
``%``       an octal number as text
``@``       a number or a name, as text
``?``       true or false
``-``       nothing of Kubernetes: left out
=========  ==========================================================================================================

An attribute that is not listed keeps its value; a block that is not listed is not known.
"""

SHAPES = """
Plain           =
Metadata        = annotations{} labels{} generation- resource_version- self_link- uid-
Selector        = match_labels{} match_expressions*Plain
Reference       = optional?

PodTemplate     = metadata:Metadata spec:Pod
Pod             = affinity:Affinity automount_service_account_token?=true container*Container>containers
                  init_container*Container>initContainers dns_config:Dns enable_service_links? host_aliases*Plain
                  host_ipc?>hostIPC host_pid?>hostPID host_network? image_pull_secrets*Plain node_selector{} os:Plain
                  readiness_gate*Plain>readinessGates security_context:PodSecurity share_process_namespace?
                  toleration*Toleration>tolerations topology_spread_constraint*Spread>topologySpreadConstraints
                  volume*Volume>volumes active_deadline_seconds# termination_grace_period_seconds#
Dns             = option*Plain>options
Toleration      = toleration_seconds#
Spread          = label_selector:Selector max_skew# min_domains#
PodSecurity     = fs_group# run_as_group# run_as_user# run_as_non_root? seccomp_profile:Plain se_linux_options:Plain
                  sysctl*Plain>sysctls windows_options:Windows
Windows         = host_process? run_as_username>runAsUserName
Affinity        = node_affinity:NodeAffinity pod_affinity:PodAffinity pod_anti_affinity:PodAffinity
NodeAffinity    = required_during_scheduling_ignored_during_execution:NodeSelector
                  preferred_during_scheduling_ignored_during_execution*NodePreference
NodeSelector    = node_selector_term*NodeTerm>nodeSelectorTerms
NodePreference  = preference:NodeTerm weight#
NodeTerm        = match_expressions*Plain match_fields*Plain
PodAffinity     = required_during_scheduling_ignored_during_execution*PodTerm
                  preferred_during_scheduling_ignored_during_execution*PodPreference
PodPreference   = pod_affinity_term:PodTerm weight#
PodTerm         = label_selector:Selector namespace_selector:Selector

Container       = env*Env env_from*EnvFrom lifecycle:Lifecycle liveness_probe:Probe readiness_probe:Probe
                  startup_probe:Probe port*ContainerPort>ports resources:Resources security_context:ContainerSecurity
                  stdin? stdin_once? tty? volume_mount*Mount>volumeMounts volume_device*Plain>volumeDevices
ContainerPort   = container_port# host_port# host_ip>hostIP
Env             = value_from:EnvSource
EnvSource       = config_map_key_ref:Reference secret_key_ref:Reference field_ref:Plain resource_field_ref:Plain
EnvFrom         = config_map_ref:Reference secret_ref:Reference
Lifecycle       = post_start:Handler pre_stop:Handler
Handler         = exec:Plain http_get:HttpGet tcp_socket:Socket
Probe           = exec:Plain http_get:HttpGet tcp_socket:Socket grpc:Grpc failure_threshold# initial_delay_seconds#
                  period_seconds# success_threshold# timeout_seconds# termination_grace_period_seconds#
HttpGet         = http_header*Plain>httpHeaders port@
Socket          = port@
Grpc            = port#
Resources       = limits{} requests{}
ContainerSecurity = allow_privilege_escalation?=true capabilities:Plain privileged? read_only_root_filesystem?
                  run_as_group# run_as_user# run_as_non_root? seccomp_profile:Plain se_linux_options:Plain
                  windows_options:Windows
Mount           = read_only?

Volume          = aws_elastic_block_store:Ebs azure_disk:AzureDisk azure_file:ReadOnly ceph_fs:Ceph>cephfs cinder:Cinder
                  config_map:Items csi:PodCsi downward_api:Downward>downwardAPI empty_dir:Plain ephemeral:Ephemeral
                  fc:FibreChannel flex_volume:Flex flocker:Flocker gce_persistent_disk:ReadOnly git_repo:Plain
                  glusterfs:Gluster host_path:Plain iscsi:ReadOnly local:Plain nfs:ReadOnly
                  persistent_volume_claim:ReadOnly photon_persistent_disk:Photon projected:Projected quobyte:ReadOnly
                  rbd:Rbd scale_io:ReadOnly secret:Items vsphere_volume:Plain
ReadOnly        = read_only? partition# lun#
Ebs             = volume_id>volumeID partition# read_only?
AzureDisk       = data_disk_uri>diskURI read_only?
Ceph            = secret_ref:Plain read_only?
Cinder          = volume_id>volumeID read_only?
Items           = items*Item default_mode% optional?
Item            = mode%
PodCsi          = node_publish_secret_ref:Plain read_only? volume_attributes{}
VolumeCsi       = controller_expand_secret_ref:Plain controller_publish_secret_ref:Plain node_publish_secret_ref:Plain
                  node_stage_secret_ref:Plain read_only? volume_attributes{}
Downward        = items*DownwardItem default_mode%
DownwardItem    = field_ref:Plain resource_field_ref:Plain mode%
Ephemeral       = volume_claim_template:ClaimTemplate
ClaimTemplate   = metadata:Metadata spec:Claim
FibreChannel    = target_ww_ns>targetWWNs lun# read_only?
Flex            = options{} secret_ref:Plain read_only?
Flocker         = dataset_uuid>datasetUUID
Gluster         = endpoints_name>endpoints read_only?
Photon          = pd_id>pdID
Projected       = sources*Source default_mode%
Source          = secret:Items config_map:Items downward_api:Downward>downwardAPI service_account_token:Token
Token           = expiration_seconds#
Rbd             = ceph_monitors>monitors rados_user>user rbd_image>image rbd_pool>pool secret_ref:Plain read_only?

Deployment      = min_ready_seconds# paused? progress_deadline_seconds# replicas# revision_history_limit#
                  selector:Selector strategy:Strategy template:PodTemplate
Strategy        = rolling_update:Rolling
Rolling         = max_surge@ max_unavailable@ partition#
DaemonSet       = min_ready_seconds# revision_history_limit# selector:Selector strategy:Strategy>updateStrategy
                  template:PodTemplate
StatefulSet     = min_ready_seconds# replicas# revision_history_limit# selector:Selector template:PodTemplate
                  update_strategy:Strategy volume_claim_template*ClaimTemplate>volumeClaimTemplates
                  persistent_volume_claim_retention_policy:Plain
Replication     = min_ready_seconds# replicas# selector{} template:PodTemplate
Job             = active_deadline_seconds# backoff_limit# backoff_limit_per_index# completions# manual_selector?
                  max_failed_indexes# parallelism# pod_failure_policy:FailurePolicy selector:Selector
                  template:PodTemplate ttl_seconds_after_finished#
FailurePolicy   = rule*FailureRule>rules
FailureRule     = on_exit_codes:Plain on_pod_condition*Plain>onPodConditions
CronJob         = failed_jobs_history_limit# job_template:JobTemplate starting_deadline_seconds#
                  successful_jobs_history_limit# suspend? timezone>timeZone
JobTemplate     = metadata:Metadata spec:Job

Service         = allocate_load_balancer_node_ports? cluster_ip>clusterIP cluster_ips>clusterIPs
                  external_ips>externalIPs health_check_node_port# load_balancer_ip>loadBalancerIP
                  port*ServicePort>ports publish_not_ready_addresses? selector{}
                  session_affinity_config:Affinities
ServicePort     = node_port# port# target_port@
Affinities      = client_ip:ClientIp>clientIP
ClientIp        = timeout_seconds#
Ingress         = default_backend:Backend rule*IngressRule>rules tls*Plain
IngressRule     = http:IngressHttp
IngressHttp     = path*IngressPath>paths
IngressPath     = backend:Backend
Backend         = resource:Plain service:BackendService
BackendService  = port:BackendPort
BackendPort     = number#
OldIngress      = backend:OldBackend rule*OldRule>rules tls*Plain
OldRule         = http:OldHttp
OldHttp         = path*OldPath>paths
OldPath         = backend:OldBackend
OldBackend      = service_port@
IngressClass    = parameters:Plain
NetworkPolicy   = pod_selector:Selector ingress*Ingoing egress*Outgoing
Ingoing         = from*Peer ports*PolicyPort
Outgoing        = to*Peer ports*PolicyPort
Peer            = ip_block:Plain namespace_selector:Selector pod_selector:Selector
PolicyPort      = port@ end_port#
Subset          = address*Plain>addresses not_ready_address*Plain>notReadyAddresses port*EndpointPort>ports
EndpointPort    = port#
Endpoint        = condition:Condition>conditions target_ref:Plain
Condition       = ready? serving? terminating?

Subject         = namespace=default
Role            = api_groups resources verbs resource_names non_resource_urls>nonResourceURLs
Aggregation     = cluster_role_selectors*Selector

Volumes         = persistent_volume_source^VolumeSource capacity{} claim_ref:Plain node_affinity:VolumeAffinity
VolumeSource    = aws_elastic_block_store:Ebs azure_disk:AzureDisk azure_file:ReadOnly ceph_fs:Ceph>cephfs cinder:Cinder
                  csi:VolumeCsi fc:FibreChannel flex_volume:Flex flocker:Flocker gce_persistent_disk:ReadOnly
                  glusterfs:Gluster host_path:Plain iscsi:ReadOnly local:Plain nfs:ReadOnly
                  photon_persistent_disk:Photon quobyte:ReadOnly rbd:Rbd vsphere_volume:Plain
VolumeAffinity  = required:NodeSelector
Claim           = resources:Resources selector:Selector
Topology        = match_label_expressions*Plain

Limits          = limit*Limit>limits
Limit           = default{} default_request{} max{} max_limit_request_ratio{} min{}
Quota           = hard{} scope_selector:QuotaScope
QuotaScope      = match_expression*Plain>matchExpressions
Budget          = max_unavailable@ min_available@ selector:Selector
Autoscaler      = behavior:Scaling max_replicas# metric*Metric>metrics min_replicas# scale_target_ref:Plain
                  target_cpu_utilization_percentage#>targetCPUUtilizationPercentage
Scaling         = scale_down:ScalingRules scale_up:ScalingRules
ScalingRules    = policy*Plain>policies stabilization_window_seconds#
Metric          = container_resource:Measured external:Measured object:Measured pods:Measured resource:Measured
Measured        = described_object:Plain metric:MetricName target:Target
MetricName      = selector:Selector
Target          = average_utilization#

PodSecurityPolicy = allow_privilege_escalation?=true allowed_flex_volumes*Plain allowed_host_paths*Mount
                  allowed_proc_mount_types default_allow_privilege_escalation? fs_group:Ranges host_ipc?>hostIPC
                  host_network? host_pid?>hostPID host_ports*Plain privileged? read_only_root_filesystem?
                  run_as_group:Ranges run_as_user:Ranges se_linux:SeLinux supplemental_groups:Ranges
                  allowed_csi_drivers*Plain>allowedCSIDrivers allowed_unsafe_sysctls forbidden_sysctls
                  runtime_class:Plain
Ranges          = range*Plain>ranges
SeLinux         = se_linux_options:Plain

Webhook         = client_config:Client match_condition*Plain>matchConditions namespace_selector:Selector
                  object_selector:Selector rule*Plain>rules timeout_seconds#
Client          = service:ClientService
ClientService   = port#
Driver          = attach_required? pod_info_on_mount?
ApiService      = insecure_skip_tls_verify?>insecureSkipTLSVerify group_priority_minimum# service:ClientService
                  version_priority#
"""

KINDS = """
pod pod_v1                                  | v1 Pod                          | spec:Pod
deployment deployment_v1                    | apps/v1 Deployment              | spec:Deployment
daemonset daemon_set_v1                     | apps/v1 DaemonSet               | spec:DaemonSet
stateful_set stateful_set_v1                | apps/v1 StatefulSet             | spec:StatefulSet
replication_controller replication_controller_v1 | v1 ReplicationController   | spec:Replication
job job_v1                                  | batch/v1 Job                    | spec:Job
cron_job                                    | batch/v1beta1 CronJob           | spec:CronJob
cron_job_v1                                 | batch/v1 CronJob                | spec:CronJob
config_map config_map_v1                    | v1 ConfigMap                    | data{} binary_data{} immutable?
secret secret_v1 | v1 Secret | data{}>stringData binary_data{}>data immutable? type=Opaque
service service_v1                          | v1 Service                      | spec:Service
service_account service_account_v1          | v1 ServiceAccount               | \
automount_service_account_token?=true image_pull_secret*Plain>imagePullSecrets secret*Plain>secrets
default_service_account default_service_account_v1 | v1 ServiceAccount         | \
automount_service_account_token?=true image_pull_secret*Plain>imagePullSecrets secret*Plain>secrets
namespace namespace_v1                      | v1 Namespace                    |
endpoints endpoints_v1                      | v1 Endpoints                    | subset*Subset>subsets
endpoint_slice_v1 | discovery.k8s.io/v1 EndpointSlice | address_type endpoint*Endpoint>endpoints port*EndpointPort>ports
network_policy network_policy_v1            | networking.k8s.io/v1 NetworkPolicy | spec:NetworkPolicy
ingress                                     | networking.k8s.io/v1beta1 Ingress | spec:OldIngress
ingress_v1                                  | networking.k8s.io/v1 Ingress    | spec:Ingress
ingress_class ingress_class_v1              | networking.k8s.io/v1 IngressClass | spec:IngressClass
role role_v1                                | rbac.authorization.k8s.io/v1 Role | rule*Role>rules
cluster_role cluster_role_v1                | rbac.authorization.k8s.io/v1 ClusterRole | \
aggregation_rule:Aggregation rule*Role>rules
role_binding role_binding_v1                | rbac.authorization.k8s.io/v1 RoleBinding | \
role_ref:Plain subject*Subject>subjects
cluster_role_binding cluster_role_binding_v1 | rbac.authorization.k8s.io/v1 ClusterRoleBinding | \
role_ref:Plain subject*Subject>subjects
persistent_volume persistent_volume_v1      | v1 PersistentVolume             | spec:Volumes
persistent_volume_claim persistent_volume_claim_v1 | v1 PersistentVolumeClaim | spec:Claim
storage_class storage_class_v1              | storage.k8s.io/v1 StorageClass  | \
allow_volume_expansion? allowed_topologies*Topology mount_options parameters{} reclaim_policy \
storage_provisioner>provisioner volume_binding_mode
csi_driver                                  | storage.k8s.io/v1beta1 CSIDriver | spec:Driver
csi_driver_v1                               | storage.k8s.io/v1 CSIDriver     | spec:Driver
limit_range limit_range_v1                  | v1 LimitRange                   | spec:Limits
resource_quota resource_quota_v1            | v1 ResourceQuota                | spec:Quota
pod_disruption_budget                       | policy/v1beta1 PodDisruptionBudget | spec:Budget
pod_disruption_budget_v1                    | policy/v1 PodDisruptionBudget   | spec:Budget
horizontal_pod_autoscaler horizontal_pod_autoscaler_v1 | autoscaling/v1 HorizontalPodAutoscaler | spec:Autoscaler
horizontal_pod_autoscaler_v2beta2 | autoscaling/v2beta2 HorizontalPodAutoscaler | spec:Autoscaler
horizontal_pod_autoscaler_v2                | autoscaling/v2 HorizontalPodAutoscaler | spec:Autoscaler
priority_class priority_class_v1            | scheduling.k8s.io/v1 PriorityClass | \
description global_default? preemption_policy value#
runtime_class_v1                            | node.k8s.io/v1 RuntimeClass     | handler
pod_security_policy pod_security_policy_v1beta1 | policy/v1beta1 PodSecurityPolicy | spec:PodSecurityPolicy
mutating_webhook_configuration              | admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration | \
webhook*Webhook>webhooks
mutating_webhook_configuration_v1           | admissionregistration.k8s.io/v1 MutatingWebhookConfiguration | \
webhook*Webhook>webhooks
validating_webhook_configuration            | admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration | \
webhook*Webhook>webhooks
validating_webhook_configuration_v1         | admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration | \
webhook*Webhook>webhooks
api_service api_service_v1                  | apiregistration.k8s.io/v1 APIService | spec:ApiService
certificate_signing_request                 | certificates.k8s.io/v1beta1 CertificateSigningRequest | spec:Plain
certificate_signing_request_v1              | certificates.k8s.io/v1 CertificateSigningRequest | spec:Plain
"""
"""Types without ``kubernetes_`` | API version and kind | members beside ``metadata``; any other is Terraform's own."""
