/** Telling people: routes and limits of the policy, and an outbox that never makes a run wait. See docs/notifications.md. */
export type { ChannelSettings, NotificationSettings, Route, Undelivered } from './model';
export { undeliveredSchema } from './model';
export { createOutbox, inBackground, type ChannelStatus, type Outbox, type OutboxPorts } from './outbox';
