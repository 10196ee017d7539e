import { describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { filter, filterConfig } from '../../../charts/components/filter.ts';
import { postfixConfig } from '../../../charts/components/postfix.ts';
import { messageSizeLimit } from '../../../operator/core/quota.ts';
import type { Site } from '../../../operator/core/site.ts';
import { daNang, socTrang } from '../../support/sites.ts';

const sites = [socTrang, daNang];

function file(name: string, site = socTrang): string {
  const text = filterConfig(site)[name];
  if (text === undefined) throw new Error(`no ${name}`);
  return text;
}

/** The number that a setting has in a file. */
function number(name: string, text: string): number {
  return Number(new RegExp(`${name} ?=? (\\d+)`).exec(text)?.[1]);
}

function synthesize(site: Site = socTrang) {
  const chart = new Chart(new App(), 'test', { disableResourceNameHashes: true });
  filter(chart, { site, image: (part) => `registry.example.vn/${part}:1` });
  const objects = chart.toJson();
  const pod = objects.find(({ kind }) => kind === 'StatefulSet').spec.template.spec;
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  const container = (name: string) => containers.find((one) => one.name === name);
  return { objects, pod, containers, container };
}

const mirrored: Site = {
  ...socTrang,
  filter: {
    ...socTrang.filter,
    signatures: { ...socTrang.filter.signatures, mirror: 'https://clamav.example.vn' },
  },
};

describe('what was not looked at', () => {
  it('does not pass: without the filter, and where it takes too long (R34)', () => {
    const directory = { host: 'openldap', port: 636 };
    const main = postfixConfig(socTrang, { directory, readers: directory })['main.cf'] ?? '';
    expect(main).toContain('\nmilter_default_action = tempfail\n');
    expect(main).toContain('\nsmtpd_milters = inet:127.0.0.1:11332\n');
    expect(file('options.inc')).toContain('\nsoft_reject_on_timeout = true;\n');
    const [scan, task] = [
      number('timeout', file('antivirus.lua')),
      number('task_timeout', file('options.inc')),
    ];
    const [milter, postfix] = [
      number('timeout', file('worker-proxy.inc')),
      number('milter_content_timeout', main),
    ];
    expect([scan, task, milter, postfix].every((value) => value > 0)).toBe(true);
    expect([scan, task, milter, postfix]).toEqual([scan, task, milter, postfix].sort((a, b) => a - b));
  });

  it.each(sites)('at $name is no message that Postfix takes: clamd takes it whole', (site) => {
    expect(number('StreamMaxLength', file('clamd.conf', site))).toBe(messageSizeLimit(site.attachment));
    expect(file('clamd.conf', site)).toContain('\nAlertExceedsMax yes\n');
  });
});

describe('spam', () => {
  it('goes to Junk and is refused at the scores of the site file, and never waits', () => {
    const site = { ...socTrang, filter: { ...socTrang.filter, spam: { junk: 7.5, refuse: 20 } } };
    expect(file('actions.conf', site)).toMatch(/reject = 20;\nadd_header = 7.5;\ngreylist = null;/);
    expect(file('greylist.conf')).toBe('enabled = false;\n');
  });
});

describe('the pod', () => {
  it('opens nothing but the tunnel, one entry for Postfix and one for Dovecot', () => {
    const { containers, objects } = synthesize();
    const ports = containers.flatMap((one) =>
      (one.ports ?? []).map(({ containerPort }: { containerPort: number }) => [one.name, containerPort]),
    );
    expect(ports.filter(([name]: string[]) => name !== 'metrics')).toEqual([
      ['tunnel', 11432],
      ['tunnel', 11434],
    ]);
    expect(objects.filter(({ kind }) => kind === 'Service').map(({ spec }) => spec.type)).toEqual([
      'ClusterIP',
    ]);
    const sections = file('stunnel.conf').split(/^\[(\w+)\]$/m);
    const end = (name: string) => /^checkHost = (.*)$/m.exec(sections[sections.indexOf(name) + 1] ?? '')?.[1];
    expect(sections[0]).toContain('verifyChain = yes');
    expect(end('milter')).toBe('postfix.soc-trang-smtp.svc.cluster.local');
    expect(end('learn')).toBe('dovecot.soc-trang-mail.svc.cluster.local');
    const bound = ['worker-proxy.inc', 'worker-controller.inc', 'clamd.conf', 'valkey.conf'].map((name) =>
      /^(?:bind_socket = "|TCPAddr |bind )(127\.0\.0\.1)/m.exec(file(name)),
    );
    expect(bound.map((match) => match?.[1])).toEqual(Array(4).fill('127.0.0.1'));
  });

  it('is ready when messages are judged, and is asked also before, so that rspamd says why mail waits', () => {
    const { container, objects } = synthesize();
    expect(container('rspamd').readinessProbe.exec.command[2]).toContain('/dev/tcp/127.0.0.1/11334');
    expect(container('clamav').readinessProbe.exec.command[2]).toContain('/dev/tcp/127.0.0.1/3310');
    expect(objects.find(({ kind }) => kind === 'Service').spec.publishNotReadyAddresses).toBe(true);
    expect(container('clamav').livenessProbe.exec.command[2]).toContain('/dev/tcp/127.0.0.1/3310');
  });

  it('ends what rspamd asks after rspamd itself', () => {
    const { pod, container } = synthesize();
    for (const name of ['valkey', 'clamav', 'tunnel']) expect(container(name).restartPolicy).toBe('Always');
    expect(pod.containers[0].name).toBe('rspamd');
  });

  it('keeps half of the memory of Valkey for the process that writes its log anew', () => {
    const { container } = synthesize();
    expect(container('valkey').resources.limits.memory).toBe('128Mi');
    expect(file('valkey.conf')).toContain(`\nmaxmemory ${64 * 2 ** 20}\n`);
  });
});

describe('signatures', () => {
  it('come from the mirror of the site alone, before the first message', () => {
    expect(file('freshclam.conf', mirrored)).toContain('\nPrivateMirror https://clamav.example.vn\n');
    expect(file('freshclam.conf', mirrored)).toContain('\nChecks 12\n');
    const { containers, container } = synthesize(mirrored);
    expect(containers[0]?.name).toBe('first-signatures');
    expect(container('first-signatures').restartPolicy).toBeUndefined();
    expect(container('signatures').command[0]).toBe('/usr/bin/freshclam');
  });

  it('are the test file alone where no mirror is named', () => {
    expect(filterConfig(socTrang)).not.toHaveProperty(['freshclam.conf']);
    const { containers, container } = synthesize();
    expect(containers.map(({ name }) => name)).not.toContain('first-signatures');
    expect(container('signatures')).toBeUndefined();
    expect(file('eicar.ndb').split('\n').filter(Boolean)).toHaveLength(1);
  });
});
