/** The tags of a function's doc comment: `@role` and the IRQL annotations after the kit's SAL. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isLevelName, levels } from '../contracts/levels.js';
import { isRoleName, roles, type RoleName } from '../contracts/roles.js';
import type { LevelName } from '../contracts/types.js';
import type { FunctionNode } from './external.js';

export interface TagProblem {
  readonly loc: TSESTree.SourceLocation;
  /** What is wrong and what to write instead, as a sentence. */
  readonly message: string;
}

/** What a function says about its level. An absent part is not annotated. */
export interface IrqlAnnotations {
  /** The levels at which it may be called: no `min` means PASSIVE_LEVEL; with no `max`, nothing is said of what is above `min`. */
  readonly requires?: { readonly min?: LevelName; readonly max?: LevelName };
  /** The level at which it returns. */
  readonly raises?: LevelName;
  /** It hands the old level to its caller, or takes one from it and restores it. */
  readonly saves: boolean;
  readonly restores: boolean;
  readonly problems: readonly TagProblem[];
}

interface Tag {
  readonly name: string;
  readonly text: string;
  readonly loc: TSESTree.SourceLocation;
}

const withLevel = ['irqlRequires', 'irqlRequiresMin', 'irqlRequiresMax', 'irqlRaises'] as const;
type LevelTag = (typeof withLevel)[number];

export function roleTag(sourceCode: Readonly<TSESLint.SourceCode>, fn: FunctionNode): RoleName | undefined {
  const text = tagsOf(sourceCode, fn).find(({ name }) => name === 'role')?.text;
  return text !== undefined && isRoleName(text) ? text : undefined;
}

/**
 * Of a function, or of a declaration without a body: the signature of a method, an abstract member, a function that is only declared. Undefined when there
 * is no tag of ours; tags that cannot be read are left out and told as problems. A function without any has those of its overloads.
 */
export function irqlAnnotations(sourceCode: Readonly<TSESLint.SourceCode>, node: TSESTree.Node): IrqlAnnotations | undefined {
  const own = readAnnotations(tagsOf(sourceCode, node));
  if (own !== undefined) return own;
  for (const overload of overloadsOf(node)) {
    const annotations = readAnnotations(tagsOf(sourceCode, overload));
    if (annotations !== undefined) return annotations;
  }
  return undefined;
}

/** The signatures directly before the body of an overloaded function or method, last first. */
function* overloadsOf(node: TSESTree.Node): Generator<TSESTree.Node> {
  const { parent } = node;
  const isWrapped = parent?.type === 'ExportNamedDeclaration' || parent?.type === 'ExportDefaultDeclaration';
  const whole = parent?.type === 'MethodDefinition' || isWrapped ? parent : node.type === 'FunctionDeclaration' ? node : undefined;
  const around = whole?.parent;
  if (whole === undefined || around === undefined || !('body' in around) || !Array.isArray(around.body)) return;
  const siblings = around.body as readonly TSESTree.Node[];
  for (let at = siblings.indexOf(whole) - 1; at >= 0; at--) {
    const sibling = siblings[at] as TSESTree.Node;
    const declared = 'declaration' in sibling && sibling.declaration !== null ? (sibling.declaration as TSESTree.Node) : sibling;
    const isOverload =
      declared.type === 'TSDeclareFunction'
        ? !declared.declare
        : declared.type === 'MethodDefinition' && declared.value.type === 'TSEmptyBodyFunctionExpression';
    if (!isOverload) return;
    yield declared;
  }
}

/** The same, of the tags that the compiler has read: a further tag of one line is part of the text of the one before. */
export function annotationsOfTags(tags: readonly { readonly name: string; readonly text: string }[]): IrqlAnnotations | undefined {
  const read = tags.flatMap(({ name, text }) => tagsInLine(`@${name} ${text}`).map((tag) => ({ ...tag, loc: NOWHERE })));
  return readAnnotations(read.filter(({ name }) => name !== 'role'));
}

const NOWHERE: TSESTree.SourceLocation = { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } };

function readAnnotations(tags: readonly Tag[]): IrqlAnnotations | undefined {
  const problems: TagProblem[] = [];
  const said = new Map<LevelTag, LevelName>();
  let saves = false;
  let restores = false;
  let any = false;
  for (const tag of tags) {
    if (tag.name === 'role') {
      if (!isRoleName(tag.text)) problems.push({ loc: tag.loc, message: unknownRole(tag.text) });
      continue;
    }
    any = true;
    if (tag.name === 'irqlSaves') saves = true;
    else if (tag.name === 'irqlRestores') restores = true;
    else if (!isLevelTag(tag.name)) problems.push({ loc: tag.loc, message: unknownTag(tag.name) });
    else if (!isLevelName(tag.text)) problems.push({ loc: tag.loc, message: unknownLevel(tag) });
    else if (said.has(tag.name)) problems.push({ loc: tag.loc, message: `@${tag.name} stands here twice: keep one.` });
    else if (contradicts(said, tag.name, tag.text)) problems.push({ loc: tag.loc, message: impossible(tag) });
    else said.set(tag.name, tag.text);
  }
  if (!any && problems.length === 0) return undefined;
  const exact = said.get('irqlRequires');
  const min = exact ?? said.get('irqlRequiresMin');
  const max = exact ?? said.get('irqlRequiresMax');
  const raises = said.get('irqlRaises');
  return {
    ...((min !== undefined || max !== undefined) && { requires: { ...(min && { min }), ...(max && { max }) } }),
    ...(raises && { raises }),
    saves,
    restores,
    problems,
  };
}

