export type { AdverseFault, AdverseRequest, StandInAnswer } from './adverse-fault.ts';
export { AdverseProxy, type AdverseProxyOptions } from './adverse-proxy.ts';
export type { AdverseCalls } from './call-outcomes.ts';
export { ADVERSE_CANARY, ADVERSE_CASES, type AdverseCase } from './cases.ts';
export { adverseFindings, type AdverseSubject } from './findings.ts';
export { adverseReads, type AdverseReads } from './reads.ts';
export { TunnelProxy } from './tunnel-proxy.ts';
export { adverseWrites, type AdverseWrites, PUSHED_VALUE } from './writes.ts';
