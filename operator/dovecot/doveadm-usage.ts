/** Used bytes over Dovecot's HTTP API, which tells sizes and no contents. */
import type { MailStore } from '../ports.ts';
import type { Answer, Command, Doveadm } from './doveadm.ts';

/** Mailboxes per request: 200 took 0.4 s. */
const batch = 200;

export class DoveadmUsage implements Pick<MailStore, 'usage'> {
  readonly #doveadm: Doveadm;

  constructor(doveadm: Doveadm) {
    this.#doveadm = doveadm;
  }

  async usage(addresses: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const used = new Map<string, number>();
    for (let start = 0; start < addresses.length; start += batch) {
      const some = addresses.slice(start, start + batch);
      const answers = await this.#doveadm.ask(some.map((user): Command => ['quotaGet', { user }]));
      some.forEach((address, index) => {
        const bytes = bytesOf(answers[index]);
        if (bytes !== undefined) used.set(address, bytes);
      });
    }
    return used;
  }
}

/** `[{ type: 'STORAGE', value: '509', limit: '10240', … }, …]`, in kibibytes. */
function bytesOf(answer: Answer | undefined): number | undefined {
  if (answer === undefined || 'error' in answer || !Array.isArray(answer.result)) return undefined;
  const storage = answer.result.find(({ type }: Record<string, unknown>) => type === 'STORAGE') as
    | { readonly value?: unknown }
    | undefined;
  const text = storage?.value;
  return typeof text === 'string' && /^[0-9]+$/.test(text) ? Number(text) * 1024 : undefined;
}
