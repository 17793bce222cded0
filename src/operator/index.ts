export { keyAccess, operatorRoles, tokenAccess, type Access, type Caller, type OperatorRole } from './access';
export { alertBodyLimit, takeAzureMonitorAlert, takeSecureAzureMonitorAlert, type AlertDeps } from './alerts';
export { announcedEngine } from './announced';
export { approvalPage, type ApprovalPageDeps } from './approval-page';
export { createConsoleDoor, type ConsoleDeps, type ConsoleDoor } from './console';
export { answerTo, json, limitBody, problem, type Problem } from './door';
export {
  eventBodyLimit,
  joinHandlers,
  keepPoisonedEvents,
  takeEvents,
  takeQueuedEvents,
  takeSecureEvents,
  type EventDeps,
  type EventHandler,
  type EventHandlers,
} from './events';
export { signInOf, type SignIn, type SignInSettings } from './sign-in';
export { statusesOf, type OperatorRoute } from './route';
export { takeStackRun, type StackRunDeps } from './stack-runs';
export { createRecentChanges, createRecentHistory } from './changes';
export { operatorApi, operatorRoutes, type OperatorDeps } from './routes';
export { createProbeDoor, takeCloudflareNotification } from './dns-doors';
