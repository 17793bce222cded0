/** Scale sets in the local cloud: what is seen of them, and the levers on them. Types only. */

/** A point of a load curve: epoch ms of the cloud's clock, and percent of one instance's power (600: six are fully busy). */
export interface LoadPoint {
  at: number;
  load: number;
}

/** How many more machines a zone can take; null: as many as one likes; below 0: so many have to leave before there is room for one. */
export interface ZoneCapacity {
  zone: string;
  /** Only of this size; any when absent. */
  size?: string;
  available: number | null;
}

export interface ScaleSetState {
  id: string;
  name: string;
  capacity: number;
  provisioning: string;
  /** The platform's automatic instance repairs. */
  repairs: 'Running' | 'Suspended';
  /** Total load now; null when none was set. */
  load: number | null;
  instances: {
    name: string;
    zone: string | null;
    power: string;
    healthy: boolean;
    /** Running, well and warm: takes its share of the load. */
    serving: boolean;
    protectedFromScaleIn: boolean;
    /** Epoch ms. */
    createdAt: number;
  }[];
}

/** A time in which a metric of a resource has no data. Epoch ms; open on the right when `until` is absent. */
export interface MetricGap {
  resourceId: string;
  /** All metrics of the resource when absent. */
  metricName?: string;
  from: number;
  until?: number;
}

export interface ScaleSetControl {
  scaleSets(): Promise<ScaleSetState[]>;
  /** By name or resource id. */
  scaleSet(idOrName: string): Promise<ScaleSetState>;
  /**
   * Sets the total load that the instances share: level from now on, or as points between which it is drawn as a line.
   * Points replace what was set before; null: no load, each machine has a little of its own again.
   */
  setLoad(idOrName: string, load: number | LoadPoint[] | null): Promise<ScaleSetState>;
  /** Limits what may be allocated in a zone from now on. */
  setZoneCapacity(capacity: ZoneCapacity): Promise<void>;
  /** Suspends automatic repairs, or lets them run. */
  setRepairs(idOrName: string, repairs: 'Running' | 'Suspended'): Promise<ScaleSetState>;
  /** Lets Azure Monitor autoscale look at its settings now; by itself it does every minute, where the monitor runs. */
  evaluateAutoscale(): Promise<void>;
  /** Makes metrics go missing for a time. */
  loseMetric(gap: MetricGap): Promise<void>;
}
