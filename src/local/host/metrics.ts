/** Labels of one series. */
type Labels = Readonly<Record<string, string>>;

// Bounds in seconds that the OpenTelemetry conventions advise for durations.
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

// What each metric of the host counts.
const HELP: Readonly<Record<string, string>> = {
  faas_invocations_total: 'Function calls that have ended, by function and outcome.',
  faas_invoke_duration_seconds: 'How long function calls took, by function.',
  durabletask_instances_live: 'Orchestration instances that have not ended.',
  durabletask_activities_running: 'Activities that run or wait to run.',
  durabletask_commits_total: 'Commits of the state file, one fsync each.',
  durabletask_turns_total: 'Turns of orchestrators.',
  durabletask_replays_total: 'Turns that began with a replay of the history.',
  durabletask_activities_total: 'Activities that were scheduled.',
  durabletask_entity_batches_total: 'Batches of entity operations.',
};

/** Counters, gauges and histograms of the host, in Prometheus' text form. Names follow the OpenTelemetry conventions. */
export class Metrics {
  readonly #counters = new Map<string, Map<string, number>>();
  readonly #histograms = new Map<string, Map<string, Histogram>>();
  readonly #readers: { readonly name: string; readonly type: 'gauge' | 'counter'; readonly read: () => number }[] = [];

  count(name: string, labels: Labels = {}): void {
    const series = this.#counters.get(name) ?? new Map<string, number>();
    const key = labelText(labels);
    series.set(key, (series.get(key) ?? 0) + 1);
    this.#counters.set(name, series);
  }

  /** Records a duration, in seconds. */
  observe(name: string, seconds: number, labels: Labels = {}): void {
    const series = this.#histograms.get(name) ?? new Map<string, Histogram>();
    const key = labelText(labels);
    const histogram = series.get(key) ?? { counts: BOUNDS.map(() => 0), sum: 0, count: 0 };
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
    histogram.sum += seconds;
    histogram.count++;
    series.set(key, histogram);
    this.#histograms.set(name, series);
  }

  /** A value that is read when somebody asks. */
  read(name: string, type: 'gauge' | 'counter', read: () => number): void {
    this.#readers.push({ name, type, read });
  }

  text(): string {
    const lines: string[] = [];
    for (const { name, type, read } of this.#readers) lines.push(...head(name, type), `${name} ${read()}`);
    for (const [name, series] of this.#counters) {
      lines.push(...head(name, 'counter'));
      for (const [labels, value] of series) lines.push(`${name}${labels === '' ? '' : `{${labels}}`} ${value}`);
    }
    for (const [name, series] of this.#histograms) {
      lines.push(...head(name, 'histogram'));
      for (const [labels, histogram] of series) lines.push(...histogramLines(name, labels, histogram));
    }
    return `${lines.join('\n')}\n`;
  }
}

function head(name: string, type: string): string[] {
  const help = HELP[name];
  return [...(help === undefined ? [] : [`# HELP ${name} ${help}`]), `# TYPE ${name} ${type}`];
}

function histogramLines(name: string, labels: string, { counts, sum, count }: Histogram): string[] {
  const prefix = labels === '' ? '' : `${labels},`;
  let below = 0;
  const buckets = BOUNDS.map((bound, index) => {
    below += counts[index] ?? 0;
    return `${name}_bucket{${prefix}le="${bound}"} ${below}`;
  });
  const own = labels === '' ? '' : `{${labels}}`;
  return [
    ...buckets,
    `${name}_bucket{${prefix}le="+Inf"} ${count}`,
    `${name}_sum${own} ${sum}`,
    `${name}_count${own} ${count}`,
  ];
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))}"`)
    .join(',');
}
