/** What a proposed policy would have done with the signals that were recorded, beside what the current one does. */
export { rehearsalTable, rehearse } from './compare';
export type * from './model';
export { play } from './play';
export { recordedSignals, signalsFromLines } from './recorded';
export { explainEntry } from './entries';
export { explainDecision, explainIncident, explainRun, why, whyNot, type ExplainPorts, type Said } from './explain';
