output "alert_resource_ids" {
  description = "`<resource key>/<alert>` to the resource id of the metric alert."
  value       = { for key, alert in azurerm_monitor_metric_alert.this : key => alert.id }
}

output "health_alert_resource_id" {
  description = "Resource id of the alert on resource health."
  value       = azurerm_monitor_activity_log_alert.health.id
}
