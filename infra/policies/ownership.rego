# Terraform does not set what automation owns. Who owns which field is in infra/ownership.yaml; Terraform ignores those
# fields (lifecycle.ignore_changes), so a plan that changes one means that the ignoring was taken out, or was never there.
package caretaker.ownership

import rego.v1

settings := data.caretaker.settings

plan := object.get(input, "plan", object.get(input, "terraform", {}))

# The pipeline hands both over. For a vendor the manifest is written into the settings, and decisions come as custom metadata.
owned_fields := object.get(input, "ownership", object.get(settings, "ownership", []))

decisions := input.decisions

decisions := found if {
	not input.decisions
	found := object.get(object.get(object.get(object.get(input, "third_party_metadata", {}), "custom", {}), "caretaker", {}), "decisions", [])
}

automation := {"scaler", "rotator", "dns", "backup"}

# Replacing a resource gives it new values once, as creating does; that is the plan policy's to judge.
updates := [change |
	some change in object.get(plan, "resource_changes", [])
	change.change.actions == ["update"]
]

# A field is written `name`, or `block[0].name` for one inside a block.
path_of(field) := [segment |
	some part in split(replace(replace(field, "[", "."), "]", ""), ".")
	segment := index_or_name(part)
]

index_or_name(part) := to_number(part) if regex.match(`^[0-9]+$`, part)

index_or_name(part) := part if not regex.match(`^[0-9]+$`, part)

at(value, path) := found if {
	walk(value, [path, found])
}

value_at(value, path) := found if found := at(value, path)

value_at(value, path) := null if not has(value, path)

has(value, path) if walk(value, [path, _])

changes_field(change, field) if {
	path := path_of(field)
	value_at(change.change.before, path) != value_at(change.change.after, path)
}

# A value that is only known after apply would be set by Terraform all the same.
changes_field(change, field) if value_at(object.get(change.change, "after_unknown", {}), path_of(field)) == true

names(change) := {lower(name) |
	some name in [change.address, object.get(object.get(change.change, "before", {}), "id", "")]
	name != ""
}

decisions_about(change, field) := sort([[decision.at, decision] |
	some decision in decisions
	lower(decision.resource) in names(change)
	decision.field == field
])

history(change, field) := sprintf("decision %s of %s set it last: %s", [decision.id, decision.at, decision.sentence]) if {
	found := decisions_about(change, field)
	count(found) > 0
	decision := found[count(found) - 1][1]
}

history(_, _) := "no decision about it is on record" if count(decisions) == 0

history(change, field) := "no decision about it is on record" if {
	count(decisions) > 0
	count(decisions_about(change, field)) == 0
}

deny contains message if {
	some change in updates
	some entry in owned_fields
	entry.owner in automation
	entry.resource == sprintf("%s.%s", [change.type, change.name])
	some field in entry.fields
	changes_field(change, field)
	message := sprintf("%s: %s is the %s's (%s); %s. Take it out of the configuration or ignore it (lifecycle.ignore_changes), and order the change from the %s instead", [change.address, field, entry.owner, trim_suffix(entry.reason, "."), history(change, field), entry.owner])
}
