# State of the payments unit in dev: one state per stack, in the environment's own account.
resource_group_name  = "rg-conto-state-dev-weu-01"
storage_account_name = "stcontostatedev"
container_name       = "state"
key                  = "business-unit/payments.tfstate"
