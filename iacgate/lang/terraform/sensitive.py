"""What providers call sensitive in their schemas: the attributes of a type that hold a secret, whoever wrote it there.

Room: ``lang``. In: a type and its attributes. Out: the same, with those values a :class:`~iacgate.model.Hidden`. Real
plans carry marks for them; source, plans of old versions and states without marks do not. The table is exact, and where
a type is not in it, clear names decide (``client_secret``); a wider reading of names (:func:`names_secret`) is for what
is only hidden from print. Source of the table: the schemas in the documentation of the providers ("Sensitive").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from iacgate.model import Choice, Hidden, Partial, Path, Secret, Unknown

EVERYTHING = "*"
"""On a path: every element or member."""

_DATABASES = "password password_wo"
_CLUSTERS = "master_password master_password_wo"
_ACCOUNTS = (
    "primary_access_key secondary_access_key primary_connection_string secondary_connection_string "
    "primary_blob_connection_string secondary_blob_connection_string"
)
_KEYS = "primary_key secondary_key primary_connection_string secondary_connection_string"
_MACHINES = "admin_password ?custom_data"
_SITES = (
    "?site_config.*.application_insights_key site_credential.*.password storage_account.*.access_key "
    "connection_string.*.value auth_settings.*.active_directory.*.client_secret storage_account_access_key"
)
_SCALE_SETS = "admin_password ?custom_data ?extension.*.protected_settings"
_SERVERS = "administrator_login_password administrator_login_password_wo"
_TUNNELS = "tunnel1_preshared_key tunnel2_preshared_key"
_PRIVATE_KEYS = "private_key_pem private_key_openssh private_key_pem_pkcs8"
_HELM = "set_sensitive.*.value repository_password"
_GITHUB = "~plaintext_value ?encrypted_value"

_TABLE: dict[str, str] = {
    "aws_acm_certificate": "private_key",
    "aws_appflow_connector_profile": "?connector_profile_config.*.connector_profile_credentials.*",
    "aws_appsync_api_key": "key",
    "aws_cloudwatch_event_connection": (
        "auth_parameters.*.api_key.*.value auth_parameters.*.basic.*.password "
        "auth_parameters.*.oauth.*.client_parameters.*.client_secret"
    ),
    "aws_codebuild_source_credential": "token",
    "aws_codebuild_webhook": "secret",
    "aws_codepipeline_webhook": "authentication_configuration.*.secret_token",
    "aws_cognito_identity_provider": "provider_details.client_secret provider_details.private_key",
    "aws_cognito_user": "password temporary_password",
    "aws_cognito_user_pool_client": "client_secret",
    "aws_datasync_location_fsx_windows_file_system": "password",
    "aws_datasync_location_object_storage": "secret_key",
    "aws_datasync_location_smb": "password",
    "aws_db_instance": _DATABASES,
    "aws_directory_service_directory": "password",
    "aws_directory_service_shared_directory": "?notes",
    "aws_directory_service_trust": "trust_password",
    "aws_dms_endpoint": (
        "password kafka_settings.*.sasl_password kafka_settings.*.ssl_client_key_password "
        "redis_settings.*.auth_password mongodb_settings.*.password"
    ),
    "aws_docdb_cluster": _CLUSTERS,
    "aws_docdbelastic_cluster": "admin_user_password",
    "aws_elasticache_replication_group": "auth_token",
    "aws_elasticache_user": "passwords.* authentication_mode.*.passwords.*",
    "aws_fsx_ontap_file_system": "fsx_admin_password",
    "aws_fsx_ontap_storage_virtual_machine": (
        "svm_admin_password active_directory_configuration.*.self_managed_active_directory_configuration.*.password"
    ),
    "aws_fsx_windows_file_system": "self_managed_active_directory.*.password",
    "aws_iam_access_key": "secret ses_smtp_password_v4 encrypted_secret",
    "aws_iam_server_certificate": "private_key",
    "aws_iam_service_specific_credential": "service_password",
    "aws_iam_user_login_profile": "password",
    "aws_iot_certificate": "private_key ?certificate_pem",
    "aws_kinesis_firehose_delivery_stream": (
        "redshift_configuration.*.password http_endpoint_configuration.*.access_key splunk_configuration.*.hec_token "
        "snowflake_configuration.*.private_key snowflake_configuration.*.key_passphrase"
    ),
    "aws_kms_external_key": "key_material_base64",
    "aws_lb_listener": "default_action.*.authenticate_oidc.*.client_secret",
    "aws_lb_listener_rule": "action.*.authenticate_oidc.*.client_secret",
    "aws_lightsail_database": "master_password",
    "aws_lightsail_key_pair": "private_key",
    "aws_memorydb_user": "authentication_mode.*.passwords.*",
    "aws_mq_broker": "user.*.password ldap_server_metadata.*.service_account_password",
    "aws_neptune_cluster": _CLUSTERS,
    "aws_opensearch_domain": "advanced_security_options.*.master_user_options.*.master_user_password",
    "aws_elasticsearch_domain": "advanced_security_options.*.master_user_options.*.master_user_password",
    "aws_opsworks_application": "app_source.*.password app_source.*.ssh_key ssl_configuration.*.private_key",
    "aws_opsworks_rds_db_instance": "db_password",
    "aws_pinpoint_adm_channel": "?client_id client_secret",
    "aws_pinpoint_apns_channel": "?certificate private_key token_key",
    "aws_pinpoint_baidu_channel": "api_key secret_key",
    "aws_pinpoint_gcm_channel": "api_key ?service_json",
    "aws_quicksight_data_source": "credentials.*.credential_pair.*.password",
    "aws_rds_cluster": _CLUSTERS,
    "aws_redshift_cluster": _CLUSTERS,
    "aws_redshiftserverless_namespace": "admin_user_password admin_user_password_wo",
    "aws_sagemaker_workforce": "oidc_config.*.client_secret",
    "aws_secretsmanager_secret_version": "~secret_string ~secret_binary ~secret_string_wo",
    "aws_sns_platform_application": "platform_credential ?platform_principal",
    "aws_ssm_parameter": "~value ~value_wo",
    "aws_storagegateway_gateway": "smb_guest_password smb_active_directory_settings.*.password",
    "aws_verifiedaccess_trust_provider": "oidc_options.*.client_secret",
    "aws_vpn_connection": _TUNNELS,
    "azuread_application_password": "value",
    "azuread_service_principal_password": "value",
    "azuread_user": "password",
    "azurerm_api_management_authorization_server": "client_secret resource_owner_password",
    "azurerm_api_management_identity_provider_aad": "client_secret",
    "azurerm_api_management_subscription": _KEYS,
    "azurerm_application_gateway": "?ssl_certificate.*.data ssl_certificate.*.password",
    "azurerm_application_insights": "?instrumentation_key ?connection_string",
    "azurerm_automation_credential": "password",
    "azurerm_batch_account": "primary_access_key secondary_access_key",
    "azurerm_cognitive_account": "primary_access_key secondary_access_key",
    "azurerm_container_group": (
        "image_registry_credential.*.password container.*.secure_environment_variables.* "
        "container.*.volume.*.storage_account_key container.*.volume.*.secret.*"
    ),
    "azurerm_container_registry": "admin_password",
    "azurerm_cosmosdb_account": (
        "primary_key secondary_key primary_readonly_key secondary_readonly_key primary_sql_connection_string "
        "secondary_sql_connection_string primary_mongodb_connection_string secondary_mongodb_connection_string"
    ),
    "azurerm_eventgrid_domain": "primary_access_key secondary_access_key",
    "azurerm_eventgrid_topic": "primary_access_key secondary_access_key",
    "azurerm_eventhub_authorization_rule": _KEYS,
    "azurerm_eventhub_namespace": (
        "default_primary_key default_secondary_key "
        "default_primary_connection_string default_secondary_connection_string"
    ),
    "azurerm_eventhub_namespace_authorization_rule": _KEYS,
    "azurerm_function_app": _SITES,
    "azurerm_hdinsight_hadoop_cluster": "gateway.*.password",
    "azurerm_key_vault_certificate": "?certificate.*.contents certificate.*.password",
    "azurerm_key_vault_secret": "~value ~value_wo",
    "azurerm_kubernetes_cluster": (
        "kube_config.*.password kube_config.*.client_key kube_config_raw kube_admin_config_raw "
        "kube_admin_config.*.password kube_admin_config.*.client_key service_principal.*.client_secret "
        "windows_profile.*.admin_password azure_active_directory_role_based_access_control.*.server_app_secret"
    ),
    "azurerm_linux_function_app": _SITES,
    "azurerm_linux_virtual_machine": _MACHINES,
    "azurerm_linux_virtual_machine_scale_set": _SCALE_SETS,
    "azurerm_linux_web_app": _SITES,
    "azurerm_log_analytics_workspace": "primary_shared_key secondary_shared_key",
    "azurerm_maps_account": "primary_access_key secondary_access_key",
    "azurerm_mariadb_server": _SERVERS,
    "azurerm_mssql_managed_instance": _SERVERS,
    "azurerm_mssql_server": _SERVERS,
    "azurerm_mssql_virtual_machine": "sql_connectivity_update_password",
    "azurerm_mysql_flexible_server": "administrator_password administrator_password_wo",
    "azurerm_mysql_server": _SERVERS,
    "azurerm_notification_hub": "apns_credential.*.token gcm_credential.*.api_key",
    "azurerm_notification_hub_authorization_rule": "primary_access_key secondary_access_key",
    "azurerm_postgresql_flexible_server": "administrator_password administrator_password_wo",
    "azurerm_postgresql_server": _SERVERS,
    "azurerm_redis_cache": (
        "primary_access_key secondary_access_key primary_connection_string secondary_connection_string "
        "redis_configuration.*.rdb_storage_connection_string redis_configuration.*.aof_storage_connection_string_0"
    ),
    "azurerm_search_service": "primary_key secondary_key",
    "azurerm_servicebus_namespace": (
        "default_primary_key default_secondary_key "
        "default_primary_connection_string default_secondary_connection_string"
    ),
    "azurerm_servicebus_namespace_authorization_rule": _KEYS,
    "azurerm_signalr_service": "primary_access_key secondary_access_key",
    "azurerm_sql_server": _SERVERS,
    "azurerm_static_site": "api_key",
    "azurerm_storage_account": _ACCOUNTS,
    "azurerm_storage_account_sas": "sas",
    "azurerm_synapse_workspace": "sql_administrator_login_password",
    "azurerm_virtual_machine": "os_profile.*.admin_password ?os_profile.*.custom_data",
    "azurerm_virtual_machine_extension": "?protected_settings",
    "azurerm_virtual_network_gateway_connection": "shared_key authorization_key",
    "azurerm_vpn_server_configuration": "radius.*.server.*.secret radius_server_secret",
    "azurerm_windows_function_app": _SITES,
    "azurerm_windows_virtual_machine": _MACHINES,
    "azurerm_windows_virtual_machine_scale_set": _SCALE_SETS,
    "azurerm_windows_web_app": _SITES,
    "cloudflare_api_token": "value",
    "cloudflare_tunnel": "secret",
    "cloudflare_zero_trust_tunnel_cloudflared": "secret tunnel_secret",
    "digitalocean_database_user": "password",
    "github_actions_environment_secret": _GITHUB,
    "github_actions_organization_secret": _GITHUB,
    "github_actions_secret": _GITHUB,
    "github_codespaces_secret": _GITHUB,
    "github_dependabot_secret": _GITHUB,
    "github_organization_webhook": "configuration.*.secret",
    "github_repository_webhook": "configuration.*.secret",
    "gitlab_group_variable": "?value",
    "gitlab_project_variable": "?value",
    "google_alloydb_cluster": "initial_user.*.password",
    "google_alloydb_user": "password",
    "google_bigquery_data_transfer_config": "sensitive_params.*.secret_access_key",
    "google_compute_disk": "disk_encryption_key.*.raw_key",
    "google_compute_region_ssl_certificate": "?certificate private_key",
    "google_compute_ssl_certificate": "?certificate private_key",
    "google_compute_vpn_tunnel": "shared_secret",
    "google_container_cluster": "master_auth.*.password master_auth.*.client_key",
    "google_iap_client": "secret",
    "google_identity_platform_default_supported_idp_config": "client_secret",
    "google_identity_platform_oauth_idp_config": "client_secret",
    "google_monitoring_notification_channel": (
        "sensitive_labels.*.auth_token sensitive_labels.*.password sensitive_labels.*.service_key"
    ),
    "google_monitoring_uptime_check_config": "http_check.*.auth_info.*.password",
    "google_secret_manager_regional_secret_version": "~secret_data",
    "google_secret_manager_secret_version": "~secret_data ~secret_data_wo",
    "google_service_account_key": "private_key",
    "google_sql_database_instance": "root_password replica_configuration.*.password replica_configuration.*.client_key",
    "google_sql_ssl_cert": "private_key",
    "google_sql_user": "password password_wo",
    "google_storage_hmac_key": "secret",
    "helm_release": _HELM,
    "kubernetes_secret": "~data.* ~binary_data.* ~data_wo.* ~binary_data_wo.*",
    "kubernetes_secret_v1": "~data.* ~binary_data.* ~data_wo.* ~binary_data_wo.*",
    "local_sensitive_file": "?content ?content_base64",
    "mysql_user": "password plaintext_password",
    "okta_app_oauth": "client_secret",
    "postgresql_role": "password",
    "random_password": "result bcrypt_hash",
    "snowflake_user": "password",
    "tls_private_key": _PRIVATE_KEYS,
    "vault_generic_secret": "~data_json",
    "vault_kv_secret": "~data_json",
    "vault_kv_secret_v2": "~data_json",
}
"""Paths by type, dotted. ``~`` is before those that store a value for others, whatever that is; ``?`` before those that
hold more than a secret, so that only some of what stands there is one."""

_OWN_WORDS = (
    "password passwd passphrase client_secret secret_key secret_access_key private_key private_key_pem "
    "shared_secret auth_token access_token api_key apikey api_token connection_string account_key sas_token "
    "storage_account_access_key preshared_key webhook_secret secret_string"
)
"""Names that mean a secret in any type; what ends in one of the first three as well."""
_OWN_ENDS = r"_password|_passwd|_passphrase"
_NO_SECRETS = (
    r"(?:reset|change|manage|generate|rotate|require|use|has|disable|enable|allow)_\w*|\w*(?:key|secret)_?name"
)


class Place:
    """One sensitive path of a type: ``mark`` is ``~`` or ``?`` as in the table, else ``""``."""

    __slots__ = ("mark", "steps")

    def __init__(self, text: str) -> None:
        self.mark = text[0] if text[0] in "~?" else ""
        self.steps = tuple(text.lstrip("~?").split("."))


@cache
def places_of(kind: str) -> tuple[Place, ...] | None:
    """The sensitive paths of a type; ``None`` for a type that the table does not know."""
    written = _TABLE.get(kind)
    return None if written is None else tuple(Place(text) for text in written.split())


def mark_of(kind: str, path: Path) -> str | None:
    """How the table marks a path into the attributes of a type; ``None`` where it does not name it."""
    for place in places_of(kind) or ():
        steps = zip(place.steps, path, strict=False)
        if len(path) >= len(place.steps) and all(wanted in {EVERYTHING, step} for wanted, step in steps):
            return place.mark
    return None


def is_sensitive(kind: str, name: str) -> bool:
    """Whether the table calls an attribute of a type sensitive."""
    return any(place.steps == (name,) for place in places_of(kind) or ())


def conceal(kind: str, body: Any) -> None:
    """Wrap what is sensitive in the attributes of a resource, in place. What is wrapped or unknown stays as it is."""
    if type(body) is dict:
        if kind in _TABLE:
            conceal_known(kind, body)
        else:
            _conceal_by_name(body)


def conceal_known(kind: str, body: Any) -> None:
    """The same by the table alone: where there are marks as well, names have nothing to add."""
    for place in places_of(kind) or () if type(body) is dict else ():
        if place.steps[0] in body:
            _conceal_at(body, place.steps)


def leaves(holder: Any, key: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Every value in ``holder[key]`` that holds no others, with the container and the key it stands under."""
    stack = [(holder, key)]
    while stack:
        container, step = stack.pop()
        value = container[step]
        if isinstance(value, dict):
            stack.extend((value, name) for name in value)
        elif isinstance(value, list):
            for held in _known_and_alike(value):
                stack.extend((held, index) for index in range(len(held)))
        elif isinstance(value, Choice):
            stack.extend((value.among, index) for index in range(len(value.among)))
        else:
            yield container, step, value


