mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

mock_provider "azuread" {
  source = "../../../test/infra/mocks/azuread"
}

mock_provider "azapi" {
  source = "../../../test/infra/mocks/azapi"

  override_resource {
    target = azapi_resource.scheduler
    values = {
      id     = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-caretaker/providers/Microsoft.DurableTask/schedulers/dts-test"
      output = { properties = { endpoint = "https://dts-test.westeurope.durabletask.io" } }
    }
  }

  override_resource {
    target = azapi_resource.app
    values = {
      id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-caretaker/providers/Microsoft.Web/sites/func-caretaker"
    }
  }
}

variables {
  names = {
    function_app            = "func-caretaker"
    service_plan            = "asp-caretaker"
    application_insights    = "appi-caretaker"
    durable_scheduler       = "dts-caretaker"
    private_endpoint        = "pep-caretaker"
    host_storage_account    = "stcaretakerhost"
    data_storage_account    = "stcaretakerdata"
    events_storage_account  = "stcaretakerevents"
    writer_managed_identity = "id-caretaker-writer"
    pruner_managed_identity = "id-caretaker-pruner"
  }
  resource_group = {
    name        = "rg-caretaker"
    resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-caretaker"
  }
  location         = "westeurope"
  tags             = { environment = "prod" }
  environment      = "prod"
  tenant_id        = "11111111-1111-4111-8111-111111111111"
  subscription_ids = ["22222222-2222-4222-8222-222222222222"]
  policy_document  = "environments: {prod: {}}\nrules: [{}]\n"
  network = {
    integration_subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-functions"
    endpoint_subnet_resource_id    = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-endpoints"
    private_dns_zone_resource_ids = { for key, zone in { blob = "blob.core.windows.net", queue = "queue.core.windows.net", table = "table.core.windows.net", function_app = "azurewebsites.net", durable_scheduler = "durabletask.io" } :
      key => "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.${zone}"
    }
  }
  app_role_groups = {
    operators = { role = "Caretaker.Operate", group_object_id = "66666666-6666-4666-8666-666666666666" }
  }
  monitoring = {
    log_analytics_workspace_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.OperationalInsights/workspaces/log-test"
    people_action_group_resource_id     = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/actionGroups/ag-people"
  }
}

run "rejects_a_name_that_shares_locks" {
  command = plan

  variables {
    names = {
      function_app            = "func-caretaker-with-a-name-that-is-too-long"
      service_plan            = "asp-caretaker"
      application_insights    = "appi-caretaker"
      durable_scheduler       = "dts-caretaker"
      private_endpoint        = "pep-caretaker"
      host_storage_account    = "stcaretakerhost"
      data_storage_account    = "stcaretakerdata"
      events_storage_account  = "stcaretakerevents"
      writer_managed_identity = "id-caretaker-writer"
      pruner_managed_identity = "id-caretaker-pruner"
    }
  }

  expect_failures = [var.names]
}

run "rejects_one_account_for_everything" {
  command = plan

  variables {
    names = {
      function_app            = "func-caretaker"
      service_plan            = "asp-caretaker"
      application_insights    = "appi-caretaker"
      durable_scheduler       = "dts-caretaker"
      private_endpoint        = "pep-caretaker"
      host_storage_account    = "stcaretakerhost"
      data_storage_account    = "stcaretakerdata"
      events_storage_account  = "stcaretakerdata"
      writer_managed_identity = "id-caretaker-writer"
      pruner_managed_identity = "id-caretaker-pruner"
    }
  }

  expect_failures = [var.names]
}

run "rejects_an_unknown_environment" {
  command = plan

  variables {
    environment     = "lab"
    policy_document = "environments: {lab: {}}\nrules: [{}]\n"
  }

  expect_failures = [var.environment]
}

run "rejects_a_tenant_by_name" {
  command = plan

  variables {
    tenant_id = "contoso"
  }

  expect_failures = [var.tenant_id]
}

run "rejects_no_subscription" {
  command = plan

  variables {
    subscription_ids = []
  }

  expect_failures = [var.subscription_ids]
}

run "rejects_a_policy_without_rules" {
  command = plan

  variables {
    policy_document = "environments: {prod: {}}"
  }

  expect_failures = [var.policy_document]
}

run "rejects_a_policy_of_another_environment" {
  command = plan

  variables {
    policy_document = "environments: {dev: {}}\nrules: [{}]\n"
  }

  expect_failures = [var.policy_document]
}

run "rejects_missing_zones" {
  command = plan

  variables {
    network = { integration_subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/a", endpoint_subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/b", private_dns_zone_resource_ids = {} }
  }

  expect_failures = [var.network]
}

run "rejects_a_tag_for_everyone" {
  command = plan

  variables {
    ingress = { service_tags = { all = "Internet" } }
  }

  expect_failures = [var.ingress]
}

run "rejects_operators_everywhere" {
  command = plan

  variables {
    ingress = { operator_prefixes = ["0.0.0.0/0"] }
  }

  expect_failures = [var.ingress]
}

run "rejects_an_unknown_backend" {
  command = plan

  variables {
    durable = { backend = "netherite" }
  }

  expect_failures = [var.durable]
}

run "rejects_an_unknown_sku" {
  command = plan

  variables {
    durable = { backend = "scheduler", sku = "Premium" }
  }

  expect_failures = [var.durable]
}

run "rejects_consumption_with_capacity" {
  command = plan

  variables {
    durable = { backend = "scheduler", sku = "Consumption", capacity = 3 }
  }

  expect_failures = [var.durable]
}

run "rejects_a_hub_that_storage_refuses" {
  command = plan

  variables {
    durable = { backend = "storage", task_hub = "My-Hub" }
  }

  expect_failures = [var.durable]
}

run "rejects_too_few_instances" {
  command = plan

  variables {
    scale = { maximum_instances = 1 }
  }

  expect_failures = [var.scale]
}

run "rejects_an_odd_memory" {
  command = plan

  variables {
    scale = { memory_mb = 1000 }
  }

  expect_failures = [var.scale]
}

run "rejects_too_many_ready" {
  command = plan

  variables {
    scale = { always_ready = 100 }
  }

  expect_failures = [var.scale]
}

run "rejects_a_role_in_lower_case" {
  command = plan

  variables {
    app_roles       = { read = "Read." }
    app_role_groups = {}
  }

  expect_failures = [var.app_roles]
}

run "rejects_a_group_with_an_unknown_role" {
  command = plan

  variables {
    app_role_groups = { x = { role = "Caretaker.Fly", group_object_id = "66666666-6666-4666-8666-666666666666" } }
  }

  expect_failures = [var.app_role_groups]
}

run "rejects_an_unknown_delivery" {
  command = plan

  variables {
    event_delivery = "pigeon"
  }

  expect_failures = [var.event_delivery]
}

run "rejects_a_webhook_nobody_may_call" {
  command = plan

  variables {
    event_delivery = "webhook"
  }

  expect_failures = [var.event_delivery]
}

run "rejects_a_ledger_of_a_week" {
  command = plan

  variables {
    ledger = { immutable_days = 7 }
  }

  expect_failures = [var.ledger]
}

run "rejects_an_unknown_replication" {
  command = plan

  variables {
    replication = "NONE"
  }

  expect_failures = [var.replication]
}

run "rejects_an_unknown_log_level" {
  command = plan

  variables {
    log_level = "trace"
  }

  expect_failures = [var.log_level]
}

run "rejects_an_endpoint_in_the_clear" {
  command = plan

  variables {
    arm_endpoint = "http://management.azure.com"
  }

  expect_failures = [var.arm_endpoint]
}
