# Each run takes several kinds of bad input at once, one per variable: a run of the whole configuration is not cheap, and
# Terraform reports which of the expected refusals is missing.

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
  location              = "westeurope"
  tags                  = { environment = "prod" }
  environment           = "prod"
  tenant_id             = "11111111-1111-4111-8111-111111111111"
  deployer_principal_id = "44444444-4444-4444-8444-444444444444"
  subscription_ids      = ["22222222-2222-4222-8222-222222222222"]
  policy_document       = "environments: {prod: {}}\nrules: [{}]\n"
  network = {
    integration_subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-functions"
    endpoint_subnet_resource_id    = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-endpoints"
    private_dns_zone_resource_ids = { for key, zone in { blob = "blob.core.windows.net", queue = "queue.core.windows.net", table = "table.core.windows.net", function_app = "azurewebsites.net", durable_scheduler = "durabletask.io" } :
      key => "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.${zone}"
    }
  }
  app_role_groups = {
    operators = { role = "Caretaker.Operator", group_object_id = "66666666-6666-4666-8666-666666666666" }
  }
  monitoring = {
    log_analytics_workspace_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.OperationalInsights/workspaces/log-test"
    people_action_group_resource_id     = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/actionGroups/ag-people"
  }
}

run "rejects_bad_input_1" {
  command = plan

  variables {
    # A name that shares locks.
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

    # A tenant by name.
    tenant_id = "contoso"

    # A deployer by name.
    deployer_principal_id = "pipeline"

    # No subscription.
    subscription_ids = []

    # A policy without rules.
    policy_document  = "environments: {prod: {}}"
    documents        = { recipes = "a: 1" }
    app_role_clients = { pipeline = { role = "Caretaker.God", principal_object_id = "77777777-7777-4777-8777-777777777777" } }
    secrets          = { OTHER = "https://kv-x.vault.azure.net/secrets/name" }

    # Missing zones.
    network = { integration_subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/a", endpoint_subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/b", private_dns_zone_resource_ids = {} }

    # A tag for everyone.
    ingress = { service_tags = { all = "Internet" } }

    # An unknown backend.
    durable = { backend = "netherite" }

    # Too few instances.
    scale = { maximum_instances = 1 }

    # A group with an unknown role.
    app_role_groups = { x = { role = "Caretaker.Fly", group_object_id = "66666666-6666-4666-8666-666666666666" } }

    # A ledger of a week.
    ledger = { immutable_days = 7 }

    # An unknown replication.
    replication = "NONE"

    # An unknown log level.
    log_level = "trace"

    # An endpoint in the clear.
    arm_endpoint = "http://management.azure.com"
  }

  expect_failures = [var.names, var.tenant_id, var.deployer_principal_id, var.subscription_ids, var.policy_document, var.documents, var.secrets, var.network, var.ingress, var.durable, var.scale, var.app_role_groups, var.app_role_clients, var.ledger, var.replication, var.log_level, var.arm_endpoint]
}

run "rejects_bad_input_2" {
  command = plan

  variables {
    # One account for everything.
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

    # A policy of another environment.
    policy_document = "environments: {dev: {}}\nrules: [{}]\n"

    # A name in the place of an object id.
    app_role_clients = { pipeline = { role = "Caretaker.Operator", principal_object_id = "pipeline" } }

    # A document that is no YAML, and a secret with its version, which would never be rotated.
    documents = { stacks = "a: [" }
    secrets   = { CARETAKER_SPACELIFT_SECRETS = "https://kv-x.vault.azure.net/secrets/name/0123456789abcdef0123456789abcdef" }

    # A token's secret with its version.
    cloudflare_token_secret_uri = "https://kv-x.vault.azure.net/secrets/name/0123456789abcdef0123456789abcdef"

    # Operators everywhere.
    ingress = { operator_prefixes = ["0.0.0.0/0"] }

    # An unknown sku.
    durable = { backend = "scheduler", sku = "Premium" }

    # An odd memory.
    scale = { memory_mb = 1000 }
  }

  expect_failures = [var.names, var.policy_document, var.documents, var.secrets, var.cloudflare_token_secret_uri, var.app_role_clients, var.ingress, var.durable, var.scale]
}

run "rejects_an_unknown_environment" {
  command = plan

  variables {
    environment     = "lab"
    policy_document = "environments: {lab: {}}\nrules: [{}]\n"
  }

  expect_failures = [var.environment]
}

run "rejects_bad_input_3" {
  command = plan

  variables {
    # Consumption with capacity.
    durable = { backend = "scheduler", sku = "Consumption", capacity = 3 }

    # Too many ready.
    scale = { always_ready = 100 }
  }

  expect_failures = [var.durable, var.scale]
}

run "rejects_a_hub_that_storage_refuses" {
  command = plan

  variables {
    durable = { backend = "storage", task_hub = "My-Hub" }
  }

  expect_failures = [var.durable]
}

run "rejects_a_role_in_lower_case" {
  command = plan

  variables {
    app_roles       = { read = "Read." }
    app_role_groups = {}
  }

  expect_failures = [var.app_roles]
}

# Apart, because what it is checked against (ingress) is refused in the runs above.
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
