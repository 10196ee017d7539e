import { describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { dovecot } from '../../../charts/components/dovecot.ts';
import { dovecotConfig } from '../../../charts/components/dovecot-config.ts';
import { attribute, objectClass } from '../../../operator/core/layout.ts';
import { messageSizeLimit } from '../../../operator/core/quota.ts';
import { daNang, socTrang } from '../../support/sites.ts';

const directory = { host: 'openldap.test.svc.cluster.local', port: 636 };
const sites = [socTrang, daNang];

function configuration(site = socTrang): string {
  return dovecotConfig(site, directory)['dovecot.conf'] ?? '';
}

/** The lines of one block, outermost or not, without its braces. */
function block(name: string, text = configuration()): string {
  const start = text.indexOf(`${name} {\n`);
  if (start < 0) throw new Error(`no block ${name}`);
  const indent = /( *)$/.exec(text.slice(0, start))?.[1] ?? '';
  return text.slice(start, text.indexOf(`\n${indent}}\n`, start));
}

function synthesize(site = socTrang) {
  const chart = new Chart(new App(), 'test', { disableResourceNameHashes: true });
  const endpoints = dovecot(chart, { site, image: (part) => `registry.example.vn/${part}:1` }, directory);
  const objects = chart.toJson();
  const named = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name);
  return { endpoints, named };
}

it.each([
  ['1Gi', 618],
  ['4Gi', 2666],
])('lets as many in as %s carry', (memoryLimit, sessions) => {
  const { resources } = socTrang;
  const site = { ...socTrang, resources: { ...resources, dovecot: { ...resources.dovecot, memoryLimit } } };
  expect(block('service imap', configuration(site))).toContain(`process_limit = ${sessions}`);
});

describe('logging in', () => {
  it('is for active people who have changed their first password', () => {
    expect(block('passdb ldap')).toContain(
      'filter = (&(objectClass=hopThuMailbox)(hopThuStatus=Active)(mail=%{user})(!(pwdReset=TRUE)))',
    );
    expect(block('passdb ldap')).toContain('bind = yes');
  });

  it('forgets what it knew of a password within 5 seconds, so that a suspension is felt within 10', () => {
    const seconds = /^auth_cache_ttl = (\d+) secs$/m.exec(configuration())?.[1];
    expect(Number(seconds)).toBeLessThanOrEqual(5);
    expect(configuration()).toMatch(/^auth_cache_negative_ttl = 0$/m);
  });

  it('opens nothing for who is suspended by a password that is still remembered', () => {
    expect(block('userdb ldap')).toContain('\n  use_cache = no\n');
    const delivery = "%{protocol | if('~', '^(lmtp|quota-status|indexer-worker|doveadm)$'";
    const shown = ['Suspended', 'Expired'].map(
      (state) => `(hopThuStatus=${delivery}, '${state}', 'Active')})`,
    );
    expect(block('userdb ldap')).toContain(`(|(hopThuStatus=Active)${shown.join('')})`);
  });

  it('needs TLS', () => {
    expect(configuration()).toContain('\nssl = required\n');
    expect(configuration()).toContain('\nauth_allow_cleartext = no\n');
    expect(configuration()).toContain('\nldap_uris = ldaps://openldap.test.svc.cluster.local:636\n');
  });
});

it.each(['imap', 'pop3', 'managesieve'])('%s serves more than a hundred people at once', (protocol) => {
  expect(block(`service ${protocol}-login`)).toContain('restart_request_count = unlimited\n');
});

