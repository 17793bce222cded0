resource "cloudflare_api_token" "caretaker" {
  for_each = var.caretaker_token == null ? {} : { this = var.caretaker_token }

  name       = "caretaker-${var.zone.name}"
  expires_on = each.value.expires

  policies = [{
    effect            = "allow"
    permission_groups = [for id in each.value.permission_group_ids : { id = id }]
    resources         = jsonencode({ "com.cloudflare.api.account.zone.${var.zone.id}" = "*" })
  }]

  condition = {
    request_ip = {
      in = each.value.allowed_ip_ranges
    }
  }

  lifecycle {
    # The rotator renews the token (infra/ownership.yaml).
    ignore_changes = [expires_on]
  }
}

# From Cloudflare into the vault without an output on the way.
resource "azurerm_key_vault_secret" "caretaker" {
  for_each = var.caretaker_token == null ? {} : { this = var.caretaker_token }

  name            = each.value.secret_name
  key_vault_id    = each.value.key_vault_resource_id
  value           = cloudflare_api_token.caretaker[each.key].value
  content_type    = "cloudflare-api-token"
  expiration_date = each.value.expires
  tags            = merge(var.tags, { caretaker-rotation = "cloudflare-token", caretaker-rotation-zone = var.zone.name })

  lifecycle {
    # The rotator owns value and validity (infra/ownership.yaml).
    ignore_changes = [value, expiration_date, not_before_date]
  }
}
