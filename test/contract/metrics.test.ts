/** What the real daemons show and log once mail has gone through them: all that alerts and panels name, and each message's way. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { alerts } from '../../charts/alerts.ts';
import { dashboards } from '../../charts/dashboards.ts';
import { readyPorts } from '../../charts/endpoints.ts';
import { createMetrics as clerkMetrics } from '../../clerk/metrics.ts';
import { linesOf, waysOf } from '../../cli/trace/way.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { createMetrics } from '../../operator/metrics.ts';
import { createMetrics as portalMetrics } from '../../portal/metrics.ts';
import { countTraffic, nobodys, noTraffic } from '../../reports/traffic.ts';
import { eventually } from '../e2e/support/eventually.ts';
import { socTrang as site } from '../support/sites.ts';
import { MailPod } from './support/mail-pod.ts';
import { at, ldifOf, mailbox } from './support/mailbox.ts';
import { WebPod } from './support/web-pod.ts';

jest.setTimeout(60_000);

const person = at('ntbinh');
const password = 'Kx7m-Qp4r-Wt9h-Zc3e';
const outside = 'ai-do@example.org';
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('-');
let pod: MailPod;
let web: WebPod;

beforeAll(async () => {
  const mail = MailPod.start(site).then((started) => {
    pod = started;
  });
  const webmail = WebPod.start(site).then((started) => {
    web = started;
  });
  await Promise.all([mail, webmail]);
  await pod.addEntries(ldifOf('ntbinh', mailbox('ntbinh', { userPassword: [hashPassword(password)] })));
}, 600_000);
afterAll(async () => {
  await pod?.end();
  await web?.end();
}, 60_000);

const letter = (id: string, text: string) =>
  `From: ${outside}\r\nTo: ${person}\r\nSubject: Giay moi\r\nMessage-ID: <${id}>\r\n\r\n${text}\r\n`;
const fromOutside = (to: string) => [
  ...['smtp://127.0.0.1:2525', '--mail-from', outside, '--mail-rcpt', to],
  ...['--upload-file', '-'],
];
const imap = (secret: string) => ['imaps://127.0.0.1:9993/', '--user', `${person}:${secret}`];

/** The samples of a page of metrics: name with labels → value. */
function samples(page: string): ReadonlyMap<string, number> {
  const lines = page.split('\n').filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

it.each(['postfix', 'dovecot'] as const)('%s is ready, and is not while it drains', async (part) => {
  const kubelet = `exec 3<>/dev/tcp/127.0.0.1/${readyPorts[part]} && printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3 && head -1 <&3`;
  const asks = ['bash', '-c', kubelet];
  expect(await pod.exec(part, asks)).toContain('200 OK');
  expect(await pod.exec(part, ['flock', '/tmp/draining', ...asks])).toContain('503 Service Unavailable');
  expect(await pod.exec(part, asks)).toContain('200 OK');
});

it('counts what became of messages, and what waits', async () => {
  await pod.curl(fromOutside(person), letter('one@example.org', 'Kinh moi'));
  await expect(pod.curl(fromOutside(at('nobody')), letter('two@example.org', 'x'))).rejects.toThrow(
    'exit code 55',
  );
  await expect(pod.curl(fromOutside(person), letter('three@example.org', eicar))).rejects.toThrow();
  // There is no name server here: it waits.
  const submission = ['--ssl-reqd', 'smtp://127.0.0.1:5587', '--user', `${person}:${password}`];
  const envelope = ['--mail-from', person, '--mail-rcpt', outside, '--upload-file', '-'];
  await pod.curl([...submission, ...envelope], `From: ${person}\r\nSubject: x\r\n\r\nx\r\n`);
  await eventually(40_000, async () => {
    const found = samples(await pod.scrape('postfix'));
    expect(Object.fromEntries(found)).toMatchObject({
      'hopthu_mail_received_total{listener="smtp"}': 2,
      'hopthu_mail_received_total{listener="submission"}': 1,
      'hopthu_mail_deliveries_total{via="lmtp",status="sent",code="2.0"}': 1,
      'hopthu_mail_deliveries_total{via="smtp",status="deferred",code="4.4"}': 1,
      'hopthu_mail_refusals_total{by="postfix",code="5.1.1"}': 1,
      'hopthu_mail_refusals_total{by="filter",code="5.7.1"}': 1,
      'hopthu_queue_messages{queue="deferred"}': 1,
      'hopthu_queue_messages{queue="active"}': 0,
      'hopthu_queue_oldest_seconds{to="own"}': 0,
    });
    expect(found.get('hopthu_queue_oldest_seconds{to="elsewhere"}')).toBeGreaterThan(0);
  });
});

it('counts logins, right and wrong, and commands of mail programs', async () => {
  await pod.curl(imap(password));
  await expect(pod.curl(imap('wrong'))).rejects.toThrow('exit code 67');
  await eventually(10_000, async () => {
    expect(Object.fromEntries(samples(await pod.scrape('dovecot')))).toMatchObject({
      'dovecot_login_total{success="yes"}': 2,
      'dovecot_login_total{success=""}': 1,
      'dovecot_imap_command_count{cmd_name="LIST"}': 1,
      'dovecot_imap_command_bucket{cmd_name="LIST",le="+Inf"}': 1,
      dovecot_delivery_total: 1,
    });
  });
});

it('R25: tells the webmail, after the right password, that it must be changed, and lets in nowhere', async () => {
  const fresh = { userPassword: [hashPassword(password)], pwdReset: ['TRUE'] };
  await pod.addEntries(ldifOf('moi', mailbox('moi', fresh)));
  const id = 'i ID ("x-hopthu-client" "192.0.2.1 00")';
  const answer = (secret: string, ...before: readonly string[]) =>
    pod.imap([...before, `l LOGIN ${at('moi')} ${secret}`, 'o LOGOUT']);
  expect(await answer(password, id)).toMatch(
    /^l NO \[CONTACTADMIN\] .*https:\/\/mail\.soctrang\.gov\.vn\/tai-khoan\/mat-khau/m,
  );
  const refused = [await answer('wrong', id), await answer(password)];
  for (const text of refused) expect(text).toMatch(/^l NO \[AUTHENTICATIONFAILED\] /m);
  const login = (url: string) =>
    pod.curl(['--ssl-reqd', '--verbose', url, '--user', `${at('moi')}:${password}`]);
  await expect(login('pop3s://127.0.0.1:9995/')).rejects.toThrow('exit code 67');
  await expect(login('smtp://127.0.0.1:5587')).rejects.toThrow(/535 5\.7\.8/);
});

it('knows how far the directory has come, and how full it is', async () => {
  const found = samples(await pod.scrape('openldap'));
  const behind = Date.now() / 1000 - (found.get('slapd_context_csn_timestamp_seconds{server="001"}') ?? 0);
  expect(behind).toBeLessThan(300);
  expect(found.get('slapd_operations_total{operation="bind"}')).toBeGreaterThan(0);
  const pages = (kind: string) =>
    found.get(`slapd_mdb_pages{suffix="dc=soctrang,dc=gov,dc=vn",kind="${kind}"}`);
  expect(pages('used')).toBeLessThan(Number(pages('max')));
  expect(found.get('slapd_entries{suffix="dc=soctrang,dc=gov,dc=vn"}')).toBeGreaterThan(5);
});

describe('a message', () => {
  const lines = async () => {
    const parts = ['postfix', 'rspamd', 'dovecot'] as const;
    return (await Promise.all(parts.map(async (part) => linesOf(part, await pod.logs(part))))).flat();
  };

  it('is followed by its Message-ID through all three daemons, and by its queue id', async () => {
    const [way, ...more] = waysOf(await lines(), '<one@example.org>');
    expect(more).toEqual([]);
    expect(way).toMatchObject({
      messageId: 'one@example.org',
      from: outside,
      recipients: [{ address: person, status: 'sent' }],
    });
    const programs = way?.steps.map(({ part, program }) => `${part}/${program}`) ?? [];
    expect(new Set(programs)).toEqual(
      new Set([
        'postfix/smtpd',
        'postfix/cleanup',
        'rspamd/milter',
        'postfix/qmgr',
        'dovecot/lmtp',
        'postfix/lmtp',
      ]),
    );
    expect(way?.steps.find(({ part }) => part === 'dovecot')?.text).toMatch(
      /stored mail into mailbox 'INBOX'/,
    );
    expect(way?.steps.find(({ part }) => part === 'rspamd')?.text).toMatch(/^no action \[/);
    expect(waysOf(await lines(), way?.queueId ?? '')).toEqual([way]);
  });

  it('that was refused shows by whom and why; one that waits says what for', async () => {
    const [refused] = waysOf(await lines(), 'three@example.org');
    expect(refused?.recipients).toEqual([]);
    expect(refused?.steps.find(({ part }) => part === 'rspamd')?.text).toMatch(/^reject .*virus/);
    expect(refused?.steps.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^milter-reject: END-OF-MESSAGE/),
    );
    const waiting = (await lines()).find(({ text }) => text.includes('status=deferred'))?.text ?? '';
    const queueId = /: (\w+): to=/.exec(waiting)?.[1] ?? '';
    expect(waysOf(await lines(), queueId)).toMatchObject([
      { recipients: [{ address: outside, status: 'deferred' }] },
    ]);
  });

  it('that is not there has no way', async () => {
    expect(waysOf(await lines(), 'none@example.org')).toEqual([]);
  });
});

it('is written down, so that a report counts exactly what was sent (R41)', async () => {
  const gtube = 'YJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X';
  await pod.curl(fromOutside(person), letter('junk@example.org', gtube));
  await eventually(20_000, async () => {
    const { organizations, lost } = countTraffic(await pod.journal(), [], (address) =>
      address === person ? 'so' : undefined,
    );
    expect(lost).toBe(0);
    expect(organizations).toEqual({
      so: {
        ...noTraffic(),
        ...{ sent: 1, sentBytes: expect.any(Number) },
        ...{ received: 2, receivedOut: 2, spam: 1, receivedBytes: expect.any(Number) },
        refusedIn: { virus: 1 },
      },
      [nobodys]: { ...noTraffic(), refusedIn: { unknown: 1 } },
    });
    expect(organizations['so']?.receivedBytes).toBeGreaterThan(400);
  });
});

/** Of a query: without strings, labels and what is grouped by. */
function metricsOf(query: string): readonly string[] {
  const bare = query.replace(/\{[^}]*\}/g, '').replace(/\b(by|on) \([^)]*\)/g, '');
  return [...bare.matchAll(/\b[a-z]+_\w+/g)]
    .map(([name]) => name)
    .filter((name) => !functions.includes(name));
}
const functions = ['histogram_quantile', 'max_over_time', 'last_over_time'];

