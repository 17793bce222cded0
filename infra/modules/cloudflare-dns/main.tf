locals {
  settings = {
    always_use_https         = "on"
    automatic_https_rewrites = "on"
    min_tls_version          = "1.2"
    # Early data (0-RTT) can be replayed, so TLS 1.3 comes without it.
    tls_1_3                  = "on"
    "0rtt"                   = "off"
    ssl                      = "strict"
    opportunistic_encryption = "on"
    security_header = {
      strict_transport_security = {
        enabled            = true
        max_age            = var.hsts.max_age_days * 86400
        include_subdomains = var.hsts.include_subdomains
        preload            = var.hsts.preload
        nosniff            = true
      }
    }
  }
}

resource "cloudflare_zone_setting" "this" {
  for_each = { for name, value in local.settings : name => value if var.manage_zone }

  zone_id    = var.zone.id
  setting_id = each.key
  value      = each.value
}

resource "cloudflare_zone_dnssec" "this" {
  for_each = var.manage_zone ? { this = var.zone.id } : {}

  zone_id = each.value
  status  = "active"
}

resource "cloudflare_dns_record" "static" {
  for_each = { for key, record in var.records : key => record if record.owner == "terraform" }

  zone_id  = var.zone.id
  name     = each.value.name
  type     = each.value.type
  content  = each.value.content
  ttl      = each.value.proxied ? 1 : each.value.ttl
  proxied  = each.value.proxied
  priority = each.value.priority
  comment  = trimspace("owner=terraform ${each.value.comment}")
}

# Made once, so that the name exists from the first day; where it points to is Caretaker's from then on. Deleting one is
# refused: a removed map entry must not take a name off the Internet that automation is steering.
resource "cloudflare_dns_record" "caretaker" {
  for_each = { for key, record in var.records : key => record if record.owner == "caretaker" }

  zone_id  = var.zone.id
  name     = each.value.name
  type     = each.value.type
  content  = each.value.content
  ttl      = each.value.proxied ? 1 : each.value.ttl
  proxied  = each.value.proxied
  priority = each.value.priority
  comment  = trimspace("owner=caretaker ${each.value.comment}")

  lifecycle {
    # Caretaker moves these records (infra/ownership.yaml).
    ignore_changes  = [content, ttl, proxied, comment]
    prevent_destroy = true
  }
}
