# What no single resource tells: Azure's own incidents, changes to the guards, and logs that stop arriving.
resource "azurerm_monitor_activity_log_alert" "service_health" {
  name                = "alert-${var.names.log_analytics}-service-health"
  resource_group_name = var.resource_group_name
  location            = "global"
  scopes              = [var.subscription_resource_id]
  description         = "Azure reports an incident or planned maintenance."
  tags                = var.tags

  criteria {
    category = "ServiceHealth"

    service_health {
      events = ["Incident", "Maintenance", "Security"]
    }
  }

  action {
    action_group_id = azurerm_monitor_action_group.caretaker.id
  }

  action {
    action_group_id = azurerm_monitor_action_group.people.id
  }
}

locals {
  # CIS Azure 5.2: changes to what protects the rest are told, whoever makes them.
  guarded_operations = {
    policy-written   = "Microsoft.Authorization/policyAssignments/write"
    policy-deleted   = "Microsoft.Authorization/policyAssignments/delete"
    role-assigned    = "Microsoft.Authorization/roleAssignments/write"
    lock-deleted     = "Microsoft.Authorization/locks/delete"
    rule-written     = "Microsoft.Network/networkSecurityGroups/write"
    rule-deleted     = "Microsoft.Network/networkSecurityGroups/delete"
    firewall-deleted = "Microsoft.Network/azureFirewalls/delete"
    vault-deleted    = "Microsoft.KeyVault/vaults/delete"
  }
}

resource "azurerm_monitor_activity_log_alert" "guarded" {
  for_each = local.guarded_operations

  name                = "alert-${var.names.log_analytics}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = "global"
  scopes              = [var.subscription_resource_id]
  description         = "${each.value} succeeded."
  tags                = var.tags

  criteria {
    category       = "Administrative"
    operation_name = each.value
    status         = "Succeeded"
  }

  action {
    action_group_id = azurerm_monitor_action_group.caretaker.id
  }
}

resource "azurerm_monitor_scheduled_query_rules_alert_v2" "ingestion" {
  name                 = "alert-${var.names.log_analytics}-ingestion"
  resource_group_name  = var.resource_group_name
  location             = var.location
  scopes               = [azurerm_log_analytics_workspace.this.id]
  display_name         = "Logs are being lost"
  description          = "The workspace reports that it drops or delays what is sent to it."
  severity             = 1
  evaluation_frequency = "PT15M"
  window_duration      = "PT15M"
  # The table appears with the first such event.
  skip_query_validation = true
  tags                  = var.tags

  criteria {
    query                   = "_LogOperation | where Category =~ 'Ingestion' and Level in ('Warning', 'Error')"
    time_aggregation_method = "Count"
    operator                = "GreaterThan"
    threshold               = 0
  }

  action {
    action_groups = [azurerm_monitor_action_group.people.id]
  }
}
