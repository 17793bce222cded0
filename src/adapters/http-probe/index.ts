export { createHttpProbes, type ProbeOptions } from './http-probes';
