import { decodeText } from '../value/utf8.ts';
import type { YamlValue } from '../yaml/read.ts';

/** JSON as an object of the API server has it. */
export type ManifestValue = null | boolean | number | string | ManifestValue[] | ManifestObject;

/** A JSON object. */
export interface ManifestObject {
  [key: string]: ManifestValue;
}

/** Whether a value is an object: neither null nor a list. */
export function isManifestObject(value: ManifestValue | undefined): value is ManifestObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets a field whatever its name: `__proto__` is a key like any other. */
export function setField(object: ManifestObject, key: string, value: ManifestValue): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** A field of the object itself, never one that it inherits. */
export function fieldOf(object: ManifestObject, key: string): ManifestValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A YAML document as JSON. */
export function toManifestValue(value: YamlValue): ManifestValue {
  switch (value.kind) {
    case 'null':
      return null;
    case 'bool':
    case 'float':
      return value.value;
    case 'int':
      return Number(value.value);
    case 'text':
      return decodeText(value.text);
    case 'list':
      return value.items.map(toManifestValue);
    case 'map': {
      const object: ManifestObject = {};
      for (const [key, item] of value.entries) setField(object, decodeText(key), toManifestValue(item));
      return object;
    }
  }
}
