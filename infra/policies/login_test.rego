package caretaker.login_test

import data.caretaker.login
import rego.v1

settings := {"access": {
	"dev": {"read": ["developers"], "plan": ["developers"], "apply": ["platform-team"], "admin": ["platform-admins"]},
	"prod": {"read": ["platform-readers"], "plan": ["platform-team"], "apply": ["platform-approvers"], "admin": ["platform-admins"]},
}}

spaces := [
	{"id": "dev-1", "labels": ["environment:dev"]},
	{"id": "prod-1", "labels": ["environment:prod"]},
	{"id": "root", "labels": []},
]

session(teams) := {"session": {"login": "ada", "member": true, "teams": teams}, "spaces": spaces}

test_a_developer_works_in_dev_and_sees_nothing_of_prod if {
	login.allow with input as session(["developers"]) with data.caretaker.settings as settings
	login.space_write == {"dev-1"} with input as session(["developers"]) with data.caretaker.settings as settings
	login.space_read == {"dev-1"} with input as session(["developers"]) with data.caretaker.settings as settings
	count(login.space_admin) == 0 with input as session(["developers"]) with data.caretaker.settings as settings
	found := login.reasons with input as session(["developers"]) with data.caretaker.settings as settings
	"ada sees nothing of space prod-1: none of their groups has a part in it" in found
}

test_a_reader_of_prod_only_reads if {
	login.space_read == {"prod-1"} with input as session(["platform-readers"]) with data.caretaker.settings as settings
	count(login.space_write) == 0 with input as session(["platform-readers"]) with data.caretaker.settings as settings
}

test_an_admin_is_admin_of_environments_and_not_of_the_root if {
	login.space_admin == {"dev-1", "prod-1"} with input as session(["platform-admins"]) with data.caretaker.settings as settings
}

test_a_stranger_is_denied_with_the_reason if {
	not login.allow with input as session(["accounting"]) with data.caretaker.settings as settings
	found := login.reasons with input as session(["accounting"]) with data.caretaker.settings as settings
	some message in found
	startswith(message, "ada is in none of the groups that work here")
	count(login.space_read) == 0 with input as session(["accounting"]) with data.caretaker.settings as settings
}

test_who_is_no_member_is_denied_whatever_their_groups if {
	outsider := {"session": {"login": "joe", "member": false, "teams": ["platform-admins"]}, "spaces": spaces}
	login.deny with input as outsider with data.caretaker.settings as settings
	not login.allow with input as outsider with data.caretaker.settings as settings
	count(login.space_admin) == 0 with input as outsider with data.caretaker.settings as settings
}
