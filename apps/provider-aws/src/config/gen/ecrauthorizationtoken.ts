// Generated from apps/provider-aws/src/config/index.ts by "npm run generate". Change the schema there.
import type { ConfigSchema } from '@eso/api/server';

/** User name and password for container registries of AWS (ECR), good for 12 hours. `spec` of a ECRAuthorizationToken. */
export const ecrAuthorizationTokenSchema: ConfigSchema = {
  "type": "object",
  "properties": {
    "region": {
      "type": "string"
    },
    "auth": {
      "type": "object",
      "properties": {
        "secretRef": {
          "type": "object",
          "properties": {
            "accessKeyIDSecretRef": {
              "type": "object",
              "properties": {
                "name": {
                  "type": "string",
                  "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
                  "minLength": 1,
                  "maxLength": 253
                },
                "namespace": {
                  "type": "string",
                  "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                  "minLength": 1,
                  "maxLength": 63
                },
                "key": {
                  "type": "string",
                  "pattern": "^[-._a-zA-Z0-9]+$",
                  "minLength": 1,
                  "maxLength": 253
                }
              }
            },
            "secretAccessKeySecretRef": {
              "type": "object",
              "properties": {
                "name": {
                  "type": "string",
                  "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
                  "minLength": 1,
                  "maxLength": 253
                },
                "namespace": {
                  "type": "string",
                  "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                  "minLength": 1,
                  "maxLength": 63
                },
                "key": {
                  "type": "string",
                  "pattern": "^[-._a-zA-Z0-9]+$",
                  "minLength": 1,
                  "maxLength": 253
                }
              }
            },
            "sessionTokenSecretRef": {
              "type": "object",
              "properties": {
                "name": {
                  "type": "string",
                  "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
                  "minLength": 1,
                  "maxLength": 253
                },
                "namespace": {
                  "type": "string",
                  "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                  "minLength": 1,
                  "maxLength": 63
                },
                "key": {
                  "type": "string",
                  "pattern": "^[-._a-zA-Z0-9]+$",
                  "minLength": 1,
                  "maxLength": 253
                }
              }
            }
          }
        },
        "jwt": {
          "type": "object",
          "properties": {
            "serviceAccountRef": {
              "type": "object",
              "properties": {
                "name": {
                  "type": "string",
                  "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
                  "minLength": 1,
                  "maxLength": 253
                },
                "namespace": {
                  "type": "string",
                  "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                  "minLength": 1,
                  "maxLength": 63
                },
                "audiences": {
                  "type": "array",
                  "items": {
                    "type": "string"
                  }
                }
              },
              "required": [
                "name"
              ]
            }
          }
        }
      }
    },
    "role": {
      "type": "string"
    },
    "scope": {
      "type": "string"
    }
  },
  "required": [
    "region"
  ]
};
