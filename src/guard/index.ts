export * from './model';
export { calendarAnswer, type CalendarAnswer } from './calendar.plan';
export { calendarLimit, calendarProblem } from './calendar';
export { applyGuardOperation } from './entity';
export { untilProblem } from './orders.plan';
export { emptyGuard, fenceProblem, switchProblem } from './plan';
export { acquire, release } from './plan';
export { breakerStates, budgetUses, queueOf, type BreakerState, type BudgetUse, type QueuePlace } from './view.plan';
export { switchedOff } from './checks.plan';
