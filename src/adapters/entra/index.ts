export { createEntraAppPasswords, type EntraAppPasswordsOptions } from './entra-app-passwords';
export { createEntraTokens, type EntraTokensOptions } from './entra-tokens';
