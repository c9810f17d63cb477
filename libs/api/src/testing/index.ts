/** Tests of a provider: the provider in the test's own process over real TLS, a client of it, its objects in memory. */
export type { TestCrd } from './admission.ts';
export { type TestCertificates, testCertificates, type TestCertificatesOptions } from './certificates.ts';
export { MemoryObjects, type TestObject } from './memory-objects.ts';
export { connectToProvider, type ProviderClientOptions, type TestProviderClient } from './provider-client.ts';
export { testCall } from './test-call.ts';
export { startTestProvider, type TestProvider, type TestProviderOptions } from './start-test-provider.ts';
