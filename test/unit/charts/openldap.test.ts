import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { openldap } from '../../../charts/components/openldap.ts';
import { directoryConfig } from '../../../charts/directory-config.ts';
import { attribute, bindAccounts, objectClass, sentinel } from '../../../operator/core/layout.ts';
import { parseBytes } from '../../../operator/core/quota.ts';
import { daNang, socTrang } from '../../support/sites.ts';

const sites = [socTrang, daNang];

function file(name: string, site = socTrang): string {
  const text = directoryConfig(site)[name];
  if (text === undefined) throw new Error(`no ${name}`);
  return text;
}

function synthesize(site = socTrang) {
  const chart = new Chart(new App(), 'test', { disableResourceNameHashes: true });
  const endpoints = openldap(chart, { site, image: (part) => `registry.example.vn/${part}:1` });
  const objects = chart.toJson();
  const all = (kind: string): typeof objects => objects.filter((object) => object.kind === kind);
  return { endpoints, all, of: (kind: string) => all(kind)[0] };
}

describe('the schema', () => {
  const schema = file('hopthu.schema');
  const declared = (word: string) =>
    [...schema.matchAll(new RegExp(`^${word} \\( (\\S+) NAME '(\\w+)'`, 'gm'))].map(([, oid, name]) => ({
      oid,
      name,
    }));

  it('declares exactly the names of layout.ts', () => {
    expect(declared('attributetype').map(({ name }) => name)).toEqual(
      expect.arrayContaining(Object.values(attribute)),
    );
    expect(declared('attributetype')).toHaveLength(Object.values(attribute).length);
    expect(declared('objectclass').map(({ name }) => name)).toEqual(Object.values(objectClass));
  });

  it('gives every name a number of its own under the arc of one UUID', () => {
    const numbers = [...declared('attributetype'), ...declared('objectclass')].map(({ oid }) => oid);
    expect(new Set(numbers).size).toBe(numbers.length);
    const uuid = BigInt('0x9bbb421c4f0f4bb1801672386f421595');
    expect(schema).toContain(`objectIdentifier HopThu 2.25.${uuid}\n`);
  });
});

it.each(['slapd.conf', 'acl.conf'])('%s names no attribute that the schema lacks', (name) => {
  const used = new Set(file(name).match(/\bhopThu\w+/g));
  const known: readonly string[] = [...Object.values(attribute), ...Object.values(objectClass)];
  expect([...used].filter((word) => !known.includes(word))).toEqual([]);
});

describe('slapd.conf', () => {
  it('has a rootdn without a password', () => {
    expect(file('slapd.conf')).toMatch(/^rootdn cn=directory,dc=soctrang,dc=gov,dc=vn$/m);
    expect(file('slapd.conf')).not.toMatch(/^rootpw/m);
  });

  it('keeps every address unique even when two are added at the same moment', () => {
    expect(file('slapd.conf')).toContain(
      'unique_uri "serialize ldap:///dc=soctrang,dc=gov,dc=vn?hopThuAddress?sub"',
    );
  });

  it('takes addresses of the own domain alone', () => {
    const pattern = /constraint_attribute hopThuAddress,mail regex (\S+)/.exec(
      file('slapd.conf', daNang),
    )?.[1];
    const address = new RegExp(pattern ?? '(?!)');
    expect(address.test('dungnv@danang.gov.vn')).toBe(true);
    expect(address.test('dungnv@danangxgov.vn')).toBe(false);
    expect(address.test('dungnv@gmail.com')).toBe(false);
    expect(address.test('Dungnv@danang.gov.vn')).toBe(false);
  });

  it.each(sites)('leaves room on the volume of $name beside its databases', (site) => {
    const groups = directoryConfig(site)['groups.conf'];
    const databases = `${file('slapd.conf', site)}${groups ?? ''}`;
    const sizes = [...databases.matchAll(/^maxsize (\d+)$/gm)].map(([, size]) => Number(size));
    expect(sizes).toHaveLength(groups === undefined ? 3 : 4);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(0.9 * parseBytes(site.storage.directory));
  });

  it('hashes what people choose as Argon2id and binds nobody anonymously', () => {
    for (const line of [
      'password-hash {ARGON2}',
      'ppolicy_hash_cleartext',
      'disallow bind_anon',
      'require authc',
    ]) {
      expect(file('slapd.conf').split('\n')).toContain(line);
    }
  });
});

