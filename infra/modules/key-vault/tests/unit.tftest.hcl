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

run "vault" {
  assert {
    condition     = azurerm_key_vault.this.rbac_authorization_enabled && length(azurerm_key_vault.this.access_policy) == 0
    error_message = "Rights come from roles alone."
  }

  assert {
    condition     = azurerm_monitor_diagnostic_setting.this.target_resource_id == azurerm_key_vault.this.id
    error_message = "The audit log must be this vault's."
  }

  assert {
    condition     = azurerm_key_vault_secret.this["cloudflare-api-token"].expiration_date == "2027-01-31T00:00:00Z" && azurerm_key_vault_secret.this["cloudflare-api-token"].tags["caretaker-rotation"] == "cloudflare-token"
    error_message = "A secret has an expiry and its rotation contract."
  }

  assert {
    condition     = output.secret_uris["cloudflare-api-token"] == "https://kv-test.vault.azure.net/secrets/secret-test"
    error_message = "Outputs are addresses without a version."
  }
}

run "expiry_is_the_rotators" {
  command = plan

  variables {
    secrets = {
      cloudflare-api-token = { content_type = "cloudflare-api-token", expires = "2030-01-31T00:00:00Z", tags = { caretaker-rotation = "cloudflare-token" } }
    }
  }

  assert {
    condition     = azurerm_key_vault_secret.this["cloudflare-api-token"].expiration_date == "2027-01-31T00:00:00Z"
    error_message = "Once the secret exists, Terraform leaves its expiry alone."
  }
}
