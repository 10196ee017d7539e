import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { execa } from 'execa';

const room = join(import.meta.dirname, '../../../operator/uncaught.ts');

it.each([
  ['uncaughtException', 'setTimeout(() => { throw new Error("nobody caught this"); });'],
  ['unhandledRejection', 'Promise.reject(new Error("nobody caught this"));'],
])('%s ends the process with a line of the log, whatever else it waits for', async (event, defect) => {
  const program = `
    import { endOnUncaught } from ${JSON.stringify(room)};
    endOnUncaught({ fatal: ({ err }, message) => console.log(message + ': ' + err.message) });
    setInterval(() => undefined, 1000);
    ${defect}`;
  const ended = await execa(process.execPath, ['--input-type=module', '--eval', program], {
    reject: false,
    timeout: 20_000,
  });
  expect([ended.exitCode, ended.stdout]).toEqual([1, `${event}: nobody caught this`]);
});
