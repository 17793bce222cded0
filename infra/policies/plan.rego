# What a plan may not do, whoever made it.
#
# Reads a plan as Terraform writes it (`terraform show -json`), where Spacelift (input.terraform), HCP Terraform (input.plan)
# and the pipeline (input.plan) put it. Labels come from the pull request or from the stack, and each lets one thing pass:
#   destroy:<address>       a resource with data may be destroyed or replaced
#   blast-radius:accepted   more resources than the limit may change at once
#   price:accepted          the price may rise above the limit
package caretaker.plan

import rego.v1

settings := data.caretaker.settings

plan := object.get(input, "plan", object.get(input, "terraform", {}))

changes := [change |
	some change in object.get(plan, "resource_changes", [])
	object.get(change, "mode", "managed") == "managed"
]

labels contains label if some label in object.get(input, "labels", [])

labels contains label if some label in object.get(object.get(object.get(input, "spacelift", {}), "stack", {}), "labels", [])

labels contains label if some label in object.get(object.get(object.get(input, "spacelift", {}), "run", {}), "labels", [])

environment := input.stack.environment

environment := name if {
	not input.stack.environment
	some label in labels
	startswith(label, "environment:")
	name := trim_prefix(label, "environment:")
}

written(change) if {
	some action in change.change.actions
	action in {"create", "update"}
}

destroyed(change) if "delete" in change.change.actions

replaced(change) if {
	destroyed(change)
	"create" in change.change.actions
}

verb(change) := "replaces" if replaced(change)

verb(change) := "destroys" if {
	destroyed(change)
	not replaced(change)
}

# --- Public ingress -------------------------------------------------------------------------------------------------

everywhere := {"*", "0.0.0.0/0", "::/0", "internet", "any"}

# Half the internet is as good as all of it.
is_everywhere(prefix) if lower(prefix) in everywhere

is_everywhere(prefix) if regex.match(`/[0-3]$`, prefix)

sources(rule) := {prefix |
	some prefix in array.concat(
		[object.get(rule, "source_address_prefix", null)],
		[one | some one in object.get(rule, "source_address_prefixes", [])],
	)
	is_string(prefix)
}

opens(rule) := prefix if {
	lower(object.get(rule, "direction", "")) == "inbound"
	lower(object.get(rule, "access", "")) == "allow"
	some prefix in sources(rule)
	is_everywhere(prefix)
}

deny contains message if {
	some change in changes
	change.type == "azurerm_network_security_rule"
	written(change)
	prefix := opens(change.change.after)
	message := sprintf("%s lets anybody in (inbound from %s); name the ranges that may", [change.address, prefix])
}

deny contains message if {
	some change in changes
	change.type == "azurerm_network_security_group"
	written(change)
	some rule in object.get(change.change.after, "security_rule", [])
	prefix := opens(rule)
	message := sprintf("%s: rule %s lets anybody in (inbound from %s); name the ranges that may", [change.address, object.get(rule, "name", "?"), prefix])
}

deny contains message if {
	some change in changes
	change.type in settings.private_types
	written(change)
	object.get(change.change.after, "public_network_access_enabled", false) == true
	not is_excepted(change)
	message := sprintf("%s can be reached from the internet; set public_network_access_enabled = false and give it a private endpoint", [change.address])
}

deny contains message if {
	some change in changes
	change.type in settings.private_types
	written(change)
	lower(object.get(change.change.after, "public_network_access", "")) == "enabled"
	message := sprintf("%s can be reached from the internet; set public_network_access = \"Disabled\" and give it a private endpoint", [change.address])
}

# Trusted services of Azure reach some accounts through the firewall's exception, which needs the public endpoint. Each is
# listed in infra/security/exceptions.yaml with a reason and a last day, and the firewall has to deny everybody else.
exceptions := object.get(input, "exceptions", object.get(settings, "exceptions", []))

is_excepted(change) if {
	change.type == "azurerm_storage_account"
	some rules in change.change.after.network_rules
	rules.default_action == "Deny"
	some exception in exceptions
	exception.rule == "CKV_AZURE_59"
	regex.match(address_pattern(exception.resource), change.address)
	holds(exception)
}

escapes := {".": `\.`, "[": `\[`, "]": `\]`, "$": `\$`, "(": `\(`, ")": `\)`, "+": `\+`, "?": `\?`, "|": `\|`, "{": `\{`, "}": `\}`, "^": `\^`, "*": ".*"}

# The end of an address, with `*` for any part of it.
address_pattern(resource) := sprintf(`(^|\.)%s$`, [strings.replace_n(escapes, resource)])

