# State of the environment stack in qa: its own account, so that no identity of another environment can read it.
resource_group_name  = "rg-conto-state-qa-weu-01"
storage_account_name = "stcontostateqa"
container_name       = "state"
key                  = "environment.tfstate"
