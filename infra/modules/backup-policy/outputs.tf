output "tiers" {
  description = "The tiers as Caretaker's policy document takes them."
  value       = var.tiers
}

output "catalogue_urls" {
  description = "Region (primary, secondary) to the address of the catalogue's container."
  value       = { for region, account in azurerm_storage_account.catalogue : region => "${account.primary_blob_endpoint}catalogue" }
}

output "second_region" {
  description = "Where copies of recovery points go: region and resource group."
  value = {
    location            = var.catalogues["secondary"].location
    resource_group_name = var.catalogues["secondary"].resource_group_name
  }
}

output "monitored" {
  description = "Resources that want alerts, as the alerts module takes them: key to type, name and resource id."
  value = { for region, account in azurerm_storage_account.catalogue : "catalogue-${region}" => {
    type        = "Microsoft.Storage/storageAccounts"
    name        = var.catalogues[region].storage_account_name
    resource_id = account.id
  } }
}
