# Development: one zone, a NAT gateway instead of the firewall, no bastion, no locks. Replace ids and addresses by your own.
organization             = "conto"
environment              = "dev"
subscription_id          = "22222222-2222-4222-8222-22222222d001"
tenant_id                = "11111111-1111-4111-8111-111111111111"
location                 = "westeurope"
secondary_location       = "northeurope"
zones                    = ["1"]
owner                    = "platform@contoso.example"
cost_center              = "CC-10010"
caretaker                = { mode = "auto", backup_tier = "bronze" }
locks                    = false
budget                   = { amount = 300, start_date = "2026-12-01T00:00:00Z" }
egress                   = { kind = "nat-gateway" }
durable                  = { backend = "storage" }
people                   = { platform = "platform@contoso.example" }
dns_zone                 = { id = "023e105f4ecef8ad9ca31a8372d0cd01", name = "dev.contoso.example" }
cloudflare_token_expires = "2027-03-31T00:00:00Z"

network = {
  hub_address_space      = "10.10.0.0/22"
  platform_address_space = "10.10.4.0/24"
  unit_address_spaces    = { payments = "10.10.16.0/20" }
}

groups = {
  readers   = "aaaaaaaa-0000-4000-8000-00000000d001"
  operators = "aaaaaaaa-0000-4000-8000-00000000d002"
  approvers = "aaaaaaaa-0000-4000-8000-00000000d003"
  admins    = "aaaaaaaa-0000-4000-8000-00000000d004"
}
