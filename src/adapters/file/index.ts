export { filePolicySource } from './file-policy-source';
