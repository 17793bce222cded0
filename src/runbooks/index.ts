export { catalogue, procedures, runbooks, type Catalogue, type RunbookPorts } from './catalogue';
export * from './model';
