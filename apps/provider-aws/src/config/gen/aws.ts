// Generated from apps/provider-aws/src/config/index.ts by "npm run generate". Change the schema there.
import type { ConfigSchema } from '@eso/api/server';

/** AWS, as External Secrets 2.9 describes it. What stands under `spec.provider.aws`. */
export const awsSchema: ConfigSchema = {
  "type": "object",
  "properties": {
    "service": {
      "type": "string",
      "enum": [
        "SecretsManager",
        "ParameterStore",
        "CertificateManager"
      ]
    },
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
    "additionalRoles": {
      "type": "array",
      "items": {
        "type": "string"
      }
    },
    "externalID": {
      "type": "string"
    },
    "sessionTags": {
      "type": "array",
      "items": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string"
          },
          "value": {
            "type": "string"
          }
        },
        "required": [
          "key",
          "value"
        ]
      }
    },
    "transitiveTagKeys": {
      "type": "array",
      "items": {
        "type": "string"
      }
    },
    "sessionTagsPolicy": {
      "type": "string",
      "enum": [
        "None",
        "Simple",
        "Custom"
      ],
      "default": "None"
    },
    "customSessionTags": {
      "type": "object",
      "additionalProperties": {
        "type": "string"
      }
    },
    "prefix": {
      "type": "string"
    },
    "secretsManager": {
      "type": "object",
      "properties": {
        "forceDeleteWithoutRecovery": {
          "type": "boolean"
        },
        "recoveryWindowInDays": {
          "type": "integer"
        }
      }
    }
  },
  "required": [
    "service",
    "region"
  ]
};
