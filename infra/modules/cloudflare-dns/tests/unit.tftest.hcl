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

run "zone_and_static_records" {
  assert {
    condition     = cloudflare_zone_setting.this["min_tls_version"].value == "1.2" && cloudflare_zone_setting.this["ssl"].value == "strict" && cloudflare_zone_dnssec.this["this"].status == "active"
    error_message = "TLS 1.2, strict verification of the origin and DNSSEC."
  }

  assert {
    condition     = cloudflare_zone_setting.this["security_header"].value.strict_transport_security.max_age == 31536000
    error_message = "HSTS lasts a year, in seconds."
  }

  assert {
    condition     = cloudflare_dns_record.static["origin"].ttl == 1 && cloudflare_dns_record.static["mail"].ttl == 300
    error_message = "Cloudflare wants ttl 1 for proxied records."
  }

  assert {
    condition     = length(cloudflare_api_token.caretaker) == 0 && output.caretaker_token_secret_uri == null
    error_message = "Without a request there is no token."
  }
}

run "records_only" {
  variables {
    manage_zone = false
  }

  assert {
    condition     = length(cloudflare_zone_setting.this) == 0 && length(cloudflare_zone_dnssec.this) == 0
    error_message = "A business unit adds records and leaves the zone alone."
  }
}

run "token_for_caretaker" {
  variables {
    caretaker_token = {
      key_vault_resource_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.KeyVault/vaults/kv-test"
      expires               = "2027-01-31T00:00:00Z"
      allowed_ip_ranges     = ["20.50.60.70/32"]
    }
  }

  assert {
    condition     = jsondecode(one(cloudflare_api_token.caretaker["this"].policies).resources) == { "com.cloudflare.api.account.zone.023e105f4ecef8ad9ca31a8372d0c353" = "*" }
    error_message = "The token reaches this zone and nothing else."
  }

  assert {
    condition     = cloudflare_api_token.caretaker["this"].condition.request_ip.in == tolist(["20.50.60.70/32"])
    error_message = "The token works from Caretaker's address only."
  }

  assert {
    condition     = azurerm_key_vault_secret.caretaker["this"].value == cloudflare_api_token.caretaker["this"].value
    error_message = "The token's value goes into the vault."
  }
}

# Planned only: what is guarded by prevent_destroy could not be torn down after a test.
run "caretakers_records_are_apart" {
  command = plan

  variables {
    records = {
      app = { name = "pay.contoso.example", type = "CNAME", content = "origin-pay.contoso.example", owner = "caretaker" }
    }
  }

  assert {
    condition     = length(cloudflare_dns_record.static) == 0 && cloudflare_dns_record.caretaker["app"].comment == "owner=caretaker"
    error_message = "A record of Caretaker's is marked as such, where Caretaker looks for its ownership."
  }

  assert {
    condition     = output.caretaker_records["app"].name == "pay.contoso.example"
    error_message = "The policy document learns of it."
  }
}
