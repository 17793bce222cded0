# Who has to agree before a plan is applied: in prod two people of the right group, never the author.
#
# The pipeline asks with {stack, change, approvals}; Spacelift with {stack, run, reviews}. Both are brought to one form.
package caretaker.approval

import rego.v1

settings := data.caretaker.settings

environment := input.stack.environment

environment := name if {
	not input.stack.environment
	some label in object.get(input.stack, "labels", [])
	startswith(label, "environment:")
	name := trim_prefix(label, "environment:")
}

# A stack that asks for more than its environment says so itself; less is refused by the manifest.
required := input.stack.approval

required := rule if {
	not input.stack.approval
	rule := object.get(object.get(settings, "stack_approval", {}), object.get(input.stack, "id", ""), settings.approval[environment])
}

authors contains lower(input.change.author)

authors contains lower(input.run.triggered_by)

authors contains lower(input.run.creator_session.login)

authors contains lower(input.run.commit.author)

given contains {"by": lower(one.by), "groups": one.groups, "answer": one.answer, "fits": one.plan == input.change.plan} if {
	some one in input.approvals
}

# A review in Spacelift is of the run, and a run is of one plan.
given contains {"by": lower(one.session.login), "groups": object.get(one.session, "teams", []), "answer": "approve", "fits": true} if {
	some one in input.reviews.current.approvals
}

given contains {"by": lower(one.session.login), "groups": object.get(one.session, "teams", []), "answer": "reject", "fits": true} if {
	some one in input.reviews.current.rejections
}

in_group(one) if {
	some group in one.groups
	group in required.groups
}

counted contains one.by if {
	some one in given
	one.answer == "approve"
	one.fits
	in_group(one)
	not one.by in authors
}

default reject := false

reject if {
	some one in given
	one.answer == "reject"
	in_group(one)
}

default approve := false

approve if {
	not reject
	count(counted) >= required.people
}

deny contains message if {
	not required
	message := "this stack's environment is not known, so nobody can approve; give the stack the label environment:<name>"
}

deny contains message if {
	not approve
	message := sprintf("needs %d of %s, none of them the author; has %d", [required.people, concat(" or ", required.groups), count(counted)])
}

deny contains message if {
	some one in given
	one.answer == "reject"
	in_group(one)
	message := sprintf("%s rejected it", [one.by])
}

deny contains message if {
	not approve
	some one in given
	one.by in authors
	message := sprintf("%s wrote or started the change; somebody else has to approve", [one.by])
}

deny contains message if {
	not approve
	some one in given
	not one.fits
	message := sprintf("%s approved another plan; ask again", [one.by])
}

deny contains message if {
	not approve
	some one in given
	not in_group(one)
	message := sprintf("%s is not of %s", [one.by, concat(" or ", required.groups)])
}
