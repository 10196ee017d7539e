/**
 * What keeps the clerk from deciding: it may enter requests, RBAC knows no fields, and what it reads strangers have written. An
 * admission policy for every site of a cluster, beside `keep-mail.ts`.
 */
import { group, plural, version } from '../operator/api/resource.ts';

const name = 'hopthu-decided-by-people';
const labels = { 'app.kubernetes.io/part-of': 'hopthu', 'app.kubernetes.io/managed-by': 'hopthu' };
const apiVersion = 'admissionregistration.k8s.io/v1';

export function decidedByPeople(): readonly object[] {
  return [
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name, labels },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: [group],
              apiVersions: [version],
              operations: ['CREATE', 'UPDATE'],
              resources: [plural.MailboxRequest],
            },
          ],
        },
        matchConditions: [
          {
            name: 'the-clerk',
            expression:
              "request.userInfo.username.startsWith('system:serviceaccount:') && request.userInfo.username.endsWith(':clerk')",
          },
        ],
        validations: [
          {
            expression: '!has(object.spec.decision)',
            message: 'the clerk enters requests; people decide',
            reason: 'Forbidden',
          },
        ],
      },
    },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name, labels },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];
}
