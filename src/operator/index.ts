export { alertBodyLimit, takeAzureMonitorAlert, type AlertDeps } from './alerts';
export { answerTo, json, limitBody, problem, type Problem } from './door';
export { operatorRoutes, type OperatorDeps, type OperatorRoute } from './routes';
