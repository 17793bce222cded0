# Development of the payments unit: one zone, the smallest cache, no locks.
# `foundation` comes from the environment stack's output and is handed over by whoever runs the stacks.
organization    = "conto"
unit            = "payments"
environment     = "dev"
subscription_id = "22222222-2222-4222-8222-22222222d001"
zones           = ["1"]
owner           = "payments@contoso.example"
cost_center     = "CC-20020"
data_class      = "internal"
caretaker       = { mode = "auto", backup_tier = "bronze", window = "sun-0200-4h" }
locks           = false
budget          = { amount = 200, start_date = "2026-12-01T00:00:00Z" }
redis           = { sku = "Balanced_B0", high_availability = false, persistence = null }

groups = {
  developers = "bbbbbbbb-0000-4000-8000-00000000d001"
  operators  = "bbbbbbbb-0000-4000-8000-00000000d002"
}

web = {
  admin_public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCXWWyOJVouIeG+I7BBqEq9z88GNSfYF6oF9FqCw4WYn+q94pv/r/eHRyX5bNVGDW3obov8xNhhWSaGJKf4R08rHR3r2mjyW2nALxQgwQDU/KEAPkrIEysnFImORt1cF9qA0/OTEVrlCk6SpVLqXMVY65/pyo9I9ntv8zJIbI4qq1xjyvwKibBWHiuzpYRyi9xnJlIV4uDrKTBMEotyVMLfaRwsnpacb9MY8+vsG19ju53bxLyK8h5YVy5nJbwPtO22Hq75wbIhgl9S7VQZb/n1MYoT4Hj4OHsmI1Fod5IN628l6Pfuuhl0SAEPi2DofYQCPTNKClTIkvizTKO05SGXIs5kb4kJ4srBh8bzbPLE3am2YqVeYD3lmlCgFS4MvZXV+FCj919rrrNxlHk5GFyDokygs/GwROmyUBvNh4XpiOfIi4el7fWjiuY9GnuXJRuOqqaOztUWPkBWQG/SgGUaw6jxzpyHKtYp4VSqyOAhKx8MYT67faZdRjVP2JFl2i0="
  minimum          = 1
  maximum          = 3
}

secrets = {
  payment-provider-key = { content_type = "payment-provider-key", expires = "2027-03-31T00:00:00Z" }
}
