# State of the payments unit in prod: one state per stack, in the environment's own account.
resource_group_name  = "rg-conto-state-prod-weu-01"
storage_account_name = "stcontostateprod"
container_name       = "state"
key                  = "business-unit/payments.tfstate"
