/** What the verifier has to say about one driver, as data and as text. */
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clauses } from '../contracts/clauses.js';
import { statusName } from './faults.js';
import type { Leak } from './leaks.js';
import type { Finding, HistoryStep } from './machine.js';
import type { NTSTATUS } from './status.js';
import type { Stop } from './stops.js';

export interface DriverReport {
  readonly name: string;
  readonly state: 'not loaded' | 'loaded' | 'unloaded' | 'unload refused';
  /** What the entry routine returned; undefined when it did not return. */
  readonly status: NTSTATUS | undefined;
  readonly stop: Stop | undefined;
  readonly findings: readonly Omit<Finding, 'image'>[];
  readonly leaks: readonly Leak[];
}

/** A call site as a person reads it: relative to the working directory when it lies there. */
function place(callSite: string): string {
  if (callSite === '') return 'an unknown place';
  const file = callSite.replace(/(?::\d+){1,2}$/, '');
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  const near = isAbsolute(path) ? relative(process.cwd(), path) : path;
  return `${near.startsWith('..') ? path : near}${callSite.slice(file.length)}`;
}

const isClause = (id: string): id is keyof typeof clauses => Object.hasOwn(clauses, id);

function historyLines(history: readonly HistoryStep[] | undefined): string[] {
  if (history === undefined || history.length === 0) return [];
  return ['   before:', ...history.map(({ what, callSite, at }) => `     ${at} ms  ${what} at ${place(callSite)}`)];
}

function findingLines(finding: Omit<Finding, 'image'>, index: number): string[] {
  const { clause, where, message, callSite, history } = finding;
  const rules = isClause(clause) && clauses[clause].rules.length > 0 ? [`   rule: ${clauses[clause].rules.join(', ')}`] : [];
  return [
    `${index + 1}. [${clause}] ${where}: ${message}`,
    `   at ${place(callSite)}`,
    ...(isClause(clause) ? [`   contract: ${clauses[clause].sentence}`] : []),
    ...rules,
    ...historyLines(history),
  ];
}

const leakLines = ({ what, callSite, history }: Leak): string[] => [`- ${what}`, `   from ${place(callSite)}`, ...historyLines(history)];

function stopLines({ name, message, callSite }: Stop): string[] {
  const what = message.startsWith(name) ? message : `${name}: ${message}`;
  return [`the system was stopped: ${what}`, `   at ${place(callSite)}`];
}

export function asText(report: DriverReport): string {
  const { name, state, status, stop, findings, leaks } = report;
  const returned = status === undefined ? 'its entry routine did not return' : `its entry routine returned ${statusName(status)}`;
  // What breaks a clause is told with the clause.
  const unlisted = leaks.filter((leak) => leak.clause === undefined);
  return [
    `${name}: ${state}; ${returned}; ${findings.length} violation(s), ${leaks.length} leak(s)`,
    ...findings.flatMap(findingLines),
    ...(unlisted.length > 0 ? ['left behind:', ...unlisted.flatMap(leakLines)] : []),
    ...(stop === undefined ? [] : stopLines(stop)),
  ].join('\n');
}
