output "log_analytics" {
  description = "The workspace, as networks and other modules take it: resource id, workspace id and region."
  value = {
    resource_id  = azurerm_log_analytics_workspace.this.id
    workspace_id = azurerm_log_analytics_workspace.this.workspace_id
    location     = var.location
  }
}

output "action_groups" {
  description = "Who is told, as the alerts module takes it."
  value = {
    caretaker_resource_id = azurerm_monitor_action_group.caretaker.id
    people_resource_id    = azurerm_monitor_action_group.people.id
  }
}

output "data_collection_rule_resource_id" {
  description = "Data collection rule for Linux machines."
  value       = azurerm_monitor_data_collection_rule.linux.id
}

output "flow_log_storage_resource_id" {
  description = "Storage account for flow logs."
  value       = azurerm_storage_account.flow_logs.id
}

output "monitored" {
  description = "Resources that want alerts, as the alerts module takes them: key to type, name and resource id."
  value = {
    log-analytics = { type = "Microsoft.OperationalInsights/workspaces", name = var.names.log_analytics, resource_id = azurerm_log_analytics_workspace.this.id }
    flow-logs     = { type = "Microsoft.Storage/storageAccounts", name = var.names.storage_account, resource_id = azurerm_storage_account.flow_logs.id }
  }
}
