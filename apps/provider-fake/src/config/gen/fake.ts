// Generated from apps/provider-fake/src/config/index.ts by "npm run generate". Change the schema there.
import type { ConfigSchema } from '@eso/api/server';

/** A backend whose secrets stand in the store itself. What stands under `spec.provider.fake`. */
export const fakeSchema: ConfigSchema = {
  "type": "object",
  "properties": {
    "data": {
      "type": "array",
      "items": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string"
          },
          "value": {
            "type": "string"
          },
          "version": {
            "type": "string"
          }
        },
        "required": [
          "key",
          "value"
        ]
      }
    },
    "validationResult": {
      "type": "integer"
    }
  },
  "required": [
    "data"
  ]
};
