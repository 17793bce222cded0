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

run "with_documents_and_secrets" {
  variables {
    app_role_clients = { pipeline = { role = "Caretaker.Operator", principal_object_id = "88888888-8888-4888-8888-888888888888" } }
    documents        = { stacks = "version: 1\n" }
    secrets          = { CARETAKER_SPACELIFT_SECRETS = "https://kv-x.vault.azure.net/secrets/spacelift-webhook" }
  }

  assert {
    condition = { for setting in azapi_resource.app.body.properties.siteConfig.appSettings : setting.name => setting.value if contains(["CARETAKER_STACKS_URL", "CARETAKER_SPACELIFT_SECRETS", "CARETAKER_HCP_TERRAFORM_SECRETS"], setting.name) } == {
      CARETAKER_STACKS_URL            = "https://stcaretakerdata.blob.core.windows.net/caretaker-policy/stacks.yaml"
      CARETAKER_SPACELIFT_SECRETS     = "@Microsoft.KeyVault(SecretUri=https://kv-x.vault.azure.net/secrets/spacelift-webhook)"
      CARETAKER_HCP_TERRAFORM_SECRETS = ""
    }
    error_message = "A document is read where it is put; a secret is a reference, and empty where there is none."
  }

  assert {
    condition     = azuread_app_role_assignment.client["pipeline"].app_role_id == one([for role in azuread_application.this.app_role : role.id if role.value == "Caretaker.Operator"])
    error_message = "The pipeline holds the role that reporting drift asks for."
  }

  assert {
    condition     = azurerm_storage_blob.document["stacks"].name == "stacks.yaml"
    error_message = "The document is where the setting points."
  }
}

run "with_a_console" {
  assert {
    condition     = { for setting in azapi_resource.app.body.properties.siteConfig.appSettings : setting.name => setting.value }["AzureWebJobsDisableHomepage"] == "true"
    error_message = "The root is the console's, not a page of the platform's."
  }

  assert {
    condition     = azuread_application.console.single_page_application[0].redirect_uris == toset(["https://func-caretaker.azurewebsites.net/", "https://func-caretaker.azurewebsites.net/signed-in"])
    error_message = "Entra sends people back to the console and to nobody else."
  }

  assert {
    condition     = azuread_application_pre_authorized.console.permission_ids == toset([one(azuread_application.this.api[0].oauth2_permission_scope).id])
    error_message = "The console may use the API without asking everybody for consent."
  }
}

run "on_the_scheduler" {
  assert {
    condition     = azapi_resource.app.body.properties.functionAppConfig.runtime.name == "node" && azapi_resource.app.body.properties.functionAppConfig.runtime.version == "22"
    error_message = "Node 22, as package.json asks."
  }

  assert {
    condition     = { for setting in azapi_resource.app.body.properties.siteConfig.appSettings : setting.name => setting.value }["DURABLE_TASK_SCHEDULER_CONNECTION_STRING"] == "Endpoint=https://dts-test.westeurope.durabletask.io;Authentication=ManagedIdentity;ClientID=77777777-7777-4777-8777-777777777777"
    error_message = "The scheduler is reached with the writer's identity."
  }

  assert {
    condition     = !contains(output.app_setting_names, "AzureWebJobsStorage") && contains(output.app_setting_names, "AzureWebJobsStorage__clientId")
    error_message = "Host storage is reached with an identity; a setting AzureWebJobsStorage would win over it."
  }

  assert {
    condition     = azapi_resource.app.body.properties.siteConfig.ipSecurityRestrictionsDefaultAction == "Deny" && [for rule in azapi_resource.app.body.properties.siteConfig.ipSecurityRestrictions : rule.ipAddress] == ["ActionGroup"]
    error_message = "Only Azure Monitor's action groups reach the app from outside."
  }

  assert {
    condition     = azuread_app_role_assignment.sender["action-groups"].app_role_id == one([for role in azuread_application.this.app_role : role.id if role.value == "ActionGroupsSecureWebhook"])
    error_message = "Azure Monitor holds the role that the door asks for."
  }

  assert {
    condition     = length(distinct([for role in azuread_application.this.app_role : role.id])) == 5
    error_message = "Every role has an id of its own."
  }

  assert {
    condition     = alltrue([for assignment in values(azurerm_role_assignment.writer) : assignment.principal_id == azurerm_user_assigned_identity.this["writer"].principal_id])
    error_message = "The pruner gets nothing here."
  }

  assert {
    condition     = azapi_resource.scheduler["this"].body.properties.publicNetworkAccess == "Disabled" && length(azapi_resource.scheduler["this"].body.properties.ipAllowlist) == 0
    error_message = "The scheduler is not reachable from the Internet."
  }

  assert {
    condition     = output.event_sink.delivery == "queue" && output.event_sink.webhook_url == null
    error_message = "Events come through the queue."
  }
}

run "on_storage_with_a_webhook" {
  command = plan

  variables {
    durable        = { backend = "storage" }
    event_delivery = "webhook"
    ingress        = { service_tags = { action-groups = "ActionGroup", events = "AzureEventGrid" }, operator_prefixes = ["198.51.100.0/24"] }
  }

  assert {
    condition     = length(azapi_resource.scheduler) == 0 && !contains(output.app_setting_names, "DURABLE_TASK_SCHEDULER_CONNECTION_STRING") && !contains(output.app_setting_names, "CaretakerEvents__queueServiceUri")
    error_message = "The storage backend needs no scheduler, the webhook no queue connection."
  }

  assert {
    condition     = azuread_service_principal.sender["event-grid"].client_id == "4962773b-9cdb-44cf-a8bf-237846a00ab7" && output.event_sink.webhook_url == "https://func-caretaker.azurewebsites.net/api/events/event-grid"
    error_message = "Event Grid holds a role and knows the door."
  }

  assert {
    condition     = azapi_resource.app.body.properties.siteConfig.ipSecurityRestrictions[2].ipAddress == "198.51.100.0/24"
    error_message = "Operators outside the network are admitted by range."
  }
}

run "the_ledger_is_immutable" {
  command = plan

  variables {
    ledger = { immutable_days = 400, locked = true }
  }

  assert {
    condition     = azurerm_storage_container_immutability_policy.ledger.immutability_period_in_days == 400 && azurerm_storage_container_immutability_policy.ledger.locked
    error_message = "What is in the ledger stays."
  }
}
