locals {
  # With the tenant in it, no verified domain is needed.
  identifier_uri = "api://${var.tenant_id}/caretaker-${var.environment}"

  # Roles that Azure's senders must hold, so that a token of any other service is refused.
  # https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups and .../event-grid/secure-webhook-delivery
  senders = merge(
    { action-groups = { role = "ActionGroupsSecureWebhook", application_id = "461e8683-5575-4561-ac7f-899cc907d62a" } },
    var.event_delivery != "webhook" ? {} : {
      event-grid = { role = "AzureEventGridSecureWebhookSubscriber", application_id = "4962773b-9cdb-44cf-a8bf-237846a00ab7" }
    },
  )

  roles = merge(
    { for role, description in var.app_roles : role => { description = description, members = ["Application", "User"] } },
    { for sender in values(local.senders) : sender.role => { description = "Send signals to Caretaker.", members = ["Application"] } },
  )

  # A role's id must be a UUID that stays the same.
  role_ids = { for role in keys(local.roles) : role => uuidv5("url", "${local.identifier_uri}/roles/${role}") }

  # What an application may ask for on behalf of a person. What the person may do is in the roles.
  scope_id = uuidv5("url", "${local.identifier_uri}/scopes/user_impersonation")
}

resource "azuread_application" "this" {
  display_name            = "Caretaker ${var.environment}"
  identifier_uris         = [local.identifier_uri]
  sign_in_audience        = "AzureADMyOrg"
  prevent_duplicate_names = true

  api {
    requested_access_token_version = 2

    oauth2_permission_scope {
      id                         = local.scope_id
      value                      = "user_impersonation"
      type                       = "User"
      admin_consent_display_name = "Use Caretaker"
      admin_consent_description  = "Use Caretaker as the person who has signed in, with that person's roles."
      user_consent_display_name  = "Use Caretaker"
      user_consent_description   = "Use Caretaker as you, with your roles."
      enabled                    = true
    }
  }

  dynamic "app_role" {
    for_each = local.roles

    content {
      id                   = local.role_ids[app_role.key]
      value                = app_role.key
      display_name         = app_role.key
      description          = app_role.value.description
      allowed_member_types = app_role.value.members
      enabled              = true
    }
  }
}

# Only who holds a role gets a token at all.
resource "azuread_service_principal" "this" {
  client_id                    = azuread_application.this.client_id
  app_role_assignment_required = true
}

# What people sign in to the console with: a page in a browser, which can keep no secret, so it has none. An application that asks
# for tokens for itself would have to do without the API's URI (AADSTS90009); hence one of its own.
resource "azuread_application" "console" {
  display_name            = "Caretaker console ${var.environment}"
  sign_in_audience        = "AzureADMyOrg"
  prevent_duplicate_names = true

  single_page_application {
    redirect_uris = [for path in ["/", "/signed-in"] : "https://${var.names.function_app}.azurewebsites.net${path}"]
  }

  required_resource_access {
    resource_app_id = azuread_application.this.client_id

    resource_access {
      id   = local.scope_id
      type = "Scope"
    }
  }
}

resource "azuread_service_principal" "console" {
  client_id = azuread_application.console.client_id
}

# Nobody is asked whether the console may use its own API.
resource "azuread_application_pre_authorized" "console" {
  application_id       = azuread_application.this.id
  authorized_client_id = azuread_application.console.client_id
  permission_ids       = [local.scope_id]
}

resource "azuread_service_principal" "sender" {
  for_each = local.senders

  client_id    = each.value.application_id
  use_existing = true
}

resource "azuread_app_role_assignment" "sender" {
  for_each = local.senders

  app_role_id         = local.role_ids[each.value.role]
  principal_object_id = azuread_service_principal.sender[each.key].object_id
  resource_object_id  = azuread_service_principal.this.object_id
}

resource "azuread_app_role_assignment" "group" {
  for_each = var.app_role_groups

  app_role_id         = local.role_ids[each.value.role]
  principal_object_id = each.value.group_object_id
  resource_object_id  = azuread_service_principal.this.object_id
}

# Service principals beside people: the pipeline, which reports drift and tries what it deployed.
resource "azuread_app_role_assignment" "client" {
  for_each = var.app_role_clients

  app_role_id         = local.role_ids[each.value.role]
  principal_object_id = each.value.principal_object_id
  resource_object_id  = azuread_service_principal.this.object_id
}
