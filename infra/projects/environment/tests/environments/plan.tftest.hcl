# Plans the project with the variables of one environment:
#   terraform test -test-directory=tests/environments -var-file=environments/prod.tfvars
mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

mock_provider "azuread" {
  source = "../../../test/infra/mocks/azuread"
}

mock_provider "azapi" {
  source = "../../../test/infra/mocks/azapi"
}

mock_provider "cloudflare" {
  source = "../../../test/infra/mocks/cloudflare"
}

run "plan" {
  command = plan

  assert {
    condition     = output.foundation.location == var.location && length(output.foundation.private_dns.zone_names) == 11
    error_message = "The foundation must be complete."
  }

  assert {
    condition     = alltrue([for group in values(module.resource_group) : group.name != ""])
    error_message = "Every resource group has a name."
  }
}