holds(exception) if time.parse_rfc3339_ns(sprintf("%sT23:59:59Z", [substring(exception.expires, 0, 10)])) >= time.now_ns()

# --- Tags -----------------------------------------------------------------------------------------------------------

# Only the tags of Azure's resources; elsewhere the word means other things.
tagged(change) if {
	startswith(change.type, "azurerm_")
	"tags" in object.keys(change.change.after)
	object.get(object.get(change.change, "after_unknown", {}), "tags", false) != true
}

deny contains message if {
	some change in changes
	written(change)
	tagged(change)
	tags := {lower(name) | some name in object.keys(object.union({}, value_or_empty(change.change.after.tags)))}
	unknown := {lower(name) | some name in object.keys(value_or_empty(object.get(object.get(change.change, "after_unknown", {}), "tags", {})))}
	missing := [tag | some tag in settings.required_tags; not tag in tags; not tag in unknown]
	count(missing) > 0
	message := sprintf("%s lacks the tags %s; take them from the naming module", [change.address, concat(", ", missing)])
}

value_or_empty(value) := value if is_object(value)

value_or_empty(value) := {} if not is_object(value)

# --- Modules --------------------------------------------------------------------------------------------------------

module_calls contains {"path": path, "call": call} if {
	walk(object.get(object.get(plan, "configuration", {}), "root_module", {}), [path, value])
	is_object(value)
	some name, call in object.get(value, "module_calls", {})
}

is_local(source) if startswith(source, "./")

is_local(source) if startswith(source, "../")

is_pinned(call) if regex.match(`[?&]ref=(([\w.-]+/)?v[0-9]+\.[0-9]+\.[0-9]+|[0-9a-f]{40})($|&)`, call.source)

is_pinned(call) if regex.match(`^=? ?[0-9]+\.[0-9]+\.[0-9]+$`, object.get(call, "version_constraint", ""))

deny contains message if {
	some entry in module_calls
	source := object.get(entry.call, "source", "")
	not is_local(source)
	not is_pinned(entry.call)
	message := sprintf("module %s is not pinned; ask for one version (?ref=<module>/v1.2.3, or version = \"1.2.3\")", [source])
}

# --- What would be lost ---------------------------------------------------------------------------------------------

deny contains message if {
	some change in changes
	change.type in settings.stateful_types
	destroyed(change)
	label := sprintf("destroy:%s", [change.address])
	not label in labels
	message := sprintf("%s %s, and what it holds with it; if that is meant, label the change %q", [verb(change), change.address, label])
}

destructions := [change.address | some change in changes; destroyed(change)]

alterations := [change.address | some change in changes; some action in change.change.actions; action in {"update", "delete"}]

deny contains message if {
	not "blast-radius:accepted" in labels
	count(destructions) > settings.blast_radius.destroyed
	message := sprintf("destroys or replaces %d resources at once, at most %d may; go in smaller steps, or label the change \"blast-radius:accepted\"", [count(destructions), settings.blast_radius.destroyed])
}

deny contains message if {
	not "blast-radius:accepted" in labels
	touched := {address | some address in alterations}
	count(touched) > settings.blast_radius.changed
	message := sprintf("changes %d resources at once, at most %d may; go in smaller steps, or label the change \"blast-radius:accepted\"", [count(touched), settings.blast_radius.changed])
}

# --- Price ----------------------------------------------------------------------------------------------------------

# The pipeline's own estimate, or Infracost's as Spacelift hands it over. Without an estimate nothing is said.
price_increase := input.estimate.monthly_increase

price_increase := sum([to_number(project.diff.totalMonthlyCost) | some project in input.third_party_metadata.infracost.projects]) if {
	not input.estimate
	input.third_party_metadata.infracost.projects
}

price_limit := object.get(settings.monthly_price_increase, environment, min([limit | some limit in settings.monthly_price_increase]))

# A stack that says no environment is held to the least.
price_limit := min([limit | some limit in settings.monthly_price_increase]) if not environment

deny contains message if {
	not "price:accepted" in labels
	price_increase > price_limit
	message := sprintf("makes the platform %v a month dearer, at most %v is allowed here; label the change \"price:accepted\" when it was agreed", [price_increase, price_limit])
}

# --- What a person should look at -----------------------------------------------------------------------------------

warn contains message if {
	some change in changes
	destroyed(change)
	message := sprintf("%s %s", [verb(change), change.address])
}

warn contains message if {
	some change in changes
	change.type in {"azurerm_role_assignment", "azurerm_role_definition", "azuread_app_role_assignment"}
	change.change.actions != ["no-op"]
	message := sprintf("%s changes who may do what", [change.address])
}
