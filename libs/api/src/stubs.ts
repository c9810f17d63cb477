/** The generated messages and services of the contract, for whoever speaks the wire without the kit. */
export * from './gen/generator/v1/generator_pb.js';
export * from './gen/grpc/health/v1/health_pb.js';
export * from './gen/provider/ext/v1alpha1/ext_pb.js';
export * from './gen/provider/v1/provider_pb.js';
