output "app" {
  description = "The function app: name, resource id and host name."
  value = {
    name        = var.names.function_app
    resource_id = azapi_resource.app.id
    host_name   = "${var.names.function_app}.azurewebsites.net"
  }
}

output "identities" {
  description = "Caretaker's identities, `writer` and `pruner`: resource id, principal id and client id."
  value = {
    for name, identity in azurerm_user_assigned_identity.this : name => {
      resource_id  = identity.id
      principal_id = identity.principal_id
      client_id    = identity.client_id
    }
  }
}

output "alert_webhook" {
  description = "The door for alerts, as the monitoring module takes it (`caretaker_webhook`)."
  value = {
    uri                   = "https://${var.names.function_app}.azurewebsites.net/api/alerts/azure-monitor"
    application_object_id = azuread_application.this.object_id
    identifier_uri        = local.identifier_uri
    tenant_id             = var.tenant_id
  }

  # Without the sender's role its tokens would be refused.
  depends_on = [azuread_app_role_assignment.sender]
}

output "event_sink" {
  description = "Where events go, as the event-source module takes it (`sink`)."
  value = {
    delivery               = var.event_delivery
    storage_account_id     = azurerm_storage_account.this["events"].id
    queue_name             = azurerm_storage_queue.events.name
    dead_letter_container  = azurerm_storage_container.this["dead-letters"].name
    webhook_url            = var.event_delivery == "webhook" ? "https://${var.names.function_app}.azurewebsites.net/api/events/event-grid" : null
    webhook_tenant_id      = var.event_delivery == "webhook" ? var.tenant_id : null
    webhook_application_id = var.event_delivery == "webhook" ? azuread_application.this.client_id : null
  }
}

output "app_setting_names" {
  description = "Names of all application settings, sorted. Names, not values."
  value       = sort(keys(local.app_settings))
}

output "application_insights_resource_id" {
  description = "Resource id of Application Insights, for the private link scope."
  value       = azurerm_application_insights.this.id
}

output "monitored" {
  description = "Resources that want alerts, as the alerts module takes them: key to type, name and resource id."
  value = merge(
    {
      caretaker           = { type = "Microsoft.Web/sites", name = var.names.function_app, resource_id = azapi_resource.app.id }
      caretaker-telemetry = { type = "Microsoft.Insights/components", name = var.names.application_insights, resource_id = azurerm_application_insights.this.id }
    },
    { for key, account in azurerm_storage_account.this : "caretaker-${key}" => { type = "Microsoft.Storage/storageAccounts", name = local.accounts[key].name, resource_id = account.id } },
    { for key, scheduler in azapi_resource.scheduler : "caretaker-scheduler" => { type = "Microsoft.DurableTask/schedulers", name = var.names.durable_scheduler, resource_id = scheduler.id } },
  )
}
