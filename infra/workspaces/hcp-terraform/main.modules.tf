# The registry: every module of the repository, versioned by its tags (<module>/v1.2.3).
resource "tfe_registry_module" "this" {
  for_each = toset(local.manifest.modules)

  name            = each.key
  module_provider = "azurerm"
  registry_name   = "private"

  vcs_repo {
    identifier                 = "${local.manifest.organization}/${local.manifest.repository}"
    display_identifier         = "${local.manifest.organization}/${local.manifest.repository}"
    github_app_installation_id = var.github_app_installation_id
    source_directory           = "${local.manifest.module_folder}/${each.key}"
    tag_prefix                 = "${each.key}/"
    tags                       = true
  }
}