describe('mailboxes', () => {
  it('lie under the identifier that never changes and are found by every address', () => {
    expect(block('userdb ldap')).toContain('home = /srv/vmail/%{ldap:uid}\n');
    expect(block('userdb ldap')).toContain(`(${attribute.address}=%{user})`);
  });

  it('receive while suspended and not when closed', () => {
    const filter = /\n {2}filter = (.*)/.exec(block('userdb ldap'))?.[1];
    expect(filter).toContain("'^(lmtp|quota-status|indexer-worker|doveadm)$', 'Suspended'");
    expect(filter).not.toContain('Closed');
  });

  it('have the quota of their entry in bytes', () => {
    expect(block('userdb ldap')).toContain(`quota_storage_size = %{ldap:${attribute.quotaBytes} | default(`);
  });

  it.each(sites)('of $name may go over by one largest message (R30, R31)', (site) => {
    const grace = /^quota_storage_grace = (\d+)B$/m.exec(configuration(site))?.[1];
    expect(Number(grace)).toBe(messageSizeLimit(site.attachment));
  });

  it('of Đà Nẵng need that grace: 12 MiB of attachment are more than 15 MiB of mail', () => {
    expect(messageSizeLimit(daNang.attachment)).toBeGreaterThan(daNang.quota.personal);
  });

  it('forward nothing by themselves (R33)', () => {
    expect(configuration()).toContain('\nsieve_max_redirects = 0\n');
  });

  it('names no attribute that the schema lacks', () => {
    const known: readonly string[] = [...Object.values(attribute), ...Object.values(objectClass)];
    const used = new Set(configuration().match(/\bhopThu\w+/g));
    expect([...used].filter((word) => !known.includes(word))).toEqual([]);
  });
});

describe('what Postfix alone may use', () => {
  it.each([
    ['inet_listener lmtp', 9024],
    ['inet_listener postfix', 9012],
    ['inet_listener policy', 9340],
  ])('%s listens on 127.0.0.1', (name, port) => {
    expect(block(name)).toContain('listen = 127.0.0.1\n');
    expect(block(name)).toContain(`port = ${port}`);
  });

  it('is reached through a tunnel that asks for the certificate of Postfix', () => {
    const lines = dovecotConfig(socTrang, directory)['stunnel.conf']?.split('\n');
    expect(lines).toContain('verifyChain = yes');
    expect(lines).toContain('checkHost = postfix.soc-trang-smtp.svc.cluster.local');
    expect(lines?.filter((line) => line.startsWith('connect = '))).toEqual([
      'connect = postfix.soc-trang-smtp.svc.cluster.local:9589',
      'connect = 127.0.0.1:9024',
      'connect = 127.0.0.1:9012',
      'connect = 127.0.0.1:9340',
    ]);
  });

  it('is not among the ports for people', () => {
    const ports = synthesize().named('Service', 'dovecot-clients').spec.ports;
    expect(ports).toEqual([
      { name: 'imaps', port: 993, targetPort: 9993, nodePort: 30993 },
      { name: 'pop3s', port: 995, targetPort: 9995, nodePort: 30995 },
      { name: 'sieve', port: 4190, targetPort: 9419, nodePort: 30419 },
    ]);
  });
});

describe('guessing', () => {
  const pod = synthesize().named('StatefulSet', 'dovecot').spec.template.spec;
  const throttle = pod.containers.find(({ name }: { name: string }) => name === 'throttle');

  it('is asked about before the password is looked at, of the service in the same pod', () => {
    expect(configuration()).toContain('\nauth_policy_server_url = http://127.0.0.1:9500/\n');
    expect(configuration()).toContain('\nauth_policy_check_after_auth = no\n');
    expect(throttle.env).toContainEqual({ name: 'HOPTHU_POLICY_PORT', value: '9500' });
  });

  it('is slowed as the site file says', () => {
    const { value } = throttle.env.find(({ name }: { name: string }) => name === 'HOPTHU_THROTTLE');
    expect(JSON.parse(value)).toEqual(socTrang.throttle);
  });

  it('keeps nobody out when that service is away', () => {
    expect(throttle.readinessProbe).toBeUndefined();
    expect(configuration()).not.toContain('auth_policy_reject_on_fail');
  });

  it('hears of browsers from the webmail, with a key that Dovecot itself has not', () => {
    expect(configuration()).toContain('\nimap_id_retain = yes\n');
    const holders = pod.containers.filter(({ volumeMounts }: { volumeMounts: { name: string }[] }) =>
      volumeMounts.some(({ name }) => name === 'origin'),
    );
    expect(holders).toEqual([throttle]);
  });
});

