import { describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { webmail } from '../../../charts/components/webmail.ts';
import { messageSizeLimit, parseBytes } from '../../../operator/core/quota.ts';
import type { Site } from '../../../operator/core/site.ts';
import { Invalid } from '../../../operator/errors.ts';
import { daNang, socTrang } from '../../support/sites.ts';

type Requests = { resources: { requests: { cpu: string; memory: string } } };

const endpoints = {
  database: { host: 'database.test', port: 5432 },
  imap: { host: 'imap.test', port: 993 },
  smtp: { host: 'smtp.test', port: 587 },
  sieve: { host: 'sieve.test', port: 4190 },
  directory: { host: 'directory.test', port: 636 },
  readers: { host: 'directory.test', port: 1638 },
  portal: { host: 'portal.test', port: 8445 },
};

function synthesize(site: Site = socTrang, given = endpoints) {
  const chart = new Chart(new App(), 'test', { disableResourceNameHashes: true });
  webmail(chart, { site, image: (part) => `registry.example.vn/${part}:1` }, given);
  const objects = chart.toJson();
  const named = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name);
  const pod = named('Deployment', 'webmail').spec.template.spec;
  return {
    named,
    php: pod.initContainers.find(({ name }: { name: string }) => name === 'php'),
    file: (name: string): string => named('ConfigMap', 'webmail-config').data[name],
    pod,
  };
}

function withResources(cpu: string, memory: string, memoryLimit: string): Site {
  return { ...socTrang, resources: { ...socTrang.resources, webmail: { cpu, memory, memoryLimit } } };
}

