/** What the form for a change of delegates sends. */
import { z } from 'zod';
import { type DelegateRight, delegateRights } from '../../operator/api/mailbox.ts';

const many = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const body = z.record(z.string().max(100), many);
const rights = z.array(z.enum(delegateRights)).max(delegateRights.length);

/** The largest body that is read: thirty-two delegates with three rights each, some addresses, and the token. */
export const longestProposal = 16_384;

/** Rows for people who are no delegates yet. */
export const newRows = [1, 2, 3] as const;

export type ProposalForm = {
  readonly token: string;
  /** `uid` of the organization's mailbox. */
  readonly mailbox: string;
  /** By the account of a present delegate. */
  readonly kept: ReadonlyMap<string, readonly DelegateRight[]>;
  readonly added: readonly { readonly address: string; readonly rights: readonly DelegateRight[] }[];
};

/** @returns undefined for what the page does not send */
export function parseProposal(sent: unknown): ProposalForm | undefined {
  const fields = body.safeParse(sent).data;
  if (fields === undefined) return undefined;
  const one = (name: string) => fields[name]?.[0] ?? '';
  const kept = new Map<string, readonly DelegateRight[]>();
  for (const [name, values] of Object.entries(fields)) {
    if (!name.startsWith('rights-')) continue;
    const known = rights.safeParse(values).data;
    if (known === undefined) return undefined;
    kept.set(name.slice('rights-'.length), known);
  }
  const added = newRows
    .map((row) => ({
      address: one(`address-${row}`).trim().slice(0, 255),
      rights: rights.safeParse(fields[`new-${row}`] ?? []).data ?? [],
    }))
    .filter(({ address }) => address !== '');
  return { token: one('token'), mailbox: one('mailbox'), kept, added };
}
