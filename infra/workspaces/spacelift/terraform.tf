terraform {
  required_version = ">= 1.11"

  # The stack that holds these stacks is made by hand once (docs/stacks.md) and keeps its state on Azure Storage like the others.
  backend "azurerm" {
    use_azuread_auth = true
    use_oidc         = true
  }

  required_providers {
    spacelift = {
      source  = "spacelift-io/spacelift"
      version = "~> 1.53"
    }
  }
}
