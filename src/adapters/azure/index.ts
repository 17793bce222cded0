export { createAzureClients, type AzureClients } from './azure-clients';
export { createAzureDiskRemoval, createAzureDisks } from './azure-disks';
export { createAzureMachines } from './azure-machines';
export { createAzureResourceGroups } from './azure-resource-groups';
export { createAzureScalables } from './azure-scalables';
export { createAzureRestoring } from './azure-restoring';
