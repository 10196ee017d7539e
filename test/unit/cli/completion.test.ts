import { describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import { launcher, run } from './run.ts';

// One test starts several processes, on machines that may be busy.
jest.setTimeout(30_000);

/** What bash offers for the last word of a line. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const script = `
    eval "$('${launcher}' completion bash)"
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hopthu; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execa('bash', ['--norc', '-c', script, 'bash', ...words]);
  return stdout.split('\n');
}

describe('hopthu completion', () => {
  it.each<[readonly string[], readonly string[]]>([
    [['hopthu', 'im'], ['import']],
    [
      ['hopthu', 'import', '--o'],
      ['--output', '--organizations'],
    ],
    [
      ['kubectl-hopthu', 'status', '--site', ''],
      ['da-nang', 'soc-trang'],
    ],
    [['hopthu', 'export', '--site', 'so'], ['soc-trang']],
    [['hopthu', 'import', 'package.js'], ['package.json']],
    [['hopthu', 'import', '-o', 'package.js'], ['package.json']],
    [['hopthu', 'no-such', ''], ['']],
  ])('offers for %j in bash %j', async (words, expected) => {
    expect([...(await offered(...words))].sort()).toEqual([...expected].sort());
  });

  it('knows every command in both shells', async () => {
    const { stdout: help } = await run(['--help']);
    const commands = [...help.matchAll(/^ {2}([a-z][a-z-]+) /gm)].map(([, name]) => name);
    expect(commands).toContain('import');
    for (const shell of ['bash', 'zsh']) {
      const { stdout, stderr, exitCode } = await run(['completion', shell]);
      expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
      for (const command of commands.filter((name) => name !== 'help'))
        expect(stdout).toContain(`    ${command})`);
    }
  });
});
