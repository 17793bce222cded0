export { createNodeResolvers, type ResolverOptions } from './node-resolvers';
