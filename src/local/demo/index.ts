export { runDemo, sceneNames } from './demo';
