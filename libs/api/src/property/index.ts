export { jsonObjectToMap } from './object-to-map.ts';
export { type PropertyOrder, readProperty } from './read-property.ts';
export { type JsonInput, sortedJson, type SortedJsonOptions } from './sorted-json.ts';
