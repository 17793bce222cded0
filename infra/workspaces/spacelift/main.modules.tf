# The registry: every module of the repository, versioned by its tags.
resource "spacelift_module" "this" {
  for_each = toset(local.manifest.modules)

  name                  = each.key
  terraform_provider    = "azurerm"
  description           = "${local.manifest.module_folder}/${each.key}"
  repository            = local.manifest.repository
  branch                = local.manifest.environments[local.manifest.promotion[length(local.manifest.promotion) - 1]].branch
  project_root          = "${local.manifest.module_folder}/${each.key}"
  space_id              = "root"
  workflow_tool         = "CUSTOM"
  runner_image          = var.runner_image
  worker_pool_id        = var.worker_pool_id
  administrative        = false
  enable_local_preview  = false
  protect_from_deletion = true
  labels                = ["module:${each.key}"]
}
