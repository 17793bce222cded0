export { createAzureClients, type AzureClients } from './azure-clients';
export { createAzureMachines } from './azure-machines';
export { createAzureResourceGroups } from './azure-resource-groups';
