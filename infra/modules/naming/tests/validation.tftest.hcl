variables {
  organization = "conto"
  workload     = "platform"
  environment  = "dev"
  location     = "westeurope"
  unique_seed  = "22222222-2222-4222-8222-222222222222"
  owner        = "platform@contoso.example"
  cost_center  = "CC-12345"
  data_class   = "internal"
}

run "rejects_an_organization_in_capitals" {
  command = plan

  variables {
    organization = "Contoso"
  }

  expect_failures = [var.organization]
}

run "rejects_a_workload_with_two_dashes" {
  command = plan

  variables {
    workload = "pay--ments"
  }

  expect_failures = [var.workload]
}

run "rejects_an_unknown_environment" {
  command = plan

  variables {
    environment = "staging"
  }

  expect_failures = [var.environment]
}

run "rejects_a_region_without_abbreviation" {
  command = plan

  variables {
    location = "moonbase1"
  }

  expect_failures = [var.location]
}

run "rejects_an_instance_of_zero" {
  command = plan

  variables {
    instance = 0
  }

  expect_failures = [var.instance]
}

run "rejects_a_component_with_a_dash" {
  command = plan

  variables {
    components = ["web-tier"]
  }

  expect_failures = [var.components]
}

run "rejects_a_short_seed" {
  command = plan

  variables {
    unique_seed = "abc"
  }

  expect_failures = [var.unique_seed]
}

run "rejects_an_owner_that_is_no_address" {
  command = plan

  variables {
    owner = "the platform team"
  }

  expect_failures = [var.owner]
}

run "rejects_a_malformed_cost_center" {
  command = plan

  variables {
    cost_center = "12345"
  }

  expect_failures = [var.cost_center]
}

run "rejects_an_unknown_data_class" {
  command = plan

  variables {
    data_class = "secret"
  }

  expect_failures = [var.data_class]
}

run "rejects_an_unknown_caretaker_mode" {
  command = plan

  variables {
    caretaker = { mode = "yolo" }
  }

  expect_failures = [var.caretaker]
}

run "rejects_an_unknown_backup_tier" {
  command = plan

  variables {
    caretaker = { backup_tier = "platinum" }
  }

  expect_failures = [var.caretaker]
}

run "rejects_a_malformed_window" {
  command = plan

  variables {
    caretaker = { window = "weekends" }
  }

  expect_failures = [var.caretaker]
}

run "rejects_an_extra_tag_that_replaces_a_required_one" {
  command = plan

  variables {
    extra_tags = { owner = "someone@else.example" }
  }

  expect_failures = [var.extra_tags]
}

run "rejects_more_extra_tags_than_azure_holds" {
  command = plan

  variables {
    extra_tags = { for number in range(31) : "tag-${number}" => "x" }
  }

  expect_failures = [var.extra_tags]
}
