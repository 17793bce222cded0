resource "azurerm_key_vault" "this" {
  name                            = var.name
  resource_group_name             = var.resource_group_name
  location                        = var.location
  tenant_id                       = var.tenant_id
  sku_name                        = var.sku
  rbac_authorization_enabled      = true
  purge_protection_enabled        = true
  soft_delete_retention_days      = var.soft_delete_days
  public_network_access_enabled   = false
  enabled_for_deployment          = false
  enabled_for_disk_encryption     = false
  enabled_for_template_deployment = false
  tags                            = var.tags

  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
    ip_rules       = var.allowed_ip_ranges
  }
}

resource "azurerm_role_assignment" "this" {
  for_each = var.role_assignments

  scope                = azurerm_key_vault.this.id
  role_definition_name = each.value.role_definition_name
  principal_id         = each.value.principal_id
  principal_type       = each.value.principal_type
}

module "private_endpoint" {
  source = "../private-endpoint"

  name                          = var.private_endpoint.name
  resource_group_name           = var.resource_group_name
  location                      = var.location
  tags                          = var.tags
  subnet_resource_id            = var.private_endpoint.subnet_resource_id
  target_resource_id            = azurerm_key_vault.this.id
  subresource_name              = "vault"
  private_dns_zone_resource_ids = var.private_endpoint.private_dns_zone_resource_ids
}

# Terraform says that the secret exists, what it is and when it first expires; what it holds is the rotator's.
resource "azurerm_key_vault_secret" "this" {
  for_each = var.secrets

  name            = each.key
  key_vault_id    = azurerm_key_vault.this.id
  value           = "placeholder-until-first-rotation"
  content_type    = each.value.content_type
  expiration_date = each.value.expires
  tags            = merge(var.tags, each.value.tags)

  lifecycle {
    # The rotator owns value and validity (infra/ownership.yaml).
    ignore_changes = [value, expiration_date, not_before_date]
  }

  # The write goes through the private endpoint and needs the deploying identity's role.
  depends_on = [module.private_endpoint, azurerm_role_assignment.this]
}

resource "azurerm_monitor_diagnostic_setting" "this" {
  name                       = "diag-${var.name}"
  target_resource_id         = azurerm_key_vault.this.id
  log_analytics_workspace_id = var.log_analytics_workspace_resource_id

  enabled_log {
    category_group = "allLogs"
  }

  enabled_metric {
    category = "AllMetrics"
  }
}
