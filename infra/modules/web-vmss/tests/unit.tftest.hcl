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

run "internal_and_repaired" {
  variables {
    data_disks       = { content = { lun = 0, size_gb = 128 } }
    role_assignments = { secrets = { scope = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.KeyVault/vaults/kv-test", role_definition_name = "Key Vault Secrets User" } }
  }

  assert {
    condition     = azurerm_orchestrated_virtual_machine_scale_set.this.zones == toset(["1", "2", "3"]) && azurerm_orchestrated_virtual_machine_scale_set.this.zone_balance
    error_message = "Machines are spread evenly over the zones."
  }

  assert {
    condition     = azurerm_orchestrated_virtual_machine_scale_set.this.automatic_instance_repair[0].enabled && azurerm_orchestrated_virtual_machine_scale_set.this.automatic_instance_repair[0].grace_period == "PT30M"
    error_message = "Automatic repairs are on, after a grace period."
  }

  assert {
    condition     = contains([for extension in azurerm_orchestrated_virtual_machine_scale_set.this.extension : extension.type], "ApplicationHealthLinux")
    error_message = "Repairs and rolling upgrades need the health extension."
  }

  assert {
    condition     = azurerm_orchestrated_virtual_machine_scale_set.this.termination_notification[0].timeout == "PT10M"
    error_message = "A machine is told before it is deleted."
  }

  assert {
    condition     = azurerm_orchestrated_virtual_machine_scale_set.this.tags["caretaker-scale-min"] == "3" && azurerm_orchestrated_virtual_machine_scale_set.this.tags["caretaker-scale-max"] == "12"
    error_message = "The scaler's bounds are tags."
  }

  assert {
    condition     = length(azurerm_public_ip.this) == 0 && azurerm_lb.this.frontend_ip_configuration[0].subnet_id == var.subnet_resource_id && output.origin_host_name == null
    error_message = "An internal tier has no public address."
  }

  assert {
    condition     = azurerm_role_assignment.this["secrets"].principal_id == azurerm_user_assigned_identity.this.principal_id
    error_message = "The role belongs to the machines' identity."
  }

  assert {
    condition     = azurerm_orchestrated_virtual_machine_scale_set.this.data_disk[0].disk_size_gb == 128 && azurerm_orchestrated_virtual_machine_scale_set.this.data_disk[0].caching == "ReadOnly"
    error_message = "The data disk is as asked."
  }
}

run "the_number_of_machines_is_not_terraforms" {
  command = plan

  # The state of the run before holds three machines; asking for five changes nothing.
  variables {
    data_disks       = { content = { lun = 0, size_gb = 128 } }
    role_assignments = { secrets = { scope = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.KeyVault/vaults/kv-test", role_definition_name = "Key Vault Secrets User" } }
    scale            = { minimum = 3, maximum = 12, initial = 5 }
  }

  assert {
    condition     = azurerm_orchestrated_virtual_machine_scale_set.this.instances == 3
    error_message = "Terraform must leave the number of machines to the scaler."
  }
}

run "public_with_own_key" {
  variables {
    exposure                        = "public"
    disk_encryption_set_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Compute/diskEncryptionSets/des-test"
  }

  assert {
    condition     = azurerm_lb.this.frontend_ip_configuration[0].public_ip_address_id == azurerm_public_ip.this["this"].id && output.origin_host_name == "web-test.westeurope.cloudapp.azure.com"
    error_message = "A public tier has an address and a name for DNS to point at."
  }

  assert {
    condition     = azurerm_lb_rule.https.frontend_port == 443 && azurerm_lb_rule.https.disable_outbound_snat
    error_message = "Only HTTPS comes in, and nothing leaves this way."
  }

  assert {
    condition     = endswith(azurerm_orchestrated_virtual_machine_scale_set.this.os_disk[0].disk_encryption_set_id, "/des-test")
    error_message = "The system disk is under the customer's key."
  }
}
