module "caretaker" {
  source = "../../modules/function-app"

  names = merge(module.naming.component_names["caretaker"], {
    host_storage_account    = module.naming.component_names["host"].storage_account
    data_storage_account    = module.naming.component_names["data"].storage_account
    events_storage_account  = module.naming.component_names["events"].storage_account
    writer_managed_identity = module.naming.component_names["writer"].managed_identity
    pruner_managed_identity = module.naming.component_names["pruner"].managed_identity
  })
  resource_group        = { name = module.resource_group["platform"].name, resource_id = module.resource_group["platform"].resource_id }
  location              = var.location
  tags                  = module.naming.tags
  environment           = var.environment
  tenant_id             = var.tenant_id
  subscription_ids      = [var.subscription_id]
  deployer_principal_id = data.azurerm_client_config.current.object_id
  durable               = var.durable
  replication           = local.replication
  ledger                = { locked = var.immutability_locked }
  log_level             = var.environment == "dev" ? "debug" : "info"

  # The policy document is delivered with the environment, so that it passes the same review as what it rules over.
  policy_document = templatefile("${path.module}/policies/${var.environment}.yaml.tftpl", { subscription_id = var.subscription_id })
  # What DNS shall be, which tiers back up what, and which secrets are rotated is written where there is something to look after.
  documents = merge(
    { stacks = file("${path.module}/../../workspaces/stacks.yaml") },
    { for name in ["backup", "dns", "rotation"] : name => file("${path.module}/policies/${var.environment}.${name}.yaml") if fileexists("${path.module}/policies/${var.environment}.${name}.yaml") },
  )
  cloudflare_token_secret_uri = module.dns.caretaker_token_secret_uri
  secrets                     = var.caretaker_secrets

  network = {
    integration_subnet_resource_id = module.spoke.subnet_resource_ids["functions"]
    endpoint_subnet_resource_id    = module.spoke.subnet_resource_ids["endpoints"]
    private_dns_zone_resource_ids  = module.private_dns.zone_resource_ids
  }

  app_role_groups = {
    readers   = { role = "Caretaker.Reader", group_object_id = var.groups.readers }
    operators = { role = "Caretaker.Operator", group_object_id = var.groups.operators }
    approvers = { role = "Caretaker.Approver", group_object_id = var.groups.approvers }
    admins    = { role = "Caretaker.Admin", group_object_id = var.groups.admins }
  }

  app_role_clients = { for name, principal_object_id in var.pipeline_clients : name => { role = "Caretaker.Operator", principal_object_id = principal_object_id } }

  monitoring = {
    log_analytics_workspace_resource_id = module.monitoring.log_analytics.resource_id
    people_action_group_resource_id     = module.monitoring.action_groups.people_resource_id
  }
}

module "caretaker_role" {
  source = "../../modules/caretaker-role"

  subscription_resource_id = local.subscription_resource_id
  name_prefix              = "Caretaker ${var.environment}"

  roles = {
    # Business units give it to the writer on their own groups; here it reaches the groups of recovery points only.
    writer = {
      owners       = ["scaler", "rotator", "backup"]
      principal_id = module.caretaker.identities["writer"].principal_id
      scopes       = { backup = module.resource_group["backup"].resource_id, backup-secondary = module.resource_group["backup-secondary"].resource_id }
    }
    pruner = {
      runbooks = []
      actions = [
        "Microsoft.Compute/disks/read",
        "Microsoft.Compute/restorePointCollections/read",
        "Microsoft.Compute/restorePointCollections/restorePoints/delete",
        "Microsoft.Compute/restorePointCollections/restorePoints/read",
        "Microsoft.Compute/snapshots/delete",
        "Microsoft.Compute/snapshots/read",
      ]
      principal_id = module.caretaker.identities["pruner"].principal_id
      scopes       = { backup = module.resource_group["backup"].resource_id, backup-secondary = module.resource_group["backup-secondary"].resource_id }
    }
  }
}

module "event_source" {
  source = "../../modules/function-app/modules/event-source"
  for_each = {
    vault  = { kind = "key-vault", location = var.location, source = module.key_vault.resource_id }
    health = { kind = "resource-health", location = "global", source = local.subscription_resource_id }
    writes = { kind = "resource-writes", location = "global", source = local.subscription_resource_id }
  }

  name                                = module.naming.component_names[each.key].event_grid_topic
  resource_group_name                 = module.resource_group["platform"].name
  location                            = each.value.location
  tags                                = module.naming.tags
  source_resource_id                  = each.value.source
  kind                                = each.value.kind
  sink                                = module.caretaker.event_sink
  log_analytics_workspace_resource_id = module.monitoring.log_analytics.resource_id
}
