mock_resource "azuread_application" {
  defaults = {
    id        = "/applications/cccccccc-cccc-4ccc-8ccc-cccccccccccc"
    object_id = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
    client_id = "dddddddd-dddd-4ddd-8ddd-dddddddddddd"
  }
}

mock_resource "azuread_application_identifier_uri" {
  defaults = {
    id = "/applications/cccccccc-cccc-4ccc-8ccc-cccccccccccc/identifierUris/YXBpOi8v"
  }
}

mock_resource "azuread_service_principal" {
  defaults = {
    id        = "/servicePrincipals/eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee"
    object_id = "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee"
    client_id = "dddddddd-dddd-4ddd-8ddd-dddddddddddd"
  }
}

mock_resource "azuread_app_role_assignment" {
  defaults = {
    id = "/servicePrincipals/eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee/appRoleAssignedTo/ZGVhZGJlZWY"
  }
}
