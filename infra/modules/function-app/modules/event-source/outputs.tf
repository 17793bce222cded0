output "topic_resource_id" {
  description = "Resource id of the system topic."
  value       = azurerm_eventgrid_system_topic.this.id
}

output "monitored" {
  description = "Resources that want alerts, as the alerts module takes them: key to type, name and resource id."
  value = {
    "events-${var.kind}" = { type = "Microsoft.EventGrid/systemTopics", name = var.name, resource_id = azurerm_eventgrid_system_topic.this.id }
  }
}
