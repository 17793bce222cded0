locals {
  tiles = {
    "Alerts that are firing" = {
      resource_type = "microsoft.resourcegraph/resources"
      query_type    = 1
      query         = "alertsmanagementresources | where type == 'microsoft.alertsmanagement/alerts' | where properties.essentials.monitorCondition == 'Fired' | project alert = name, severity = tostring(properties.essentials.severity), resource = tostring(properties.essentials.targetResourceName), since = todatetime(properties.essentials.startDateTime) | order by severity asc, since desc"
    }
    "Resources that are not available" = {
      resource_type = "microsoft.resourcegraph/resources"
      query_type    = 1
      query         = "healthresources | where type == 'microsoft.resourcehealth/availabilitystatuses' | where properties.availabilityState != 'Available' | project resource = tostring(properties.targetResourceId), state = tostring(properties.availabilityState), since = todatetime(properties.occurredTime)"
    }
    "What Caretaker did" = {
      resource_type = "microsoft.operationalinsights/workspaces"
      query_type    = 0
      query         = "AppTraces | where Properties has 'runbook' | summarize runs = count() by runbook = tostring(Properties.runbook), outcome = tostring(Properties.outcome), bin(TimeGenerated, 1h)"
    }
    "Denied by the network" = {
      resource_type = "microsoft.operationalinsights/workspaces"
      query_type    = 0
      query         = "NTANetAnalytics | where FlowStatus == 'Denied' | summarize flows = sum(DeniedInFlows + DeniedOutFlows) by SrcIp, DestIp, DestPort | top 20 by flows"
    }
  }
}

resource "azurerm_application_insights_workbook" "this" {
  # Azure wants a UUID; made from the name, it stays the same.
  name                = uuidv5("url", "https://caretaker.invalid/workbooks/${var.names.workbook}")
  resource_group_name = var.resource_group_name
  location            = var.location
  display_name        = var.names.workbook
  source_id           = lower(azurerm_log_analytics_workspace.this.id)
  tags                = var.tags

  data_json = jsonencode({
    version = "Notebook/1.0"
    items = [for title, tile in local.tiles : {
      type = 3
      name = title
      content = {
        version                 = "KqlItem/1.0"
        title                   = title
        query                   = tile.query
        queryType               = tile.query_type
        resourceType            = tile.resource_type
        size                    = 0
        timeContext             = { durationMs = 86400000 }
        visualization           = "table"
        noDataMessage           = "Nothing."
        crossComponentResources = tile.query_type == 1 ? ["value::all"] : [azurerm_log_analytics_workspace.this.id]
      }
    }]
    isLocked = true
  })
}
