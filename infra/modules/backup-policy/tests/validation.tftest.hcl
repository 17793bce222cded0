mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  location = "westeurope"
  tags     = { environment = "prod" }
  catalogues = {
    primary = {
      storage_account_name = "stcontocatweu"
      resource_group_name  = "rg-backup-weu"
      location             = "westeurope"
      private_endpoint = {
        name                          = "pep-cat-weu"
        subnet_resource_id            = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-endpoints"
        location                      = "westeurope"
        private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"]
      }
    }
    secondary = {
      storage_account_name = "stcontocatneu"
      resource_group_name  = "rg-backup-neu"
      location             = "northeurope"
      private_endpoint = {
        name                          = "pep-cat-neu"
        subnet_resource_id            = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-endpoints"
        location                      = "westeurope"
        private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"]
      }
    }
  }
  writers                             = { caretaker = "66666666-6666-4666-8666-666666666666" }
  log_analytics_workspace_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.OperationalInsights/workspaces/log-test"
}

run "rejects_a_third_catalogue_by_another_name" {
  command = plan

  variables {
    catalogues = {
      primary = { storage_account_name = "stcata", resource_group_name = "rg-a", location = "westeurope", private_endpoint = { name = "p", subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/s", location = "westeurope", private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"] } }
      spare   = { storage_account_name = "stcatb", resource_group_name = "rg-b", location = "northeurope", private_endpoint = { name = "p", subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/s", location = "westeurope", private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"] } }
    }
  }

  expect_failures = [var.catalogues]
}

run "rejects_two_catalogues_in_one_region" {
  command = plan

  variables {
    catalogues = {
      primary   = { storage_account_name = "stcata", resource_group_name = "rg-a", location = "westeurope", private_endpoint = { name = "p", subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/s", location = "westeurope", private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"] } }
      secondary = { storage_account_name = "stcatb", resource_group_name = "rg-b", location = "westeurope", private_endpoint = { name = "p", subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/s", location = "westeurope", private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"] } }
    }
  }

  expect_failures = [var.catalogues]
}

run "rejects_a_primary_somewhere_else" {
  command = plan

  variables {
    catalogues = {
      primary   = { storage_account_name = "stcata", resource_group_name = "rg-a", location = "swedencentral", private_endpoint = { name = "p", subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/s", location = "westeurope", private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"] } }
      secondary = { storage_account_name = "stcatb", resource_group_name = "rg-b", location = "northeurope", private_endpoint = { name = "p", subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/s", location = "westeurope", private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"] } }
    }
  }

  expect_failures = [var.catalogues]
}

run "rejects_an_unknown_replication" {
  command = plan

  variables {
    catalogues = {
      primary   = { storage_account_name = "stcata", resource_group_name = "rg-a", location = "westeurope", replication = "COPY", private_endpoint = { name = "p", subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/s", location = "westeurope", private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"] } }
      secondary = { storage_account_name = "stcatb", resource_group_name = "rg-b", location = "northeurope", private_endpoint = { name = "p", subnet_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/v/subnets/s", location = "westeurope", private_dns_zone_resource_ids = ["/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"] } }
    }
  }

  expect_failures = [var.catalogues]
}

run "rejects_missing_tiers" {
  command = plan

  variables {
    tiers = { gold = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 } }
  }

  expect_failures = [var.tiers]
}

run "rejects_an_objective_of_two_days" {
  command = plan

  variables {
    tiers = {
      gold   = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
      silver = { rpo_hours = 48, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
      bronze = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
    }
  }

  expect_failures = [var.tiers]
}

run "rejects_points_deleted_as_they_come" {
  command = plan

  variables {
    tiers = {
      gold   = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
      silver = { rpo_hours = 1, rto_hours = 1, keep_hourly = 0, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
      bronze = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
    }
  }

  expect_failures = [var.tiers]
}

run "rejects_an_unknown_consistency" {
  command = plan

  variables {
    tiers = {
      gold   = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
      silver = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14, consistency = "file" }
      bronze = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
    }
  }

  expect_failures = [var.tiers]
}

run "rejects_more_points_than_a_disk_holds" {
  command = plan

  variables {
    tiers = {
      gold   = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
      silver = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 500, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
      bronze = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
    }
  }

  expect_failures = [var.tiers]
}

run "rejects_too_few_days" {
  command = plan

  variables {
    tiers = {
      gold   = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
      silver = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 3, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
      bronze = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
    }
  }

  expect_failures = [var.tiers]
}

run "rejects_gold_in_one_region" {
  command = plan

  variables {
    tiers = {
      gold   = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = false, drill_every_days = 7, immutable_days = 14 }
      silver = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
      bronze = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
    }
  }

  expect_failures = [var.tiers]
}

run "rejects_entries_that_can_be_deleted_at_once" {
  command = plan

  variables {
    tiers = {
      gold   = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
      silver = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 0 }
      bronze = { rpo_hours = 1, rto_hours = 1, keep_hourly = 24, keep_daily = 14, keep_weekly = 8, keep_monthly = 12, second_region = true, drill_every_days = 7, immutable_days = 14 }
    }
  }

  expect_failures = [var.tiers]
}

run "rejects_a_writer_by_name" {
  command = plan

  variables {
    writers = { caretaker = "func-caretaker" }
  }

  expect_failures = [var.writers]
}
