/** Every alert is raised by what it is for, and by nothing quieter: promtool runs the rules over series of an hour. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { alerts, numbered } from '../../charts/alerts.ts';
import { ruleFile } from '../../charts/components/monitoring.ts';
import { cases, type Series } from './support/alert-cases.ts';

const runbooks = 'https://git.example.vn/hopthu/docs/alerts.md';
const folder = mkdtempSync(join(tmpdir(), 'hopthu-alerts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @param minute at which one looks */
function test(series: Series, alertname: string, expected: readonly object[], minute = 29): object {
  return {
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: `${minute}m`, alertname, exp_alerts: expected }],
  };
}

it('has a case for every alert', () => {
  expect(Object.keys(cases)).toEqual(alerts.map(({ name }) => name));
});

it.each(alerts)(
  '$name is raised by what it is for, and not otherwise',
  async ({ name, severity, summary, runbook }) => {
    const {
      loud,
      quiet,
      labels = { site: 'st' },
      minute,
      told = summary,
    } = cases[name] ?? { loud: {}, quiet: {} };
    const raised = {
      exp_labels: { ...labels, severity },
      exp_annotations: {
        summary: told,
        description: numbered(runbook),
        runbook_url: `${runbooks}#${name.toLowerCase()}`,
      },
    };
    const rules = join(folder, 'rules.yaml');
    writeFileSync(rules, stringify(ruleFile({ runbooks })));
    const file = join(folder, `${name}.yaml`);
    const tests = [test(loud, name, [raised], minute), test(quiet, name, [], minute)];
    writeFileSync(file, stringify({ rule_files: [rules], evaluation_interval: '1m', tests }));
    const { all, exitCode } = await execa('promtool', ['test', 'rules', file], { all: true, reject: false });
    expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
  },
);
