locals {
  diagnosed = merge(
    { (var.names.load_balancer) = { id = azurerm_lb.this.id, logs = true } },
    # A scale set has metrics and no resource logs; its machines' logs come through the data collection rule.
    { (var.names.scale_set) = { id = azurerm_orchestrated_virtual_machine_scale_set.this.id, logs = false } },
    { for key, ip in azurerm_public_ip.this : ip.name => { id = ip.id, logs = true } },
  )
}

resource "azurerm_monitor_diagnostic_setting" "this" {
  for_each = local.diagnosed

  name                       = "diag-${each.key}"
  target_resource_id         = each.value.id
  log_analytics_workspace_id = var.log_analytics_workspace_resource_id

  dynamic "enabled_log" {
    for_each = each.value.logs ? ["allLogs"] : []

    content {
      category_group = enabled_log.value
    }
  }

  enabled_metric {
    category = "AllMetrics"
  }
}
