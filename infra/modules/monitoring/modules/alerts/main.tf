locals {
  # The check frequency that Azure allows for a window of that many minutes, and still notices soon.
  frequency = { 5 = "PT1M", 15 = "PT5M", 30 = "PT5M" }

  rules = merge([
    for key, resource in var.resources : {
      for alert, rule in lookup(local.catalogue, resource.type, {}) : "${key}/${alert}" => merge(rule, resource, { alert = alert })
    }
  ]...)
}

resource "azurerm_monitor_metric_alert" "this" {
  for_each = local.rules

  name                = "alert-${each.value.name}-${each.value.alert}"
  resource_group_name = var.resource_group_name
  scopes              = [each.value.resource_id]
  description         = "${each.value.type}: ${each.value.metric} ${each.value.operator} ${lookup(var.thresholds, each.key, each.value.threshold)} over ${each.value.minutes} minutes."
  severity            = each.value.severity
  frequency           = local.frequency[each.value.minutes]
  window_size         = "PT${each.value.minutes}M"
  auto_mitigate       = true
  tags                = var.tags

  criteria {
    metric_namespace = each.value.type
    metric_name      = each.value.metric
    aggregation      = each.value.aggregation
    operator         = each.value.operator
    threshold        = lookup(var.thresholds, each.key, each.value.threshold)
    # Some metrics appear only once the resource has had traffic.
    skip_metric_validation = true
  }

  action {
    action_group_id = var.action_groups.caretaker_resource_id
  }

  dynamic "action" {
    for_each = each.value.severity <= 1 ? [var.action_groups.people_resource_id] : []

    content {
      action_group_id = action.value
    }
  }
}

# Azure's own verdict on every resource of the group, metric or not.
resource "azurerm_monitor_activity_log_alert" "health" {
  name                = "alert-${var.resource_group_name}-resource-health"
  resource_group_name = var.resource_group_name
  location            = var.location
  scopes              = var.health_scopes
  description         = "A resource became degraded or unavailable, or came back."
  tags                = var.tags

  criteria {
    category       = "ResourceHealth"
    resource_types = sort(distinct([for resource in values(var.resources) : resource.type]))

    resource_health {
      current  = ["Available", "Degraded", "Unavailable"]
      previous = ["Available", "Degraded", "Unavailable"]
      reason   = ["PlatformInitiated", "Unknown"]
    }
  }

  action {
    action_group_id = var.action_groups.caretaker_resource_id
  }
}
