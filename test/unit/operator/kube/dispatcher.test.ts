import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { reuseDispatcher } from '../../../../operator/kube/dispatcher.ts';

const folder = mkdtempSync(join(tmpdir(), 'hopthu-dispatcher-'));
const ca = join(folder, 'ca.crt');
const token = join(folder, 'token');
afterAll(() => rmSync(folder, { recursive: true }));

function inCluster(): KubeConfig {
  writeFileSync(ca, 'first CA');
  writeFileSync(token, 'first-token');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'inCluster', server: 'https://10.0.0.1', caFile: ca, skipTLSVerify: false },
    { name: 'pod', authProvider: { name: 'tokenFile', config: { tokenFile: token } } },
  );
  return config;
}

async function request(config: KubeConfig): Promise<RequestContext> {
  const context = new RequestContext('https://10.0.0.1/', HttpMethod.GET);
  await config.applySecurityAuthentication(context);
  return context;
}

describe('reused connections', () => {
  it('are what client-node lacks: remove the memo when this fails', async () => {
    const config = inCluster();
    expect((await request(config)).getDispatcher()).not.toBe((await request(config)).getDispatcher());
  });

  it('serve every request with the same credentials', async () => {
    const config = inCluster();
    reuseDispatcher(config);
    const first = (await request(config)).getDispatcher();
    expect(first).toBeDefined();
    expect((await request(config)).getDispatcher()).toBe(first);
  });

  it('are made anew when the CA was rotated, and then kept', async () => {
    const config = inCluster();
    reuseDispatcher(config);
    const first = (await request(config)).getDispatcher();
    writeFileSync(ca, 'second CA');
    const second = (await request(config)).getDispatcher();
    expect(second).not.toBe(first);
    expect((await request(config)).getDispatcher()).toBe(second);
  });

  it('carry the token in each request', async () => {
    const config = inCluster();
    reuseDispatcher(config);
    expect((await request(config)).getHeaders().Authorization).toBe('Bearer first-token');
  });
});
