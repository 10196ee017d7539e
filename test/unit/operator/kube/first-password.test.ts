import { afterEach, describe, expect, it } from '@jest/globals';
import { Blocked, Conflict } from '../../../../operator/errors.ts';
import { connectKubernetes } from '../../../../operator/kube/client.ts';
import { keepFirstPassword } from '../../../../operator/kube/first-password.ts';
import { trimResource } from '../../../../operator/kube/trim.ts';
import { type FakeApi, fail, mailboxObject, reply, startFakeApi } from './fake-api.ts';

const mailbox = trimResource('Mailbox', mailboxObject('binh', '7'));
const encode = (text: string): string => Buffer.from(text).toString('base64');

describe('a Secret of the name is there already', () => {
  let api: FakeApi;
  afterEach(() => api.close());

  const keep = async (owners: readonly object[], data: object): Promise<string> => {
    api = await startFakeApi(({ method }, response) => {
      if (method === 'POST') fail(response, 409, 'already exists');
      else reply(response, 200, { metadata: { name: 'x', ownerReferences: owners }, data });
    });
    return keepFirstPassword(
      connectKubernetes(api.config).core,
      mailbox,
      'binh-initial-password',
      'binh@example.vn',
      'canary-fresh',
    );
  };
  const own = { kind: 'Mailbox', name: 'binh', uid: 'uid-of-binh' };

  it("gives the mailbox's own password", async () => {
    await expect(keep([own], { password: encode('first') })).resolves.toBe('first');
    expect(api.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/v1/namespaces/accounts/secrets',
      'GET /api/v1/namespaces/accounts/secrets/binh-initial-password',
    ]);
  });

  it('waits for one of a former mailbox of the same name to go', async () => {
    const former = { ...own, uid: 'another' };
    await expect(keep([former], { password: encode('canary-theirs') })).rejects.toThrow(Conflict);
  });

  it.each([
    ['nobody', []],
    ['something else', [{ kind: 'Deployment', name: 'binh', uid: 'another' }]],
  ])('is blocked when it belongs to %s', async (_, owners) => {
    await expect(keep(owners, { password: encode('canary-theirs') })).rejects.toThrow(Blocked);
  });

  it('is blocked when it holds no password', async () => {
    await expect(keep([own], {})).rejects.toMatchObject({ reason: 'SecretConflict' });
  });

  it('says nothing of the password in any error', async () => {
    const error: unknown = await keep([], { password: encode('canary-theirs') }).catch(
      (thrown: unknown) => thrown,
    );
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/canary/);
  });
});
