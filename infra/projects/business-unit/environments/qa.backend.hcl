# State of the payments unit in qa: one state per stack, in the environment's own account.
resource_group_name  = "rg-conto-state-qa-weu-01"
storage_account_name = "stcontostateqa"
container_name       = "state"
key                  = "business-unit/payments.tfstate"
