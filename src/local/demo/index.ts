export { runDemo } from './demo';
