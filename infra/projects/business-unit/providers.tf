# Everything signs in with workload identity (OIDC); the Cloudflare token of the pipeline comes from its environment.
provider "azurerm" {
  subscription_id                 = var.subscription_id
  tenant_id                       = var.foundation.tenant_id
  storage_use_azuread             = true
  use_oidc                        = true
  resource_provider_registrations = "none"

  features {
    key_vault {
      purge_soft_delete_on_destroy    = false
      recover_soft_deleted_key_vaults = true
    }

    resource_group {
      prevent_deletion_if_contains_resources = true
    }
  }
}

provider "azapi" {
  subscription_id = var.subscription_id
  tenant_id       = var.foundation.tenant_id
  use_oidc        = true
}

provider "cloudflare" {}
