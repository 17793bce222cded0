# A scheduler's id by default; tests override the few others (site, task hub, access policy) where their id is read.
mock_resource "azapi_resource" {
  defaults = {
    id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.DurableTask/schedulers/dts-test"
  }
}
