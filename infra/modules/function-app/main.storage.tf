locals {
  accounts = {
    host = { name = var.names.host_storage_account, open_to_azure = false }
    data = { name = var.names.data_storage_account, open_to_azure = false }
    # Event Grid delivers as a trusted service, through the firewall's exception and not through a private endpoint; the
    # account holds undelivered events and nothing else (see infra/security/exceptions.yaml).
    events = { name = var.names.events_storage_account, open_to_azure = true }
  }

  containers = {
    deployments      = { account = "host" }
    caretaker-state  = { account = "data" }
    caretaker-ledger = { account = "data" }
    caretaker-policy = { account = "data" }
    dead-letters     = { account = "events" }
  }

  endpoints = {
    host-blob    = { target = azurerm_storage_account.this["host"].id, part = "blob", zone = "blob" }
    host-queue   = { target = azurerm_storage_account.this["host"].id, part = "queue", zone = "queue" }
    host-table   = { target = azurerm_storage_account.this["host"].id, part = "table", zone = "table" }
    data-blob    = { target = azurerm_storage_account.this["data"].id, part = "blob", zone = "blob" }
    events-queue = { target = azurerm_storage_account.this["events"].id, part = "queue", zone = "queue" }
    events-blob  = { target = azurerm_storage_account.this["events"].id, part = "blob", zone = "blob" }
  }
}

resource "azurerm_storage_account" "this" {
  for_each = local.accounts

  name                             = each.value.name
  resource_group_name              = var.resource_group.name
  location                         = var.location
  account_tier                     = "Standard"
  account_kind                     = "StorageV2"
  account_replication_type         = var.replication
  min_tls_version                  = "TLS1_2"
  https_traffic_only_enabled       = true
  public_network_access_enabled    = each.value.open_to_azure
  allow_nested_items_to_be_public  = false
  shared_access_key_enabled        = false
  default_to_oauth_authentication  = true
  local_user_enabled               = false
  cross_tenant_replication_enabled = false
  allowed_copy_scope               = "AAD"
  tags                             = var.tags

  network_rules {
    default_action = "Deny"
    bypass         = each.value.open_to_azure ? ["AzureServices"] : ["None"]
  }

  blob_properties {
    versioning_enabled = each.key == "data"

    delete_retention_policy {
      days = 14
    }

    container_delete_retention_policy {
      days = 14
    }
  }
}

resource "azurerm_storage_container" "this" {
  for_each = local.containers

  name                  = each.key
  storage_account_id    = azurerm_storage_account.this[each.value.account].id
  container_access_type = "private"
}

resource "azurerm_storage_queue" "events" {
  name               = "caretaker-events"
  storage_account_id = azurerm_storage_account.this["events"].id
}

# The ledger is written once; blocks may be appended, nothing may be changed.
resource "azurerm_storage_container_immutability_policy" "ledger" {
  storage_container_resource_manager_id = azurerm_storage_container.this["caretaker-ledger"].id
  immutability_period_in_days           = var.ledger.immutable_days
  protected_append_writes_all_enabled   = true
  locked                                = var.ledger.locked
}

# Written through the private endpoint, so the deploying machine must be on the network.
resource "azurerm_storage_blob" "policy" {
  name                   = "policy.yaml"
  storage_account_name   = azurerm_storage_account.this["data"].name
  storage_container_name = azurerm_storage_container.this["caretaker-policy"].name
  type                   = "Block"
  content_type           = "application/yaml"
  source_content         = var.policy_document

  depends_on = [module.private_endpoint, azurerm_role_assignment.deployer]
}

resource "azurerm_storage_blob" "document" {
  for_each = var.documents

  name                   = "${each.key}.yaml"
  storage_account_name   = azurerm_storage_account.this["data"].name
  storage_container_name = azurerm_storage_container.this["caretaker-policy"].name
  type                   = "Block"
  content_type           = "application/yaml"
  source_content         = each.value

  depends_on = [module.private_endpoint, azurerm_role_assignment.deployer]
}

module "private_endpoint" {
  source   = "../private-endpoint"
  for_each = local.endpoints

  name                          = "${var.names.private_endpoint}-${each.key}"
  resource_group_name           = var.resource_group.name
  location                      = var.location
  tags                          = var.tags
  subnet_resource_id            = var.network.endpoint_subnet_resource_id
  target_resource_id            = each.value.target
  subresource_name              = each.value.part
  private_dns_zone_resource_ids = [var.network.private_dns_zone_resource_ids[each.value.zone]]
}
