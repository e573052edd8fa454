/** Ordinary modules of a server in TypeScript, which know nothing of drivers: what most files of a project look like. */
import { Random } from './random.js';

const nouns = ['Order', 'Invoice', 'Session', 'Account', 'Parcel', 'Report', 'Ticket', 'Device'] as const;
const fields = ['total', 'weight', 'attempts', 'balance', 'priority', 'retries'] as const;

type Piece = (random: Random, name: string, index: number) => string;

const pieces: readonly [Piece, ...Piece[]] = [
  (random, name, index) => `
export interface ${name}${index} {
  readonly id: string;
  readonly ${random.pick(fields)}: number;
  readonly tags: readonly string[];
  parent?: ${name}${index} | null;
}

export function summarize${name}${index}(items: readonly ${name}${index}[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    if (item.parent === null || item.tags.length === 0) continue;
    for (const tag of item.tags) {
      counts.set(tag, (counts.get(tag) ?? 0) + 1);
    }
  }
  return counts;
}
`,
  (random, name, index) => `
export class ${name}Store${index} {
  readonly #items = new Map<string, { value: number; expires: number }>();
  #hits = 0;

  constructor(private readonly limit = ${10 + random.int(90)}) {}

  get(key: string, now: number): number | undefined {
    const found = this.#items.get(key);
    if (found === undefined) return undefined;
    if (found.expires < now) {
      this.#items.delete(key);
      return undefined;
    }
    this.#hits += 1;
    return found.value;
  }

  put(key: string, value: number, now: number): void {
    if (this.#items.size >= this.limit) {
      const [oldest] = this.#items.keys();
      if (oldest !== undefined) this.#items.delete(oldest);
    }
    this.#items.set(key, { value, expires: now + ${1000 + random.int(9000)} });
  }

  get hits(): number {
    return this.#hits;
  }
}
`,
  (random, name, index) => `
export async function load${name}${index}(path: string, attempts = ${2 + random.int(4)}): Promise<string[]> {
  let failure: unknown;
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      const text = await readFile(path, 'utf8');
      const lines = text.split('\\n').map((line) => line.trim());
      return lines.filter((line) => line !== '' && !line.startsWith('#'));
    } catch (error) {
      failure = error;
      await new Promise((resolve) => setTimeout(resolve, ${10 + random.int(40)} * 2 ** attempt));
    } finally {
      log(\`attempt \${attempt} on \${basename(path)}\`);
    }
  }
  throw new Error('no attempt succeeded', { cause: failure });
}
`,
  (random, name, index) => `
type ${name}Event${index} = { kind: 'opened'; at: number } | { kind: 'moved'; by: number } | { kind: 'closed' };

export function replay${name}${index}(events: Iterable<${name}Event${index}>): { open: boolean; ${random.pick(fields)}: number } {
  let open = false;
  let position = 0;
  for (const event of events) {
    switch (event.kind) {
      case 'opened':
        open = true;
        position = event.at;
        break;
      case 'moved':
        if (!open) throw new RangeError('moved while closed');
        position += event.by;
        break;
      case 'closed':
        open = false;
    }
  }
  return { open, ${random.pick(fields)}: position } as never;
}
`,
  (random, name, index) => `
export const rank${name}${index} = (rows: { name: string; score?: number }[]): string[] =>
  rows
    .filter(({ score }) => (score ?? 0) > ${random.int(50)})
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0) || a.name.localeCompare(b.name))
    .map(({ name, score }, place) => \`\${place + 1}. \${name}\${score === undefined ? '' : \` (\${score})\`}\`);
`,
];

export interface Generated {
  readonly name: string;
  readonly text: string;
}

/** Modules of some 200 lines. With `linked`, each but the first imports another of them. */
export function ordinaryModules(count: number, linked: boolean): Generated[] {
  const random = new Random(0x5eed);
  return Array.from({ length: count }, (_, number) => {
    const imports = [
      "import { readFile } from 'node:fs/promises';",
      "import { basename } from 'node:path';",
      ...(linked && number > 0 ? [`import { log as logTo } from './module-${random.int(number)}.js';`] : []),
    ];
    const log = `export function log(message: string): void {\n  ${linked && number > 0 ? 'logTo' : 'console.debug'}(message);\n}\n`;
    const body = Array.from({ length: 10 }, (_each, index) => random.pick(pieces)(random, random.pick(nouns), index)).join('');
    return { name: `module-${number}.ts`, text: `${imports.join('\n')}\n\n${log}${body}` };
  });
}
