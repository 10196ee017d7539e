/** What Dovecot tells of a login (auth_policy_request_attributes), and whose browser the webmail speaks for. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { clientKey } from '../core/throttle.ts';
import type { Attempt } from './memory.ts';

const text = z.string().default('');
const body = z.object({
  login: text,
  pwhash: text,
  remote: text,
  device_id: text,
  protocol: text,
  fail_type: text,
  success: z.boolean().default(false),
  policy_reject: z.boolean().default(false),
});

export type Login = {
  readonly attempt: Attempt;
  readonly protocol: string;
  /** The webmail logs in for a browser at the attempt's address. */
  readonly viaWebmail: boolean;
  /** How it ended, where that is told. */
  readonly outcome: 'succeeded' | 'failed' | 'unanswered' | 'refused';
};

/**
 * @param key shared with the webmail, which signs the browser's address with it
 * @param domains of the site, the present one first: a person is the same in all of them
 * @throws ZodError, SyntaxError for what Dovecot does not send
 */
export function parseLogin(json: string, key: string, domains: readonly string[] = []): Login {
  const said = body.parse(JSON.parse(json));
  const browser = browserAddress(said.device_id, key);
  return {
    attempt: {
      address: clientKey(browser ?? said.remote),
      person: personOf(said.login, domains).slice(0, 255),
      password: said.pwhash,
    },
    protocol: said.protocol,
    viaWebmail: browser !== undefined,
    outcome: outcomeOf(said),
  };
}

/** The name that a person's failures are counted under. */
export function personOf(login: string, domains: readonly string[]): string {
  const text = login.toLowerCase();
  const [, name, domain = ''] = /^(.*)@([^@]+)$/.exec(text) ?? [];
  return name !== undefined && domains.includes(domain) ? `${name}@${domains[0]}` : text;
}

function outcomeOf(said: z.infer<typeof body>): Login['outcome'] {
  if (said.policy_reject) return 'refused';
  if (said.success) return 'succeeded';
  return said.fail_type === 'internal' ? 'unanswered' : 'failed';
}

/** The IMAP ID (RFC 2971) is anybody's to fill in: an address without the webmail's signature is not believed. */
function browserAddress(id: string, key: string): string | undefined {
  const [, address = '', signature = ''] =
    /"x-hopthu-client" "([0-9a-fA-F.:]{2,45}) ([0-9a-f]{64})"/.exec(id) ?? [];
  if (address === '') return undefined;
  const right = createHmac('sha256', key).update(address).digest();
  return timingSafeEqual(right, Buffer.from(signature, 'hex')) ? address : undefined;
}
