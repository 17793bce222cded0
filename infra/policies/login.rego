# Who gets in, and what they may do in which environment. Groups come from the identity provider; which group may do what
# is said by the manifest, environment by environment. Spaces carry the label environment:<name>.
package caretaker.login

import rego.v1

settings := data.caretaker.settings

teams := {team | some team in object.get(input.session, "teams", [])}

environment_of(space) := trim_prefix(label, "environment:") if {
	some label in object.get(space, "labels", [])
	startswith(label, "environment:")
}

may(space, what) if {
	some group in object.get(object.get(settings.access, environment_of(space), {}), what, [])
	group in teams
}

known_groups := {group |
	some access in settings.access
	some groups in access
	some group in groups
}

default allow := false

allow if {
	not deny
	count(teams & known_groups) > 0
}

default deny := false

# Machines sign in with keys of their own, never through a person's door.
deny if object.get(input.session, "member", true) == false

# To apply is to write; approving is the approval policy's.
space_admin contains space.id if {
	allow
	some space in input.spaces
	may(space, "admin")
}

space_write contains space.id if {
	allow
	some space in input.spaces
	some what in ["apply", "plan"]
	may(space, what)
}

space_read contains space.id if {
	allow
	some space in input.spaces
	may(space, "read")
}

reasons contains message if {
	count(teams & known_groups) == 0
	message := sprintf("%s is in none of the groups that work here: %s", [input.session.login, concat(", ", sort(known_groups))])
}

reasons contains message if {
	deny
	message := sprintf("%s is not a member of the organization", [input.session.login])
}

reasons contains message if {
	allow
	some space in input.spaces
	not space.id in (space_read | (space_write | space_admin))
	message := sprintf("%s sees nothing of space %s: none of their groups has a part in it", [input.session.login, space.id])
}
