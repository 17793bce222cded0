resource "azurerm_monitor_action_group" "people" {
  name                = "${var.names.action_group}-people"
  resource_group_name = var.resource_group_name
  short_name          = "people"
  tags                = var.tags

  dynamic "email_receiver" {
    for_each = var.people

    content {
      name                    = email_receiver.key
      email_address           = email_receiver.value
      use_common_alert_schema = true
    }
  }
}

# A secure webhook: Azure Monitor brings a token for Caretaker's Entra application, no key in the address. Without the
# webhook the group tells people, so that no alert goes nowhere.
resource "azurerm_monitor_action_group" "caretaker" {
  name                = "${var.names.action_group}-caretaker"
  resource_group_name = var.resource_group_name
  short_name          = "caretaker"
  tags                = var.tags

  dynamic "webhook_receiver" {
    for_each = var.caretaker_webhook == null ? {} : { caretaker = var.caretaker_webhook }

    content {
      name                    = webhook_receiver.key
      service_uri             = webhook_receiver.value.uri
      use_common_alert_schema = true

      aad_auth {
        object_id      = webhook_receiver.value.application_object_id
        identifier_uri = webhook_receiver.value.identifier_uri
        tenant_id      = webhook_receiver.value.tenant_id
      }
    }
  }

  dynamic "email_receiver" {
    for_each = var.caretaker_webhook == null ? var.people : {}

    content {
      name                    = email_receiver.key
      email_address           = email_receiver.value
      use_common_alert_schema = true
    }
  }
}

resource "azurerm_monitor_alert_processing_rule_suppression" "this" {
  for_each = var.windows

  name                = "apr-${var.names.action_group}-${each.key}"
  resource_group_name = var.resource_group_name
  scopes              = each.value.scopes
  description         = "Planned work: alerts are raised and nobody is woken."
  tags                = var.tags

  schedule {
    time_zone = each.value.time_zone

    recurrence {
      weekly {
        days_of_week = each.value.days
        start_time   = each.value.start
        end_time     = each.value.end
      }
    }
  }
}
