/** Field types that Kubernetes resources share. Each call gives a schema of its own, so that a description stays with one field. */
import { z } from 'zod';
import { withKeywords } from './keywords.ts';

const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DATA_KEY = /^[-._a-zA-Z0-9]+$/;
const GO_DURATION = /^[+-]?(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$/;

/** Name of an object: a DNS subdomain of at most 253 characters. */
export const dnsName = () => z.string().min(1).max(253).regex(DNS_NAME);

/** Name of a namespace: a DNS label of at most 63 characters. */
export const namespaceName = () => z.string().min(1).max(63).regex(DNS_LABEL);

/** Key inside the data of a Secret or ConfigMap. */
export const dataKey = () => z.string().min(1).max(253).regex(DATA_KEY);

/** Duration in Go's syntax, such as `1h30m`; what Go does not read is refused by the API server. */
export const duration = () => z.string().regex(GO_DURATION);

/** Bytes, base64-encoded in the manifest. */
export const bytes = () => withKeywords(z.string(), { format: 'byte' });

/** Instant in RFC 3339. */
export const dateTime = () => withKeywords(z.string(), { format: 'date-time' });

/** Map from string to string. */
export const stringMap = () => z.record(z.string(), z.string());

/** Whole number or string, such as a port or a legacy interval. */
export const intOrString = () => withKeywords(z.union([z.int(), z.string()]), { 'x-kubernetes-int-or-string': true });

/** Any JSON object; the API server keeps what it does not know. */
export const openObject = () => z.looseObject({});

/** Selects objects by their labels; replaced as a whole by server-side apply. */
export const labelSelector = () =>
  withKeywords(
    z.object({
      matchLabels: stringMap().optional(),
      matchExpressions: z
        .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
        .optional(),
    }),
    { 'x-kubernetes-map-type': 'atomic' },
  );

/** Object of which exactly one property must be set; every property of the shape has to be optional. */
export const exactlyOneOf = <const Shape extends z.core.$ZodShape>(shape: Shape) =>
  withKeywords(z.object(shape), { minProperties: 1, maxProperties: 1 });

/** A rule in CEL that the API server checks on each write; see the Kubernetes documentation on CRD validation rules. */
export interface CelRule {
  /** Expression over `self`; false refuses the object. */
  rule: string;
  /** What the user reads when it is refused: what is wrong and what to write instead. */
  message: string;
  /** Path of the field to blame, relative to the schema that holds the rule, such as `.providerRef.namespace`. */
  fieldPath?: string;
}

/** Adds CEL rules to a schema, to those that it has. They stay when the schema is extended. */
export const withRules = <S extends z.ZodType>(schema: S, ...rules: CelRule[]): S =>
  withKeywords(schema, { 'x-kubernetes-validations': rules });
