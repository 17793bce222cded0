package caretaker.push_test

import data.caretaker.push
import rego.v1

stack := {
	"name": "payments-dev",
	"branch": "dev",
	"project_root": "infra/projects/business-unit",
	"additional_project_globs": ["infra/modules/redis/**"],
	"labels": ["environment:dev", "file:infra/projects/business-unit/environments/dev.tfvars"],
}

pushed(branch, files) := {"stack": stack, "push": {"branch": branch, "affected_files": files}, "pull_request": null}

denied(input_, part) if {
	not push.track with input as input_
	not push.propose with input as input_
	push.ignore with input as input_
	found := push.deny with input as input_
	some message in found
	contains(message, part)
}

test_its_branch_and_its_files_are_followed if {
	every file in ["infra/projects/business-unit/main.tf", "infra/modules/redis/main.tf", "infra/projects/business-unit/environments/dev.tfvars"] {
		push.track with input as pushed("dev", [file])
	}
	not push.ignore with input as pushed("dev", ["infra/projects/business-unit/main.tf"])
}

test_another_branch_is_ignored if denied(pushed("main", ["infra/projects/business-unit/main.tf"]), "follows branch dev, and the push is to main")

test_other_files_are_ignored if {
	every file in ["src/index.ts", "infra/modules/key-vault/main.tf", "infra/projects/business-unit/README.md", "infra/modules/redis/tests/a.tftest.hcl", "infra/projects/business-unit/environments/prod.tfvars", "infra/projects/business-unit-two/main.tf"] {
		denied(pushed("dev", [file]), "no file of the push is part of payments-dev")
	}
}

test_a_tag_is_ignored if {
	denied(object.union(pushed("dev", ["infra/modules/redis/main.tf"]), {"push": {"branch": "dev", "tag": "redis/v1.0.0", "affected_files": ["infra/modules/redis/main.tf"]}}), "a tag names a module's version")
}

pull_request(owner) := object.union(pushed("feature", ["infra/projects/business-unit/main.tf"]), {"pull_request": {"head": {"owner": owner, "branch": "feature"}, "base": {"owner": "contoso", "branch": "dev"}}})

test_a_pull_request_is_planned_but_not_applied if {
	push.propose with input as pull_request("Contoso")
	not push.track with input as pull_request("Contoso")
}

test_a_fork_is_not_even_planned if denied(pull_request("somebody"), "comes from somebody; plans are not made for forks")