/** The operator's own, whose names do not depend on what it sees. */
function ofOperator(): Promise<string> {
  const { registry } = createMetrics(site.name, {
    cluster: { informerCounters: () => ({ Mailbox: { restarts: 0 } }) as never },
    connection: { state: () => ({ reconnects: 0, inFlight: 0, queued: 0 }) },
    election: { leads: true },
    mail: { waiting: 0, held: { count: 0 } },
    notices: () => new Map(),
    certificate: () => Promise.reject(new Error('none')),
  });
  return registry.metrics();
}

it('every alert and every panel asks for what is there', async () => {
  const parts = ['dovecot', 'postfix', 'openldap', 'filter', 'throttle'] as const;
  const pages = await Promise.all([
    ...parts.map((part) => pod.scrape(part)),
    ...(['webmail', 'postgresql'] as const).map((part) => web.scrape(part)),
    ofOperator(),
    clerkMetrics(site.name).registry.metrics(),
    portalMetrics(site.name, () => 0).registry.metrics(),
  ]);
  // What has no value yet is announced.
  const announced = pages.flatMap((page) =>
    [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name),
  );
  const shown = new Set([...announced, ...pages.flatMap((page) => [...samples(page).keys()])].map(nameOf));
  const asked = [...alerts, ...panels()].flatMap(({ expr }) => metricsOf(expr));
  expect(asked.length).toBeGreaterThan(40);
  // The cluster's own: kube-state-metrics and the kubelet.
  const missing = asked.filter(
    (name) => !/^(kube|kubelet)_/.test(name) && !shown.has(name) && !histogramOf(name, shown),
  );
  expect([...new Set(missing)]).toEqual([]);
});

type Panel = { readonly targets: readonly { readonly expr: string }[] };
function panels(): readonly { readonly expr: string }[] {
  const boards = Object.values(dashboards()) as readonly { readonly panels: readonly Panel[] }[];
  return boards.flatMap((board) => board.panels).flatMap(({ targets }) => targets);
}

const nameOf = (sample: string) => sample.replace(/\{.*/, '');
const histogramOf = (name: string, shown: ReadonlySet<string>) => shown.has(name.replace(/_bucket$/, ''));
