// Generated from apps/provider-aws/src/config/index.ts by "npm run generate". Change the schema there.
import type { ConfigSchema } from '@eso/api/server';

/** Temporary access keys of an IAM user, from its long-lived ones. `spec` of a STSSessionToken. */
export const stsSessionTokenSchema: ConfigSchema = {
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
    "requestParameters": {
      "type": "object",
      "properties": {
        "sessionDuration": {
          "type": "integer",
          "minimum": -2147483648,
          "maximum": 2147483647
        },
        "serialNumber": {
          "type": "string"
        },
        "tokenCode": {
          "type": "string"
        }
      }
    }
  },
  "required": [
    "region"
  ]
};