describe('the password policy (R25)', () => {
  const value = (site: typeof socTrang, name: string) =>
    new RegExp(`^${name}: (.*)$`, 'm').exec(file('policies.ldif', site))?.[1];

  it('refuses passwords 31 days after the operator asked Sóc Trăng for a new one, in Đà Nẵng never', () => {
    expect(value(socTrang, 'pwdMaxAge')).toBe(String(62 * 24 * 3600));
    expect(value(daNang, 'pwdMaxAge')).toBe('0');
  });

  it.each(sites)('is what the site file of $name says', (site) => {
    expect(value(site, 'pwdMinLength')).toBe(String(site.passwords.minLength));
    expect(value(site, 'pwdInHistory')).toBe(String(site.passwords.history));
    expect(value(site, 'pwdMustChange')).toBe('TRUE');
  });

  it('locks nobody because of failures, which strangers can make, and whom the operator says', () => {
    expect(value(socTrang, 'pwdMaxFailure')).toBe('0');
    expect(value(socTrang, 'pwdLockout')).toBe('TRUE');
  });

  it('asks for upper case, lower case, a digit and a special character', () => {
    const encoded = /^pwdCheckModuleArg:: (.+)$/m.exec(file('policies.ldif'))?.[1] ?? '';
    const lines = Buffer.from(encoded, 'base64').toString('utf8').trim().split('\n');
    const classes = lines.filter((line) => line.startsWith('class-')).map((line) => line.split(' '));
    expect(classes.map(([name]) => name)).toEqual([
      'class-upperCase',
      'class-lowerCase',
      'class-digit',
      'class-special',
    ]);
    for (const [, , minimum, point] of classes) expect([minimum, point]).toEqual(['1', '1']);
    expect(lines).toContain(`minQuality ${classes.length}`);
  });
});

