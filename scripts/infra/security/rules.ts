import type { Planned } from '../terraform';
import { computeRules } from './rules-compute';
import { dataRules } from './rules-data';
import { estateRules } from './rules-estate';
import { covers, type Exception } from './exceptions';
import type { Finding, Rule } from './model';

/** Every rule of the security baseline. */
export const rules: readonly Rule[] = [...dataRules, ...computeRules, ...estateRules];

/** What breaks a rule in that plan and is not excepted. Exceptions that were needed are added to `used`. */
export function judge(
  rule: Rule,
  planned: Planned,
  exceptions: readonly Exception[],
  used: Set<Exception>,
): readonly Finding[] {
  return rule.check(planned).filter((finding) => {
    const exception = exceptions.find((candidate) => covers(candidate, rule.name, finding.address));
    if (exception) used.add(exception);
    return exception === undefined;
  });
}
