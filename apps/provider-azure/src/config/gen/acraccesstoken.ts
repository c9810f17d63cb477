// Generated from apps/provider-azure/src/config/index.ts by "npm run generate". Change the schema there.
import type { ConfigSchema } from '@eso/api/server';

/** User name and password for an Azure Container Registry, good for three hours, or 75 minutes with a scope. `spec` of a ACRAccessToken. */
export const acrAccessTokenSchema: ConfigSchema = {
  "type": "object",
  "properties": {
    "auth": {
      "type": "object",
      "properties": {
        "servicePrincipal": {
          "type": "object",
          "properties": {
            "secretRef": {
              "type": "object",
              "properties": {
                "clientId": {
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
                "clientSecret": {
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
            }
          },
          "required": [
            "secretRef"
          ]
        },
        "managedIdentity": {
          "type": "object",
          "properties": {
            "identityId": {
              "type": "string"
            }
          }
        },
        "workloadIdentity": {
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
    "environmentType": {
      "type": "string",
      "enum": [
        "PublicCloud",
        "USGovernmentCloud",
        "ChinaCloud",
        "GermanCloud",
        "AzureStackCloud"
      ],
      "default": "PublicCloud"
    },
    "registry": {
      "type": "string"
    },
    "scope": {
      "type": "string"
    },
    "tenantId": {
      "type": "string"
    }
  },
  "required": [
    "auth",
    "registry"
  ]
};
