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
}

resource "azuread_application" "this" {
  display_name            = "Caretaker ${var.environment}"
  identifier_uris         = [local.identifier_uri]
  sign_in_audience        = "AzureADMyOrg"
  prevent_duplicate_names = true

  api {
    requested_access_token_version = 2
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
