mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  names = {
    scale_set        = "vmss-pay"
    managed_identity = "id-pay"
    load_balancer    = "lb-pay"
    public_ip        = "pip-pay"
  }
  resource_group_name = "rg-pay"
  location            = "westeurope"
  tags                = { environment = "prod" }
  zones               = ["1", "2", "3"]
  subnet_resource_id  = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-web"
  scale               = { minimum = 3, maximum = 12, initial = 3 }
  admin = {
    public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCXWWyOJVouIeG+I7BBqEq9z88GNSfYF6oF9FqCw4WYn+q94pv/r/eHRyX5bNVGDW3obov8xNhhWSaGJKf4R08rHR3r2mjyW2nALxQgwQDU/KEAPkrIEysnFImORt1cF9qA0/OTEVrlCk6SpVLqXMVY65/pyo9I9ntv8zJIbI4qq1xjyvwKibBWHiuzpYRyi9xnJlIV4uDrKTBMEotyVMLfaRwsnpacb9MY8+vsG19ju53bxLyK8h5YVy5nJbwPtO22Hq75wbIhgl9S7VQZb/n1MYoT4Hj4OHsmI1Fod5IN628l6Pfuuhl0SAEPi2DofYQCPTNKClTIkvizTKO05SGXIs5kb4kJ4srBh8bzbPLE3am2YqVeYD3lmlCgFS4MvZXV+FCj919rrrNxlHk5GFyDokygs/GwROmyUBvNh4XpiOfIi4el7fWjiuY9GnuXJRuOqqaOztUWPkBWQG/SgGUaw6jxzpyHKtYp4VSqyOAhKx8MYT67faZdRjVP2JFl2i0= test"
  }
  data_collection_rule_resource_id    = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/dataCollectionRules/dcr-test"
  log_analytics_workspace_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.OperationalInsights/workspaces/log-test"
}

run "rejects_a_size_without_premium_disks" {
  command = plan

  variables {
    size = "Standard_D2_v5"
  }

  expect_failures = [var.size]
}

run "rejects_an_administrator_called_root" {
  command = plan

  variables {
    admin = { username = "root", public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCXWWyOJVouIeG+I7BBqEq9z88GNSfYF6oF9FqCw4WYn+q94pv/r/eHRyX5bNVGDW3obov8xNhhWSaGJKf4R08rHR3r2mjyW2nALxQgwQDU/KEAPkrIEysnFImORt1cF9qA0/OTEVrlCk6SpVLqXMVY65/pyo9I9ntv8zJIbI4qq1xjyvwKibBWHiuzpYRyi9xnJlIV4uDrKTBMEotyVMLfaRwsnpacb9MY8+vsG19ju53bxLyK8h5YVy5nJbwPtO22Hq75wbIhgl9S7VQZb/n1MYoT4Hj4OHsmI1Fod5IN628l6Pfuuhl0SAEPi2DofYQCPTNKClTIkvizTKO05SGXIs5kb4kJ4srBh8bzbPLE3am2YqVeYD3lmlCgFS4MvZXV+FCj919rrrNxlHk5GFyDokygs/GwROmyUBvNh4XpiOfIi4el7fWjiuY9GnuXJRuOqqaOztUWPkBWQG/SgGUaw6jxzpyHKtYp4VSqyOAhKx8MYT67faZdRjVP2JFl2i0= test" }
  }

  expect_failures = [var.admin]
}

run "rejects_a_private_key" {
  command = plan

  variables {
    admin = { public_key = "-----BEGIN OPENSSH PRIVATE KEY-----" }
  }

  expect_failures = [var.admin]
}

run "rejects_a_system_disk_too_small" {
  command = plan

  variables {
    os_disk = { size_gb = 8 }
  }

  expect_failures = [var.os_disk]
}

run "rejects_a_system_disk_on_magnets" {
  command = plan

  variables {
    os_disk = { type = "Standard_LRS" }
  }

  expect_failures = [var.os_disk]
}

run "rejects_an_unknown_caching" {
  command = plan

  variables {
    os_disk = { caching = "Some" }
  }

  expect_failures = [var.os_disk]
}

run "rejects_a_lun_used_twice" {
  command = plan

  variables {
    data_disks = { a = { lun = 0, size_gb = 8 }, b = { lun = 0, size_gb = 8 } }
  }

  expect_failures = [var.data_disks]
}

run "rejects_a_data_disk_on_magnets" {
  command = plan

  variables {
    data_disks = { a = { lun = 0, size_gb = 8, type = "Standard_LRS" } }
  }

  expect_failures = [var.data_disks]
}

run "rejects_a_cached_premium_v2_disk" {
  command = plan

  variables {
    data_disks = { a = { lun = 0, size_gb = 8, type = "PremiumV2_LRS" } }
  }

  expect_failures = [var.data_disks]
}

run "rejects_a_key_instead_of_an_encryption_set" {
  command = plan

  variables {
    disk_encryption_set_resource_id = "https://kv.vault.azure.net/keys/disk"
  }

  expect_failures = [var.disk_encryption_set_resource_id]
}

run "rejects_a_broad_role_for_machines" {
  command = plan

  variables {
    role_assignments = { all = { scope = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test", role_definition_name = "Contributor" } }
  }

  expect_failures = [var.role_assignments]
}

run "rejects_an_unknown_zone" {
  command = plan

  variables {
    zones = ["0"]
    scale = { minimum = 1, maximum = 2, initial = 1 }
  }

  expect_failures = [var.zones]
}

run "rejects_a_scale_out_of_order" {
  command = plan

  variables {
    scale = { minimum = 5, maximum = 4, initial = 5 }
  }

  expect_failures = [var.scale]
}

run "rejects_a_scale_set_beyond_azure" {
  command = plan

  variables {
    scale = { minimum = 3, maximum = 1001, initial = 3 }
  }

  expect_failures = [var.scale]
}

run "rejects_an_empty_zone" {
  command = plan

  variables {
    scale = { minimum = 2, maximum = 4, initial = 2 }
  }

  expect_failures = [var.scale]
}

run "rejects_a_relative_health_path" {
  command = plan

  variables {
    health = { path = "healthz" }
  }

  expect_failures = [var.health]
}

run "rejects_a_tcp_probe" {
  command = plan

  variables {
    health = { protocol = "Tcp" }
  }

  expect_failures = [var.health]
}

run "rejects_a_nervous_probe" {
  command = plan

  variables {
    health = { failures = 1 }
  }

  expect_failures = [var.health]
}

run "rejects_a_grace_period_too_short" {
  command = plan

  variables {
    health = { repair_grace_minutes = 5 }
  }

  expect_failures = [var.health]
}

run "rejects_an_unknown_exposure" {
  command = plan

  variables {
    exposure = "everyone"
  }

  expect_failures = [var.exposure]
}

run "rejects_a_termination_notice_too_long" {
  command = plan

  variables {
    termination_minutes = 20
  }

  expect_failures = [var.termination_minutes]
}
