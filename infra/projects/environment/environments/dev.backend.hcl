# State of the environment stack in dev: its own account, so that no identity of another environment can read it.
resource_group_name  = "rg-conto-state-dev-weu-01"
storage_account_name = "stcontostatedev"
container_name       = "state"
key                  = "environment.tfstate"
