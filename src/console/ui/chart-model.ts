/** A line, area or step over time. */
export interface ChartSeries {
  readonly name: string;
  readonly unit?: string;
  /** One of the palette: 1 to 6; given in order when left out. */
  readonly colour?: number;
  readonly kind?: 'line' | 'steps' | 'points';
  readonly dashed?: boolean;
  /** `null` is a gap. Instants as ISO text. */
  readonly points: readonly { readonly at: string; readonly value: number | null }[];
}

/** A moment that is marked across the chart. */
export interface ChartMark {
  readonly at: string;
  readonly label: string;
  readonly tone?: 'neutral' | 'good' | 'warn' | 'bad' | 'info';
}

/** A horizontal line: a target, a limit. */
export interface ChartLevel {
  readonly value: number;
  readonly label: string;
}

export interface ChartProps {
  /** What the chart shows, as a sentence: it is the chart for those who do not see it. */
  readonly label: string;
  readonly series: readonly ChartSeries[];
  readonly marks?: readonly ChartMark[];
  readonly levels?: readonly ChartLevel[];
  /** Pixels. */
  readonly height?: number;
  readonly min?: number;
  readonly max?: number;
}
