# Two identities: what observes, acts and writes cannot delete recovery points, and what deletes them can do nothing else.
resource "azurerm_user_assigned_identity" "this" {
  for_each = {
    writer = var.names.writer_managed_identity
    pruner = var.names.pruner_managed_identity
  }

  name                = each.value
  resource_group_name = var.resource_group.name
  location            = var.location
  tags                = var.tags
}

locals {
  # What the runtime and the application need on Caretaker's own resources; on the estate it is the caretaker-role module.
  own_roles = merge(
    {
      # The runtime asks for Owner on its own storage, for the leases that it takes and breaks.
      host-blobs    = { scope = azurerm_storage_account.this["host"].id, role = "Storage Blob Data Owner" }
      host-queues   = { scope = azurerm_storage_account.this["host"].id, role = "Storage Queue Data Contributor" }
      host-tables   = { scope = azurerm_storage_account.this["host"].id, role = "Storage Table Data Contributor" }
      data-blobs    = { scope = azurerm_storage_account.this["data"].id, role = "Storage Blob Data Contributor" }
      events-queues = { scope = azurerm_storage_account.this["events"].id, role = "Storage Queue Data Message Processor" }
      events-blobs  = { scope = azurerm_storage_account.this["events"].id, role = "Storage Blob Data Contributor" }
      telemetry     = { scope = azurerm_application_insights.this.id, role = "Monitoring Metrics Publisher" }
    },
    var.durable.backend != "scheduler" ? {} : {
      scheduler = { scope = azapi_resource.scheduler["this"].id, role = "Durable Task Data Contributor" }
    },
  )
}

resource "azurerm_role_assignment" "deployer" {
  for_each = toset(["data", "host"])

  scope                = azurerm_storage_account.this[each.value].id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = var.deployer_principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "writer" {
  for_each = local.own_roles

  scope                = each.value.scope
  role_definition_name = each.value.role
  principal_id         = azurerm_user_assigned_identity.this["writer"].principal_id
  principal_type       = "ServicePrincipal"
}
