package caretaker.trigger_test

import data.caretaker.trigger
import rego.v1

stacks := [
	{"name": "payments-dev", "needs": [{"stack": "environment-dev", "inputs": {"foundation": "foundation"}}]},
	{"name": "orders-dev", "needs": [{"stack": "environment-dev", "inputs": {"zone": "dns_zone"}}]},
	{"name": "payments-qa", "needs": [{"stack": "environment-qa", "inputs": {"foundation": "foundation"}}]},
]

ran(state, outputs) := {"run": {"stack": "environment-dev", "state": state, "changed_outputs": outputs}, "stacks": stacks}

test_only_who_takes_a_changed_output_runs if {
	trigger.trigger == {"payments-dev"} with input as ran("FINISHED", ["foundation", "unused"])
	trigger.reasons == {"payments-dev runs: output foundation of environment-dev changed"} with input as ran("FINISHED", ["foundation"])
}

test_who_takes_nothing_that_changed_is_denied if {
	found := trigger.deny with input as ran("FINISHED", ["foundation"])
	found == {"orders-dev does not run: none of the outputs that it takes from environment-dev changed"}
}

test_nothing_runs_after_a_failure if {
	count(trigger.trigger) == 0 with input as ran("FAILED", ["foundation", "dns_zone"])
	found := trigger.deny with input as ran("FAILED", ["foundation"])
	"payments-dev does not run: environment-dev ended as FAILED" in found
}

test_nothing_runs_when_nothing_changed if {
	count(trigger.trigger) == 0 with input as ran("applied", [])
}
