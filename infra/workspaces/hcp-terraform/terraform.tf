terraform {
  required_version = ">= 1.11"

  # The workspace that holds these workspaces is run by hand or by the pipeline (docs/stacks.md) and keeps its state on Azure Storage like the others.
  backend "azurerm" {
    use_azuread_auth = true
    use_oidc         = true
  }

  required_providers {
    tfe = {
      source  = "hashicorp/tfe"
      version = "~> 0.71"
    }
  }
}
