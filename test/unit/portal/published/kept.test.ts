/** How old the published directory may be, and that a failed read takes nothing away (R40). */
import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../../../operator/errors.ts';
import { KeptDirectory } from '../../../../portal/published/kept.ts';
import { person, small } from '../../../support/published.ts';
import { socTrang as site } from '../../../support/sites.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 26, 0, minute));

describe('the directory in memory', () => {
  it('stays as it was read last, with its date, while it cannot be read', async () => {
    let minute = 0;
    let listed: typeof small | undefined = small;
    const kept = new KeptDirectory({
      site,
      read: async () => {
        if (listed === undefined) throw new Unavailable('LDAP', 'away');
        return listed;
      },
      now: () => at(minute),
      fault: () => undefined,
    });
    expect([kept.view('public'), kept.readAt]).toEqual([undefined, 0]);
    await kept.refresh();
    listed = undefined;
    minute = 5;
    await expect(kept.refresh()).rejects.toThrow('away');
    expect(kept.view('public')?.directory.people).toHaveLength(4);
    expect(kept.readAt).toBe(at(0).getTime());
    listed = { ...small, mailboxes: [] };
    await kept.refresh();
    expect(kept.view('members')?.directory.people).toEqual([]);
    expect(kept.readAt).toBe(at(5).getTime());
  });

  it('is one and the same where who is logged in sees no more', async () => {
    const people = { ...site.published.people, phone: 'public' as const };
    const open = { ...site, published: { ...site.published, people } };
    const kept = new KeptDirectory({
      site: open,
      read: async () => small,
      now: () => at(0),
      fault: () => undefined,
    });
    await kept.refresh();
    expect(kept.view('public')).toBe(kept.view('members'));
  });

  it('goes on reading after a failure', async () => {
    const faults: unknown[] = [];
    const said = await new Promise<unknown>((resolve) => {
      const kept = new KeptDirectory({
        site: { ...site, published: { ...site.published, refreshSeconds: 0.01 } },
        read: async () => {
          if (faults.length === 0) throw new Unavailable('LDAP', 'away');
          kept.stop();
          resolve(faults[0]);
          return { ...small, mailboxes: [person(9, 'Lê An', 1)] };
        },
        now: () => at(0),
        fault: (error) => faults.push(error),
      });
      kept.start();
    });
    expect(said).toMatchObject({ message: 'away' });
  });
});
