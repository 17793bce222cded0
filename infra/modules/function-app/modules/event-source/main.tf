locals {
  kinds = {
    key-vault = {
      topic_type = "Microsoft.KeyVault.vaults"
      events     = ["Microsoft.KeyVault.SecretNearExpiry", "Microsoft.KeyVault.SecretExpired", "Microsoft.KeyVault.SecretNewVersionCreated"]
    }
    resource-health = {
      topic_type = "Microsoft.ResourceNotifications.HealthResources"
      events     = ["Microsoft.ResourceNotifications.HealthResources.AvailabilityStatusChanged", "Microsoft.ResourceNotifications.HealthResources.ResourceAnnotated"]
    }
    resource-writes = {
      topic_type = "Microsoft.Resources.Subscriptions"
      events     = ["Microsoft.Resources.ResourceWriteSuccess", "Microsoft.Resources.ResourceDeleteSuccess", "Microsoft.Resources.ResourceActionSuccess"]
    }
  }

  kind = local.kinds[var.kind]
}

resource "azurerm_eventgrid_system_topic" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  source_resource_id  = var.source_resource_id
  topic_type          = local.kind.topic_type
  tags                = var.tags

  identity {
    type = "SystemAssigned"
  }
}

# The topic's own identity writes the queue and the dead letters: no key, no signed address.
resource "azurerm_role_assignment" "this" {
  for_each = toset(var.sink.delivery == "queue" ? ["Storage Queue Data Message Sender", "Storage Blob Data Contributor"] : ["Storage Blob Data Contributor"])

  scope                = var.sink.storage_account_id
  role_definition_name = each.value
  principal_id         = azurerm_eventgrid_system_topic.this.identity[0].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_eventgrid_system_topic_event_subscription" "this" {
  name                  = "egs-caretaker"
  resource_group_name   = var.resource_group_name
  system_topic          = azurerm_eventgrid_system_topic.this.name
  event_delivery_schema = "CloudEventSchemaV1_0"
  included_event_types  = local.kind.events

  delivery_identity {
    type = "SystemAssigned"
  }

  dead_letter_identity {
    type = "SystemAssigned"
  }

  dynamic "storage_queue_endpoint" {
    for_each = var.sink.delivery == "queue" ? ["this"] : []

    content {
      storage_account_id                    = var.sink.storage_account_id
      queue_name                            = var.sink.queue_name
      queue_message_time_to_live_in_seconds = 604800
    }
  }

  dynamic "webhook_endpoint" {
    for_each = var.sink.delivery == "webhook" ? ["this"] : []

    content {
      url                               = var.sink.webhook_url
      active_directory_tenant_id        = var.sink.webhook_tenant_id
      active_directory_app_id_or_uri    = var.sink.webhook_application_id
      max_events_per_batch              = 50
      preferred_batch_size_in_kilobytes = 256
    }
  }

  storage_blob_dead_letter_destination {
    storage_account_id          = var.sink.storage_account_id
    storage_blob_container_name = var.sink.dead_letter_container
  }

  # Event Grid's longest: a day, thirty attempts.
  retry_policy {
    event_time_to_live    = 1440
    max_delivery_attempts = 30
  }

  depends_on = [azurerm_role_assignment.this]
}

resource "azurerm_monitor_diagnostic_setting" "this" {
  name                       = "diag-${var.name}"
  target_resource_id         = azurerm_eventgrid_system_topic.this.id
  log_analytics_workspace_id = var.log_analytics_workspace_resource_id

  enabled_log {
    category_group = "allLogs"
  }

  enabled_metric {
    category = "AllMetrics"
  }
}