describe("the operator's way in", () => {
  it('is TLS and a key, for seeing and ending sessions alone', () => {
    expect(configuration()).toContain('\ndoveadm_api_key = </run/secrets/sessions/key\n');
    expect(configuration()).toContain('\ndoveadm_allowed_commands = who kick "quota get"\n');
    expect(block('service doveadm')).toContain('port = 8443\n');
    expect(block('service doveadm')).toContain('ssl = yes');
  });
});

describe('the store of whole accounts', () => {
  const pod = synthesize().named('StatefulSet', 'dovecot').spec.template.spec;

  it('lets in the operator alone, by its certificate', () => {
    const text = dovecotConfig(socTrang, directory)['store.conf'];
    expect(text).toContain('\nverifyChain = yes\n');
    expect(text).toContain('\ncheckHost = operator.soc-trang-mail.svc.cluster.local\n');
  });

  it('alone reaches the archives, and not the secrets of the others', () => {
    const holders = pod.containers.filter(({ volumeMounts }: { volumeMounts: { name: string }[] }) =>
      volumeMounts.some(({ name }) => name === 'archive'),
    );
    expect(holders.map(({ name }: { name: string }) => name)).toEqual(['store']);
    const mounts = holders[0].volumeMounts.map(({ name }: { name: string }) => name);
    expect(new Set(mounts)).toEqual(new Set(['mail', 'archive', 'config', 'tls']));
  });
});

describe('the pod', () => {
  const { named, endpoints } = synthesize();
  const pod = named('StatefulSet', 'dovecot').spec.template.spec;

  it('hands out IMAPS and ManageSieve under the full name of its Service', () => {
    const host = 'dovecot.soc-trang-mail.svc.cluster.local';
    expect(endpoints).toEqual({
      imaps: { host, port: 993 },
      sieve: { host, port: 4190 },
      hosts: [host],
    });
  });

  it('runs Dovecot and the tunnel without root or capabilities', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 5000, fsGroup: 5000 });
    for (const { securityContext } of [...pod.containers, ...pod.initContainers]) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('gives its bind password as a file', () => {
    expect(configuration()).toContain('\nldap_auth_dn_password = </run/secrets/ldap/password\n');
    expect(pod.containers[0].volumeMounts).toContainEqual({
      name: 'ldap',
      mountPath: '/run/secrets/ldap',
      readOnly: true,
    });
  });

  it('uses a LoadBalancer without node ports where the site says so', () => {
    const site = { ...socTrang, expose: { ...socTrang.expose, type: 'LoadBalancer' as const } };
    const { spec } = synthesize(site).named('Service', 'dovecot-clients');
    expect(spec).toMatchObject({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
    expect(spec.ports[0]).toEqual({ name: 'imaps', port: 993, targetPort: 9993 });
  });
});

describe("organizations' mailboxes (R26)", () => {
  const rights = (id: string) => /\n {2}rights = (\w+)/.exec(block(`acl ${id}`))?.[1] ?? '';

  it('are opened by settings of the delegate alone, and these make no namespace of the own folders', () => {
    expect(block('userdb ldap')).toContain(
      `userdb_import = %{ldap_multi:${attribute.mailSetting} | default('')}\n`,
    );
    expect(block('namespace inbox')).toMatch(/type = private\n.*subscriptions = yes\n/s);
    for (const line of ['type = public', 'subscriptions = no', 'separator = /', 'list = yes'])
      expect(configuration()).toContain(`\nnamespace_${line}\n`);
  });

  it('are changed by nobody who may but read (R27), nor deleted or handed on by a delegate (R28)', () => {
    expect(rights('user=reader')).toBe('lr');
    expect(rights('user=writer')).toMatch(/^lr[wstipek]{7}$/);
    expect(rights('owner')).not.toContain('a');
  });
});
