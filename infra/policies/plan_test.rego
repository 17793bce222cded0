package caretaker.plan_test

import data.caretaker.plan
import rego.v1

good_tags := {"environment": "prod", "owner": "team@contoso.example", "cost-center": "CC-1", "data-class": "internal"}

change(address, actions, after) := {
	"address": address,
	"type": split(address, ".")[0],
	"name": split(address, ".")[1],
	"mode": "managed",
	"change": {"actions": actions, "before": null, "after": after, "after_unknown": {}},
}

asked(changes) := {"plan": {"resource_changes": changes}, "stack": {"name": "payments-prod", "environment": "prod"}}

open_rule(source) := change("azurerm_network_security_rule.in", ["create"], {"direction": "Inbound", "access": "Allow", "source_address_prefix": source, "source_address_prefixes": null})

one_denial(input_, part) if {
	found := plan.deny with input as input_
	count(found) == 1
	some message in found
	contains(message, part)
}

test_an_ordinary_plan_passes if {
	count(plan.deny) == 0 with input as asked([change("azurerm_storage_account.a", ["create"], {"tags": good_tags, "public_network_access_enabled": false})])
}

test_every_spelling_of_everybody_is_denied if {
	every source in ["*", "0.0.0.0/0", "Internet", "::/0", "128.0.0.0/1"] {
		one_denial(asked([open_rule(source)]), "lets anybody in")
	}
}

test_everybody_in_a_list_is_denied if {
	one_denial(
		asked([change("azurerm_network_security_rule.in", ["update"], {"direction": "Inbound", "access": "Allow", "source_address_prefixes": ["10.0.0.0/8", "0.0.0.0/0"]})]),
		"from 0.0.0.0/0",
	)
}

test_a_named_range_passes if {
	count(plan.deny) == 0 with input as asked([open_rule("10.1.0.0/16")])
}

test_a_rule_that_denies_everybody_passes if {
	count(plan.deny) == 0 with input as asked([change("azurerm_network_security_rule.in", ["create"], {"direction": "Inbound", "access": "Deny", "source_address_prefix": "*"})])
}

test_a_rule_inside_a_group_is_denied if {
	one_denial(
		asked([change("azurerm_network_security_group.g", ["create"], {"tags": good_tags, "security_rule": [{"name": "ssh", "direction": "Inbound", "access": "Allow", "source_address_prefix": "*"}]})]),
		"rule ssh lets anybody in",
	)
}

test_public_data_is_denied if {
	one_denial(asked([change("azurerm_key_vault.v", ["update"], {"tags": good_tags, "public_network_access_enabled": true})]), "can be reached from the internet")
	one_denial(asked([change("azurerm_managed_redis.r", ["create"], {"tags": good_tags, "public_network_access": "Enabled"})]), "can be reached from the internet")
}

excepted_account(address, action) := object.union(change("azurerm_storage_account.flow_logs", ["create"], {"tags": good_tags, "public_network_access_enabled": true, "network_rules": [{"default_action": action}]}), {"address": address})

exception(resource, expires) := {"rule": "CKV_AZURE_59", "resource": resource, "expires": expires, "reason": "x", "owner": "y"}

with_exception(account, one) := object.union(asked([account]), {"exceptions": [one]})

account := `module.m.azurerm_storage_account.this["events"]`

test_an_exception_that_is_listed_passes if {
	count(plan.deny) == 0 with input as with_exception(excepted_account(account, "Deny"), exception(`azurerm_storage_account.this["events"]`, "2199-01-31"))
	count(plan.deny) == 0 with input as with_exception(excepted_account(account, "Deny"), exception("azurerm_storage_account.*", "2199-01-31T00:00:00Z"))
}

test_an_exception_that_does_not_hold_is_denied if {
	one_denial(with_exception(excepted_account(account, "Deny"), exception(`azurerm_storage_account.this["events"]`, "2020-01-31")), "can be reached from the internet")
	one_denial(with_exception(excepted_account(account, "Allow"), exception(`azurerm_storage_account.this["events"]`, "2199-01-31")), "can be reached from the internet")
	one_denial(with_exception(excepted_account(account, "Deny"), exception(`azurerm_storage_account.this["data"]`, "2199-01-31")), "can be reached from the internet")
	one_denial(with_exception(excepted_account(account, "Deny"), exception("account.this", "2199-01-31")), "can be reached from the internet")
	one_denial(with_exception(excepted_account(account, "Deny"), object.union(exception("azurerm_storage_account.*", "2199-01-31"), {"rule": "CKV_AZURE_1"})), "can be reached from the internet")
}

test_missing_tags_are_denied_and_named if {
	one_denial(asked([change("azurerm_storage_account.a", ["create"], {"tags": {"Owner": "x", "environment": "prod"}})]), "lacks the tags cost-center, data-class")
}

