import { OctagonX } from 'lucide-preact';
import { Link } from 'wouter-preact';
import type { Now } from '../../api/types';
import { personName } from '../../ui/people';
import { Time } from '../../ui/time';
import { scopeText } from '../guard/words';
import { switchedOff } from './standing';

/** Kill switches that are engaged, and breakers that let nothing through: what keeps automation from acting, before anything else. */
export function SwitchedOff({ now }: { readonly now: Now }) {
  const off = switchedOff(now);
  return off.length === 0 ? null : (
    <section class="card stopped" aria-label="Kill switches that are engaged">
      {off.map(({ environment, rule, killSwitch: { by, reason, at } }) => {
        const what = scopeText({ environment, rule });
        return (
          <div key={what} class="stopped-one">
            <OctagonX size={24} aria-hidden="true" />
            <div>
              <h2>{environment === null ? 'Everything is stopped' : `${what.replace(/^rule/, 'Rule')} is stopped`}</h2>
              <p>
                {personName(by)}, <Time at={at} />: {reason}
              </p>
            </div>
            <Link class="button" href={environment === null ? '/guard' : `/guard/${encodeURIComponent(environment)}`}>
              Kill switch<span class="visually-hidden"> of {what}</span>
            </Link>
          </div>
        );
      })}
    </section>
  );
}
