import { formatDuration, type Seconds } from '../../kernel/duration';
import type { Exposure } from '../exposure/model';
import type { Compliance, Sample } from './model';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => entities[one] ?? one);
const span = (seconds: number | null): string =>
  seconds === null ? '–' : formatDuration(Math.round(seconds) as Seconds);
const percent = (share: number | null): string =>
  share === null ? '–' : `${(share * 100).toFixed(share === 1 ? 0 : 2)} %`;
const name = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
const when = (instant: string | null): string => (instant === null ? '–' : instant.slice(0, 16).replace('T', ' '));

const words: Readonly<Record<Exposure['standing'], string>> = {
  kept: 'kept',
  'at-risk': 'at risk',
  breached: 'BREACHED',
};
/** Told apart without colour as well: by words in the tables, by dashes in the picture. */
const lines = [
  { colour: '#0b5cad', dash: '' },
  { colour: '#a14a00', dash: '6 3' },
  { colour: '#4d6b00', dash: '2 3' },
  { colour: '#7a2e8e', dash: '8 3 2 3' },
];

/**
 * The compliance report as one page that needs nothing else: no script, no font, no picture from anywhere. For people and for
 * printing; programs read the JSON.
 */
export function complianceHtml(report: Compliance): string {
  const tiers = report.tiers
    .map(
      ({
        tier,
        resources,
        kept,
        atRisk,
        breached,
        worst,
        proven,
        rpoSeconds,
        rtoSeconds,
        recoveryTime: rt,
        ...drills
      }) =>
        row([
          `<b>${escaped(tier)}</b>`,
          `${resources}`,
          `${kept}`,
          `${atRisk}`,
          breached === 0 ? '0' : `<b class="bad">${breached}</b>`,
          span(rpoSeconds),
          worst === null ? '–' : `${span(worst * rpoSeconds)} (${percent(worst)})`,
          percent(report.keptShare[tier] ?? null),
          span(rtoSeconds),
          rt.standing === 'unmeasured' ? 'not measured' : `${span(rt.p50Seconds)} / ${span(rt.p95Seconds)}`,
          rt.standing === 'missed' ? '<b class="bad">missed</b>' : rt.standing,
          `${drills.drillsProven} / ${drills.drillsFailed}`,
          resources === 0 ? '–' : percent(proven / resources),
        ]),
    )
    .join('');
  const resources = report.resources
    .map((one) =>
      row([
        `<span title="${escaped(one.resource)}">${escaped(name(one.resource))}</span>`,
        escaped(one.tier),
        one.standing === 'kept' ? words.kept : `<b class="bad">${words[one.standing]}</b>`,
        `${when(one.newestAt)} (${span(one.ageSeconds)})`,
        when(one.breachAt),
        when(one.provenAt),
        one.recoveryTime.standing === 'unmeasured' ? 'not measured' : span(one.recoveryTime.p95Seconds),
        escaped(one.reasons.join('; ')),
      ]),
    )
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backups of ${escaped(report.environment)}, ${escaped(report.at)}</title>
<style>
body{font:15px/1.45 system-ui,sans-serif;color:#1b1b1b;background:#fff;margin:2rem auto;max-width:76rem;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
table{border-collapse:collapse;width:100%;font-size:.87rem}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d9d9d9;vertical-align:top}
th{background:#f3f3f3}.bad{color:#a4001d}.dim{color:#5a5a5a}svg{width:100%;height:auto;border:1px solid #d9d9d9}
@media (prefers-color-scheme:dark){body{color:#e8e8e8;background:#161616}th{background:#262626}th,td{border-color:#3a3a3a}.bad{color:#ff8f9c}.dim{color:#a8a8a8}svg{background:#fff}}
</style></head><body>
<h1>Backups of ${escaped(report.environment)}</h1>
<p class="dim">As of ${escaped(report.at)}. An objective is kept while the newest good recovery point is younger than it; a point that failed in a drill is none.</p>
<h2>Promises</h2>
${table(
  [
    'tier',
    'resources',
    'kept',
    'at risk',
    'breached',
    'RPO',
    'worst age',
    'kept over time',
    'RTO',
    'measured p50 / p95',
    'RTO is',
    'drills proven / failed',
    'with a proven point',
  ],
  tiers,
)}
<h2>Exposure over time</h2>
${picture(report)}
<h2>Resources</h2>
${table(['resource', 'tier', 'standing', 'newest good point', 'breach at', 'newest proven', 'RTO p95', 'why'], resources)}
<h2>Not protected</h2>
${
  report.unprotected.length === 0
    ? '<p>Everything that can be protected is protected, or excluded below.</p>'
    : table(
        ['resource', 'why'],
        report.unprotected.map(({ item, reason }) => row([escaped(item), escaped(reason)])).join(''),
      )
}
<h2>Excluded on purpose</h2>
${
  report.excluded.length === 0
    ? '<p>Nothing.</p>'
    : table(
        ['resource', 'why', 'until'],
        report.excluded.map(({ item, reason, until }) => row([escaped(item), escaped(reason), when(until)])).join(''),
      )
}
</body></html>
`;
}

function table(headings: readonly string[], rows: string): string {
  return `<table><thead><tr>${headings.map((one) => `<th>${escaped(one)}</th>`).join('')}</tr></thead><tbody>${rows}</tbody></table>`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

/** Points of the picture at most for each line; more cannot be told apart. */
const mostPoints = 400;

/** The largest age of each tier, as a share of its objective, over the history. The line at 100 % is the promise. */
function picture({ history, tiers }: Compliance): string {
  const [width, height, left, bottom] = [1000, 260, 50, 26];
  const every = Math.max(1, Math.ceil(history.length / mostPoints));
  const shown = history.filter((_, index) => index % every === 0 || index === history.length - 1);
  const first = shown[0];
  const last = shown.at(-1);
  if (first === undefined || last === undefined || shown.length < 2) {
    return '<p class="dim">There is no history yet.</p>';
  }
  const from = Date.parse(first.at);
  const until = Math.max(from + 1, Date.parse(last.at));
  const worstOf = (sample: Sample, tier: string) => sample.tiers.find((one) => one.tier === tier)?.worst ?? null;
  const top = Math.max(1.25, ...shown.flatMap(({ tiers: all }) => all.map(({ worst }) => worst ?? 0))) * 1.05;
  const x = (at: string): number => left + ((Date.parse(at) - from) / (until - from)) * (width - left - 10);
  const y = (share: number): number => 10 + (1 - share / top) * (height - bottom - 10);
  const drawn = tiers.map(({ tier }, index) => {
    const { colour, dash } = lines[index % lines.length] as (typeof lines)[number];
    // A gap in what is known is a gap in the line.
    const path = shown
      .map((sample, at) => {
        const worst = worstOf(sample, tier);
        const before = at > 0 ? worstOf(shown[at - 1] as Sample, tier) : null;
        return worst === null ? '' : `${before === null ? 'M' : 'L'}${x(sample.at).toFixed(1)} ${y(worst).toFixed(1)}`;
      })
      .join('');
    const label = `<text x="${left + 8 + index * 140}" y="24" fill="${colour}" font-size="13">${escaped(tier)}</text>`;
    return `${label}<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`;
  });
  const marks = [0, 0.5, 1].map(
    (share) =>
      `<text x="6" y="${(y(share) + 4).toFixed(1)}" font-size="12">${share * 100} %</text><line x1="${left}" x2="${width - 10}" y1="${y(share).toFixed(1)}" y2="${y(share).toFixed(1)}" stroke="${share === 1 ? '#a4001d' : '#c8c8c8'}"/>`,
  );
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Largest age of a newest recovery point by tier, as a share of its objective, from ${escaped(first.at)} to ${escaped(last.at)}">${marks.join('')}${drawn.join('')}<text x="${left}" y="${height - 8}" font-size="12">${when(first.at)}</text><text x="${width - 130}" y="${height - 8}" font-size="12">${when(last.at)}</text></svg>`;
}
