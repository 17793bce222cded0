locals {
  keys = var.authentication.kind == "access-keys"

  tags = merge(
    var.tags,
    { caretaker-window = format("%s-%02d00-%dh", var.maintenance_window.day, var.maintenance_window.hour_utc, var.maintenance_window.hours) },
    var.authentication.rotation == null ? {} : {
      caretaker-rotation        = "redis-access-key"
      caretaker-rotation-secret = var.authentication.rotation.secret_name
      caretaker-rotation-days   = tostring(var.authentication.rotation.days)
    },
  )
}

# TLS 1.2 is the least that Managed Redis speaks; with the protocol encrypted there is no plain port.
resource "azurerm_managed_redis" "this" {
  name                      = var.name
  resource_group_name       = var.resource_group_name
  location                  = var.location
  sku_name                  = var.sku
  high_availability_enabled = var.high_availability
  public_network_access     = "Disabled"
  tags                      = local.tags

  default_database {
    access_keys_authentication_enabled            = local.keys
    client_protocol                               = "Encrypted"
    clustering_policy                             = var.clustering_policy
    eviction_policy                               = var.eviction_policy
    persistence_append_only_file_backup_frequency = try(var.persistence.kind == "append-only" ? var.persistence.frequency : null, null)
    persistence_redis_database_backup_frequency   = try(var.persistence.kind == "snapshot" ? var.persistence.frequency : null, null)
  }

  identity {
    type = "SystemAssigned"
  }

  lifecycle {
    # The scaler owns the size (infra/ownership.yaml).
    ignore_changes = [sku_name]
  }
}

# azurerm 4.55 has no resource for it; "default" is the one policy of the stable API: full use of the data.
resource "azapi_resource" "user" {
  for_each = var.authentication.users

  type      = "Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments@2025-07-01"
  name      = replace(each.key, "-", "")
  parent_id = "${azurerm_managed_redis.this.id}/databases/default"

  body = {
    properties = {
      accessPolicyName = "default"
      user = {
        objectId = each.value.object_id
      }
    }
  }
}

module "private_endpoint" {
  source = "../private-endpoint"

  name                          = var.private_endpoint.name
  resource_group_name           = var.resource_group_name
  location                      = var.location
  tags                          = var.tags
  subnet_resource_id            = var.private_endpoint.subnet_resource_id
  target_resource_id            = azurerm_managed_redis.this.id
  subresource_name              = "redisEnterprise"
  private_dns_zone_resource_ids = var.private_endpoint.private_dns_zone_resource_ids
}

resource "azurerm_monitor_diagnostic_setting" "this" {
  name                       = "diag-${var.name}"
  target_resource_id         = azurerm_managed_redis.this.id
  log_analytics_workspace_id = var.log_analytics_workspace_resource_id

  # The cluster has metrics; its logs (connections) are the database's.
  enabled_metric {
    category = "AllMetrics"
  }
}

resource "azurerm_monitor_diagnostic_setting" "database" {
  name                       = "diag-${var.name}-connections"
  target_resource_id         = "${azurerm_managed_redis.this.id}/databases/default"
  log_analytics_workspace_id = var.log_analytics_workspace_resource_id

  enabled_log {
    category_group = "allLogs"
  }
}
