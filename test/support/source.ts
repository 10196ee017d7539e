/** The project's TypeScript files, parsed, as the architecture test looks at them. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

export type Import = {
  /** Path from the root for our own files, the package's specifier for others. */
  readonly from: string;
  readonly typeOnly: boolean;
};

export type Source = {
  /** From the root, with `/`. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** What the file uses of things that an answer must not depend on: clock, chance, environment, waiting, printing. */
  readonly impurities: readonly string[];
  /** Tests that would not run, or that would keep others from running. */
  readonly skipped: readonly string[];
};

/** Where there is TypeScript. */
export const folders = [
  'operator',
  'portal',
  'clerk',
  'documents',
  'reports',
  'charts',
  'cli',
  'crds',
  'images',
  'test',
  'docs',
];
const generated = /^(images\/operator\/build|test\/artifacts)\//;

/** Every source file below `root`, sorted. */
export function sourcesOf(root: string): readonly Source[] {
  const paths = globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: root },
  );
  return paths
    .filter((path) => !generated.test(path))
    .sort()
    .map((path) => parseSource(root, path));
}

function parseSource(root: string, path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const impurities: string[] = [];
  const skipped: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = importOf(node);
    if (specifier !== undefined) imports.push({ ...specifier, from: resolved(root, path, specifier.from) });
    if (isImpure(node)) impurities.push(positioned(file, node));
    if (isSkipped(node)) skipped.push(positioned(file, node));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { path, lines: text.split('\n').length - 1, imports, impurities, skipped };
}

/** Static imports, re-exports and `import('…')`. */
function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { from: node.moduleSpecifier.text, typeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return { from: node.moduleSpecifier.text, typeOnly: node.isTypeOnly };
  }
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined;
  const [argument] = node.arguments;
  return { from: argument && ts.isStringLiteral(argument) ? argument.text : '(computed)', typeOnly: false };
}

function resolved(root: string, path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return relative(root, join(root, dirname(path), specifier));
}

const globals = new Set([
  'process',
  'console',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'crypto',
  'Promise',
]);

function isImpure(node: ts.Node): boolean {
  if (node.kind === ts.SyntaxKind.AsyncKeyword || ts.isAwaitExpression(node)) return true;
  if (ts.isNewExpression(node)) return node.getText().startsWith('new Date') && !node.arguments?.length;
  if (ts.isPropertyAccessExpression(node)) return ['Date.now', 'Math.random'].includes(node.getText());
  return ts.isIdentifier(node) && globals.has(node.text) && isGlobal(node);
}

/** Not the name of a property, as in `this.process`. */
function isGlobal(node: ts.Identifier): boolean {
  const { parent } = node;
  return !(ts.isPropertyAccessExpression(parent) && parent.name === node) && !ts.isPropertyAssignment(parent);
}

const testWords = new Set(['it', 'test', 'describe']);
const holdsBack = new Set(['skip', 'only', 'todo', 'failing']);
const synonyms = new Set(['xit', 'xtest', 'xdescribe', 'fit', 'fdescribe']);

function isSkipped(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return synonyms.has(node.text);
  if (!ts.isPropertyAccessExpression(node) || !holdsBack.has(node.name.text)) return false;
  return testWords.has(node.expression.getText().split('.')[0] ?? '');
}

function positioned(file: ts.SourceFile, node: ts.Node): string {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${file.fileName}:${line + 1} ${node.getText().split('\n')[0]}`;
}
