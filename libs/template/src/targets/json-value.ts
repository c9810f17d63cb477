import { decodeText } from '../value/utf8.ts';
import type { YamlValue } from '../yaml/read.ts';

/** JSON as an object of the API server has it. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

export interface JsonObject {
  [key: string]: JsonValue;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets a field whatever its name: `__proto__` is a key like any other. */
export function setField(object: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** A field of the object itself, never one that it inherits. */
export function fieldOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A YAML document as JSON. */
export function toJsonValue(value: YamlValue): JsonValue {
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
      return value.items.map(toJsonValue);
    case 'map': {
      const object: JsonObject = {};
      for (const [key, item] of value.entries) setField(object, decodeText(key), toJsonValue(item));
      return object;
    }
  }
}
