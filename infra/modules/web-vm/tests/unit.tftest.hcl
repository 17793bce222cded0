mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

variables {
  names = {
    virtual_machine  = "vm-pay"
    managed_identity = "id-pay"
  }
  resource_group_name = "rg-pay"
  location            = "westeurope"
  tags                = { environment = "prod" }
  zone                = "2"
  subnet_resource_id  = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-test/subnets/snet-web"
  admin = {
    public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCXWWyOJVouIeG+I7BBqEq9z88GNSfYF6oF9FqCw4WYn+q94pv/r/eHRyX5bNVGDW3obov8xNhhWSaGJKf4R08rHR3r2mjyW2nALxQgwQDU/KEAPkrIEysnFImORt1cF9qA0/OTEVrlCk6SpVLqXMVY65/pyo9I9ntv8zJIbI4qq1xjyvwKibBWHiuzpYRyi9xnJlIV4uDrKTBMEotyVMLfaRwsnpacb9MY8+vsG19ju53bxLyK8h5YVy5nJbwPtO22Hq75wbIhgl9S7VQZb/n1MYoT4Hj4OHsmI1Fod5IN628l6Pfuuhl0SAEPi2DofYQCPTNKClTIkvizTKO05SGXIs5kb4kJ4srBh8bzbPLE3am2YqVeYD3lmlCgFS4MvZXV+FCj919rrrNxlHk5GFyDokygs/GwROmyUBvNh4XpiOfIi4el7fWjiuY9GnuXJRuOqqaOztUWPkBWQG/SgGUaw6jxzpyHKtYp4VSqyOAhKx8MYT67faZdRjVP2JFl2i0= test"
  }
  data_disks                          = { content = { lun = 0, size_gb = 128 } }
  data_collection_rule_resource_id    = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Insights/dataCollectionRules/dcr-test"
  log_analytics_workspace_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.OperationalInsights/workspaces/log-test"
}

run "hardened_machine" {
  assert {
    condition     = azurerm_linux_virtual_machine.this.secure_boot_enabled && azurerm_linux_virtual_machine.this.vtpm_enabled && azurerm_linux_virtual_machine.this.encryption_at_host_enabled
    error_message = "Trusted launch and encryption at host are on."
  }

  assert {
    condition     = azurerm_managed_disk.data["content"].zone == "2" && azurerm_managed_disk.data["content"].network_access_policy == "DenyAll"
    error_message = "The data disk sits in the machine's zone and cannot be downloaded."
  }

  assert {
    condition     = azurerm_virtual_machine_data_disk_attachment.data["content"].lun == 0 && azurerm_virtual_machine_data_disk_attachment.data["content"].virtual_machine_id == azurerm_linux_virtual_machine.this.id
    error_message = "The data disk is attached to the machine."
  }

  assert {
    condition     = azurerm_network_interface.this.ip_configuration[0].public_ip_address_id == null
    error_message = "The machine has no public address."
  }

  assert {
    condition     = output.monitored["vm-pay"].type == "Microsoft.Compute/virtualMachines"
    error_message = "The machine asks for alerts."
  }
}
