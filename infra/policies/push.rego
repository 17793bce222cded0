# Which pushes a stack follows: those to its own branch that touch what it is made of. Spacelift's shape of input.
package caretaker.push

import rego.v1

# Nothing a stack does follows from these.
is_documentation(file) if endswith(file, ".md")

is_documentation(file) if regex.match(`(^|/)(tests|examples)/`, file)

is_documentation(file) if endswith(file, ".tftest.hcl")

below(file, folder) if startswith(file, concat("", [trim_suffix(folder, "/"), "/"]))

# Variable files of the other environments lie in the same folder; the stack names its own in its labels.
own_files contains trim_prefix(label, "file:") if {
	some label in object.get(input.stack, "labels", [])
	startswith(label, "file:")
}

is_settings(file) if endswith(file, ".tfvars")

is_settings(file) if endswith(file, ".backend.hcl")

touches(file) if {
	below(file, input.stack.project_root)
	not is_documentation(file)
	not is_settings(file)
}

touches(file) if file in own_files

touches(file) if {
	some pattern in object.get(input.stack, "additional_project_globs", [])
	glob.match(pattern, ["/"], file)
	not is_documentation(file)
}

touched := {file | some file in input.push.affected_files; touches(file)}

is_pull_request if object.get(input, "pull_request", null) != null

is_own_branch if input.push.branch == input.stack.branch

# A tag is a module's version, not a change to a stack.
is_tag if object.get(input.push, "tag", "") != ""

default track := false

track if {
	not is_pull_request
	not is_tag
	is_own_branch
	count(touched) > 0
}

# A pull request is planned where it would be applied: on the stack of the branch that it goes to.
default propose := false

propose if {
	is_pull_request
	not is_fork
	input.pull_request.base.branch == input.stack.branch
	count(touched) > 0
}

# Somebody else's repository must not get the identity of a plan.
is_fork if lower(input.pull_request.head.owner) != lower(input.pull_request.base.owner)

default ignore := true

ignore := false if track

ignore := false if propose

reasons contains message if {
	some file in touched
	message := sprintf("%s is part of %s", [file, input.stack.name])
}

reasons contains message if {
	count(touched) == 0
	message := sprintf("no file of the push is part of %s", [input.stack.name])
}

reasons contains message if {
	not is_pull_request
	not is_own_branch
	message := sprintf("%s follows branch %s, and the push is to %s", [input.stack.name, input.stack.branch, input.push.branch])
}

reasons contains message if {
	is_pull_request
	is_fork
	message := sprintf("the pull request comes from %s; plans are not made for forks", [input.pull_request.head.owner])
}

reasons contains "a tag names a module's version and changes no stack" if is_tag

deny contains message if {
	ignore
	some message in reasons
}
