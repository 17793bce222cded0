resource "azurerm_resource_group" "this" {
  name     = var.name
  location = var.location
  tags     = var.tags
}

resource "azurerm_role_assignment" "this" {
  for_each = var.role_assignments

  scope                = azurerm_resource_group.this.id
  role_definition_name = each.value.role_definition_name
  principal_id         = each.value.principal_id
  principal_type       = each.value.principal_type
  description          = each.value.description
}

resource "azurerm_management_lock" "this" {
  for_each = var.lock == null ? {} : { this = var.lock }

  name       = "lock-${var.name}"
  scope      = azurerm_resource_group.this.id
  lock_level = each.value.kind
  notes      = each.value.notes

  # The lock comes last and leaves first, so that creating and destroying the roles is not stopped by it.
  depends_on = [azurerm_role_assignment.this]
}

resource "azurerm_consumption_budget_resource_group" "this" {
  for_each = var.budget == null ? {} : { this = var.budget }

  name              = "budget-${var.name}"
  resource_group_id = azurerm_resource_group.this.id
  amount            = each.value.amount
  time_grain        = "Monthly"

  time_period {
    start_date = each.value.start_date
  }

  dynamic "notification" {
    for_each = concat(
      [for percent in each.value.actual_percents : { threshold = percent, type = "Actual" }],
      [for percent in each.value.forecasted_percents : { threshold = percent, type = "Forecasted" }],
    )

    content {
      enabled        = true
      operator       = "GreaterThanOrEqualTo"
      threshold      = notification.value.threshold
      threshold_type = notification.value.type
      contact_emails = each.value.contact_emails
    }
  }
}
