resource "azurerm_log_analytics_workspace" "this" {
  name                         = var.names.log_analytics
  resource_group_name          = var.resource_group_name
  location                     = var.location
  sku                          = "PerGB2018"
  retention_in_days            = var.retention_days
  daily_quota_gb               = var.daily_quota_gb
  local_authentication_enabled = false
  internet_ingestion_enabled   = false
  # People read logs in the portal, with Entra and roles.
  internet_query_enabled = true
  tags                   = var.tags

  identity {
    type = "SystemAssigned"
  }
}

# Who asked what: queries are logged as well.
resource "azurerm_monitor_diagnostic_setting" "workspace" {
  name                       = "diag-${var.names.log_analytics}"
  target_resource_id         = azurerm_log_analytics_workspace.this.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.this.id

  enabled_log {
    category_group = "audit"
  }

  enabled_metric {
    category = "AllMetrics"
  }
}

resource "azurerm_monitor_private_link_scope" "this" {
  name                  = var.names.private_link_scope
  resource_group_name   = var.resource_group_name
  ingestion_access_mode = "PrivateOnly"
  query_access_mode     = "Open"
  tags                  = var.tags
}

resource "azurerm_monitor_private_link_scoped_service" "workspace" {
  name                = "log-analytics"
  resource_group_name = var.resource_group_name
  scope_name          = azurerm_monitor_private_link_scope.this.name
  linked_resource_id  = azurerm_log_analytics_workspace.this.id
}

resource "azurerm_monitor_private_link_scoped_service" "this" {
  for_each = var.scoped_resources

  name                = each.key
  resource_group_name = var.resource_group_name
  scope_name          = azurerm_monitor_private_link_scope.this.name
  linked_resource_id  = each.value
}

module "private_endpoint" {
  source = "../private-endpoint"

  name                          = "${var.names.private_endpoint}-monitor"
  resource_group_name           = var.resource_group_name
  location                      = var.location
  tags                          = var.tags
  subnet_resource_id            = var.private_link.subnet_resource_id
  target_resource_id            = azurerm_monitor_private_link_scope.this.id
  subresource_name              = "azuremonitor"
  private_dns_zone_resource_ids = var.private_link.private_dns_zone_resource_ids

  # The endpoint copies what the scope holds when it is made.
  depends_on = [azurerm_monitor_private_link_scoped_service.workspace]
}

resource "azurerm_monitor_data_collection_rule" "linux" {
  name                = var.names.data_collection_rule
  resource_group_name = var.resource_group_name
  location            = var.location
  kind                = "Linux"
  description         = "System log and counters of Linux machines."
  tags                = var.tags

  destinations {
    log_analytics {
      name                  = "workspace"
      workspace_resource_id = azurerm_log_analytics_workspace.this.id
    }
  }

  data_flow {
    streams      = ["Microsoft-Syslog", "Microsoft-Perf"]
    destinations = ["workspace"]
  }

  data_sources {
    syslog {
      name           = "syslog"
      streams        = ["Microsoft-Syslog"]
      facility_names = ["auth", "authpriv", "cron", "daemon", "kern", "syslog", "user"]
      log_levels     = ["Notice", "Warning", "Error", "Critical", "Alert", "Emergency"]
    }

    performance_counter {
      name                          = "counters"
      streams                       = ["Microsoft-Perf"]
      sampling_frequency_in_seconds = 60
      counter_specifiers = [
        "Processor(*)\\% Processor Time",
        "Memory(*)\\% Used Memory",
        "Logical Disk(*)\\% Used Space",
        "Logical Disk(*)\\% Used Inodes",
        "Network(*)\\Total Bytes",
      ]
    }
  }
}
