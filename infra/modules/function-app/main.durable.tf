# azurerm has no resource for the Durable Task Scheduler.
resource "azapi_resource" "scheduler" {
  for_each = var.durable.backend == "scheduler" ? { this = var.durable } : {}

  type      = "Microsoft.DurableTask/schedulers@2026-02-01"
  name      = var.names.durable_scheduler
  parent_id = var.resource_group.resource_id
  location  = var.location
  tags      = var.tags

  body = {
    properties = {
      publicNetworkAccess = "Disabled"
      # An empty list denies every public address.
      ipAllowlist = []
      sku         = merge({ name = each.value.sku }, each.value.capacity == null ? {} : { capacity = each.value.capacity })
    }
  }

  response_export_values = ["properties.endpoint"]
}

resource "azapi_resource" "task_hub" {
  for_each = azapi_resource.scheduler

  type      = "Microsoft.DurableTask/schedulers/taskHubs@2026-02-01"
  name      = var.durable.task_hub
  parent_id = each.value.id

  body = {
    properties = {}
  }
}

# Completed orchestrations go after a month, failed ones after three: long enough to look into, short enough to list.
resource "azapi_resource" "retention" {
  for_each = azapi_resource.scheduler

  type      = "Microsoft.DurableTask/schedulers/retentionPolicies@2026-02-01"
  name      = "default"
  parent_id = each.value.id

  body = {
    properties = {
      retentionPolicies = [
        { retentionPeriodInDays = 30 },
        { retentionPeriodInDays = 90, orchestrationState = "Failed" },
      ]
    }
  }
}

module "scheduler_endpoint" {
  source   = "../private-endpoint"
  for_each = var.durable.backend == "scheduler" ? { this = var.durable } : {}

  name                          = "${var.names.private_endpoint}-scheduler"
  resource_group_name           = var.resource_group.name
  location                      = var.location
  tags                          = var.tags
  subnet_resource_id            = var.network.endpoint_subnet_resource_id
  target_resource_id            = azapi_resource.scheduler[each.key].id
  subresource_name              = "scheduler"
  private_dns_zone_resource_ids = [var.network.private_dns_zone_resource_ids["durable_scheduler"]]
}
