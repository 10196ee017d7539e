/**
 * What keeps mail from being deleted with the rest: an admission policy for every site of a cluster. Namespaces, volume claims
 * and the resource definitions go only when they themselves say so, whatever deletes them: a person, GitOps, a script.
 */
import { group } from '../operator/api/resource.ts';

const name = 'hopthu-keep-mail';

/** The annotation that lets a Namespace, a claim or a definition go; its value is the object's own name. */
export const removal = 'hopthu.io/remove';

const labels = { 'app.kubernetes.io/part-of': 'hopthu', 'app.kubernetes.io/managed-by': 'hopthu' };

/** CEL: whether the object carries its own name as a permission. */
const says = (object: string) =>
  `has(${object}.metadata.annotations) && '${removal}' in ${object}.metadata.annotations && ${object}.metadata.annotations['${removal}'] == ${object}.metadata.name`;

/** The policy and its binding. They are in none of the sites' folders: whoever deletes such a folder does not delete these. */
export function keepMail(): readonly object[] {
  const deletions = (apiGroup: string, ...resources: readonly string[]) => ({
    apiGroups: [apiGroup],
    apiVersions: ['*'],
    operations: ['DELETE'],
    resources,
  });
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name, labels },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          // Of a Namespace its own labels count; the definitions are in none.
          namespaceSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'hopthu' } },
          resourceRules: [
            deletions('', 'namespaces', 'persistentvolumeclaims'),
            deletions('apiextensions.k8s.io', 'customresourcedefinitions'),
          ],
        },
        matchConditions: [
          {
            name: 'ours',
            expression: `request.resource.resource != 'customresourcedefinitions' || oldObject.metadata.name.endsWith('.${group}')`,
          },
        ],
        validations: [
          {
            // What is in a Namespace goes with it.
            expression: `(${says('oldObject')}) || (request.resource.resource == 'persistentvolumeclaims' && (${says('namespaceObject')}))`,
            messageExpression: `'mail or accounts would go with it; where that is meant: kubectl annotate ' + request.resource.resource + ' ' + oldObject.metadata.name + (has(oldObject.metadata.namespace) ? ' -n ' + oldObject.metadata.namespace : '') + ' ${removal}=' + oldObject.metadata.name`,
            reason: 'Forbidden',
          },
        ],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name, labels },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];
}
