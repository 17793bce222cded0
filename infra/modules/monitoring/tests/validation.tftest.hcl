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

run "rejects_a_subscription_by_name" {
  command = plan

  variables {
    subscription_resource_id = "production"
  }

  expect_failures = [var.subscription_resource_id]
}

run "rejects_a_short_retention" {
  command = plan

  variables {
    retention_days = 30
  }

  expect_failures = [var.retention_days]
}

run "rejects_a_quota_of_nothing" {
  command = plan

  variables {
    daily_quota_gb = 0
  }

  expect_failures = [var.daily_quota_gb]
}

run "rejects_nobody_to_tell" {
  command = plan

  variables {
    people = {}
  }

  expect_failures = [var.people]
}

run "rejects_a_webhook_in_the_clear" {
  command = plan

  variables {
    caretaker_webhook = { uri = "http://func.example/api/alerts", application_object_id = "cccccccc-cccc-4ccc-8ccc-cccccccccccc", identifier_uri = "api://x", tenant_id = "11111111-1111-4111-8111-111111111111" }
  }

  expect_failures = [var.caretaker_webhook]
}

run "rejects_a_private_link_without_zones" {
  command = plan

  variables {
    private_link = { subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/s", private_dns_zone_resource_ids = [] }
  }

  expect_failures = [var.private_link]
}

run "rejects_a_window_on_no_day" {
  command = plan

  variables {
    windows = { w = { scopes = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test"], days = ["Someday"], start = "02:00:00", end = "06:00:00" } }
  }

  expect_failures = [var.windows]
}

run "rejects_a_window_at_no_time" {
  command = plan

  variables {
    windows = { w = { scopes = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test"], days = ["Sunday"], start = "2am", end = "06:00:00" } }
  }

  expect_failures = [var.windows]
}

run "rejects_a_window_over_nothing" {
  command = plan

  variables {
    windows = { w = { scopes = [], days = ["Sunday"], start = "02:00:00", end = "06:00:00" } }
  }

  expect_failures = [var.windows]
}