function contradicts(said: ReadonlyMap<LevelTag, LevelName>, name: LevelTag, level: LevelName): boolean {
  const all = new Map([...said, [name, level]]);
  const exact = all.get('irqlRequires');
  const value = (tag: LevelTag, otherwise: number): number => {
    const stated = all.get(tag);
    return stated === undefined ? otherwise : levels[stated];
  };
  const min = value('irqlRequiresMin', levels.PASSIVE_LEVEL);
  const max = value('irqlRequiresMax', levels.HIGH_LEVEL);
  const entry = exact === undefined ? min : levels[exact];
  return (
    min > max || (exact !== undefined && (levels[exact] < min || levels[exact] > max)) || value('irqlRaises', levels.HIGH_LEVEL) < entry
  );
}

const levelList = Object.keys(levels).join(', ');

function unknownLevel({ name, text }: Tag): string {
  const what = text === '' ? `@${name} names no level` : `@${name} names \`${text}\`, which is no level`;
  return `${what}: write one of ${levelList} after it.`;
}

function impossible({ name, text }: Tag): string {
  return name === 'irqlRaises'
    ? `@irqlRaises ${text} is below the level that this function requires: name the level at which it returns.`
    : `@${name} ${text} contradicts the other levels of this comment: no level satisfies them all.`;
}

function unknownTag(name: string): string {
  return `@${name} does not exist: the tags are ${[...withLevel, 'irqlSaves', 'irqlRestores'].map((tag) => `@${tag}`).join(', ')}.`;
}

function unknownRole(text: string): string {
  return `@role ${text === '' ? 'names no role type' : `names \`${text}\`, which is no role type`}: write one of ${Object.keys(roles).join(', ')}.`;
}

function isLevelTag(name: string): name is LevelTag {
  return (withLevel as readonly string[]).includes(name);
}

/** The tags of the doc comment directly before the function, or before the declaration or member that it is the value of. */
function tagsOf(sourceCode: Readonly<TSESLint.SourceCode>, fn: TSESTree.Node): Tag[] {
  for (const node of documented(fn)) {
    const comment = sourceCode.getCommentsBefore(node).findLast(({ type, value }) => type === 'Block' && value.startsWith('*'));
    if (comment !== undefined) return readTags(sourceCode, comment);
  }
  return [];
}

/** The nodes whose doc comment is the function's, innermost first. */
function* documented(fn: TSESTree.Node): Generator<TSESTree.Node> {
  let node: TSESTree.Node = fn;
  yield node;
  while (node.parent !== undefined && carries(node.parent, node)) {
    node = node.parent;
    yield node;
  }
}

function carries(parent: TSESTree.Node, child: TSESTree.Node): boolean {
  switch (parent.type) {
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
    case 'ExpressionStatement':
    case 'TSExportAssignment':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'TSNonNullExpression':
      return true;
    case 'VariableDeclarator':
      return parent.init === child;
    case 'VariableDeclaration':
      return parent.declarations[0] === child;
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return parent.value === child;
    case 'AssignmentExpression':
      return parent.right === child;
    default:
      return false;
  }
}

function readTags(sourceCode: Readonly<TSESLint.SourceCode>, comment: TSESTree.Comment): Tag[] {
  const tags: Tag[] = [];
  const start = comment.range[0] + 2; // past the `/*`
  // A line of tags begins with one of ours and may hold more; `@irqlSaves` in the middle of prose is none.
  for (const line of comment.value.matchAll(/^[ \t*]*(?=@(?:role|irql))(.*)$/gm)) {
    for (const { name, text, index, length } of tagsInLine(line[0])) {
      const begin = start + line.index + index;
      tags.push({ name, text, loc: { start: sourceCode.getLocFromIndex(begin), end: sourceCode.getLocFromIndex(begin + length) } });
    }
  }
  return tags;
}

function tagsInLine(line: string): { name: string; text: string; index: number; length: number }[] {
  return [...line.matchAll(/(?<=^|[\s*])@(role|irql\w*)(?![\w-])(?:[ \t]+([A-Za-z]\w*))?/g)].map((match) => {
    const [whole, name = '', text = ''] = match;
    return { name, text, index: match.index, length: whole.length };
  });
}
