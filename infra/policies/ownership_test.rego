package caretaker.ownership_test

import data.caretaker.ownership
import rego.v1

manifest := [
	{"resource": "azurerm_orchestrated_virtual_machine_scale_set.this", "module": "web-vmss", "fields": ["instances"], "owner": "scaler", "reason": "The number of machines follows the load."},
	{"resource": "azurerm_linux_virtual_machine.this", "module": "web-vm", "fields": ["os_disk[0].name"], "owner": "backup", "reason": "A restore swaps the system disk."},
	{"resource": "azurerm_monitor_metric_alert.this", "module": "monitoring", "fields": ["enabled"], "owner": "human", "reason": "Whoever is on call may switch it off."},
]

scale_set(before, after) := {
	"address": "module.web.azurerm_orchestrated_virtual_machine_scale_set.this",
	"type": "azurerm_orchestrated_virtual_machine_scale_set",
	"name": "this",
	"change": {"actions": ["update"], "before": before, "after": after, "after_unknown": {}},
}

id := "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/virtualMachineScaleSets/web"

decisions := [
	{"id": "D1", "resource": id, "field": "instances", "at": "2026-03-01T08:00:00Z", "sentence": "scaled out to 4"},
	{"id": "D2", "resource": lower(id), "field": "instances", "at": "2026-03-01T09:00:00Z", "sentence": "scaled out to 6, because load was above 70 %"},
	{"id": "D3", "resource": id, "field": "sku_name", "at": "2026-03-01T10:00:00Z", "sentence": "something else"},
]

asked(change) := {"plan": {"resource_changes": [change]}, "ownership": manifest, "decisions": decisions}

test_a_field_of_the_scaler_is_denied_with_its_last_decision if {
	found := ownership.deny with input as asked(scale_set({"id": id, "instances": 6}, {"id": id, "instances": 2}))
	count(found) == 1
	some message in found
	contains(message, "instances is the scaler's")
	contains(message, "decision D2 of 2026-03-01T09:00:00Z set it last: scaled out to 6, because load was above 70 %")
}

test_it_is_denied_without_a_decision_too if {
	found := ownership.deny with input as {"plan": {"resource_changes": [scale_set({"id": "other", "instances": 6}, {"id": "other", "instances": 2})]}, "ownership": manifest, "decisions": decisions}
	count(found) == 1
	some message in found
	contains(message, "no decision about it is on record")
}

test_without_any_decisions_it_is_denied if {
	found := ownership.deny with input as {"plan": {"resource_changes": [scale_set({"instances": 6}, {"instances": 2})]}, "ownership": manifest}
	count(found) == 1
}

test_a_value_known_after_apply_is_denied if {
	change := object.union(scale_set({"instances": 6}, {}), {"change": {"actions": ["update"], "before": {"instances": 6}, "after": {}, "after_unknown": {"instances": true}}})
	count(ownership.deny) == 1 with input as asked(change)
}

test_another_field_of_the_same_resource_passes if {
	count(ownership.deny) == 0 with input as asked(scale_set({"id": id, "instances": 6, "sku_name": "a"}, {"id": id, "instances": 6, "sku_name": "b"}))
}

test_a_field_inside_a_block_is_denied if {
	change := {
		"address": "azurerm_linux_virtual_machine.this",
		"type": "azurerm_linux_virtual_machine",
		"name": "this",
		"change": {"actions": ["update"], "before": {"os_disk": [{"name": "a", "caching": "x"}]}, "after": {"os_disk": [{"name": "b", "caching": "x"}]}, "after_unknown": {}},
	}
	found := ownership.deny with input as asked(change)
	count(found) == 1
	some message in found
	contains(message, "os_disk[0].name is the backup's")
}

test_a_field_that_people_may_change_passes if {
	change := {"address": "azurerm_monitor_metric_alert.this", "type": "azurerm_monitor_metric_alert", "name": "this", "change": {"actions": ["update"], "before": {"enabled": false}, "after": {"enabled": true}, "after_unknown": {}}}
	count(ownership.deny) == 0 with input as asked(change)
}

test_creating_passes if {
	change := object.union(scale_set(null, {"instances": 2}), {"change": {"actions": ["create"], "before": null, "after": {"instances": 2}, "after_unknown": {}}})
	count(ownership.deny) == 0 with input as asked(change)
}

test_spacelift_s_shape_with_the_manifest_in_the_settings_is_read if {
	shaped := {
		"terraform": {"resource_changes": [scale_set({"id": id, "instances": 6}, {"id": id, "instances": 2})]},
		"third_party_metadata": {"custom": {"caretaker": {"decisions": decisions}}},
	}
	found := ownership.deny with input as shaped with data.caretaker.settings as {"ownership": manifest}
	count(found) == 1
	some message in found
	contains(message, "decision D2")
}