describe('the first content', () => {
  it('ends with the sentinel', () => {
    const names = [...file('tree.ldif').matchAll(/^dn: (.*)$/gm)].map(([, dn]) => dn);
    expect(names.at(-1)).toBe(`${sentinel},dc=soctrang,dc=gov,dc=vn`);
  });

  it('has a bind account for every part, none with a password', () => {
    for (const account of bindAccounts(socTrang))
      expect(file('tree.ldif')).toContain(`dn: cn=${account},ou=services,`);
    expect(file('tree.ldif').match(/^userPassword: .*$/gm)).toEqual(
      bindAccounts(socTrang).map(() => 'userPassword: {SSHA512}none'),
    );
  });

  it('never writes into a directory that is there', () => {
    const start = file('start');
    expect(start).toContain('if [ ! -e "$data" ]; then');
    expect(start).not.toMatch(/rm -rf "?\$data/);
    expect(start.indexOf('slapadd')).toBeLessThan(start.indexOf('mv "$filling" "$data"'));
  });
});

describe('the pod', () => {
  it('hands out LDAPS under the full name of its Service', () => {
    const host = 'openldap.soc-trang-mail.svc.cluster.local';
    expect(synthesize().endpoints.directory).toEqual({ host, port: 636 });
    expect(synthesize().of('Service').spec).toMatchObject({
      type: 'ClusterIP',
      ports: [{ port: 636 }, { port: 1638 }],
    });
  });

  it('gets certificate and passwords as files of Secrets, read by its group alone', () => {
    const { volumes } = synthesize().of('StatefulSet').spec.template.spec;
    const secrets = volumes.filter((volume: { secret?: object }) => volume.secret !== undefined);
    expect(secrets.map(({ secret }: { secret: object }) => secret)).toEqual([
      { secretName: 'openldap-tls', defaultMode: 0o440 },
      { secretName: 'openldap-accounts', defaultMode: 0o440 },
    ]);
  });

  it('restarts when its configuration changes, and only then', () => {
    const digest = (site: typeof socTrang) =>
      synthesize(site).of('StatefulSet').spec.template.metadata.annotations['hopthu.io/config'];
    const stricter = { ...socTrang, passwords: { ...socTrang.passwords, minLength: 12 } };
    expect(digest(stricter)).not.toBe(digest(socTrang));
    expect(digest(socTrang)).toBe(digest(socTrang));
  });
});

describe('two providers', () => {
  const chart = (replicas: number) =>
    synthesize({ ...socTrang, directory: { ...socTrang.directory, replicas } });
  const files = (replicas: number) =>
    directoryConfig({ ...socTrang, directory: { ...socTrang.directory, replicas } });

  it('have a number each, and each pulls from the other by its certificate', () => {
    const [first = '', second = ''] = [0, 1].map((number) => files(2)[`provider-${number}.conf`]);
    expect(first).toMatch(/^serverID 1$/m);
    expect(first).toContain('provider=ldaps://openldap-1.soc-trang-mail.svc.cluster.local:1637');
    expect(second).toMatch(/^serverID 2$/m);
    expect(second).toContain('provider=ldaps://openldap-0.soc-trang-mail.svc.cluster.local:1637');
    for (const text of [first, second]) expect(text).toMatch(/saslmech=external.*\n.*tls_reqcert=demand/);
  });

  it('are led to by fronts of which each prefers the first, and both cut who stays with the second', () => {
    const servers = [0, 1].map(
      (number) => files(2)[`front-${number}.cfg`]?.match(/^ {2}server openldap.*$/gm) ?? [],
    );
    for (const [first = '', second = '', ...others] of servers) {
      expect(first).toMatch(/on-marked-up shutdown-backup-sessions$/);
      expect(second).toMatch(
        / backup on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions$/,
      );
      expect(others).toHaveLength(4);
    }
    expect(servers[0]?.[0]).toContain('openldap-0 127.0.0.1:1637 track self/slapd');
    expect(servers[1]?.[0]).toContain(
      'openldap-0 openldap-0.soc-trang-mail.svc.cluster.local:1637 track other/front',
    );
  });

  it('are one where the site says so: no front, no number two, the same port for clients', () => {
    expect(Object.keys(files(1)).filter((name) => /front|-1/.test(name))).toEqual([]);
    const ports = (replicas: number) => chart(replicas).of('StatefulSet').spec.template.spec.containers;
    expect(ports(1).map(({ ports: list }: { ports: object }) => list)).toEqual([
      [{ name: 'ldaps', containerPort: 1636 }],
      [{ name: 'exporter', containerPort: 9100 }],
    ]);
    const [front] = chart(2).of('StatefulSet').spec.template.spec.initContainers;
    expect(front.ports).toContainEqual({ name: 'ldaps', containerPort: 1636 });
  });

  it('answer searches together at a port of their own, where there are two', () => {
    expect(chart(2).endpoints.readers).toMatchObject({ port: 1638 });
    expect(chart(2).of('Service').spec.ports).toContainEqual({
      name: 'ldapsread',
      port: 1638,
      targetPort: 1638,
    });
    const { readers, directory } = chart(1).endpoints;
    expect(readers).toBe(directory);
  });

  it('find each other before they are ready', () => {
    const services = chart(2)
      .all('Service')
      .filter(({ metadata }) => /-\d$/.test(metadata.name));
    expect(services.map(({ metadata }) => metadata.name)).toEqual(['openldap-0', 'openldap-1']);
    for (const { spec } of services) expect(spec.publishNotReadyAddresses).toBe(true);
  });
});

it('files are native: nothing but their placeholders is generated', () => {
  const template = readFileSync(new URL('../../../charts/config/openldap/acl.conf', import.meta.url), 'utf8');
  const exporter = 'gidNumber=0+uidNumber=10006,cn=peercred,cn=external,cn=auth';
  const filled = template
    .replaceAll('{{suffix}}', 'dc=soctrang,dc=gov,dc=vn')
    .replaceAll('{{exporter}}', exporter);
  expect(filled).toBe(file('acl.conf'));
});
