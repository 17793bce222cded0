# State of the environment stack in prod: its own account, so that no identity of another environment can read it.
resource_group_name  = "rg-conto-state-prod-weu-01"
storage_account_name = "stcontostateprod"
container_name       = "state"
key                  = "environment.tfstate"
