#!/usr/bin/env node
/** `make test`: every check, stage by stage; the last line counts them. `node test/run.ts e2e` runs one stage. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { prepareCluster, removeCluster, showCluster } from './e2e/support/cluster.ts';
import { type Lane, lanes } from './e2e/support/lanes.ts';
import { prepare } from './preparation.ts';

const root = join(import.meta.dirname, '..');
const artifacts = join(root, 'test/artifacts');
const kubeconfig = join(artifacts, 'kubeconfig');

type Count = { readonly passed: number; readonly failed: number };
type Stage = {
  readonly name: string;
  readonly run: () => Promise<Count>;
  /** Runs whatever came of it. */
  readonly end?: (count: Count) => Promise<void>;
};

/** Shows what the cluster says of failures, then removes it; KEEP_CLUSTER=1 leaves it for a look. */
async function endJourneys({ failed }: Count): Promise<void> {
  if (failed > 0) await showCluster();
  if (process.env['KEEP_CLUSTER'] !== '1') await removeCluster();
  else process.stderr.write(`The cluster stays: export KUBECONFIG=${kubeconfig}\n`);
}

/** A program whose exit code is one check. */
function program(name: string, command: string, args: readonly string[]): Stage {
  return {
    name,
    run: async () => {
      const { exitCode } = await execa(command, [...args], {
        cwd: root,
        stdio: 'inherit',
        reject: false,
        preferLocal: true,
      });
      return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    },
  };
}

/** Runs jest; tests are counted one by one, a suite that could not run as a failure. */
async function runJest(project: string, name: string, args: readonly string[]): Promise<Count> {
  const report = join(artifacts, `${name}.json`);
  rmSync(report, { force: true });
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const jestArgs = ['--selectProjects', project, '--json', '--outputFile', report, ...args];
  await execa(process.execPath, [...flags, 'node_modules/jest/bin/jest.js', ...jestArgs], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    reject: false,
  });
  const result = JSON.parse(readFileSync(report, 'utf8'));
  return { passed: result.numPassedTests, failed: result.numFailedTests + result.numRuntimeErrorTestSuites };
}

/** Jest gives a test five seconds, which a busy machine can take over one. */
const patient = ['--testTimeout=30000'];

const sum = (counts: readonly Count[]): Count => ({
  passed: counts.reduce((all, { passed }) => all + passed, 0),
  failed: counts.reduce((all, { failed }) => all + failed, 0),
});

/** The journeys, those of different sites side by side; with SERIAL=1 one by one, which tells whether a failure is of the other lane's making. */
async function runJourneys(): Promise<Count> {
  const lane = ({ name, files }: Lane) =>
    runJest('e2e', `e2e-${name}`, ['--runInBand', '--testTimeout=180000', '--runTestsByPath', ...files]);
  const { sideBySide, after } = lanes();
  if (process.env['SERIAL'] === '1')
    return lane({ name: 'all', files: [...sideBySide, after].flatMap(({ files }) => files) });
  return sum([...(await Promise.all(sideBySide.map(lane))), await lane(after)]);
}

const stages: readonly Stage[] = [
  program('format and lint', 'biome', ['check', '--error-on-warnings', '.']),
  program('types', 'tsc', ['--noEmit']),
  { name: 'unit', run: () => runJest('unit', 'unit', ['--maxWorkers=100%', ...patient]) },
  {
    name: 'contract',
    run: async () => {
      await preparation.contract;
      return runJest('contract', 'contract', ['--maxWorkers=4', ...patient]);
    },
  },
  {
    name: 'e2e',
    run: async () => {
      await preparation.journeys;
      await prepareCluster();
      return runJourneys();
    },
    end: endJourneys,
  },
];

const wanted = process.argv.slice(2);
mkdirSync(artifacts, { recursive: true });
// The commands are started hundreds of times: Node keeps what it made of their source.
process.env['NODE_COMPILE_CACHE'] ??= join(artifacts, 'compiled');
// Who runs this keeps the current context: the journeys' cluster stands in a file of its own.
process.env['KUBECONFIG'] = kubeconfig;
writeFileSync(kubeconfig, 'apiVersion: v1\nkind: Config\n');
const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);
const preparation = prepare({ contract: isWanted('contract'), journeys: isWanted('e2e') });
let passed = 0;
let failed = 0;
for (const stage of stages.filter(({ name }) => isWanted(name))) {
  const started = performance.now();
  process.stderr.write(`\n== ${stage.name}\n`);
  let count: Count;
  try {
    count = await stage.run();
  } catch (error) {
    process.stderr.write(`${stage.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    count = { passed: 0, failed: 1 };
  }
  await stage.end?.(count);
  passed += count.passed;
  failed += count.failed;
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stderr.write(`== ${stage.name}: ${count.passed} passed, ${count.failed} failed (${seconds} s)\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