def hide_leaves(holder: Any, key: Any) -> None:
    """Wrap every value in ``holder[key]``, at any depth."""
    for container, step, value in leaves(holder, key):
        if value is not None and not isinstance(value, Secret | Unknown):
            container[step] = Hidden(value)


def _conceal_at(body: Any, steps: tuple[str, ...]) -> None:
    holders = [body]
    for step in steps[:-1]:
        holders = [item for holder in holders for item in _inside(holder, step)]
    for holder in holders:
        for held in _known_and_alike(holder) if isinstance(holder, list) else (holder,):
            for key in _keys(held, steps[-1]):
                hide_leaves(held, key)


def _inside(holder: Any, step: str) -> list[Any]:
    if isinstance(holder, list):
        return [item for held in _known_and_alike(holder) for item in held] if step == EVERYTHING else []
    return [holder[key] for key in _keys(holder, step)]


def _known_and_alike(items: list[Any]) -> tuple[list[Any], ...]:
    """A list, and what those of its elements look like that may be there."""
    return (items, items.like) if isinstance(items, Partial) and items.like else (items,)


def _keys(holder: Any, step: str) -> list[Any]:
    if isinstance(holder, dict):
        return list(holder) if step == EVERYTHING else [step] if step in holder else []
    return list(range(len(holder))) if isinstance(holder, list) and step == EVERYTHING else []


