import { describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { postfix, postfixConfig } from '../../../charts/components/postfix.ts';
import { attribute, objectClass } from '../../../operator/core/layout.ts';
import { messageSizeLimit } from '../../../operator/core/quota.ts';
import { daNang, sharded, socTrang } from '../../support/sites.ts';

const directory = { host: 'openldap.test.svc.cluster.local', port: 636 };
const directories = { directory, readers: { ...directory, port: 1638 } };
const sites = [socTrang, daNang];

function file(name: string, site = socTrang): string {
  const text = postfixConfig(site, directories)[name];
  if (text === undefined) throw new Error(`no ${name}`);
  return text;
}

/** Value of a parameter in main.cf or a map, continuation lines joined. */
function parameter(name: string, text = file('main.cf')): string | undefined {
  return new RegExp(`^${name} =(.*(?:\\n[ \\t].*)*)`, 'm').exec(text)?.[1]?.replaceAll(/\s+/g, ' ').trim();
}

/** Options of a listener in master.cf. */
function options(port: number): readonly string[] {
  const lines = file('master.cf').split('\n');
  const start = lines.findIndex((line) => line.startsWith(`${port} inet `));
  if (start < 0) throw new Error(`nothing listens on ${port}`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith(' '));
  return lines.slice(start + 1, end).map((line) => line.trim().replace(/^-o /, ''));
}

function synthesize(site = socTrang) {
  const chart = new Chart(new App(), 'test', { disableResourceNameHashes: true });
  const endpoints = postfix(chart, { site, image: (part) => `registry.example.vn/${part}:1` }, directories);
  const objects = chart.toJson();
  const named = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name);
  return { endpoints, named };
}

describe('size (R31)', () => {
  it.each(sites)('$name takes its largest attachment as base64, and not 2 MiB more', (site) => {
    const limit = Number(parameter('message_size_limit', file('main.cf', site)));
    expect(limit).toBe(messageSizeLimit(site.attachment));
    expect(limit).toBeGreaterThan((site.attachment * 4) / 3);
    expect(limit).toBeLessThan(((site.attachment + 2 * 2 ** 20) * 4) / 3);
  });
});

