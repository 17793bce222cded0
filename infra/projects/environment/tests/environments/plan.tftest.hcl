# Plans the project with the variables of one environment:
#   terraform test -test-directory=tests/environments -var-file=environments/prod.tfvars
mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"

  override_resource {
    target = module.event_source["vault"].azurerm_eventgrid_system_topic.this
    values = {
      identity = { principal_id = "66666666-6666-4666-8666-666666666666", tenant_id = "11111111-1111-4111-8111-111111111111" }
    }
  }

  override_resource {
    target = module.event_source["health"].azurerm_eventgrid_system_topic.this
    values = {
      identity = { principal_id = "66666666-6666-4666-8666-666666666666", tenant_id = "11111111-1111-4111-8111-111111111111" }
    }
  }

  override_resource {
    target = module.event_source["writes"].azurerm_eventgrid_system_topic.this
    values = {
      identity = { principal_id = "66666666-6666-4666-8666-666666666666", tenant_id = "11111111-1111-4111-8111-111111111111" }
    }
  }

  override_resource {
    target = module.hub.azurerm_firewall.this
    values = {
      ip_configuration = { private_ip_address = "10.30.0.4" }
    }
  }
}

mock_provider "azuread" {
  source = "../../../test/infra/mocks/azuread"
}

mock_provider "azapi" {
  source = "../../../test/infra/mocks/azapi"

  override_resource {
    target = module.caretaker.azapi_resource.scheduler
    values = {
      id     = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.DurableTask/schedulers/dts-test"
      output = { properties = { endpoint = "https://dts-test.westeurope.durabletask.io" } }
    }
  }

  override_resource {
    target = module.caretaker.azapi_resource.app
    values = {
      id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Web/sites/func-test"
    }
  }
}

mock_provider "cloudflare" {
  source = "../../../test/infra/mocks/cloudflare"
}

run "plan" {
  command = plan

  assert {
    condition     = output.foundation.location == var.location && length(output.foundation.private_dns.zone_names) == 11
    error_message = "The foundation must be complete."
  }

  assert {
    condition     = alltrue([for group in values(module.resource_group) : group.name != ""])
    error_message = "Every resource group has a name."
  }
}
