resource "azurerm_user_assigned_identity" "this" {
  name                = var.names.managed_identity
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_role_assignment" "this" {
  for_each = var.role_assignments

  scope                = each.value.scope
  role_definition_name = each.value.role_definition_name
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_network_interface" "this" {
  name                           = "nic-${var.names.virtual_machine}"
  resource_group_name            = var.resource_group_name
  location                       = var.location
  accelerated_networking_enabled = true
  ip_forwarding_enabled          = false
  tags                           = var.tags

  ip_configuration {
    name                          = "primary"
    primary                       = true
    subnet_id                     = var.subnet_resource_id
    private_ip_address_allocation = "Dynamic"
  }
}

resource "azurerm_linux_virtual_machine" "this" {
  name                            = var.names.virtual_machine
  resource_group_name             = var.resource_group_name
  location                        = var.location
  size                            = var.size
  zone                            = var.zone
  network_interface_ids           = [azurerm_network_interface.this.id]
  admin_username                  = var.admin.username
  disable_password_authentication = true
  custom_data                     = filebase64("${path.module}/templates/hardening.yaml")
  encryption_at_host_enabled      = true
  secure_boot_enabled             = true
  vtpm_enabled                    = true
  patch_mode                      = "AutomaticByPlatform"
  patch_assessment_mode           = "AutomaticByPlatform"
  provision_vm_agent              = true
  tags                            = var.tags

  # Platform patching of its own accord would fight the change calendar: Caretaker's schedule starts it.
  bypass_platform_safety_checks_on_user_schedule_enabled = true
  reboot_setting                                         = "IfRequired"

  admin_ssh_key {
    username   = var.admin.username
    public_key = trimspace(var.admin.public_key)
  }

  source_image_reference {
    publisher = var.image.publisher
    offer     = var.image.offer
    sku       = var.image.sku
    version   = var.image.version
  }

  os_disk {
    name                   = "osdisk-${var.names.virtual_machine}"
    storage_account_type   = var.os_disk.type
    caching                = var.os_disk.caching
    disk_size_gb           = var.os_disk.size_gb
    disk_encryption_set_id = var.disk_encryption_set_resource_id
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.this.id]
  }

  # Boot logs in storage that Azure manages.
  boot_diagnostics {}

  lifecycle {
    # A restore swaps the system disk; the machine must not be rebuilt for it (infra/ownership.yaml).
    ignore_changes = [os_managed_disk_id, os_disk[0].name]
  }
}

resource "azurerm_managed_disk" "data" {
  for_each = var.data_disks

  name                          = "disk-${var.names.virtual_machine}-${each.key}"
  resource_group_name           = var.resource_group_name
  location                      = var.location
  zone                          = var.zone
  storage_account_type          = each.value.type
  create_option                 = "Empty"
  disk_size_gb                  = each.value.size_gb
  disk_encryption_set_id        = var.disk_encryption_set_resource_id
  network_access_policy         = "DenyAll"
  public_network_access_enabled = false
  tags                          = var.tags
}

resource "azurerm_virtual_machine_data_disk_attachment" "data" {
  for_each = var.data_disks

  virtual_machine_id = azurerm_linux_virtual_machine.this.id
  managed_disk_id    = azurerm_managed_disk.data[each.key].id
  lun                = each.value.lun
  caching            = each.value.caching

  lifecycle {
    # A restore attaches the restored disk at the same place (infra/ownership.yaml).
    ignore_changes = [managed_disk_id]
  }
}

resource "azurerm_virtual_machine_extension" "monitor" {
  name                       = "monitor"
  virtual_machine_id         = azurerm_linux_virtual_machine.this.id
  publisher                  = "Microsoft.Azure.Monitor"
  type                       = "AzureMonitorLinuxAgent"
  type_handler_version       = "1.33"
  auto_upgrade_minor_version = true
  automatic_upgrade_enabled  = true
  tags                       = var.tags
  settings = jsonencode({
    authentication = {
      managedIdentity = {
        identifier-name  = "mi_res_id"
        identifier-value = azurerm_user_assigned_identity.this.id
      }
    }
  })
}

resource "azurerm_monitor_data_collection_rule_association" "this" {
  name                    = "dcra-${var.names.virtual_machine}"
  target_resource_id      = azurerm_linux_virtual_machine.this.id
  data_collection_rule_id = var.data_collection_rule_resource_id
}

resource "azurerm_monitor_diagnostic_setting" "this" {
  name                       = "diag-${var.names.virtual_machine}"
  target_resource_id         = azurerm_linux_virtual_machine.this.id
  log_analytics_workspace_id = var.log_analytics_workspace_resource_id

  # A machine has metrics and no resource logs; its own logs come through the data collection rule.
  enabled_metric {
    category = "AllMetrics"
  }
}
