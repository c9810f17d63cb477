// Generated from apps/provider-azure/src/config/index.ts by "npm run generate". Change the schema there.
import type { ConfigSchema } from '@eso/api/server';

/** Azure Key Vault, as External Secrets 2.9 describes it. What stands under `spec.provider.azurekv`. */
export const azurekvSchema: ConfigSchema = {
  "type": "object",
  "properties": {
    "authType": {
      "type": "string",
      "enum": [
        "ServicePrincipal",
        "ManagedIdentity",
        "WorkloadIdentity"
      ],
      "default": "ServicePrincipal"
    },
    "vaultUrl": {
      "type": "string"
    },
    "tenantId": {
      "type": "string"
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
    "authSecretRef": {
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
        "tenantId": {
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
        },
        "clientCertificate": {
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
    },
    "identityId": {
      "type": "string"
    },
    "useAzureSDK": {
      "type": "boolean",
      "default": false
    },
    "customCloudConfig": {
      "type": "object",
      "properties": {
        "activeDirectoryEndpoint": {
          "type": "string"
        },
        "keyVaultEndpoint": {
          "type": "string"
        },
        "keyVaultDNSSuffix": {
          "type": "string"
        },
        "resourceManagerEndpoint": {
          "type": "string"
        }
      },
      "required": [
        "activeDirectoryEndpoint"
      ]
    }
  },
  "required": [
    "vaultUrl"
  ]
};