describe('who may send', () => {
  it('is no one without a login, wherever he comes from', () => {
    expect(parameter('smtpd_relay_restrictions')).toBe('reject_unauth_destination');
    expect(parameter('relay_domains')).toBe('');
    expect(parameter('mynetworks')).toBe('127.0.0.0/8 [::1]/128');
  });

  it('is nobody any more who was suspended or closed after the login, at each recipient and after each message', () => {
    const asks = 'check_sasl_access proxy:ldap:/run/maps/revoked.cf';
    expect(parameter('smtpd_client_restrictions')).toBe(asks);
    expect(parameter('smtpd_end_of_data_restrictions')).toBe(asks);
    expect(parameter('query_filter', file('revoked.cf'))).toBe(
      '(&(objectClass=hopThuMailbox)(!(hopThuStatus=Active))(hopThuAddress=%s))',
    );
    expect(parameter('result_format', file('revoked.cf'))).toMatch(/^550 5\.7\.1 /);
    for (const port of [4465, 5587]) expect(options(port).join()).not.toContain('client_restrictions');
  });

  it('is nobody as one of us on port 25, whether that address exists or not', () => {
    expect(options(2525)).toEqual([]);
    expect(parameter('smtpd_sasl_auth_enable')).toBe('no');
    expect(parameter('smtpd_sender_restrictions')).toMatch(
      /check_sender_access inline:\{ \{ soctrang\.gov\.vn = 553 5\.7\.1 /,
    );
  });

  it.each([
    ['submission', 5587, 'smtpd_tls_security_level=encrypt'],
    ['submissions', 4465, 'smtpd_tls_wrappermode=yes'],
  ])('is on %s whoever logs in over TLS, under his own addresses', (_, port, tls) => {
    expect(options(port)).toEqual(
      expect.arrayContaining([
        tls,
        'smtpd_sasl_auth_enable=yes',
        expect.stringMatching(/^\{ smtpd_sender_restrictions = reject_sender_login_mismatch, /),
        'smtpd_relay_restrictions=permit_sasl_authenticated,reject',
        `smtpd_recipient_limit=${socTrang.filter.limits.recipients}`,
      ]),
    );
    expect(parameter('query_filter', file('sender.cf'))).toBe(
      '(&(objectClass=hopThuMailbox)(hopThuStatus=Active)(hopThuAddress=%s))',
    );
    expect(parameter('result_attribute', file('sender.cf'))).toBe('mail');
  });

  it('is an organization also by its delegates who may send as it (R26), and nobody receives for that', () => {
    expect(parameter('special_result_attribute', file('sender.cf'))).toBe(attribute.sendAs);
    for (const name of ['mailbox.cf', 'alias.cf', 'revoked.cf'])
      expect(file(name)).not.toContain('special_result_attribute');
  });
});

describe('who receives', () => {
  it.each(['mailbox.cf', 'alias.cf'])('%s finds who is active, suspended or expired', (name) => {
    expect(parameter('query_filter', file(name))).toContain(
      '(|(hopThuStatus=Active)(hopThuStatus=Suspended)(hopThuStatus=Expired))',
    );
  });

  it('refuses a mailbox that is closed or reclaimed with 550, and says where to write, before it is looked for', () => {
    expect(parameter('result_attribute', file('status.cf'))).toBe(attribute.status);
    const checks = parameter('smtpd_recipient_restrictions') ?? '';
    for (const status of ['Closed', 'Reclaimed'])
      expect(checks).toMatch(new RegExp(`{ ${status} = 550 5\\.2\\.1 .* viet toi admin@soctrang\\.gov\\.vn`));
    expect(checks).toMatch(/status\.cf.* reject_unlisted_recipient$/);
  });

  it('lets in whoever may receive, and nobody else, once there is room', () => {
    const checks = parameter('smtpd_recipient_restrictions') ?? '';
    expect([...checks.matchAll(/{ (\w+) = known }/g)].map(([, status]) => status)).toEqual([
      'Active',
      'Suspended',
      'Expired',
    ]);
    expect(parameter('known')).toMatch(/^check_policy_service .*, permit$/);
  });

  it('asks the sender to come back when the quota service does not answer', () => {
    expect(parameter('known')).toMatch(/default_action = 451 4\.3\.0 /);
  });

  it('is asked of the directory over verified TLS with an account of its own', () => {
    for (const name of ['mailbox.cf', 'alias.cf', 'sender.cf', 'status.cf']) {
      expect(parameter('server_host', file(name))).toBe('ldaps://openldap.test.svc.cluster.local:636');
      expect(parameter('tls_require_cert', file(name))).toBe('yes');
      expect(parameter('bind_dn', file(name))).toBe('cn=postfix,ou=services,dc=soctrang,dc=gov,dc=vn');
      expect(file(name)).not.toMatch(/^bind_pw/m);
    }
  });

  it('is asked of both providers for who may receive, and of the active one before anybody is refused (R24)', () => {
    expect(parameter('virtual_mailbox_maps')).toBe(
      'proxy:ldap:/run/maps/mailbox-reads.cf, proxy:ldap:/run/maps/mailbox.cf',
    );
    expect(parameter('virtual_alias_maps')).toBe(
      'proxy:ldap:/run/maps/alias-reads.cf, proxy:ldap:/run/maps/alias.cf',
    );
    for (const name of ['mailbox', 'alias']) {
      const reads = file(`${name}-reads.cf`);
      expect(parameter('server_host', reads)).toBe('ldaps://openldap.test.svc.cluster.local:1638');
      expect(reads.replace(':1638', ':636')).toBe(file(`${name}.cf`));
    }
    expect(
      Object.keys(postfixConfig(socTrang, directories)).filter((name) => /-reads/.test(name)),
    ).toHaveLength(2);
  });

  it('is asked once where there is one provider', () => {
    const alone = postfixConfig(daNang, { directory, readers: directory });
    expect(parameter('virtual_mailbox_maps', alone['main.cf'])).toBe('proxy:ldap:/run/maps/mailbox.cf');
    expect(alone['write-maps']).toContain('for map in mailbox.cf alias.cf sender.cf');
  });

  it('names no attribute that the schema lacks', () => {
    const known: readonly string[] = [...Object.values(attribute), ...Object.values(objectClass)];
    const used = Object.values(postfixConfig(socTrang, directories)).flatMap(
      (text) => text.match(/\bhopThu\w+/g) ?? [],
    );
    expect(used.filter((word) => !known.includes(word))).toEqual([]);
  });
});

it('speaks to Dovecot through a tunnel that shows and checks certificates', () => {
  const lines = file('stunnel.conf').split('\n');
  const host = 'dovecot.soc-trang-mail.svc.cluster.local';
  expect(lines).toEqual(expect.arrayContaining(['client = yes', 'verifyChain = yes', `checkHost = ${host}`]));
  expect(lines.filter((line) => line.startsWith('connect'))).toEqual([
    ...[24, 9012, 9340].map((port) => `connect = ${host}:${port}`),
    'connect = rspamd.soc-trang-mail.svc.cluster.local:11332',
    'connect = clerk.soc-trang-mail.svc.cluster.local:9591',
    'connect = 127.0.0.1:9590',
    'connect = 127.0.0.1:9588',
  ]);
  expect(parameter('virtual_transport')).toBe('lmtp:inet:127.0.0.1:9024');
  expect(parameter('smtpd_sasl_path')).toBe('inet:127.0.0.1:9012');
});

describe('letters to service addresses (R20)', () => {
  const copies = (site = socTrang) =>
    /recipient_bcc_maps = inline:\{ (.*) \} \}/.exec(file('master.cf', site))?.[1]?.split(/(?<=\}), /);

  it('are copied to the clerk where there was a login, and nowhere else', () => {
    for (const port of [4465, 5587]) expect(options(port)).toContain('cleanup_service_name=cleanup-people');
    expect(options(2525)).toEqual([]);
    expect(file('master.cf').match(/cleanup_service_name/g)).toHaveLength(2);
    expect(file('main.cf')).not.toContain('bcc_maps');
    expect(copies()).toEqual(['{ admin@soctrang.gov.vn = admin@clerk.invalid }']);
    expect(copies(daNang)).toEqual([
      '{ cntt@danang.gov.vn = cntt@clerk.invalid }',
      '{ admin@danang.gov.vn = admin@clerk.invalid }',
    ]);
    expect(copies({ ...socTrang, domainAliases: ['hauthanh.gov.vn'] })).toHaveLength(2);
  });

  it('go by a tunnel that knows the clerk, whatever else says where mail goes', () => {
    expect(parameter('transport_maps')).toBe('inline:{ { clerk.invalid = clerk:[127.0.0.1]:9592 } }');
    expect(parameter('transport_maps', file('main.cf', sharded))).toMatch(
      /^inline:\{ \{ clerk\.invalid .* \} \}, proxy:ldap:/,
    );
    const section = file('stunnel.conf').split('[clerk]')[1]?.split('[')[0];
    expect(section).toContain('checkHost = clerk.soc-trang-mail.svc.cluster.local\n');
  });

  it('are the only ones there: nobody may write to it', () => {
    expect(parameter('smtpd_recipient_restrictions')).toMatch(
      /^reject_non_fqdn_recipient, check_recipient_access inline:\{ \{ clerk\.invalid = 550 /,
    );
  });
});

describe('replies of people who are away', () => {
  it('come from Dovecot alone, without an envelope sender, stay in the domain, and are looked at like all mail', () => {
    const [, text = ''] = /^127\.0\.0\.1:9590 inet .*\n((?: .*\n)*)/m.exec(file('master.cf')) ?? [];
    expect(text).toContain('check_sender_access inline:{ { <> = OK } }, reject }');
    expect(text).toContain('smtpd_relay_restrictions=reject_unauth_destination');
    expect(text).not.toContain('milters');
    const section = file('stunnel.conf').split('[replies]')[1]?.split('[')[0];
    expect(section).toContain('checkHost = dovecot.soc-trang-mail.svc.cluster.local\n');
  });
});

describe('size', () => {
  it('is said in the reply to what is larger, as people know it (R31)', () => {
    expect(file('reject-footers')).toContain('15 MiB');
    expect(parameter('smtpd_reject_footer_maps')).toBe('regexp:/etc/hopthu/reject-footers');
  });
});

describe('notices of the operator, letters of the clerk and reports', () => {
  it('come through a tunnel that knows each by certificate, and each tunnel one end only', () => {
    const sections = file('stunnel.conf').split(/^\[(\w+)\]$/m);
    expect(sections[0]).not.toContain('checkHost');
    const ends = (text = '') => text.match(/^checkHost = .*$/gm);
    expect(ends(sections[sections.indexOf('notices') + 1])).toEqual([
      'checkHost = operator.soc-trang-mail.svc.cluster.local',
      'checkHost = clerk.soc-trang-mail.svc.cluster.local',
      'checkHost = reports.soc-trang-smtp.svc.cluster.local',
    ]);
    for (const name of ['lmtp', 'sasl', 'quota', 'milter'])
      expect(ends(sections[sections.indexOf(name) + 1])).toHaveLength(1);
  });

  it('have one sender, stay in the domain, and are taken from this pod alone', () => {
    const [, text = ''] = /^127\.0\.0\.1:9588 inet .*\n((?: .*\n)*)/m.exec(file('master.cf')) ?? [];
    expect(text).toContain('check_sender_access inline:{ { admin@soctrang.gov.vn = OK } }, reject }');
    expect(text).toContain('smtpd_relay_restrictions=reject_unauth_destination');
    expect(text).not.toContain('sasl');
  });
});

describe('the pod', () => {
  const { named, endpoints } = synthesize();
  const pod = named('StatefulSet', 'postfix').spec.template.spec;
  const [daemon] = pod.containers;
  const [tunnel] = pod.initContainers;

  it('has root for the daemon alone, with five capabilities and no way to more', () => {
    expect(daemon.securityContext).toEqual({
      runAsUser: 0,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] },
    });
    expect(tunnel.securityContext).toMatchObject({ runAsNonRoot: true, capabilities: { drop: ['ALL'] } });
  });

  it('ends between two letters, and the tunnel after it', () => {
    expect(daemon.lifecycle.preStop.exec.command).toEqual(['/bin/sh', '/etc/hopthu/drain']);
    expect(tunnel.restartPolicy).toBe('Always');
    // Dovecot's LMTP, as /proc/net/tcp has it.
    expect(file('drain')).toContain(`(${(9024).toString(16)}|0019) 01 `.toUpperCase());
  });

  it('keeps its hands off the owners of the queue', () => {
    expect(pod.securityContext.fsGroup).toBeUndefined();
  });

  it('hands out submission under the full name of its Service, and three ports to the outside', () => {
    expect(endpoints.submission).toEqual({ host: 'postfix.soc-trang-smtp.svc.cluster.local', port: 587 });
    const { spec } = named('Service', 'postfix-clients');
    expect(spec.ports.map((port: { port: number; nodePort: number }) => [port.port, port.nodePort])).toEqual([
      [25, 30025],
      [465, 30465],
      [587, 30587],
    ]);
  });
});
