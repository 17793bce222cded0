export { createHttpsConsumerWebhooks, createHttpsRotationHooks } from './https-hooks';
export { randomSecrets } from './random-secrets';
