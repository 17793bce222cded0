locals {
  diagnosed = merge(
    { (var.names.virtual_network) = { id = azurerm_virtual_network.this.id, metrics = true } },
    { for key, group in azurerm_network_security_group.this : group.name => { id = group.id, metrics = false } },
    { for key, ip in azurerm_public_ip.egress : ip.name => { id = ip.id, metrics = true } },
  )
}

resource "azurerm_monitor_diagnostic_setting" "this" {
  for_each = local.diagnosed

  name                       = "diag-${each.key}"
  target_resource_id         = each.value.id
  log_analytics_workspace_id = var.log_analytics.resource_id

  enabled_log {
    category_group = "allLogs"
  }

  # A network security group has logs and no metrics.
  dynamic "enabled_metric" {
    for_each = each.value.metrics ? ["AllMetrics"] : []

    content {
      category = enabled_metric.value
    }
  }
}

resource "azurerm_network_watcher_flow_log" "this" {
  name                 = "fl-${var.names.virtual_network}"
  network_watcher_name = var.flow_logs.network_watcher_name
  resource_group_name  = var.flow_logs.network_watcher_resource_group_name
  location             = var.location
  target_resource_id   = azurerm_virtual_network.this.id
  storage_account_id   = var.flow_logs.storage_account_resource_id
  enabled              = true
  version              = 2
  tags                 = var.tags

  retention_policy {
    enabled = true
    days    = var.flow_logs.retention_days
  }

  traffic_analytics {
    enabled               = true
    workspace_id          = var.log_analytics.workspace_id
    workspace_region      = var.log_analytics.location
    workspace_resource_id = var.log_analytics.resource_id
    interval_in_minutes   = 10
  }
}
