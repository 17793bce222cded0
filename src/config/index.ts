export { readConfig, type Config, type StorageConfig } from './config';
export { environmentSchema, type Environment } from './env';
