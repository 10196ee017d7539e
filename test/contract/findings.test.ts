/** kubectl-validate, kube-score and checkov find nothing in the manifests but what test/contract/findings.yaml gives a reason for. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { asYaml, manifestsOf } from '../support/manifests.ts';
import { daNang, socTrang } from '../support/sites.ts';
import { checkov, type Finding, kubectlValidate, kubeScore } from './support/scanners.ts';

type Explained = { readonly check: string; readonly objects?: readonly string[]; readonly reason: string };

const list: readonly Explained[] = parse(readFileSync(new URL('findings.yaml', import.meta.url), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'hopthu-findings-'));
const found: Finding[] = [];

beforeAll(async () => {
  for (const site of [socTrang, daNang]) {
    const file = join(folder, `${site.name}.yaml`);
    writeFileSync(file, asYaml(manifestsOf(site)));
    found.push(...(await kubectlValidate(file)), ...(await kubeScore(file)), ...(await checkov(file)));
  }
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true }));

const explains = ({ check, objects }: Explained, finding: Finding) =>
  check === finding.check && (objects === undefined || objects.includes(finding.object));

it('finds nothing without a reason', () => {
  const open = found.filter((finding) => !list.some((entry) => explains(entry, finding)));
  expect([...new Set(open.map(({ check, object }) => `${check} ${object}`))].sort()).toEqual([]);
});

it('has no reason for what is not found', () => {
  const stale = list.filter((entry) => !found.some((finding) => explains(entry, finding)));
  expect(stale).toEqual([]);
});

it('would find what an API server refuses', async () => {
  const sample = join(import.meta.dirname, '../../crds/samples/illegal-alias-twice.yaml');
  expect(await kubectlValidate(sample)).toEqual([{ check: 'kubectl-validate', object: 'Mailbox/illegal' }]);
});

it('has a reason for each', () => {
  for (const { reason } of list) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
});
