export { createEntraTokens, type EntraTokensOptions } from './entra-tokens';
