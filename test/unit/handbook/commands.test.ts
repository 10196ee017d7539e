/** Every command that the handbooks and docs tell people to type exists, with these options. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ports } from '../../../charts/endpoints.ts';
import { examples } from '../../../cli/help.ts';
import { root, run } from '../cli/run.ts';

// The command is a process of its own, on machines that may be busy.
jest.setTimeout(30_000);

type Known = { readonly next: readonly string[]; readonly options: readonly string[] };
let known: Readonly<Record<string, Known>>;

/** What the completion offers is what commander knows. */
beforeAll(async () => {
  const { stdout } = await run(['completion', 'bash']);
  const words = (text: string | undefined) => (text ?? '').split(' ').filter((word) => word !== '');
  known = Object.fromEntries(
    [...stdout.matchAll(/^ {4}([a-z-]+)\)\n([\s\S]*?)^ {6}esac ;;/gm)].map(([, command = '', text = '']) => [
      command,
      {
        next: words(/-eq 2 \]; then COMPREPLY=\(\$\(compgen -W '([^']*)'/.exec(text)?.[1]),
        options: words(/^ +-\*\) COMPREPLY=\(\$\(compgen -W '([^']*)'/m.exec(text)?.[1]),
      },
    ]),
  );
});

const pages = [...globSync('{handbook,docs}/*.md', { cwd: root }), 'README.md', 'CHANGELOG.md'].map(
  (path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }),
);
const exampleLines = Object.values(examples).flat();
const files = [...pages, { path: '--help', text: exampleLines.map((line) => `$ hopthu ${line}\n`).join('') }];

/** Commands of a page: in blocks after `$`, with lines that go on, and in the text between backticks. */
function commandsOf(text: string): readonly (readonly string[])[] {
  const joined = text.replace(/\\\n\s*>?/g, ' ');
  const typed = [
    ...joined.matchAll(/^\s*\$ (.*)$/gm),
    ...joined.matchAll(/`((?:kubectl |npx )?hopthu [^`\n]+)`/g),
  ];
  return typed
    .flatMap(([, line = '']) => line.split(/\s(?:\||&&|#)\s/))
    .flatMap((line) => /(?:^|\s|\/)hopthu ([a-z].*)$/.exec(line)?.[1] ?? [])
    .map((rest) => rest.replace(/"[^"]*"|'[^']*'/g, 'TEXT').split(/\s+/));
}

describe.each(files)('$path', ({ text }) => {
  it('names commands and options that there are', () => {
    const faults = commandsOf(text).flatMap(([command = '', ...words]) => {
      const it = known[command];
      if (it === undefined) return [`hopthu ${command}`];
      const [next = ''] = words;
      const below = it.next.length > 0 && /^[a-z]/.test(next) && !it.next.includes(next) ? [next] : [];
      const options = words.flatMap((word) => /^(--[a-z-]+|-[a-z])\b/.exec(word)?.[1] ?? []);
      return [
        ...below,
        ...options.filter((option) => !it.options.includes(option) && option !== '--help'),
      ].map((word) => `hopthu ${command} ${word}`);
    });
    expect(faults).toEqual([]);
  });
});

it('finds the commands that it is to judge', () => {
  const staff = files.filter(({ path }) => path.startsWith('handbook/quan-tri'));
  expect(staff.flatMap(({ text }) => commandsOf(text)).length).toBeGreaterThan(30);
  expect(commandsOf('$ kubectl hopthu no-such --site x')).toEqual([['no-such', '--site', 'x']]);
});

it('every command has examples in its help, in a group of the list', async () => {
  const leaves = Object.entries(known).flatMap(([command, { next }]) =>
    next.length === 0 || examples[command] !== undefined
      ? [command]
      : next.filter((word) => word !== 'help').map((word) => `${command} ${word}`),
  );
  expect(leaves.length).toBeGreaterThan(30);
  expect(leaves.filter((command) => command !== 'help' && examples[command] === undefined)).toEqual([]);
  expect(Object.keys(examples).filter((command) => !leaves.includes(command))).toEqual([]);
  const { stdout } = await run(['--help']);
  expect(stdout).not.toMatch(/^Commands:/m);
  expect((await run(['orphans', '--help'])).stdout).toContain(
    'Examples:\n  kubectl hopthu orphans --site soc-trang\n',
  );
});

it('the ports of mail programs are those that the stack has', () => {
  const page = readFileSync(join(root, 'handbook/nguoi-dung-06-cai-dat.md'), 'utf8');
  const rows = [...page.matchAll(/^\| [^|]*\| `\{\{mailHost\}\}` \| (\d+) \|/gm)].map(([, port]) =>
    Number(port),
  );
  const { imaps, pop3s, submissions, submission } = ports;
  expect(rows).toEqual([imaps, pop3s, submissions, submission].map(({ service }) => service));
});
