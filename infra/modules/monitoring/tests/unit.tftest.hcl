mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  names = {
    log_analytics        = "log-conto-platform-prod-weu-01"
    action_group         = "ag-conto-platform-prod-weu-01"
    data_collection_rule = "dcr-conto-platform-prod-weu-01"
    private_link_scope   = "ampls-conto-platform-prod-weu-01"
    private_endpoint     = "pep-conto-platform-prod-weu-01"
    workbook             = "wb-conto-platform-prod-weu-01"
    storage_account      = "stcontoflowlogs"
  }
  resource_group_name      = "rg-mon"
  subscription_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222"
  location                 = "westeurope"
  tags                     = { environment = "prod" }
  people                   = { oncall = "oncall@contoso.example" }
  private_link = {
    subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-endpoints"
    private_dns_zone_resource_ids = [for zone in ["privatelink.monitor.azure.com", "privatelink.oms.opinsights.azure.com", "privatelink.ods.opinsights.azure.com", "privatelink.agentsvc.azure-automation.net", "privatelink.blob.core.windows.net"] :
      "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/${zone}"
    ]
  }
}

run "with_caretaker" {
  variables {
    caretaker_webhook = {
      uri                   = "https://func-conto.azurewebsites.net/api/alerts"
      application_object_id = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
      identifier_uri        = "api://caretaker-prod"
      tenant_id             = "11111111-1111-4111-8111-111111111111"
    }
    windows = {
      patching = { scopes = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-pay"], days = ["Sunday"], start = "02:00:00", end = "06:00:00" }
    }
  }

  assert {
    condition     = azurerm_monitor_action_group.caretaker.webhook_receiver[0].aad_auth[0].object_id == "cccccccc-cccc-4ccc-8ccc-cccccccccccc" && azurerm_monitor_action_group.caretaker.webhook_receiver[0].use_common_alert_schema && length(azurerm_monitor_action_group.caretaker.email_receiver) == 0
    error_message = "Caretaker is told by secure webhook in the common alert schema."
  }

  assert {
    condition     = azurerm_monitor_alert_processing_rule_suppression.this["patching"].schedule[0].recurrence[0].weekly[0].days_of_week == tolist(["Sunday"])
    error_message = "The window is quiet on Sunday."
  }

  assert {
    condition     = !azurerm_log_analytics_workspace.this.internet_ingestion_enabled && azurerm_monitor_private_link_scope.this.ingestion_access_mode == "PrivateOnly"
    error_message = "Logs come in through the private link alone."
  }

  assert {
    condition     = azurerm_monitor_diagnostic_setting.workspace.target_resource_id == azurerm_log_analytics_workspace.this.id
    error_message = "Queries are logged."
  }

  assert {
    condition     = length(jsondecode(azurerm_application_insights_workbook.this.data_json).items) == 4
    error_message = "The workbook holds its four tiles."
  }

  assert {
    condition     = contains(keys(azurerm_monitor_activity_log_alert.guarded), "lock-deleted") && azurerm_monitor_activity_log_alert.service_health.criteria[0].category == "ServiceHealth"
    error_message = "Azure's incidents and changes to guards are told."
  }
}

run "people_until_caretaker_exists" {
  command = plan

  assert {
    condition     = length(azurerm_monitor_action_group.caretaker.webhook_receiver) == 0 && azurerm_monitor_action_group.caretaker.email_receiver[0].email_address == "oncall@contoso.example"
    error_message = "Before Caretaker exists, its action group tells people."
  }
}
