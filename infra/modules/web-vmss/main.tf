locals {
  public = var.exposure == "public" ? { this = var.exposure } : {}
  tags = merge(var.tags, {
    caretaker-scale-min = tostring(var.scale.minimum)
    caretaker-scale-max = tostring(var.scale.maximum)
  })
}

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

resource "azurerm_orchestrated_virtual_machine_scale_set" "this" {
  name                        = var.names.scale_set
  resource_group_name         = var.resource_group_name
  location                    = var.location
  sku_name                    = var.size
  instances                   = var.scale.initial
  zones                       = var.zones
  zone_balance                = length(var.zones) > 1
  platform_fault_domain_count = 1
  upgrade_mode                = "Rolling"
  encryption_at_host_enabled  = true
  tags                        = local.tags

  source_image_reference {
    publisher = var.image.publisher
    offer     = var.image.offer
    sku       = var.image.sku
    version   = var.image.version
  }

  os_profile {
    custom_data = filebase64("${path.module}/templates/hardening.yaml")

    linux_configuration {
      admin_username                  = var.admin.username
      computer_name_prefix            = var.names.scale_set
      disable_password_authentication = true
      patch_mode                      = "AutomaticByPlatform"
      patch_assessment_mode           = "AutomaticByPlatform"
      provision_vm_agent              = true

      admin_ssh_key {
        username   = var.admin.username
        public_key = trimspace(var.admin.public_key)
      }
    }
  }

  os_disk {
    storage_account_type   = var.os_disk.type
    caching                = var.os_disk.caching
    disk_size_gb           = var.os_disk.size_gb
    disk_encryption_set_id = var.disk_encryption_set_resource_id
  }

  dynamic "data_disk" {
    for_each = var.data_disks

    content {
      lun                    = data_disk.value.lun
      create_option          = "Empty"
      storage_account_type   = data_disk.value.type
      caching                = data_disk.value.caching
      disk_size_gb           = data_disk.value.size_gb
      disk_encryption_set_id = var.disk_encryption_set_resource_id
    }
  }

  network_interface {
    name                          = "nic-${var.names.scale_set}"
    primary                       = true
    enable_accelerated_networking = true

    ip_configuration {
      name                                   = "primary"
      primary                                = true
      subnet_id                              = var.subnet_resource_id
      load_balancer_backend_address_pool_ids = [azurerm_lb_backend_address_pool.this.id]
    }
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.this.id]
  }

  # Boot logs in storage that Azure manages.
  boot_diagnostics {}

  # Asks the machine itself, which automatic repairs and rolling upgrades go by.
  extension {
    name                               = "health"
    publisher                          = "Microsoft.ManagedServices"
    type                               = "ApplicationHealthLinux"
    type_handler_version               = "2.0"
    auto_upgrade_minor_version_enabled = true
    settings = jsonencode({
      protocol          = lower(var.health.protocol)
      port              = var.health.port
      requestPath       = var.health.path
      intervalInSeconds = var.health.interval_seconds
      numberOfProbes    = var.health.failures
      gracePeriod       = 600
    })
  }

  extension {
    name                               = "monitor"
    publisher                          = "Microsoft.Azure.Monitor"
    type                               = "AzureMonitorLinuxAgent"
    type_handler_version               = "1.33"
    auto_upgrade_minor_version_enabled = true
    settings = jsonencode({
      authentication = {
        managedIdentity = {
          identifier-name  = "mi_res_id"
          identifier-value = azurerm_user_assigned_identity.this.id
        }
      }
    })
  }

  automatic_instance_repair {
    enabled      = true
    action       = "Replace"
    grace_period = "PT${var.health.repair_grace_minutes}M"
  }

  termination_notification {
    enabled = true
    timeout = "PT${var.termination_minutes}M"
  }

  rolling_upgrade_policy {
    max_batch_instance_percent              = 20
    max_unhealthy_instance_percent          = 20
    max_unhealthy_upgraded_instance_percent = 20
    pause_time_between_batches              = "PT5M"
    cross_zone_upgrades_enabled             = false
    prioritize_unhealthy_instances_enabled  = true
    maximum_surge_instances_enabled         = true
  }

  lifecycle {
    # The scaler owns the number of machines (infra/ownership.yaml).
    ignore_changes = [instances]
  }

  depends_on = [azurerm_lb_rule.https]
}

resource "azurerm_monitor_data_collection_rule_association" "this" {
  name                    = "dcra-${var.names.scale_set}"
  target_resource_id      = azurerm_orchestrated_virtual_machine_scale_set.this.id
  data_collection_rule_id = var.data_collection_rule_resource_id
}
