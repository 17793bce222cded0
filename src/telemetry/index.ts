export { createConsoleLog } from './console-log';
