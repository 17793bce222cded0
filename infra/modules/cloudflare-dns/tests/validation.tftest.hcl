mock_provider "azurerm" {
  source = "../../../test/infra/mocks/azurerm"
}

mock_provider "cloudflare" {
  source = "../../../test/infra/mocks/cloudflare"
}

variables {
  zone = { id = "023e105f4ecef8ad9ca31a8372d0c353", name = "contoso.example" }
  tags = { environment = "prod" }
  records = {
    mail   = { name = "contoso.example", type = "MX", content = "mail.contoso.example", priority = 10 }
    origin = { name = "origin-pay.contoso.example", type = "CNAME", content = "vmss-pay.westeurope.cloudapp.azure.com", proxied = true }
  }
}

run "rejects_a_zone_by_name" {
  command = plan

  variables {
    zone = { id = "contoso.example", name = "contoso.example" }
  }

  expect_failures = [var.zone]
}

run "rejects_a_zone_name_in_capitals" {
  command = plan

  variables {
    zone    = { id = "023e105f4ecef8ad9ca31a8372d0c353", name = "Contoso" }
    records = {}
  }

  expect_failures = [var.zone]
}

run "rejects_a_short_hsts" {
  command = plan

  variables {
    hsts = { max_age_days = 30 }
  }

  expect_failures = [var.hsts]
}

run "rejects_a_preload_that_browsers_refuse" {
  command = plan

  variables {
    hsts = { preload = true, include_subdomains = false }
  }

  expect_failures = [var.hsts]
}

run "rejects_a_record_of_another_zone" {
  command = plan

  variables {
    records = { r = { name = "www.other.example", type = "CNAME", content = "x.example" } }
  }

  expect_failures = [var.records]
}

run "rejects_an_unknown_type" {
  command = plan

  variables {
    records = { r = { name = "www.contoso.example", type = "SPF", content = "x" } }
  }

  expect_failures = [var.records]
}

run "rejects_a_ttl_of_a_second" {
  command = plan

  variables {
    records = { r = { name = "www.contoso.example", type = "A", content = "198.51.100.1", ttl = 1 } }
  }

  expect_failures = [var.records]
}

run "rejects_a_proxied_text" {
  command = plan

  variables {
    records = { r = { name = "contoso.example", type = "TXT", content = "v=spf1 -all", proxied = true } }
  }

  expect_failures = [var.records]
}

run "rejects_an_unknown_owner" {
  command = plan

  variables {
    records = { r = { name = "www.contoso.example", type = "A", content = "198.51.100.1", owner = "someone" } }
  }

  expect_failures = [var.records]
}

run "rejects_a_mail_record_without_priority" {
  command = plan

  variables {
    records = { r = { name = "contoso.example", type = "MX", content = "mail.contoso.example" } }
  }

  expect_failures = [var.records]
}

run "rejects_a_token_that_never_expires" {
  command = plan

  variables {
    caretaker_token = { key_vault_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.KeyVault/vaults/kv-test", expires = "never", allowed_ip_ranges = ["20.50.60.70/32"] }
  }

  expect_failures = [var.caretaker_token]
}

run "rejects_a_token_for_everywhere" {
  command = plan

  variables {
    caretaker_token = { key_vault_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.KeyVault/vaults/kv-test", expires = "2027-01-31T00:00:00Z", allowed_ip_ranges = ["0.0.0.0/0"] }
  }

  expect_failures = [var.caretaker_token]
}

run "rejects_a_permission_by_name" {
  command = plan

  variables {
    caretaker_token = { key_vault_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.KeyVault/vaults/kv-test", expires = "2027-01-31T00:00:00Z", allowed_ip_ranges = ["20.50.60.70/32"], permission_group_ids = ["DNS Write"] }
  }

  expect_failures = [var.caretaker_token]
}
