/** kubectl-validate, kube-score and checkov over manifests: each installed once, from the Go module proxy and from PyPI, then kept in the cache. */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../kind/cache.ts';
import { run } from '../../kind/command.ts';
import { ensureGo, goInstall } from '../../kind/go.ts';
import { ensureCommands } from '../../kind/packages.ts';
import { recipe } from '../../kind/recipe.ts';
import { step } from '../../kind/steps.ts';

const kubectlValidateVersion = 'v0.0.4';
const kubeScoreVersion = 'v1.20.0';
const checkovVersion = '3.3.30';

/** What a scanner says: the check's id, and `<kind>/<name>` of the object that it is about. */
export type Finding = { readonly check: string; readonly object: string };

/**
 * What an API server would refuse of one file of manifests, by the schemas of the newest Kubernetes that kubectl-validate brings.
 * @throws CommandFailed
 */
export async function kubectlValidate(file: string): Promise<readonly Finding[]> {
  const binary = await ensureGoProgram('sigs.k8s.io', 'kubectl-validate', kubectlValidateVersion);
  const crds = join(import.meta.dirname, '../../../crds');
  // It ends with 1 where something is not valid.
  const script = '"$0" "$@" || test $? = 1';
  const output = await run('sh', ['-c', script, binary, '--local-crds', crds, '--output', 'json', file]);
  type Report = Readonly<
    Record<
      string,
      readonly {
        readonly status: string;
        readonly message?: string;
        readonly details?: { readonly kind?: string; readonly name?: string };
      }[]
    >
  >;
  return Object.values(JSON.parse(output) as Report)
    .flat()
    .filter(({ status }) => status !== 'Success')
    .map(({ details, message }) => ({
      check: 'kubectl-validate',
      object: details?.name === undefined ? `${message}` : `${details.kind}/${details.name}`,
    }));
}

/** Of one file of manifests. @throws CommandFailed */
export async function kubeScore(file: string): Promise<readonly Finding[]> {
  const binary = await ensureGoProgram('github.com/zegl/kube-score/cmd', 'kube-score', kubeScoreVersion);
  const [version] = /^v\d+\.\d+/.exec(recipe.kubernetes) ?? [''];
  const options = ['--kubernetes-version', version, '--output-format', 'json', '--exit-one-on-warning=false'];
  // It ends with 1 where something is critical: what it says is in the output either way.
  const script = '"$0" score "$@" || test $? = 1';
  const output = await run('sh', ['-c', script, binary, ...options, file]);
  type Report = {
    readonly object_name: string;
    readonly checks: readonly { check: { id: string }; grade: number; skipped: boolean }[];
  };
  const allGood = 10;
  return (JSON.parse(output) as readonly Report[]).flatMap(({ object_name, checks }) =>
    checks
      .filter(({ grade, skipped }) => !skipped && grade < allGood)
      .map(({ check }) => ({ check: check.id, object: short(object_name.split('/')) })),
  );
}

/** Of one file of manifests. @throws CommandFailed */
export async function checkov(file: string): Promise<readonly Finding[]> {
  const libraries = await ensureCheckov();
  const options = ['--framework', 'kubernetes', '--file', file, '--output', 'json', '--quiet', '--compact'];
  // No guidelines from its maker's server, no exit code for findings.
  const offline = ['--skip-download', '--soft-fail'];
  const output = await run('python3', ['-m', 'checkov.main', ...options, ...offline], {
    env: { PYTHONPATH: libraries, LOG_LEVEL: 'CRITICAL' },
  });
  type Report = {
    readonly results: { readonly failed_checks: readonly { check_id: string; resource: string }[] };
  };
  return (JSON.parse(output) as Report).results.failed_checks.map(({ check_id, resource }) => ({
    check: check_id,
    object: short(resource.split('.')),
  }));
}

/** The program of a module's last folder. */
async function ensureGoProgram(parent: string, name: string, version: string): Promise<string> {
  const folder = cacheFolder(name, version);
  const binary = join(folder, name);
  if (!existsSync(binary))
    await step(`Building ${name}`, async () =>
      goInstall(await ensureGo(), `${parent}/${name}@${version}`, folder),
    );
  return binary;
}

/** The folder of its libraries. */
async function ensureCheckov(): Promise<string> {
  const folder = join(cacheFolder('checkov'), checkovVersion);
  if (existsSync(folder)) return folder;
  await ensureCommands([
    {
      command: 'pip3',
      why: 'installs checkov',
      packages: { debian: ['python3-pip'], fedora: 'python3-pip', brew: 'python3' },
    },
  ]);
  const unfinished = `${folder}.${process.pid}`;
  const options = ['--quiet', '--disable-pip-version-check', '--no-cache-dir', '--target', unfinished];
  await step('Installing checkov', () => run('pip3', ['install', ...options, `checkov==${checkovVersion}`]));
  renameSync(unfinished, folder);
  return folder;
}

/** First and last of the words that name an object. */
function short(words: readonly string[]): string {
  return `${words[0]}/${words.at(-1)}`;
}
