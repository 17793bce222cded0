data "azurerm_client_config" "current" {}

locals {
  subscription_resource_id = "/subscriptions/${var.subscription_id}"
  replication              = length(var.zones) >= 3 ? "ZRS" : "LRS"
}

module "naming" {
  source = "../../modules/naming"

  organization = var.organization
  workload     = "platform"
  environment  = var.environment
  location     = var.location
  unique_seed  = var.subscription_id
  components   = ["network", "hub", "core", "backup", "caretaker", "host", "data", "events", "flow", "writer", "pruner", "vault", "health", "writes"]
  owner        = var.owner
  cost_center  = var.cost_center
  data_class   = "confidential"
  caretaker    = var.caretaker
}

module "naming_secondary" {
  source = "../../modules/naming"

  organization = var.organization
  workload     = "platform"
  environment  = var.environment
  location     = var.secondary_location
  unique_seed  = var.subscription_id
  components   = ["backup"]
  owner        = var.owner
  cost_center  = var.cost_center
  data_class   = "confidential"
  caretaker    = var.caretaker
}

module "resource_group" {
  source = "../../modules/resource-group"
  for_each = {
    platform         = { name = module.naming.names.resource_group, location = var.location, tags = module.naming.tags }
    network          = { name = module.naming.component_names["network"].resource_group, location = var.location, tags = module.naming.tags }
    backup           = { name = module.naming.component_names["backup"].resource_group, location = var.location, tags = module.naming.tags }
    backup-secondary = { name = module.naming_secondary.component_names["backup"].resource_group, location = var.secondary_location, tags = module.naming_secondary.tags }
  }

  name     = each.value.name
  location = each.value.location
  tags     = each.value.tags
  lock     = var.locks ? {} : null
  budget   = merge(var.budget, { contact_emails = [var.owner] })
  role_assignments = {
    readers   = { role_definition_name = "Reader", principal_id = var.groups.readers, description = "Look at the platform." }
    operators = { role_definition_name = "Monitoring Contributor", principal_id = var.groups.operators, description = "Silence and tune alerts." }
  }
}
