"""Which attribute of which Terraform resource names which other: the join keys of AWS, Azure and Google Cloud.

Room: ``join``. Out: :func:`links_of`, the links of a resource type. One line of a table reads

``children | attributes | parent: keys; parent: keys``

``children`` are type names, ``{a,b}`` for several, ``*`` for any ending. An attribute is a path with dots (lists on
the way are gone through), ``**name`` is that name at any depth, ``-`` stands for a setting of the whole account or
project, which belongs to every parent. ``keys`` are the attributes of the parent that may hold the same value;
``name&group`` asks that both resources also agree on ``group``. Source: the providers' documentation of each
resource's arguments and attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import NamedTuple


class Parent(NamedTuple):
    """A type that is named, the attributes that may hold the value, and attributes both must agree on."""

    type: str
    keys: tuple[str, ...]
    also: tuple[str, ...] = ()


class Link(NamedTuple):
    """One attribute that names another resource. No ``steps``: it belongs to all of them."""

    attribute: str
    steps: tuple[str, ...]
    parents: tuple[Parent, ...]


AWS = """
aws_s3_bucket_{public_access_block,acl,ownership_controls,policy,server_side_encryption_configuration,versioning,\
lifecycle_configuration,website_configuration,cors_configuration,replication_configuration,\
object_lock_configuration,accelerate_configuration,request_payment_configuration,notification,metric,inventory,\
intelligent_tiering_configuration,analytics_configuration,object} | bucket | aws_s3_bucket: id bucket arn
aws_s3_bucket_logging | bucket target_bucket | aws_s3_bucket: id bucket arn
aws_s3_object aws_s3_object_copy | bucket | aws_s3_bucket: id bucket arn
aws_s3_access_point | bucket | aws_s3_bucket: id bucket arn
aws_s3_account_public_access_block | - | aws_s3_bucket:
aws_cloudtrail | s3_bucket_name | aws_s3_bucket: id bucket
aws_cloudtrail | cloud_watch_logs_group_arn | aws_cloudwatch_log_group: arn name
aws_cloudtrail | event_selector.data_resource.values advanced_event_selector.field_selector.starts_with \
advanced_event_selector.field_selector.equals | aws_s3_bucket: arn bucket
aws_security_group_rule aws_vpc_security_group_{ingress,egress}_rule | security_group_id | aws_security_group: id
aws_network_interface_sg_attachment | security_group_id | aws_security_group: id
aws_network_interface_sg_attachment | network_interface_id | aws_network_interface: id; aws_instance: \
primary_network_interface_id
aws_default_{security_group,network_acl,route_table} aws_security_group aws_network_acl aws_subnet \
aws_route_table aws_internet_gateway aws_vpc_endpoint aws_vpn_gateway aws_lb_target_group aws_alb_target_group \
aws_flow_log aws_egress_only_internet_gateway aws_vpc_dhcp_options_association | vpc_id | aws_vpc: id \
default_vpc_id; aws_default_vpc: id
aws_default_security_group | vpc_id | aws_vpc: id
aws_network_acl_rule aws_network_acl_association | network_acl_id | aws_network_acl: id; aws_default_network_acl: id
aws_network_acl aws_default_network_acl | subnet_ids | aws_subnet: id
aws_* | **vpc_security_group_ids **security_group_ids **security_groups **security_group_names | \
aws_security_group: id name; aws_default_security_group: id
aws_* | **subnet_id **subnet_ids **subnets **vpc_zone_identifier | aws_subnet: id; aws_default_subnet: id
aws_route aws_route_table_association aws_main_route_table_association aws_vpc_endpoint_route_table_association | \
route_table_id | aws_route_table: id; aws_default_route_table: id
aws_route | gateway_id | aws_internet_gateway: id; aws_vpn_gateway: id
aws_route | nat_gateway_id | aws_nat_gateway: id
aws_route_table | route.gateway_id | aws_internet_gateway: id
aws_route_table | route.nat_gateway_id | aws_nat_gateway: id
aws_nat_gateway aws_eip_association | allocation_id | aws_eip: id allocation_id
aws_eip aws_eip_association | instance instance_id | aws_instance: id
aws_flow_log | eni_id | aws_network_interface: id
aws_flow_log | log_destination log_group_name | aws_cloudwatch_log_group: arn name; aws_s3_bucket: arn
aws_iam_{role_policy,role_policy_attachment,instance_profile} | role | aws_iam_role: name id arn
aws_iam_policy_attachment | roles | aws_iam_role: name id arn
aws_iam_{user_policy,user_policy_attachment,access_key,user_login_profile,user_group_membership,user_ssh_key,\
virtual_mfa_device,signing_certificate} | user | aws_iam_user: name id arn
aws_iam_policy_attachment aws_iam_group_membership | users | aws_iam_user: name id arn
aws_iam_{group_policy,group_policy_attachment,group_membership} | group | aws_iam_group: name id arn
aws_iam_policy_attachment aws_iam_user_group_membership | groups | aws_iam_group: name id arn
aws_iam_{policy_attachment,role_policy_attachment,user_policy_attachment,group_policy_attachment} | policy_arn | \
aws_iam_policy: arn id
aws_iam_role | managed_policy_arns | aws_iam_policy: arn
aws_iam_role aws_iam_user | permissions_boundary | aws_iam_policy: arn
aws_* | **iam_instance_profile **iam_instance_profile.name **iam_instance_profile.arn | aws_iam_instance_profile: \
name id arn
aws_lambda_function aws_codebuild_project aws_eks_cluster aws_eks_node_group aws_ecs_task_definition \
aws_sfn_state_machine aws_glue_job aws_glue_crawler aws_s3_bucket_replication_configuration \
aws_config_configuration_recorder aws_ecs_service aws_batch_job_definition aws_codepipeline \
aws_sagemaker_notebook_instance | role role_arn service_role node_role_arn execution_role_arn task_role_arn \
iam_role iam_role_arn | aws_iam_role: arn name id
aws_* | **kms_key_id **kms_key_arn **kms_master_key_id **kms_key **kms_key_self_managed **encryption_key \
**key_arn **cloudwatch_log_group_kms_key_id **performance_insights_kms_key_id **master_user_secret_kms_key_id | \
aws_kms_key: arn id key_id; aws_kms_alias: arn id name target_key_arn; aws_kms_external_key: arn id; \
aws_kms_replica_key: arn id key_id
aws_kms_alias | target_key_id | aws_kms_key: key_id id arn
aws_kms_key_policy aws_kms_grant | key_id | aws_kms_key: key_id id arn
aws_{lb,alb}_listener | load_balancer_arn | aws_lb: arn id; aws_alb: arn id
aws_{lb,alb}_listener_rule aws_{lb,alb}_listener_certificate | listener_arn | aws_lb_listener: arn id; \
aws_alb_listener: arn id
aws_{lb,alb}_target_group_attachment | target_group_arn | aws_lb_target_group: arn id; aws_alb_target_group: arn id
aws_{lb,alb}_target_group_attachment | target_id | aws_instance: id; aws_lambda_function: arn; aws_lb: arn
aws_{lb,alb}_listener aws_{lb,alb}_listener_rule aws_autoscaling_group aws_ecs_service | **target_group_arn \
**target_group_arns | aws_lb_target_group: arn id; aws_alb_target_group: arn id
aws_lb aws_alb aws_elb | access_logs.bucket connection_logs.bucket | aws_s3_bucket: id bucket
aws_wafv2_web_acl_association aws_wafregional_web_acl_association aws_shield_protection | resource_arn | aws_lb: \
arn; aws_alb: arn; aws_api_gateway_stage: arn; aws_apigatewayv2_stage: arn; aws_appsync_graphql_api: arn; \
aws_cognito_user_pool: arn; aws_cloudfront_distribution: arn; aws_eip: arn; aws_apprunner_service: arn
aws_wafv2_web_acl_association | web_acl_arn | aws_wafv2_web_acl: arn id
aws_wafregional_web_acl_association | web_acl_id | aws_wafregional_web_acl: id
aws_wafv2_web_acl_logging_configuration | resource_arn | aws_wafv2_web_acl: arn id
aws_cloudfront_distribution | web_acl_id | aws_wafv2_web_acl: arn id; aws_waf_web_acl: id
aws_cloudfront_distribution | origin.domain_name | aws_s3_bucket: bucket_regional_domain_name bucket_domain_name; \
aws_lb: dns_name; aws_elb: dns_name; aws_api_gateway_rest_api: id
aws_cloudfront_distribution | origin.origin_access_control_id | aws_cloudfront_origin_access_control: id
aws_cloudfront_distribution | logging_config.bucket | aws_s3_bucket: bucket_domain_name bucket
aws_cloudfront_distribution | default_cache_behavior.response_headers_policy_id \
ordered_cache_behavior.response_headers_policy_id | aws_cloudfront_response_headers_policy: id
aws_cloudwatch_log_delivery_source | resource_arn | aws_cloudfront_distribution: arn
aws_cloudwatch_log_delivery | delivery_source_name | aws_cloudwatch_log_delivery_source: name
aws_api_gateway_{stage,method,method_settings,method_response,resource,authorizer,deployment,rest_api_policy,\
integration,base_path_mapping,request_validator,gateway_response} | rest_api_id api_id | \
aws_api_gateway_rest_api: id
aws_api_gateway_usage_plan | api_stages.api_id | aws_api_gateway_rest_api: id
aws_api_gateway_method_settings | stage_name | aws_api_gateway_stage: stage_name&rest_api_id
aws_api_gateway_base_path_mapping | domain_name | aws_api_gateway_domain_name: domain_name id
aws_api_gateway_stage | deployment_id | aws_api_gateway_deployment: id
aws_api_gateway_method aws_api_gateway_integration | resource_id | aws_api_gateway_resource: id
aws_api_gateway_method | authorizer_id | aws_api_gateway_authorizer: id
aws_apigatewayv2_{stage,route,authorizer,integration,deployment,api_mapping} | api_id | aws_apigatewayv2_api: id
aws_cloudwatch_log_{metric_filter,stream,subscription_filter,data_protection_policy} | log_group_name | \
aws_cloudwatch_log_group: name id arn
aws_cloudwatch_metric_alarm | metric_name | aws_cloudwatch_log_metric_filter: metric_transformation.name
aws_cloudwatch_metric_alarm | alarm_actions ok_actions insufficient_data_actions | aws_sns_topic: arn id
aws_sns_topic_{subscription,policy,data_protection_policy} | topic_arn arn | aws_sns_topic: arn id
aws_sqs_queue_{policy,redrive_policy,redrive_allow_policy} | queue_url | aws_sqs_queue: id url
aws_secretsmanager_secret_{policy,rotation,version} | secret_id secret_arn | aws_secretsmanager_secret: id arn name
aws_lambda_{permission,function_url,alias,event_source_mapping,provisioned_concurrency_config,\
function_event_invoke_config} | function_name | aws_lambda_function: function_name arn id qualified_arn
aws_efs_{file_system_policy,mount_target,access_point,backup_policy} | file_system_id | aws_efs_file_system: id arn
aws_opensearch_domain_policy | domain_name | aws_opensearch_domain: domain_name
aws_elasticsearch_domain_policy | domain_name | aws_elasticsearch_domain: domain_name
aws_backup_vault_{policy,lock_configuration,notifications} | backup_vault_name | aws_backup_vault: name id
aws_glacier_vault_lock | vault_name | aws_glacier_vault: name id
aws_ecr_{repository_policy,lifecycle_policy} | repository | aws_ecr_repository: name id
aws_ecr_registry_scanning_configuration | - | aws_ecr_repository:
aws_rds_cluster_{instance,role_association,endpoint,activity_stream} | cluster_identifier db_cluster_identifier \
resource_arn | aws_rds_cluster: id cluster_identifier arn
aws_{docdb,neptune}_cluster_instance | cluster_identifier | aws_docdb_cluster: id cluster_identifier; \
aws_neptune_cluster: id cluster_identifier
aws_db_instance aws_rds_cluster_instance | db_parameter_group_name parameter_group_name | aws_db_parameter_group: \
name id
aws_rds_cluster | db_cluster_parameter_group_name | aws_rds_cluster_parameter_group: name id
aws_docdb_cluster | db_cluster_parameter_group_name | aws_docdb_cluster_parameter_group: name id
aws_neptune_cluster | neptune_cluster_parameter_group_name | aws_neptune_cluster_parameter_group: name id
aws_redshift_cluster | cluster_parameter_group_name | aws_redshift_parameter_group: name id
aws_redshift_logging aws_redshift_snapshot_copy | cluster_identifier | aws_redshift_cluster: cluster_identifier id
aws_{db_instance,rds_cluster,docdb_cluster} | db_subnet_group_name | aws_db_subnet_group: name id; \
aws_docdb_subnet_group: name id
aws_db_instance | replicate_source_db | aws_db_instance: identifier id arn
aws_elasticache_cluster | replication_group_id | aws_elasticache_replication_group: id replication_group_id
aws_elasticache_{cluster,replication_group} | parameter_group_name | aws_elasticache_parameter_group: name id
aws_elasticache_{cluster,replication_group} | subnet_group_name | aws_elasticache_subnet_group: name id
aws_volume_attachment | volume_id | aws_ebs_volume: id
aws_volume_attachment | instance_id | aws_instance: id
aws_ebs_encryption_by_default | - | aws_ebs_volume:; aws_instance:; aws_launch_template:; aws_launch_configuration:
aws_ec2_instance_metadata_defaults | - | aws_instance:; aws_launch_template:
aws_eks_{node_group,addon,access_entry,fargate_profile,identity_provider_config,pod_identity_association} | \
cluster_name | aws_eks_cluster: name id
aws_ecs_service | task_definition | aws_ecs_task_definition: arn family id
aws_ecs_service aws_ecs_cluster_capacity_providers | cluster cluster_name | aws_ecs_cluster: id arn name
aws_route53_{record,query_log,key_signing_key,zone_association,hosted_zone_dnssec} | zone_id hosted_zone_id | \
aws_route53_zone: zone_id id
aws_route53_query_log | cloudwatch_log_group_arn | aws_cloudwatch_log_group: arn
aws_{autoscaling_group,instance,spot_fleet_request,eks_node_group} | **launch_template.id **launch_template.name \
**launch_template_specification.launch_template_id | aws_launch_template: id name
aws_autoscaling_group | launch_configuration | aws_launch_configuration: name id
aws_config_{configuration_recorder_status,delivery_channel} | name | aws_config_configuration_recorder: name id
aws_guardduty_{detector_feature,member,filter,organization_configuration} | detector_id | aws_guardduty_detector: id
aws_networkfirewall_logging_configuration | firewall_arn | aws_networkfirewall_firewall: arn id
aws_codecommit_{approval_rule_template_association,trigger} | repository_name | aws_codecommit_repository: \
repository_name id
aws_autoscaling_attachment | autoscaling_group_name | aws_autoscaling_group: name id
aws_autoscaling_attachment | lb_target_group_arn alb_target_group_arn | aws_lb_target_group: arn id; \
aws_alb_target_group: arn id
aws_dynamodb_{kinesis_streaming_destination,table_item,resource_policy} | table_name resource_arn | \
aws_dynamodb_table: name id arn
aws_kinesis_firehose_delivery_stream | **bucket_arn | aws_s3_bucket: arn
aws_athena_{database,workgroup} | **bucket | aws_s3_bucket: id bucket
aws_* | **certificate_arn **acm_certificate_arn | aws_acm_certificate: arn id; aws_acm_certificate_validation: \
certificate_arn
aws_acm_certificate_validation | certificate_arn | aws_acm_certificate: arn id
"""

AZURE = """
azurerm_storage_account_{network_rules,customer_managed_key,queue_properties,static_website} \
azurerm_storage_{management_policy,container,share,queue,table,blob,blob_inventory_policy,encryption_scope,\
data_lake_gen2_filesystem} | storage_account_id | azurerm_storage_account: id
azurerm_storage_{container,queue,share,table,blob} | storage_account_name | azurerm_storage_account: name
azurerm_storage_blob | storage_container_name storage_container_id | azurerm_storage_container: name id
azurerm_advanced_threat_protection | target_resource_id | azurerm_storage_account: id; azurerm_cosmosdb_account: id
azurerm_security_center_storage_defender | storage_account_id | azurerm_storage_account: id
azurerm_network_security_rule | network_security_group_name | azurerm_network_security_group: \
name&resource_group_name
azurerm_{subnet,network_interface}_network_security_group_association azurerm_network_watcher_flow_log | \
network_security_group_id target_resource_id | azurerm_network_security_group: id
azurerm_subnet_{network_security_group_association,route_table_association,nat_gateway_association} | subnet_id | \
azurerm_subnet: id
azurerm_subnet | virtual_network_name | azurerm_virtual_network: name&resource_group_name
azurerm_network_interface_{security_group_association,application_security_group_association,\
network_security_group_association,backend_address_pool_association} | network_interface_id | \
azurerm_network_interface: id
azurerm_network_interface_security_group_association | network_security_group_id | \
azurerm_network_security_group: id
azurerm_network_interface azurerm_lb azurerm_application_gateway azurerm_firewall azurerm_bastion_host \
azurerm_virtual_network_gateway | **public_ip_address_id | azurerm_public_ip: id
azurerm_* | **subnet_id **virtual_network_subnet_id **vnet_subnet_id | azurerm_subnet: id
azurerm_{linux,windows}_virtual_machine azurerm_virtual_machine | network_interface_ids | \
azurerm_network_interface: id
azurerm_key_vault_{access_policy,key,secret,certificate,managed_storage_account,certificate_issuer} | \
key_vault_id | azurerm_key_vault: id
azurerm_private_endpoint | private_service_connection.private_connection_resource_id | azurerm_*: id
azurerm_* | **key_vault_key_id **customer_managed_key_id **key_vault_key_identifier **encryption_key_id | \
azurerm_key_vault_key: id versionless_id resource_id
azurerm_mssql_{database,firewall_rule,virtual_network_rule,server_extended_auditing_policy,\
server_security_alert_policy,server_vulnerability_assessment,server_transparent_data_encryption,\
server_microsoft_support_auditing_policy,outbound_firewall_rule,elasticpool} | server_id server_name | \
azurerm_mssql_server: id name
azurerm_mssql_server_vulnerability_assessment | server_security_alert_policy_id | \
azurerm_mssql_server_security_alert_policy: id
azurerm_mssql_database_{extended_auditing_policy,vulnerability_assessment_rule_baseline} | database_id | \
azurerm_mssql_database: id
azurerm_sql_{database,firewall_rule,active_directory_administrator,virtual_network_rule,failover_group} \
azurerm_mssql_* | server_name | azurerm_sql_server: name&resource_group_name; azurerm_mssql_server: \
name&resource_group_name
azurerm_postgresql_{configuration,firewall_rule,database,virtual_network_rule,active_directory_administrator,\
server_key} | server_name server_id | azurerm_postgresql_server: name&resource_group_name id
azurerm_postgresql_flexible_server_{configuration,firewall_rule,database,active_directory_administrator} | \
server_id server_name | azurerm_postgresql_flexible_server: id name
azurerm_mysql_{configuration,firewall_rule,database,virtual_network_rule,active_directory_administrator,\
server_key} | server_name server_id | azurerm_mysql_server: name&resource_group_name id
azurerm_mysql_flexible_{server_configuration,server_firewall_rule,database,server_active_directory_administrator} \
| server_name server_id | azurerm_mysql_flexible_server: name&resource_group_name id
azurerm_mariadb_{firewall_rule,configuration,database,virtual_network_rule} | server_name | \
azurerm_mariadb_server: name&resource_group_name
azurerm_monitor_diagnostic_setting | target_resource_id | azurerm_*: id
azurerm_{linux,windows}_{web_app,function_app} azurerm_logic_app_standard azurerm_app_service \
azurerm_function_app | service_plan_id app_service_plan_id | azurerm_service_plan: id; azurerm_app_service_plan: id
azurerm_{linux,windows}_{web_app,function_app}_slot | app_service_id function_app_id | azurerm_linux_web_app: id; \
azurerm_windows_web_app: id; azurerm_linux_function_app: id; azurerm_windows_function_app: id
azurerm_app_service_{slot,certificate_binding,custom_hostname_binding,source_control,\
virtual_network_swift_connection,active_slot} | app_service_name app_service_id app_id | azurerm_app_service: \
name id; azurerm_linux_web_app: id name; azurerm_windows_web_app: id name; azurerm_linux_function_app: id name; \
azurerm_windows_function_app: id name
azurerm_kubernetes_cluster_{node_pool,extension,trusted_access_role_binding} | kubernetes_cluster_id cluster_id | \
azurerm_kubernetes_cluster: id
azurerm_role_assignment | role_definition_id role_definition_name | azurerm_role_definition: \
role_definition_resource_id id name
azurerm_role_assignment | scope | azurerm_*: id
azurerm_virtual_machine_data_disk_attachment azurerm_virtual_machine_extension azurerm_backup_protected_vm \
azurerm_dev_test_global_vm_shutdown_schedule | virtual_machine_id source_vm_id | azurerm_linux_virtual_machine: \
id; azurerm_windows_virtual_machine: id; azurerm_virtual_machine: id
azurerm_virtual_machine_data_disk_attachment | managed_disk_id | azurerm_managed_disk: id
azurerm_virtual_machine | storage_os_disk.managed_disk_id storage_data_disk.managed_disk_id | azurerm_managed_disk: id
azurerm_{linux,windows}_virtual_machine_scale_set azurerm_virtual_machine_scale_set_extension | \
virtual_machine_scale_set_id | azurerm_linux_virtual_machine_scale_set: id; \
azurerm_windows_virtual_machine_scale_set: id
azurerm_* | **disk_encryption_set_id | azurerm_disk_encryption_set: id
azurerm_cosmosdb_* | account_name | azurerm_cosmosdb_account: name&resource_group_name
azurerm_eventhub{,_authorization_rule,_namespace_customer_managed_key} | namespace_name namespace_id \
eventhub_namespace_id | \
azurerm_eventhub_namespace: name&resource_group_name id
azurerm_servicebus_{queue,topic,namespace_network_rule_set} | namespace_id namespace_name | \
azurerm_servicebus_namespace: id name
azurerm_redis_firewall_rule | redis_cache_name | azurerm_redis_cache: name&resource_group_name
azurerm_container_registry_{webhook,scope_map,token} | registry_name container_registry_name | \
azurerm_container_registry: name&resource_group_name
azurerm_synapse_{firewall_rule,sql_pool,spark_pool,workspace_extended_auditing_policy,\
workspace_security_alert_policy} | synapse_workspace_id | azurerm_synapse_workspace: id
azurerm_synapse_workspace_vulnerability_assessment | workspace_security_alert_policy_id | \
azurerm_synapse_workspace_security_alert_policy: id
azurerm_synapse_sql_pool_{extended_auditing_policy,security_alert_policy} | sql_pool_id | azurerm_synapse_sql_pool: id
azurerm_synapse_sql_pool_vulnerability_assessment | sql_pool_security_alert_policy_id | \
azurerm_synapse_sql_pool_security_alert_policy: id
azurerm_spring_cloud_app | service_name | azurerm_spring_cloud_service: name&resource_group_name
azurerm_cognitive_account_customer_managed_key | cognitive_account_id | azurerm_cognitive_account: id
azurerm_kusto_cluster_customer_managed_key | cluster_id | azurerm_kusto_cluster: id
azurerm_databricks_workspace_{root_dbfs_,}customer_managed_key | workspace_id | azurerm_databricks_workspace: id
azurerm_log_analytics_storage_insights azurerm_monitor_log_profile azurerm_machine_learning_workspace | \
storage_account_id | azurerm_storage_account: id
azurerm_monitor_activity_log_alert | criteria.resource_id | azurerm_*: id
azurerm_data_factory_* | data_factory_id | azurerm_data_factory: id
azurerm_log_analytics_* | workspace_id log_analytics_workspace_id workspace_resource_id | \
azurerm_log_analytics_workspace: id
azurerm_firewall_policy_rule_collection_group | firewall_policy_id | azurerm_firewall_policy: id
azurerm_firewall | firewall_policy_id | azurerm_firewall_policy: id
azurerm_application_gateway azurerm_cdn_frontdoor_* | firewall_policy_id cdn_frontdoor_firewall_policy_id | \
azurerm_web_application_firewall_policy: id; azurerm_cdn_frontdoor_firewall_policy: id
"""

GOOGLE = """
google_storage_bucket_{iam_binding,iam_member,iam_policy,access_control,acl,object} \
google_storage_{default_object_acl,default_object_access_control,object_acl,notification} | bucket | \
google_storage_bucket: name id
google_storage_bucket | logging.log_bucket | google_storage_bucket: name id
google_project_iam_{binding,member,policy,audit_config,custom_role} google_project_{service,\
default_service_accounts,organization_policy} google_compute_project_{metadata,metadata_item} | project | \
google_project: project_id id number
google_folder_iam_{binding,member,policy,audit_config} google_folder_organization_policy | folder | \
google_folder: name id folder_id
google_organization_iam_{binding,member,policy,audit_config,custom_role} | org_id | google_organization: org_id id
google_kms_crypto_key_iam_{binding,member,policy} | crypto_key_id | google_kms_crypto_key: id name
google_kms_key_ring_iam_{binding,member,policy} | key_ring_id | google_kms_key_ring: id name
google_kms_crypto_key google_kms_key_ring_import_job | key_ring | google_kms_key_ring: id name
google_kms_crypto_key_version | crypto_key | google_kms_crypto_key: id name
google_* | **kms_key_name **kms_key_self_link **crypto_key_id **default_kms_key_name **disk_encryption_key_name \
**encryption_key_name **boot_disk_kms_key | google_kms_crypto_key: id self_link name
google_pubsub_topic_iam_{binding,member,policy} google_pubsub_subscription | topic | google_pubsub_topic: name id
google_pubsub_subscription_iam_{binding,member,policy} | subscription | google_pubsub_subscription: name id
google_bigquery_dataset_{iam_binding,iam_member,iam_policy,access} google_bigquery_table google_bigquery_routine \
| dataset_id | google_bigquery_dataset: dataset_id id
google_bigquery_table_iam_{binding,member,policy} | table_id | google_bigquery_table: table_id id
google_artifact_registry_repository_iam_{binding,member,policy} | repository | \
google_artifact_registry_repository: name repository_id id
google_cloud_run_service_iam_{binding,member,policy} google_cloud_run_domain_mapping | service | \
google_cloud_run_service: name id
google_cloud_run_v2_service_iam_{binding,member,policy} | name service | google_cloud_run_v2_service: name id
google_cloud_run_v2_job_iam_{binding,member,policy} | name | google_cloud_run_v2_job: name id
google_cloudfunctions_function_iam_{binding,member,policy} | cloud_function | google_cloudfunctions_function: \
name id
google_cloudfunctions2_function_iam_{binding,member,policy} | cloud_function | google_cloudfunctions2_function: \
name id
google_secret_manager_secret_iam_{binding,member,policy} | secret_id | google_secret_manager_secret: id secret_id \
name
google_secret_manager_secret_version | secret | google_secret_manager_secret: id secret_id name
google_service_account_iam_{binding,member,policy} google_service_account_key | service_account_id | \
google_service_account: name id email unique_id
google_compute_instance_iam_{binding,member,policy} | instance_name | google_compute_instance: name id
google_compute_subnetwork_iam_{binding,member,policy} | subnetwork | google_compute_subnetwork: name id self_link
google_dataproc_cluster_iam_{binding,member,policy} | cluster | google_dataproc_cluster: name id
google_spanner_instance_iam_{binding,member,policy} google_spanner_database | instance | google_spanner_instance: \
name id
google_spanner_database_iam_{binding,member,policy} | database | google_spanner_database: name id
google_container_node_pool | cluster | google_container_cluster: name id self_link
google_compute_firewall google_compute_subnetwork google_compute_router google_compute_route \
google_compute_network_peering google_compute_global_address google_service_networking_connection \
google_vpc_access_connector google_container_cluster google_compute_firewall_policy_association | network | \
google_compute_network: name id self_link
google_dns_policy google_dns_managed_zone | **network_url | google_compute_network: id self_link name
google_compute_router_nat google_compute_router_interface google_compute_router_peer | router | \
google_compute_router: name id
google_dns_record_set google_dns_managed_zone_iam_member | managed_zone | google_dns_managed_zone: name id
google_compute_{instance,instance_template,instance_from_template,region_instance_template} | \
network_interface.subnetwork | google_compute_subnetwork: name id self_link
google_compute_{instance,instance_template,instance_from_template,region_instance_template} | \
network_interface.network | google_compute_network: name id self_link
google_compute_{instance,instance_template,instance_from_template,region_instance_template} \
google_container_cluster google_container_node_pool | service_account.email node_config.service_account | \
google_service_account: email id
google_cloud_run_service google_cloudfunctions_function google_dataproc_cluster google_notebooks_instance \
google_cloudfunctions2_function google_cloud_run_v2_service | **service_account_email **service_account_name \
**service_account **service_account_name | google_service_account: email id
google_compute_instance | **disk.source boot_disk.source attached_disk.source | google_compute_disk: id self_link \
name
google_compute_attached_disk | disk | google_compute_disk: id self_link name
google_compute_project_{metadata,metadata_item} | - | google_compute_instance:; google_compute_instance_template:
google_compute_target_{https,ssl}_proxy google_compute_region_target_https_proxy | ssl_policy | \
google_compute_ssl_policy: id self_link name; google_compute_region_ssl_policy: id self_link name
google_compute_target_{https,http}_proxy | url_map | google_compute_url_map: id self_link name
google_compute_url_map | default_service | google_compute_backend_service: id self_link name; \
google_compute_backend_bucket: id self_link
google_compute_{backend_service,backend_bucket,region_backend_service} | security_policy edge_security_policy | \
google_compute_security_policy: id self_link name
google_compute_{global_forwarding_rule,forwarding_rule} | target | google_compute_target_https_proxy: id \
self_link; google_compute_target_http_proxy: id self_link; google_compute_target_ssl_proxy: id self_link
google_sql_{ssl_cert,user,database} | instance | google_sql_database_instance: name id
google_sql_database_instance | master_instance_name | google_sql_database_instance: name id
google_logging_{project,organization,folder}_sink | destination | google_storage_bucket: name id; \
google_bigquery_dataset: id dataset_id; google_pubsub_topic: id name; google_logging_project_bucket_config: id
google_monitoring_alert_policy | conditions.condition_threshold.filter | google_logging_metric: name id
google_monitoring_alert_policy | notification_channels | google_monitoring_notification_channel: name id
google_iap_web_{iam_binding,iam_member} | project | google_project: project_id
"""

OTHER = """
github_branch_protection | repository_id | github_repository: node_id name id
github_branch_protection_v3 github_repository_{vulnerability_alerts,ruleset,webhook,environment,collaborator,\
collaborators,dependabot_security_updates,deploy_key} github_{branch,branch_default,actions_secret} | repository \
| github_repository: name id full_name
"""


class Links(NamedTuple):
    """The links of one type: ``own`` by path, ``anywhere`` by the first name of an attribute at any depth."""

    own: tuple[Link, ...]
    anywhere: dict[str, tuple[Link, ...]]


@cache
def links_of(kind: str) -> Links:
    """The links of a type, all rows that name it."""
    exact, globs = _rows()
    found = list(exact.get(kind, ()))
    for pattern, links in globs:
        if fnmatchcase(kind, pattern):
            found.extend(links)
    anywhere: dict[str, tuple[Link, ...]] = {}
    for link in found:
        if link.attribute.startswith("**"):
            anywhere[link.steps[0]] = (*anywhere.get(link.steps[0], ()), link)
    return Links(tuple(link for link in found if not link.attribute.startswith("**")), anywhere)


@cache
def belongs(child: str, parent: str, steps: tuple[str, ...]) -> bool:
    """Whether an attribute (its names, without indexes) makes a resource of one type belong to one of another.

    Where the tables name the attributes of a type for a parent, only those do: a replication rule belongs to its
    source bucket, not to the destination that it also names.
    """
    links = links_of(child)
    named = [link for link in links.own if any(is_type(parent, item.type) for item in link.parents)]
    if not named or any(link.steps and steps[: len(link.steps)] == link.steps for link in named):
        return True
    return any(steps[-len(link.steps) :] == link.steps for found in links.anywhere.values() for link in found)


@cache
def belongs_to_all(child: str, parent: str) -> bool:
    """Whether a resource of one type is a setting for all of another."""
    links = links_of(child).own
    return any(not link.steps and any(is_type(parent, item.type) for item in link.parents) for link in links)


@cache
def parent_patterns(child: str) -> tuple[str, ...]:
    """The globs among the parents of a type."""
    links = links_of(child)
    found = (item.type for link in links.own for item in link.parents)
    return tuple(dict.fromkeys(kind for kind in found if "*" in kind))


def is_type(kind: str, pattern: str) -> bool:
    return kind == pattern or ("*" in pattern and fnmatchcase(kind, pattern))


@cache
def _rows() -> tuple[dict[str, list[Link]], list[tuple[str, list[Link]]]]:
    exact: dict[str, list[Link]] = {}
    globs: dict[str, list[Link]] = {}
    for table in (AWS, AZURE, GOOGLE, OTHER):
        for line in table.strip().splitlines():
            children, attributes, parents = line.split(" | ")
            links = [Link(name, _steps(name), tuple(_parents(parents))) for name in attributes.split()]
            for child in _expanded(children):
                (globs if "*" in child else exact).setdefault(child, []).extend(links)
    return exact, list(globs.items())


def _steps(attribute: str) -> tuple[str, ...]:
    return () if attribute == "-" else tuple(attribute.removeprefix("**").split("."))


def _parents(text: str) -> Iterator[Parent]:
    for part in text.split(";"):
        kind, _, keys = part.strip().partition(":")
        also = tuple(other for key in keys.split() for other in key.split("&")[1:])
        yield Parent(kind, tuple(key.partition("&")[0] for key in keys.split()), also)


def _expanded(words: str) -> Iterator[str]:
    """Type names with their braces written out."""
    pending = words.split()
    while pending:
        word = pending.pop(0)
        match = re.match(r"(.*?)\{([^{}]*)\}(.*)", word)
        if match is None:
            yield word
        else:
            pending[:0] = [f"{match[1]}{middle}{match[3]}" for middle in match[2].split(",")]
