# Which stacks run after one was applied: those that take an output whose value changed, and no others.
# {run: {state, stack, changed_outputs}, stacks: [{name, environment, needs: [{stack, inputs}]}]}
package caretaker.trigger

import rego.v1

is_applied if input.run.state == "FINISHED"

is_applied if input.run.state == "applied"

taken(need) := {output | some output in need.inputs; output in input.run.changed_outputs}

trigger contains stack.name if {
	is_applied
	some stack in input.stacks
	some need in stack.needs
	need.stack == input.run.stack
	count(taken(need)) > 0
}

reasons contains message if {
	is_applied
	some stack in input.stacks
	some need in stack.needs
	need.stack == input.run.stack
	some output in taken(need)
	message := sprintf("%s runs: output %s of %s changed", [stack.name, output, input.run.stack])
}

deny contains message if {
	some stack in input.stacks
	some need in stack.needs
	need.stack == input.run.stack
	not stack.name in trigger
	message := sprintf("%s does not run: %s", [stack.name, why_not(need)])
}

why_not(_) := sprintf("%s ended as %s", [input.run.stack, input.run.state]) if not is_applied

why_not(need) := sprintf("none of the outputs that it takes from %s changed", [need.stack]) if is_applied
