locals {
  # Abbreviation (Cloud Adoption Framework), longest name that Azure accepts, whether dashes are allowed, and whether the
  # name must be unique in the world. A function app may have 60 characters but its host id is cut at 32, so 32 it is:
  # two apps that share a storage account and the first 32 characters would steal each other's locks.
  types = {
    action_group           = { abbreviation = "ag", max = 80 }
    alert                  = { abbreviation = "alert", max = 100 }
    application_insights   = { abbreviation = "appi", max = 80 }
    bastion                = { abbreviation = "bas", max = 80 }
    data_collection_rule   = { abbreviation = "dcr", max = 64 }
    disk_encryption_set    = { abbreviation = "des", max = 80 }
    dns_resolver           = { abbreviation = "dnspr", max = 80 }
    durable_scheduler      = { abbreviation = "dts", max = 64, unique = true }
    event_grid_topic       = { abbreviation = "egst", max = 50 }
    firewall               = { abbreviation = "afw", max = 56 }
    firewall_policy        = { abbreviation = "afwp", max = 80 }
    function_app           = { abbreviation = "func", max = 32, unique = true }
    key_vault              = { abbreviation = "kv", max = 24, unique = true }
    load_balancer          = { abbreviation = "lb", max = 80 }
    log_analytics          = { abbreviation = "log", max = 63 }
    managed_identity       = { abbreviation = "id", max = 80 }
    managed_redis          = { abbreviation = "amr", max = 60, unique = true }
    nat_gateway            = { abbreviation = "ng", max = 80 }
    network_security_group = { abbreviation = "nsg", max = 60 }
    private_endpoint       = { abbreviation = "pep", max = 64 }
    private_link_scope     = { abbreviation = "ampls", max = 80 }
    public_ip              = { abbreviation = "pip", max = 80 }
    resource_group         = { abbreviation = "rg", max = 90 }
    route_table            = { abbreviation = "rt", max = 80 }
    scale_set              = { abbreviation = "vmss", max = 58 }
    service_plan           = { abbreviation = "asp", max = 40 }
    storage_account        = { abbreviation = "st", max = 24, unique = true, dashes = false }
    virtual_machine        = { abbreviation = "vm", max = 58 }
    virtual_network        = { abbreviation = "vnet", max = 64 }
    workbook               = { abbreviation = "wb", max = 80 }
  }

  region = local.region_abbreviations[var.location]
  number = format("%02d", var.instance)

  # "" is the workload itself; every component adds its own table.
  scopes = setunion([""], var.components)

  full = {
    for scope in local.scopes : scope => {
      for type, rule in local.types : type => join("-", compact([
        rule.abbreviation, var.organization, var.workload, scope, var.environment, local.region, local.number,
      ]))
    }
  }

  # What does not fit is cut, and four characters of a digest of the full name keep two long names apart. A globally
  # unique name always ends in a digest, which also covers the seed: the same name in another subscription differs.
  names_by_scope = {
    for scope, by_type in local.full : scope => {
      for type, name in by_type : type => (
        !(try(local.types[type].unique, false) || length(name) > local.types[type].max) ? name :
        try(local.types[type].dashes, true) ?
        "${trimsuffix(substr(name, 0, min(length(name), local.types[type].max - 5)), "-")}-${local.digests[scope][type]}" :
        "${substr(replace(name, "-", ""), 0, min(length(replace(name, "-", "")), local.types[type].max - 4))}${local.digests[scope][type]}"
      )
    }
  }

  digests = {
    for scope, by_type in local.full : scope => {
      for type, name in by_type : type => substr(sha1("${name}/${try(local.types[type].unique, false) ? var.unique_seed : ""}"), 0, 4)
    }
  }

  required_tags = {
    environment           = var.environment
    owner                 = var.owner
    cost-center           = var.cost_center
    data-class            = var.data_class
    workload              = var.workload
    managed-by            = "terraform"
    caretaker-mode        = var.caretaker.mode
    caretaker-backup-tier = var.caretaker.backup_tier
    caretaker-window      = var.caretaker.window
  }

  # Written out because a validation may not depend on the variable that it validates.
  required_tag_names = [
    "environment", "owner", "cost-center", "data-class", "workload", "managed-by",
    "caretaker-mode", "caretaker-backup-tier", "caretaker-window",
  ]
}
