variables {
  organization = "conto"
  workload     = "platform"
  environment  = "prod"
  location     = "westeurope"
  unique_seed  = "22222222-2222-4222-8222-222222222222"
  owner        = "platform@contoso.example"
  cost_center  = "CC-12345"
  data_class   = "confidential"
}

run "names_follow_the_framework" {
  command = plan

  assert {
    condition     = output.names.resource_group == "rg-conto-platform-prod-weu-01"
    error_message = "A resource group is abbreviation, organization, workload, environment, region, number: ${output.names.resource_group}"
  }

  assert {
    condition     = output.names.virtual_network == "vnet-conto-platform-prod-weu-01"
    error_message = "The virtual network's name is off: ${output.names.virtual_network}"
  }
}

run "limits_of_azure_hold" {
  command = plan

  variables {
    workload   = "a-very-long-workload"
    components = ["longcomponen"]
  }

  assert {
    condition     = alltrue([for names in [output.names, output.component_names["longcomponen"]] : length(names.key_vault) <= 24 && can(regex("^[a-z][a-z0-9-]+[a-z0-9]$", names.key_vault)) && !strcontains(names.key_vault, "--")])
    error_message = "A key vault has at most 24 letters, digits and single dashes: ${output.names.key_vault}"
  }

  assert {
    condition     = can(regex("^st[a-z0-9]{1,22}$", output.names.storage_account)) && output.names.storage_account != output.component_names["longcomponen"].storage_account
    error_message = "A storage account has at most 24 letters and digits and differs per component: ${output.names.storage_account}"
  }

  assert {
    condition     = length(output.names.function_app) <= 32
    error_message = "A function app has at most 32 characters, or host ids collide: ${output.names.function_app}"
  }
}

run "another_subscription_gets_other_global_names" {
  command = plan

  variables {
    unique_seed = "99999999-2222-4222-8222-222222222222"
  }

  assert {
    condition     = output.names.key_vault != run.names_follow_the_framework.names.key_vault && output.names.resource_group == run.names_follow_the_framework.names.resource_group
    error_message = "The seed must change globally unique names only."
  }
}

run "tags_carry_caretakers_policy" {
  command = plan

  variables {
    caretaker  = { mode = "auto", backup_tier = "gold", window = "sat,sun-0200-4h" }
    extra_tags = { team = "blue" }
  }

  assert {
    condition     = output.tags["caretaker-mode"] == "auto" && output.tags["caretaker-backup-tier"] == "gold" && output.tags["caretaker-window"] == "sat,sun-0200-4h" && output.tags["team"] == "blue"
    error_message = "Tags must hold Caretaker's policy and the extra tags."
  }

  assert {
    condition     = length(setsubtract(output.required_tag_names, keys(output.tags))) == 0
    error_message = "Every required tag must be set."
  }
}
