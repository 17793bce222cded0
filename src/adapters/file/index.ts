export { filePolicySource } from './file-policy-source';
export { staticFolder } from './static-folder';
