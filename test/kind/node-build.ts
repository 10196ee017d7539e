import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bootstrapImage, withWorkFolder } from './debian-base.ts';
import { ensureGo, type GoTool, goBuild, goInstall } from './go.ts';
import { ensureKubernetesBinary } from './kubernetes-binary.ts';
import { recipe } from './recipe.ts';
import { type Runtime, runContainer, saveImages } from './runtime.ts';
import { step } from './steps.ts';

/** The folder with everything that makes the node image what it is. */
export const NODE_RECIPE = join(import.meta.dirname, 'node');

/** Folders of Go source; the build context holds a binary of each name instead. */
const GO_SOURCES = ['kube', 'coredns', 'pause'];

const BASE = 'localhost/hopthu-node-base:13';

async function compile(go: GoTool, folder: string): Promise<void> {
  const source = (name: string): string => join(NODE_RECIPE, name);
  await cp(await ensureKubernetesBinary(), join(folder, 'kube'));
  await step('Building CoreDNS', () => goBuild(go, source('coredns'), join(folder, 'coredns')));
  await step('Building the volume provisioner', async () => {
    await goInstall(go, `github.com/rancher/local-path-provisioner@${recipe.localPathProvisioner}`, folder);
    await goBuild(go, source('pause'), join(folder, 'pause'));
  });
  await step('Building kube-router, which enforces network policies', () =>
    goInstall(go, `github.com/cloudnativelabs/kube-router/v2/cmd/kube-router@${recipe.kubeRouter}`, folder),
  );
}

const CONTROL_PLANE = [
  ...['apiserver', 'controller-manager', 'scheduler', 'proxy'].map(
    (part) => `registry.k8s.io/kube-${part}:${recipe.kubernetes}`,
  ),
  `registry.k8s.io/etcd:${recipe.etcd}`,
];

const BINARIES: Readonly<Record<string, string>> = {
  coredns: `registry.k8s.io/coredns/coredns:${recipe.coredns}`,
  pause: `registry.k8s.io/pause:${recipe.pause}`,
  'local-path-provisioner': `docker.io/rancher/local-path-provisioner:${recipe.localPathProvisioner}`,
};

/** The images that kubeadm and our manifests ask for, in one archive that the node imports when it starts. */
async function buildInnerImages(runtime: Runtime, folder: string): Promise<void> {
  const build = (dockerfile: string, argument: string, references: readonly string[]): Promise<string> => {
    const tags = references.flatMap((reference) => ['--tag', reference]);
    return runContainer(
      runtime,
      ['build', '--file', dockerfile, '--build-arg', argument, ...tags, '.'],
      folder,
    );
  };
  await build('Dockerfile.control-plane', `BASE=${BASE}`, CONTROL_PLANE);
  for (const [binary, reference] of Object.entries(BINARIES)) {
    await build('Dockerfile.binary', `BINARY=${binary}`, [reference]);
  }
  const all = [...CONTROL_PLANE, ...Object.values(BINARIES)];
  await saveImages(runtime, all, join(folder, 'images.tar'));
  // They bear the names of other people's images and must not stay where somebody may use them as such.
  await runContainer(runtime, ['rmi', ...all]);
}

/**
 * Builds the node image from Debian packages and Go modules, without a container registry.
 * @throws MissingPrerequisites, CommandFailed
 */
export async function buildNodeImage(runtime: Runtime, reference: string): Promise<void> {
  const go = await ensureGo();
  await step('Making the base of the node image from Debian packages', () =>
    bootstrapImage(runtime, BASE, 'trixie', recipe.packages),
  );
  await withWorkFolder(async (folder) => {
    await cp(NODE_RECIPE, folder, {
      recursive: true,
      filter: (path) => !GO_SOURCES.includes(basename(path)),
    });
    await compile(go, folder);
    await step('Building the node image', async () => {
      await buildInnerImages(runtime, folder);
      await writeFile(join(folder, 'version'), recipe.kubernetes);
      await runContainer(runtime, ['build', '--build-arg', `BASE=${BASE}`, '--tag', reference, '.'], folder);
    });
  });
}
