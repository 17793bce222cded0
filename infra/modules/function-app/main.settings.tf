locals {
  # What var.documents and var.secrets may hold.
  document_names = ["dns", "stacks"]
  secret_names   = ["CARETAKER_CHANNELS", "CARETAKER_CLOUDFLARE_WEBHOOK_SECRETS", "CARETAKER_HCP_TERRAFORM_SECRETS", "CARETAKER_LINK_KEYS", "CARETAKER_SPACELIFT_SECRETS"]

  # Everything that the application itself reads (src/config/env.ts), in one place. A test compares these names with that
  # schema in both directions.
  caretaker_settings = {
    CARETAKER_ENVIRONMENT      = var.environment
    CARETAKER_SUBSCRIPTION_IDS = join(",", var.subscription_ids)
    CARETAKER_TENANT_ID        = var.tenant_id
    CARETAKER_BLOB_URL         = "https://${var.names.data_storage_account}.blob.core.windows.net"
    CARETAKER_STATE_CONTAINER  = "caretaker-state"
    CARETAKER_LEDGER_CONTAINER = "caretaker-ledger"
    CARETAKER_POLICY_URL       = "https://${var.names.data_storage_account}.blob.core.windows.net/caretaker-policy/policy.yaml"
    CARETAKER_WRITER_CLIENT_ID = azurerm_user_assigned_identity.this["writer"].client_id
    CARETAKER_PRUNER_CLIENT_ID = azurerm_user_assigned_identity.this["pruner"].client_id
    CARETAKER_ARM_ENDPOINT     = var.arm_endpoint
    # Tokens of version 2 name the application by its client id, those of version 1 by its URI (Microsoft Learn, access token claims: aud).
    CARETAKER_API_AUDIENCE      = join(",", [azuread_application.this.client_id, local.identifier_uri])
    CARETAKER_CONSOLE_CLIENT_ID = azuread_application.console.client_id
    # The queue is read only where it is delivered to: without its connection the host would not start the function.
    CARETAKER_EVENT_DELIVERY = var.event_delivery
    # App Service authentication is not set up in front of the app: its headers would be anybody's.
    CARETAKER_APP_SERVICE_AUTH = "off"
    CARETAKER_LOG_LEVEL        = var.log_level
    CARETAKER_DNS_URL          = local.document_urls["dns"]
    CARETAKER_STACKS_URL       = local.document_urls["stacks"]
    # Signing secrets of the vendors' webhooks; both may hold two, separated by a comma, while one is replaced.
    CARETAKER_SPACELIFT_SECRETS     = local.secret_references["CARETAKER_SPACELIFT_SECRETS"]
    CARETAKER_HCP_TERRAFORM_SECRETS = local.secret_references["CARETAKER_HCP_TERRAFORM_SECRETS"]
    # Where zones are, the secret with the token for them, and what its notifications carry.
    CARETAKER_CLOUDFLARE_API             = "https://api.cloudflare.com/client/v4"
    CARETAKER_GRAPH_ENDPOINT             = "https://graph.microsoft.com"
    CARETAKER_LOGIN_ENDPOINT             = "https://login.microsoftonline.com"
    CARETAKER_CLOUDFLARE_TOKEN_SECRET    = var.cloudflare_token_secret_uri
    CARETAKER_CLOUDFLARE_WEBHOOK_SECRETS = local.secret_references["CARETAKER_CLOUDFLARE_WEBHOOK_SECRETS"]
    # Addresses of notification channels, which are secrets, and the keys that sign the links in what is sent there.
    CARETAKER_CHANNELS   = local.secret_references["CARETAKER_CHANNELS"]
    CARETAKER_LINK_KEYS  = local.secret_references["CARETAKER_LINK_KEYS"]
    CARETAKER_PUBLIC_URL = "https://${var.names.function_app}.azurewebsites.net"
  }

  # What the runtime and its extensions read. No connection string with a key is among them: storage, the scheduler and
  # Application Insights are all reached with the writer's identity.
  platform_settings = merge(
    {
      # Without it a start-up error shows as "no functions found".
      FUNCTIONS_NODE_BLOCK_ON_ENTRY_POINT_ERROR = "true"
      # The console is at the root, where the platform would show a page of its own.
      AzureWebJobsDisableHomepage               = "true"
      AzureWebJobsStorage__accountName          = var.names.host_storage_account
      AzureWebJobsStorage__credential           = "managedidentity"
      AzureWebJobsStorage__clientId             = azurerm_user_assigned_identity.this["writer"].client_id
      APPLICATIONINSIGHTS_CONNECTION_STRING     = azurerm_application_insights.this.connection_string
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING = "Authorization=AAD;ClientId=${azurerm_user_assigned_identity.this["writer"].client_id}"
      # The hub's name counts for both backends.
      TASKHUB_NAME = var.durable.task_hub
    },
    var.durable.backend != "scheduler" ? {} : {
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING = "Endpoint=${azapi_resource.scheduler["this"].output.properties.endpoint};Authentication=ManagedIdentity;ClientID=${azurerm_user_assigned_identity.this["writer"].client_id}"
    },
    # The connection "CaretakerEvents" of the queue-triggered function.
    var.event_delivery != "queue" ? {} : {
      CaretakerEvents__queueServiceUri = "https://${var.names.events_storage_account}.queue.core.windows.net"
      CaretakerEvents__credential      = "managedidentity"
      CaretakerEvents__clientId        = azurerm_user_assigned_identity.this["writer"].client_id
    },
  )

  # Documents beside the policy, and secrets that the platform reads from the vault. Where there is none the setting is empty,
  # which the application takes as missing: whether it is set would otherwise not be known before the apply.
  document_urls = {
    for name in local.document_names : name => contains(keys(var.documents), name) ? "https://${var.names.data_storage_account}.blob.core.windows.net/caretaker-policy/${name}.yaml" : ""
  }
  secret_references = {
    for name in local.secret_names : name => contains(keys(var.secrets), name) ? "@Microsoft.KeyVault(SecretUri=${var.secrets[name]})" : ""
  }

  app_settings = merge(local.platform_settings, local.caretaker_settings)
}
