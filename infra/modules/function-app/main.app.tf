resource "azurerm_service_plan" "this" {
  name                = var.names.service_plan
  resource_group_name = var.resource_group.name
  location            = var.location
  os_type             = "Linux"
  sku_name            = "FC1"
  tags                = var.tags
}

resource "azurerm_application_insights" "this" {
  name                          = var.names.application_insights
  resource_group_name           = var.resource_group.name
  location                      = var.location
  workspace_id                  = var.monitoring.log_analytics_workspace_resource_id
  application_type              = "other"
  local_authentication_disabled = true
  internet_ingestion_enabled    = false
  internet_query_enabled        = true
  sampling_percentage           = 100
  tags                          = var.tags
}

# Through azapi and not azurerm_function_app_flex_consumption: that resource (4.55) always adds the setting
# AzureWebJobsStorage, an account key or an empty connection string, which the runtime prefers to the identity
# (hashicorp/terraform-provider-azurerm#29693, open). It can be replaced when that is solved; see
# docs/decisions/0143-function-app-through-azapi.md.
resource "azapi_resource" "app" {
  type      = "Microsoft.Web/sites@2024-04-01"
  name      = var.names.function_app
  parent_id = var.resource_group.resource_id
  location  = var.location
  tags      = var.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [for identity in azurerm_user_assigned_identity.this : identity.id]
  }

  body = {
    kind = "functionapp,linux"
    properties = {
      serverFarmId              = azurerm_service_plan.this.id
      httpsOnly                 = true
      publicNetworkAccess       = "Enabled"
      clientAffinityEnabled     = false
      virtualNetworkSubnetId    = var.network.integration_subnet_resource_id
      vnetRouteAllEnabled       = true
      keyVaultReferenceIdentity = azurerm_user_assigned_identity.this["writer"].id

      functionAppConfig = {
        runtime = {
          name    = "node"
          version = "22"
        }
        deployment = {
          storage = {
            type  = "blobContainer"
            value = "https://${var.names.host_storage_account}.blob.core.windows.net/${azurerm_storage_container.this["deployments"].name}"
            authentication = {
              type                           = "UserAssignedIdentity"
              userAssignedIdentityResourceId = azurerm_user_assigned_identity.this["writer"].id
            }
          }
        }
        scaleAndConcurrency = {
          maximumInstanceCount = var.scale.maximum_instances
          instanceMemoryMB     = var.scale.memory_mb
          alwaysReady          = var.scale.always_ready == 0 ? [] : [{ name = "http", instanceCount = var.scale.always_ready }]
        }
      }

      siteConfig = {
        minTlsVersion                       = "1.2"
        scmMinTlsVersion                    = "1.2"
        ftpsState                           = "Disabled"
        http20Enabled                       = true
        remoteDebuggingEnabled              = false
        ipSecurityRestrictionsDefaultAction = "Deny"
        ipSecurityRestrictions = concat(
          [for index, name in sort(keys(var.ingress.service_tags)) : {
            name      = name
            priority  = 100 + index
            action    = "Allow"
            tag       = "ServiceTag"
            ipAddress = var.ingress.service_tags[name]
          }],
          [for index, prefix in var.ingress.operator_prefixes : {
            name      = "operators-${index}"
            priority  = 200 + index
            action    = "Allow"
            tag       = "Default"
            ipAddress = prefix
          }],
        )
        # The deployment door has no service tag to let in: packages go to storage through the network.
        scmIpSecurityRestrictionsDefaultAction = "Deny"
        scmIpSecurityRestrictionsUseMain       = false
        appSettings                            = [for name in sort(keys(local.app_settings)) : { name = name, value = local.app_settings[name] }]
      }
    }
  }

  # The first start already reads storage and settings with the identity.
  depends_on = [azurerm_role_assignment.writer, module.private_endpoint]
}

# Passwords for FTP and for the deployment door exist on every app unless they are switched off.
resource "azapi_resource" "publishing_credentials" {
  for_each = toset(["ftp", "scm"])

  type      = "Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01"
  name      = each.value
  parent_id = azapi_resource.app.id

  body = {
    properties = {
      allow = false
    }
  }
}

module "app_endpoint" {
  source = "../private-endpoint"

  name                          = "${var.names.private_endpoint}-app"
  resource_group_name           = var.resource_group.name
  location                      = var.location
  tags                          = var.tags
  subnet_resource_id            = var.network.endpoint_subnet_resource_id
  target_resource_id            = azapi_resource.app.id
  subresource_name              = "sites"
  private_dns_zone_resource_ids = [var.network.private_dns_zone_resource_ids["function_app"]]
}
