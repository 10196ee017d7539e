import { describe, expect, it } from '@jest/globals';
import { ManifestReader } from '../../../../cli/plan/manifest.ts';

const read = (text: string) => new ManifestReader().read([{ path: 'a.yaml', text }]);
const head = 'apiVersion: hopthu.io/v1alpha1\nkind: Mailbox\n';

describe('manifests', () => {
  it('are every document of our kinds, with the line it starts on; others are counted', () => {
    const text = `# note\n---\n${head}metadata: { name: a }\nspec: { type: Personal }\n---\nkind: ConfigMap\n---\n\n${head}metadata: { name: b, namespace: x, annotations: { hopthu.io/paused: "true" } }\n`;
    for (const variant of [text, text.replace('Personal', '"Pers\\u006Fnal"')]) {
      expect(read(variant)).toEqual({
        manifests: [
          {
            kind: 'Mailbox',
            name: 'a',
            annotations: {},
            spec: { type: 'Personal' },
            status: undefined,
            place: 'a.yaml:3',
          },
          {
            kind: 'Mailbox',
            name: 'b',
            namespace: 'x',
            annotations: { 'hopthu.io/paused': 'true' },
            spec: undefined,
            status: undefined,
            place: 'a.yaml:11',
          },
        ],
        ignored: 1,
      });
    }
  });

  it('may be a List, as kubectl get -o yaml prints it, with status', () => {
    const item =
      '- { apiVersion: hopthu.io/v1alpha1, kind: Mailbox, metadata: { name: a }, status: { state: Active } }';
    const { manifests } = read(`apiVersion: v1\nkind: List\nitems:\n${item}\n`);
    expect(manifests).toMatchObject([{ name: 'a', status: { state: 'Active' } }]);
  });

  it.each([
    [`${head}metadata: {}\n`, 'a.yaml:1: metadata.name is missing'],
    [`kind: x\n---\n${head}metadata: { name: 7 }\n`, 'a.yaml:3: metadata.name is missing'],
    ['a: *b\n', 'a.yaml:1: Unresolved alias'],
    ['a: b: c\n', 'a.yaml:1: Nested mappings'],
    ['a: "b\n', 'a.yaml:2: Missing closing "quote'],
  ])('%j is refused: %s', (text, reason) => {
    expect(() => read(text)).toThrow(reason);
  });

  it('of a file that was read before are its own: places name the file at hand', () => {
    const reader = new ManifestReader();
    const text = `${head}metadata: { name: a }\n`;
    const places = ['old/a.yaml', 'new/a.yaml'].map(
      (path) => reader.read([{ path, text }]).manifests[0]?.place,
    );
    expect(places).toEqual(['old/a.yaml:1', 'new/a.yaml:1']);
  });
});
