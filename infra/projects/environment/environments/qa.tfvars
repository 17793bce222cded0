# Quality assurance: as prod where it decides behaviour (firewall, scheduler, zones), smaller where it only costs.
organization             = "conto"
environment              = "qa"
subscription_id          = "22222222-2222-4222-8222-22222222a001"
tenant_id                = "11111111-1111-4111-8111-111111111111"
location                 = "westeurope"
secondary_location       = "northeurope"
zones                    = ["1", "2"]
owner                    = "platform@contoso.example"
cost_center              = "CC-10010"
caretaker                = { mode = "auto", backup_tier = "silver", window = "sat,sun-0200-4h" }
locks                    = false
budget                   = { amount = 900, start_date = "2026-12-01T00:00:00Z" }
egress                   = { kind = "firewall", allowed_fqdns = { packages = ["packages.microsoft.com", "archive.ubuntu.com", "security.ubuntu.com"] } }
durable                  = { backend = "scheduler" }
people                   = { platform = "platform@contoso.example" }
dns_zone                 = { id = "023e105f4ecef8ad9ca31a8372d0ca01", name = "qa.contoso.example" }
cloudflare_token_expires = "2027-03-31T00:00:00Z"

network = {
  hub_address_space      = "10.20.0.0/22"
  platform_address_space = "10.20.4.0/24"
  unit_address_spaces    = { payments = "10.20.16.0/20" }
}

groups = {
  readers   = "aaaaaaaa-0000-4000-8000-00000000a001"
  operators = "aaaaaaaa-0000-4000-8000-00000000a002"
  approvers = "aaaaaaaa-0000-4000-8000-00000000a003"
  admins    = "aaaaaaaa-0000-4000-8000-00000000a004"
}
