/** What the pages read, as the API writes it. Types alone: none of the server's code is in the console. */
import type { NowAnswer } from '../../operator/now';
import type { shownApproval } from '../../operator/approvals';

export type { IncidentReport, IncidentStatus, LiveStep, RunEvent, RunReport } from '../../run';
export type { KillSwitch, Lease } from '../../guard';

/** `GET now`. Parts that could not be read are null and named in `missing`. */
export type Now = Omit<NowAnswer, 'approvals'> & { readonly approvals: readonly ShownApproval[] | null };
/** An approval as `GET approvals` shows it. */
export type ShownApproval = ReturnType<typeof shownApproval>;
