/** Writes crds/*.yaml from operator/api; `node crds/generate.ts`. */
import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { customResourceDefinition } from '../operator/api/crd.ts';
import type { AnyKind } from '../operator/api/resource.ts';

const kinds: readonly AnyKind[] = ['Organization', 'Mailbox', 'MailboxRequest', 'Incident'];

/** File name and text of every CRD. */
export function files(): { readonly name: string; readonly text: string }[] {
  return kinds.map((kind) => ({
    name: `${kind.toLowerCase()}.yaml`,
    text: `# Generated from operator/api by crds/generate.ts; do not edit.\n${stringify(customResourceDefinition(kind), { aliasDuplicateObjects: false, lineWidth: 110 })}`,
  }));
}

if (import.meta.main) {
  for (const { name, text } of files()) writeFileSync(new URL(name, import.meta.url), text);
}
