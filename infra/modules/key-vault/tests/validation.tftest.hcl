mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  name                = "kv-conto-pay-prod-a1b2"
  resource_group_name = "rg-pay"
  location            = "westeurope"
  tags                = { environment = "prod" }
  tenant_id           = "11111111-1111-4111-8111-111111111111"
  private_endpoint = {
    name                          = "pep-kv"
    subnet_resource_id            = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-endpoints"
    private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net"]
  }
  secrets = {
    cloudflare-api-token = { content_type = "cloudflare-api-token", expires = "2027-01-31T00:00:00Z", tags = { caretaker-rotation = "cloudflare-token" } }
  }
  role_assignments = {
    rotator = { role_definition_name = "Key Vault Secrets Officer", principal_id = "66666666-6666-4666-8666-666666666666", principal_type = "ServicePrincipal" }
  }
  log_analytics_workspace_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.OperationalInsights/workspaces/log-test"
}

run "rejects_a_name_with_two_dashes" {
  command = plan

  variables {
    name = "kv--pay"
  }

  expect_failures = [var.name]
}

run "rejects_a_tenant_by_name" {
  command = plan

  variables {
    tenant_id = "contoso.onmicrosoft.com"
  }

  expect_failures = [var.tenant_id]
}

run "rejects_an_unknown_sku" {
  command = plan

  variables {
    sku = "basic"
  }

  expect_failures = [var.sku]
}

run "rejects_a_short_soft_delete" {
  command = plan

  variables {
    soft_delete_days = 1
  }

  expect_failures = [var.soft_delete_days]
}

run "rejects_a_role_of_the_control_plane" {
  command = plan

  variables {
    role_assignments = { all = { role_definition_name = "Contributor", principal_id = "66666666-6666-4666-8666-666666666666" } }
  }

  expect_failures = [var.role_assignments]
}

run "rejects_a_role_for_a_person" {
  command = plan

  variables {
    role_assignments = { alice = { role_definition_name = "Key Vault Reader", principal_id = "66666666-6666-4666-8666-666666666666", principal_type = "User" } }
  }

  expect_failures = [var.role_assignments]
}

run "rejects_a_secret_with_a_bad_name" {
  command = plan

  variables {
    secrets = { "API_KEY" = { content_type = "key", expires = "2027-01-31T00:00:00Z" } }
  }

  expect_failures = [var.secrets]
}

run "rejects_a_secret_without_expiry" {
  command = plan

  variables {
    secrets = { key = { content_type = "key", expires = "never" } }
  }

  expect_failures = [var.secrets]
}

run "rejects_a_secret_of_unknown_kind" {
  command = plan

  variables {
    secrets = { key = { content_type = "", expires = "2027-01-31T00:00:00Z" } }
  }

  expect_failures = [var.secrets]
}

run "rejects_the_whole_internet" {
  command = plan

  variables {
    allowed_ip_ranges = ["0.0.0.0/0"]
  }

  expect_failures = [var.allowed_ip_ranges]
}
