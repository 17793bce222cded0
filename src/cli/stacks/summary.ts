import type { Manifest } from '../../stacks';
import type { StackPlan } from './planning';
import type { PolicyFindings } from './policies';

/** A plan with what the policies said of it, and the digest to approve when it was sealed. */
export interface ReportedPlan {
  readonly plan: StackPlan;
  readonly findings: PolicyFindings | null;
  readonly sealed: { readonly path: string; readonly digest: string; readonly expiresAt: string } | null;
}

export function countsText({ create, update, replace, destroy }: StackPlan['counts']): string {
  const parts = [
    create > 0 ? `${create} to create` : '',
    update > 0 ? `${update} to change` : '',
    replace > 0 ? `${replace} to replace` : '',
    destroy > 0 ? `${destroy} to destroy` : '',
  ];
  return parts.filter((part) => part !== '').join(', ') || 'no changes';
}

// What comes from plans and policies is text of others: it must not end a table or start a link.
const cell = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/[|<>[\]`*_\\]/g, (sign) => `\\${sign}`);

/** The plans as a comment for a pull request: what changes, what is not known yet, what is risky, who has to approve. */
export function summaryMarkdown(manifest: Manifest, reported: readonly ReportedPlan[]): string {
  const lines = [
    '## Terraform plans',
    '',
    '| stack | plan | changes | approval | digest |',
    '| --- | --- | --- | --- | --- |',
  ];
  for (const { plan, findings, sealed } of reported) {
    const stack = manifest.stacks.find(({ name }) => name === plan.stack);
    const denied = findings !== null && findings.deny.length > 0;
    const approval =
      stack === undefined || stack.approval.people === 0
        ? 'none'
        : `${stack.approval.people} of ${stack.approval.groups.join(', ')}`;
    lines.push(
      `| ${cell(plan.stack)} | ${denied ? 'denied' : plan.status} | ${countsText(plan.counts)} | ${cell(approval)} | ${sealed === null ? '' : `\`${sealed.digest.slice(0, 16)}\``} |`,
    );
  }
  for (const { plan, findings } of reported) {
    const notes = [
      ...(findings?.deny ?? []).map((text) => `- **denied**: ${cell(text)}`),
      ...(findings?.warn ?? []).map((text) => `- **look**: ${cell(text)}`),
      ...plan.reasons.map((text) => `- ${cell(text)}`),
      ...(plan.changedOutputs.length === 0
        ? []
        : [`- hands over other values: ${plan.changedOutputs.map(cell).join(', ')}`]),
    ];
    if (notes.length > 0) {
      lines.push('', `### ${cell(plan.stack)}`, '', ...notes);
    }
  }
  return `${lines.join('\n')}\n`;
}
