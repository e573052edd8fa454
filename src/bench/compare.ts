/** Parts a and b: time in rules beside time in the parser, on the same files in the same run. */
import { basename } from 'node:path';
import { configFor, others, ours, Stopwatch, type Measured } from './measure.js';
import { Programs, type Corpus } from './programs.js';
import { median, ms, sum, table, times, type Cell } from './tables.js';

type Mode = 'untyped' | 'typed';

interface Timing {
  /** Milliseconds: medians over the repeats, by file. */
  readonly parse: readonly number[];
  readonly rules: readonly (readonly number[])[];
  /** Of the first turn of the first set of rules, when nothing has been compiled yet: rules as a ratio to parsing. */
  readonly first: number;
}

/** Turns before those that count: in the first ones most of the code is interpreted, that of the parser and of the rules alike. */
const WARM_UP_TURNS = 3;

/** Lints every file under every set of rules, `repeats` times in turns. In typed mode each turn and set has a checker that has answered nothing yet. */
function timing(corpus: Corpus, mode: Mode, sets: readonly (readonly string[])[], repeats: number): Timing {
  const first: Measured[] = [];
  const watch = new Stopwatch();
  const programs = mode === 'typed' ? new Programs(corpus) : undefined;
  const runs: Measured[][][] = sets.map(() => corpus.sources.map(() => []));
  for (let turn = -WARM_UP_TURNS; turn < repeats; turn++)
    for (const [set, rules] of sets.entries()) {
      const config = configFor(rules, programs === undefined ? {} : { programs: [programs.fresh()] });
      for (const [file, { path, text }] of corpus.sources.entries()) {
        const measured = watch.lint(text, path, config);
        if (turn === -WARM_UP_TURNS && set === 0) first.push(measured);
        if (turn >= 0) runs[set]?.[file]?.push(measured);
      }
    }
  return {
    parse: corpus.sources.map((_, file) => median(runs.flatMap((files) => files[file] ?? []).map(({ parse }) => parse))),
    rules: runs.map((files) => files.map((measured) => median(measured.map(({ rules }) => rules)))),
    first: sum(first.map(({ rules }) => rules)) / sum(first.map(({ parse }) => parse)),
  };
}

function worst(corpus: Corpus, { parse, rules: [own = []] }: Timing): string {
  const ratios = own.map((spent, file) => spent / (parse[file] ?? NaN));
  const file = ratios.indexOf(Math.max(...ratios));
  return `${times(ratios[file] ?? NaN)} ${basename(corpus.sources[file]?.path ?? '')}`;
}

const linesOf = (corpus: Corpus): number => sum(corpus.sources.map(({ text }) => text.split('\n').length));

export function compareUntouched(corpora: readonly Corpus[], repeats: number): string {
  const rows: Cell[][] = [];
  for (const corpus of corpora) {
    let ofText = NaN;
    for (const mode of ['untyped', 'typed'] as const) {
      const measured = timing(corpus, mode, [ours], repeats);
      const [parse, rules] = [sum(measured.parse), sum(measured.rules[0] ?? [])];
      if (mode === 'untyped') ofText = parse;
      const kilolines = linesOf(corpus) / 1000;
      rows.push([
        corpus.name,
        mode,
        corpus.sources.length,
        linesOf(corpus),
        ms(parse / kilolines),
        ms(rules / kilolines),
        times(rules / parse),
        times(rules / ofText),
        worst(corpus, measured),
      ]);
    }
  }
  const head = [
    'files',
    'mode',
    'files',
    'lines',
    'parse ms/1,000 lines',
    'rules ms/1,000 lines',
    'rules : parse',
    'rules : untyped parse',
    'worst file',
  ];
  return table(head, rows);
}

export function compareRules(corpora: readonly Corpus[], repeats: number): string {
  const rows: Cell[][] = [];
  for (const corpus of corpora)
    for (const mode of ['untyped', 'typed'] as const) {
      const sets = [ours, [others['no-useless-assignment']], ...(mode === 'typed' ? [[others['no-floating-promises']]] : [])];
      const measured = timing(corpus, mode, sets, repeats);
      const parse = sum(measured.parse);
      const files = corpus.sources.length;
      const cell = (set: number): string => {
        const spent = measured.rules[set];
        return spent === undefined ? '-' : `${ms(sum(spent) / files)} (${times(sum(spent) / parse)})`;
      };
      rows.push([
        corpus.name,
        mode,
        files,
        linesOf(corpus),
        ms(parse / files),
        cell(0),
        times(measured.first),
        cell(1),
        cell(2),
        worst(corpus, measured),
      ]);
    }
  const head = [
    'files',
    'mode',
    'files',
    'lines',
    'parse ms/file',
    'driver-contracts',
    'in the first turn',
    'no-useless-assignment',
    'no-floating-promises',
    'worst file',
  ];
  return table(head, rows);
}
