/** What administrators meet is explained: every reason and every metric of the code, and none that is not in it. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { alerts } from '../../../charts/alerts.ts';

const root = join(import.meta.dirname, '../../..');
const pages = ['conditions', 'metrics']
  .map((name) => readFileSync(join(root, `docs/${name}.md`), 'utf8'))
  .join('\n');
const textsOf = (pattern: string) =>
  globSync(pattern, { cwd: root }).map((path) => readFileSync(join(root, path), 'utf8'));
const code = textsOf('{operator,portal}/**/*.ts');
/** What the scripts beside daemons print. */
const scripts = textsOf('charts/config/{openldap,postfix}/{metrics,count-log}');

/** The first cell of every row of the tables below a heading. */
function explained(heading: string): readonly string[] {
  const section = pages.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name).sort();
}

function found(...patterns: readonly RegExp[]): readonly string[] {
  return foundIn(code, ...patterns);
}

function foundIn(texts: readonly string[], ...patterns: readonly RegExp[]): readonly string[] {
  const names = texts.flatMap((text) =>
    patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = '']) => name)),
  );
  return [...new Set(names)].sort();
}

describe('conditions and metrics', () => {
  it('says of every reason what to do', () => {
    const reasons = found(
      /\b(?:stalled|waiting|attempt|new Blocked|new Awaited)\(\s*'([A-Z]\w+)'/g,
      /\breason: '([A-Z]\w+)'/g,
      // What became of an account is the reason of a Ready that is True, and that of the Event of a change.
      /^ {2}(?:create|update|rename|suspend|expire|reclaim|resume|close|remove|reject|adopt|rebind): '([A-Z]\w+)'/gm,
      /^export type MailboxState = 'Pending' \| '(\w+)'/gm,
    );
    expect(reasons.length).toBeGreaterThan(15);
    // apply.ts makes this one of the part's name.
    expect(explained('Reasons')).toEqual([...reasons, 'KubernetesUnavailable'].sort());
  });

  it('names every metric', () => {
    const metrics = [
      ...found(/'((?:hopthu|controller_runtime|leader_election)_\w+)'/g),
      ...foundIn(textsOf('clerk/**/*.ts'), /'(hopthu_\w+)'/g),
      ...foundIn(scripts, /"((?:hopthu|slapd)_\w+)/g),
    ].sort();
    expect(metrics.length).toBeGreaterThan(8);
    expect(explained('Metrics')).toEqual(metrics);
  });

  it('raises alerts on metrics that there are', () => {
    const used = alerts.flatMap(({ expr }) =>
      [...expr.matchAll(/\b(?:hopthu|controller_runtime|leader_election)_\w+/g)].map(([name]) => name),
    );
    expect(used.length).toBeGreaterThan(8);
    expect(used.filter((name) => !explained('Metrics').includes(name))).toEqual([]);
  });
});
