locals {
  # The catalogue must outlive every point that it lists.
  immutable_days = max([for tier in values(var.tiers) : tier.immutable_days]...)

  writers = merge([
    for region in keys(var.catalogues) : {
      for writer, principal in var.writers : "${region}/${writer}" => { region = region, principal = principal }
    }
  ]...)
}

resource "azurerm_storage_account" "catalogue" {
  for_each = var.catalogues

  name                             = each.value.storage_account_name
  resource_group_name              = each.value.resource_group_name
  location                         = each.value.location
  account_tier                     = "Standard"
  account_kind                     = "StorageV2"
  account_replication_type         = each.value.replication
  min_tls_version                  = "TLS1_2"
  https_traffic_only_enabled       = true
  public_network_access_enabled    = false
  allow_nested_items_to_be_public  = false
  shared_access_key_enabled        = false
  default_to_oauth_authentication  = true
  local_user_enabled               = false
  cross_tenant_replication_enabled = false
  allowed_copy_scope               = "AAD"
  # Encrypted twice, with two keys: the catalogue names everything that is worth attacking.
  infrastructure_encryption_enabled = true
  tags                              = var.tags

  network_rules {
    default_action = "Deny"
    bypass         = ["None"]
  }

  blob_properties {
    versioning_enabled  = true
    change_feed_enabled = true

    delete_retention_policy {
      days = 30
    }

    container_delete_retention_policy {
      days = 30
    }
  }
}

resource "azurerm_storage_container" "catalogue" {
  for_each = var.catalogues

  name                  = "catalogue"
  storage_account_id    = azurerm_storage_account.catalogue[each.key].id
  container_access_type = "private"
}

# Entries are written once. Appending to a journal stays possible, changing what was written does not.
resource "azurerm_storage_container_immutability_policy" "catalogue" {
  for_each = var.catalogues

  storage_container_resource_manager_id = azurerm_storage_container.catalogue[each.key].id
  immutability_period_in_days           = local.immutable_days
  protected_append_writes_all_enabled   = true
  locked                                = var.immutability_locked
}

resource "azurerm_role_assignment" "writer" {
  for_each = local.writers

  scope                = azurerm_storage_account.catalogue[each.value.region].id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = each.value.principal
  principal_type       = "ServicePrincipal"
}

module "private_endpoint" {
  source   = "../private-endpoint"
  for_each = var.catalogues

  name                          = each.value.private_endpoint.name
  resource_group_name           = var.catalogues["primary"].resource_group_name
  location                      = each.value.private_endpoint.location
  tags                          = var.tags
  subnet_resource_id            = each.value.private_endpoint.subnet_resource_id
  target_resource_id            = azurerm_storage_account.catalogue[each.key].id
  subresource_name              = "blob"
  private_dns_zone_resource_ids = each.value.private_endpoint.private_dns_zone_resource_ids
}

resource "azurerm_monitor_diagnostic_setting" "catalogue" {
  for_each = var.catalogues

  name                       = "diag-${each.value.storage_account_name}"
  target_resource_id         = "${azurerm_storage_account.catalogue[each.key].id}/blobServices/default"
  log_analytics_workspace_id = var.log_analytics_workspace_resource_id

  enabled_log {
    category_group = "audit"
  }

  enabled_metric {
    category = "Transaction"
  }
}
