# Flow logs of the virtual networks. Network Watcher is a trusted service that comes through the firewall's exception, not
# through a private endpoint, and signs in with the account's key (azurerm's flow log takes no identity); so both stay on
# for this account, which holds nothing else (see infra/security/exceptions.yaml).
resource "azurerm_storage_account" "flow_logs" {
  name                             = var.names.storage_account
  resource_group_name              = var.resource_group_name
  location                         = var.location
  account_tier                     = "Standard"
  account_kind                     = "StorageV2"
  account_replication_type         = var.zone_redundant ? "ZRS" : "LRS"
  min_tls_version                  = "TLS1_2"
  https_traffic_only_enabled       = true
  public_network_access_enabled    = true
  allow_nested_items_to_be_public  = false
  shared_access_key_enabled        = true
  default_to_oauth_authentication  = true
  local_user_enabled               = false
  cross_tenant_replication_enabled = false
  allowed_copy_scope               = "AAD"
  tags                             = var.tags

  network_rules {
    default_action = "Deny"
    bypass         = ["AzureServices"]
  }

  blob_properties {
    delete_retention_policy {
      days = 7
    }

    container_delete_retention_policy {
      days = 7
    }
  }
}

resource "azurerm_monitor_diagnostic_setting" "flow_logs" {
  name                       = "diag-${var.names.storage_account}"
  target_resource_id         = "${azurerm_storage_account.flow_logs.id}/blobServices/default"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.this.id

  enabled_log {
    category_group = "audit"
  }

  enabled_metric {
    category = "Transaction"
  }
}
