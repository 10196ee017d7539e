/** Dovecot's policy protocol, spoken to the service over HTTP as Dovecot 2.4.1 speaks it. */
import { createHmac } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Memory } from '../../../../operator/throttle/memory.ts';
import { servePolicy } from '../../../../operator/throttle/policy-server.ts';
import type { Login } from '../../../../operator/throttle/request.ts';
import { socTrang } from '../../../support/sites.ts';

const key = 'a key that the webmail has too';
const person = 'ntbinh@soctrang.gov.vn';
const { pair } = socTrang.throttle.failures;

let server: Server;
let seen: { login: Login; action: string | undefined }[];
let faults: unknown[];

beforeEach(async () => {
  seen = [];
  faults = [];
  server = await servePolicy(0, {
    memory: new Memory(socTrang.throttle, 1000, () => 0),
    key,
    domains: ['soctrang.gov.vn', 'hauthanh.gov.vn'],
    observe: (login, verdict) => seen.push({ login, action: verdict?.action }),
    fault: (error) => faults.push(error),
  });
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function send(command: string, body: string): Promise<Response> {
  const { port } = server.address() as AddressInfo;
  return fetch(`http://127.0.0.1:${port}/?command=${command}`, { method: 'POST', body });
}

/** The status that Dovecot reads. */
async function ask(command: string, fields: object): Promise<number> {
  const said = { login: person, protocol: 'imap', device_id: '', session_id: 'x', fail_type: '', ...fields };
  const { status } = (await (await send(command, JSON.stringify(said))).json()) as { status: number };
  return status;
}

async function guess(count: number, fields: object): Promise<number[]> {
  const answers: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const attempt = { pwhash: `0${index}`, ...fields };
    answers.push(await ask('allow', attempt));
    const policy_reject = answers.at(-1) === -1;
    await ask('report', { ...attempt, success: false, policy_reject, fail_type: 'credentials' });
  }
  return answers;
}

const signed = (address: string, by = key) =>
  `"x-hopthu-client" "${address} ${createHmac('sha256', by).update(address).digest('hex')}" "name" "Hop Thu"`;

it('counts a person in all domains of the site as one, and others apart', async () => {
  const remote = '198.51.100.9';
  await guess(pair, { remote, login: 'NTBinh@hauthanh.gov.vn' });
  expect(await ask('allow', { remote, pwhash: '1f' })).toBe(-1);
  for (const login of ['ntbinh@example.org', 'ntbinh', 'other'])
    expect(await ask('allow', { remote, pwhash: '1f', login })).toBe(0);
  await send('release', 'ntbinh@hauthanh.gov.vn');
  expect(await ask('allow', { remote, pwhash: '1f' })).toBe(0);
});

it('lets an attempt through, and refuses after as many failures as the site file says', async () => {
  const answers = await guess(pair + 2, { remote: '198.51.100.9' });
  expect(answers).toEqual([...Array<number>(pair).fill(0), -1, -1]);
  expect(await ask('allow', { remote: '203.0.113.7', pwhash: '1f' })).toBe(0);
});

it('takes one person written in several ways for the same', async () => {
  await guess(pair, { remote: '198.51.100.9', login: person.toUpperCase() });
  expect(await ask('allow', { remote: '198.51.100.9', pwhash: '1f' })).toBe(-1);
});

it('counts what is too long to be anybody, too', async () => {
  await guess(pair, { remote: '198.51.100.9', login: 'x'.repeat(5000) });
  expect(await ask('allow', { remote: '198.51.100.9', login: 'x'.repeat(5000), pwhash: '1f' })).toBe(-1);
  expect(faults).toEqual([]);
});

it('tells each outcome once, with address and person', async () => {
  await guess(pair + 1, { remote: '198.51.100.9', protocol: 'smtp' });
  expect(seen.filter(({ action }) => action === 'refuse')).toHaveLength(1);
  const reports = seen.filter(({ action }) => action === undefined);
  expect(reports).toHaveLength(pair);
  expect(reports[0]?.login).toMatchObject({
    attempt: { address: '198.51.100.9', person },
    protocol: 'smtp',
    outcome: 'failed',
  });
});

describe('behind the webmail', () => {
  const webmail = '10.244.0.9';

  it('counts by the address of the browser', async () => {
    await guess(pair, { remote: webmail, device_id: signed('198.51.100.9') });
    expect(await ask('allow', { remote: webmail, device_id: signed('198.51.100.9'), pwhash: 'f' })).toBe(-1);
    expect(await ask('allow', { remote: webmail, device_id: signed('203.0.113.7'), pwhash: 'f' })).toBe(0);
    expect(await ask('allow', { remote: '198.51.100.9', pwhash: 'f' })).toBe(-1);
  });

  it.each([
    ['a signature of somebody else', signed('203.0.113.7', 'another key')],
    ['the signature of another address', signed('203.0.113.7').replace('203.0.113.7', '203.0.113.8')],
    ['no signature', '"x-hopthu-client" "203.0.113.7"'],
    ['what Dovecot would believe of its own proxies', '"x-originating-ip" "203.0.113.7"'],
  ])('does not believe %s', async (_, device_id) => {
    await guess(pair, { remote: '198.51.100.9', device_id });
    expect(await ask('allow', { remote: '198.51.100.9', pwhash: 'f' })).toBe(-1);
    expect(await ask('allow', { remote: '203.0.113.7', pwhash: 'f' })).toBe(0);
  });
});

it('forgets an address when an administrator says so', async () => {
  await guess(pair, { remote: '198.51.100.9' });
  expect(await (await send('release', '198.51.100.9')).json()).toEqual({ released: true });
  expect(await ask('allow', { remote: '198.51.100.9', pwhash: 'f' })).toBe(0);
});

it.each([
  ['allow', 'not JSON'],
  ['allow', '{"login": 5}'],
  ['dance', '{}'],
  ['allow', `{"login": "${'x'.repeat(20_000)}"}`],
])('answers %s %.20s with 400, which Dovecot takes for no answer', async (command, body) => {
  expect((await send(command, body)).status).toBe(400);
  expect(faults).toHaveLength(1);
});
