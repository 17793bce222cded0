mock_provider "azurerm" {
  source = "../../../../../test/infra/mocks/azurerm"

  override_resource {
    target = azurerm_eventgrid_system_topic.this
    values = {
      id       = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.EventGrid/systemTopics/egst-kv"
      identity = { principal_id = "66666666-6666-4666-8666-666666666666", tenant_id = "11111111-1111-4111-8111-111111111111" }
    }
  }
}

variables {
  name                = "egst-kv"
  resource_group_name = "rg-pay"
  location            = "westeurope"
  tags                = { environment = "prod" }
  source_resource_id  = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-pay/providers/Microsoft.KeyVault/vaults/kv-pay"
  kind                = "key-vault"
  sink = {
    delivery              = "queue"
    storage_account_id    = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-caretaker/providers/Microsoft.Storage/storageAccounts/stevents"
    queue_name            = "caretaker-events"
    dead_letter_container = "dead-letters"
  }
  log_analytics_workspace_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.OperationalInsights/workspaces/log-test"
}

run "to_the_queue" {
  assert {
    condition     = azurerm_eventgrid_system_topic_event_subscription.this.storage_queue_endpoint[0].queue_name == "caretaker-events" && length(azurerm_eventgrid_system_topic_event_subscription.this.webhook_endpoint) == 0
    error_message = "Events go to the queue."
  }

  assert {
    condition     = length(azurerm_role_assignment.this) == 2 && azurerm_role_assignment.this["Storage Queue Data Message Sender"].principal_id == "66666666-6666-4666-8666-666666666666"
    error_message = "The topic's identity may write the queue and the dead letters."
  }

  assert {
    condition     = contains(azurerm_eventgrid_system_topic_event_subscription.this.included_event_types, "Microsoft.KeyVault.SecretNearExpiry") && azurerm_eventgrid_system_topic_event_subscription.this.storage_blob_dead_letter_destination[0].storage_blob_container_name == "dead-letters"
    error_message = "Expiring secrets are told, and what cannot be delivered is kept."
  }
}

run "to_the_door" {
  command = plan

  variables {
    kind = "resource-health"
    sink = {
      delivery               = "webhook"
      storage_account_id     = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-caretaker/providers/Microsoft.Storage/storageAccounts/stevents"
      queue_name             = "caretaker-events"
      dead_letter_container  = "dead-letters"
      webhook_url            = "https://func-conto.azurewebsites.net/api/events"
      webhook_tenant_id      = "11111111-1111-4111-8111-111111111111"
      webhook_application_id = "dddddddd-dddd-4ddd-8ddd-dddddddddddd"
    }
  }

  assert {
    condition     = azurerm_eventgrid_system_topic_event_subscription.this.webhook_endpoint[0].active_directory_app_id_or_uri == "dddddddd-dddd-4ddd-8ddd-dddddddddddd" && azurerm_eventgrid_system_topic.this.topic_type == "Microsoft.ResourceNotifications.HealthResources"
    error_message = "The door is entered with a token."
  }
}