describe('webmail', () => {
  it('talks TLS with every part it is given', () => {
    const config = synthesize().file('config.inc.php');
    expect(config).toContain("['imap_host'] = 'ssl://imap.test:993'");
    expect(config).toContain("['smtp_host'] = 'tls://smtp.test:587'");
    expect(config).toContain("['managesieve_host'] = 'tls://sieve.test:4190'");
    expect(config).toContain("['password_ldap_host'] = 'ldaps://directory.test:636'");
    expect(config).toContain("'hosts' => ['ldaps://directory.test:1638']");
    expect(config).toContain("'verify_peer' => true, 'verify_peer_name' => true");
    const env = synthesize().php.env;
    expect(env).toContainEqual({ name: 'PGSSLMODE', value: 'verify-full' });
  });

  it('speaks TLS from the start to a submission port that asks for it', () => {
    const smtp = { host: 'smtp.test', port: 465 };
    const config = synthesize(socTrang, { ...endpoints, smtp }).file('config.inc.php');
    expect(config).toContain("['smtp_host'] = 'ssl://smtp.test:465'");
  });

  it('completes "ntbinh" with the domain and binds to the directory as itself', () => {
    const config = synthesize(daNang).file('config.inc.php');
    expect(config).toContain("['username_domain'] = 'danang.gov.vn'");
    expect(config).toContain("'cn=webmail,ou=services,dc=danang,dc=gov,dc=vn'");
    expect(config).toContain("'filter' => '(&(objectClass=hopThuMailbox)(hopThuStatus=Active))'");
  });

  it('names the site in Vietnamese, whatever its title holds', () => {
    expect(synthesize().file('config.inc.php')).toContain("['product_name'] = 'Hộp Thư – Tỉnh Sóc Trăng';");
    const odd = synthesize({ ...socTrang, title: "Đắk'Lắk \\ $x" }).file('config.inc.php');
    expect(odd).toContain("['product_name'] = 'Hộp Thư – Đắk\\'Lắk \\\\ $x';");
  });

  it.each([
    ['soc-trang', socTrang, 15 * 2 ** 20],
    ['da-nang', daNang, 12 * 2 ** 20],
  ])('R31: limits an attachment at %s', (_, site, bytes) => {
    const { file } = synthesize(site);
    expect(file('php-fpm.conf')).toContain(`[upload_max_filesize] = ${bytes}\n`);
    expect(file('nginx.conf')).toContain(`client_max_body_size ${messageSizeLimit(bytes)};`);
    expect(file('config.inc.php')).toContain(`['max_message_size'] = ${messageSizeLimit(bytes)};`);
  });

  it("believes X-Forwarded-For of the site's proxies alone", () => {
    expect(synthesize().file('nginx.conf')).not.toContain('set_real_ip_from');
    const site = { ...socTrang, expose: { ...socTrang.expose, proxies: ['10.1.0.0/16', '2001:db8::/32'] } };
    expect(synthesize(site).file('nginx.conf')).toContain(
      'set_real_ip_from 10.1.0.0/16; set_real_ip_from 2001:db8::/32;',
    );
  });

  it('R28, R33: the sender is fixed and no filter forwards', () => {
    const config = synthesize().file('config.inc.php');
    expect(config).toContain("['identities_level'] = 4");
    expect(config).toContain("['managesieve_disabled_actions'] = ['redirect',");
    expect(config).toContain("['managesieve_raw_editor'] = false");
  });

  it('is reached from outside at the port of the site file', () => {
    const port = synthesize(daNang).named('Service', 'webmail-clients').spec.ports[0];
    expect(port).toMatchObject({ port: 443, targetPort: 8443, nodePort: daNang.expose.ports.webmail });
    const balanced = synthesize({ ...daNang, expose: { ...daNang.expose, type: 'LoadBalancer' } });
    const service = balanced.named('Service', 'webmail-clients').spec;
    expect(service.type).toBe('LoadBalancer');
    expect(service.ports[0].nodePort).toBeUndefined();
  });

  it('asks for exactly what the site file grants, the initContainer included', () => {
    const { pod, php } = synthesize(withResources('100m', '1Gi', '2Gi'));
    const containers: readonly Requests[] = [...pod.containers, php];
    const [database] = pod.initContainers;
    const cpu = ({ resources }: Requests) => Number.parseInt(resources.requests.cpu, 10);
    const memory = ({ resources }: Requests) => parseBytes(resources.requests.memory);
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(containers.map(cpu))).toBe(100);
    expect(sum(containers.map(memory))).toBe(2 ** 30);
    expect(cpu(database)).toBeLessThanOrEqual(100);
    expect(memory(database)).toBeLessThanOrEqual(2 ** 30);
  });

  it('refuses a site file that leaves PHP nothing', () => {
    expect(() => synthesize(withResources('10m', '128Mi', '256Mi'))).toThrow(Invalid);
  });

  it('runs in as many pods as the site file says, which share what is open', () => {
    const deployment = (site: Site) => synthesize(site).named('Deployment', 'webmail').spec;
    expect(deployment(socTrang).replicas).toBe(socTrang.webmail.replicas);
    expect(deployment({ ...socTrang, webmail: { replicas: 3 } }).replicas).toBe(3);
    expect(synthesize().file('config.inc.php')).toContain("'database_attachments'");
  });

  it('R25: a password is changed by the person’s own login, and is as long as the site file says', () => {
    const site = { ...socTrang, passwords: { ...socTrang.passwords, minLength: 12 } };
    const config = synthesize(site).file('config.inc.php');
    expect(config).toContain("['password_driver'] = 'ldap_exop'");
    expect(config).not.toContain('password_ldap_method');
    expect(config).toContain("['password_minimum_length'] = 12;");
  });

  it('serves no page in clear', () => {
    expect(synthesize().file('nginx.conf')).toMatch(
      /listen 8081;[^}]*return 301 https:\/\/mail\.soctrang\.gov\.vn\$request_uri;\s*}/,
    );
  });

  it('runs as uid 10003 on a read-only root, and gives PHP no private key', () => {
    const { pod, php } = synthesize();
    const { securityContext, containers, initContainers } = pod;
    expect(securityContext).toMatchObject({ runAsUser: 10003, runAsNonRoot: true });
    for (const container of [...containers, ...initContainers]) {
      expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
    }
    const mounts = php.volumeMounts.map(({ name }: { name: string }) => name);
    expect(mounts).not.toContain('tls');
  });

  it('loads its Vietnamese before every other plugin, each label once', () => {
    const { named, file } = synthesize();
    expect(file('config.inc.php')).toMatch(/\['plugins'\] = \[\s+(\/\/.*\s+)?'hopthu',/);
    const { data } = named('ConfigMap', 'webmail-plugin');
    for (const name of ['corrections.inc', 'labels.inc', 'messages.inc', 'plugins.inc']) {
      const keys = [...data[name].matchAll(/^\$(?:labels|messages)\['(.+?)'\] = /gm)].map(
        (match) => match[1],
      );
      expect(keys.length).toBeGreaterThan(50);
      expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    }
  });
});
