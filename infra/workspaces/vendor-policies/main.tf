# The policies as a vendor takes them: each one text that needs nothing beside it. What the policies read from data is written
# into them, so that the same Rego that is tested in infra/policies decides at the vendor.

locals {
  folder   = "${path.module}/../../policies"
  manifest = jsondecode(file("${path.module}/../stacks.generated.json"))

  settings = merge(
    jsondecode(file("${local.folder}/settings.json")).caretaker.settings,
    {
      ownership      = yamldecode(file("${path.module}/../../ownership.yaml")).fields
      exceptions     = yamldecode(file("${path.module}/../../security/exceptions.yaml")).exceptions
      approval       = { for name, environment in local.manifest.environments : name => environment.approval }
      stack_approval = { for name, stack in local.manifest.stacks : name => stack.approval }
      access         = { for name, environment in local.manifest.environments : name => environment.access }
    },
  )

  bodies = {
    for name in var.names : name => replace(
      replace(file("${local.folder}/${name}.rego"), "package caretaker.${name}", "package ${coalesce(var.package, "caretaker.${name}")}"),
      "settings := data.caretaker.settings",
      "settings := ${jsonencode(local.settings)}",
    )
  }
}