def _conceal_by_name(body: dict[str, Any]) -> None:
    """Wrap the texts under clear names, in nested blocks as well; keys of maps are the user's own words."""
    waiting = [body]
    for block in waiting:
        for name in clear_names(tuple(block)):
            if type(block[name]) is str or isinstance(block[name], Choice):
                hide_leaves(block, name)
        for value in block.values():
            if isinstance(value, list):
                waiting.extend(item for held in _known_and_alike(value) for item in held if type(item) is dict)


@lru_cache(maxsize=4096)
def clear_names(names: tuple[Any, ...]) -> tuple[str, ...]:
    """Which of the names of a block mean a secret; resources of one type have mostly the same."""
    return tuple(name for name in names if isinstance(name, str) and is_clear(name))


@cache
def is_clear(name: str) -> bool:
    """Whether a name means a secret in whatever type."""
    words = "|".join(_OWN_WORDS.split())
    return bool(re.fullmatch(rf"(?:{words}|\w+(?:{_OWN_ENDS}))", name)) and not re.fullmatch(_NO_SECRETS, name)


@cache
def names_secret(name: str) -> bool:
    """Whether something of this name may hold a secret. Wrapping one too many only hides it from print."""
    return _secret_names().search(name.lower()) is not None


@cache
def _secret_names() -> re.Pattern[str]:
    words = (
        "password passwd pwd passphrase secret secret_key secret_string secret_access_key private_key private_key_pem "
        "client_secret api_key apikey access_key access_token auth_token token credentials connection_string "
        "sas_token shared_key account_key primary_key secondary_key master_key secret_value shared_secret psk"
    )
    return re.compile(rf"(?:^|[_.-])(?:{'|'.join(words.split())})$|\S(?:password|passwd|secret|token|apikey)$")
