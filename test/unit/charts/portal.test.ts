import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { portalPages } from '../../../charts/portal-pages.ts';
import { manifestsOf } from '../../support/manifests.ts';
import { socTrang } from '../../support/sites.ts';

describe('the portal', () => {
  const manifests = manifestsOf(socTrang);
  const named = (kind: string, name: string) =>
    manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name) as unknown as {
      readonly data: Readonly<Record<string, string>>;
      readonly spec: { readonly replicas: number };
    };

  it('is reached by the webmail’s web server alone, which shows its certificate and asks for the portal’s', () => {
    const nginx = named('ConfigMap', 'webmail-config').data['nginx.conf'];
    expect(nginx).toContain('set $portal portal.soc-trang-mail.svc.cluster.local;');
    expect(nginx).toContain('location ~ ^(?:/tai-khoan|/danh-ba|/huong-dan)(?:/|$) {');
    expect(nginx).toContain('proxy_ssl_verify on;');
    expect(nginx).toContain('proxy_set_header X-Client-Address $remote_addr;');
    expect(named('Service', 'portal-clients')).toBeUndefined();
  });

  it('runs in as many pods as the site file says', () => {
    expect(named('Deployment', 'portal').spec.replicas).toBe(socTrang.portal.replicas);
    expect(named('PodDisruptionBudget', 'portal')).toBeDefined();
  });
});

describe('its pages', () => {
  let folder: string;
  const own = { portal: { ...socTrang.portal, templates: 'an-giang' } };
  const pages = () => portalPages(own, pathToFileURL(`${folder}/`));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hopthu-portal-'));
    await mkdir(join(folder, 'an-giang'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("are a site's own where it has them", async () => {
    await writeFile(join(folder, 'an-giang/done.html'), '<p>{{message}}</p>');
    expect(pages()).toEqual({ ...portalPages(socTrang), 'done.html': '<p>{{message}}</p>' });
  });

  it.each([
    ['done.html', '{{address}}', 'done.html: there is no value for {{address}}'],
    ['texts.yaml', 'wrong: Sai', 'texts.yaml: changed: '],
  ])('%s is refused with %j', async (name, text, fault) => {
    await writeFile(join(folder, 'an-giang', name), text);
    expect(pages).toThrow(fault);
  });
});
