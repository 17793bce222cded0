package caretaker.approval_test

import data.caretaker.approval
import rego.v1

prod := {"name": "payments-prod", "environment": "prod", "approval": {"people": 2, "groups": ["platform-approvers"]}}

yes(person) := {"by": person, "groups": ["platform-approvers"], "answer": "approve", "plan": "abc"}

asked(approvals) := {"stack": prod, "change": {"author": "Ada@contoso.example", "plan": "abc"}, "approvals": approvals}

denied(input_, part) if {
	not approval.approve with input as input_
	found := approval.deny with input as input_
	some message in found
	contains(message, part)
}

test_two_others_are_enough if {
	approval.approve with input as asked([yes("bob"), yes("eve")])
	count(approval.deny) == 0 with input as asked([yes("bob"), yes("eve")])
}

test_one_is_not if denied(asked([yes("bob")]), "needs 2 of platform-approvers, none of them the author; has 1")

test_nobody_is_not if denied(asked([]), "has 0")

test_the_same_person_twice_is_one if denied(asked([yes("bob"), yes("BOB")]), "has 1")

test_the_author_does_not_count if denied(asked([yes("bob"), yes("ada@contoso.example")]), "ada@contoso.example wrote or started the change")

test_another_group_does_not_count if denied(asked([yes("bob"), object.union(yes("eve"), {"groups": ["developers"]})]), "eve is not of platform-approvers")

test_another_plan_s_approval_does_not_count if denied(asked([yes("bob"), object.union(yes("eve"), {"plan": "def"})]), "eve approved another plan")

test_one_rejection_stops_it if denied(asked([yes("bob"), yes("eve"), object.union(yes("joe"), {"answer": "reject"})]), "joe rejected it")

test_a_rejection_from_outside_does_not if {
	approval.approve with input as asked([yes("bob"), yes("eve"), {"by": "joe", "groups": ["developers"], "answer": "reject", "plan": "abc"}])
}

test_dev_needs_nobody if {
	approval.approve with input as {"stack": {"environment": "dev", "approval": {"people": 0, "groups": []}}, "change": {"author": "ada", "plan": "abc"}, "approvals": []}
}

settings := {"approval": {"prod": {"people": 2, "groups": ["platform-approvers"]}}}

review(person) := {"session": {"login": person, "teams": ["platform-approvers"]}, "author": person}

spacelift(approvals, rejections) := {
	"stack": {"id": "payments-prod", "labels": ["environment:prod"]},
	"run": {"triggered_by": "ada", "creator_session": {"login": "ada"}},
	"reviews": {"current": {"approvals": approvals, "rejections": rejections}},
}

test_spacelift_s_reviews_are_counted if {
	approval.approve with input as spacelift([review("bob"), review("eve")], []) with data.caretaker.settings as settings
	not approval.approve with input as spacelift([review("bob"), review("ada")], []) with data.caretaker.settings as settings
	approval.reject with input as spacelift([review("bob"), review("eve")], [review("joe")]) with data.caretaker.settings as settings
}

test_a_stack_without_environment_is_approved_by_nobody if {
	unknown := object.union(spacelift([review("bob"), review("eve")], []), {"stack": {"id": "x", "labels": []}})
	not approval.approve with input as {"stack": {"id": "x", "labels": []}, "run": {}, "reviews": unknown.reviews} with data.caretaker.settings as settings
	found := approval.deny with input as {"stack": {"id": "x", "labels": []}, "run": {}, "reviews": unknown.reviews} with data.caretaker.settings as settings
	some message in found
	contains(message, "environment is not known")
}
