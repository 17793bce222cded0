# Each run takes several kinds of bad input at once, one per variable: a run of the whole configuration is not cheap, and
# Terraform reports which of the expected refusals is missing.

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

variables {
  organization             = "conto"
  environment              = "prod"
  subscription_id          = "22222222-2222-4222-8222-22222222f001"
  tenant_id                = "11111111-1111-4111-8111-111111111111"
  location                 = "westeurope"
  secondary_location       = "northeurope"
  zones                    = ["1", "2", "3"]
  owner                    = "platform@contoso.example"
  cost_center              = "CC-10010"
  caretaker                = { mode = "auto", backup_tier = "gold", window = "sat,sun-0200-4h" }
  locks                    = true
  immutability_locked      = true
  budget                   = { amount = 4000, start_date = "2026-01-01T00:00:00Z" }
  egress                   = { kind = "firewall", firewall_sku_tier = "Premium", allowed_fqdns = { packages = ["packages.microsoft.com", "archive.ubuntu.com", "security.ubuntu.com"] } }
  bastion                  = { allowed_source_prefixes = ["198.51.100.0/24"] }
  durable                  = { backend = "scheduler", sku = "Dedicated", capacity = 3 }
  people                   = { platform = "platform@contoso.example", oncall = "oncall@contoso.example" }
  dns_zone                 = { id = "023e105f4ecef8ad9ca31a8372d0cf01", name = "contoso.example" }
  cloudflare_token_expires = "2027-03-31T00:00:00Z"
  log_retention_days       = 365

  quiet_windows = {
    patching = { days = ["Sunday"], start = "02:00:00", end = "06:00:00" }
  }

  network = {
    hub_address_space      = "10.30.0.0/22"
    platform_address_space = "10.30.4.0/24"
    unit_address_spaces    = { payments = "10.30.16.0/20" }
  }

  groups = {
    readers   = "aaaaaaaa-0000-4000-8000-00000000f001"
    operators = "aaaaaaaa-0000-4000-8000-00000000f002"
    approvers = "aaaaaaaa-0000-4000-8000-00000000f003"
    admins    = "aaaaaaaa-0000-4000-8000-00000000f004"
  }
}

run "rejects_an_unknown_environment" {
  command = plan

  variables {
    environment = "lab"
  }

  expect_failures = [var.environment]
}

run "rejects_bad_input_1" {
  command = plan

  variables {
    # A subscription by name.
    subscription_id = "production"

    # A tenant by name.
    tenant_id = "contoso"

    # Copies in the same region.
    secondary_location = "westeurope"

    # Prod in two zones.
    zones = ["1", "2"]

    # Prod without gold backups.
    caretaker = { backup_tier = "silver" }

    # Prod without locks.
    locks = false

    # A small platform range.
    network = { hub_address_space = "10.30.0.0/22", platform_address_space = "10.30.4.0/26", unit_address_spaces = { payments = "10.30.16.0/20" } }

    # Prod without firewall.
    egress = { kind = "nat-gateway" }

    # A group by name.
    groups = { readers = "r", operators = "o", approvers = "a", admins = "x" }

    # Prod with short logs.
    log_retention_days = 90
  }

  expect_failures = [var.subscription_id, var.tenant_id, var.secondary_location, var.zones, var.caretaker, var.locks, var.network, var.egress, var.groups, var.log_retention_days]
}

run "rejects_a_locked_qa" {
  command = plan

  variables {
    environment         = "qa"
    immutability_locked = true
  }

  expect_failures = [var.immutability_locked]
}

run "rejects_bad_input_2" {
  command = plan

  variables {
    # Overlapping ranges.
    network = { hub_address_space = "10.30.0.0/22", platform_address_space = "10.30.2.0/24", unit_address_spaces = { payments = "10.30.16.0/20" } }

    # Operators who approve.
    groups = { readers = "aaaaaaaa-0000-4000-8000-00000000f001", operators = "aaaaaaaa-0000-4000-8000-00000000f002", approvers = "aaaaaaaa-0000-4000-8000-00000000f002", admins = "aaaaaaaa-0000-4000-8000-00000000f004" }
  }

  expect_failures = [var.network, var.groups]
}
