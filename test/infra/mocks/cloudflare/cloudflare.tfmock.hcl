mock_resource "cloudflare_dns_record" {
  defaults = {
    id = "0123456789abcdef0123456789abcdef"
  }
}

mock_resource "cloudflare_api_token" {
  defaults = {
    id    = "fedcba9876543210fedcba9876543210"
    value = "0123456789abcdefghijABCDEFGHIJ0123456789"
  }
}
