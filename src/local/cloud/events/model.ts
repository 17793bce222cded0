/** An event as Event Grid sends it (Microsoft Learn, "Azure Event Grid event schema"). Types only. */
export interface GridEvent {
  id: string;
  topic: string;
  subject: string;
  eventType: string;
  eventTime: string;
  data: Record<string, unknown>;
  dataVersion: string;
  metadataVersion: '1';
}

/** What a part of the cloud, or a test, tells about: the rest is filled in. */
export interface RaisedEvent {
  /** Resource id of what it comes from: a vault, a subscription. */
  topic: string;
  subject: string;
  eventType: string;
  data: Record<string, unknown>;
  /** How often it is delivered; Event Grid promises at least once. */
  copies?: number;
}

/** One event on its way to the webhook. */
export interface EventDelivery {
  event: GridEvent;
  state: 'pending' | 'delivered' | 'refused' | 'exhausted';
  /** Status 0: there was no answer, `error` says why. `at` on the cloud's clock. */
  attempts: { at: number; status: number; error?: string }[];
}
