/** What messages say of places: their lines are put into words when it is known in which file the message stands. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../flow/graph.js';
import { rootOf } from './program.js';

/** The line on which a node starts, or ends. */
export interface Line {
  readonly node: Node;
  readonly at: 'start' | 'end';
}

export const lineOf = (node: Node, at: Line['at'] = 'start'): Line => ({ node, at });

/** Part of a message. */
export type Words = string | Line | readonly (string | Line)[];

export const listOf = (words: Words): readonly (string | Line)[] => (typeof words === 'string' || 'node' in words ? [words] : words);

/** By the syntax tree of each file that the compiler has a name for. */
const fileNames = new WeakMap<TSESTree.Program, string>();

export function nameFile(ast: TSESTree.Program, name: string): void {
  fileNames.set(ast, name);
}

/** The text of words in a message that stands at `from`: a line of another file is told with its name. */
export function textOfWords(words: Words, from: Node): string {
  if (typeof words === 'string') return words;
  if (!('node' in words)) return words.map((each) => textOfWords(each, from)).join('');
  const { node, at } = words;
  const line = String(node.loc[at].line);
  const root = rootOf(node);
  if (root === rootOf(from)) return line;
  const name = fileNames.get(root);
  return name === undefined ? line : `${line} of ${name.replace(/^.*[\\/]/, '')}`;
}
