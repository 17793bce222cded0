output "resource_id" {
  description = "Resource id of the vault."
  value       = azurerm_key_vault.this.id
}

output "uri" {
  description = "Address of the vault."
  value       = azurerm_key_vault.this.vault_uri
}

output "secret_uris" {
  description = "Name of the secret to its address without version. Addresses, never values."
  value       = { for name, secret in azurerm_key_vault_secret.this : name => secret.versionless_id }
}

output "monitored" {
  description = "Resources that want alerts, as the alerts module takes them: key to type, name and resource id."
  value = {
    key-vault = { type = "Microsoft.KeyVault/vaults", name = var.name, resource_id = azurerm_key_vault.this.id }
  }
}
