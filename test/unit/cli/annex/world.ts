/** A folder of manifests with a few organizations, and lists to import into it. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ManifestFolder } from '../../../../cli/annex/folder.ts';
import type { AnnexField } from '../../../../cli/annex/form.ts';
import type { Entry } from '../../../../cli/annex/report.ts';
import { carryOut, indexesOf } from '../../../../cli/annex/requests.ts';
import type { Site } from '../../../../operator/core/site.ts';
import { root } from '../run.ts';

export type AnnexCells = Partial<Record<AnnexField, string>>;

export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'hopthu-annex-'));

  remove(): void {
    rmSync(this.path, { recursive: true });
  }

  /** The site's samples: all of them, or the organizations alone. */
  copySamples(site: string, files: readonly string[] = ['organizations.yaml']): this {
    for (const file of files) cpSync(join(root, 'crds/samples', site, file), join(this.path, file));
    return this;
  }

  write(file: string, text: string): string {
    const path = join(this.path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), 'utf8');
  }

  files(): readonly string[] {
    return readdirSync(this.path, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .sort();
  }

  /** name → spec of every resource of the kind, whatever file it is in. */
  specs(kind: string): Readonly<Record<string, unknown>> {
    const documents = this.files().flatMap((file) => parseAllDocuments(this.read(file)));
    return Object.fromEntries(
      documents
        .map((document) => document.toJS())
        .filter((resource) => resource?.kind === kind)
        .map((resource) => [resource.metadata.name, resource.spec]),
    );
  }

  /** Imports rows, numbered from 2 as below a header, and writes the folder. */
  carryOut(
    site: Site,
    rows: readonly AnnexCells[],
    granted: ReadonlyMap<string, string> = new Map(),
  ): readonly Entry[] {
    const folder = new ManifestFolder(this.path, site);
    const entries = carryOut(
      { site, folder, indexes: indexesOf(site, folder, granted), today: '2026-11-21' },
      rows.map((cells, index) => ({ number: index + 2, cells })),
    );
    folder.write();
    return entries;
  }
}
