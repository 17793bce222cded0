output "record_ids" {
  description = "Key of the record to Cloudflare's id, static and Caretaker's together."
  value       = merge({ for key, record in cloudflare_dns_record.static : key => record.id }, { for key, record in cloudflare_dns_record.caretaker : key => record.id })
}

output "caretaker_records" {
  description = "Key to name and type of the records that Caretaker owns, for its policy document."
  value       = { for key, record in cloudflare_dns_record.caretaker : key => { name = record.name, type = record.type } }
}

output "caretaker_token_secret_uri" {
  description = "Address (not value) of the secret that holds Caretaker's token; null without one."
  value       = try(azurerm_key_vault_secret.caretaker["this"].versionless_id, null)
}
