# Production: three zones, firewall with intrusion prevention, bastion, locks, gold backups, a year of logs.
organization             = "conto"
environment              = "prod"
subscription_id          = "22222222-2222-4222-8222-22222222f001"
tenant_id                = "11111111-1111-4111-8111-111111111111"
location                 = "westeurope"
secondary_location       = "northeurope"
zones                    = ["1", "2", "3"]
owner                    = "platform@contoso.example"
cost_center              = "CC-10010"
caretaker                = { mode = "auto", backup_tier = "gold", window = "sat,sun-0200-4h" }
locks                    = true
immutability_locked      = true
budget                   = { amount = 4000, start_date = "2026-12-01T00:00:00Z" }
egress                   = { kind = "firewall", firewall_sku_tier = "Premium", allowed_fqdns = { packages = ["packages.microsoft.com", "archive.ubuntu.com", "security.ubuntu.com"] } }
bastion                  = { allowed_source_prefixes = ["198.51.100.0/24"] }
durable                  = { backend = "scheduler", sku = "Dedicated", capacity = 3 }
people                   = { platform = "platform@contoso.example", oncall = "oncall@contoso.example" }
dns_zone                 = { id = "023e105f4ecef8ad9ca31a8372d0cf01", name = "contoso.example" }
cloudflare_token_expires = "2027-03-31T00:00:00Z"
log_retention_days       = 365

quiet_windows = {
  patching = { days = ["Sunday"], start = "02:00:00", end = "06:00:00" }
}

network = {
  hub_address_space      = "10.30.0.0/22"
  platform_address_space = "10.30.4.0/24"
  unit_address_spaces    = { payments = "10.30.16.0/20" }
}

groups = {
  readers   = "aaaaaaaa-0000-4000-8000-00000000f001"
  operators = "aaaaaaaa-0000-4000-8000-00000000f002"
  approvers = "aaaaaaaa-0000-4000-8000-00000000f003"
  admins    = "aaaaaaaa-0000-4000-8000-00000000f004"
}