test_no_tags_at_all_are_denied if {
	one_denial(asked([change("azurerm_storage_account.a", ["create"], {"tags": null})]), "lacks the tags environment, owner, cost-center, data-class")
}

test_tags_that_are_not_known_yet_pass if {
	unknown := {"address": "azurerm_storage_account.a", "type": "azurerm_storage_account", "name": "a", "mode": "managed", "change": {"actions": ["create"], "after": {"tags": {"environment": "prod"}}, "after_unknown": {"tags": {"owner": true, "cost-center": true, "data-class": true}}}}
	count(plan.deny) == 0 with input as asked([unknown])
}

test_what_is_no_resource_of_ours_is_not_looked_at if {
	data_source := object.union(change("azurerm_storage_account.a", ["create"], {"tags": null}), {"mode": "data"})
	count(plan.deny) == 0 with input as asked([data_source])
}

with_module(source, version) := {
	"plan": {"resource_changes": [], "configuration": {"root_module": {"module_calls": {"outer": {"source": "../../modules/web", "module": {"module_calls": {"inner": {"source": source, "version_constraint": version}}}}}}}},
	"stack": {"environment": "dev"},
}

test_modules_that_move_are_denied if {
	every pair in [["git::https://example.com/m.git", ""], ["git::https://example.com/m.git?ref=main", ""], ["contoso/web/azurerm", "~> 1.0"], ["contoso/web/azurerm", ""]] {
		one_denial(with_module(pair[0], pair[1]), "is not pinned")
	}
}

test_modules_that_stand_still_pass if {
	every pair in [["git::https://example.com/m.git?ref=redis/v1.2.3", ""], ["contoso/web/azurerm", "1.2.3"], ["../redis", ""], ["git::https://example.com/m.git?ref=0123456789012345678901234567890123456789", ""]] {
		count(plan.deny) == 0 with input as with_module(pair[0], pair[1])
	}
}

test_destroying_data_needs_its_label if {
	lost := change("azurerm_managed_disk.d", ["delete"], null)
	one_denial(asked([lost]), `label the change "destroy:azurerm_managed_disk.d"`)
	count(plan.deny) == 0 with input as object.union(asked([lost]), {"labels": ["destroy:azurerm_managed_disk.d"]})
	one_denial(object.union(asked([lost]), {"labels": ["destroy:azurerm_managed_disk.other"]}), "destroys azurerm_managed_disk.d")
}

test_replacing_data_needs_its_label_too if {
	one_denial(asked([change("azurerm_key_vault.v", ["delete", "create"], {"tags": good_tags})]), "replaces azurerm_key_vault.v")
}

test_too_many_at_once_are_denied if {
	routes := [change(sprintf("azurerm_route.r%d", [index]), ["delete"], null) | some index in numbers.range(1, 6)]
	one_denial(asked(routes), "destroys or replaces 6 resources at once, at most 5")
	count(plan.deny) == 0 with input as asked(array.slice(routes, 0, 5))
	count(plan.deny) == 0 with input as object.union(asked(routes), {"labels": ["blast-radius:accepted"]})
}

test_too_many_changes_are_denied if {
	routes := [change(sprintf("azurerm_route.r%d", [index]), ["update"], {}) | some index in numbers.range(1, 101)]
	one_denial(asked(routes), "changes 101 resources at once, at most 100")
}

test_a_price_above_the_limit_is_denied if {
	one_denial(object.union(asked([]), {"estimate": {"monthly_increase": 2001}}), "2001 a month dearer, at most 2000")
	count(plan.deny) == 0 with input as object.union(asked([]), {"estimate": {"monthly_increase": 2000}})
	count(plan.deny) == 0 with input as object.union(asked([]), {"estimate": {"monthly_increase": 9000}, "labels": ["price:accepted"]})
}

test_a_price_is_held_to_the_least_where_no_environment_is_known if {
	one_denial({"plan": {"resource_changes": []}, "estimate": {"monthly_increase": 201}}, "at most 200")
}

test_without_an_estimate_nothing_is_said_of_prices if {
	count(plan.deny) == 0 with input as asked([])
}

test_spacelift_s_shape_is_read if {
	shaped := {
		"terraform": {"resource_changes": [change("azurerm_managed_disk.d", ["delete"], null)]},
		"spacelift": {"stack": {"labels": ["environment:dev"]}, "run": {}},
		"third_party_metadata": {"infracost": {"projects": [{"diff": {"totalMonthlyCost": "150.5"}}, {"diff": {"totalMonthlyCost": "60"}}]}},
	}
	found := plan.deny with input as shaped
	count(found) == 2
	some message in found
	contains(message, "210.5 a month dearer, at most 200")
}

test_what_a_person_should_see_is_shown if {
	found := plan.warn with input as asked([change("azurerm_route.r", ["delete", "create"], {}), change("azurerm_role_assignment.a", ["create"], {})])
	found == {"replaces azurerm_route.r", "azurerm_role_assignment.a changes who may do what"}
}
