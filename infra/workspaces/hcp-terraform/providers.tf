# The token comes from TFE_TOKEN.
provider "tfe" {
  organization = local.manifest.organization
}
