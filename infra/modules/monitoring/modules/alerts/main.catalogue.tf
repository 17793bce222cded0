locals {
  # What is watched per type of resource. Severity: 0 down, 1 about to be, 2 degraded, 3 worth knowing. Metric names are
  # Azure Monitor's: https://learn.microsoft.com/azure/azure-monitor/reference/metrics-index
  catalogue = {
    "Microsoft.Cache/redisEnterprise" = {
      memory    = { metric = "usedmemorypercentage", aggregation = "Maximum", operator = "GreaterThan", threshold = 85, severity = 2, minutes = 15 }
      processor = { metric = "percentProcessorTime", aggregation = "Maximum", operator = "GreaterThan", threshold = 85, severity = 2, minutes = 15 }
    }
    "Microsoft.Compute/virtualMachineScaleSets" = {
      availability = { metric = "VmAvailabilityMetric", aggregation = "Average", operator = "LessThan", threshold = 1, severity = 1, minutes = 5 }
      processor    = { metric = "Percentage CPU", aggregation = "Average", operator = "GreaterThan", threshold = 85, severity = 2, minutes = 15 }
    }
    "Microsoft.Compute/virtualMachines" = {
      availability = { metric = "VmAvailabilityMetric", aggregation = "Average", operator = "LessThan", threshold = 1, severity = 1, minutes = 5 }
      processor    = { metric = "Percentage CPU", aggregation = "Average", operator = "GreaterThan", threshold = 90, severity = 2, minutes = 15 }
    }
    # No metric is published; its health is watched with the group's, its backlog by Caretaker's own alert on silence.
    "Microsoft.DurableTask/schedulers" = {}
    "Microsoft.EventGrid/systemTopics" = {
      dead-letters = { metric = "DeadLetteredCount", aggregation = "Total", operator = "GreaterThan", threshold = 0, severity = 2, minutes = 15 }
      dropped      = { metric = "DroppedEventCount", aggregation = "Total", operator = "GreaterThan", threshold = 0, severity = 1, minutes = 15 }
    }
    "Microsoft.Insights/components" = {
      failures = { metric = "requests/failed", aggregation = "Count", operator = "GreaterThan", threshold = 20, severity = 2, minutes = 15 }
    }
    "Microsoft.KeyVault/vaults" = {
      availability = { metric = "Availability", aggregation = "Average", operator = "LessThan", threshold = 99, severity = 1, minutes = 5 }
      saturation   = { metric = "SaturationShoebox", aggregation = "Average", operator = "GreaterThan", threshold = 75, severity = 2, minutes = 15 }
    }
    "Microsoft.Network/azureFirewalls" = {
      health     = { metric = "FirewallHealth", aggregation = "Average", operator = "LessThan", threshold = 90, severity = 0, minutes = 5 }
      snat-ports = { metric = "SNATPortUtilization", aggregation = "Maximum", operator = "GreaterThan", threshold = 80, severity = 2, minutes = 15 }
    }
    "Microsoft.Network/bastionHosts" = {
      connectivity = { metric = "pingmesh", aggregation = "Average", operator = "LessThan", threshold = 1, severity = 3, minutes = 15 }
    }
    "Microsoft.Network/loadBalancers" = {
      data-path = { metric = "VipAvailability", aggregation = "Average", operator = "LessThan", threshold = 99, severity = 0, minutes = 5 }
      backends  = { metric = "DipAvailability", aggregation = "Average", operator = "LessThan", threshold = 67, severity = 1, minutes = 5 }
    }
    "Microsoft.Network/natGateways" = {
      data-path = { metric = "DatapathAvailability", aggregation = "Average", operator = "LessThan", threshold = 90, severity = 1, minutes = 5 }
    }
    "Microsoft.Network/publicIPAddresses" = {
      attack = { metric = "IfUnderDDoSAttack", aggregation = "Maximum", operator = "GreaterThan", threshold = 0, severity = 1, minutes = 5 }
    }
    "Microsoft.OperationalInsights/workspaces" = {
      queries = { metric = "AvailabilityRate_Query", aggregation = "Average", operator = "LessThan", threshold = 95, severity = 2, minutes = 30 }
    }
    "Microsoft.Storage/storageAccounts" = {
      availability = { metric = "Availability", aggregation = "Average", operator = "LessThan", threshold = 99, severity = 1, minutes = 15 }
    }
    "Microsoft.Web/sites" = {
      server-errors = { metric = "Http5xx", aggregation = "Total", operator = "GreaterThan", threshold = 5, severity = 1, minutes = 5 }
    }
  }
}
